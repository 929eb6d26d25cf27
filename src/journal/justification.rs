//! Why a job went where it went, or nowhere: what a decision found of each pool that the job's class may use.

use crate::units::{JobId, PoolId, Price, ShapeId, SimTime, Span};

use super::cause::Cause;
use super::score::Score;

/// What stood between a job and a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Rules that are obeyed refuse it; see [`Considered::refusing`].
    Rule,
    /// The strategy does not use such pools.
    Strategy,
    /// Its class may not leave owned capacity.
    Stays,
    /// The pool, or its quota, could never hold so large a gang.
    Size,
    /// No room now.
    Full,
    /// Nothing of the pool works: all its nodes are down or not there, or its provider lost it.
    Down,
    /// There was room, but others are ahead or hold a reservation.
    Reserved,
    /// It may not leave owned capacity yet: the test of the strategy was not passed.
    Early,
    /// It costs more than the strategy pays.
    Ceiling,
    /// No window of its class is open there.
    Closed,
    /// Failovers do not let it in there now: it is a target of one that does not lead there, or is left by one.
    Failover,
    /// Another ranks before it, and is worth waiting for.
    Outranked,
    /// The quota is used up.
    Quota,
    /// The market had none when it was last asked.
    SoldOut,
    /// What it reads is not there.
    Unstaged,
    /// A service without which it cannot start is out.
    Withheld(Cause),
    /// What is left of its cost envelope does not pay for it.
    Envelope,
    /// A budget is used up; whether it turns the job away for good.
    Budget(bool),
}

impl Bar {
    /// The name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Strategy => "strategy",
            Self::Stays => "stays",
            Self::Size => "size",
            Self::Full => "full",
            Self::Down => "down",
            Self::Reserved => "reserved",
            Self::Early => "early",
            Self::Ceiling => "ceiling",
            Self::Closed => "hold",
            Self::Failover => "failover",
            Self::Outranked => "outranked",
            Self::Quota => "quota",
            Self::SoldOut => "sold-out",
            Self::Unstaged => "unstaged",
            Self::Withheld(cause) => cause.name(),
            Self::Envelope => "envelope",
            Self::Budget(_) => "budget",
        }
    }
}

/// One pool that a decision had before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Considered {
    /// Which.
    pub pool: PoolId,
    /// Its place in the order in which the strategy tries pools now, from 0; `None` if it is not among them.
    pub place: Option<u16>,
    /// Rules in force that hold for it there, be it to permit or to forbid, a bit for each by its place in the model.
    pub fired: u128,
    /// Rules that are obeyed and refuse it, a bit for each by its place in the model; the highest bit stands for what
    /// nothing permits.
    pub refusing: u128,
    /// Rules in force of which it is not known whether they hold for it there: what is unknown is not allowed.
    pub unknown: u128,
    /// All rules in force that running there violates, obeyed or audited.
    pub violated: u128,
    /// What stood in the way; `None` if nothing did.
    pub bar: Option<Bar>,
    /// What it was ranked by, where the placement ranks pools by a score.
    pub score: Option<Score>,
    /// Whether the pool itself was asked. What is not asked is not refused by budgets, which answer only then.
    pub asked: bool,
    /// What a GPU-hour costs there now.
    pub price: Price,
    /// The same for as much work as a GPU of reference speed does in an hour.
    pub per_work: Price,
    /// Which version of its work it would do there.
    pub version: u8,
}

/// Why a decision chose what it chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is the first in the strategy's order where nothing stood in the way.
    First,
    /// Of rented pools the cheapest, for this work, that could be had; owned ones could not, or never could.
    Cheapest,
    /// As [`Choice::Cheapest`]; it might leave because it had waited so long, where so long is enough.
    Waited(Span, Span),
    /// As [`Choice::Cheapest`]; it might leave because owned capacity is expected (if ever) to have room only after so
    /// long, where so long is enough.
    Delayed(Option<Span>, Span),
    /// As [`Choice::Cheapest`]; it might leave because so many were ahead of it, where so many are enough.
    Behind(u64, u64),
    /// Of all pools, owned and rented alike, the one that ranks first where nothing stood in the way.
    Ranked,
    /// Nothing could be had, and this is why it waits.
    Nothing(Cause),
}

/// What a decision found for one job, and what it made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Justification {
    /// When.
    pub at: SimTime,
    /// For whom.
    pub job: JobId,
    /// What it asks for.
    pub shape: ShapeId,
    /// Which pool it takes.
    pub chosen: Option<PoolId>,
    /// Why.
    pub choice: Choice,
    /// All pools that its class may use: those of the strategy in its order, then the others in that of the scenario.
    pub considered: Vec<Considered>,
}

impl Justification {
    /// What was found of the pool that it takes.
    pub fn taken(&self) -> Option<&Considered> {
        let chosen = self.chosen?;
        self.considered.iter().find(|found| found.pool == chosen)
    }

    /// Whether it waits for something that somebody decided, rather than for room.
    pub const fn is_refused(&self) -> bool {
        match self.choice {
            Choice::Nothing(cause) => matches!(
                cause,
                Cause::Key
                    | Cause::Identity
                    | Cause::Registry
                    | Cause::Control
                    | Cause::Rule
                    | Cause::Hold
                    | Cause::Quota
                    | Cause::Budget
            ),
            _ => false,
        }
    }
}
