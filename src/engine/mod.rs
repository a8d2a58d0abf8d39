//! The engine: one loop that takes events off the agenda and hands them to a model.
//!
//! It knows nothing of the platform. [`agenda`] keeps the order, [`arena`] what is in flight,
//! [`random`] and [`sample`] draw, [`fingerprint`] tells whether two runs were the same, [`ahead`] saves waits
//! for memory. Somebody may look on ([`observed`]), and changes nothing.
//!
//! A replay is one loop of some thousand instructions, and how fast a processor reads them counts as much as how many
//! they are. So what is rare is marked as cold ([`std::hint::cold_path`]) wherever every event goes by, and the steps of
//! nearly every event lie one after the other without a jump: on an AMD Zen a replay of a single server was measured to
//! take a tenth less, one of an incident at most a thirtieth.

pub mod agenda;
pub mod ahead;
pub mod arena;
pub mod books;
pub mod fingerprint;
pub mod random;
pub mod sample;

use crate::units::Instant;
use agenda::Agenda;
use books::Books;
use fingerprint::Fingerprint;

/// What a run is about: it changes with every event and plans further ones.
pub trait Model {
    /// Everything that can happen.
    type Event: Copy;

    /// Where it plans what comes next.
    fn agenda(&mut self) -> &mut Agenda<Self::Event>;

    /// The books, in which a run enters what is handled.
    ///
    /// A model may handle an event of this very instant as soon as the present one is handled, without planning it, if
    /// nothing else is planned for this instant ([`Agenda::is_clear_now`]), the books let it go on
    /// ([`Books::may_go_on`]), and it enters the event itself ([`Books::enter`]).
    fn books(&mut self) -> &mut Books;

    /// Lets `event` happen at the agenda's present instant.
    fn handle(&mut self, event: Self::Event);

    /// What the fingerprint sees of an event: different events should differ.
    fn digest(event: Self::Event) -> u64;

    /// How many things are begun and not ended.
    fn in_flight(&self) -> usize;

    /// How many things are kept for whoever reads about the run.
    fn output(&self) -> usize;
}

/// Somebody who looks on as a run goes: whatever it does, the run goes the same way.
pub trait Observer<M: Model> {
    /// The event of this number, counted from one, is about to be handled.
    fn before(&mut self, _number: u64, _now: Instant, _event: M::Event, _model: &M) {}

