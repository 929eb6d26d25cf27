//! An ordered list that stays fast when it is long: sorted blocks, each with a summary of what it holds.
//!
//! The waiting line asks "the first entry, in order, whose estimate is at most x", the profile of running
//! jobs asks "when will n GPUs be free": both skip whole blocks by their summary. Memory is reused.

const BLOCK: usize = 32;

/// The place of an entry: an order key, then a sequence number that makes it unique. One number, so that
/// comparing two places is one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u128);

const SIGN: u64 = 1 << 63;

impl Place {
    /// Behind everything.
    pub const LAST: Self = Self(u128::MAX);

    /// The place of an order key and a sequence number.
    pub const fn new(key: u64, sequence: i64) -> Self {
        Self((key as u128) << 64 | (sequence as u64 ^ SIGN) as u128)
    }

    /// The order key.
    pub const fn key(self) -> u64 {
        (self.0 >> 64) as u64
    }

    /// The sequence number.
    pub const fn sequence(self) -> i64 {
        (self.0 as u64 ^ SIGN) as i64
    }
}

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
struct Block<K, V> {
    entries: Vec<(K, V)>,
    /// Entries before this one have left.
    from: usize,
    summary: u64,
}

/// Where a block stands in the order: no entry of it comes before `place`, none of an earlier block at or
/// behind it. The first block takes whatever comes before all others.
#[derive(Clone, Copy, Debug)]
struct Head<K> {
    place: K,
    block: u32,
}

/// Entries in ascending order of their place.
#[derive(Clone, Debug)]
pub struct Blocks<K, V> {
    store: Vec<Block<K, V>>,
    order: Vec<Head<K>>,
    spare: Vec<u32>,
    len: usize,
}

impl<K, V> Default for Blocks<K, V> {
    fn default() -> Self {
        Self {
            store: Vec::new(),
            order: Vec::new(),
            spare: Vec::new(),
            len: 0,
        }
    }
}

impl<K, V> Block<K, V> {
    fn live(&self) -> &[(K, V)] {
        &self.entries[self.from..]
    }
}

impl<K: Copy + Ord, V: Weigh> Blocks<K, V> {
    /// Removes everything and keeps the memory.
    pub fn clear(&mut self) {
        while let Some(head) = self.order.pop() {
            self.recycle(head.block);
        }
        self.len = 0;
    }

    /// As [`Blocks::clear`], and keeps room for a few entries even if there never were any.
    pub fn prepare(&mut self, any: K) {
        self.clear();
        if self.store.is_empty() {
            self.append_block(any);
            self.clear();
        }
    }

    /// Room for so many entries that come in any order, each once. Every block that is made takes at least nine
    /// entries before the next: the last block fills up and another is appended, then it is split (which also
    /// makes two of one), so there are at most an eighth as many blocks as entries, and one to begin with.
    pub fn reserve(&mut self, entries: usize) {
        let blocks = entries / 8 + 2;
        if self.store.len() >= blocks {
            return;
        }
        let more = blocks - self.store.len();
        self.store.reserve_exact(more);
        self.spare
            .reserve_exact(blocks.saturating_sub(self.spare.len()));
        self.order
            .reserve_exact(blocks.saturating_sub(self.order.len()));
        while self.store.len() < blocks {
            let id = self.new_block();
            self.spare.push(id);
        }
    }

    /// The first entry.
    pub fn first(&self) -> Option<(K, V)> {
        self.order
            .first()
            .and_then(|head| self.block(head).live().first().copied())
    }

    /// Adds an entry; its place must be new.
    pub fn insert(&mut self, place: K, value: V) {
        self.len += 1;
        if self.order.is_empty() {
            self.append_block(place);
        }
        let at = self.block_of(place);
        let is_last = at + 1 == self.order.len();
        let block = &mut self.store[self.order[at].block as usize];
        let behind_all = block.entries.last().is_none_or(|last| last.0 < place);
        if behind_all && block.entries.len() < BLOCK {
            block.entries.push((place, value));
            block.summary = V::with(block.summary, &value);
        } else if behind_all && is_last {
            // Appending to the end is the common case: keep the full block full.
            self.append_block(place);
            let id = self.order[at + 1].block as usize;
            self.store[id].entries.push((place, value));
            self.store[id].summary = V::with(V::NONE, &value);
        } else if !block.squeeze_in(place, value) {
            self.split(at);
            self.len -= 1;
            self.insert(place, value);
        }
    }

    /// Takes the entry at `place` out.
    pub fn remove(&mut self, place: K) -> Option<V> {
        if self.len == 0 {
            return None;
        }
        let at = self.block_of(place);
        let id = self.order[at].block;
        let block = &mut self.store[id as usize];
        let value = if block.entries[block.from].0 == place {
            block.from += 1;
            block.entries[block.from - 1].1
        } else {
            let within = block
                .live()
                .binary_search_by_key(&place, |entry| entry.0)
                .ok()?;
            block.entries.remove(block.from + within).1
        };
        self.len -= 1;
        if block.from < block.entries.len() {
            block.summary = V::without(block.summary, &value)
                .unwrap_or_else(|| summarise(&block.entries[block.from..]));
        } else if self.order.len() == 1 {
            // A list that empties will fill again: keep its block.
            block.entries.clear();
            block.from = 0;
            block.summary = V::NONE;
        } else {
            self.order.remove(at);
            self.recycle(id);
        }
        Some(value)
    }

