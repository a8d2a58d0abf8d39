//! What is in flight, in one flat list, under ids that are never given twice.
//!
//! A place that was left is used again, under an id of a later generation, so that an outdated id
//! finds nobody. An id is one word, and a value is written where it stays: what comes and goes with
//! every event is moved as little as can be.

use std::cmp::Ordering;
use std::hint::cold_path;
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::ops::{Index, IndexMut};

/// The id of a value in an arena of `V`.
#[derive(Debug)]
pub struct Id<V> {
    /// The generation in the upper half, the number of the place in the lower, from one.
    bits: NonZeroU64,
    value: PhantomData<fn() -> V>,
}

/// Values under ids of their own.
#[derive(Debug)]
pub struct Arena<V> {
    places: Vec<Place<V>>,
    /// The first of the places out of use, which are linked; [`NOWHERE`] if there is none.
    free: u32,
    len: usize,
}

/// Further values under the ids of some arena's values.
#[derive(Debug)]
pub struct Beside<V, W>(Vec<Option<(Id<V>, W)>>);

#[derive(Debug)]
struct Place<V> {
    /// Odd while the place is in use.
    generation: u32,
    next_free: u32,
    /// What is, or was, here.
    value: V,
}

const NOWHERE: u32 = u32::MAX;

impl<V> Id<V> {
    #[inline]
    fn new(index: u32, generation: u32) -> Self {
        let bits = u64::from(generation) << 32 | (u64::from(index) + 1);
        Self {
            bits: NonZeroU64::new(bits).expect("places are counted from one"),
            value: PhantomData,
        }
    }

    /// The id as a number.
    #[inline]
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        self.bits.get()
    }

    /// The id that is this number, unless it is zero, which is none's.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Option<Self> {
        match NonZeroU64::new(bits) {
            Some(bits) => Some(Self { bits, value: PhantomData }),
            None => None,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lower half is taken")]
    #[inline(always)]
    const fn index(self) -> u32 {
        (self.bits.get() as u32).wrapping_sub(1)
    }

    #[inline]
    const fn generation(self) -> u32 {
        (self.bits.get() >> 32) as u32
    }
}

impl<V: Copy> Arena<V> {
    /// An arena with nothing in it.
    #[must_use]
    pub const fn new() -> Self {
        Self { places: Vec::new(), free: NOWHERE, len: 0 }
    }

    /// How many values there are.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes a value in, and gives its id.
    ///
    /// # Panics
    ///
    /// Panics if there are 2^32 values.
    #[inline(always)]
    pub fn insert(&mut self, value: V) -> Id<V> {
        self.len += 1;
        let index = self.free;
        if let Some(place) = self.places.get_mut(index as usize) {
            self.free = place.next_free;
            place.generation = place.generation.wrapping_add(1);
            place.value = value;
            return Id::new(index, place.generation);
        }
        cold_path();
        let index = u32::try_from(self.places.len()).expect("memory ends before 2^32 values");
        self.places.push(Place { generation: 1, next_free: NOWHERE, value });
        Id::new(index, 1)
    }

    /// Takes a value out.
    #[inline(always)]
    pub fn remove(&mut self, id: Id<V>) -> Option<V> {
        let place = place_of(&mut self.places, id)?;
        place.generation = place.generation.wrapping_add(1);
        place.next_free = self.free;
        self.free = id.index();
        self.len -= 1;
        Some(place.value)
    }

    /// Puts a value under another id, at the same place, and gives that id.
    ///
    /// # Panics
    ///
    /// Panics if there is no value under `id`.
    #[inline]
    pub fn renew(&mut self, id: Id<V>) -> Id<V> {
        let place = place_of(&mut self.places, id).expect("what is renewed is in flight");
        place.generation = place.generation.wrapping_add(2);
        Id::new(id.index(), place.generation)
    }

    /// The value that was put under `id`, however often it was renewed since, to change.
    ///
    /// It must not have been taken out: its place might be another's by now.
    #[inline]
    pub fn renewed_mut(&mut self, id: Id<V>) -> Option<&mut V> {
        let place = self.places.get_mut(id.index() as usize)?;
        (place.generation % 2 == 1).then_some(&mut place.value)
    }

    /// The value under an id, if it is there.
    #[must_use]
    #[inline(always)]
    pub fn get(&self, id: Id<V>) -> Option<&V> {
        let place = self.places.get(id.index() as usize)?;
        (place.generation == id.generation()).then_some(&place.value)
    }

    /// The value under an id, to change, if it is there.
    #[inline(always)]
    pub fn get_mut(&mut self, id: Id<V>) -> Option<&mut V> {
        place_of(&mut self.places, id).map(|place| &mut place.value)
    }

    /// All values, in the order of their places.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.places.iter().filter(|place| place.generation % 2 == 1).map(|place| &place.value)
    }
}

/// The place of the value under an id, if it is there.
#[inline(always)]
fn place_of<V>(places: &mut [Place<V>], id: Id<V>) -> Option<&mut Place<V>> {
    places.get_mut(id.index() as usize).filter(|place| place.generation == id.generation())
}

impl<V, W> Beside<V, W> {
    /// Nothing beside anything.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Puts a value beside the one under an id, in place of whatever was there.
    pub fn insert(&mut self, id: Id<V>, value: W) {
        let index = id.index() as usize;
        if index >= self.0.len() {
            self.0.resize_with(index + 1, || None);
        }
        self.0[index] = Some((id, value));
    }

