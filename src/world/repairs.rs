//! Repair shops: what is broken waits for a crew, and nodes wait for something that works.

use std::collections::VecDeque;

/// The state of one shop with few crews or few spares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairShop {
    /// Crews at work.
    busy: u32,
    /// Broken things that wait for a crew, in order: whose they were, and how often it broke before.
    broken: VecDeque<(u32, u32)>,
    /// Working spares.
    spares: u32,
    /// Who waits for something that works, in order, and how often it broke before.
    waiting: VecDeque<(u32, u32)>,
}

/// What a shop can do at once after something broke or was mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShopMoves {
    /// Of whom a repair begins, if a crew is free for it, and how often it broke before.
    pub begins: Option<(u32, u32)>,
    /// Who gets something that works, and how often it broke before.
    pub fitted: Option<(u32, u32)>,
}

impl RepairShop {
    /// A shop with these spares on the shelf and nothing to do.
    pub fn new(spares: u32) -> Self {
        Self {
            spares,
            ..Self::default()
        }
    }

    /// An entity broke, after it had broken `count` times before.
    pub fn breaks(&mut self, entity: u32, count: u32, crews: u32) -> ShopMoves {
        self.broken.push_back((entity, count));
        self.waiting.push_back((entity, count));
        ShopMoves {
            begins: self.begin(crews),
            fitted: self.fit(),
        }
    }

    /// A crew is done with a repair.
    pub fn mended(&mut self, crews: u32) -> ShopMoves {
        self.busy -= 1;
        self.spares += 1;
        ShopMoves {
            begins: self.begin(crews),
            fitted: self.fit(),
        }
    }

    fn begin(&mut self, crews: u32) -> Option<(u32, u32)> {
        if self.busy == crews {
            return None;
        }
        let next = self.broken.pop_front()?;
        self.busy += 1;
        Some(next)
    }

    fn fit(&mut self) -> Option<(u32, u32)> {
        if self.spares == 0 {
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.spares -= 1;
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_crew_mends_one_thing_after_the_other_and_a_spare_bridges_the_first() {
        let mut shop = RepairShop::new(1);
        // 7 breaks: a repair begins and the spare takes its place. 8 breaks: the crew is busy, no spare is left.
        assert_eq!(
            shop.breaks(7, 3, 1),
            ShopMoves {
                begins: Some((7, 3)),
                fitted: Some((7, 3))
            }
        );
        assert_eq!(
            shop.breaks(8, 0, 1),
            ShopMoves {
                begins: None,
                fitted: None
            }
        );
        assert_eq!(
            shop.mended(1),
            ShopMoves {
                begins: Some((8, 0)),
                fitted: Some((8, 0))
            }
        );
        // What is mended last goes on the shelf.
        assert_eq!(
            shop.mended(1),
            ShopMoves {
                begins: None,
                fitted: None
            }
        );
        assert_eq!(
            shop,
            RepairShop {
                spares: 1,
                ..RepairShop::default()
            }
        );
    }
}
