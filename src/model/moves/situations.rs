//! What rules about moves say once attributes have changed.

use super::MoveRules;

impl MoveRules {
    /// The same, with what rules say in the situations that follow the first.
    #[must_use]
    pub fn followed_by(mut self, later: Vec<Self>) -> Self {
        for one in &later {
            for (all, own) in self.unlabelled.iter_mut().zip(&one.unlabelled) {
                all.extend(own.iter().cloned());
            }
        }
        self.later = later;
        self
    }

    /// Whether rules about moves say the same in two situations.
    pub(in crate::model) fn looks_like(&self, situation: u16, other: u16) -> bool {
        let (one, two) = (self.in_situation(situation), self.in_situation(other));
        (&one.ways, &one.feeds) == (&two.ways, &two.feeds)
    }

    pub(super) fn in_situation(&self, situation: u16) -> &Self {
        let later = usize::from(situation).checked_sub(1);
        later
            .and_then(|index| self.later.get(index))
            .unwrap_or(self)
    }
}
