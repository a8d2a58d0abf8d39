//! The engine: one loop that takes events off the agenda and hands them to a model.
//!
//! It knows nothing of the platform. [`agenda`] keeps the order, [`random`] and [`sample`] draw,
//! [`fingerprint`] tells whether two runs were the same.

pub mod agenda;
pub mod fingerprint;
pub mod random;
pub mod sample;

use crate::units::Instant;
use agenda::Agenda;
use fingerprint::Fingerprint;

/// What a run is about: it changes with every event and plans further ones.
pub trait Model {
    /// Everything that can happen.
    type Event: Copy;

    /// Lets `event` happen at the agenda's present instant.
    fn handle(&mut self, event: Self::Event, agenda: &mut Agenda<Self::Event>);

    /// What the fingerprint sees of an event: different events should differ.
    fn digest(event: Self::Event) -> u64;

    /// How many things are begun and not ended; asked after every event.
    fn in_flight(&self) -> usize;

    /// How many things are kept for whoever reads about the run; asked after every event.
    fn output(&self) -> usize;
}

/// So much in flight, or planned, leaves the processor's caches, and an event takes that much longer.
const MANY: usize = 1 << 18;

/// How much a run may do before it is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most events handled; each counts once more for every 262,144 in flight or planned.
    pub events: u64,
    /// Most events handled at one instant.
    pub events_at_one_instant: u64,
    /// Most things in flight.
    pub in_flight: usize,
    /// Most things kept for the report.
    pub output: usize,
}

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All that is still planned is for the end or later.
    EndReached,
    /// Nothing is planned any more.
    Idle,
    /// Events were handled for as much as is allowed, and another is due before the end.
    Events,
    /// As many events were handled at one instant as are allowed, and another is due at it.
    EventsAtOneInstant,
    /// More was in flight than is allowed.
    InFlight,
    /// More was kept for the report than is allowed.
    Output,
}

impl Stop {
    /// The limit that stopped the run, by the name of its field in [`Limits`]; none if it came to its end.
    #[must_use]
    pub fn limit(self) -> Option<&'static str> {
        match self {
            Self::EndReached | Self::Idle => None,
            Self::Events => Some("events"),
            Self::EventsAtOneInstant => Some("events_at_one_instant"),
            Self::InFlight => Some("in_flight"),
            Self::Output => Some("output"),
        }
    }
}

/// How a run went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Why it stopped.
    pub stop: Stop,
    /// Events handled.
    pub events: u64,
    /// Hash over the events handled.
    pub fingerprint: Fingerprint,
    /// The end, if the run came to it; otherwise the instant of the last event handled.
    pub ended: Instant,
}

/// Handles every event before `end`, in the agenda's order, unless a limit stops the run.
///
/// An event that a limit forbids is not handled, and off the agenda.
pub fn run<M: Model>(
    model: &mut M,
    agenda: &mut Agenda<M::Event>,
    end: Instant,
    limits: Limits,
) -> Run {
    let mut fingerprint = Fingerprint::default();
    let (mut events, mut spent) = (0, 0);
    let mut instant = agenda.now();
    let mut before_this_instant = 0;
    let mut in_flight = model.in_flight();
    let stop = loop {
        let Some((now, event)) = agenda.next_before(end) else {
            break if agenda.pending() == 0 { Stop::Idle } else { Stop::EndReached };
        };
        if spent >= limits.events {
            break Stop::Events;
        }
        if now != instant {
            instant = now;
            before_this_instant = events;
        } else if events - before_this_instant == limits.events_at_one_instant {
            break Stop::EventsAtOneInstant;
        }
        events += 1;
        spent += 1 + (in_flight.max(agenda.pending()) / MANY) as u64;
        fingerprint.fold(now, M::digest(event));
        model.handle(event, agenda);
        in_flight = model.in_flight();
        if in_flight > limits.in_flight {
            break Stop::InFlight;
        }
        if model.output() > limits.output {
            break Stop::Output;
        }
    };
    let ended = if stop == Stop::EndReached { end } else { instant };
    Run { stop, events, fingerprint, ended }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;

    /// Each event plans `children` more, `step` later, and is in flight for ever.
    struct Growth {
        step: Span,
        children: usize,
        handled: usize,
    }

    impl Model for Growth {
        type Event = u64;

        fn handle(&mut self, event: u64, agenda: &mut Agenda<u64>) {
            self.handled += 1;
            for _ in 0..self.children {
                agenda.plan(agenda.now() + self.step, event + 1);
            }
        }

        fn digest(event: u64) -> u64 {
            event
        }

        fn in_flight(&self) -> usize {
            self.handled
        }

        fn output(&self) -> usize {
            2 * self.handled
        }
    }

    const LIMITS: Limits =
        Limits { events: 1000, events_at_one_instant: 100, in_flight: 10_000, output: 20_000 };

    fn growth(step: u64, children: usize, limits: Limits) -> Run {
        let mut agenda = Agenda::new();
        agenda.plan(Instant::from_nanos(10), 0);
        let mut model = Growth { step: Span::from_nanos(step), children, handled: 0 };
        run(&mut model, &mut agenda, Instant::from_nanos(50), limits)
    }

    #[test]
    fn a_run_says_why_when_and_after_how_many_events_it_stopped() {
        let cases = [
            (growth(10, 1, LIMITS), Stop::EndReached, 4, 50),
            (growth(10, 0, LIMITS), Stop::Idle, 1, 10),
            (growth(0, 1, LIMITS), Stop::EventsAtOneInstant, 100, 10),
            (growth(10, 1, Limits { events: 3, ..LIMITS }), Stop::Events, 3, 30),
            (growth(10, 1, Limits { events: 4, ..LIMITS }), Stop::EndReached, 4, 50),
            (growth(10, 1, Limits { in_flight: 2, ..LIMITS }), Stop::InFlight, 3, 30),
            (growth(10, 1, Limits { output: 5, ..LIMITS }), Stop::Output, 3, 30),
        ];
        for (run, stop, events, ended) in cases {
            assert_eq!((run.stop, run.events), (stop, events));
            assert_eq!(run.ended, Instant::from_nanos(ended), "{stop:?}");
        }
    }

    #[test]
    fn only_the_same_events_give_the_same_fingerprint() {
        let fingerprint = growth(10, 2, LIMITS).fingerprint;
        assert_eq!(growth(10, 2, LIMITS).fingerprint, fingerprint);
        assert_ne!(growth(10, 1, LIMITS).fingerprint, fingerprint);
        assert_ne!(growth(11, 2, LIMITS).fingerprint, fingerprint);
    }
}
