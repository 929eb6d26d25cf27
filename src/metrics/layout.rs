//! The columns of a scenario: which metric of which class or pool stands where.

use crate::units::Span;

use super::shares::Dimension;
use super::source::Source;
use super::table::{METRICS, Metric};

/// Whom a column is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Everybody.
    Whole,
    /// One class, by index.
    Class(usize),
    /// One pool, by index.
    Pool(usize),
    /// One service, by index.
    Service(usize),
    /// One phase, by index.
    Phase(usize),
    /// One budget, by index.
    Budget(usize),
    /// One alert of a budget, both by index.
    Alert(usize, usize),
    /// One class that belongs to a failover, by index of the class.
    Recovery(usize),
    /// One failover, by index.
    Failover(usize),
    /// One rule, by index; behind the last, what nothing permits.
    Rule(usize),
    /// One rule in the pools of one site, both by index.
    RuleAt(usize, usize),
    /// All groups of one dimension, by index.
    Groups(usize),
    /// One group of a dimension, both by index.
    Group(usize, usize),
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name: the metric's id, and after a dot the class, pool or service.
    pub id: String,
    /// Its definition.
    pub metric: &'static Metric,
    /// Whom it is about.
    pub subject: Subject,
}

/// All columns of a scenario, built once; every row of every replication follows it.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The columns, in the order of [`METRICS`]: first the whole, then each class or pool.
    pub columns: Vec<Column>,
    classes: usize,
    pools: usize,
    services: usize,
    phases: usize,
    budgets: usize,
    rules: usize,
    failovers: usize,
    deadlines: Vec<Option<Span>>,
    /// By pool, its site, where rules are told apart by site.
    sites: Vec<u16>,
    dimensions: Vec<Dimension>,
}

impl Layout {
    /// The columns for classes and pools of these names. A single class or pool gets no columns of its own:
    /// they would repeat the whole.
    pub fn new(classes: &[String], pools: &[String]) -> Self {
        Self::with_services(classes, pools, &[])
    }

    /// As [`Layout::new`], with columns for services as well.
    pub fn with_services(classes: &[String], pools: &[String], services: &[String]) -> Self {
        let mut columns = Vec::new();
        for metric in METRICS {
            // What is told of phases, budgets and failovers has no whole, and the bound is not always known.
            if metric.source.has_no_whole() {
                continue;
            }
            columns.push(Column {
                id: metric.id.to_owned(),
                metric,
                subject: Subject::Whole,
            });
            let (names, subject): (&[String], fn(usize) -> Subject) = match metric.source {
                Source::EachClass(_) => (classes, Subject::Class),
                Source::EachPool(_) => (pools, Subject::Pool),
                Source::EachService(_) => (services, Subject::Service),
                _ => (&[], Subject::Class),
            };
            if names.len() < 2 {
                continue;
            }
            columns.extend(names.iter().enumerate().map(|(index, name)| Column {
                id: format!("{}.{name}", metric.id),
                metric,
                subject: subject(index),
            }));
        }
        Self {
            columns,
            classes: classes.len(),
            pools: pools.len(),
            services: services.len(),
            phases: 0,
            budgets: 0,
            rules: 0,
            failovers: 0,
            deadlines: Vec::new(),
            sites: Vec::new(),
            dimensions: Vec::new(),
        }
    }

    /// With columns for providers, jurisdictions and GPU types.
    #[must_use]
    pub fn with_dimensions(mut self, dimensions: Vec<Dimension>) -> Self {
        for metric in METRICS {
            for (index, of) in dimensions.iter().enumerate() {
                let whole = format!("{}.{}", metric.id, of.name);
                let each = match metric.source {
                    Source::Group(_) => true,
                    Source::Provider(_) => of.name == "provider",
                    _ => false,
                };
                if let Source::Groups(_) = metric.source {
                    self.columns.push(Column {
                        id: whole,
                        metric,
                        subject: Subject::Groups(index),
                    });
                } else if each {
                    let groups = of.groups.iter().enumerate();
                    self.columns.extend(groups.map(|(group, name)| Column {
                        id: format!("{whole}.{name}"),
                        metric,
                        subject: Subject::Group(index, group),
                    }));
                }
            }
        }
        self.dimensions = dimensions;
        self
    }

    /// In which ways pools are sorted into groups.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// With columns for phases of these names, be it only one.
    #[must_use]
    pub fn with_phases(mut self, phases: &[String]) -> Self {
        for metric in METRICS {
            if let Source::Phase(_) = metric.source {
                let of = phases.iter().enumerate().map(|(index, name)| Column {
                    id: format!("{}.{name}", metric.id),
                    metric,
                    subject: Subject::Phase(index),
                });
                self.columns.extend(of);
            }
        }
        self.phases = phases.len();
        self
    }

    /// With columns for budgets of these names and alerts (in millionths), be it only one.
    #[must_use]
    pub fn with_budgets(mut self, budgets: &[(String, Vec<u32>)]) -> Self {
        for metric in METRICS {
            for (index, (name, alerts)) in budgets.iter().enumerate() {
                let mut add = |id: String, subject| {
                    self.columns.push(Column {
                        id,
                        metric,
                        subject,
                    });
                };
                match metric.source {
                    Source::Budget(_) => {
                        add(format!("{}.{name}", metric.id), Subject::Budget(index));
                    }
                    Source::Alert(_) => {
                        for (place, &share) in alerts.iter().enumerate() {
                            let percent = f64::from(share) / 1e4;
                            let id = format!("{}.{name}.{percent}%", metric.id);
                            add(id, Subject::Alert(index, place));
                        }
                    }
                    _ => {}
                }
            }
        }
        self.budgets = budgets.len();
        self
    }

