//! On which nodes a gang goes.
//!
//! The choice depends on the state alone, never on history, so equal states choose equally.

use crate::model::{Packing, Spread};

use super::fragmentation::fragmentation_growth;
use super::shares::{END, Share, Shares};
use super::shelves::{Hidden, Shelves, numbers_of};

/// The GPUs that a gang holds in one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Nothing.
    Nothing,
    /// So many GPUs of a pool where only their number matters.
    Count,
    /// GPUs of one node.
    Node(u32),
    /// GPUs of several nodes: where the list of its shares begins.
    Shares(u32),
}

/// The nodes of one pool.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    per_node: u32,
    /// How many bits to shift by instead of dividing by `per_node`, where that is a power of two.
    shift: Option<u32>,
    packing: Packing,
    spread: Spread,
    free: Shelves,
    shares: Shares,
    /// How much fragmentation grows when g GPUs are taken from a node with f free: `[g × (per_node+1) + f]`.
    growth: Vec<i64>,
}

impl Nodes {
    /// Nodes of `per_node` GPUs (at most 127). `mix` lists (gang size, weight) of the demand, for FGD.
    pub(super) fn new(per_node: u32, packing: Packing, spread: Spread, mix: &[(u64, u64)]) -> Self {
        Self {
            per_node,
            shift: per_node.is_power_of_two().then(|| per_node.ilog2()),
            packing,
            spread,
            free: Shelves::new(per_node),
            shares: Shares::new(),
            growth: if packing == Packing::Fgd {
                fragmentation_growth(per_node, mix)
            } else {
                Vec::new()
            },
        }
    }

    /// Starts again with the first `present` of `nodes` nodes wholly free and the others absent.
    pub(super) fn reset(&mut self, nodes: u32, present: u32) {
        self.free.reset(nodes);
        self.shares.clear();
        for node in 0..present {
            self.free.add(node, self.per_node);
        }
    }

    /// Lets `nodes` nodes be known, if fewer are; the new ones are absent.
    pub(super) fn grow(&mut self, nodes: u32) {
        self.free.grow(nodes);
    }

    /// Room for so many nodes, and for gangs in so many parts, without asking for memory.
    pub(super) fn reserve(&mut self, nodes: usize, parts: usize) {
        self.free.reserve(nodes);
        self.shares.reserve(parts);
    }

    /// A wholly free node disappears.
    pub(super) fn withdraw(&mut self, node: u32) {
        self.free.withdraw(node);
    }

    /// Takes the free GPUs of a node away, so that nobody finds them; returns how many.
    pub(super) fn block(&mut self, node: u32) -> u32 {
        self.free.block(node, self.per_node)
    }

    /// Takes one free GPU of a node away; returns whether there was one.
    pub(super) fn block_one(&mut self, node: u32) -> bool {
        self.free.block(node, 1) > 0
    }

    /// Takes neighbouring nodes out of sight until [`Nodes::show`]; returns how many GPUs are free on them.
    pub(super) fn hide(&mut self, first: u32, nodes: u32, hidden: &mut Vec<Hidden>) -> u64 {
        self.free.hide(first, nodes, hidden)
    }

    /// Puts nodes back in sight.
    pub(super) fn show(&mut self, hidden: &[Hidden]) {
        self.free.show(hidden);
    }

    /// Gives a node back GPUs that were taken away.
    pub(super) fn unblock(&mut self, node: u32, gpus: u32) {
        if gpus > 0 {
            self.free.give(node, gpus);
        }
    }

    /// Free GPUs over all nodes.
    pub(super) const fn total_free(&self) -> u64 {
        self.free.total()
    }

    /// Whether a gang would find room now.
    #[inline]
    pub(super) fn fits(&self, gpus: u64) -> bool {
        if gpus <= u64::from(self.per_node) {
            self.free.filled_from(gpus as u32) != 0
        } else {
            self.fits_on_several(gpus)
        }
    }

    /// Free GPUs of the fullest node that has at least so many.
    pub(super) fn fullest(&self, gpus: u32) -> Option<u32> {
        let able = self.free.filled_from(gpus);
        (able != 0).then(|| able.trailing_zeros())
    }

