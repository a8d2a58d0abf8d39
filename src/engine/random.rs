//! Random numbers: one seed, a named stream for each source, and a generator for each unit.
//!
//! What is not about a unit comes from a `ChaCha` stream named after its source ([`Streams`]). Every
//! draw about a unit comes from [`UnitDraws`], a function of the unit's key, of what is drawn where,
//! and of the attempt: a draw more or less in one place moves nothing in another.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A source of random words, of which all bits are equally good.
pub trait Words {
    /// The next word.
    fn next_word(&mut self) -> u64;

    /// Draws by a function that is not laid open where it is called.
    #[inline(always)]
    fn aside<R>(&mut self, draw: impl FnOnce(&mut Self) -> R) -> R {
        draw(self)
    }
}

/// The random streams of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams of the run with this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream of the source called `name`, from its beginning.
    #[must_use]
    pub fn stream(&self, name: &str) -> Stream {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(name_hash(name));
        Stream { rng, block: [0; BLOCK], next: BLOCK }
    }
}

/// How many numbers `ChaCha8Rng` makes at a time.
const BLOCK: usize = 32;

/// A random stream, which keeps what its generator makes at a time as whole words.
#[derive(Clone, Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
    block: [u64; BLOCK],
    next: usize,
}

impl Words for Stream {
    #[inline(always)]
    fn next_word(&mut self) -> u64 {
        let Some(word) = self.block.get(self.next) else { return self.fill_block() };
        self.next += 1;
        *word
    }
}

impl Stream {
    #[cold]
    fn fill_block(&mut self) -> u64 {
        let mut bytes = [0; 8 * BLOCK];
        self.rng.fill_bytes(&mut bytes);
        for (word, bytes) in self.block.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        self.next = 1;
        self.block[0]
    }
}

/// The 64-bit FNV-1a hash of a name, the same for ever.
///
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
#[must_use]
pub const fn name_hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    hash
}

/// The attempt under which [`child_key`] draws, so that no other draw gives a child's key.
const ATTEMPT_OF_CHILDREN: u32 = u32::MAX;

/// Random numbers about one unit, at one place, for one attempt.
#[derive(Clone, Debug)]
pub struct UnitDraws {
    key: u64,
    place: u64,
    attempt: u32,
    /// How many numbers have been taken, two from a block.
    taken: u32,
    /// The block of the number taken last; before that, the first.
    block: [u64; 2],
}

impl UnitDraws {
    /// The draws about the unit with `key` at `place` (the hash of a station's or call's name and
    /// the purpose) for its `attempt` there.
    ///
    /// # Panics
    ///
    /// Panics if `attempt` is the largest number, which stands for children.
    // Made for a first number, which is all that most draws take: it is worked out where it is needed.
    #[inline(always)]
    #[must_use]
    pub const fn new(key: u64, place: u64, attempt: u32) -> Self {
        assert!(attempt != ATTEMPT_OF_CHILDREN, "no unit is tried four thousand million times");
        let block = philox::<ROUNDS>([place, counter(attempt, 0)], key);
        Self { key, place, attempt, taken: 0, block }
    }

    #[inline(never)]
    fn make_block(&mut self) {
        let counter = counter(self.attempt, self.taken / 2);
        self.block = philox::<ROUNDS>([self.place, counter], self.key);
    }
}

impl Words for UnitDraws {
    /// On a copy, so that they need no place in memory unless something draws aside.
    #[inline(always)]
    fn aside<R>(&mut self, draw: impl FnOnce(&mut Self) -> R) -> R {
        let mut copy = self.clone();
        let drawn = draw(&mut copy);
        *self = copy;
        drawn
    }

    #[inline(always)]
    fn next_word(&mut self) -> u64 {
        let place = self.taken % 2;
        if self.taken > 0 && place == 0 {
            self.make_block();
        }
        self.taken += 1;
        self.block[place as usize]
    }
}

/// The key of the `index`-th unit that the unit with key `parent` sends to `place`.
#[inline]
#[must_use]
pub const fn child_key(parent: u64, place: u64, index: u32) -> u64 {
    philox::<ROUNDS>([place, counter(ATTEMPT_OF_CHILDREN, index)], parent)[0]
}

/// A number from 0 (inclusive) to 1 (exclusive), a multiple of 2^-53.
#[inline(always)]
pub fn uniform(words: &mut impl Words) -> f64 {
    const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
    (words.next_word() >> 11) as f64 * UNIT
}

/// A whole number below `n`, each equally likely.
///
/// Lemire, "Fast random integer generation in an interval", 2019. <https://arxiv.org/abs/1805.10941>
///
/// # Panics
///
/// Panics if `n` is zero.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves are taken one by one")]
pub fn below(words: &mut impl Words, n: u64) -> u64 {
    assert!(n > 0, "there is no number below zero");
    loop {
        let product = u128::from(words.next_word()) * u128::from(n);
        let fraction = product as u64;
        // The remainder of 2^64 by n is less than n, so the division is seldom needed.
        if fraction >= n || fraction >= n.wrapping_neg() % n {
            return (product >> 64) as u64;
        }
    }
}

