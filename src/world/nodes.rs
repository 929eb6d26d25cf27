//! Which GPUs of which nodes are free, and where a gang goes.
//!
//! Nodes are kept in buckets by the number of their free GPUs; each bucket answers "lowest index" at once.
//! The choice depends on the state alone, never on history, so equal states choose equally.

use crate::model::{Packing, Spread};

use super::bitset::BitSet;
use super::fragmentation::fragmentation_growth;

const ABSENT: u16 = u16::MAX;
const END: u32 = u32::MAX;

/// The GPUs that a gang holds in one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Nothing.
    Nothing,
    /// So many GPUs of a pool where only their number matters.
    Count,
    /// GPUs of one node.
    Node(u32),
    /// GPUs of several nodes: the head of a list of cells.
    Cells(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    node: u32,
    gpus: u32,
    next: u32,
}

/// The free GPUs of the nodes of one pool.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    per_node: u32,
    packing: Packing,
    spread: Spread,
    free: Vec<u16>,
    buckets: Vec<BitSet>,
    count: Vec<u32>,
    /// Bit f is set while some node has exactly f free GPUs (f ≥ 1).
    mask: u128,
    total_free: u64,
    cells: Vec<Cell>,
    spare_cell: u32,
    /// How much fragmentation grows when g GPUs are taken from a node with f free: `[g × (per_node+1) + f]`.
    growth: Vec<i64>,
}

impl Nodes {
    /// Nodes of `per_node` GPUs (at most 127). `mix` lists (gang size, weight) of the demand, for FGD.
    pub(super) fn new(per_node: u32, packing: Packing, spread: Spread, mix: &[(u64, u64)]) -> Self {
        let sizes = per_node as usize + 1;
        Self {
            per_node,
            packing,
            spread,
            free: Vec::new(),
            buckets: vec![BitSet::below(1); sizes],
            count: vec![0; sizes],
            mask: 0,
            total_free: 0,
            cells: Vec::new(),
            spare_cell: END,
            growth: if packing == Packing::Fgd {
                fragmentation_growth(per_node, mix)
            } else {
                Vec::new()
            },
        }
    }

    /// Starts again with the first `present` of `nodes` nodes wholly free and the others absent.
    pub(super) fn reset(&mut self, nodes: u32, present: u32) {
        self.free.clear();
        self.free.resize(nodes as usize, ABSENT);
        for bucket in &mut self.buckets {
            bucket.grow(nodes as usize);
            bucket.clear();
        }
        self.count.fill(0);
        self.mask = 0;
        self.total_free = 0;
        self.cells.clear();
        self.spare_cell = END;
        for node in 0..present {
            self.add(node);
        }
    }

    /// Lets `nodes` nodes be known, if fewer are; the new ones are absent.
    pub(super) fn grow(&mut self, nodes: u32) {
        if nodes as usize > self.free.len() {
            self.free.resize(nodes as usize, ABSENT);
            for bucket in &mut self.buckets {
                bucket.grow(nodes as usize);
            }
        }
    }

    /// Room for so many nodes, and for gangs in so many parts, without asking for memory.
    pub(super) fn reserve(&mut self, nodes: usize, parts: usize) {
        self.free.reserve(nodes.saturating_sub(self.free.len()));
        for bucket in &mut self.buckets {
            bucket.reserve(nodes);
        }
        self.cells.reserve(parts.saturating_sub(self.cells.len()));
    }

    /// A node appears, wholly free.
    pub(super) fn add(&mut self, node: u32) {
        self.free[node as usize] = self.per_node as u16;
        self.total_free += u64::from(self.per_node);
        self.enter(node, self.per_node);
    }

    /// A wholly free node disappears.
    pub(super) fn withdraw(&mut self, node: u32) {
        self.leave(node, self.per_node);
        self.total_free -= u64::from(self.per_node);
        self.free[node as usize] = ABSENT;
    }

    /// A node appears with only `gpus` of it free, the rest being held already.
    pub(super) fn add_partly(&mut self, node: u32, gpus: u32) {
        self.free[node as usize] = gpus as u16;
        self.total_free += u64::from(gpus);
        self.enter(node, gpus);
    }

