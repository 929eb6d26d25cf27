//! What may be wrong with copies that transforms make, and how they are looked at before anybody may read them.

use crate::dice::{Dice, Purpose};
use crate::process::{Law, law_ms};
use crate::units::{JobId, Money, ShapeId, Span};

use super::Model;
use super::transforms::{Transform, TransformWork};

/// All of it, in millionths.
const ALL: u64 = 1_000_000;
/// Draws for each time that a job has done its work.
const PARTS: u16 = 3;

/// Copies in which marks are left that should be gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaws {
    /// The share of them, in millionths.
    pub share: u32,
    /// How long after such a copy went out it is found, in ms.
    pub found_after: Law,
}

/// How something is looked at before it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// How long it takes.
    pub time: Span,
    /// What it costs each time.
    pub price: Money,
    /// What is good and does not pass, in millionths.
    pub false_fail: u32,
    /// What is flawed and passes, in millionths.
    pub false_pass: u32,
    /// As what it asks for GPUs; `None` where it asks for none.
    pub work: Option<TransformWork>,
}

/// How the results of jobs of a class are looked at, on the GPUs that they have, and what may be wrong with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspection {
    /// How they are looked at; nobody does if `None`.
    pub validation: Option<Validation>,
    /// What may be wrong with them, and nobody sees at first.
    pub flaws: Option<Flaws>,
}

/// What becomes of one attempt of a transform, or of a job that has done its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Whether it fails by itself: there is nothing to look at.
    pub fails: bool,
    /// Whether marks are left in what it makes.
    pub flawed: bool,
    /// Whether what it makes goes out.
    pub passes: bool,
}

/// What becomes of attempts on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prospects {
    /// The share of attempts that go out.
    pub passing: f64,
    /// The share of what goes out that is flawed.
    pub flawed: f64,
}

impl Validation {
    /// The share of what is flawed, or good, that passes, in millionths.
    const fn passing(&self, flawed: bool) -> u64 {
        if flawed {
            self.false_pass as u64
        } else {
            ALL - self.false_fail as u64
        }
    }
}

impl Transform {
    /// Whether something flawed can go out.
    pub fn can_let_flaws_out(&self) -> bool {
        let lets = self.validation.as_ref();
        self.flaws.as_ref().is_some_and(|flaws| flaws.share > 0)
            && lets.is_none_or(|validation| validation.false_pass > 0)
    }

    /// Whether luck has a part in what it makes.
    pub(super) fn rolls_dice(&self) -> bool {
        let fails = |validation: &Validation| validation.false_fail > 0;
        self.fails > 0
            || self.flaws.as_ref().is_some_and(|flaws| flaws.share > 0)
            || self.validation.as_ref().is_some_and(fails)
    }

    /// What becomes of attempts: with the shares that fail f, are flawed x, pass though flawed p and do not though good n,
    /// (1 − f)·((1 − x)(1 − n) + x·p) of them go out, of which x·p over the latter sum are flawed.
    pub fn prospects(&self) -> Prospects {
        prospects(self.fails, self.flaws.as_ref(), self.validation.as_ref())
    }

    /// How long looking at what it makes takes.
    pub fn validation_time(&self) -> Span {
        self.validation
            .as_ref()
            .map_or(Span::ZERO, |validation| validation.time)
    }
}

fn prospects(fails: u32, flaws: Option<&Flaws>, validation: Option<&Validation>) -> Prospects {
    let share = |millionths: u32| f64::from(millionths) / ALL as f64;
    let flawed = flaws.map_or(0.0, |flaws| share(flaws.share));
    let (fail, pass) = validation.map_or((0.0, 1.0), |validation| {
        (share(validation.false_fail), share(validation.false_pass))
    });
    let (good, bad) = ((1.0 - flawed) * (1.0 - fail), flawed * pass);
    let out = good + bad;
    Prospects {
        passing: (1.0 - share(fails)) * out,
        flawed: if out > 0.0 { bad / out } else { 0.0 },
    }
}

/// Whether something is flawed, and passes; `below` draws for each of both whether it is below so many millionths.
fn verdict(
    (flaws, validation): (Option<&Flaws>, Option<&Validation>),
    below: impl Fn(u16, u64) -> bool,
) -> (bool, bool) {
    let flawed = flaws.is_some_and(|flaws| below(0, u64::from(flaws.share)));
    let passes = validation.is_none_or(|validation| below(1, validation.passing(flawed)));
    (flawed, passes)
}

