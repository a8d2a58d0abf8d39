//! A sample of units of work with all that descends from them: when each of their attempts began and ended,
//! at which station, and how.
//!
//! Of each workload those units are kept whose keys are the smallest: keys are drawn at random, so every
//! unit is as likely as any other, and the same run gives the same sample. Left out: work of the
//! platform's own, work before observation begins, and what was handed on within one conversation that all
//! units of a workload share.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::Observer;
use crate::engine::fingerprint::Fingerprint;
use crate::platform::event::Packed;
use crate::platform::parts::outcome::Outcome;
use crate::platform::work::{
    Attempt, AttemptId, CallId, Parent, StationId, Unit, UnitId, WorkloadId,
};
use crate::platform::{Config, Event, Platform, call, stations};
use crate::units::Instant;

/// More spans than this of one unit and its descendants are not kept.
const SPANS_MAX: usize = 300;

/// What a span is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A unit on a call, from its beginning to its outcome.
    Unit,
    /// An attempt, and which one of its unit it is, from one.
    Attempt(u32),
}

/// How a span ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It had not ended when the run did.
    Open,
    /// It was done after its caller had given up.
    InVain,
    /// It was done or failed.
    Ended(Outcome),
}

/// One unit or attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it is about.
    pub of: Of,
    /// The call that it is on, or came by.
    pub call: CallId,
    /// When it began.
    pub begun: Instant,
    /// When it got a slot, if it waited for one.
    pub served: Option<Instant>,
    /// When its caller gave it up.
    pub given_up: Option<Instant>,
    /// When it ended.
    pub ended: Option<Instant>,
    /// How it ended.
    pub end: End,
}

/// A unit that a workload brought in, and all that descends from it.
#[derive(Clone, Debug)]
pub struct Traced {
    /// Its key.
    pub key: u64,
    /// The workload that brought it in.
    pub class: WorkloadId,
    /// Whose it is.
    pub tenant: u32,
    /// Its own span, then those of its descendants, in the order in which they began.
    pub spans: Vec<Span>,
    /// Whether it had more spans than are kept.
    pub is_cut: bool,
}

/// A unit, or one of its attempts, by the unit's key; a unit has the number 0.
type Name = (u64, u32);

/// Where a span is kept: in which unit's list, and at which place.
type Place = (u64, usize);

/// Takes down the spans of a sample of units.
#[derive(Debug)]
pub struct Tracer {
    observed_from: Instant,
    /// Callers and callees of the calls.
    calls: Vec<(Option<StationId>, StationId)>,
    /// How many units of each workload are kept.
    most: usize,
    /// The keys of those kept, by workload.
    kept: Vec<BTreeSet<u64>>,
    traced: BTreeMap<u64, Traced>,
    live: BTreeMap<Name, Place>,
    /// Attempts that wait for a slot, by station.
    waiting: Vec<Vec<(AttemptId, Place)>>,
    /// What the event that is being handled may change.
    looked_at: LookedAt,
}

#[derive(Debug, Default)]
struct LookedAt {
    /// A unit, and how many units had ended on its call by each outcome.
    unit: Option<(UnitId, Unit, [u64; 9])>,
    station: Option<StationId>,
    is_action: bool,
}

impl Tracer {
    /// Nothing seen yet, on a platform that is set up so; keeps so many units, shared among workloads.
    #[must_use]
    pub fn new(config: &Config, sample: usize) -> Self {
        let workloads = config.workloads.len();
        Self {
            observed_from: config.observed_from,
            calls: config.calls.iter().map(|call| (call.from, call.to)).collect(),
            most: sample.div_ceil(workloads.max(1)),
            kept: vec![BTreeSet::new(); workloads],
            traced: BTreeMap::new(),
            live: BTreeMap::new(),
            waiting: vec![Vec::new(); config.stations.len()],
            looked_at: LookedAt::default(),
        }
    }

