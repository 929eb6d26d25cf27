//! An ordered list that stays fast when it is long: sorted blocks, each with a summary of what it holds.
//!
//! The waiting line asks "the first entry, in order, whose estimate is at most x", the profile of running
//! jobs asks "when will n GPUs be free": both skip whole blocks by their summary. Memory is reused.

use std::collections::VecDeque;

const BLOCK: usize = 64;

/// The place of an entry: an order key, then a sequence number that makes it unique.
pub type Place = (u64, i64);

/// What a block can know about its entries without looking at each.
pub trait Weigh: Copy {
    /// The summary of no entries.
    const NONE: u64;
    /// The summary of entries with one more.
    fn with(summary: u64, entry: &Self) -> u64;
    /// The summary with one entry less, if it follows from the summary alone.
    fn without(summary: u64, entry: &Self) -> Option<u64>;
}

#[derive(Clone, Debug)]
struct Block<V> {
    entries: Vec<(Place, V)>,
    /// Entries before this one have left.
    from: usize,
    summary: u64,
}

/// Entries in ascending order of their place.
#[derive(Clone, Debug)]
pub struct Blocks<V> {
    blocks: Vec<Block<V>>,
    order: VecDeque<u32>,
    spare: Vec<u32>,
    len: usize,
}

impl<V> Default for Blocks<V> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            order: VecDeque::new(),
            spare: Vec::new(),
            len: 0,
        }
    }
}

impl<V> Block<V> {
    fn live(&self) -> &[(Place, V)] {
        &self.entries[self.from..]
    }
}

impl<V: Weigh> Blocks<V> {
    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Removes everything and keeps the memory.
    pub fn clear(&mut self) {
        while let Some(id) = self.order.pop_front() {
            self.recycle(id);
        }
        self.len = 0;
    }

    /// The first entry.
    pub fn first(&self) -> Option<(Place, V)> {
        self.order
            .front()
            .map(|&id| self.blocks[id as usize].live()[0])
    }

    /// The last entry.
    pub fn last(&self) -> Option<(Place, V)> {
        self.order
            .back()
            .and_then(|&id| self.blocks[id as usize].entries.last().copied())
    }

    /// Adds an entry; its place must be new.
    pub fn insert(&mut self, place: Place, value: V) {
        self.len += 1;
        if self.order.is_empty() {
            let id = self.fresh();
            self.order.push_back(id);
        }
        let at = self.block_of(place);
        let id = self.order[at] as usize;
        let block = &mut self.blocks[id];
        let within = block.from + block.live().partition_point(|entry| entry.0 < place);
        if block.entries.len() < BLOCK {
            block.entries.insert(within, (place, value));
            block.summary = V::with(block.summary, &value);
        } else if block.from > 0 {
            // Room was left at the front: shift down instead of splitting.
            block
                .entries
                .copy_within(block.from..within, block.from - 1);
            block.from -= 1;
            block.entries[within - 1] = (place, value);
            block.summary = V::with(block.summary, &value);
        } else if at + 1 == self.order.len() && within == BLOCK {
            // Appending to the end is the common case: keep the full block full.
            let id = self.fresh();
            self.order.push_back(id);
            self.push(id, place, value);
        } else {
            self.split(at);
            self.len -= 1;
            self.insert(place, value);
        }
    }

    /// Takes the entry at `place` out.
    pub fn remove(&mut self, place: Place) -> Option<V> {
        if self.order.is_empty() {
            return None;
        }
        let at = self.block_of(place);
        let id = self.order[at];
        let block = &mut self.blocks[id as usize];
        let within = block.from
            + block
                .live()
                .binary_search_by_key(&place, |entry| entry.0)
                .ok()?;
        let value = block.entries[within].1;
        if within == block.from {
            block.from += 1;
        } else {
            block.entries.remove(within);
        }
        self.len -= 1;
        if block.from == block.entries.len() {
            self.order.remove(at);
            self.recycle(id);
        } else {
            block.summary = V::without(block.summary, &value)
                .unwrap_or_else(|| summarise(&block.entries[block.from..]));
        }
        Some(value)
    }

    /// The first entry behind `place`.
    pub fn after(&self, place: Place) -> Option<(Place, V)> {
        self.first_where(Some(place), |_| true, |_| true)
    }

    /// The first entry (behind `after`, if given) that `wanted` accepts; blocks whose summary `possible`
    /// refuses are not looked into.
    pub fn first_where(
        &self,
        after: Option<Place>,
        possible: impl Fn(u64) -> bool,
        wanted: impl Fn(&V) -> bool,
    ) -> Option<(Place, V)> {
        if self.order.is_empty() {
            return None;
        }
        let start = after.map_or(0, |place| self.block_of(place));
        for (step, &id) in self.order.iter().skip(start).enumerate() {
            let block = &self.blocks[id as usize];
            if !possible(block.summary) {
                continue;
            }
            let live = block.live();
            let skip = match after {
                Some(place) if step == 0 => live.partition_point(|entry| entry.0 <= place),
                _ => 0,
            };
            if let Some(&found) = live[skip..].iter().find(|entry| wanted(&entry.1)) {
                return Some(found);
            }
        }
        None
    }

