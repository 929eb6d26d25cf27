//! Whoever asks why is told before what was decided is carried out.

use crate::journal::{Choice, Circumstance, Justification, Observer};
use crate::units::{JobId, ShapeId, SimTime};

use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Whoever asks why is told what led to what happens.
    #[inline]
    pub(super) fn tell(&mut self, circumstance: impl FnOnce() -> Circumstance) {
        if O::JUSTIFIES {
            self.out.circumstance(self.world.now, &circumstance());
        }
    }

    /// Tells why each job that was decided upon goes where it goes, or nowhere.
    #[cold]
    pub(super) fn tell_why(&mut self) {
        // The same memory serves each time.
        let considered = std::mem::take(&mut self.scratch.orders.witness.memory);
        let witness = &mut self.scratch.orders.witness;
        let mut told = Justification {
            at: SimTime::ZERO,
            job: JobId(0),
            shape: ShapeId(0),
            chosen: None,
            choice: Choice::First,
            considered,
        };
        for number in 0..witness.decisions() {
            let seen = (&mut *witness, number);
            self.strategy
                .justify(self.model, &self.world, seen, &mut told);
            self.out.justified(&told);
        }
        witness.memory = told.considered;
        witness.forget();
    }
}
