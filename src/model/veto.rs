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
        let Some(old) = timeline.request_mut(job).map(|of| of.shape) else {
            return model;
        };
        let own = ShapeId::from(old.index() + 1);
        let moved = |shape: ShapeId| {
            let behind = usize::from(shape > old);
            ShapeId::from(shape.index() + behind)
        };
        let errands = timeline.errands.iter_mut().map(|one| &mut one.request);
        for request in timeline.requests.iter_mut().chain(errands) {
            request.shape = moved(request.shape);
        }
        if let Some(request) = timeline.request_mut(job) {
            request.shape = own;
        }
        for transform in &mut model.transforms.list {
            let looks = transform.validation.as_mut();
            let looks = looks.and_then(|validation| validation.work.as_mut());
            for work in transform.work.as_mut().into_iter().chain(looks) {
                work.shape = moved(work.shape);
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::{Outcome, Request};
    use crate::model::timeline::Truth;
    use crate::model::{Errand, Transform, TransformKind, TransformWork, Validation};
    use crate::units::{
        Bandwidth, BytePrice, ClassId, Currency, Epoch, LabelsId, MilliGpus, SimTime, Span,
        TenantId,
    };

    fn asks(shape: u16) -> Request {
        Request {
            submit: SimTime::ZERO,
            requested: Span::HOUR,
            shape: ShapeId(shape),
            tenant: TenantId(0),
            priority: 0,
        }
    }

    /// Jobs of shapes 0 and 2, and an attempt of a transform of shape 1.
    fn world() -> (Model, Timeline) {
        let epoch = Epoch::parse("2026-01-05T00:00:00Z").unwrap();
        let mut model = Model::bare("veto", epoch, Currency::parse("USD").unwrap());
        model.shapes = [1, 4, 8]
            .map(|gpus| Shape {
                gpus: MilliGpus::whole(gpus),
                class: ClassId(0),
                labels: LabelsId(0),
                weight: 1,
            })
            .to_vec();
        model.transforms.list = vec![Transform {
            name: "mask".to_owned(),
            kind: TransformKind::Mask,
            lead: Span::ZERO,
            rate: Bandwidth(1),
            price: BytePrice(0),
            fails: 0,
            work: Some(TransformWork {
                shape: ShapeId(1),
                tenant: TenantId(0),
            }),
            flaws: None,
            validation: Some(Validation {
                work: Some(TransformWork {
                    shape: ShapeId(2),
                    tenant: TenantId(0),
                }),
                ..Validation::default()
            }),
        }];
        let timeline = Timeline {
            requests: vec![asks(0), asks(2)],
            errands: vec![Errand {
                made: 0,
                attempt: 0,
                validates: false,
                request: asks(1),
                truth: Truth {
                    work: Span::HOUR,
                    outcome: Outcome::Finished,
                },
            }],
            ..Timeline::default()
        };
        (model, timeline)
    }

    #[test]
    fn attempts_of_transforms_keep_their_shape_and_may_be_kept_off_too() {
        let (model, mut timeline) = world();
        let shapes = |timeline: &Timeline| {
            [0, 1, 2].map(|job: usize| timeline.request(JobId::from(job)).shape.0)
        };
        // A place of its own for the first job, right behind the old one: all behind it move by one.
        let kept = model.keep_off(&mut timeline, JobId(0), PoolId(0));
        assert_eq!(shapes(&timeline), [1, 3, 2]);
        assert_eq!(kept.rules.vetoes, [(ShapeId(1), PoolId(0))]);
        let of_work = |model: &Model| model.transforms.list[0].work.unwrap().shape;
        assert_eq!(of_work(&kept), ShapeId(2));
        let looks = kept.transforms.list[0].validation.as_ref();
        assert_eq!(looks.unwrap().work.unwrap().shape, ShapeId(3));
        // The attempt itself gets a shape behind that of its kind.
        let (model, mut timeline) = world();
        let kept = model.keep_off(&mut timeline, JobId(2), PoolId(0));
        assert_eq!(shapes(&timeline), [0, 3, 2]);
        assert_eq!(kept.rules.vetoes, [(ShapeId(2), PoolId(0))]);
        assert_eq!(of_work(&kept), ShapeId(1));
        assert_eq!(kept.shapes[2].gpus, MilliGpus::whole(4));
        // Of a job that there is not nothing is otherwise.
        let (model, mut timeline) = world();
        assert_eq!(model.keep_off(&mut timeline, JobId(3), PoolId(0)), model);
    }
}