    /// The units of the sample, in the order in which they began.
    #[must_use]
    pub fn units(&self) -> Vec<&Traced> {
        let mut units: Vec<&Traced> = self.traced.values().collect();
        units.sort_by_key(|it| (it.spans[0].begun, it.key));
        units
    }

    /// Adds a unit that begins, if it or what it descends from is in the sample.
    fn adopt(&mut self, unit: &Unit, now: Instant, platform: &Platform) {
        let root = match (self.calls[unit.call.index()].0, Parent::from(unit.parent)) {
            (None, _) => self.try_keep(unit, now).then_some(unit.key),
            (Some(_), Parent::Attempt(id)) => {
                let parent = platform.work().attempts.get(id);
                let name = parent.map(|parent| (parent.key, parent.number));
                name.and_then(|name| self.live.get(&name)).map(|place| place.0)
            }
            (Some(_), Parent::Nobody) => {
                self.traced.contains_key(&unit.conversation).then_some(unit.conversation)
            }
            (Some(_), Parent::Client(_) | Parent::Instance(_)) => None,
        };
        if let Some(root) = root {
            self.add(root, (unit.key, 0), Span::new(Of::Unit, unit.call, now));
        }
    }

    /// Whether a unit that a workload brings in is in the sample, for the time being.
    fn try_keep(&mut self, unit: &Unit, now: Instant) -> bool {
        let Some(kept) = self.kept.get_mut(unit.class.index()) else { return false };
        if now < self.observed_from || self.traced.contains_key(&unit.key) || self.most == 0 {
            return false;
        }
        if kept.len() == self.most {
            if kept.last().is_some_and(|largest| *largest < unit.key) {
                return false;
            }
            if let Some(key) = kept.pop_last() {
                self.traced.remove(&key);
                self.live.retain(|_, (root, _)| *root != key);
            }
        }
        kept.insert(unit.key);
        let Unit { key, class, tenant, .. } = *unit;
        self.traced.insert(key, Traced { key, class, tenant, spans: Vec::new(), is_cut: false });
        true
    }

    fn add(&mut self, root: u64, name: Name, span: Span) -> Option<Place> {
        let traced = self.traced.get_mut(&root)?;
        if traced.spans.len() == SPANS_MAX {
            traced.is_cut = true;
            return None;
        }
        let place = (root, traced.spans.len());
        traced.spans.push(span);
        self.live.insert(name, place);
        Some(place)
    }

    fn span(&mut self, (root, index): Place) -> Option<&mut Span> {
        self.traced.get_mut(&root)?.spans.get_mut(index)
    }

    fn end(&mut self, name: Name, now: Instant, end: End) {
        if let Some(place) = self.live.remove(&name)
            && let Some(span) = self.span(place)
        {
            (span.ended, span.end) = (Some(now), end);
        }
    }

    fn is_live(&self, name: Name) -> bool {
        self.live.contains_key(&name)
    }

    /// Looks at the unit on a call before something happens to it.
    fn look_at(&mut self, id: UnitId, platform: &Platform) {
        if let Some(unit) = platform.work().units.get(id)
            && self.is_live((unit.key, 0))
        {
            self.looked_at.unit = Some((id, *unit, ends(platform, unit.call)));
        }
    }

    fn before_call(&mut self, event: call::Event, now: Instant, platform: &Platform) {
        let work = platform.work();
        match event {
            call::Event::Begun(id) => {
                if let Some(unit) = work.units.get(id) {
                    self.adopt(unit, now, platform);
                }
                self.look_at(id, platform);
            }
            call::Event::PauseEnded(id) => self.look_at(id, platform),
            call::Event::TimedOut(id) => {
                self.look_at(id, platform);
                if let Some((_, unit, _)) = self.looked_at.unit
                    && let Some(place) = self.live.get(&(unit.key, unit.tries)).copied()
                    && let Some(span) = self.span(place)
                {
                    span.given_up = Some(now);
                }
            }
            call::Event::Answered(id) => {
                let Some(attempt) = work.attempts.get(id) else { return };
                self.end((attempt.key, attempt.number), now, end_of(attempt));
                if let Some(unit) = attempt.unit {
                    self.look_at(unit, platform);
                }
            }
        }
    }

