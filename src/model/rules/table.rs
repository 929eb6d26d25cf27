//! Rules worked out: for all jobs and pools that can be told apart, in each situation, which of them fire.

use std::collections::{BTreeMap, BTreeSet};

use crate::units::ShapeId;

use super::{
    CELLS_MAX, Condition, Findings, Of, Rule, RuleEffect, RuleOn, Rules, Tuple, Vocabulary, bits,
};

impl Rules {
    /// Rules that fire as `fires_at` says of a rule, a shape and a pool: for models that are made by hand.
    pub fn by_hand(
        list: Vec<Rule>,
        (shapes, pools): (usize, usize),
        fires_at: impl Fn(usize, usize, usize) -> bool,
    ) -> Self {
        let permits = bits(&list, |rule| rule.permits(RuleOn::Run));
        let cells = (0..shapes).flat_map(|shape| (0..pools).map(move |pool| (shape, pool)));
        let fired = cells.map(|(shape, pool)| {
            let of_jobs = |rule: &usize| list[*rule].on == RuleOn::Run;
            let fires = (0..list.len()).filter(of_jobs);
            let fires = fires.filter(|&rule| fires_at(rule, shape, pool));
            fires.fold(0, |bits, rule| bits | 1 << rule)
        });
        Self {
            fired: fired.collect(),
            unknown: vec![0; shapes * pools],
            unlabelled: vec![BTreeSet::new(); list.len()],
            list,
            rows: (0..shapes as u32).collect(),
            rows_each: shapes,
            versions: 1,
            columns: (0..pools as u32).collect(),
            columns_each: pools,
            width: pools,
            permits,
            of_jobs: Vec::new(),
            of_targets: Vec::new(),
            controls: Vec::new(),
            changes: Vec::new(),
            findings: Findings::default(),
            vetoes: Vec::new(),
        }
    }

    /// Works out for which jobs each rule holds in which pools; `None` if there are too many to tell apart. `jobs` has
    /// by situation the attributes of each shape in each version of its work, with a bit for each transform that was used
    /// on all of what it reads then; `targets` by situation those of each pool.
    pub(in crate::model) fn work_out(
        list: Vec<(Rule, Condition)>,
        vocabulary: &Vocabulary,
        (jobs, versions, situations): (&[(Tuple, u32)], usize, usize),
        targets: &[Tuple],
    ) -> Option<Self> {
        let (list, conditions): (Vec<Rule>, Vec<Condition>) = list.into_iter().unzip();
        let mut read = Vec::new();
        for (rule, condition) in list.iter().zip(&conditions) {
            if rule.on == RuleOn::Run {
                condition.reads(&mut read);
            }
        }
        let (rows, kinds) = interned(jobs, &read);
        let own: Vec<Tuple> = jobs.iter().map(|job| job.0.clone()).collect();
        let own = vocabulary.known(Of::Job, &own).into_iter();
        let of_jobs = own.zip(jobs.iter().map(|job| job.1)).collect();
        let alone: Vec<(Tuple, u32)> = targets.iter().map(|one| (one.clone(), 0)).collect();
        let (columns, places) = interned(&alone, &read);
        let width = places.len();
        if kinds.len().saturating_mul(width) > CELLS_MAX {
            return None;
        }
        let mut rules = Self {
            permits: bits(&list, |rule| rule.permits(RuleOn::Run)),
            unlabelled: vec![BTreeSet::new(); list.len()],
            list,
            rows,
            rows_each: jobs.len() / situations,
            versions,
            columns,
            columns_each: targets.len() / situations,
            width,
            fired: Vec::with_capacity(kinds.len() * width),
            unknown: Vec::with_capacity(kinds.len() * width),
            of_jobs,
            of_targets: vocabulary.known(Of::Target, targets),
            controls: Vec::new(),
            changes: Vec::new(),
            findings: Findings::default(),
            vetoes: Vec::new(),
        };
        for job in &kinds {
            for (target, _) in &places {
                rules.judge(&conditions, vocabulary, job, target);
            }
        }
        Some(rules)
    }

