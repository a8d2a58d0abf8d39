//! The fingerprint: one number over everything that happened, and in which order.

use std::fmt;

use crate::units::Instant;

/// Two of wyhash's secrets. The top bit of `SECRET` is set, so no instant of a run (less than
/// 2^63 ns) equals it, and no instant can turn the product to zero and wipe out the past.
/// <https://github.com/wangyi-fudan/wyhash/blob/master/wyhash.h>
const SECRET: u64 = 0x8bb8_4b93_962e_acc9;
const START: u64 = 0x2d35_8dcc_aa6c_78a5;

/// A 64-bit hash over (instant, digest) of every event handled; another order gives another hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Adds one event: when it happened and what it was.
    ///
    /// The step is the folded multiplication of wyhash and foldhash: the exclusive or of the two
    /// halves of a 128-bit product.
    /// <https://github.com/orlp/foldhash>
    #[inline]
    pub fn fold(&mut self, at: Instant, digest: u64) {
        let product = u128::from(at.as_nanos() ^ SECRET) * u128::from(digest ^ self.0);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are taken, one by one")]
        let halves = (product as u64, (product >> 64) as u64);
        self.0 = halves.0 ^ halves.1;
    }
}

impl Default for Fingerprint {
    /// The fingerprint of a run in which nothing happened.
    fn default() -> Self {
        Self(START)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(events: &[(u64, u64)]) -> Fingerprint {
        let mut fingerprint = Fingerprint::default();
        for &(at, digest) in events {
            fingerprint.fold(Instant::from_nanos(at), digest);
        }
        fingerprint
    }

    #[test]
    fn order_instant_and_kind_of_every_event_matter() {
        let base = over(&[(5, 1), (5, 2), (9, 1)]);
        assert_eq!(base, over(&[(5, 1), (5, 2), (9, 1)]));
        for other in [
            vec![(5, 2), (5, 1), (9, 1)],
            vec![(5, 1), (5, 2), (10, 1)],
            vec![(5, 1), (5, 2), (9, 3)],
            vec![(5, 1), (5, 2)],
            vec![(5, 1), (5, 2), (9, 1), (0, 0)],
        ] {
            assert_ne!(base, over(&other), "{other:?}");
        }
    }

    /// Computed with Python's integers from the formula above.
    #[test]
    fn the_value_is_pinned() {
        assert_eq!(over(&[]).to_string(), "2d358dccaa6c78a5");
        assert_eq!(over(&[(5, 1), (5, 2), (9, 1)]).to_string(), "e6be589704cd5614");
    }
}
