//! Errands: attempts of transforms, and looks at what they made, that ask for GPUs. They are jobs like all others, but come when somebody needs what they
//! make, not when a tape says so.

use crate::dice::{Dice, Purpose};
use crate::units::{SimTime, Span};

use super::Model;
use super::request::{Outcome, Request};
use super::timeline::{Timeline, Truth};
use super::transforms::TransformWork;

/// An attempt that may come, or a look at what it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errand {
    /// Which copy it makes, by index.
    pub made: u16,
    /// Which attempt it is, from 0.
    pub attempt: u32,
    /// Whether it looks at what the attempt made.
    pub validates: bool,
    /// What it asks for. When it comes is known when it does.
    pub request: Request,
    /// How long it works, and whether it fails.
    pub truth: Truth,
}

/// So many attempts beside those that luck demands can be sent out: some may be turned away, shed or cancelled.
const SPARE: u32 = 16;

impl Errand {
    fn new(
        (made, attempt, validates): (usize, u32, bool),
        work: TransformWork,
        span: Span,
        fails: bool,
    ) -> Self {
        Self {
            made: made as u16,
            attempt,
            validates,
            request: Request {
                submit: SimTime::NEVER,
                requested: span,
                shape: work.shape,
                tenant: work.tenant,
                priority: 0,
            },
            truth: Truth {
                work: span,
                outcome: if fails {
                    Outcome::Failed
                } else {
                    Outcome::Finished
                },
            },
        }
    }
}

impl Timeline {
    /// Draws how the attempts of transforms fare: each by the names of transform and data set and by its number, so that
    /// what else is transformed, and when, moves nobody's luck.
    pub fn sample_errands(&mut self, model: &Model, dice: &Dice) {
        let transforms = &model.transforms;
        if !transforms.are_used() {
            return;
        }
        for (index, made) in transforms.derived.iter().enumerate() {
            let transform = &transforms.list[usize::from(made.transform)];
            let validation = transform.validation.as_ref();
            let looks = validation.and_then(|validation| validation.work);
            if transform.work.is_none() && looks.is_none() {
                continue;
            }
            let takes = transform.time(model.dataset(made.base).size);
            let mut spare = SPARE;
            let mut attempt = 0;
            while 0 < spare {
                let fate = model.fate(dice, index, attempt);
                if let Some(work) = transform.work {
                    let of = (index, attempt, false);
                    self.errands.push(Errand::new(of, work, takes, fate.fails));
                }
                if let Some(work) = looks {
                    let of = (index, attempt, true);
                    let takes = transform.validation_time();
                    self.errands.push(Errand::new(of, work, takes, false));
                }
                spare -= u32::from(fate.passes);
                attempt += 1;
            }
        }
    }

    /// The number among all jobs of an attempt at a copy, or of a look at what it made; `None` if there are no more.
    pub fn errand_of(&self, made: u16, attempt: u32, validates: bool) -> Option<usize> {
        let key = |errand: &Errand| (errand.made, errand.attempt, errand.validates);
        let sought = (made, attempt, validates);
        let index = self.errands.partition_point(|errand| key(errand) < sought);
        let errand = self.errands.get(index)?;
        (key(errand) == sought).then_some(self.requests.len() + index)
    }
}

impl Model {
    /// Whether an attempt at a copy fails.
    pub fn attempt_fails(&self, dice: &Dice, made: usize, attempt: u32) -> bool {
        let made = &self.transforms.derived[made];
        let transform = &self.transforms.list[usize::from(made.transform)];
        let share = u64::from(transform.fails);
        share > 0 && {
            let base = &self.dataset(made.base).name;
            let key = dice.key(&transform.name, base);
            let mut stream = dice.stream(key, Purpose::Transform, attempt, 0);
            stream.below(1_000_000) < share
        }
    }

    /// What an attempt of a transform is called.
    pub(super) fn errand_name(&self, errand: &Errand) -> String {
        let made = &self.transforms.derived[usize::from(errand.made)];
        let transform = &self.transforms.list[usize::from(made.transform)].name;
        let base = &self.dataset(made.base).name;
        let what = if errand.validates { " validation" } else { "" };
        format!("{transform} {base} {}{what}", errand.attempt + 1)
    }
}
