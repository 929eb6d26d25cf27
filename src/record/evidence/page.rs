//! What is to be written, as the run says it: short notes in blocks, which somebody else makes lines of.

use std::sync::mpsc::{Receiver, SyncSender};

use crate::journal::{MovementStep, Score};
use crate::units::{JobId, PoolId, SimTime};

use super::line::Line;

/// Notes of a block; then it is passed on.
const NOTES: usize = 1024;
/// Scores of a block; then it is passed on.
const SCORES: usize = 1024;
/// Bytes of text of a block; then it is passed on.
const TEXT: usize = 1 << 16;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allow,
    Audit,
    Refuse,
    Given,
}

/// A number that a reason names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    None,
    Waited(u64),
    Delay(u64),
    Ahead(u64),
}

/// One line to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Note {
    /// A job is given a pool, or refused what it might have had.
    Decision {
        job: JobId,
        work: u32,
        basis: u32,
        verdict: Verdict,
        measure: Measure,
        /// So many of the block's scores are its own.
        scores: u8,
        /// So many more there were.
        left_off: u16,
    },
    /// A step of something that moves.
    Move {
        job: Option<JobId>,
        way: u32,
        step: MovementStep,
        verdict: Verdict,
        bytes: u64,
        number: Option<u32>,
    },
    /// So many bytes of the block's text: members that are JSON already, the kind first.
    Text(u32),
    /// No line: pools are ranked in this way from now on.
    Ranks(u8),
}

/// Notes of one after another instant.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) notes: Vec<(SimTime, Note)>,
    pub(super) scores: Vec<(PoolId, Score)>,
    pub(super) text: Vec<u8>,
}

/// Collects notes.
pub(super) struct Page {
    block: Block,
    line: Line,
    out: SyncSender<Block>,
    /// Blocks that were read and can be filled again.
    back: Receiver<Block>,
}

impl Verdict {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Audit => "audit",
            Self::Refuse => "refuse",
            Self::Given => "given",
        }
    }
}

impl Page {
    pub(super) fn new(out: SyncSender<Block>, back: Receiver<Block>) -> Self {
        Self {
            block: Block::default(),
            line: Line::default(),
            out,
            back,
        }
    }

    /// Notes something.
    #[inline]
    pub(super) fn note(&mut self, at: SimTime, note: Note) {
        let block = &mut self.block;
        block.notes.push((at, note));
        let (notes, text) = (block.notes.len(), block.text.len());
        if NOTES <= notes || TEXT <= text || SCORES <= block.scores.len() {
            self.pass_on();
        }
    }

    /// Notes a score of the decision that is noted next.
    pub(super) fn score(&mut self, pool: PoolId, score: Score) {
        self.block.scores.push((pool, score));
    }

    /// Notes a line of some kind with the members that `fill` gives it.
    pub(super) fn line(&mut self, at: SimTime, kind: &str, fill: impl FnOnce(&mut Line)) {
        self.line.bytes.clear();
        self.line.text("kind", kind);
        fill(&mut self.line);
        self.block.text.extend_from_slice(&self.line.bytes);
        self.note(at, Note::Text(self.line.bytes.len() as u32));
    }

    fn pass_on(&mut self) {
        let next = self.back.try_recv().unwrap_or_default();
        let block = std::mem::replace(&mut self.block, next);
        // Nobody reads any more only if nothing can be written any more, which is told at the end.
        let _ = self.out.send(block);
    }

    /// Passes on what is left.
    pub(super) fn close(mut self) {
        self.pass_on();
    }
}
