//! Blocks against a plain map.

use super::*;
use crate::dice::{Dice, Purpose};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Least(u64);

impl Weigh for Least {
    const NONE: u64 = u64::MAX;
    fn with(summary: u64, entry: &Self) -> u64 {
        summary.min(entry.0)
    }
    fn without(summary: u64, entry: &Self) -> Option<u64> {
        (summary < entry.0).then_some(summary)
    }
}

#[test]
fn it_agrees_with_a_tree_over_many_random_moves() {
    let dice = Dice {
        seed: 5,
        replication: 0,
    };
    let mut stream = dice.stream(dice.key("test", "blocks"), Purpose::Trial, 0, 0);
    let (mut blocks, mut tree) = (Blocks::<Place, Least>::default(), BTreeMap::new());
    for step in 0..60_000i64 {
        let grow = stream.below(100) < if step % 20_000 < 10_000 { 60 } else { 40 };
        if grow {
            let place = Place::new(stream.below(50), step);
            let value = Least(stream.below(1000));
            blocks.insert(place, value);
            tree.insert(place, value);
        } else if let Some((&place, _)) = tree
            .range(Place::new(stream.below(50), 0)..)
            .next()
            .or(tree.iter().next())
        {
            assert_eq!(blocks.remove(place), tree.remove(&place));
        }
        if step % 37 == 0 {
            let (limit, from) = (stream.below(60), Place::new(stream.below(50), step / 2));
            let expected = tree.range(from..).find(|(k, v)| **k > from && v.0 <= limit);
            let found = blocks.first_where(Some(from), |s| s <= limit, |v| v.0 <= limit);
            assert_eq!(found, expected.map(|(k, v)| (*k, *v)));
            assert_eq!(blocks.count_before(from), tree.range(..from).count());
            assert_eq!(blocks.first(), tree.iter().next().map(|(k, v)| (*k, *v)));
        }
        assert_eq!(blocks.len, tree.len());
    }
    assert!(blocks.iter().eq(tree.iter().map(|(k, v)| (*k, *v))));
}