    /// The entry at `place`.
    pub fn at(&self, place: K) -> Option<(K, V)> {
        if self.len == 0 {
            return None;
        }
        let live = self.block(&self.order[self.block_of(place)]).live();
        live.binary_search_by_key(&place, |entry| entry.0)
            .ok()
            .map(|found| live[found])
    }

    /// The first entry behind `place`.
    pub fn after(&self, place: K) -> Option<(K, V)> {
        self.first_where(Some(place), |_| true, |_| true)
    }

    /// The first entry (behind `after`, if given) that `wanted` accepts; blocks whose summary `possible`
    /// refuses are not looked into.
    pub fn first_where(
        &self,
        after: Option<K>,
        possible: impl Fn(u64) -> bool,
        wanted: impl Fn(&V) -> bool,
    ) -> Option<(K, V)> {
        if self.len == 0 {
            return None;
        }
        let start = after.map_or(0, |place| self.block_of(place));
        for (step, head) in self.order[start..].iter().enumerate() {
            let block = self.block(head);
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
    pub fn count_before(&self, place: K) -> usize {
        if self.len == 0 {
            return 0;
        }
        let at = self.block_of(place);
        let full: usize = self.order[..at]
            .iter()
            .map(|head| self.block(head).live().len())
            .sum();
        full + self
            .block(&self.order[at])
            .live()
            .partition_point(|entry| entry.0 < place)
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)> + '_ {
        self.order
            .iter()
            .flat_map(|head| self.block(head).live().iter().copied())
    }

    /// The blocks in order: each one's summary and entries.
    pub fn summaries(&self) -> impl Iterator<Item = (u64, &[(K, V)])> + '_ {
        self.order.iter().map(|head| {
            let block = self.block(head);
            (block.summary, block.live())
        })
    }

    fn block(&self, head: &Head<K>) -> &Block<K, V> {
        &self.store[head.block as usize]
    }

    /// The index in `order` of the block that holds, or would hold, `place`.
    fn block_of(&self, place: K) -> usize {
        // Pops at the front and appends at the end dominate: look there first.
        let last = self.order.len() - 1;
        if last == 0 || place < self.order[1].place {
            0
        } else if self.order[last].place <= place {
            last
        } else {
            self.order.partition_point(|head| head.place <= place) - 1
        }
    }

    fn append_block(&mut self, place: K) {
        let block = self.fresh();
        self.order.push(Head { place, block });
    }

    fn split(&mut self, at: usize) {
        let upper = self.fresh();
        let lower = self.order[at].block as usize;
        let middle = self.store[lower].entries.len() / 2;
        let mut moved = std::mem::take(&mut self.store[upper as usize].entries);
        moved.extend_from_slice(&self.store[lower].entries[middle..]);
        self.store[lower].entries.truncate(middle);
        self.store[lower].summary = summarise(&self.store[lower].entries);
        self.order.insert(
            at + 1,
            Head {
                place: moved[0].0,
                block: upper,
            },
        );
        self.store[upper as usize].summary = summarise(&moved);
        self.store[upper as usize].entries = moved;
    }

    fn fresh(&mut self) -> u32 {
        self.spare.pop().unwrap_or_else(|| {
            let id = self.new_block();
            // Room to take every block back, so that emptying the list never asks for memory.
            self.spare.reserve(self.store.len());
            id
        })
    }

    fn new_block(&mut self) -> u32 {
        self.store.push(Block {
            entries: Vec::with_capacity(BLOCK),
            from: 0,
            summary: V::NONE,
        });
        (self.store.len() - 1) as u32
    }

    fn recycle(&mut self, id: u32) {
        let block = &mut self.store[id as usize];
        block.entries.clear();
        block.from = 0;
        block.summary = V::NONE;
        self.spare.push(id);
    }
}

impl<K: Copy + Ord, V: Weigh> Block<K, V> {
    /// Puts an entry in its order, if there is room.
    fn squeeze_in(&mut self, place: K, value: V) -> bool {
        let within = self.from + self.live().partition_point(|entry| entry.0 < place);
        if self.from > 0 {
            // Room was left at the front: shift down what comes before.
            self.entries.copy_within(self.from..within, self.from - 1);
            self.from -= 1;
            self.entries[within - 1] = (place, value);
        } else if self.entries.len() < BLOCK {
            self.entries.insert(within, (place, value));
        } else {
            return false;
        }
        self.summary = V::with(self.summary, &value);
        true
    }
}

fn summarise<K, V: Weigh>(entries: &[(K, V)]) -> u64 {
    entries
        .iter()
        .fold(V::NONE, |summary, entry| V::with(summary, &entry.1))
}

impl<K: Copy + Ord, V: Weigh + PartialEq> PartialEq for Blocks<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests;
