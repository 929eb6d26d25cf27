//! From the journal of one replication to one row.

use crate::journal::{
    BudgetRecord, FailoverRecord, JobRecord, MoveRecord, Observer, PhaseRecord, PoolRecord,
    RecoveryRecord, RuleRecord, RunRecord, ServiceRecord,
};
use crate::units::{Money, Span};

use super::books::Books;
use super::budget::Spending;
use super::cell::Cell;
use super::layout::{Layout, Subject};
use super::recovery::Recoveries;
use super::shares::Dimension;
use super::source::Source;
use super::tally::Tally;

/// What happened against a rule, or against any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Against {
    /// How often a job began to violate it.
    pub violations: u64,
    /// GPU-time that jobs held against it, in milli-GPU·ms.
    pub gpu_time: u128,
    /// How often something began to move against it.
    pub moves: u64,
    /// What moved against it, in bytes.
    pub bytes: u128,
    /// How often something was refused to move by it.
    pub refused: u64,
}

impl Against {
    fn add_moves(&mut self, record: &MoveRecord) {
        self.moves += record.moves;
        self.bytes += record.bytes;
        self.refused += record.refused;
    }

    fn add(&mut self, record: &RuleRecord) {
        self.violations += record.violations;
        self.gpu_time += record.gpu_time;
    }
}

/// Listens to one replication at a time and reuses its memory for the next.
#[derive(Debug)]
pub struct Fold {
    all: Tally,
    classes: Vec<Tally>,
    total: Books,
    owned: Books,
    rented: Books,
    pools: Vec<Books>,
    /// How long each service was out, in ms.
    services: Vec<u64>,
    /// By rule, over all pools.
    rules: Vec<Against>,
    any_rule: Against,
    /// By site and rule, where they are told apart by site.
    rules_at: Vec<Vec<Against>>,
    /// By pool, its site; empty where rules are not told apart by site.
    sites: Vec<u16>,
    /// `None` where nothing was heard of a phase.
    phases: Vec<Option<PhaseRecord>>,
    budgets: Vec<Spending>,
    /// By class; empty without failovers.
    recoveries: Vec<Recoveries>,
    failovers: Vec<FailoverRecord>,
    run: RunRecord,
    /// What no plan can go below, where somebody says so.
    bound: Option<Money>,
    /// By class, how long after its coming a job should be over; empty where none has a deadline.
    deadlines: Vec<Option<Span>>,
    dimensions: Vec<Dimension>,
    /// By dimension, what the pools of each of its groups add up to, as of the last row.
    groups: Vec<Vec<Books>>,
    /// With one class its tally would repeat `all`, so it is not kept.
    by_class: bool,
}

impl Fold {
    /// A fold for runs of the scenario that `layout` was made for.
    pub fn new(layout: &Layout) -> Self {
        Self {
            all: Tally::default(),
            classes: vec![Tally::default(); layout.classes()],
            total: Books::default(),
            owned: Books::default(),
            rented: Books::default(),
            pools: vec![Books::default(); layout.pools()],
            services: vec![0; layout.services()],
            rules: vec![Against::default(); layout.rules()],
            any_rule: Against::default(),
            rules_at: vec![
                vec![Against::default(); layout.rules()];
                layout
                    .sites()
                    .iter()
                    .map(|&site| usize::from(site) + 1)
                    .max()
                    .unwrap_or(0)
            ],
            sites: layout.sites().to_vec(),
            phases: vec![None; layout.phases()],
            budgets: vec![Spending::default(); layout.budgets()],
            recoveries: match layout.failovers() {
                0 => Vec::new(),
                _ => vec![Recoveries::default(); layout.classes()],
            },
            failovers: vec![FailoverRecord::default(); layout.failovers()],
            run: RunRecord::default(),
            bound: None,
            deadlines: layout.deadlines().to_vec(),
            dimensions: layout.dimensions().to_vec(),
            groups: vec![Vec::new(); layout.dimensions().len()],
            by_class: 1 < layout.classes(),
        }
    }

    /// Forgets the last replication; call it before each.
    pub fn clear(&mut self) {
        self.all.clear();
        self.classes.iter_mut().for_each(Tally::clear);
        self.total = Books::default();
        self.owned = Books::default();
        self.rented = Books::default();
        self.pools.fill(Books::default());
        self.services.fill(0);
        self.rules.fill(Against::default());
        self.any_rule = Against::default();
        for rules in &mut self.rules_at {
            rules.fill(Against::default());
        }
        self.phases.fill(None);
        self.budgets.fill(Spending::default());
        self.recoveries.iter_mut().for_each(Recoveries::clear);
        self.failovers.fill(FailoverRecord::default());
        self.run = RunRecord::default();
        self.bound = None;
    }

    /// Says what no plan can go below that does what the run did.
    pub fn bounded_by(&mut self, bound: Money) {
        self.bound = Some(bound);
    }

    /// The row of the replication just heard, in the order of `layout`, into `row`.
    pub fn row(&mut self, layout: &Layout, row: &mut Vec<Cell>) {
        row.clear();
        for (dimension, groups) in self.dimensions.iter().zip(&mut self.groups) {
            dimension.add_up(&self.pools, groups);
        }
        for column in &layout.columns {
            row.push(self.cell(column.metric.source, column.subject));
        }
    }

