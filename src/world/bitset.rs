//! A set of small numbers that answers "the lowest" in a few steps, however large it is.

/// A hierarchical bitset: bit `i` of a level tells whether word `i` of the level below has any bit. All levels
/// lie in one array, the leaves first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BitSet {
    words: Vec<u64>,
    /// Where each level begins; the last has one word.
    begins: [u32; LEVELS],
    levels: usize,
}

/// 64⁵ numbers are more than a node id holds.
const LEVELS: usize = 6;

impl BitSet {
    /// An empty set of numbers below `bound`.
    pub(super) fn below(bound: usize) -> Self {
        let mut set = Self::default();
        set.grow(bound);
        set
    }

    /// Makes room for numbers below `bound`, keeping what is in the set.
    pub(super) fn grow(&mut self, bound: usize) {
        if self.levels > 0 && self.leaves() * 64 >= bound {
            return;
        }
        let held: Vec<u32> = self.iter().collect();
        let mut words = bound.div_ceil(64).max(1);
        let mut total = 0;
        self.levels = 0;
        loop {
            self.begins[self.levels] = total as u32;
            self.levels += 1;
            total += words;
            if words == 1 {
                break;
            }
            words = words.div_ceil(64);
        }
        self.words.clear();
        self.words.resize(total, 0);
        for number in held {
            self.insert(number);
        }
    }

    /// Removes everything.
    pub(super) fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Adds a number.
    pub(super) fn insert(&mut self, number: u32) {
        let mut index = number as usize;
        for level in 0..self.levels {
            let word = &mut self.words[self.begins[level] as usize + (index >> 6)];
            let was_empty = *word == 0;
            *word |= 1 << (index & 63);
            if !was_empty {
                break;
            }
            index >>= 6;
        }
    }

    /// Takes a number out.
    pub(super) fn remove(&mut self, number: u32) {
        let mut index = number as usize;
        for level in 0..self.levels {
            let word = &mut self.words[self.begins[level] as usize + (index >> 6)];
            *word &= !(1 << (index & 63));
            if *word != 0 {
                break;
            }
            index >>= 6;
        }
    }

    /// Whether the number is in the set.
    pub(super) fn contains(&self, number: u32) -> bool {
        let index = number as usize;
        index >> 6 < self.leaves() && self.words[index >> 6] >> (index & 63) & 1 == 1
    }

    /// The lowest number.
    pub(super) fn first(&self) -> Option<u32> {
        let top = *self.words.last()?;
        if top == 0 {
            return None;
        }
        let mut index = top.trailing_zeros() as usize;
        for level in (0..self.levels - 1).rev() {
            let word = self.words[self.begins[level] as usize + index];
            index = index << 6 | word.trailing_zeros() as usize;
        }
        Some(index as u32)
    }

    /// The lowest number that is at least `from`.
    fn first_from(&self, from: u32) -> Option<u32> {
        let mut index = from as usize;
        for level in 0..self.levels {
            let size = self.size(level);
            let word = if index >> 6 < size {
                self.words[self.begins[level] as usize + (index >> 6)]
            } else {
                0
            };
            let rest = if level == 0 {
                word & (u64::MAX << (index & 63))
            } else {
                // The position itself was searched one level below.
                word & u64::MAX.checked_shl((index & 63) as u32 + 1).unwrap_or(0)
            };
            if rest != 0 {
                let mut found = index >> 6 << 6 | rest.trailing_zeros() as usize;
                for below in (0..level).rev() {
                    let word = self.words[self.begins[below] as usize + found];
                    found = found << 6 | word.trailing_zeros() as usize;
                }
                return Some(found as u32);
            }
            index >>= 6;
        }
        None
    }

    /// All numbers, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.first();
        std::iter::from_fn(move || {
            let number = next?;
            next = self.first_from(number + 1);
            Some(number)
        })
    }

    fn leaves(&self) -> usize {
        self.size(0)
    }

    fn size(&self, level: usize) -> usize {
        let end = if level + 1 < self.levels {
            self.begins[level + 1] as usize
        } else {
            self.words.len()
        };
        end - self.begins[level] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_is_found_at_any_size() {
        for bound in [1, 64, 65, 4096, 4097, 300_000] {
            let mut set = BitSet::below(bound);
            assert!(set.first().is_none());
            let picks: Vec<u32> = (0..bound as u32)
                .filter(|n| n % 97 == 5 || *n + 1 == bound as u32)
                .collect();
            for &pick in picks.iter().rev() {
                set.insert(pick);
                assert_eq!(set.first(), Some(pick));
            }
            assert_eq!(set.iter().collect::<Vec<_>>(), picks);
            set.grow(bound * 3);
            assert_eq!(set.iter().collect::<Vec<_>>(), picks);
            for &pick in &picks {
                assert_eq!(set.first(), Some(pick));
                assert!(set.contains(pick));
                set.remove(pick);
            }
            assert!(set.first().is_none());
        }
    }
}