    /// How many nodes a gang fills, and the GPUs left over.
    #[inline]
    fn whole_nodes(&self, gpus: u64) -> (u64, u64) {
        if let Some(shift) = self.shift {
            return (gpus >> shift, gpus & ((1 << shift) - 1));
        }
        let per_node = u64::from(self.per_node);
        (gpus / per_node, gpus % per_node)
    }

    fn fits_on_several(&self, gpus: u64) -> bool {
        let (whole, rest) = self.whole_nodes(gpus);
        let empty = self.free.empty_nodes();
        match self.spread {
            Spread::Never => empty >= whole + u64::from(rest > 0),
            Spread::Remainder => {
                let enough = |rest| {
                    let partly = self.free.filled_from(rest) & !(1 << self.per_node);
                    empty > whole || partly != 0
                };
                empty >= whole && (rest == 0 || enough(rest as u32))
            }
            Spread::Any => self.free.total() >= gpus,
        }
    }

    /// Takes GPUs for a gang; `None` if there is no room.
    #[inline]
    pub(super) fn take(&mut self, gpus: u64) -> Option<Holding> {
        if gpus > u64::from(self.per_node) {
            return self.take_several(gpus);
        }
        let able = self.free.filled_from(gpus as u32);
        if able == 0 {
            return None;
        }
        let (node, free) = self.choose(gpus as u32, able);
        self.free.take(node, free, gpus as u32);
        Some(Holding::Node(node))
    }

    fn take_several(&mut self, gpus: u64) -> Option<Holding> {
        if !self.fits_on_several(gpus) {
            return None;
        }
        let mut list = END;
        let mut left = gpus;
        if self.spread != Spread::Any {
            let mut whole;
            (whole, left) = self.whole_nodes(gpus);
            while whole > 0 {
                let (word, bits) = self.free.take_empty(whole);
                whole -= u64::from(bits.count_ones());
                list = self.shares.push(Share {
                    word,
                    gpus: self.per_node,
                    bits,
                    next: list,
                });
            }
        }
        while left > 0 {
            let (node, free, part) = self.next_part(left);
            self.free.take(node, free, part);
            list = self.shares.push(Share::of(node, part, list));
            left -= u64::from(part);
        }
        Some(Holding::Shares(list))
    }

    /// Takes so many GPUs of each of these nodes, told in the order of [`Nodes::parts`]; `None` if some are not free.
    pub(super) fn take_parts(&mut self, parts: &[(u32, u32)]) -> Option<Holding> {
        let free = |&(node, part): &(u32, u32)| {
            let free = self.free.free_of(node)?;
            (part > 0 && part <= free).then_some((node, free, part))
        };
        let mut seats: Vec<(u32, u32, u32)> = parts.iter().map(free).collect::<Option<_>>()?;
        seats.sort_unstable();
        if seats.is_empty() || seats.windows(2).any(|two| two[0].0 == two[1].0) {
            return None;
        }
        for &(node, free, part) in &seats {
            self.free.take(node, free, part);
        }
        if let [(node, ..)] = seats[..] {
            return Some(Holding::Node(node));
        }
        let mut list = END;
        for &(node, part) in parts.iter().rev() {
            list = self.shares.push(Share::of(node, part, list));
        }
        Some(Holding::Shares(list))
    }

    /// Takes GPUs of given absent nodes that are about to appear: the gang's own rented instances.
    pub(super) fn hold_new(&mut self, nodes: &[u32], gpus: u64) -> Holding {
        if let [node] = nodes {
            return Holding::Node(*node);
        }
        let mut list = END;
        let mut left = gpus;
        for &node in nodes {
            let part = left.min(u64::from(self.per_node));
            list = self.shares.push(Share::of(node, part as u32, list));
            left -= part;
        }
        Holding::Shares(list)
    }

    /// The absent nodes that a gang holds appear; returns how many of their GPUs it leaves free.
    pub(super) fn add_rest_of(&mut self, holding: Holding, gpus: u64) -> u32 {
        let mut freed = 0;
        let mut appear = |free: &mut Shelves, node: u32, part: u32| {
            free.add(node, self.per_node - part);
            freed += self.per_node - part;
        };
        match holding {
            Holding::Node(node) => appear(&mut self.free, node, gpus as u32),
            Holding::Shares(mut at) => {
                while at != END {
                    let share = self.shares.share(at);
                    for node in share.nodes() {
                        appear(&mut self.free, node, share.gpus);
                    }
                    at = share.next;
                }
            }
            Holding::Count | Holding::Nothing => {}
        }
        freed
    }

