//! A set of small numbers that answers "the lowest" in a few steps, however large it is.

/// A hierarchical bitset: bit `i` of a level tells whether word `i` of the level below has any bit. All levels
/// lie in one array, the leaves first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BitSet {
    words: Vec<u64>,
    /// Where each level begins; there are two or more, and the last has one word.
    begins: [u32; LEVELS],
    levels: usize,
}

/// 64⁵ numbers are more than a node id holds.
const LEVELS: usize = 6;

impl BitSet {
    /// An empty set of numbers below `bound`.
    #[cfg(test)]
    pub(super) fn below(bound: usize) -> Self {
        let mut set = Self::default();
        set.grow(bound);
        set
    }

    /// Makes room for numbers below `bound`, keeping what is in the set.
    pub(super) fn grow(&mut self, bound: usize) {
        let leaves = if self.levels > 0 { self.leaves() } else { 0 };
        if self.levels > 0 && leaves * 64 >= bound {
            return;
        }
        let mut words = bound.div_ceil(64).max(1);
        let mut total = 0;
        self.levels = 0;
        loop {
            self.begins[self.levels] = total as u32;
            self.levels += 1;
            total += words;
            if words == 1 && self.levels > 1 {
                break;
            }
            words = words.div_ceil(64);
        }
        // The leaves stay where they are, and the levels above are built again.
        self.words.truncate(leaves);
        self.words.resize(total, 0);
        for leaf in 0..leaves {
            let bits = self.words[leaf];
            if bits != 0 {
                self.insert_word(leaf as u32, bits);
            }
        }
    }

    /// Room to grow to numbers below `bound` without asking for memory.
    pub(super) fn reserve(&mut self, bound: usize) {
        let leaves = bound.div_ceil(64).max(1);
        // Each level is a 64th of the one below, rounded up.
        let words = leaves + leaves / 63 + LEVELS;
        self.words.reserve(words.saturating_sub(self.words.len()));
    }

    /// Removes everything.
    pub(super) fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Adds a number.
    #[inline]
    pub(super) fn insert(&mut self, number: u32) {
        self.insert_word(number >> 6, 1 << (number & 63));
    }

    /// Adds all numbers `64 × word + bit` of a word's `bits`, of which there is one at least.
    ///
    /// The two lowest levels are written without asking, since whether a word was empty is hard to foresee;
    /// whether the words above were is not.
    #[inline]
    pub(super) fn insert_word(&mut self, word: u32, bits: u64) {
        let leaf = word as usize;
        self.words[leaf] |= bits;
        let above = &mut self.words[self.begins[1] as usize + (leaf >> 6)];
        let was_empty = *above == 0;
        *above |= 1 << (leaf & 63);
        if was_empty && self.levels > 2 {
            self.insert_above(leaf >> 6);
        }
    }

    fn insert_above(&mut self, mut index: usize) {
        for level in 2..self.levels {
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
    #[inline]
    pub(super) fn remove(&mut self, number: u32) {
        self.remove_word(number >> 6, 1 << (number & 63));
    }

    /// Takes out all numbers `64 × word + bit` of `bits`.
    #[inline]
    pub(super) fn remove_word(&mut self, word: u32, bits: u64) {
        let leaf = word as usize;
        let word = &mut self.words[leaf];
        *word &= !bits;
        let gone = u64::from(*word == 0);
        let above = &mut self.words[self.begins[1] as usize + (leaf >> 6)];
        *above &= !(gone << (leaf & 63));
        if *above == 0 && self.levels > 2 {
            self.remove_above(leaf >> 6);
        }
    }

    fn remove_above(&mut self, mut index: usize) {
        for level in 2..self.levels {
            let word = &mut self.words[self.begins[level] as usize + (index >> 6)];
            *word &= !(1 << (index & 63));
            if *word != 0 {
                break;
            }
            index >>= 6;
        }
    }

    /// The bits of the word that holds the lowest number, with its index.
    #[inline]
    pub(super) fn first_word(&self) -> Option<(u32, u64)> {
        let word = self.first_leaf()?;
        Some((word as u32, self.words[word]))
    }

    /// Which of the numbers `64 × word + bit` are in the set.
    pub(super) fn word(&self, word: u32) -> u64 {
        let index = word as usize;
        if index < self.leaves() {
            self.words[index]
        } else {
            0
        }
    }

    /// Whether the number is in the set.
    pub(super) fn contains(&self, number: u32) -> bool {
        let index = number as usize;
        index >> 6 < self.leaves() && self.words[index >> 6] >> (index & 63) & 1 == 1
    }

    /// The lowest number.
    #[inline]
    pub(super) fn first(&self) -> Option<u32> {
        let (word, bits) = self.first_word()?;
        Some(word << 6 | bits.trailing_zeros())
    }

    #[inline]
    fn first_leaf(&self) -> Option<usize> {
        let top = *self.words.last()?;
        if top == 0 {
            return None;
        }
        let mut index = top.trailing_zeros() as usize;
        for level in (1..self.levels - 1).rev() {
            let word = self.words[self.begins[level] as usize + index];
            index = index << 6 | word.trailing_zeros() as usize;
        }
        Some(index)
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
            let held = |set: &BitSet| {
                let below = 0..bound as u32 * 4;
                below.filter(|&n| set.contains(n)).collect::<Vec<_>>()
            };
            assert_eq!(held(&set), picks);
            set.reserve(bound * 3);
            let words = set.words.capacity();
            set.grow(bound * 3);
            assert_eq!(words, set.words.capacity());
            assert_eq!(held(&set), picks);
            for &pick in &picks {
                assert_eq!(set.first(), Some(pick));
                assert!(set.contains(pick));
                set.remove(pick);
            }
            assert!(set.first().is_none());
        }
    }
}
