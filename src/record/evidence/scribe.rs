//! Writes what it hears of one run as evidence.

use std::io::Write;
use std::sync::mpsc::{channel, sync_channel};

use crate::journal::{
    BudgetRecord, Circumstance, Deletion, Fact, Justification, Movement, Observer, RunRecord,
};
use crate::units::{JobId, Money, PoolId, ShapeId, SimTime};

use super::super::decimal::decimal;
use super::basis;
use super::chain::Chain;
use super::clerk::{Clerk, Names};
use super::interner::Interner;
use super::line::Line;
use super::moved;
use super::page::{Note, Page, Verdict};
use super::scored;
use super::spelt::Spelt;
use super::words::{EvidenceWords, RunWords};

/// Blocks of notes that may wait to be written; then the run waits.
const BLOCKS: usize = 8;
/// The name of the thread that makes lines and writes them.
const WRITER: &str = "evidence";

/// Takes note of the decisions of one run.
pub struct Scribe<'a> {
    pub(super) page: Page,
    pub(super) words: &'a EvidenceWords,
    pub(super) run: &'a RunWords<'a>,
    pub(super) spelt: Spelt,
    /// Whether anything was decided: what is placed before was there before the run.
    decided: bool,
    /// By shape and version of its work, whether its jobs were described.
    described: Vec<bool>,
    /// How many descriptions are not so any more.
    outdated: u32,
    bases: Interner,
    ways: Interner,
    /// Memory for what is looked up.
    key: Vec<u64>,
    /// Whom a failover turned away, whose end is told next.
    pub(super) turned_away: Option<JobId>,
    /// How many changes of attributes there were.
    pub(super) stage: usize,
    /// What was found and holds, a bit each.
    pub(super) holding: usize,
}

