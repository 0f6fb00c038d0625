//! Chance that can be had again.

use uuid::Uuid;

/// A sequence of numbers that looks like chance, and is the same for the same seed.
pub struct Chance {
    seed: u64,
    state: u64,
}

impl Chance {
    /// From the seed in a variable of the environment, or else from chance.
    pub fn given_by(variable: &str) -> Self {
        let given = std::env::var(variable).ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().1);
        Self { seed, state: seed }
    }

    /// The seed, with which the same comes again.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// A number below `end` (splitmix64).
    pub fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).expect("it is below a usize")
    }

    /// Puts all into another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for place in (1..all.len()).rev() {
            all.swap(place, self.below(place + 1));
        }
    }
}
