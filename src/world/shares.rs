//! Which nodes a gang holds that is spread over several: lists of shares in one array, whose cells are used
//! again.

/// Ends every list.
pub(super) const END: u32 = u32::MAX;

/// What a gang holds of one node or, as much of each, of several that lie in one word of 64; and where its
/// next share stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    /// The nodes are `64 × word + bit` for each of the `bits`.
    pub word: u32,
    /// How many GPUs of each.
    pub gpus: u32,
    /// Which nodes of the word.
    pub bits: u64,
    /// The next share of the list, or [`END`].
    pub next: u32,
}

impl Share {
    /// `gpus` of one node, before the list that begins at `next`.
    #[inline]
    pub(super) const fn of(node: u32, gpus: u32, next: u32) -> Self {
        Self {
            word: node >> 6,
            gpus,
            bits: 1 << (node & 63),
            next,
        }
    }

    /// The nodes, ascending.
    pub(super) fn nodes(self) -> impl Iterator<Item = u32> {
        let mut left = self.bits;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let node = self.word << 6 | left.trailing_zeros();
            left &= left - 1;
            Some(node)
        })
    }
}

/// All lists of one pool.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    cells: Vec<Share>,
    spare: u32,
}

impl Shares {
    /// No lists.
    pub(super) const fn new() -> Self {
        Self {
            cells: Vec::new(),
            spare: END,
        }
    }

    /// Forgets all lists and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.spare = END;
    }

    /// Room for so many shares, without asking for memory.
    pub(super) fn reserve(&mut self, shares: usize) {
        let more = shares.saturating_sub(self.cells.len());
        self.cells.reserve(more);
    }

    /// Puts a share before the list that begins at its `next`; returns where the longer list begins.
    #[inline]
    pub(super) fn push(&mut self, share: Share) -> u32 {
        let at = self.spare;
        if let Some(cell) = self.cells.get_mut(at as usize) {
            self.spare = cell.next;
            *cell = share;
            return at;
        }
        self.cells.push(share);
        (self.cells.len() - 1) as u32
    }

    /// The share at `at`.
    #[inline]
    pub(super) fn share(&self, at: u32) -> Share {
        self.cells[at as usize]
    }

    /// The share at `at`, whose cell is spare from now on.
    #[inline]
    pub(super) fn pop(&mut self, at: u32) -> Share {
        let cell = &mut self.cells[at as usize];
        let share = *cell;
        cell.next = self.spare;
        self.spare = at;
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_used_again() {
        let mut shares = Shares::new();
        let list = shares.push(Share::of(70, 8, END));
        let list = shares.push(Share {
            word: 2,
            gpus: 4,
            bits: 0b101,
            next: list,
        });
        let first = shares.pop(list);
        assert!(first.nodes().eq([128, 130]) && first.gpus == 4);
        assert_eq!(shares.push(Share::of(3, 1, END)), list);
        assert!(shares.share(first.next).nodes().eq([70]));
    }
}
