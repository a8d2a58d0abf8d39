//! Everything that can happen on the platform, and what chance decides about a unit.

use std::num::NonZeroU64;

use super::parts::outcome::Failure;
use super::stations::{self, assistant, jobs, routing, service};
use super::timeline::ActionId;
use super::work::{AttemptId, CallId, StationId, UnitId, WorkloadId};
use super::{call, on_call, workload};
use crate::engine::random::UnitDraws;

/// Everything that can happen on the platform, grouped by the component it happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something happens to a workload.
    Workload(WorkloadId, workload::Event),
    /// Something happens on a call.
    Call(CallId, call::Event),
    /// Something happens that happens at stations of every kind.
    Station(StationId, stations::Event),
    /// Something happens at a service.
    Service(StationId, service::Event),
    /// Something happens at a job engine.
    Jobs(StationId, jobs::Event),
    /// Something happens at routing.
    Routing(StationId, routing::Event),
    /// Something happens at an assistant.
    Assistant(StationId, assistant::Event),
    /// Something happens to the people on call.
    OnCall(on_call::Event),
    /// The registry's lifecycle policy runs.
    LifecycleRan,
    /// An action of the timeline takes effect.
    Acted(ActionId),
    /// A bin of the time series is over.
    BinEnded,
}

/// What a random draw about a unit decides; a new purpose moves no draw of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// How long a station works on it.
    Service = 1,
    /// Whether a station fails it.
    Failure,
    /// Whether a call is made.
    Share,
    /// Whether a cache answers it.
    Cache,
    /// How long it is on its way.
    Latency,
    /// How long a retry waits.
    Jitter,
    /// Whether it is lost with the instance whose queue held it.
    Loss,
    /// How long after its arrival a job is due.
    Delay,
    /// Whether and when a customer reports that a job was missed.
    Report,
    /// How long a customer waits for an agent.
    Patience,
    /// What follows a round of an assistant.
    Loop,
    /// How long a client thinks.
    Think,
}