    /// Free GPUs over all nodes.
    pub(super) const fn total_free(&self) -> u64 {
        self.total_free
    }

    /// Whether a gang would find room now.
    pub(super) fn fits(&self, gpus: u64) -> bool {
        let per_node = u64::from(self.per_node);
        if gpus <= per_node {
            return self.mask >> gpus != 0;
        }
        let (whole, rest) = (gpus / per_node, gpus % per_node);
        let empty = u64::from(self.count[self.per_node as usize]);
        match self.spread {
            Spread::Never => empty >= whole + u64::from(rest > 0),
            Spread::Remainder => {
                let partly = self.mask & !(1 << per_node);
                empty >= whole && (rest == 0 || empty > whole || partly >> rest != 0)
            }
            Spread::Any => self.total_free >= gpus,
        }
    }

    /// Takes GPUs for a gang; `None` if there is no room.
    pub(super) fn take(&mut self, gpus: u64) -> Option<Holding> {
        if !self.fits(gpus) {
            return None;
        }
        if gpus <= u64::from(self.per_node) {
            let node = self.choose(gpus as u32);
            self.change(node, -(gpus as i32));
            return Some(Holding::Node(node));
        }
        let mut head = END;
        let mut left = gpus;
        while left > 0 {
            let (node, part) = self.next_part(left as u32);
            self.change(node, -(part as i32));
            head = self.cell(node, part, head);
            left -= u64::from(part);
        }
        Some(Holding::Cells(head))
    }

    /// Takes GPUs of given absent nodes that are about to appear: the gang's own rented instances.
    pub(super) fn hold_new(&mut self, nodes: &[u32], gpus: u64) -> Holding {
        if let [node] = nodes {
            return Holding::Node(*node);
        }
        let mut head = END;
        let mut left = gpus;
        for &node in nodes {
            let part = left.min(u64::from(self.per_node));
            head = self.cell(node, part as u32, head);
            left -= part;
        }
        Holding::Cells(head)
    }

    /// The absent nodes that a gang holds appear; returns how many of their GPUs it leaves free.
    pub(super) fn add_rest_of(&mut self, holding: Holding, gpus: u64) -> u32 {
        let mut freed = 0;
        let mut appear = |nodes: &mut Self, node: u32, part: u32| {
            nodes.add_partly(node, nodes.per_node - part);
            freed += nodes.per_node - part;
        };
        match holding {
            Holding::Node(node) => appear(self, node, gpus as u32),
            Holding::Cells(mut at) => {
                while at != END {
                    let cell = self.cells[at as usize];
                    appear(self, cell.node, cell.gpus);
                    at = cell.next;
                }
            }
            Holding::Count | Holding::Nothing => {}
        }
        freed
    }

    /// Gives a gang's GPUs back; `released` hears each node and how many GPUs of it came free.
    pub(super) fn give(&mut self, holding: Holding, gpus: u64, mut released: impl FnMut(u32, u32)) {
        match holding {
            Holding::Node(node) => {
                self.change(node, gpus as i32);
                released(node, gpus as u32);
            }
            Holding::Cells(head) => {
                let mut at = head;
                while at != END {
                    let cell = self.cells[at as usize];
                    self.change(cell.node, cell.gpus as i32);
                    released(cell.node, cell.gpus);
                    self.cells[at as usize].next = self.spare_cell;
                    self.spare_cell = at;
                    at = cell.next;
                }
            }
            Holding::Count | Holding::Nothing => {}
        }
    }