    fn cell(&mut self, source: Source, subject: Subject) -> Cell {
        match (source, subject) {
            (Source::EachPool(cell), Subject::Pool(pool)) => cell(&self.pools[pool]),
            (Source::Pools(cell) | Source::EachPool(cell), _) => cell(&self.total),
            (Source::Owned(cell), _) => cell(&self.owned),
            (Source::Rented(cell), _) => cell(&self.rented),
            (Source::Due(cell), Subject::Class(class)) => cell(&self.classes[class]),
            (Source::Due(cell), _) => cell(&self.all),
            (Source::EachClass(cell), Subject::Class(class)) => cell(&mut self.classes[class]),
            (Source::Jobs(cell) | Source::EachClass(cell), _) => cell(&mut self.all),
            (Source::EachService(cell), Subject::Service(service)) => {
                cell(Span(self.services[service]))
            }
            (Source::EachService(cell), _) => cell(Span(self.services.iter().sum())),
            (Source::EachRule(cell), Subject::Rule(rule)) => cell(&self.rules[rule]),
            (Source::EachRule(cell), Subject::RuleAt(rule, site)) => {
                cell(&self.rules_at[site][rule])
            }
            (Source::EachRule(cell), _) => cell(&self.any_rule),
            (Source::Run(cell), _) => cell(&self.run),
            (Source::Bound(cell), _) => self
                .bound
                .map_or_else(Cell::default, |bound| cell(&self.total, bound)),
            (Source::Phase(cell), Subject::Phase(phase)) => {
                self.phases[phase].as_ref().map_or_else(Cell::default, cell)
            }
            (Source::Budget(cell), Subject::Budget(budget)) => cell(&self.budgets[budget]),
            (Source::Alert(cell), Subject::Alert(budget, alert)) => {
                cell(self.budgets[budget].alert(alert))
            }
            (Source::Recovery(cell), Subject::Recovery(class)) => cell(&mut self.recoveries[class]),
            (Source::Failover(cell), Subject::Failover(index)) => cell(&self.failovers[index]),
            (Source::Groups(cell), Subject::Groups(of)) => cell(&self.groups[of]),
            (Source::Group(cell), Subject::Group(of, group)) => {
                let mut all = self.owned;
                all.join(&self.rented);
                cell(&self.groups[of][group], &all)
            }
            (Source::Provider(cell), Subject::Group(of, group)) => cell(&self.groups[of][group]),
            (
                Source::Phase(_)
                | Source::Group(_)
                | Source::Groups(_)
                | Source::Provider(_)
                | Source::Budget(_)
                | Source::Alert(_)
                | Source::Recovery(_)
                | Source::Failover(_),
                _,
            ) => Cell::default(),
        }
    }
}

impl Observer for Fold {
    fn begin(&mut self, of_class: &[u32]) {
        let all = of_class.iter().map(|&jobs| jobs as usize).sum();
        self.all.reserve(all);
        if self.by_class {
            for (tally, &jobs) in self.classes.iter_mut().zip(of_class) {
                tally.reserve(jobs as usize);
            }
        }
    }

    fn job(&mut self, record: &JobRecord) {
        self.all.add(record);
        if self.by_class {
            self.classes[record.class.index()].add(record);
        }
        if let Some(&Some(deadline)) = self.deadlines.get(record.class.index()) {
            self.all.add_due(record, deadline);
            if self.by_class {
                self.classes[record.class.index()].add_due(record, deadline);
            }
        }
    }

    fn pool(&mut self, record: &PoolRecord) {
        self.total.add(record);
        self.pools[record.pool.index()].add(record);
        if record.rented {
            self.rented.add(record);
        } else {
            self.owned.add(record);
        }
    }

    fn phase(&mut self, record: &PhaseRecord) {
        self.phases[usize::from(record.phase)] = Some(*record);
    }

    fn budget(&mut self, record: &BudgetRecord) {
        if let Some(spending) = self.budgets.get_mut(usize::from(record.budget)) {
            spending.add(record);
        }
    }

    fn recovery(&mut self, record: &RecoveryRecord) {
        if let Some(recoveries) = self.recoveries.get_mut(record.class.index()) {
            recoveries.add(record);
        }
    }

    fn failover(&mut self, record: &FailoverRecord) {
        if let Some(failover) = self.failovers.get_mut(usize::from(record.failover)) {
            *failover = *record;
        }
    }

    fn rule(&mut self, record: &RuleRecord) {
        let Some(rule) = record.rule else {
            return self.any_rule.add(record);
        };
        if let Some(&site) = self.sites.get(record.pool.index())
            && let Some(at) = self.rules_at[usize::from(site)].get_mut(usize::from(rule))
        {
            at.add(record);
        }
        if let Some(rule) = self.rules.get_mut(usize::from(rule)) {
            rule.add(record);
        }
    }

    fn moved_against(&mut self, record: &MoveRecord) {
        let Some(rule) = record.rule else {
            return self.any_rule.add_moves(record);
        };
        if let Some(rule) = self.rules.get_mut(usize::from(rule)) {
            rule.add_moves(record);
        }
    }

    fn service(&mut self, record: &ServiceRecord) {
        if let Some(out) = self.services.get_mut(record.service.index()) {
            *out = record.out.0;
        }
    }

    fn run(&mut self, record: &RunRecord) {
        self.run = *record;
        self.total.links = record.link_cost;
        self.total.people = record.people_cost;
        self.total.storage = record.storage_cost;
        self.total.transforms = record.transform_cost;
        self.total.validations = record.validations.cost;
        self.total.egress += record.copy_cost;
        self.total.discounts = record.discounts;
        self.total.shortfall = record.shortfall;
    }
}

#[cfg(test)]
mod tests;