    /// The event of this number was handled; the fingerprint is over all up to and including it.
    fn after(&mut self, _number: u64, _now: Instant, _fingerprint: Fingerprint, _model: &M) {}
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

/// How many events may be handled between two looks at what is in flight and kept.
const LOOK_EVERY: u64 = 64;

/// Handles every event before `end`, in the agenda's order, unless a limit stops the run.
///
/// What is in flight and kept is looked at every 64 events, so that it may exceed its limit by what so
/// many bring. An event that a limit forbids is not handled, and off the agenda.
pub fn run<M: Model>(model: &mut M, end: Instant, limits: Limits) -> Run {
    drive(model, end, limits, None)
}

/// The same run, while somebody looks on.
pub fn observed<M: Model>(
    model: &mut M,
    end: Instant,
    limits: Limits,
    observer: &mut dyn Observer<M>,
) -> Run {
    drive(model, end, limits, Some(observer))
}

/// The loop of both: were there two, the compiler would no longer lay the model open in either, which was
/// measured to cost seven per cent of the instructions of every run.
#[inline(never)]
fn drive<M: Model>(
    model: &mut M,
    end: Instant,
    limits: Limits,
    mut observer: Option<&mut dyn Observer<M>>,
) -> Run {
    let mut allowance = Allowance::new(limits);
    let mut instant = model.agenda().now();
    // How many were left before the first event at this instant, plus those that have been granted since.
    let mut left_at_first = 0;
    let kept = if observer.is_some() { u64::MAX } else { 0 };
    *model.books() = Books { kept, ..Books::default() };
    let stop = loop {
        let Some((now, event)) = model.agenda().next_before(end) else {
            let at_end = if model.agenda().pending() == 0 { Stop::Idle } else { Stop::EndReached };
            break allowance.exceeded(model).unwrap_or(at_end);
        };
        if model.books().left == 0 {
            match allowance.renew(model, if now == instant { left_at_first } else { 0 }) {
                Ok(granted) => {
                    model.books().left = granted;
                    left_at_first += granted;
                }
                Err(stop) => break stop,
            }
        }
        if now != instant {
            instant = now;
            left_at_first = model.books().left;
        }
        model.books().enter(now, M::digest(event));
        if let Some(observer) = &mut observer {
            observer.before(allowance.handled(model.books().left), now, event, model);
        }
        model.handle(event);
        if let Some(observer) = &mut observer {
            let Books { left, fingerprint, .. } = *model.books();
            observer.after(allowance.handled(left), now, fingerprint, model);
        }
    };
    let ended = if stop == Stop::EndReached { end } else { instant };
    let Books { left, fingerprint, .. } = *model.books();
    Run { stop, events: allowance.handled(left), fingerprint, ended }
}

/// What may still be handled before a limit stops the run.
struct Allowance {
    limits: Limits,
    /// How many may have been handled by the next look, and what those up to the last one counted.
    granted_up_to: u64,
    spent: u64,
    /// How many of them were granted by the last look, and what each of these counts.
    granted: u64,
    cost: u64,
}

impl Allowance {
    const fn new(limits: Limits) -> Self {
        Self { limits, granted_up_to: 0, spent: 0, granted: 0, cost: 0 }
    }

    /// How many events have been handled, if of those granted so many are left.
    #[inline]
    const fn handled(&self, left: u64) -> u64 {
        self.granted_up_to - left
    }

    /// The limit that the model exceeds, if any.
    fn exceeded(&self, model: &impl Model) -> Option<Stop> {
        if model.in_flight() > self.limits.in_flight {
            Some(Stop::InFlight)
        } else if model.output() > self.limits.output {
            Some(Stop::Output)
        } else {
            None
        }
    }

