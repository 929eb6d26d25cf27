//! Nodes by how many of their GPUs are free: one shelf for each number, on which the lowest node is found at
//! once.

use super::bitset::BitSet;

/// The nodes that have one number of free GPUs.
#[derive(Clone, Debug, Default)]
struct Shelf {
    nodes: BitSet,
    count: u32,
}

/// The free GPUs of all nodes of one pool, counted.
#[derive(Clone, Debug)]
pub(super) struct Shelves {
    per_node: u32,
    /// Free GPUs of each node that is held in part; nothing is kept of the others.
    free: Vec<u8>,
    /// By the number of free GPUs; wholly held nodes stand on none.
    by_free: Vec<Shelf>,
    /// Bit f is set while some node has exactly f free GPUs, f ≥ 1.
    filled: [u64; 2],
    total: u64,
}

/// Nodes that are out of sight: the `bits` of a word of 64 that stood on one shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    free: u32,
    word: u32,
    bits: u64,
}

impl Shelves {
    /// No nodes yet, of `per_node` GPUs each (at most 127).
    pub(super) fn new(per_node: u32) -> Self {
        Self {
            per_node,
            free: Vec::new(),
            by_free: vec![Shelf::default(); per_node as usize + 1],
            filled: [0; 2],
            total: 0,
        }
    }

    /// Forgets all nodes and makes room for `nodes`.
    pub(super) fn reset(&mut self, nodes: u32) {
        self.free.clear();
        for shelf in &mut self.by_free {
            shelf.nodes.clear();
            shelf.count = 0;
        }
        self.filled = [0; 2];
        self.total = 0;
        self.free.resize(nodes as usize, 0);
        self.grow_shelves();
    }

    /// Lets `nodes` nodes be known, if fewer are; the new ones are absent.
    pub(super) fn grow(&mut self, nodes: u32) {
        if nodes as usize > self.free.len() {
            self.free.resize(nodes as usize, 0);
            self.grow_shelves();
        }
    }

    /// Room for so many nodes, without asking for memory.
    pub(super) fn reserve(&mut self, nodes: usize) {
        self.free.reserve(nodes.saturating_sub(self.free.len()));
        for shelf in &mut self.by_free {
            shelf.nodes.reserve(nodes);
        }
    }

    fn grow_shelves(&mut self) {
        for shelf in &mut self.by_free {
            shelf.nodes.grow(self.free.len());
        }
    }

    /// A node appears with so many free GPUs.
    pub(super) fn add(&mut self, node: u32, free: u32) {
        self.total += u64::from(free);
        self.put(node, free);
    }

    /// A wholly free node disappears.
    pub(super) fn withdraw(&mut self, node: u32) {
        self.total -= u64::from(self.per_node);
        self.leave(self.per_node, node >> 6, 1 << (node & 63));
    }

    /// `gpus` of the `before` free GPUs of a node are taken.
    #[inline]
    pub(super) fn take(&mut self, node: u32, before: u32, gpus: u32) {
        self.total -= u64::from(gpus);
        self.leave(before, node >> 6, 1 << (node & 63));
        self.put(node, before - gpus);
    }

    /// Takes up to `most` of the lowest wholly free nodes, as many as lie in one word of 64: returns which
    /// word, and its bits. There must be one.
    #[inline]
    pub(super) fn take_empty(&mut self, most: u64) -> (u32, u64) {
        let shelf = &self.by_free[self.per_node as usize];
        let (word, all) = shelf.nodes.first_word().unwrap_or_default();
        let mut left = all;
        for _ in 0..most.min(u64::from(all.count_ones())) {
            left &= left - 1;
        }
        let bits = all ^ left;
        self.total -= u64::from(bits.count_ones() * self.per_node);
        self.leave(self.per_node, word, bits);
        (word, bits)
    }

