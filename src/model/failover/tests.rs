//! Tests of the doors of failovers.

use super::*;

fn reroute(targets: Vec<Target>) -> Failover {
    Failover {
        name: "out".to_owned(),
        classes: vec![ClassId(0)],
        triggers: Vec::new(),
        targets,
        action: FailoverAction::Move,
        leaves: vec![PoolId(0)],
        fail_back: FailBack::AfterJob,
        next_after: None,
        cool_down: Span::ZERO,
    }
}

fn target(pool: u16, needs_replica: bool) -> Target {
    Target {
        pools: vec![PoolId(pool)],
        needs_replica,
        needs_checkpoint: false,
    }
}

/// Three pools at a site each; class 0 leaves the first for the second, then for the third where its data must be.
#[test]
fn targets_are_closed_in_calm_and_open_one_by_one() {
    let list = vec![reroute(vec![target(1, false), target(2, true)])];
    let shapes = [ClassId(0), ClassId(1)];
    let sites = [SiteId(0), SiteId(1), SiteId(2)];
    let all = Failovers::new(list, Vec::new(), &shapes, &sites, |_, _, _, _| true);
    // Doors: the second pool for everybody, the third for class 0 at its site, and that the first is left.
    assert_eq!(all.doors.len(), 3);
    let open = |doors, shape| {
        let pools = (0..3).filter(|&pool| all.lets(doors, ShapeId(shape), PoolId(pool)));
        pools.collect::<Vec<u16>>()
    };
    assert_eq!(open(0b000, 0), [0]);
    assert_eq!(open(0b001, 0), [0, 1]);
    assert_eq!(open(0b101, 0), [1]);
    assert_eq!(open(0b111, 0), [1, 2]);
    // Class 1 does not belong to it: it goes anywhere, always.
    assert_eq!(open(0b111, 1), [0, 1, 2]);
}

#[test]
fn whom_a_condition_leaves_out_never_gets_there() {
    let list = vec![reroute(vec![target(1, false)])];
    let sites = [SiteId(0), SiteId(1)];
    let all = Failovers::new(list, Vec::new(), &[ClassId(0)], &sites, |_, _, _, _| false);
    let (shape, pool) = (ShapeId(0), PoolId(1));
    assert!(!all.lets(!0b10, shape, pool) && all.is_target(shape, pool));
    assert!(!all.lets(0, shape, pool));
}
