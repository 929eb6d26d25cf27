//! Streams of draws, each with its own name.

use super::key::Key;
use super::philox::philox;

/// The dice of one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dice {
    /// The user's seed.
    pub seed: u64,
    /// Which sampled world: numbers from 2³¹ up belong to forks.
    pub replication: u32,
}

/// What a draw is for; a purpose of its own keeps one use from shifting another's luck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Purpose {
    /// How many jobs arrive in an interval.
    ArrivalCount = 0,
    /// When they arrive inside it.
    ArrivalTime = 1,
    /// The factor of a day or of a short interval.
    ArrivalLevel = 2,
    /// Bursts of arrivals.
    Burst = 3,
    /// What one job asks for and how long it truly runs.
    JobBody = 4,
    /// Which block of a trace comes next.
    ResampleBlock = 5,
    /// Shifts of trace times.
    Jitter = 6,
    /// Whether a trace row is kept or repeated.
    Thin = 7,
    /// How long a rented gang takes to boot.
    Boot = 8,
    /// Which instances a market takes away first.
    Victim = 32,
    /// How many of the newest checkpoints are broken.
    BadCheckpoint = 33,
    /// After how much running a job crashes by itself.
    Crash = 34,
    /// Whether a pull of an artifact breaks; the count is the number of the pull.
    Pull = 35,
    /// How long a rented instance works; the count is its place, the part the number of its launch there.
    InstanceLife = 36,
    /// Whether an attempt of a transform fails; the count is the number of the attempt.
    Transform = 42,
    /// How long a proof of deletion takes; the count is the job, or the number of the copy.
    Proof = 44,
    /// Whether what was made is flawed, whether that is seen, and when it is found; the count is the number of the attempt.
    Validation = 45,
    /// Draws made by tests and by the trust pack.
    Trial = 9,
    /// How long an entity stays up; the count is the number of the up time.
    UpTime = 10,
    /// How long an entity stays down; the count is the number of the down time.
    DownTime = 11,
    /// Whether an entity is up at the start, and for how long it already was.
    RenewalStart = 12,
    /// Why something failed and what sort of repair it needs.
    FailureCause = 13,
    /// Which entities are worse than their kind.
    Lemon = 14,
    /// The noise of one step of a price.
    PriceNoise = 15,
    /// How long a price or a market stays in a regime, and which comes next.
    PriceRegime = 16,
    /// The market's own utilisation, which moves a provider's price steps.
    MarketUtilisation = 17,
    /// How much of its capacity a market loses or regains at once.
    CapacitySize = 20,
    /// How long what was ordered takes to come.
    LeadTime = 40,
    /// Which jobs of a class go elsewhere.
    Cutover = 41,
    /// Which label a recorded job has, where shares say it.
    Label = 43,
    /// How long a stage of a runbook takes, and whether a step fails; the count is the number of the alarm.
    Reaction = 50,
    /// When something is lost on purpose.
    Drill = 51,
    /// Factors that several quantities of one replication share.
    CommonFactor = 21,
}

/// A sequence of random numbers that belongs to one (entity, purpose, count) of one replication.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u32; 2],
    counter: [u32; 4],
    block: [u32; 4],
    used: usize,
}

impl Dice {
    /// The key of an entity under this seed.
    pub fn key(&self, kind: &str, name: &str) -> Key {
        Key::new(self.seed, kind, name)
    }

    /// The stream of the `count`-th thing (`part` tells its attempts or sub-streams apart) that `key` does
    /// for `purpose`.
    pub const fn stream(&self, key: Key, purpose: Purpose, count: u32, part: u16) -> Stream {
        Stream {
            key: key.words(),
            counter: [
                0,
                count,
                (purpose as u32) << 16 | part as u32,
                self.replication,
            ],
            block: [0; 4],
            used: 4,
        }
    }
}

impl Stream {
    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.used == 4 {
            self.block = philox(self.counter, self.key);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) << 32 | u64::from(self.next_u32())
    }

    /// A uniform number strictly between 0 and 1.
    pub fn uniform(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }

    /// A uniform whole number below `bound` (at least 1), by the multiply-shift method; its bias is below
    /// `bound` × 2⁻⁶⁴.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_its_name_alone() {
        let dice = Dice {
            seed: 7,
            replication: 3,
        };
        let key = dice.key("pool", "dc-main/h200");
        let mut one = dice.stream(key, Purpose::Boot, 4, 0);
        let first: Vec<u64> = (0..5).map(|_| one.next_u64()).collect();
        let _other = dice.stream(key, Purpose::Boot, 5, 0).next_u64();
        let mut again = dice.stream(key, Purpose::Boot, 4, 0);
        assert_eq!(first, (0..5).map(|_| again.next_u64()).collect::<Vec<_>>());
        assert_ne!(first[0], dice.stream(key, Purpose::Boot, 4, 1).next_u64());
        assert_ne!(first[0], dice.stream(key, Purpose::Thin, 4, 0).next_u64());
        let next = Dice {
            replication: 4,
            ..dice
        };
        assert_ne!(first[0], next.stream(key, Purpose::Boot, 4, 0).next_u64());
    }

    #[test]
    fn uniforms_stay_inside_and_average_a_half() {
        let dice = Dice {
            seed: 1,
            replication: 0,
        };
        let mut stream = dice.stream(dice.key("test", "uniform"), Purpose::Trial, 0, 0);
        let n = 200_000;
        let mut sum = 0.0;
        for _ in 0..n {
            let u = stream.uniform();
            assert!(0.0 < u && u < 1.0);
            sum += u;
        }
        // Standard error of the mean is 1/√(12 n) = 0.00065.
        assert!((sum / f64::from(n) - 0.5).abs() < 0.003);
    }
}