    /// `gpus` of a node come free.
    #[inline]
    pub(super) fn give(&mut self, node: u32, gpus: u32) {
        if gpus == self.per_node {
            self.give_empty(node >> 6, 1 << (node & 63));
            return;
        }
        self.total += u64::from(gpus);
        let before = u32::from(self.free[node as usize]);
        debug_assert!(
            before + gpus <= self.per_node,
            "node {node} would have {before} + {gpus} free GPUs"
        );
        if before > 0 {
            self.leave(before, node >> 6, 1 << (node & 63));
        }
        self.put(node, before + gpus);
    }

    /// Nodes that were held wholly come free: the `bits` of a word of 64.
    #[inline]
    pub(super) fn give_empty(&mut self, word: u32, bits: u64) {
        self.total += u64::from(bits.count_ones() * self.per_node);
        self.enter(self.per_node, word, bits);
    }

    /// How many GPUs of a node are free, if any is.
    pub(super) fn free_of(&self, node: u32) -> Option<u32> {
        let stands = |&free: &u32| self.by_free[free as usize].nodes.contains(node);
        numbers_of(self.filled_from(1)).find(stands)
    }

    /// Takes what is free on a node, but at most so many GPUs; returns how many.
    pub(super) fn block(&mut self, node: u32, most: u32) -> u32 {
        let Some(free) = self.free_of(node) else {
            return 0;
        };
        let taken = free.min(most);
        self.take(node, free, taken);
        taken
    }

    /// Takes neighbouring nodes from their shelves; `hidden` remembers where they stood. Returns their free GPUs.
    pub(super) fn hide(&mut self, first: u32, nodes: u32, hidden: &mut Vec<Hidden>) -> u64 {
        let end = first + nodes;
        let mut gpus = 0;
        for free in numbers_of(self.filled_from(1)) {
            for word in first >> 6..end.div_ceil(64) {
                let below = |number: u32| match number.saturating_sub(word << 6) {
                    0..64 => (1u64 << number.saturating_sub(word << 6)) - 1,
                    _ => u64::MAX,
                };
                let within = below(end) & !below(first);
                let bits = self.by_free[free as usize].nodes.word(word) & within;
                if bits != 0 {
                    self.leave(free, word, bits);
                    gpus += u64::from(bits.count_ones() * free);
                    hidden.push(Hidden { free, word, bits });
                }
            }
        }
        self.total -= gpus;
        gpus
    }

    /// Puts nodes back where they stood.
    pub(super) fn show(&mut self, hidden: &[Hidden]) {
        for &Hidden { free, word, bits } in hidden {
            self.enter(free, word, bits);
            self.total += u64::from(bits.count_ones() * free);
        }
    }

    /// Free GPUs over all nodes.
    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    /// Which numbers of free GPUs some node has: bit f for f, from `least` (at least 1, at most 127) on.
    #[inline]
    pub(super) const fn filled_from(&self, least: u32) -> u128 {
        let [low, high] = self.filled;
        (low as u128 | (high as u128) << 64) & u128::MAX << least
    }

    /// How many nodes are wholly free.
    #[inline]
    pub(super) fn empty_nodes(&self) -> u64 {
        self.by_free
            .last()
            .map_or(0, |shelf| u64::from(shelf.count))
    }

    /// The lowest node with exactly `free` free GPUs; there must be one.
    #[inline]
    pub(super) fn lowest(&self, free: u32) -> u32 {
        self.by_free[free as usize]
            .nodes
            .first()
            .unwrap_or(u32::MAX)
    }

    /// A node stands where it belongs with so many free GPUs.
    #[inline]
    fn put(&mut self, node: u32, free: u32) {
        self.free[node as usize] = free as u8;
        if free > 0 {
            self.enter(free, node >> 6, 1 << (node & 63));
        }
    }

    #[inline]
    fn enter(&mut self, free: u32, word: u32, bits: u64) {
        let shelf = &mut self.by_free[free as usize];
        shelf.nodes.insert_word(word, bits);
        shelf.count += bits.count_ones();
        self.filled[free as usize >> 6] |= 1 << (free & 63);
    }

