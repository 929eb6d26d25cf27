//! What breaks, why, how soon when new, which ones more than others, and how it is mended.

mod causes;
mod faults;
mod infant;
mod lemons;
mod repair;

pub use causes::{FailureCauses, LLAMA3_CAUSES};
pub use faults::{Faults, Mending};
pub use infant::InfantMortality;
pub use lemons::Lemons;
pub use repair::{RepairKind, RepairMix};