/// One more than the six that pass all of `TestU01`'s tests in the paper's table 2.
const ROUNDS: u32 = 7;

const fn counter(attempt: u32, index: u32) -> u64 {
    (attempt as u64) << 32 | index as u64
}

/// The counter-based generator Philox2x64: two random numbers for each counter and key.
///
/// Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", 2011.
/// <https://doi.org/10.1145/2063384.2063405>
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves are taken one by one")]
const fn philox<const ROUNDS: u32>(counter: [u64; 2], mut key: u64) -> [u64; 2] {
    let [mut low, mut high] = counter;
    let mut round = 0;
    while round < ROUNDS {
        let product = low as u128 * 0xd2b7_4407_b1ce_6e93;
        low = (product >> 64) as u64 ^ key ^ high;
        high = product as u64;
        key = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
        round += 1;
    }
    [low, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From Random123's `kat_vectors`, lines `philox2x64 7` and `philox2x64 10`.
    /// <https://github.com/DEShawResearch/random123/blob/main/tests/kat_vectors>
    #[test]
    fn philox_gives_its_authors_known_answers() {
        let pi = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344];
        let cases = [
            ([0, 0], 0, [0xb41d_a69f_bfef_c666, 0x511e_9ce1_a553_4056]),
            ([u64::MAX; 2], u64::MAX, [0xa469_6cc0_4462_015d, 0x7247_82da_e171_69e9]),
            (pi, 0xa409_3822_299f_31d0, [0x98ed_1534_392b_f372, 0x6752_8b15_6888_2fd5]),
        ];
        for (counter, key, answer) in cases {
            assert_eq!(philox::<7>(counter, key), answer);
        }
        assert_eq!(philox::<10>([0, 0], 0), [0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5]);
    }

    /// From the test suite of FNV's authors.
    /// <http://www.isthe.com/chongo/src/fnv/test_fnv.c>
    #[test]
    fn names_have_their_published_hashes() {
        let cases = [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ];
        for (name, hash) in cases {
            assert_eq!(name_hash(name), hash, "{name}");
        }
    }

    #[test]
    fn streams_keep_their_values() {
        let first = |seed, name| {
            let mut stream = Streams::new(seed).stream(name);
            [stream.next_word(), stream.next_word(), stream.next_word()]
        };
        assert_eq!(
            first(20_250_806, "messages"),
            [5_615_379_659_656_337_546, 12_838_755_251_616_204_666, 6_744_792_260_318_258_563]
        );
        assert_ne!(first(20_250_806, "messages"), first(20_250_806, "logins"));
        assert_ne!(first(20_250_806, "messages"), first(20_250_807, "messages"));
    }

    #[test]
    fn draws_about_a_unit_are_the_blocks_of_its_counter() {
        let mut draws = UnitDraws::new(7, 11, 3);
        let [a, b] = philox::<7>([11, 3 << 32], 7);
        let [c, d] = philox::<7>([11, 3 << 32 | 1], 7);
        assert_eq!([(); 4].map(|()| draws.next_word()), [a, b, c, d]);
        let mut draws = UnitDraws::new(7, 11, 3);
        assert_eq!([(); 4].map(|()| draws.aside(Words::next_word)), [a, b, c, d]);
    }

    #[test]
    fn every_part_of_the_counter_changes_the_draw() {
        let mut firsts = vec![child_key(7, 11, 0), child_key(7, 11, 1), child_key(8, 11, 0)];
        for (key, place, attempt) in [(7, 11, 0), (8, 11, 0), (7, 12, 0), (7, 11, 1)] {
            firsts.push(UnitDraws::new(key, place, attempt).next_word());
        }
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 7);
    }

    #[test]
    fn whole_numbers_below_a_bound_are_equally_likely() {
        let mut draws = UnitDraws::new(1, 2, 3);
        let mut counts = [0_i32; 6];
        for _ in 0..600_000 {
            counts[usize::try_from(below(&mut draws, 6)).unwrap()] += 1;
        }
        // A binomial count's standard deviation is sqrt(600,000 * 1/6 * 5/6) = 289.
        assert!(counts.iter().all(|count| (count - 100_000).abs() < 4 * 289), "{counts:?}");
        // Of three quarters of 2^64, a multiplication without rejection favours every third.
        let bound = 3 << 62;
        let thirds = (0..60_000).filter(|_| below(&mut draws, bound) % 3 == 0).count();
        assert!(thirds.abs_diff(20_000) < 4 * 116, "{thirds}");
    }

    #[test]
    fn a_uniform_draw_takes_the_upper_53_bits() {
        struct Fixed(u64);
        impl Words for Fixed {
            fn next_word(&mut self) -> u64 {
                self.0
            }
        }
        for (word, number) in [(0, 0.0), (1 << 63, 0.5), (u64::MAX, 1.0 - f64::EPSILON / 2.0)] {
            assert!((uniform(&mut Fixed(word)) - number).abs() < f64::MIN_POSITIVE, "{word:x}");
        }
    }
}
