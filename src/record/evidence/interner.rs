//! What was said before, and under which number: words of 64 bits stand for it.

/// No more is remembered at once: what comes then is said anew, under numbers that were not used before.
const KNOWN_MAX: usize = 4096;
/// Places of the table: a power of two, never more than half full.
const PLACES: usize = KNOWN_MAX * 2;

/// Remembers keys by number, in memory that does not grow with their count.
#[derive(Debug)]
pub(super) struct Interner {
    /// By place, the index of a key and one; 0 is free.
    places: Vec<u32>,
    keys: Vec<Box<[u64]>>,
    /// How many were forgotten.
    forgotten: u32,
}

impl Interner {
    pub(super) const fn new() -> Self {
        Self {
            places: Vec::new(),
            keys: Vec::new(),
            forgotten: 0,
        }
    }

    /// The number of a key, from 1, and whether it is new.
    pub(super) fn number(&mut self, key: &[u64]) -> (u32, bool) {
        if self.places.is_empty() {
            self.places.resize(PLACES, 0);
        }
        let mut place = start(key);
        loop {
            let index = self.places[place];
            if index == 0 {
                break;
            }
            if *self.keys[index as usize - 1] == *key {
                return (self.forgotten + index, false);
            }
            place = (place + 1) % PLACES;
        }
        if self.keys.len() == KNOWN_MAX {
            self.forget();
            place = start(key);
        }
        self.keys.push(key.into());
        self.places[place] = self.keys.len() as u32;
        (self.forgotten + self.keys.len() as u32, true)
    }

    /// Forgets all of it: what was said is not so any more.
    pub(super) fn forget(&mut self) {
        self.forgotten += self.keys.len() as u32;
        self.keys.clear();
        self.places.fill(0);
    }
}

/// Where to look first.
fn start(key: &[u64]) -> usize {
    let mix =
        |hash: u64, word: &u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let hash = key.iter().fold(key.len() as u64, mix);
    // The upper bits are the best mixed ones.
    (hash >> 40) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_once_and_never_again() {
        let mut interner = Interner::new();
        assert_eq!(interner.number(&[]), (1, true));
        assert_eq!(interner.number(&[7]), (2, true));
        assert_eq!(interner.number(&[7, 0]), (3, true));
        assert_eq!(interner.number(&[7]), (2, false));
        // With three there is room for so many more; the next one makes it forget.
        let last = KNOWN_MAX as u64;
        for word in 100..100 + last - 3 {
            assert!(interner.number(&[word, word]).1);
        }
        assert_eq!(interner.number(&[7]), (2, false));
        assert_eq!(interner.number(&[8]), (last as u32 + 1, true));
        assert_eq!(interner.number(&[7]), (last as u32 + 2, true));
        assert_eq!(interner.number(&[8]), (last as u32 + 1, false));
        assert_eq!(interner.keys.len(), 2);
    }
}
