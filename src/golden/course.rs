//! Two courses of events beside each other: where they part, and what happens in a stretch of one.

use crate::engine::Observer;
use crate::engine::fingerprint::Fingerprint;
use crate::platform::Platform;
use crate::platform::event::{Event, Packed};
use crate::report::events::told;
use crate::report::words::Words;
use crate::scenario::Scenario;
use crate::simulation;
use crate::units::Instant;

/// Courses are compared by their fingerprints every so many events, and then event by event.
const BLOCK: u64 = 4096;
/// Of a stretch so many events are shown.
const SHOWN_MAX: usize = 5;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub instant: Instant,
    /// The same as a local time, to the microsecond.
    pub at: String,
    /// What, in plain words.
    pub what: String,
}

/// The first event at which two runs part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// Its number, counted from 1.
    pub number: u64,
    /// What happened in each run; nothing in one that had ended.
    pub sides: [Option<Happened>; 2],
    /// The fingerprint of the first run at its end.
    pub fingerprint: Fingerprint,
}

impl Parting {
    /// From when on the runs differ, to the microsecond.
    #[must_use]
    pub fn at(&self) -> &str {
        let first = self.sides.iter().flatten().min_by_key(|it| it.instant);
        first.map_or("the end", |it| it.at.as_str())
    }
}

/// What happened from one event of a run to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// How many events there were.
    pub events: u64,
    /// The first of them.
    pub first: Vec<Happened>,
}

/// The first event at which the runs of two scenarios part, each with its own seed; nothing if they are the
/// same to the end.
///
/// Events are the same if they happen at the same instant to the same thing, as fingerprints see it. Each
/// scenario is run twice: what is kept of a course is little.
#[must_use]
pub fn parting(scenarios: [&Scenario; 2]) -> Option<Parting> {
    let [old, new] = scenarios;
    let ((marks_old, fingerprint), (marks_new, _)) = rayon::join(|| marks(old), || marks(new));
    let same = marks_old.iter().zip(&marks_new).take_while(|(old, new)| old == new).count();
    let from = same as u64 * BLOCK;
    let block = |scenario: &Scenario| seen(scenario, [from, from + BLOCK], usize::MAX);
    let (old, new) = rayon::join(|| block(old), || block(new));
    let is_same = |at: &usize| old.get(*at).map(|it| it.0) == new.get(*at).map(|it| it.0);
    let at = (0..old.len().max(new.len())).find(|at| !is_same(at))?;
    let side = |seen: &[Seen]| seen.get(at).map(|(_, happened)| happened.clone());
    Some(Parting { number: from + at as u64 + 1, sides: [side(&old), side(&new)], fingerprint })
}

/// What happens in a scenario's run after its `after`-th event, up to and with its `until`-th.
#[must_use]
pub fn stretch(scenario: &Scenario, after: u64, until: u64) -> Stretch {
    let seen = seen(scenario, [after, until], SHOWN_MAX);
    let first = seen.into_iter().map(|(_, happened)| happened).collect();
    Stretch { events: until.saturating_sub(after), first }
}

/// The fingerprint after every block of events, and at the end.
fn marks(scenario: &Scenario) -> (Vec<Fingerprint>, Fingerprint) {
    let mut marks = Marks::default();
    let outcome = simulation::observed(scenario, scenario.seed(), &mut marks);
    (marks.0, outcome.run.fingerprint)
}

/// What the fingerprint sees of an event, and the event in words.
type Seen = ((Instant, u64), Happened);

fn seen(scenario: &Scenario, [after, until]: [u64; 2], most: usize) -> Vec<Seen> {
    let mut window = Window { scenario, after, until, most, seen: Vec::new() };
    let _ = simulation::observed(scenario, scenario.seed(), &mut window);
    window.seen
}

#[derive(Default)]
struct Marks(Vec<Fingerprint>);

impl Observer<Platform> for Marks {
    fn after(&mut self, number: u64, _now: Instant, fingerprint: Fingerprint, _model: &Platform) {
        if number.is_multiple_of(BLOCK) {
            self.0.push(fingerprint);
        }
    }
}

/// The events of a range of numbers, as long as they are few enough.
struct Window<'a> {
    scenario: &'a Scenario,
    after: u64,
    until: u64,
    most: usize,
    seen: Vec<Seen>,
}

impl Observer<Platform> for Window<'_> {
    fn before(&mut self, number: u64, now: Instant, event: Packed, platform: &Platform) {
        if number > self.after && number <= self.until && self.seen.len() < self.most {
            let what = told(Event::from(event), platform, &self.scenario.names);
            let at = Words::new(self.scenario).exact(now);
            self.seen.push(((now, event.digest()), Happened { instant: now, at, what }));
        }
    }
}