    /// With columns for rules of these names, be it only one.
    #[must_use]
    pub fn with_rules(mut self, rules: &[String]) -> Self {
        for metric in METRICS {
            if let Source::EachRule(_) = metric.source {
                let of = rules.iter().enumerate().map(|(index, name)| Column {
                    id: format!("{}.{name}", metric.id),
                    metric,
                    subject: Subject::Rule(index),
                });
                self.columns.extend(of);
            }
        }
        self.rules = rules.len();
        self
    }

    /// With columns for deadlines, given for each class in order; none where nobody has one.
    #[must_use]
    pub fn with_deadlines(mut self, classes: &[(String, Option<Span>)]) -> Self {
        let due = METRICS
            .iter()
            .filter(|metric| matches!(metric.source, Source::Due(_)));
        if classes.iter().all(|(_, deadline)| deadline.is_none()) {
            return self;
        }
        for metric in due {
            self.columns.push(Column {
                id: metric.id.to_owned(),
                metric,
                subject: Subject::Whole,
            });
            if classes.len() < 2 {
                continue;
            }
            for (index, (name, deadline)) in classes.iter().enumerate() {
                if deadline.is_some() {
                    self.columns.push(Column {
                        id: format!("{}.{name}", metric.id),
                        metric,
                        subject: Subject::Class(index),
                    });
                }
            }
        }
        self.deadlines = classes.iter().map(|(_, deadline)| *deadline).collect();
        self
    }

    /// By class, how long after its coming a job should be over; empty where none has a deadline.
    pub fn deadlines(&self) -> &[Option<Span>] {
        &self.deadlines
    }

    /// With columns for what no plan can go below.
    #[must_use]
    pub fn with_bound(mut self) -> Self {
        let bound = METRICS
            .iter()
            .filter(|metric| matches!(metric.source, Source::Bound(_)));
        self.columns.extend(bound.map(|metric| Column {
            id: metric.id.to_owned(),
            metric,
            subject: Subject::Whole,
        }));
        self
    }

    /// With columns for failovers of these names, and for the classes (by index, with their names) that belong to them.
    #[must_use]
    pub fn with_failovers(mut self, classes: &[(usize, String)], failovers: &[String]) -> Self {
        for metric in METRICS {
            let mut add = |name: &str, subject| {
                self.columns.push(Column {
                    id: format!("{}.{name}", metric.id),
                    metric,
                    subject,
                });
            };
            match metric.source {
                Source::Recovery(_) => classes
                    .iter()
                    .for_each(|(class, name)| add(name, Subject::Recovery(*class))),
                Source::Failover(_) => (0..)
                    .zip(failovers)
                    .for_each(|(index, name)| add(name, Subject::Failover(index))),
                _ => {}
            }
        }
        self.failovers = failovers.len();
        self
    }

    /// With columns for rules at sites, each with its name; `sites` gives the site of each pool.
    #[must_use]
    pub fn with_rules_at(mut self, places: &[(usize, usize, String)], sites: Vec<u16>) -> Self {
        for metric in METRICS {
            if let Source::EachRule(_) = metric.source {
                let of = places.iter().map(|(rule, site, name)| Column {
                    id: format!("{}.{name}", metric.id),
                    metric,
                    subject: Subject::RuleAt(*rule, *site),
                });
                self.columns.extend(of);
            }
        }
        if !places.is_empty() {
            self.sites = sites;
        }
        self
    }

    /// By pool, its site, where rules are told apart by site; empty otherwise.
    pub fn sites(&self) -> &[u16] {
        &self.sites
    }

    /// Where the column called `id` stands.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.id == id)
    }

    /// How many classes there are.
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// How many services there are.
    pub const fn services(&self) -> usize {
        self.services
    }

    /// How many phases there are.
    pub const fn phases(&self) -> usize {
        self.phases
    }

    /// How many budgets there are.
    pub const fn budgets(&self) -> usize {
        self.budgets
    }

    /// How many failovers there are.
    pub const fn failovers(&self) -> usize {
        self.failovers
    }

    /// How many rules there are.
    pub const fn rules(&self) -> usize {
        self.rules
    }

    /// How many pools there are.
    pub const fn pools(&self) -> usize {
        self.pools
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_class_is_the_whole() {
        let names = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        let one = Layout::new(&names(&["all"]), &names(&["dc"]));
        let of_phases = METRICS.iter().filter(|metric| metric.source.has_no_whole());
        assert_eq!(one.columns.len(), METRICS.len() - of_phases.count());
        let phases = Layout::new(&names(&["all"]), &names(&["dc"])).with_phases(&names(&["pilot"]));
        let at = phases.position("phase_on_time.pilot").unwrap();
        assert_eq!(phases.columns[at].subject, Subject::Phase(0));
        let budgets = one
            .clone()
            .with_budgets(&[("cloud".to_owned(), vec![625_000])]);
        let at = budgets.position("budget_alert_d.cloud.62.5%").unwrap();
        assert_eq!(budgets.columns[at].subject, Subject::Alert(0, 0));
        assert!(budgets.position("budget_spent.cloud").is_some());
        let two = Layout::new(&names(&["training", "inference"]), &names(&["dc", "cloud"]));
        let at = two.position("wait_p95_s.training").unwrap();
        assert_eq!(two.columns[at].subject, Subject::Class(0));
        assert_eq!(at, two.position("wait_p95_s").unwrap() + 1);
        assert!(two.position("utilisation_allocated.cloud").is_some());
        assert!(two.position("cost_idle.cloud").is_none());
    }
}
