//! Packed files of one or more members, and what can be wrong with them: damage, cuts, and what does not belong.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// How the first bytes of packed files tell what they are.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Frames of zstd that hold nothing to unpack: sixteen magics that differ in the first byte only.
const ZSTD_SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// How the bytes of a file were packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    /// What a file that begins like this is.
    pub(super) fn of(head: &[u8]) -> Self {
        let skippable = head.len() > 3 && head[0] >> 4 == 5 && head[1..4] == ZSTD_SKIPPABLE;
        if head.starts_with(&GZIP_MAGIC) {
            Self::Gzip
        } else if head.starts_with(&ZSTD_MAGIC) || skippable {
            Self::Zstd
        } else {
            Self::Plain
        }
    }

    /// Its name in messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Bytes that follow the last member of a packed file; travels inside an [`io::Error`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Trailing(Packing);

impl fmt::Display for Trailing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.name();
        write!(f, "bytes that are no {name} follow the {name} stream")
    }
}

impl std::error::Error for Trailing {}

/// A reader whose next bytes can be looked at.
struct Ahead<R> {
    reader: R,
    head: [u8; 4],
    /// Which bytes of `head` were looked at and are still to be read.
    waiting: std::ops::Range<usize>,
}

impl<R: BufRead> Ahead<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            head: [0; 4],
            waiting: 0..0,
        }
    }

    /// The next bytes, at most four; to be called when all that was looked at has been read.
    fn peek(&mut self) -> io::Result<&[u8]> {
        let mut count = 0;
        while count < self.head.len() {
            match self.reader.read(&mut self.head[count..])? {
                0 => break,
                more => count += more,
            }
        }
        self.waiting = 0..count;
        Ok(&self.head[..count])
    }
}

impl<R: BufRead> Read for Ahead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let count = ready.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Ahead<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.waiting.is_empty() {
            self.reader.fill_buf()
        } else {
            Ok(&self.head[self.waiting.clone()])
        }
    }

    fn consume(&mut self, count: usize) {
        if self.waiting.is_empty() {
            self.reader.consume(count);
        } else {
            self.waiting.start += count;
        }
    }
}

/// One member: its checksum is looked at when it ends.
enum Member<R: BufRead> {
    Gzip(Box<flate2::bufread::GzDecoder<R>>),
    Zstd(zstd::stream::read::Decoder<'static, R>),
}

impl<R: BufRead> Member<R> {
    fn new(reader: R, packing: Packing) -> io::Result<Self> {
        if packing == Packing::Gzip {
            let decoder = flate2::bufread::GzDecoder::new(reader);
            return Ok(Self::Gzip(Box::new(decoder)));
        }
        let decoder = zstd::stream::read::Decoder::with_buffer(reader)?;
        Ok(Self::Zstd(decoder.single_frame()))
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
        }
    }

    fn into_inner(self) -> R {
        match self {
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.finish(),
        }
    }
}

/// What the members of a packed file hold, one behind the other.
pub(super) struct Members<R: BufRead> {
    packing: Packing,
    /// None when all is read, or something was wrong.
    member: Option<Member<Ahead<R>>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(reader: R, packing: Packing) -> io::Result<Self> {
        let member = Some(Member::new(Ahead::new(reader), packing)?);
        Ok(Self { packing, member })
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.member.take() {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                self.member = Some(member);
                return Ok(count);
            }
            let mut reader = member.into_inner();
            let head = reader.peek()?;
            if head.is_empty() {
                break;
            }
            if Packing::of(head) != self.packing {
                return Err(io::Error::other(Trailing(self.packing)));
            }
            self.member = Some(Member::new(reader, self.packing)?);
        }
        Ok(0)
    }
}

/// Unpacked bytes that two can read: who makes sense of them, and who looks for damage when that fails.
#[derive(Clone)]
pub(super) struct Shared<'a>(Rc<RefCell<dyn Read + 'a>>);

impl<'a> Shared<'a> {
    pub(super) fn new(reader: impl Read + 'a) -> Self {
        Self(Rc::new(RefCell::new(reader)))
    }
}

impl Read for Shared<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buffer)
    }
}