    /// Works out one cell.
    fn judge(
        &mut self,
        conditions: &[Condition],
        vocabulary: &Vocabulary,
        (job, used): &(Tuple, u32),
        target: &Tuple,
    ) {
        let (mut fires, mut open) = (0, 0);
        for (index, condition) in conditions.iter().enumerate() {
            let bit = 1 << index;
            let rule = &self.list[index];
            let satisfied = rule
                .transform
                .is_some_and(|transform| used & 1 << transform != 0);
            if rule.on == RuleOn::Move || satisfied {
                continue;
            }
            match condition.holds(&[job, target]) {
                Some(true) => fires |= bit,
                Some(false) => {}
                None => {
                    open |= bit;
                    // Nobody knows that it is allowed, so it is not.
                    if self.list[index].effect != RuleEffect::Permit {
                        fires |= bit;
                    }
                    let names = condition.lacks(vocabulary, &[job, target]);
                    self.unlabelled[index].extend(names);
                }
            }
        }
        self.fired.push(fires);
        self.unknown.push(open);
    }

    /// The same, where from the second situation on each fires as said of a situation, a rule, a shape and a pool: for
    /// models that are made by hand.
    #[must_use]
    pub fn then_by_hand(
        mut self,
        situations: u16,
        fires_at: impl Fn(u16, usize, usize, usize) -> bool,
    ) -> Self {
        let (shapes, pools) = (self.rows_each, self.columns_each);
        for situation in 1..situations {
            let fires = |rule, shape, pool| fires_at(situation, rule, shape, pool);
            let later = Self::by_hand(self.list.clone(), (shapes, pools), fires);
            let first = usize::from(situation) * shapes;
            self.rows
                .extend((first..first + shapes).map(|row| row as u32));
            self.columns.extend(0..pools as u32);
            self.fired.extend(later.fired);
            self.unknown.extend(later.unknown);
        }
        self
    }

    /// Whether rules about where jobs run see the same in two situations.
    pub(in crate::model) fn looks_like(&self, situation: u16, other: u16) -> bool {
        let part = |all: &[u32], each: usize, of: u16| {
            let from = usize::from(of) * each;
            all[from..from + each].to_vec()
        };
        let rows = part(&self.rows, self.rows_each, situation);
        let rows = rows
            .into_iter()
            .zip(part(&self.rows, self.rows_each, other));
        let columns = part(&self.columns, self.columns_each, situation);
        let columns = columns
            .into_iter()
            .zip(part(&self.columns, self.columns_each, other));
        let columns: BTreeSet<(u32, u32)> = columns.collect();
        let rows: BTreeSet<(u32, u32)> = rows.collect();
        let cell = |row: u32, column: u32| {
            let cell = row as usize * self.width + column as usize;
            (self.fired[cell], self.unknown[cell])
        };
        rows.into_iter().all(|(here, there)| {
            let mut columns = columns.iter();
            columns.all(|&(one, two)| cell(here, one) == cell(there, two))
        })
    }

    /// Gives a copy of a shape a place right behind it.
    pub(in crate::model) fn repeat(&mut self, shape: ShapeId) {
        self.repeat_known(shape);
        let (each, versions) = (self.rows_each, self.versions);
        if 0 < each && (shape.index() + 1) * versions <= each {
            for situation in (0..self.rows.len() / each).rev() {
                let from = situation * each + shape.index() * versions;
                let rows = self.rows[from..from + versions].to_vec();
                self.rows.splice(from + versions..from + versions, rows);
            }
            self.rows_each += versions;
        }
    }
}

/// Tuples that differ in what is read, and which of them each is; what was used on them tells them apart, too.
fn interned(tuples: &[(Tuple, u32)], read: &[u16]) -> (Vec<u32>, Vec<(Tuple, u32)>) {
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    let mut distinct: Vec<(Tuple, u32)> = Vec::new();
    let mut place = |(tuple, used): &(Tuple, u32)| {
        let seen: Tuple = tuple
            .iter()
            .enumerate()
            .map(|(index, value)| value.clone().filter(|_| read.contains(&(index as u16))))
            .collect();
        *known.entry(format!("{used} {seen:?}")).or_insert_with(|| {
            distinct.push((seen, *used));
            distinct.len() as u32 - 1
        })
    };
    let places = tuples.iter().map(&mut place).collect();
    (places, distinct)
}
