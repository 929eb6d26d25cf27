//! Choosing nodes, by hand.

use super::*;

fn nodes(packing: Packing, spread: Spread, free: &[u32]) -> Nodes {
    let mut nodes = Nodes::new(8, packing, spread, &[(1, 50), (2, 15), (4, 15), (8, 20)]);
    nodes.reset(free.len() as u32, 0);
    for (node, &gpus) in free.iter().enumerate() {
        nodes.free.add(node as u32, gpus);
    }
    nodes
}

fn taken(nodes: &mut Nodes, gpus: u64) -> Option<Vec<(u32, u32)>> {
    let holding = nodes.take(gpus)?;
    let mut parts: Vec<_> = nodes.parts(holding, gpus).collect();
    parts.sort_unstable();
    Some(parts)
}

#[test]
fn each_packing_chooses_its_node() {
    let free = [8, 3, 5, 3, 1];
    assert_eq!(
        taken(&mut nodes(Packing::First, Spread::Never, &free), 2),
        Some(vec![(0, 2)])
    );
    assert_eq!(
        taken(&mut nodes(Packing::Best, Spread::Never, &free), 2),
        Some(vec![(1, 2)])
    );
    assert_eq!(
        taken(&mut nodes(Packing::Best, Spread::Never, &free), 4),
        Some(vec![(2, 4)])
    );
    // Of two nodes with as many free GPUs the lower index, and it stays so when others come and go.
    assert_eq!(
        taken(&mut nodes(Packing::Best, Spread::Never, &[6, 6, 6]), 1),
        Some(vec![(0, 1)])
    );
    assert_eq!(
        taken(&mut nodes(Packing::Best, Spread::Never, &[7, 7]), 8),
        None
    );
}

#[test]
fn fragmentation_grows_by_the_published_table() {
    // F over p(1, 2, 4, 8) = (.5, .15, .15, .2), in hundredths: 0 50 70 105 80 100 120 140 0.
    let growth = fragmentation_growth(8, &[(1, 50), (2, 15), (4, 15), (8, 20)]);
    let row = |g: usize| growth[g * 9 + g..(g + 1) * 9].to_vec();
    assert_eq!(row(1), [-50, -20, -35, 25, -20, -20, -20, 140]);
    assert_eq!(row(2), [-70, -55, -10, 5, -40, -40, 120]);
    assert_eq!(row(4), [-80, -50, -50, -35, 80]);
    // One GPU: FGD goes to f = 1, then f = 3; best fit to 1, then 2.
    assert_eq!(
        taken(&mut nodes(Packing::Fgd, Spread::Never, &[8, 2, 3]), 1),
        Some(vec![(2, 1)])
    );
    assert_eq!(
        taken(&mut nodes(Packing::Best, Spread::Never, &[8, 2, 3]), 1),
        Some(vec![(1, 1)])
    );
}

#[test]
fn large_gangs_spread_as_told() {
    let free = [8, 4, 8, 6, 8];
    let mut never = nodes(Packing::Best, Spread::Never, &free);
    assert_eq!(taken(&mut never, 20), Some(vec![(0, 8), (2, 8), (4, 4)]));
    assert_eq!(never.total_free(), 34 - 20);
    let mut rest = nodes(Packing::Best, Spread::Remainder, &free);
    assert_eq!(taken(&mut rest, 20), Some(vec![(0, 8), (1, 4), (2, 8)]));
    assert_eq!(
        taken(&mut nodes(Packing::Best, Spread::Remainder, &[8, 3]), 12),
        None
    );
    let mut any = nodes(Packing::Best, Spread::Any, &free);
    assert_eq!(
        taken(&mut any, 20),
        Some(vec![(0, 8), (1, 4), (2, 2), (3, 6)])
    );
    let mut few = nodes(Packing::Consolidated, Spread::Any, &[4, 6, 8, 5]);
    assert_eq!(taken(&mut few, 13), Some(vec![(2, 8), (3, 5)]));
    assert!(!nodes(Packing::Best, Spread::Any, &free).fits(35));
}

#[test]
fn what_is_given_back_is_free_again() {
    let mut all = nodes(Packing::Best, Spread::Remainder, &[8, 8, 8]);
    let (one, two) = (all.take(11).unwrap(), all.take(5).unwrap());
    assert_eq!(all.total_free(), 8);
    all.give(one, 11);
    assert_eq!((all.total_free(), all.fits(24)), (19, false));
    all.give(two, 5);
    assert_eq!((all.total_free(), all.fits(24)), (24, true));
}