    /// Looks at the model after as many events as were granted, and grants some more; so many have been handled at
    /// the instant of the next one.
    #[inline(never)]
    fn renew(&mut self, model: &mut impl Model, at_this_instant: u64) -> Result<u64, Stop> {
        self.spent += self.granted * self.cost;
        self.granted = 0;
        if let Some(stop) = self.exceeded(model) {
            return Err(stop);
        }
        if self.spent >= self.limits.events {
            return Err(Stop::Events);
        }
        if at_this_instant >= self.limits.events_at_one_instant {
            return Err(Stop::EventsAtOneInstant);
        }
        self.cost = 1 + (model.in_flight().max(model.agenda().pending()) / MANY) as u64;
        let affordable = (self.limits.events - self.spent).div_ceil(self.cost);
        let at_once = self.limits.events_at_one_instant - at_this_instant;
        self.granted = affordable.min(LOOK_EVERY).min(at_once);
        self.granted_up_to += self.granted;
        Ok(self.granted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;

    /// Each event plans `children` more, `step` later, and is in flight for ever.
    struct Growth {
        agenda: Agenda<u64>,
        books: Books,
        step: Span,
        children: usize,
        handled: usize,
    }

    impl Model for Growth {
        type Event = u64;

        fn agenda(&mut self) -> &mut Agenda<u64> {
            &mut self.agenda
        }

        fn books(&mut self) -> &mut Books {
            &mut self.books
        }

        fn handle(&mut self, event: u64) {
            self.handled += 1;
            for _ in 0..self.children {
                self.agenda.plan(self.agenda.now() + self.step, event + 1);
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
        let mut model = Growth {
            agenda,
            books: Books::default(),
            step: Span::from_nanos(step),
            children,
            handled: 0,
        };
        run(&mut model, Instant::from_nanos(50), limits)
    }

    #[test]
    fn a_run_says_why_when_and_after_how_many_events_it_stopped() {
        let cases = [
            (growth(10, 1, LIMITS), Stop::EndReached, 4, 50),
            (growth(10, 0, LIMITS), Stop::Idle, 1, 10),
            (growth(0, 1, LIMITS), Stop::EventsAtOneInstant, 100, 10),
            (growth(10, 1, Limits { events: 3, ..LIMITS }), Stop::Events, 3, 30),
            (growth(10, 1, Limits { events: 4, ..LIMITS }), Stop::EndReached, 4, 50),
            (growth(10, 1, Limits { in_flight: 3, ..LIMITS }), Stop::InFlight, 4, 40),
            (growth(10, 1, Limits { output: 7, ..LIMITS }), Stop::Output, 4, 40),
            // At the eighth instant 128 are due, after 127 before; it begins between two looks.
            (growth(1, 2, LIMITS), Stop::EventsAtOneInstant, 227, 17),
            // Of 1 + 2 + 4 + ... the 64th happens at the seventh instant.
            (growth(1, 2, Limits { in_flight: 10, ..LIMITS }), Stop::InFlight, 64, 16),
            (growth(1, 2, Limits { output: 20, ..LIMITS }), Stop::Output, 64, 16),
        ];
        for (run, stop, events, ended) in cases {
            assert_eq!((run.stop, run.events), (stop, events));
            assert_eq!(run.ended, Instant::from_nanos(ended), "{stop:?}");
        }
    }

    /// What it saw: the number and instant of each event, how many had been handled, and the fingerprint.
    #[derive(Default)]
    struct Seen(Vec<(u64, Instant, u64, u64)>, Vec<(u64, Instant, u64, Fingerprint)>);

    impl Observer<Growth> for Seen {
        fn before(&mut self, number: u64, now: Instant, event: u64, model: &Growth) {
            self.0.push((number, now, event, model.handled as u64));
        }

        fn after(&mut self, number: u64, now: Instant, fingerprint: Fingerprint, model: &Growth) {
            self.1.push((number, now, model.handled as u64, fingerprint));
        }
    }

    #[test]
    fn an_observer_sees_every_event_once_and_changes_nothing() {
        let mut agenda = Agenda::new();
        agenda.plan(Instant::from_nanos(10), 0);
        let mut model = Growth {
            agenda,
            books: Books::default(),
            step: Span::from_nanos(1),
            children: 1,
            handled: 0,
        };
        let limits = Limits { events: 80, ..LIMITS };
        let mut seen = Seen::default();
        let run = observed(&mut model, Instant::from_nanos(500), limits, &mut seen);
        assert_eq!((run.stop, run.events), (Stop::Events, 80));
        // The n-th of a chain of events happens n - 1 after the first.
        let Seen(before, after) = seen;
        let expected = (1..=80).map(|n| (n, Instant::from_nanos(9 + n), n - 1, n - 1));
        assert!(before.into_iter().eq(expected));
        let expected = (1..=80).map(|n| (n, Instant::from_nanos(9 + n), n));
        assert!(after.iter().map(|&(n, at, handled, _)| (n, at, handled)).eq(expected));
        assert_eq!(after.last().map(|it| it.3), Some(run.fingerprint));
        assert_ne!(after[0].3, after[1].3);
    }

    #[test]
    fn only_the_same_events_give_the_same_fingerprint() {
        let fingerprint = growth(10, 2, LIMITS).fingerprint;
        assert_eq!(growth(10, 2, LIMITS).fingerprint, fingerprint);
        assert_ne!(growth(10, 1, LIMITS).fingerprint, fingerprint);
        assert_ne!(growth(11, 2, LIMITS).fingerprint, fingerprint);
    }
}
