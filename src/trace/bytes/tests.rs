//! Files that are packed, cut, damaged, too large, or something else.

use std::io::Write as _;

use super::super::{Format, Mapping, Source, Trace, read_capacity_steps, read_from};
use super::*;

fn import(bytes: &[u8], limits: &Limits) -> Result<Trace, TraceError> {
    let format = Format::Table(Box::new(Mapping::new("at", "run", "gpus")));
    read_from(bytes, "t.csv", &format, limits)
}

fn table(rows: usize) -> Vec<u8> {
    let mut text = b"at,run,gpus\n".to_vec();
    for row in 0..rows {
        writeln!(text, "{row},{},1", row * 7919 % 1000).unwrap();
    }
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn packed_and_plain_are_the_same_trace() {
    let plain = table(2000);
    let zstd = zstd::stream::encode_all(plain.as_slice(), 1).unwrap();
    let mut members = gzip(&plain[..700]);
    members.extend(gzip(&plain[700..]));
    let expected = import(&plain, &Limits::default()).unwrap();
    for packed in [gzip(&plain), members, zstd] {
        assert_eq!(import(&packed, &Limits::default()).unwrap(), expected);
    }
}

#[test]
fn truncated_streams_are_said_to_be() {
    let zstd = zstd::stream::encode_all(table(2000).as_slice(), 1).unwrap();
    for packed in [gzip(&table(2000)), zstd] {
        let error = import(&packed[..packed.len() / 2], &Limits::default()).unwrap_err();
        assert_eq!(error.kind, TraceErrorKind::Damaged, "{error}");
        assert!(error.to_string().contains("truncated"), "{error}");
        let error = import(&packed[..packed.len() - 1], &Limits::default()).unwrap_err();
        assert_eq!(error.kind, TraceErrorKind::Damaged, "{error}");
    }
}

/// zstd with the checksum that its command line writes.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_flipped_byte_is_damage_wherever_it_lies() {
    for (packed, name) in [(gzip(&table(2000)), "gzip"), (zstd(&table(2000)), "zstd")] {
        let whole = import(&packed, &Limits::default()).unwrap();
        // Behind the header of the container, of which some bytes are mere names and flags.
        for at in (18..packed.len()).step_by(37) {
            let mut broken = packed.clone();
            broken[at] ^= 0x10;
            match import(&broken, &Limits::default()) {
                Err(error) => {
                    assert_eq!(error.kind, TraceErrorKind::Damaged, "{name} {at}: {error}");
                }
                // A bit that pads or is not looked at changes nothing, and the checksum says so.
                Ok(trace) => assert!(trace == whole, "{name} {at}"),
            }
        }
    }
    // Stored, not squeezed: the flipped byte lies in the header of the table, long before the checksum.
    let stored = flate2::Compression::none();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), stored);
    encoder.write_all(&table(20_000)).unwrap();
    let mut packed = encoder.finish().unwrap();
    let at = packed.windows(4).position(|four| four == b"gpus").unwrap();
    packed[at] ^= 1;
    let error = import(&packed, &Limits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.csv: the gzip stream is damaged (corrupt gzip stream does not have a matching checksum); \
         fetch the file again and compare its checksum"
    );
    // What is whole and makes no sense is not called damaged.
    let error = import(&gzip(b"when,run,gpus\n1,2,3\n"), &Limits::default()).unwrap_err();
    assert_eq!(error.kind, TraceErrorKind::Header, "{error}");
}

#[test]
fn what_follows_a_stream_is_named() {
    let (a, b): (&[u8], &[u8]) = (b"at,run,gpus\n0,1,1\n", b"1,1,1\n");
    for (mut packed, more, name) in [(gzip(a), gzip(b), "gzip"), (zstd(a), zstd(b), "zstd")] {
        packed.extend(more);
        assert_eq!(import(&packed, &Limits::default()).unwrap().jobs.len(), 2);
        for tail in [&b"x"[..], b"hello, world, hello, world", &[0; 512]] {
            let error = import(&[&packed, tail].concat(), &Limits::default()).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "t.csv, row 3: bytes that are no {name} follow the {name} stream; \
                     cut off what does not belong to the file, or fetch it again"
                )
            );
        }
        // A second member that is cut is a cut.
        let error = import(&packed[..packed.len() - 3], &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("truncated"), "{error}");
    }
}

#[test]
fn bounds_hold() {
    let small = Limits {
        max_bytes: 10_000,
        ..Limits::default()
    };
    // A bomb: ten million equal bytes in a few kilobytes.
    let bomb = gzip(&vec![b'7'; 10_000_000]);
    assert!(bomb.len() < 100_000);
    assert_eq!(
        import(&bomb, &small).unwrap_err().kind,
        TraceErrorKind::Limit
    );

    let rows = Limits {
        max_rows: 99,
        ..Limits::default()
    };
    assert_eq!(
        import(&table(100), &rows).unwrap_err().kind,
        TraceErrorKind::Limit
    );
    assert!(import(&table(99), &rows).is_ok());

    let mut quote = b"at,run,gpus\n0,1,\"".to_vec();
    quote.extend(vec![b'1'; 300_000]);
    let short = Limits {
        max_row_bytes: 1000,
        ..Limits::default()
    };
    let error = import(&quote, &short).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a row is longer than 1000 bytes"),
        "{error}"
    );
    assert!(import(&table(20_000), &short).is_ok());

    let mut wide = table(1);
    wide.extend(b"1,".repeat(400));
    let error = import(&wide, &Limits::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("t.csv, row 2: a row has 401 fields"),
        "{error}"
    );
}

#[test]
fn other_containers_are_named() {
    let error = import(b"PK\x03\x04rest", &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("zip"), "{error}");
    let pointer = b"version https://git-lfs.github.com/spec/v1\n";
    assert!(
        import(pointer, &Limits::default())
            .unwrap_err()
            .to_string()
            .contains("LFS")
    );
}

#[test]
fn recordings_of_weather_are_told_damaged_too() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder
        .write_all(b"zone,at_s,nodes\na,0,4\na,60,\n")
        .unwrap();
    let mut packed = encoder.finish().unwrap();
    let source = |bytes: &[u8]| Source::new("c.csv", Cursor::new(bytes.to_vec()));
    assert!(read_capacity_steps(source(&packed), &Limits::default()).is_ok());
    let at = packed.windows(5).position(|five| five == b"nodes").unwrap();
    packed[at] ^= 1;
    // It reads `oodes`: not in the header, but the file is to blame and not who asked for the column.
    let told = read_capacity_steps(source(&packed), &Limits::default()).unwrap_err();
    assert_eq!(told.problems.len(), 1, "{told}");
    assert!(
        told.to_string()
            .starts_with("c.csv: the gzip stream is damaged"),
        "{told}"
    );
}