    /// What became of a unit that something happened to: it ended, began an attempt, or waits.
    fn after_unit(&mut self, now: Instant, platform: &Platform) {
        let Some((id, before, ends_before)) = self.looked_at.unit.take() else { return };
        let Some(unit) = platform.work().units.get(id) else {
            let ends = ends(platform, before.call);
            let which = ends.iter().zip(ends_before).position(|(now, before)| *now > before);
            self.end((before.key, 0), now, End::Ended(outcome(which.unwrap_or(0))));
            return;
        };
        let name = (unit.key, unit.tries);
        let Some(id) = unit.attempt.filter(|_| unit.tries > before.tries) else { return };
        let Some(root) = self.live.get(&(unit.key, 0)).map(|place| place.0) else { return };
        let span = Span::new(Of::Attempt(unit.tries), unit.call, now);
        if let Some(place) = self.add(root, name, span) {
            let station = self.calls[unit.call.index()].1;
            self.waiting[station.index()].push((id, place));
        }
    }

    /// Notes which attempts at a station have got a slot.
    fn note_served(&mut self, station: usize, now: Instant, platform: &Platform) {
        let mut waiting = std::mem::take(&mut self.waiting[station]);
        waiting.retain(|(id, place)| {
            let Some(attempt) = platform.work().attempts.get(*id) else { return false };
            if attempt.slot.is_some()
                && let Some(span) = self.span(*place)
            {
                span.served = Some(now);
            }
            attempt.slot.is_none() && attempt.outcome.is_none()
        });
        self.waiting[station] = waiting;
    }
}

impl Observer<Platform> for Tracer {
    fn before(&mut self, _: u64, now: Instant, event: Packed, platform: &Platform) {
        self.looked_at = LookedAt::default();
        match Event::from(event) {
            Event::Call(_, event) => self.before_call(event, now, platform),
            Event::Station(id, stations::Event::Arrived(_) | stations::Event::Returned(..))
            | Event::Service(id, _)
            | Event::Jobs(id, _)
            | Event::Assistant(id, _) => self.looked_at.station = Some(id),
            Event::Acted(_) => self.looked_at.is_action = true,
            Event::Workload(..)
            | Event::Routing(..)
            | Event::OnCall(_)
            | Event::LifecycleRan
            | Event::BinEnded => {}
        }
    }

    fn after(&mut self, _: u64, now: Instant, _: Fingerprint, platform: &Platform) {
        self.after_unit(now, platform);
        let stations = match (self.looked_at.station, self.looked_at.is_action) {
            (_, true) => 0..self.waiting.len(),
            (Some(id), false) => id.index()..id.index() + 1,
            (None, false) => return,
        };
        for station in stations {
            if !self.waiting[station].is_empty() {
                self.note_served(station, now, platform);
            }
        }
    }
}

impl Span {
    const fn new(of: Of, call: CallId, begun: Instant) -> Self {
        Self { of, call, begun, served: None, given_up: None, ended: None, end: End::Open }
    }
}

/// How many units have ended on a call: done, then failed by reason.
fn ends(platform: &Platform, call: CallId) -> [u64; 9] {
    let tally = platform.work().unit_tally(call);
    let mut ends = [tally.done; 9];
    ends[1..].copy_from_slice(&tally.failed);
    ends
}

fn outcome(which: usize) -> Outcome {
    use crate::platform::parts::outcome::Failure;
    match which.checked_sub(1) {
        None => Ok(()),
        Some(reason) => Err(Failure::ALL[reason]),
    }
}

fn end_of(attempt: &Attempt) -> End {
    match attempt.outcome {
        Some(Ok(())) if attempt.unit.is_none() => End::InVain,
        Some(outcome) => End::Ended(outcome),
        None => End::Open,
    }
}
