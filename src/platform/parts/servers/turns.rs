//! Whose turn it is: the instances with a free slot in a circle, of which the last is known.

use super::Servers;

impl<T: Copy> Servers<T> {
    /// Gives the instance at a place, which had no free slot, the last turn.
    #[inline(always)]
    pub(super) fn join_turns(&mut self, place: usize) {
        let first = match self.last_turn.replace(place) {
            Some(last) => std::mem::replace(&mut self.instance_mut(last).next_turn, place),
            None => place,
        };
        self.instance_mut(place).next_turn = first;
    }

    /// Takes its turn from the instance at a place, which has no free slot any more and comes after `before`.
    #[inline(always)]
    pub(super) fn leave_turns(&mut self, place: usize, before: usize) {
        if place == before {
            self.last_turn = None;
            return;
        }
        self.instance_mut(before).next_turn = self.instance(place).next_turn;
        if self.last_turn == Some(place) {
            self.last_turn = Some(before);
        }
    }

    /// The place of the instance whose turn comes before that of the one at `place`.
    pub(super) fn turn_before(&self, place: usize) -> usize {
        let mut before = place;
        while self.instance(before).next_turn != place {
            before = self.instance(before).next_turn;
        }
        before
    }
}
