//! Keys below 2⁶⁴ − 1 that are asked for later, in a rough order: what comes soonest is found without looking at the rest.
//!
//! A calendar with few pages of equal width, and one heap for all that comes after them. When all pages were taken,
//! the heap is spread over new ones, which reach to the mean of what it holds: more than half of it, as most
//! lengths of jobs go. Each key is so touched a few times, whenever it is asked for; and one that nobody will ask for
//! any more is never compared with others.

/// Pages of the calendar. More of them are looked through more often than they hold anything.
const PAGES: usize = 32;
const LATER: usize = PAGES;
const NONE: u32 = u32::MAX;

/// Keys in a rough order. Memory is reused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Far {
    keys: Vec<u64>,
    /// The key behind each in its list.
    next: Vec<u32>,
    /// The first key of each page, and of what comes after all pages.
    heads: [u32; PAGES + 1],
    /// Places that hold no key, in a list of their own.
    spare: u32,
    /// The first page that was not taken yet.
    page: usize,
    /// Where the first page begins; each is 2^`shift` wide.
    base: u64,
    shift: u32,
    /// Where the last page ends.
    until: u64,
    len: usize,
}

impl Default for Far {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            next: Vec::new(),
            heads: [NONE; PAGES + 1],
            spare: NONE,
            page: PAGES,
            base: 0,
            shift: 0,
            until: 0,
            len: 0,
        }
    }
}

impl Far {
    /// Forgets everything and keeps the memory.
    pub(super) fn clear(&mut self) {
        let (mut keys, mut next) = (
            std::mem::take(&mut self.keys),
            std::mem::take(&mut self.next),
        );
        keys.clear();
        next.clear();
        *self = Self {
            keys,
            next,
            ..Self::default()
        };
    }

    /// Room for so many keys.
    pub(super) fn reserve(&mut self, keys: usize) {
        let more = keys.saturating_sub(self.keys.len());
        self.keys.reserve(more);
        self.next.reserve(more);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a key, which is not below what the last page that was taken ended with.
    #[inline]
    pub(super) fn push(&mut self, key: u64) {
        debug_assert!(key >= self.base, "a page for that was taken");
        let list = if key < self.until {
            ((key - self.base) >> self.shift) as usize
        } else {
            LATER
        };
        debug_assert!(list >= self.page, "a page for that was taken");
        let at = self.spare;
        if at == NONE {
            self.keys.push(key);
            self.next.push(self.heads[list]);
            self.heads[list] = self.keys.len() as u32 - 1;
        } else {
            self.spare = self.next[at as usize];
            self.keys[at as usize] = key;
            self.next[at as usize] = self.heads[list];
            self.heads[list] = at;
        }
        self.len += 1;
    }

    /// Takes the page that comes first of those that hold something, in no order. Returns a bound: what was taken is
    /// below it, and all that is left is not. `None` if there is nothing.
    pub(super) fn take(&mut self, mut taken: impl FnMut(u64)) -> Option<u64> {
        if self.len == 0 {
            return None;
        }
        loop {
            while self.page < PAGES {
                let page = self.page;
                self.page += 1;
                let head = std::mem::replace(&mut self.heads[page], NONE);
                if head == NONE {
                    continue;
                }
                self.each(head, |far, at| {
                    taken(far.keys[at as usize]);
                    far.next[at as usize] = far.spare;
                    far.spare = at;
                    far.len -= 1;
                });
                return Some(self.bound());
            }
            self.spread();
        }
    }

    /// Where the first page begins that was not taken.
    fn bound(&self) -> u64 {
        if self.page == PAGES {
            self.until
        } else {
            self.base.saturating_add((self.page as u64) << self.shift)
        }
    }

    /// New pages for what comes soonest of all that came after the last.
    fn spread(&mut self) {
        let head = std::mem::replace(&mut self.heads[LATER], NONE);
        let (mut least, mut sum, mut count) = (u64::MAX, 0u128, 0u64);
        self.each(head, |far, at| {
            let key = far.keys[at as usize];
            least = least.min(key);
            sum += u128::from(key);
            count += 1;
        });
        let mean = (sum / u128::from(count.max(1))) as u64;
        // The mean is not below the least, so the least finds a page at any width.
        let width = ((mean - least) / PAGES as u64).max(1);
        self.shift = width.ilog2() + 1;
        (self.page, self.base) = (0, least);
        let until = u128::from(least) + ((PAGES as u128) << self.shift);
        self.until = u64::try_from(until).unwrap_or(u64::MAX);
        self.each(head, |far, at| {
            let key = far.keys[at as usize];
            let list = if key < far.until {
                ((key - far.base) >> far.shift) as usize
            } else {
                LATER
            };
            far.next[at as usize] = far.heads[list];
            far.heads[list] = at;
        });
    }

    /// Walks a list that is taken apart meanwhile.
    #[inline]
    fn each(&mut self, head: u32, mut of: impl FnMut(&mut Self, u32)) {
        let mut at = head;
        while at != NONE {
            let next = self.next[at as usize];
            of(self, at);
            at = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};

    #[test]
    fn pages_come_in_order_whatever_comes_meanwhile() {
        let dice = Dice {
            seed: 3,
            replication: 0,
        };
        let mut stream = dice.stream(dice.key("test", "far"), Purpose::Trial, 0, 0);
        let (mut far, mut held, mut bound) = (Far::default(), Vec::new(), 0);
        for step in 0..20_000u64 {
            if step % 5 < 3 {
                // Lengths over nine orders of magnitude, many of them equal, and the last key that there is.
                let most = 1 << (1 + stream.below(30));
                let key = match stream.below(50) {
                    0 => bound,
                    1 => u64::MAX - 1,
                    2 => bound + (1 << stream.below(60)),
                    _ => bound + stream.below(most),
                };
                far.push(key);
                held.push(key);
            } else if step % 5 == 4 {
                let mut taken = Vec::new();
                let told = far.take(|key| taken.push(key));
                assert_eq!(told.is_none(), held.is_empty());
                let Some(told) = told else { continue };
                assert!(bound <= told && !taken.is_empty());
                bound = told;
                let (mut below, above): (Vec<u64>, Vec<u64>) =
                    held.iter().partition(|&&key| key < bound);
                below.sort_unstable();
                taken.sort_unstable();
                assert_eq!(taken, below, "at step {step}");
                held = above;
                if bound > 1 << 62 {
                    far.clear();
                    held.clear();
                    bound = 0;
                }
            }
            assert_eq!(far.is_empty(), held.is_empty());
        }
    }
}