impl Inspection {
    /// What becomes of results, as of attempts of a transform.
    pub fn prospects(&self) -> Prospects {
        prospects(0, self.flaws.as_ref(), self.validation.as_ref())
    }

    /// Whether luck has a part in it.
    pub(super) fn rolls_dice(&self) -> bool {
        let fails = |validation: &Validation| validation.false_fail > 0;
        self.flaws.is_some() || self.validation.as_ref().is_some_and(fails)
    }

    /// How long looking at a result takes, on the reference GPU type.
    pub fn time(&self) -> Span {
        let validation = self.validation.as_ref();
        validation.map_or(Span::ZERO, |validation| validation.time)
    }
}

impl Model {
    /// How results of jobs of a shape are looked at, if they are.
    pub fn inspection(&self, shape: ShapeId) -> Option<&Inspection> {
        let class = self.class_of(shape).index();
        self.inspections.get(class).and_then(Option::as_ref)
    }

    /// What becomes of a job of a class that has done its work for the `tries`-th time after the first.
    pub fn fate_of_result(&self, dice: &Dice, (shape, job): (ShapeId, JobId), tries: u16) -> Fate {
        let of = self.inspection(shape);
        let of = of.map_or((None, None), |of| {
            (of.flaws.as_ref(), of.validation.as_ref())
        });
        let (flawed, passes) = verdict(of, |part, share| {
            share > 0
                && self
                    .luck_of_result(dice, (shape, job), tries * PARTS + part)
                    .below(ALL)
                    < share
        });
        Fate {
            fails: false,
            flawed,
            passes,
        }
    }

    /// How long it takes until a result that counted though it was flawed is found.
    pub fn result_found_after(
        &self,
        dice: &Dice,
        (shape, job): (ShapeId, JobId),
        tries: u16,
    ) -> Span {
        let flaws = self.inspection(shape).and_then(|of| of.flaws.as_ref());
        flaws.map_or(Span::ZERO, |flaws| match flaws.found_after {
            Law::Constant(ms) => Span(ms as u64),
            ref law => law_ms(
                law,
                &mut self.luck_of_result(dice, (shape, job), tries * PARTS + 2),
            ),
        })
    }

    fn luck_of_result(
        &self,
        dice: &Dice,
        (shape, job): (ShapeId, JobId),
        part: u16,
    ) -> crate::dice::Stream {
        let key = dice.key("class", &self.classes[self.class_of(shape).index()].name);
        dice.stream(key, Purpose::Validation, job.0, part)
    }

    /// What becomes of an attempt at a copy: by the names of transform and data set and by its number.
    pub fn fate(&self, dice: &Dice, made: usize, attempt: u32) -> Fate {
        let transform = self.transform_of(made);
        let fails = self.attempt_fails(dice, made, attempt);
        let below = |part: u16, share: u64| {
            share > 0 && self.luck(dice, made, (attempt, part)).below(ALL) < share
        };
        let of = (transform.flaws.as_ref(), transform.validation.as_ref());
        let (flawed, passes) = verdict(of, below);
        Fate {
            fails,
            flawed,
            passes: passes && !fails,
        }
    }

    /// How long it takes until an attempt that went out flawed is found.
    pub fn found_after(&self, dice: &Dice, made: usize, attempt: u32) -> Span {
        let flaws = self.transform_of(made).flaws.as_ref();
        flaws.map_or(Span::ZERO, |flaws| match flaws.found_after {
            Law::Constant(ms) => Span(ms as u64),
            ref law => law_ms(law, &mut self.luck(dice, made, (attempt, 2))),
        })
    }

    fn luck(&self, dice: &Dice, made: usize, (attempt, part): (u32, u16)) -> crate::dice::Stream {
        let base = &self.dataset(self.transforms.derived[made].base).name;
        let key = dice.key(&self.transform_of(made).name, base);
        dice.stream(key, Purpose::Validation, attempt, part)
    }

