//! Plimsoll: a discrete-event capacity and cost simulator for hybrid GPU infrastructure.
//!
//! The house has numbered floors; a module imports only from lower ones (`docs/ARCHITECTURE.md`).
//! Read them bottom-up, in the order below.

pub mod units; // 0: quantities that cannot be mixed up

pub mod dice; // 1: a random number is a function of its name
pub mod journal; // 1: what happened and what it cost

pub mod process; // 2: laws to draw from
pub mod queueing; // 2: closed forms of waiting
pub mod reliability; // 2: closed forms of failing
pub mod stats; // 2: what a sample says about a population

pub mod catalog; // 3: shipped facts, with source and date
pub mod metrics; // 3: numbers folded from a journal
pub mod scenario; // 3: what the user wrote, exactly
pub mod trace; // 3: rows of recorded demand

pub mod model; // 4: the checked estate and demand; one replication's outside events
pub mod record; // 4: the files of a run

pub mod world; // 5: the state of one simulated moment and its legal moves

pub mod strategy; // 6: what an operator would decide now

pub mod engine; // 7: time passes

pub mod experiment; // 8: many runs compared fairly

pub mod cli; // 11: words on the command line
