//! The weather of one replication: every entity's luck has a name of its own.

use super::releases;
use crate::dice::{Dice, Key, Purpose, Stream};
use crate::model::happening::{Happening, Incident};
use crate::model::weather::{Entity, NodeRange, Times};
use crate::model::{Model, Order, Timeline};
use crate::process::{Law, law_ms, normal_probability};
use crate::units::{OutletId, SimTime, Span};

impl Timeline {
    /// Draws what the outside does to the estate until `end`.
    pub(super) fn sample_weather(&mut self, model: &Model, dice: &Dice, end: Span) {
        self.weather.extend_from_slice(&model.weather.script);
        let mut changes = std::mem::take(&mut self.scratch.changes);
        self.sample_failures(model, dice, end, &mut changes);
        for failure in &model.weather.cuts {
            for (name, directions) in &failure.links {
                let key = dice.key(&failure.name, name);
                draw(&failure.times, dice, key, end, &mut changes);
                for &(at, up) in changes.iter().skip_while(|&&(_, up)| up) {
                    let incident = if up {
                        Incident::link_up
                    } else {
                        Incident::link_down
                    };
                    self.weather.extend(
                        directions
                            .iter()
                            .map(|&link| incident(at, link, failure.permille)),
                    );
                }
            }
        }
        for failure in &model.weather.outages {
            for (name, outlets) in &failure.entities {
                let key = dice.key(&failure.name, name);
                draw(&failure.times, dice, key, end, &mut changes);
                for &(at, up) in changes.iter().skip_while(|&&(_, up)| up) {
                    let change = |&outlet: &OutletId| {
                        let voids = false;
                        let what = if up {
                            Happening::ServiceUp { outlet }
                        } else {
                            Happening::ServiceDown { outlet, voids }
                        };
                        Incident::terms(at, what)
                    };
                    self.weather.extend(outlets.iter().map(change));
                }
            }
        }
        self.rotate_keys(model, end);
        for releases in &model.weather.releases {
            releases::sample(releases, dice, end, &mut self.weather);
        }
        self.scratch.changes = changes;
        for (plan, maintenance) in model.weather.maintenance.iter().enumerate() {
            self.weather.extend(maintenance.incidents(plan as u16, end));
        }
        self.sample_capacity(model, dice, end);
        Incident::put_in_order(&mut self.weather);
    }

    /// Draws when nodes and GPUs fail: those that were there by the calendar, those that orders bring by their age.
    fn sample_failures(
        &mut self,
        model: &Model,
        dice: &Dice,
        end: Span,
        changes: &mut Vec<(SimTime, bool)>,
    ) {
        let mut lives = std::mem::take(&mut self.lives);
        lives.resize_with(model.rollout.orders as usize, Vec::new);
        for failure in &model.weather.failures {
            let young = (!lives.is_empty()).then(|| failure.times.of_the_new());
            for entity in &failure.entities {
                let key = dice.key(&failure.name, &entity.name);
                let order = model.rollout.order_of(&entity.nodes);
                let life = order.and_then(|order| lives.get_mut(order as usize));
                let (times, out) = match (&young, life) {
                    (Some(young), Some(life)) => (young, life),
                    _ => (&failure.times, &mut self.weather),
                };
                draw(times, dice, key, end, changes);
                befall(entity, changes, out);
            }
        }
        for failure in &model.weather.gpus {
            let young = (!lives.is_empty()).then(|| failure.times.of_the_new());
            for gpu in &failure.gpus {
                let key = dice.key(&failure.name, &gpu.name);
                let (pool, first) = (gpu.pool, gpu.node);
                let node = NodeRange {
                    pool,
                    first,
                    nodes: 1,
                };
                let order = model.rollout.order_of(&[node]);
                let life = order.and_then(|order| lives.get_mut(order as usize));
                let (times, out) = match (&young, life) {
                    (Some(young), Some(life)) => (young, life),
                    _ => (&failure.times, &mut self.weather),
                };
                draw(times, dice, key, end, changes);
                // Everything is up before its first change.
                let from_down = changes.iter().skip_while(|&&(_, up)| up);
                let incident = |&(at, up): &(SimTime, bool)| gpu.incident(at, up, failure.drains);
                out.extend(from_down.map(incident));
            }
        }
        for life in &mut lives {
            Incident::put_in_order(life);
        }
        self.lives = lives;
    }

    /// What services give out is replaced when its time has come.
    fn rotate_keys(&mut self, model: &Model, end: Span) {
        for (index, outlet) in model.services.outlets.iter().enumerate() {
            let Some(rotation) = model.services.list[outlet.service.index()].rotation else {
                continue;
            };
            let (outlet, overlap) = (OutletId::from(index), rotation.overlap);
            let mut at = rotation.first;
            while at.0 < end.0 {
                let what = Happening::Rotated { outlet, overlap };
                self.weather.push(Incident::terms(at + overlap, what));
                at = at + rotation.every;
            }
        }
    }

    /// Draws how long each order takes to come. Where lead times share a factor, all come at the quantile of its
    /// score, each of its own law.
    pub(super) fn sample_lead_times(&mut self, model: &Model, dice: &Dice) {
        let phases = &model.rollout.phases;
        if phases.is_empty() {
            return;
        }
        let score = model.factors.lead_time_score(dice);
        let of = |order: &Order| match score {
            Some(score) if !matches!(order.lead, Law::Constant(_)) => {
                let late = 1.0 - normal_probability(score);
                let ms = order.lead.conditional(0.0, late.clamp(1e-12, 1.0 - 1e-12));
                Span(ms.clamp(1.0, 1e13) as u64)
            }
            _ => {
                let key = dice.key("order", &order.name);
                law_or_nothing(&order.lead, &mut dice.stream(key, Purpose::LeadTime, 0, 0))
            }
        };
        let orders = phases.iter().flat_map(|phase| &phase.orders);
        self.lead_times.extend(orders.map(of));
    }
}

/// What it means that an entity goes down and comes up at these times.
fn befall(entity: &Entity, changes: &[(SimTime, bool)], out: &mut Vec<Incident>) {
    for (index, &(at, up)) in changes.iter().enumerate() {
        // Everything is up before its first change.
        if up && index == 0 {
            continue;
        }
        out.extend(entity.nodes.iter().map(|range| range.incident(at, up)));
    }
}

/// A length of time by law; a constant may be no time at all.
fn law_or_nothing(law: &Law, stream: &mut Stream) -> Span {
    match law {
        Law::Constant(0.0) => Span::ZERO,
        law => law_ms(law, stream),
    }
}

/// Draws when something goes down and comes up again.
fn draw(times: &Times, dice: &Dice, key: Key, end: Span, changes: &mut Vec<(SimTime, bool)>) {
    changes.clear();
    match times {
        Times::Renewal(renewal) => renewal.sample(dice, key, end, changes),
        Times::Aged(faults) => faults.sample(dice, key, end, changes),
    }
}