    /// The transform that makes a copy.
    pub(super) fn transform_of(&self, made: usize) -> &Transform {
        &self.transforms.list[usize::from(self.transforms.derived[made].transform)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Dataset, Derived, Traffic, TransformKind};
    use crate::units::{Bandwidth, BytePrice, Bytes, Currency, DatasetId, Epoch, SiteId};

    fn transform(fails: u32, flawed: u32, validation: Option<(u32, u32)>) -> Transform {
        Transform {
            name: "mask".to_owned(),
            kind: TransformKind::Mask,
            lead: Span::ZERO,
            rate: Bandwidth(1),
            price: BytePrice(0),
            fails,
            work: None,
            flaws: Some(Flaws {
                share: flawed,
                found_after: Law::Exponential { mean: 1e6 },
            }),
            validation: validation.map(|(false_fail, false_pass)| Validation {
                false_fail,
                false_pass,
                ..Validation::default()
            }),
        }
    }

    fn model(transform: Transform) -> Model {
        let epoch = Epoch::parse("2026-01-05T00:00:00Z").unwrap();
        let mut model = Model::bare("flaws", epoch, Currency::parse("USD").unwrap());
        model.datasets = vec![Dataset {
            name: "records".to_owned(),
            size: Bytes(1),
            kept: vec![SiteId(0)],
            storage: BytePrice(0),
            traffic: Traffic::Bulk,
            key: None,
            artifact: None,
        }];
        model.transforms.list = vec![transform];
        model.transforms.derived = vec![Derived {
            dataset: DatasetId(1),
            base: DatasetId(0),
            transform: 0,
            copy: 0,
            site: SiteId(0),
        }];
        model
    }

    #[test]
    fn prospects_are_worked_out() {
        // .9 · (.8 · .75 + .2 · .5) = .63; .1 / .7.
        let found = transform(100_000, 200_000, Some((250_000, 500_000))).prospects();
        assert!((found.passing - 0.63).abs() < 1e-12, "{found:?}");
        assert!((found.flawed - 1.0 / 7.0).abs() < 1e-12, "{found:?}");
        // Whoever looks at nothing lets everything pass.
        let found = transform(0, 200_000, None).prospects();
        assert!((found.passing - 1.0).abs() < 1e-12 && (found.flawed - 0.2).abs() < 1e-12);
    }

    /// Over 20,000 worlds attempts go out, and are flawed, as often as the closed forms say, within five standard errors.
    #[test]
    fn attempts_fare_as_often_as_is_said() {
        let transform = transform(100_000, 200_000, Some((250_000, 500_000)));
        let expected = transform.prospects();
        let model = model(transform);
        let (mut attempts, mut flawed, worlds) = (0_u32, 0_u32, 20_000);
        for replication in 0..worlds {
            let dice = Dice {
                seed: 7,
                replication,
            };
            let first = (0..1_000).find(|&attempt| model.fate(&dice, 0, attempt).passes);
            let first = first.unwrap();
            attempts += first + 1;
            flawed += u32::from(model.fate(&dice, 0, first).flawed);
        }
        // Attempts up to the first that passes are geometric: mean 1/p, variance (1 − p)/p².
        let p = expected.passing;
        let mean = f64::from(attempts) / f64::from(worlds);
        let error = ((1.0 - p) / (p * p) / f64::from(worlds)).sqrt();
        assert!((mean - 1.0 / p).abs() < 5.0 * error, "{mean}");
        let share = f64::from(flawed) / f64::from(worlds);
        let error = (expected.flawed * (1.0 - expected.flawed) / f64::from(worlds)).sqrt();
        assert!((share - expected.flawed).abs() < 5.0 * error, "{share}");
    }

    #[test]
    fn luck_belongs_to_the_attempt_and_grows_with_its_share() {
        let dice = Dice {
            seed: 3,
            replication: 0,
        };
        let (few, many) = (transform(0, 100_000, None), transform(0, 300_000, None));
        let (few, many) = (model(few), model(many));
        let flawed = |model: &Model| -> Vec<u32> {
            let all = 0..500;
            all.filter(|&one| model.fate(&dice, 0, one).flawed)
                .collect()
        };
        let (few, many) = (flawed(&few), flawed(&many));
        assert!(!few.is_empty() && few.len() < many.len());
        assert!(few.iter().all(|one| many.contains(one)));
    }
}