    /// The nodes that a gang holds, with how many GPUs of each.
    pub(super) fn parts(
        &self,
        holding: Holding,
        gpus: u64,
    ) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (mut single, mut at) = match holding {
            Holding::Node(node) => (Some((node, gpus as u32)), END),
            Holding::Cells(head) => (None, head),
            Holding::Count | Holding::Nothing => (None, END),
        };
        std::iter::from_fn(move || {
            if let Some(part) = single.take() {
                return Some(part);
            }
            if at == END {
                return None;
            }
            let cell = self.cells[at as usize];
            at = cell.next;
            Some((cell.node, cell.gpus))
        })
    }

    /// The node for a gang that fits on one.
    fn choose(&self, gpus: u32) -> u32 {
        let able = self.mask >> gpus << gpus;
        match self.packing {
            Packing::First => buckets_of(able)
                .filter_map(|free| self.buckets[free as usize].first())
                .min()
                .unwrap_or(ABSENT.into()),
            Packing::Count | Packing::Best | Packing::Consolidated => {
                self.lowest(able.trailing_zeros())
            }
            Packing::Fgd => {
                let row = gpus as usize * (self.per_node as usize + 1);
                let free = buckets_of(able)
                    .min_by_key(|&free| (self.growth[row + free as usize], free))
                    .unwrap_or(self.per_node);
                self.lowest(free)
            }
        }
    }

    /// The next node, and how much of it, for a gang that needs `left` GPUs more than one node has.
    fn next_part(&self, left: u32) -> (u32, u32) {
        let per_node = self.per_node;
        if self.spread == Spread::Any {
            return self.next_scattered(left);
        }
        if left >= per_node || self.spread == Spread::Never {
            return (self.lowest(per_node), left.min(per_node));
        }
        (self.choose(left), left)
    }

    fn next_scattered(&self, left: u32) -> (u32, u32) {
        if self.packing == Packing::First {
            let node = buckets_of(self.mask)
                .filter_map(|free| self.buckets[free as usize].first())
                .min()
                .unwrap_or(0);
            return (node, left.min(u32::from(self.free[node as usize])));
        }
        let able = if left > per_node_bits(self.per_node) {
            0
        } else {
            self.mask >> left << left
        };
        let free = match self.packing {
            // As few nodes as possible: the fullest fit for the last part, else the emptiest node.
            Packing::Consolidated if able != 0 => able.trailing_zeros(),
            Packing::Consolidated => self.mask.ilog2(),
            // Use up fragments: the nodes with the fewest free GPUs first.
            _ => self.mask.trailing_zeros(),
        };
        (self.lowest(free), left.min(free))
    }

    fn lowest(&self, free: u32) -> u32 {
        self.buckets[free as usize]
            .first()
            .unwrap_or(u32::from(ABSENT))
    }

    fn cell(&mut self, node: u32, gpus: u32, next: u32) -> u32 {
        let cell = Cell { node, gpus, next };
        if self.spare_cell == END {
            self.cells.push(cell);
            return (self.cells.len() - 1) as u32;
        }
        let at = self.spare_cell;
        self.spare_cell = self.cells[at as usize].next;
        self.cells[at as usize] = cell;
        at
    }

    fn change(&mut self, node: u32, by: i32) {
        let before = u32::from(self.free[node as usize]);
        let after = before.wrapping_add_signed(by);
        debug_assert!(
            after <= self.per_node,
            "node {node} would have {after} free GPUs"
        );
        self.leave(node, before);
        self.free[node as usize] = after as u16;
        self.total_free = self.total_free.wrapping_add_signed(i64::from(by));
        self.enter(node, after);
    }

    fn enter(&mut self, node: u32, free: u32) {
        if free > 0 {
            self.buckets[free as usize].insert(node);
            self.mask |= 1 << free;
        }
        self.count[free as usize] += 1;
    }

    fn leave(&mut self, node: u32, free: u32) {
        self.count[free as usize] -= 1;
        if free > 0 {
            self.buckets[free as usize].remove(node);
            if self.count[free as usize] == 0 {
                self.mask &= !(1 << free);
            }
        }
    }
}

const fn per_node_bits(per_node: u32) -> u32 {
    if per_node < 127 { per_node } else { 127 }
}

fn buckets_of(mut mask: u128) -> impl Iterator<Item = u32> {
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

    fn nodes(packing: Packing, spread: Spread, free: &[u32]) -> Nodes {
        let mut nodes = Nodes::new(8, packing, spread, &[(1, 50), (2, 15), (4, 15), (8, 20)]);
        nodes.reset(free.len() as u32, 0);
        for (node, &gpus) in free.iter().enumerate() {
            nodes.add_partly(node as u32, gpus);
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
        let mut heard = 0;
        all.give(one, 11, |_, gpus| heard += gpus);
        all.give(two, 5, |_, gpus| heard += gpus);
        assert_eq!((heard, all.total_free(), all.fits(24)), (16, 24, true));
    }
}
