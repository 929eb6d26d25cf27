//! Smaller batches of a class, in words: what stands for them, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const MAKE_DO: &str = r#"
[[failover]]
name = "make do"
classes = ["large"]
action = "degrade"

[[failover.trigger]]
on = "site-lost"
where = { sites = ["dc"] }
"#;

/// Class `large` with these words besides: its gang of 16 GPUs may go to dc/h200 (141 GiB) and cloud/h100 (80 GiB).
fn large(name: &str, words: &str, failover: &str) -> Result<Model, String> {
    let line = "match = { gpus = \"8..\" }";
    assert!(GOOD.contains(line));
    let text = GOOD.replace(line, &format!("{line}\n{words}")) + failover;
    let folder = Folder::new(name, &text, TRACE);
    try_compile(&folder.0, &[]).map(|compiled| compiled.model)
}

#[test]
fn a_twin_of_the_class_stands_for_smaller_batches() {
    let words = "memory = \"100 GB\"\nsmaller_batch = { memory = \"80 GB\", slowdown = 1.25 }";
    let model = large("batch", words, MAKE_DO).unwrap();
    let (own, twin) = (&model.classes[0], &model.classes[2]);
    assert_eq!(own.pools, [PoolId(0)]);
    assert_eq!(twin.name, "large with smaller batches");
    assert_eq!(twin.pools, [PoolId(0), PoolId(1)]);
    assert!(twin.memory < own.memory);
    let batch = Batch {
        of: ClassId(0),
        class: ClassId(2),
        slowdown: 1250,
    };
    assert_eq!(model.elastic.batches, [batch]);
    assert_eq!(model.rollout.reported(ClassId(2)), ClassId(0));
    for pool in &model.pools {
        // Four fifths, to a thousandth.
        let (own, twin) = (pool.speed[0], pool.speed[2]);
        assert!((5 * twin).abs_diff(4 * own) <= 5, "{own} {twin}");
    }
    // Nobody comes with one, and the gang may go over to it.
    let of = model
        .shapes
        .iter()
        .position(|shape| shape.class == ClassId(0));
    let to = model
        .shapes
        .iter()
        .position(|shape| shape.class == ClassId(2));
    let (of, to) = (ShapeId::from(of.unwrap()), ShapeId::from(to.unwrap()));
    assert_eq!(model.shapes[to.index()].weight, 0);
    let way = Smaller {
        shape: to,
        speed: 1000,
    };
    assert_eq!(model.elastic.degraded(of), [way]);
    assert_eq!(model.failovers.list[0].classes, [ClassId(0), ClassId(2)]);
}

#[test]
fn a_target_with_less_memory_holds_smaller_batches_only() {
    let target = "\n[[failover.target]]\nwhere = { pools = [\"cloud/h100\"] }\n";
    let words = "sites = [\"dc\"]\nmemory = \"100 GB\"\nsmaller_batch = { memory = \"80 GB\", slowdown = 1.5 }";
    let model = large("batch-target", words, &(MAKE_DO.to_owned() + target)).unwrap();
    assert_eq!(model.classes[0].pools, [PoolId(0)]);
    assert_eq!(model.classes[2].pools, [PoolId(0), PoolId(1)]);
    let to = model
        .shapes
        .iter()
        .position(|shape| shape.class == ClassId(2));
    assert!(
        model
            .failovers
            .is_target(ShapeId::from(to.unwrap()), PoolId(1))
    );
}

#[test]
fn what_is_wrong_with_smaller_batches_is_told_with_a_fix() {
    let usual = "memory = \"100 GB\"\n";
    let batch = |memory: &str, slowdown: &str| {
        format!("smaller_batch = {{ memory = \"{memory}\", slowdown = {slowdown} }}")
    };
    let good = usual.to_owned() + &batch("80 GB", "1.25");
    for (words, failover, message) in [
        (
            batch("80 GB", "1.25"),
            MAKE_DO,
            "class large does not say how much `memory` it needs otherwise",
        ),
        (
            usual.to_owned() + &batch("100 GB", "1.25"),
            MAKE_DO,
            "needs no less than the usual 100 GB",
        ),
        (
            usual.to_owned() + &batch("90 GB", "1.25"),
            MAKE_DO,
            "has GPUs with 90 GB: smaller batches would only be slower",
        ),
        (
            usual.to_owned() + &batch("80 GB", "0.8"),
            MAKE_DO,
            "0.8 is out of range",
        ),
        (
            usual.to_owned() + "smaller_batch = { memory = \"80 GB\" }",
            MAKE_DO,
            "how many times as long a smaller batch takes is missing",
        ),
        (
            good,
            "",
            "nothing ever has class large go on with smaller batches",
        ),
        (
            usual.to_owned(),
            MAKE_DO,
            "class large can do neither with fewer GPUs nor with smaller batches",
        ),
    ] {
        let told = large("bad-batch", &words, failover).unwrap_err();
        assert!(told.contains(message), "{words}: {told}");
    }
}