/// The draws about one attempt of a unit at one place for one purpose.
#[must_use]
#[inline(always)]
pub fn draws(key: u64, place: u64, purpose: Purpose, attempt: u32) -> UnitDraws {
    // An odd multiplier far from 2^64: purposes of one place never meet those of another by chance
    // more often than two hashes of names would.
    let place = place.wrapping_add((purpose as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    UnitDraws::new(key, place, attempt)
}

/// An event in two words, as the agenda keeps it: copied in registers, told apart by one number.
///
/// One that may be there or not is two words, too, since no head is zero. With a third it would pass through memory
/// on its way off the agenda: written by words and read as a whole at once, for which the processor waits until what
/// was written has left it. That was measured to cost a replay of a single server a fortieth of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Its kind, from 1, in the upper 8 bits, the component in the next 16; a detail in the lower 16.
    head: NonZeroU64,
    /// What it happens to.
    subject: u64,
}

const KIND_SHIFT: u32 = 56;
const PLACE_SHIFT: u32 = 40;
const DETAIL: u64 = (1 << 16) - 1;

const _: () = assert!(size_of::<Option<Packed>>() == 16);

impl Packed {
    #[inline]
    const fn new(kind: u8, place: u16, subject: u64) -> Self {
        let head = (kind as u64) << KIND_SHIFT | (place as u64) << PLACE_SHIFT;
        Self { head: NonZeroU64::new(head).expect("kinds are counted from 1"), subject }
    }

    #[inline]
    fn with(self, detail: u16) -> Self {
        Self { head: self.head | u64::from(detail), ..self }
    }

    /// What the fingerprint sees of it: all but the detail.
    #[inline]
    #[must_use]
    pub const fn digest(self) -> u64 {
        self.subject ^ (self.head.get() & !DETAIL)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the parts are taken one by one")]
    const fn parts(self) -> (u8, u16, u16, u32) {
        let head = self.head.get();
        let place = (head >> PLACE_SHIFT) as u16;
        ((head >> KIND_SHIFT) as u8, place, head as u16, self.subject as u32)
    }
}

impl From<Event> for Packed {
    #[inline(always)]
    fn from(event: Event) -> Self {
        let unit = UnitId::to_bits;
        let attempt = AttemptId::to_bits;
        match event {
            Event::Workload(id, event) => match event {
                workload::Event::Arrived => Self::new(1, id.0, 0),
                workload::Event::ClientReady(client) => Self::new(18, id.0, u64::from(client)),
                workload::Event::Answered(client) => Self::new(19, id.0, u64::from(client)),
            },
            Event::Call(id, event) => match event {
                call::Event::Begun(it) => Self::new(2, id.0, unit(it)),
                call::Event::PauseEnded(it) => Self::new(3, id.0, unit(it)),
                call::Event::TimedOut(it) => Self::new(4, id.0, unit(it)),
                call::Event::Answered(it) => Self::new(5, id.0, attempt(it)),
            },
            Event::Station(id, event) => match event {
                stations::Event::Arrived(it) => Self::new(6, id.0, attempt(it)),
                stations::Event::Returned(it, Ok(())) => Self::new(9, id.0, attempt(it)),
                stations::Event::Returned(it, Err(failure)) => {
                    Self::new(10, id.0, attempt(it)).with(failure as u16)
                }
            },
            Event::Service(id, event) => match event {
                service::Event::WaitEnded(it) => Self::new(7, id.0, attempt(it)),
                service::Event::Served(it) => Self::new(8, id.0, attempt(it)),
                service::Event::PullBegan(it) => Self::new(11, id.0, u64::from(it)),
                service::Event::PullEnded(it) => Self::new(12, id.0, u64::from(it)),
                service::Event::StartUpEnded(it) => Self::new(13, id.0, u64::from(it)),
                service::Event::ReadyCallSucceeded(it) => Self::new(20, id.0, u64::from(it)),
                service::Event::ReadyCallFailed(it) => Self::new(21, id.0, u64::from(it)),
                service::Event::Evaluated => Self::new(14, id.0, 0),
            },
            Event::Jobs(id, event) => match event {
                jobs::Event::FellDue(it) => Self::new(22, id.0, attempt(it)),
                jobs::Event::Served(it) => Self::new(23, id.0, attempt(it)),
                jobs::Event::Paced => Self::new(24, id.0, 0),
                jobs::Event::DeadlinePassed(it) => Self::new(25, id.0, attempt(it)),
                jobs::Event::Reported(kind) => Self::new(26, id.0, u64::from(kind)),
            },
            Event::Routing(id, event) => match event {
                routing::Event::PatienceEnded(it) => Self::new(27, id.0, attempt(it)),
                routing::Event::AgentFreed { tenant, group } => {
                    Self::new(28, id.0, u64::from(tenant)).with(group)
                }
                routing::Event::ShiftChanged(group) => Self::new(29, id.0, u64::from(group)),
                routing::Event::Resumed(it) => Self::new(30, id.0, attempt(it)),
                routing::Event::RecordRestored => Self::new(31, id.0, 0),
            },
            Event::Assistant(id, event) => match event {
                assistant::Event::WaitEnded(it) => Self::new(32, id.0, attempt(it)),
                assistant::Event::CustomerAnswered(it) => Self::new(33, id.0, attempt(it)),
                assistant::Event::RoundBegan(it) => Self::new(34, id.0, attempt(it)),
            },
            Event::OnCall(on_call::Event::NoiseCame) => Self::new(35, 0, 0),
            Event::OnCall(on_call::Event::Freed) => Self::new(36, 0, 0),
            Event::LifecycleRan => Self::new(15, 0, 0),
            Event::Acted(id) => Self::new(16, id.0, 0),
            Event::BinEnded => Self::new(17, 0, 0),
        }
    }
}

/// Whoever is handed an event as it is unpacked.
pub trait Receiver {
    /// Takes the event.
    fn receive(self, event: Event);
}

impl Packed {
    /// Hands it on, unpacked.
    ///
    /// The most frequent kinds are handed on each by itself, so that a receiver that is inlined does not tell them
    /// apart again: a jump less for each event was measured to save two per cent of a run's instructions.
    #[inline(always)]
    pub fn hand_to(self, receiver: impl Receiver) {
        macro_rules! each_by_itself {
            ($($kind:literal)*) => {
                match self.parts().0 {
                    $($kind => receiver.receive(self.unpacked_as($kind)),)*
                    kind => receiver.receive(self.unpacked_as(kind)),
                }
            };
        }
        each_by_itself!(1 2 3 4 5 6 8 9 10);
    }

    /// The event of this kind that was packed.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "what was packed is unpacked")]
    fn unpacked_as(self, kind: u8) -> Event {
        let (_, place, detail, number) = self.parts();
        let unit = || UnitId::from_bits(self.subject).expect("what was packed is unpacked");
        let attempt = || AttemptId::from_bits(self.subject).expect("what was packed is unpacked");
        let workload = |event| Event::Workload(WorkloadId(place), event);
        let call = |event| Event::Call(CallId(place), event);
        let station = |event| Event::Station(StationId(place), event);
        let service = |event| Event::Service(StationId(place), event);
        let jobs = |event| Event::Jobs(StationId(place), event);
        let routing = |event| Event::Routing(StationId(place), event);
        let assistant = |event| Event::Assistant(StationId(place), event);
        match kind {
            1 => workload(workload::Event::Arrived),
            2 => call(call::Event::Begun(unit())),
            3 => call(call::Event::PauseEnded(unit())),
            4 => call(call::Event::TimedOut(unit())),
            5 => call(call::Event::Answered(attempt())),
            6 => station(stations::Event::Arrived(attempt())),
            7 => service(service::Event::WaitEnded(attempt())),
            8 => service(service::Event::Served(attempt())),
            9 => station(stations::Event::Returned(attempt(), Ok(()))),
            10 => {
                let failure = Failure::ALL[usize::from(detail)];
                station(stations::Event::Returned(attempt(), Err(failure)))
            }
            11 => service(service::Event::PullBegan(number)),
            12 => service(service::Event::PullEnded(number)),
            13 => service(service::Event::StartUpEnded(number)),
            14 => service(service::Event::Evaluated),
            15 => Event::LifecycleRan,
            16 => Event::Acted(ActionId(place)),
            17 => Event::BinEnded,
            18 => workload(workload::Event::ClientReady(number)),
            19 => workload(workload::Event::Answered(number)),
            20 => service(service::Event::ReadyCallSucceeded(number)),
            21 => service(service::Event::ReadyCallFailed(number)),
            22 => jobs(jobs::Event::FellDue(attempt())),
            23 => jobs(jobs::Event::Served(attempt())),
            24 => jobs(jobs::Event::Paced),
            25 => jobs(jobs::Event::DeadlinePassed(attempt())),
            26 => jobs(jobs::Event::Reported(number as u16)),
            27 => routing(routing::Event::PatienceEnded(attempt())),
            28 => routing(routing::Event::AgentFreed { tenant: number, group: detail }),
            29 => routing(routing::Event::ShiftChanged(number as u16)),
            30 => routing(routing::Event::Resumed(attempt())),
            31 => routing(routing::Event::RecordRestored),
            32 => assistant(assistant::Event::WaitEnded(attempt())),
            33 => assistant(assistant::Event::CustomerAnswered(attempt())),
            34 => assistant(assistant::Event::RoundBegan(attempt())),
            35 => Event::OnCall(on_call::Event::NoiseCame),
            36 => Event::OnCall(on_call::Event::Freed),
            _ => unreachable!("only events are packed"),
        }
    }
}

impl From<Packed> for Event {
    #[inline(always)]
    fn from(packed: Packed) -> Self {
        packed.unpacked_as(packed.parts().0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// There are so many kinds, counted from 1.
    const KINDS: u8 = 36;

    #[test]
    fn every_kind_of_event_comes_out_as_it_went_in() {
        for kind in 1..=KINDS {
            let packed = Packed::new(kind, 3, 5 << 32 | 7).with(2);
            let event = Event::from(packed);
            let again = Packed::from(event);
            assert_eq!(again.parts().0, kind, "{event:?}");
            assert_eq!(Event::from(again), event, "kind {kind}");
        }
    }

    #[test]
    #[should_panic(expected = "only events are packed")]
    fn no_kind_is_left_out_of_the_test_above() {
        let _ = Event::from(Packed::new(KINDS + 1, 0, 1));
    }
}
