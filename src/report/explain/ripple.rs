//! How trouble spread in a replay, with names and local times in place of numbers.
//!
//! What is usual is seen in the observed time before the scenario disturbs anything: before its first
//! action, burst, released backlog or change of a workload's rate by the calendar. If that is less than five
//! windows the warm-up is added, and where there is nothing at all, the first tenth of the clock stands for it.

use serde::Serialize;

use super::Time;
use super::wiring::Wiring;
use crate::platform::log::Emerged;
use crate::platform::measures::Kind;
use crate::report::decimal::Decimal;
use crate::report::words::{Form, Words};
use crate::scenario::Scenario;
use crate::scenario::file::workload::{Arrivals, Workload};
use crate::simulation::Outcome;
use crate::simulation::ripple::signs::Sign;
use crate::simulation::ripple::spread::Way;
use crate::simulation::ripple::{Bad, Call, Episode, Frame, Graph, Reading, Station, ripple};
use crate::units::{Instant, LocalTime, Span};

/// How long a window is, or a little longer if bins do not fit.
const WINDOW: Span = Span::from_secs(60);
/// With fewer usual windows than these the warm-up counts too.
const USUAL_WINDOWS_MIN: usize = 5;

/// How trouble spread in a replay.
#[derive(Debug, Serialize)]
pub struct Ripple {
    /// Where the time begins whose state is taken as usual.
    pub usual_from: Time,
    /// Where it ends.
    pub usual_to: Time,
    /// How long the windows are that are compared with it.
    pub window: Span,
    /// The limit that stopped the replay, by its name in the scenario; null if it came to its end.
    pub stopped: Option<&'static str>,
    /// The stations that went bad, in the order in which they did.
    pub bad: Vec<Spoilt>,
    /// The stations that never went bad.
    pub well: Vec<String>,
}

/// A station that went bad.
#[derive(Debug, Serialize)]
pub struct Spoilt {
    /// The station.
    pub station: String,
    /// When it was bad.
    pub episodes: Vec<Spell>,
    /// By which ways the first episode may have come.
    pub ways: Vec<Told>,
    /// What was done within two windows before it, if the series show no way.
    pub done_before: Vec<Done>,
}

/// A stretch of time in which a station was bad.
#[derive(Debug, Serialize)]
pub struct Spell {
    /// When it began.
    pub from: Time,
    /// When it was over; null if it was bad to the end.
    pub to: Option<Time>,
    /// Its signs, the one that came first and then the others.
    pub signs: Vec<Shown>,
    /// The same in plain words.
    pub text: String,
}

/// What a sign showed.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The sign.
    pub sign: Sign,
    /// What is usual of what it looks at.
    pub usual: Decimal,
    /// The worst of it in any window.
    pub worst: Decimal,
}

/// A way by which a station may have gone bad.
#[derive(Debug, Serialize)]
pub struct Told {
    /// `called`, `load` or `shared`.
    pub kind: &'static str,
    /// The call that it leads through.
    pub call: String,
    /// The station or workload that the trouble or the load came from.
    pub of: String,
    /// How many times the usual load came, for `load` and `shared`; null if none is usual.
    pub factor: Option<Decimal>,
    /// The same in plain words.
    pub text: String,
}

/// Something that was done.
#[derive(Debug, Serialize)]
pub struct Done {
    /// When.
    pub at: Time,
    /// The action's name.
    pub action: String,
}

struct Teller<'a> {
    scenario: &'a Scenario,
    outcome: &'a Outcome,
    wiring: &'a Wiring,
    words: Words<'a>,
}

impl Ripple {
    /// How trouble spread in an outcome of a scenario with this wiring.
    #[must_use]
    pub fn new(scenario: &Scenario, outcome: &Outcome, wiring: &Wiring) -> Self {
        let frame = frame(scenario, outcome);
        let teller = Teller { scenario, outcome, wiring, words: Words::new(scenario) };
        let bad = teller.bad(&frame);
        let names = &scenario.names.stations;
        let is_well = |name: &&String| bad.iter().all(|it| it.station != **name);
        Self {
            usual_from: teller.time(frame.usual.start),
            usual_to: teller.time(frame.usual.end),
            window: scenario.clock.resolution() * frame.window as u64,
            stopped: outcome.run.stop.limit(),
            well: names.iter().filter(is_well).cloned().collect(),
            bad,
        }
    }
}

