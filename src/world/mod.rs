//! The state of one simulated moment and its legal moves.
//!
//! **There is no randomness and no true run time in here**: what nobody can know is kept by the engine.
//! Everything is whole numbers. `Clone` is a copy of the moment.

mod artifacts;
mod bitset;
mod blocks;
mod booking;
mod books;
mod causes;
mod closing;
mod desk;
mod doubt;
mod feeding;
mod feeds;
mod fragmentation;
mod job;
mod kept;
mod line;
mod maxmin;
mod meters;
mod moment;
mod moves;
mod nodes;
mod outages;
mod pool;
mod profile;
mod rent;
mod repairs;
mod resize;
mod rollout;
mod room;
mod services;
mod shares;
mod shelves;
mod shut;
mod spend;
mod staging;
mod stops;
mod stretch;
mod transfers;
mod upkeep;

pub use artifacts::Health;
pub use blocks::Place;
pub use books::Books;
pub use causes::{Causes, Reading};
pub use feeds::{Feeds, Shortage, Starved};
pub use job::{Job, Jobs, Phase, Slot};
pub use kept::Kept;
pub use line::{Line, NOWHERE, Waiting};
pub use maxmin::{Flow, Lane, share};
pub use moment::{Changes, Reservation, World};
pub use moves::{Launched, Refusal};
pub use nodes::Holding;
pub use pool::PoolState;
pub use profile::{Profile, Release, Shadow};
pub use rent::Rent;
pub use repairs::{RepairShop, ShopMoves};
pub use rollout::{PhaseState, RolloutState, Standing};
pub use room::Room;
pub use services::Services;
pub use spend::Spend;
pub use staging::Staging;
pub use stops::{GivenUp, Loss, Reason};
pub use stretch::{Stretch, wall, work_done};
pub use transfers::{Arrival, Cargo, Due, Transfer, Transfers};
pub use upkeep::{Closure, Stage, Upkeep, Window};
