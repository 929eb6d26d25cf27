//! One decision otherwise: a job that may not use a pool.

use crate::units::{JobId, PoolId, ShapeId};

use super::timeline::Timeline;
use super::{Model, Shape};

impl Model {
    /// This model, and the world of `timeline`, in which one job may not use a pool. Nothing else is otherwise: the job
    /// gets a shape of its own, like its old one and right behind it.
    ///
    /// A gang that goes on with fewer GPUs is of another shape, to which that does not hold; nor is a job moved that
    /// runs there when the run begins.
    pub fn keep_off(&self, timeline: &mut Timeline, job: JobId, pool: PoolId) -> Self {
        let mut model = self.clone();
        let Some(old) = timeline.requests.get(job.index()).map(|of| of.shape) else {
            return model;
        };
        let own = ShapeId::from(old.index() + 1);
        let moved = |shape: ShapeId| {
            let behind = usize::from(shape > old);
            ShapeId::from(shape.index() + behind)
        };
        for request in &mut timeline.requests {
            request.shape = moved(request.shape);
        }
        timeline.requests[job.index()].shape = own;
        for (request, initial) in timeline.requests.iter().zip(&mut model.initial.jobs) {
            initial.request.shape = request.shape;
        }
        let shape = Shape {
            weight: 0,
            ..model.shapes[old.index()]
        };
        model.shapes.insert(own.index(), shape);
        if !model.rhythms.is_empty() {
            let pools = model.pools.len();
            let from = old.index() * pools;
            let row = model.rhythms[from..from + pools].to_vec();
            model.rhythms.splice(from + pools..from + pools, row);
        }
        model.rules.repeat(old);
        model.failovers.repeat(old);
        model.elastic.repeat(old, moved);
        let twins = std::mem::take(&mut model.rollout.twin_shapes);
        for (shape, class, twin) in twins {
            model
                .rollout
                .twin_shapes
                .push((moved(shape), class, moved(twin)));
            if shape == old {
                model.rollout.twin_shapes.push((own, class, moved(twin)));
            }
        }
        model.rollout.twin_shapes.sort_unstable();
        let earlier = std::mem::take(&mut model.rules.vetoes);
        model.rules.vetoes = earlier
            .into_iter()
            .map(|(shape, of)| (moved(shape), of))
            .collect();
        // What was kept off elsewhere before stays so.
        let before: Vec<PoolId> = model
            .rules
            .vetoes
            .iter()
            .filter(|(shape, _)| *shape == old)
            .map(|(_, of)| *of)
            .collect();
        model
            .rules
            .vetoes
            .extend(before.into_iter().map(|of| (own, of)));
        model.rules.vetoes.push((own, pool));
        model
    }
}