/// Which bins are usual and which are judged.
fn frame(scenario: &Scenario, outcome: &Outcome) -> Frame {
    let clock = &scenario.clock;
    let resolution = clock.resolution().as_nanos();
    let window = usize::try_from(WINDOW.as_nanos().div_ceil(resolution)).unwrap_or(1).max(1);
    let watched = clock.bin(clock.observed_from())..outcome.platform.recorder().bins();
    let disturbed = first_disturbance(scenario, outcome).map(|at| at.as_nanos() / resolution);
    let end = disturbed.and_then(|bin| usize::try_from(bin).ok()).unwrap_or(0).min(watched.end);
    let is_long = end >= watched.start + USUAL_WINDOWS_MIN * window;
    let start = if is_long { watched.start } else { 0 };
    let usual = if end >= start + window {
        start..end
    } else {
        let tenth = watched.len() / 10;
        watched.start..(watched.start + tenth.max(window)).min(watched.end)
    };
    Frame { usual, watched, window }
}

/// When the scenario itself first disturbs the usual state that it begins with.
fn first_disturbance(scenario: &Scenario, outcome: &Outcome) -> Option<Instant> {
    let log = outcome.platform.log().entries().iter();
    let acted = log.filter(|it| matches!(it.what, Emerged::Acted(_))).map(|it| it.at);
    let calendar = scenario.file.workloads.values().flat_map(changes);
    let instants = calendar.filter_map(|local| scenario.clock.instant(local));
    acted.chain(instants).filter(|at| *at >= scenario.clock.observed_from()).min()
}

/// When a workload changes by the calendar, other than by its daily and weekly course.
fn changes(workload: &Workload) -> Vec<LocalTime> {
    match &workload.arrivals {
        Arrivals::Poisson(it) => {
            let knots: Vec<(&String, &f64)> = it.piecewise.iter().collect();
            let changing = knots.windows(2).filter(|pair| (pair[0].1 - pair[1].1).abs() > 0.0);
            let knots = changing.filter_map(|pair| pair[0].0.parse().ok());
            knots.chain(it.bursts.values().map(|burst| burst.at)).collect()
        }
        Arrivals::Backlog(it) => vec![it.at],
        Arrivals::Trace(_) | Arrivals::Closed(_) => Vec::new(),
    }
}

