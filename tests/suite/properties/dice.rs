//! Where every choice of a random history comes from: a seed, or a tape of bytes that proptest can shrink.

/// A source of choices. The same source gives the same history.
#[derive(Debug, Clone)]
pub(crate) enum Dice {
    /// Endless, from a seed (splitmix64).
    Seed(u64),
    /// Ends with its bytes: an exhausted tape always says 0, the most harmless choice.
    Tape(std::vec::IntoIter<u8>),
}

impl Dice {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let drawn = match self {
            Self::Seed(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut mixed = *state;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap()
            }
            Self::Tape(bytes) => usize::from(bytes.next().unwrap_or(0)),
        };
        drawn % limit.max(1)
    }

    /// True in about `percent` of 100 draws; never with 0, never on an exhausted tape.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        99 - self.below(100) < percent
    }

    /// One of these.
    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// Whether there is nothing more to choose.
    pub(crate) fn is_spent(&self) -> bool {
        matches!(self, Self::Tape(bytes) if bytes.len() == 0)
    }
}