/// Writes the evidence of one run while `play` plays it for the scribe. Lines are made and written on a thread of their own,
/// at most a few blocks of notes behind: what is kept in memory does not grow with the run.
///
/// What cannot be written is told by [`Chain::check`].
pub fn write_run<W: Write + Send, R>(
    chain: &mut Chain<W>,
    (words, run): (&EvidenceWords, &RunWords<'_>),
    play: impl FnOnce(&mut Scribe<'_>) -> R,
) -> R {
    let spelt = Spelt::of(words);
    let frame = Spelt::frame(words, (run, chain.begin_run()));
    let (out, blocks) = sync_channel(BLOCKS);
    let (gives_back, back) = channel();
    let (tenants, pools) = (spelt.tenants.clone(), spelt.pool_names.clone());
    let names = Names {
        tenants: &tenants,
        pools: &pools,
    };
    let mut clerk = Clerk::new(chain, (run, names), (words.epoch, &frame));
    let mut scribe = Scribe::new(Page::new(out, back), (words, run), spelt);
    let (played, begun) = std::thread::scope(|scope| {
        // Named, so that whoever looks at a running program sees which thread that is.
        let writer = std::thread::Builder::new().name(WRITER.to_owned());
        let begun = writer.spawn_scoped(scope, move || clerk.write_all(&blocks, &gives_back));
        let played = play(&mut scribe);
        // Whoever waits for more is told that there is none.
        scribe.page.close();
        (played, begun.map(|_| ()))
    });
    if let Err(error) = begun {
        chain.fail(error);
    }
    played
}

impl<'a> Scribe<'a> {
    fn new(
        mut page: Page,
        (words, run): (&'a EvidenceWords, &'a RunWords<'a>),
        spelt: Spelt,
    ) -> Self {
        page.line(SimTime::ZERO, "run", |line| Spelt::begin(line, words, run));
        Self {
            page,
            words,
            run,
            decided: false,
            described: vec![false; words.shapes.len() * spelt.versions()],
            outdated: 0,
            bases: Interner::new(),
            ways: Interner::new(),
            key: Vec::new(),
            turned_away: None,
            stage: 0,
            holding: 0,
            spelt,
        }
    }

    /// The number of what is said of jobs of a shape in a version of its work; says it if nobody has.
    fn work(&mut self, at: SimTime, (shape, version): (ShapeId, u8)) -> u32 {
        let place = shape.index() * self.spelt.versions() + usize::from(version);
        let number = self.outdated + place as u32 + 1;
        if !self.described[place] {
            self.described[place] = true;
            let members = self.spelt.subject((shape, version));
            self.page.line(at, "work", |line| {
                line.count("work", u64::from(number));
                line.members(members.as_bytes());
            });
        }
        number
    }

    /// Rules know something else from now on: what was said is said anew.
    pub(super) fn turn(&mut self, known: Option<usize>) {
        self.spelt.turn(self.words, known);
        self.outdated += self.described.len() as u32;
        self.described.fill(false);
        self.bases.forget();
        self.ways.forget();
    }

    /// A line about a job.
    pub(super) fn about(
        &mut self,
        (at, kind): (SimTime, &str),
        job: JobId,
        fill: impl FnOnce(&mut Line, &Spelt),
    ) {
        let work = self.work(at, (self.run.jobs.shape(job), 0));
        let (run, spelt) = (self.run, &self.spelt);
        let mut name = String::new();
        run.jobs.name(job, &mut name);
        self.page.line(at, kind, |line| {
            line.text("job", &name);
            line.json("tenant", &spelt.tenants[run.jobs.tenant(job).index()]);
            line.count("work", u64::from(work));
            fill(line, spelt);
        });
    }

    /// A job goes on that ran before the run began: nobody decided that here.
    fn given(&mut self, at: SimTime, job: JobId, pool: PoolId) {
        self.about((at, "placement"), job, |line, spelt| {
            line.json("destination", &spelt.pools[pool.index()]);
            line.text("verdict", Verdict::Given.name());
            line.text("reason", "it ran there before the run began");
        });
    }

    /// A decision that gave a job a pool, or refused it what it might have had.
    fn decision(&mut self, why: &Justification) {
        let (mut version, mut verdict) = (0, Verdict::Refuse);
        if let Some(taken) = why.taken() {
            version = taken.version;
            verdict = match taken.violated {
                0 => Verdict::Allow,
                _ => Verdict::Audit,
            };
        }
        let work = self.work(why.at, (why.shape, version));
        basis::key(&mut self.key, why);
        let (basis, is_new) = self.bases.number(&self.key);
        if is_new {
            let spelt = &self.spelt;
            self.page.line(why.at, "basis", |line| {
                line.count("basis", u64::from(basis));
                basis::tell(line, why, spelt);
            });
        }
        let (scores, left_off) = scored::note(&mut self.page, why);
        let note = Note::Decision {
            job: why.job,
            work,
            basis,
            verdict,
            measure: basis::measure(why.choice),
            scores,
            left_off,
        };
        self.page.note(why.at, note);
    }
}

impl Observer for Scribe<'_> {
    const JUSTIFIES: bool = true;
    const MOVEMENTS: bool = true;

    fn circumstance(&mut self, at: SimTime, circumstance: &Circumstance) {
        self.led(at, circumstance);
    }

    fn movement(&mut self, at: SimTime, movement: &Movement) {
        moved::key(&mut self.key, movement);
        let (way, is_new) = self.ways.number(&self.key);
        if is_new {
            let words = (self.words, &self.spelt);
            self.page.line(at, "way", |line| {
                line.count("way", u64::from(way));
                moved::tell(line, movement, words);
            });
        }
        let note = Note::Move {
            job: moved::subject(movement.what).2,
            way,
            step: movement.step,
            verdict: moved::verdict(movement),
            bytes: movement.bytes.0,
            number: movement.number,
        };
        self.page.note(at, note);
    }

    #[inline]
    fn justified(&mut self, why: &Justification) {
        self.decided = true;
        // Who only waits for room was refused nothing.
        if why.chosen.is_some() || why.is_refused() || basis::refusing(why) != 0 {
            self.decision(why);
        }
    }

    #[inline]
    fn fact(&mut self, at: SimTime, fact: Fact) {
        match fact {
            // All others were justified before; that they ran and ended, the files of jobs tell.
            Fact::Placed(job, pool) => {
                if !self.decided {
                    self.given(at, job, pool);
                }
            }
            Fact::Submitted(_) | Fact::Started(..) => {}
            fact => self.hear(at, fact),
        }
    }

    fn deleted(&mut self, at: SimTime, deletion: &Deletion) {
        self.deletion(at, deletion, false);
    }

    fn proven(&mut self, at: SimTime, deletion: &Deletion) {
        self.deletion(at, deletion, true);
    }

    fn budget(&mut self, record: &BudgetRecord) {
        let money = |amount: Money| decimal(amount.0, Money::TICKS_PER_UNIT as u128, 6);
        let budget = &self.words.budgets[usize::from(record.budget)];
        self.page.line(record.to, "budget", |line| {
            line.open("subject");
            line.text("budget", budget);
            line.count("from_ms", record.from.0);
            line.close();
            line.text("verdict", "told");
            line.text("reason", "what was spent of it in this period");
            line.json("cost", &money(record.spent));
            if let Some(amount) = record.amount {
                line.json("amount", &money(amount));
            }
        });
    }

    fn run(&mut self, record: &RunRecord) {
        self.page.line(record.horizon, "end", |line| {
            line.text("digest", &format!("{:016x}", record.digest));
            line.count("events", record.events);
        });
    }
}
