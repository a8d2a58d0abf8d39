//! The calls that a request makes while a station has it in hand, whatever the station's kind.

use crate::engine::random::{child_key, uniform};
use crate::platform::desk::Desk;
use crate::platform::parts::queue;
use crate::platform::recorder::TargetId;
use crate::platform::work::{Attempt, AttemptId, CallId, Parent, Unit, Work};
use crate::platform::{Event as PlatformEvent, Purpose, call, draws};
use crate::units::{Instant, Share};

/// A call that a station makes for its requests.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingCall {
    /// The call.
    pub call: CallId,
    /// A number that stands for the call's name in random draws.
    pub place: u64,
    /// Where its units are measured.
    pub target: TargetId,
    /// Calls of one step are made in parallel, steps one after the other.
    pub step: u32,
    /// With what probability it is made.
    pub share: Share,
    /// Whether the request waits for the answer.
    pub is_awaited: bool,
}

/// Counts an attempt in that arrives at the station that is measured at `target`, and shows it.
///
/// Until then it was on its way, and no load of the station.
///
/// # Panics
///
/// Panics if the attempt is not in flight: an error in this crate.
#[inline(always)]
pub fn arrive(id: AttemptId, target: TargetId, desk: &mut Desk) -> &mut Attempt {
    let now = desk.now();
    desk.recorder.at(target).begun(now);
    let attempt = &mut desk.work.attempts[id];
    attempt.arrived = now;
    attempt
}

/// Makes the calls of the next steps, up to one that has to be waited for, and says whether there is such
/// a step; `calls` are ordered by step, `warm_since` tells the age of the calling instance.
///
/// # Panics
///
/// Panics if the request is not in flight, or calls have numbers beyond 16 bits: errors in this crate.
pub fn make_calls(
    id: AttemptId,
    calls: &[OutgoingCall],
    warm_since: Option<Instant>,
    desk: &mut Desk,
) -> bool {
    loop {
        let rest = &calls[usize::from(desk.work.attempts[id].next_call)..];
        let Some(first) = rest.first() else { return false };
        let step = rest.iter().take_while(|call| call.step == first.step).count();
        let mut pending = 0;
        for call in &rest[..step] {
            pending += u16::from(make_call(id, call, warm_since, desk));
        }
        let attempt = &mut desk.work.attempts[id];
        attempt.next_call += u16::try_from(step).expect("calls have 16-bit numbers");
        attempt.pending = pending;
        if pending > 0 {
            return true;
        }
    }
}

/// Makes one call, if chance has it made, and says whether it must be waited for.
pub fn make_call(
    id: AttemptId,
    outgoing: &OutgoingCall,
    warm_since: Option<Instant>,
    desk: &mut Desk,
) -> bool {
    let attempt = &desk.work.attempts[id];
    let key = child_key(attempt.key, outgoing.place, attempt.turn());
    let mut draws = draws(key, outgoing.place, Purpose::Share, 0);
    if outgoing.share < Share::ALL && uniform(&mut draws) >= outgoing.share.get() {
        return false;
    }
    let unit = Unit {
        key,
        conversation: attempt.conversation,
        begun: desk.now(),
        due: attempt.due,
        parent: if outgoing.is_awaited { Parent::Attempt(id) } else { Parent::Nobody }.into(),
        attempt: None,
        timer: None,
        warm_since: warm_since.into(),
        tenant: attempt.tenant,
        priority: attempt.priority,
        tries: 0,
        call: outgoing.call,
        class: attempt.class,
    };
    let unit = desk.begin_unit(unit, outgoing.target);
    desk.plan_now(PlatformEvent::Call(outgoing.call, call::Event::Begun(unit)));
    outgoing.is_awaited
}

/// Whether an attempt in a queue is still waiting there.
#[must_use]
#[inline(always)]
pub fn is_waiting(work: &Work, id: AttemptId) -> bool {
    work.attempts.get(id).is_some_and(|it| it.slot.is_none() && it.outcome.is_none())
}

/// An attempt in a queue and its unit, as whoever looks ahead reads them: whole.
#[must_use]
pub fn with_unit(work: &Work, id: AttemptId) -> Option<(Attempt, Option<Unit>)> {
    let attempt = *work.attempts.get(id)?;
    Some((attempt, attempt.unit.and_then(|unit| work.units.get(unit)).copied()))
}

/// A request that holds a slot. Another call may have failed it since, or its instance crashed: even at
/// this very instant, so that its call has yet to hear of it.
#[inline(always)]
pub fn in_hand(id: AttemptId, desk: &mut Desk) -> Option<&mut Attempt> {
    desk.work.attempts.get_mut(id).filter(|it| it.slot.is_some())
}

/// An attempt as it waits in a queue with a lane for each tenant.
#[must_use]
#[inline(always)]
pub fn entry<T>(item: T, attempt: &Attempt) -> queue::Entry<T> {
    let Attempt { tenant, priority, due, .. } = *attempt;
    queue::Entry { item, lane: tenant, priority, due }
}

/// Puts a request back to its beginning, under a new id, so that what was planned for the old one finds nobody.
///
/// # Panics
///
/// Panics if the request is not in flight: an error in this crate.
pub fn put_back(id: AttemptId, desk: &mut Desk) -> AttemptId {
    let id = desk.work.attempts.renew(id);
    let attempt = &mut desk.work.attempts[id];
    attempt.pending = 0;
    attempt.next_call = 0;
    attempt.slot = None;
    id
}

/// Begins a request anew, as a further round with draws of its own.
///
/// # Panics
///
/// Panics if the request is not in flight: an error in this crate.
pub fn renew(id: AttemptId, desk: &mut Desk) -> AttemptId {
    let id = put_back(id, desk);
    let attempt = &mut desk.work.attempts[id];
    attempt.rounds = attempt.rounds.wrapping_add(1);
    id
}