    #[inline]
    fn leave(&mut self, free: u32, word: u32, bits: u64) {
        let shelf = &mut self.by_free[free as usize];
        shelf.nodes.remove_word(word, bits);
        shelf.count -= bits.count_ones();
        // Without a branch: whether a shelf becomes empty is anybody's guess.
        self.filled[free as usize >> 6] &= !(u64::from(shelf.count == 0) << (free & 63));
    }
}

/// The numbers in a mask of [`Shelves::filled_from`], ascending.
pub(super) fn numbers_of(mut mask: u128) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        if mask == 0 {
            return None;
        }
        let free = mask.trailing_zeros();
        mask &= mask - 1;
        Some(free)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stands_where_its_free_gpus_say() {
        let mut shelves = Shelves::new(8);
        shelves.reset(3);
        for node in 0..3 {
            shelves.add(node, 8);
        }
        shelves.take(1, 8, 5);
        assert_eq!((shelves.total(), shelves.empty_nodes()), (19, 2));
        assert_eq!((shelves.lowest(8), shelves.lowest(3)), (0, 1));
        assert!(numbers_of(shelves.filled_from(1)).eq([3, 8]));
        assert!(numbers_of(shelves.filled_from(4)).eq([8]));
        shelves.take(1, 3, 3);
        assert!(numbers_of(shelves.filled_from(1)).eq([8]));
        shelves.give(1, 6);
        shelves.give(1, 2);
        shelves.withdraw(0);
        assert_eq!((shelves.total(), shelves.lowest(8)), (16, 1));
        shelves.grow(70);
        shelves.add(69, 2);
        assert_eq!((shelves.total(), shelves.lowest(2)), (18, 69));
    }

    #[test]
    fn neighbours_are_hidden_as_if_each_were_blocked() {
        let mut hidden = Vec::new();
        for (first, nodes) in [
            (0, 200),
            (0, 1),
            (3, 60),
            (3, 61),
            (60, 70),
            (64, 64),
            (199, 1),
        ] {
            let mut shelves = Shelves::new(8);
            shelves.reset(200);
            for node in 0..200 {
                shelves.add(node, node * 7 % 9);
            }
            let mut blocked = shelves.clone();
            let gpus: u32 = (first..first + nodes)
                .map(|node| blocked.block(node, 8))
                .sum();
            hidden.clear();
            assert_eq!(shelves.hide(first, nodes, &mut hidden), u64::from(gpus));
            let seen = |shelves: &Shelves| {
                let numbers: Vec<u32> = numbers_of(shelves.filled_from(1)).collect();
                let lowest: Vec<u32> = numbers.iter().map(|&free| shelves.lowest(free)).collect();
                (numbers, lowest, shelves.empty_nodes(), shelves.total())
            };
            assert_eq!(seen(&shelves), seen(&blocked), "{nodes} from {first}");
            shelves.show(&hidden);
            // 22 nodes of each number below 8 and 22 of 8, and two of 0 and 7: 22 × 36 + 7.
            assert_eq!(shelves.total(), 22 * 36 + 7);
            assert!((0..200).all(|node| shelves.block(node, 8) == node * 7 % 9));
        }
    }

    #[test]
    fn whole_nodes_are_taken_by_the_word() {
        let mut shelves = Shelves::new(4);
        shelves.reset(70);
        for node in [1, 62, 63, 64, 69] {
            shelves.add(node, 4);
        }
        assert_eq!(shelves.take_empty(2), (0, 1 << 1 | 1 << 62));
        assert_eq!(shelves.take_empty(2), (0, 1 << 63));
        assert_eq!(shelves.take_empty(1), (1, 1));
        assert_eq!((shelves.total(), shelves.empty_nodes()), (4, 1));
        shelves.give_empty(0, 1 << 1 | 1 << 62);
        assert_eq!((shelves.total(), shelves.lowest(4)), (12, 1));
    }
}