impl Teller<'_> {
    fn bad(&self, frame: &Frame) -> Vec<Spoilt> {
        let names = &self.scenario.names;
        let recorder = self.outcome.platform.recorder();
        let series = |name: &str| {
            let target = names.target(name).expect("stations and calls are measured");
            recorder.stretch(target, 0, usize::MAX)
        };
        let place = |name: &str| names.stations.iter().position(|it| it == name);
        let stations: Vec<Station> = names
            .stations
            .iter()
            .zip(&names.kinds)
            .map(|(name, kind)| Station { series: series(name), closes: *kind == Kind::Routing })
            .collect();
        let compiled = &self.scenario.platform.calls;
        let calls: Vec<Call> = self
            .wiring
            .calls
            .iter()
            .zip(compiled)
            .map(|(it, compiled)| Call {
                from: if it.is_of_workload { None } else { place(&it.from) },
                to: place(&it.to).expect("calls lead to stations"),
                is_awaited: it.is_awaited,
                is_cached: !compiled.caches.is_empty(),
                series: series(&it.name),
            })
            .collect();
        let bad = ripple(Graph { stations: &stations, calls: &calls }, frame);
        bad.iter().map(|it| self.spoilt(it, frame)).collect()
    }

    fn spoilt(&self, it: &Bad, frame: &Frame) -> Spoilt {
        let station = self.scenario.names.stations[it.station].clone();
        let ways: Vec<Told> = it.ways.iter().map(|way| self.way(way)).collect();
        let first = it.episodes[0].from;
        let done_before = if ways.is_empty() { self.done_before(first, frame) } else { Vec::new() };
        let episodes = it.episodes.iter().map(|episode| self.spell(episode)).collect();
        Spoilt { station, episodes, ways, done_before }
    }

    fn time(&self, bin: usize) -> Time {
        let clock = &self.scenario.clock;
        let at = clock.bin_begins(bin).min(self.outcome.platform.ended());
        Time { local: clock.local(at), is_minute: false }
    }

    fn spell(&self, it: &Episode) -> Spell {
        let shown = |it: &Reading| Shown {
            sign: it.sign,
            usual: decimal(it.sign, it.usual),
            worst: decimal(it.sign, it.worst),
        };
        let told = it.readings.iter().map(|it| self.sign(it.sign, it.worst, it.usual));
        Spell {
            from: self.time(it.from),
            to: it.to.map(|bin| self.time(bin)),
            signs: it.readings.iter().map(shown).collect(),
            text: told.collect::<Vec<_>>().join("; "),
        }
    }

    fn sign(&self, sign: Sign, worst: f64, usual: f64) -> String {
        // A part of one that waits is of no interest.
        let whole = |it: f64| if sign == Sign::Queueing { it.round() } else { it };
        let [worst, usual] = [worst, usual]
            .map(whole)
            .map(|it| self.words.number(it, Form::of_measure(sign.measure())));
        match sign {
            Sign::NothingDone => format!("nothing is done, usually {usual}"),
            Sign::Failing => format!("{worst} fail, usually {usual}"),
            Sign::AttemptsFailing => format!("{worst} of attempts fail, usually {usual}"),
            Sign::InVain => format!("{worst} are done in vain, usually {usual}"),
            Sign::Queueing => format!("{worst} wait, usually {usual}"),
            Sign::Slow => format!("the p95 latency is {worst}, usually {usual}"),
        }
    }

    fn way(&self, way: &Way) -> Told {
        let calls = &self.wiring.calls;
        match *way {
            Way::Called { call, sign, usual, value } => {
                let it = &calls[call];
                let shown = self.sign(sign, value, usual);
                Told {
                    kind: "called",
                    call: it.name.clone(),
                    of: it.to.clone(),
                    factor: None,
                    text: format!(
                        "by way of {}: {} was bad, and on the call {shown}",
                        it.name, it.to
                    ),
                }
            }
            Way::Load { call, factor, is_caller_bad } => {
                let it = &calls[call];
                let brought = brought(factor);
                let text = if it.is_of_workload {
                    format!("{} brought {brought}", it.name)
                } else if is_caller_bad {
                    format!("by way of {}: {} was bad and brought {brought}", it.name, it.from)
                } else {
                    format!("by way of {}: {} brought {brought}", it.name, it.from)
                };
                let (call, of) = (it.name.clone(), it.from.clone());
                Told { kind: "load", call, of, factor: factor.map(Decimal), text }
            }
            Way::Shared { call, other, factor } => {
                let (it, other) = (&calls[call], &calls[other]);
                let brought = brought(factor);
                let text = format!(
                    "by way of {}: it shares {} with {}, which brought {brought}",
                    it.name, it.to, other.from
                );
                let (call, of) = (it.name.clone(), other.from.clone());
                Told { kind: "shared", call, of, factor: factor.map(Decimal), text }
            }
        }
    }

    /// What was done from two windows before a bin up to its end.
    fn done_before(&self, bin: usize, frame: &Frame) -> Vec<Done> {
        let clock = &self.scenario.clock;
        let from = clock.bin_begins(bin.saturating_sub(2 * frame.window));
        let to = clock.bin_begins(bin + 1);
        let log = self.outcome.platform.log().entries().iter();
        let done = |it: &crate::platform::log::Entry| {
            let Emerged::Acted(id) = it.what else { return None };
            let action = self.scenario.names.actions[usize::from(id)].clone();
            let at = Time { local: clock.local(it.at), is_minute: false };
            Some(Done { at, action })
        };
        log.filter(|it| it.at >= from && it.at < to).filter_map(done).collect()
    }
}

fn brought(factor: Option<f64>) -> String {
    let factor = factor.and_then(|factor| crate::report::decimal::fixed(factor, 1));
    factor.map_or("load where none is usual".to_owned(), |it| format!("{it} times the usual load"))
}

/// A number as it stands in JSON: times in seconds, everything else as it is measured.
fn decimal(sign: Sign, value: f64) -> Decimal {
    Decimal(if sign == Sign::Slow { value / 1e9 } else { value })
}