    /// Takes the value under an id away.
    pub fn remove(&mut self, id: Id<V>) -> Option<W> {
        let place = self.0.get_mut(id.index() as usize)?;
        place.take_if(|(its, _)| *its == id).map(|(_, value)| value)
    }

    /// The value under an id, if there is one.
    #[must_use]
    pub fn get(&self, id: Id<V>) -> Option<&W> {
        self.0
            .get(id.index() as usize)?
            .as_ref()
            .filter(|(its, _)| *its == id)
            .map(|(_, value)| value)
    }

    /// The value under an id, to change, if there is one.
    pub fn get_mut(&mut self, id: Id<V>) -> Option<&mut W> {
        self.0
            .get_mut(id.index() as usize)?
            .as_mut()
            .filter(|(its, _)| *its == id)
            .map(|(_, value)| value)
    }

    /// All values with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (Id<V>, &W)> {
        self.0.iter().flatten().map(|(id, value)| (*id, value))
    }

    /// All values with their ids, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Id<V>, &mut W)> {
        self.0.iter_mut().flatten().map(|(id, value)| (*id, value))
    }
}

impl<V: Copy> Default for Arena<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V, W> Default for Beside<V, W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: Copy> Index<Id<V>> for Arena<V> {
    type Output = V;
    #[inline]
    fn index(&self, id: Id<V>) -> &V {
        self.get(id).expect("it is in flight")
    }
}

impl<V: Copy> IndexMut<Id<V>> for Arena<V> {
    #[inline(always)]
    fn index_mut(&mut self, id: Id<V>) -> &mut V {
        self.get_mut(id).expect("it is in flight")
    }
}

impl<V, W> Index<Id<V>> for Beside<V, W> {
    type Output = W;
    fn index(&self, id: Id<V>) -> &W {
        self.get(id).expect("something is beside it")
    }
}

impl<V, W> IndexMut<Id<V>> for Beside<V, W> {
    fn index_mut(&mut self, id: Id<V>) -> &mut W {
        self.get_mut(id).expect("something is beside it")
    }
}

// By hand, since derived ones would demand the same of `V`.
impl<V> Clone for Id<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Id<V> {}

impl<V> PartialEq for Id<V> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<V> Eq for Id<V> {}

impl<V> PartialOrd for Id<V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By place.
impl<V> Ord for Id<V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bits.get().rotate_left(32).cmp(&other.bits.get().rotate_left(32))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use super::*;

    proptest! {
        /// The twin: an ordered map, which never gives a number twice.
        #[test]
        fn it_agrees_with_its_twin(
            steps in prop::collection::vec((0..5, any::<prop::sample::Index>()), 0..200),
        ) {
            let (mut arena, mut beside) = (Arena::new(), Beside::new());
            let (mut twin, mut beside_twin) = (BTreeMap::new(), BTreeMap::new());
            let mut ids: Vec<Id<usize>> = Vec::new();
            for (number, (step, index)) in steps.into_iter().enumerate() {
                if ids.is_empty() || step == 3 {
                    let id = arena.insert(number);
                    prop_assert!(twin.insert(id.to_bits(), number).is_none(), "an id came twice");
                    ids.push(id);
                }
                let id = *index.get(&ids);
                prop_assert_eq!(Id::from_bits(id.to_bits()), Some(id));
                match step {
                    0 => prop_assert_eq!(arena.remove(id), twin.remove(&id.to_bits())),
                    4 => {
                        if let Some(value) = twin.remove(&id.to_bits()) {
                            let new = arena.renew(id);
                            prop_assert!(twin.insert(new.to_bits(), value).is_none(), "an id came twice");
                            prop_assert_eq!(arena.renewed_mut(id).copied(), Some(value));
                            ids.push(new);
                        }
                    }
                    1 => prop_assert_eq!(beside.remove(id), beside_twin.remove(&id.to_bits())),
                    _ => {
                        // What stood beside an earlier value of the same place gives way.
                        beside_twin.retain(|bits: &u64, _| bits << 32 != id.to_bits() << 32);
                        beside.insert(id, number);
                        beside_twin.insert(id.to_bits(), number);
                    }
                }
                prop_assert_eq!(arena.get(id), twin.get(&id.to_bits()));
                prop_assert_eq!(arena.get_mut(id), twin.get_mut(&id.to_bits()));
                prop_assert_eq!(beside.get(id), beside_twin.get(&id.to_bits()));
                prop_assert_eq!(beside.get_mut(id), beside_twin.get_mut(&id.to_bits()));
                prop_assert_eq!((arena.len(), arena.is_empty()), (twin.len(), twin.is_empty()));
            }
            let sorted = |mut values: Vec<usize>| { values.sort_unstable(); values };
            prop_assert_eq!(sorted(arena.values().copied().collect()), sorted(twin.values().copied().collect()));
            let all: BTreeMap<u64, usize> = beside.iter().map(|(id, value)| (id.to_bits(), *value)).collect();
            prop_assert_eq!(&all, &beside_twin);
            prop_assert!(beside.iter_mut().all(|(id, value)| beside_twin[&id.to_bits()] == *value));
        }
    }
}