    /// How many entries come before `place`.
    pub fn count_before(&self, place: Place) -> usize {
        if self.order.is_empty() {
            return 0;
        }
        let at = self.block_of(place);
        let full: usize = self
            .order
            .iter()
            .take(at)
            .map(|&id| self.blocks[id as usize].live().len())
            .sum();
        let block = &self.blocks[self.order[at] as usize];
        full + block.live().partition_point(|entry| entry.0 < place)
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (Place, V)> + '_ {
        self.order
            .iter()
            .flat_map(|&id| self.blocks[id as usize].live().iter().copied())
    }

    /// The blocks in order: each one's summary and entries.
    pub fn summaries(&self) -> impl Iterator<Item = (u64, &[(Place, V)])> + '_ {
        self.order.iter().map(|&id| {
            let block = &self.blocks[id as usize];
            (block.summary, block.live())
        })
    }

    /// The index in `order` of the block that holds, or would hold, `place`.
    fn block_of(&self, place: Place) -> usize {
        let last = self.order.len() - 1;
        // Appends and pops dominate: look at both ends first.
        if self.head(last) <= place {
            return last;
        }
        if last == 0 || place < self.head(1) {
            return 0;
        }
        let (mut low, mut high) = (1, last);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if self.head(middle) <= place {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    fn head(&self, at: usize) -> Place {
        let block = &self.blocks[self.order[at] as usize];
        block
            .entries
            .get(block.from)
            .map_or((0, i64::MIN), |entry| entry.0)
    }

    fn push(&mut self, id: u32, place: Place, value: V) {
        let block = &mut self.blocks[id as usize];
        block.entries.push((place, value));
        block.summary = V::with(block.summary, &value);
    }

    fn split(&mut self, at: usize) {
        let upper = self.fresh() as usize;
        let lower = self.order[at] as usize;
        let middle = self.blocks[lower].entries.len() / 2;
        let mut moved = std::mem::take(&mut self.blocks[upper].entries);
        moved.extend_from_slice(&self.blocks[lower].entries[middle..]);
        self.blocks[lower].entries.truncate(middle);
        self.blocks[lower].summary = summarise(&self.blocks[lower].entries);
        self.blocks[upper].summary = summarise(&moved);
        self.blocks[upper].entries = moved;
        self.order.insert(at + 1, upper as u32);
    }

    fn fresh(&mut self) -> u32 {
        self.spare.pop().unwrap_or_else(|| {
            self.blocks.push(Block {
                entries: Vec::with_capacity(BLOCK),
                from: 0,
                summary: V::NONE,
            });
            (self.blocks.len() - 1) as u32
        })
    }

    fn recycle(&mut self, id: u32) {
        let block = &mut self.blocks[id as usize];
        block.entries.clear();
        block.from = 0;
        block.summary = V::NONE;
        self.spare.push(id);
    }
}

fn summarise<V: Weigh>(entries: &[(Place, V)]) -> u64 {
    entries
        .iter()
        .fold(V::NONE, |summary, entry| V::with(summary, &entry.1))
}

impl<V: Weigh + PartialEq> PartialEq for Blocks<V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
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
        let (mut blocks, mut tree) = (Blocks::<Least>::default(), BTreeMap::new());
        for step in 0..60_000i64 {
            let grow = stream.below(100) < if step % 20_000 < 10_000 { 60 } else { 40 };
            if grow {
                let place = (stream.below(50), step);
                let value = Least(stream.below(1000));
                blocks.insert(place, value);
                tree.insert(place, value);
            } else if let Some((&place, _)) = tree
                .range((stream.below(50), 0)..)
                .next()
                .or(tree.iter().next())
            {
                assert_eq!(blocks.remove(place), tree.remove(&place));
            }
            if step % 37 == 0 {
                let (limit, from) = (stream.below(60), (stream.below(50), step / 2));
                let expected = tree.range(from..).find(|(k, v)| **k > from && v.0 <= limit);
                let found = blocks.first_where(Some(from), |s| s <= limit, |v| v.0 <= limit);
                assert_eq!(found, expected.map(|(k, v)| (*k, *v)));
                assert_eq!(blocks.count_before(from), tree.range(..from).count());
                assert_eq!(blocks.first(), tree.iter().next().map(|(k, v)| (*k, *v)));
                assert_eq!(
                    blocks.last(),
                    tree.iter().next_back().map(|(k, v)| (*k, *v))
                );
            }
            assert_eq!(blocks.len(), tree.len());
        }
        assert!(blocks.iter().eq(tree.iter().map(|(k, v)| (*k, *v))));
    }
}