    /// Forgets what a gang holds of absent nodes; `of` hears each node and how many GPUs of it.
    pub(super) fn forget(&mut self, holding: Holding, gpus: u64, mut of: impl FnMut(u32, u32)) {
        match holding {
            Holding::Node(node) => of(node, gpus as u32),
            Holding::Shares(mut at) => {
                while at != END {
                    let share = self.shares.pop(at);
                    for node in share.nodes() {
                        of(node, share.gpus);
                    }
                    at = share.next;
                }
            }
            Holding::Count | Holding::Nothing => {}
        }
    }

    /// Gives a gang's GPUs back.
    #[inline]
    pub(super) fn give(&mut self, holding: Holding, gpus: u64) {
        match holding {
            Holding::Node(node) => self.free.give(node, gpus as u32),
            Holding::Shares(list) => self.give_several(list),
            Holding::Count | Holding::Nothing => {}
        }
    }

    fn give_several(&mut self, list: u32) {
        let mut at = list;
        while at != END {
            let share = self.shares.pop(at);
            if share.gpus == self.per_node {
                self.free.give_empty(share.word, share.bits);
            } else {
                for node in share.nodes() {
                    self.free.give(node, share.gpus);
                }
            }
            at = share.next;
        }
    }

    /// The nodes that a gang holds, with how many GPUs of each.
    pub(super) fn parts(
        &self,
        holding: Holding,
        gpus: u64,
    ) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (single, mut at) = match holding {
            Holding::Node(node) => (Some((node, gpus as u32)), END),
            Holding::Shares(list) => (None, list),
            Holding::Count | Holding::Nothing => (None, END),
        };
        let several = std::iter::from_fn(move || {
            let share = (at != END).then(|| self.shares.share(at))?;
            at = share.next;
            Some(share)
        });
        let of_each = |share: Share| share.nodes().map(move |node| (node, share.gpus));
        single.into_iter().chain(several.flat_map(of_each))
    }

    /// The node for a gang that fits on one, and its free GPUs; `able` says which numbers of free GPUs are
    /// enough and to be had.
    #[inline]
    fn choose(&self, gpus: u32, able: u128) -> (u32, u32) {
        let free = match self.packing {
            Packing::Count | Packing::Best | Packing::Consolidated => able.trailing_zeros(),
            Packing::First => return self.first_of(able),
            Packing::Fgd => {
                let row = gpus as usize * (self.per_node as usize + 1);
                numbers_of(able)
                    .min_by_key(|&free| (self.growth[row + free as usize], free))
                    .unwrap_or(self.per_node)
            }
        };
        (self.free.lowest(free), free)
    }

    /// The lowest node of all whose number of free GPUs is in `able`, with that number.
    fn first_of(&self, able: u128) -> (u32, u32) {
        numbers_of(able)
            .map(|free| (self.free.lowest(free), free))
            .min()
            .unwrap_or((u32::MAX, 0))
    }

    /// The next node, its free GPUs, and how many of them a gang takes that has `left` GPUs to find and needs
    /// more than one node has.
    fn next_part(&self, left: u64) -> (u32, u32, u32) {
        let per_node = self.per_node;
        let part = left.min(u64::from(per_node)) as u32;
        let (node, free) = match self.spread {
            Spread::Any => return self.next_scattered(part, left),
            Spread::Never => (self.free.lowest(per_node), per_node),
            Spread::Remainder => self.choose(part, self.free.filled_from(part)),
        };
        (node, free, part)
    }

    fn next_scattered(&self, part: u32, left: u64) -> (u32, u32, u32) {
        let some = self.free.filled_from(1);
        let (node, free) = if self.packing == Packing::First {
            self.first_of(some)
        } else {
            let able = if u64::from(part) < left {
                0
            } else {
                self.free.filled_from(part)
            };
            let free = match self.packing {
                // As few nodes as possible: the fullest fit for the last part, else the emptiest node.
                Packing::Consolidated if able != 0 => able.trailing_zeros(),
                Packing::Consolidated => some.ilog2(),
                // Use up fragments: the nodes with the fewest free GPUs first.
                _ => some.trailing_zeros(),
            };
            (self.free.lowest(free), free)
        };
        (node, free, part.min(free))
    }
}

#[cfg(test)]
mod tests;
