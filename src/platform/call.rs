//! A call: the edge from a workload or a station to a station, and the one place where the edge's
//! policy lives.
//!
//! A unit on a call asks the caches, then makes attempts until one succeeds or the policy gives up.
//! An attempt that timed out goes on at the callee; only its unit has left it. Left out: hedged
//! requests, partitions of the network; request and answer together take one latency, on the way there.

use std::hint::cold_path;
use std::iter;

use super::desk::Desk;
use super::log::Emerged;
use super::parts::guards::{self, Guards};
use super::parts::outcome::{Failure, Outcome};
use super::parts::{breaker, budget, cache, concurrency, retry, set, throttle};
use super::recorder::TargetId;
use super::stations::{self, service};
use super::work::{Attempt, AttemptId, CallId, Parent, StationId, Unit, UnitId};
use super::{Event as PlatformEvent, Purpose, draws, workload};
use crate::engine::agenda::LineId;
use crate::engine::random::uniform;
use crate::engine::sample::Sampler;
use crate::units::{Instant, Span};

/// What happens on a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A caller began a unit.
    Begun(UnitId),
    /// The pause before a unit's next attempt ended.
    PauseEnded(UnitId),
    /// The unit's attempt took longer than the caller waits.
    TimedOut(UnitId),
    /// An attempt ended at the station.
    Answered(AttemptId),
}

/// Where a call leads, and its policy.
#[derive(Clone, Debug)]
pub struct Config {
    /// `workload`, or `station.call`.
    pub name: String,
    /// A number that stands for the name in random draws.
    pub place: u64,
    /// The calling station; a workload's call has none.
    pub from: Option<StationId>,
    /// The station that is called.
    pub to: StationId,
    /// Where its units are measured.
    pub target: TargetId,
    /// Where the station's attempts are measured.
    pub station_target: TargetId,
    /// Whether the caller takes a failure for an answer.
    pub is_failure_ignored: bool,
    /// Whether the caller fails for the same reason, not because of a dependency.
    pub is_reason_passed_on: bool,
    /// How long request and answer are on their way.
    pub latency: Option<Sampler>,
    /// After how long the caller gives up an attempt.
    pub timeout: Option<Span>,
    /// Whether and when a failed attempt is made again.
    pub retries: Option<retry::Config>,
    /// What stops calling a station that fails.
    pub breaker: Option<breaker::Config>,
    /// How many attempts may begin in a span of time.
    pub rate_limit: Option<throttle::Config>,
    /// How many attempts may be under way.
    pub concurrency: Option<concurrency::Config>,
    /// Layers that answer in the callee's place.
    pub caches: Vec<cache::Config>,
}

/// A call as it runs.
#[derive(Debug)]
pub struct Call {
    id: CallId,
    config: Config,
    budget: Option<budget::Budget>,
    /// Most calls have none.
    guards: Option<Box<Guards>>,
    caches: Vec<cache::Cache>,
    timeouts: LineId,
}

impl Call {
    /// A call that nothing has been on yet.
    #[must_use]
    pub fn new(id: CallId, config: Config, desk: &mut Desk) -> Self {
        let budget = config.retries.as_ref().and_then(|retries| retries.budget.as_ref());
        Self {
            id,
            budget: budget.map(budget::Budget::new),
            guards: guards_of(None, &config, desk.now(), iter::empty()),
            caches: config.caches.iter().map(cache::Cache::new).collect(),
            timeouts: desk.agenda.line(),
            config,
        }
    }

    /// How it is set up.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Handles what happens on it, and tells an attempt that arrives next at its station.
    #[inline(always)]
    pub fn handle(&mut self, event: Event, desk: &mut Desk) -> Option<(StationId, AttemptId)> {
        match event {
            Event::Begun(unit) => return self.on_begun(unit, desk),
            Event::PauseEnded(unit) => return self.begin_attempt(unit, desk),
            Event::TimedOut(unit) => self.on_timed_out(unit, desk),
            Event::Answered(attempt) => self.on_answered(attempt, desk),
        }
        None
    }

    #[inline(always)]
    fn on_begun(&mut self, id: UnitId, desk: &mut Desk) -> Option<(StationId, AttemptId)> {
        if !self.caches.is_empty() {
            cold_path();
            if self.is_cached(&desk.work.units[id], desk.now()) {
                self.end_unit(id, Ok(()), desk);
                return None;
            }
        }
        if let Some(budget) = &mut self.budget {
            cold_path();
            budget.deposit();
        }
        self.begin_attempt(id, desk)
    }

    /// Whether a layer answers, which fills those before it.
    fn is_cached(&mut self, unit: &Unit, now: Instant) -> bool {
        let mut draws = draws(unit.key, self.config.place, Purpose::Cache, 0);
        let hit = self.caches.iter_mut().position(|layer| {
            let u = uniform(&mut draws);
            layer.is_hit(now, unit.warm_since.get(), u)
        });
        for layer in &mut self.caches[..hit.unwrap_or(0)] {
            layer.filled(now);
        }
        hit.is_some()
    }

    #[inline(always)]
    fn begin_attempt(&mut self, id: UnitId, desk: &mut Desk) -> Option<(StationId, AttemptId)> {
        let now = desk.now();
        let unit = &mut desk.work.units[id];
        unit.tries += 1;
        if unit.tries > 1 {
            cold_path();
            desk.recorder.at(self.config.target).open.retries += 1;
        }
        if let Some(guards) = &mut self.guards
            && let Err(failure) = guards.admit(now, unit.tenant, unit.conversation)
        {
            self.on_failed(id, failure, desk);
            return None;
        }
        let (class, key, tries) = (unit.class, unit.key, unit.tries);
        let attempt = desk.work.attempts.insert(Attempt {
            unit: Some(id),
            key: unit.key,
            conversation: unit.conversation,
            begun: now,
            arrived: now,
            due: unit.due,
            timer: None,
            tenant: unit.tenant,
            priority: unit.priority,
            number: unit.tries,
            slot: None,
            pending: 0,
            next_call: 0,
            rounds: 0,
            refusals: 0,
            is_queued: false,
            call: self.id,
            class: unit.class,
            outcome: None,
        });
        unit.attempt = Some(attempt);
        desk.work.attempts_at(self.config.to, class).begun += 1;
        if let Some(timeout) = self.config.timeout {
            let event = PlatformEvent::Call(self.id, Event::TimedOut(id));
            let timer = desk.plan_in_line(self.timeouts, now + timeout, event);
            desk.work.units[id].timer = Some(timer);
        }
        let arrived = PlatformEvent::Station(self.config.to, stations::Event::Arrived(attempt));
        match &self.config.latency {
            None => desk.goes_next(arrived).then_some((self.config.to, attempt)),
            Some(latency) => {
                let mut draws = draws(key, self.config.place, Purpose::Latency, tries);
                desk.plan(now + latency.sample(&mut draws), arrived);
                None
            }
        }
    }

    fn on_timed_out(&mut self, id: UnitId, desk: &mut Desk) {
        let unit = &mut desk.work.units[id];
        unit.timer = None;
        let attempt = unit.attempt.take().and_then(|it| desk.work.attempts.renewed_mut(it));
        let attempt = attempt.expect("a time-out belongs to an attempt");
        attempt.unit = None;
        let attempt = *attempt;
        self.settle(&attempt, Err(Failure::TimedOut), desk);
        self.on_failed(id, Failure::TimedOut, desk);
    }

    #[inline(always)]
    fn on_answered(&mut self, id: AttemptId, desk: &mut Desk) {
        let now = desk.now();
        let attempt = desk.work.attempts.remove(id).expect("an attempt is answered once");
        let outcome = attempt.outcome.expect("a station answers with an outcome");
        let tally = desk.work.attempts_at(self.config.to, attempt.class);
        let target = desk.recorder.at(self.config.station_target);
        let latency = now.since(attempt.arrived);
        match (outcome, attempt.unit) {
            (Ok(()), Some(unit)) => {
                tally.done += 1;
                target.ended(now, attempt.tenant, Ok(()), latency);
                self.settle(&attempt, Ok(()), desk);
                for layer in &mut self.caches {
                    layer.filled(now);
                }
                self.end_unit(unit, Ok(()), desk);
            }
            (Ok(()), None) => {
                tally.in_vain += 1;
                target.ended_in_vain(now);
            }
            (Err(failure), unit) => {
                tally.end(outcome);
                target.ended(now, attempt.tenant, outcome, latency);
                if let Some(id) = unit {
                    self.settle(&attempt, outcome, desk);
                    let unit = &mut desk.work.units[id];
                    unit.attempt = None;
                    if let Some(timer) = unit.timer.take() {
                        desk.agenda.cancel(timer);
                    }
                    self.on_failed(id, failure, desk);
                }
            }
        }
    }

    /// Counts how an attempt went, gives back what it took and lets the breaker know.
    #[inline(always)]
    fn settle(&mut self, attempt: &Attempt, outcome: Outcome, desk: &mut Desk) {
        let bin = &mut desk.recorder.at(self.config.target).open;
        bin.attempts += 1;
        bin.attempts_failed += u32::from(outcome.is_err());
        let Some(guards) = &mut self.guards else { return };
        cold_path();
        let now = desk.now();
        let change = guards.settle(now, attempt.tenant, attempt.begun, outcome);
        match change {
            Some(breaker::Transition::Opened) => {
                desk.log.add(now, Emerged::BreakerOpened(self.id));
            }
            Some(breaker::Transition::Closed) => {
                desk.log.add(now, Emerged::BreakerClosed(self.id));
            }
            None => {}
        }
    }

    fn on_failed(&mut self, id: UnitId, failure: Failure, desk: &mut Desk) {
        let unit = &desk.work.units[id];
        let pause = self.config.retries.as_ref().and_then(|retries| {
            let is_worth_it = unit.tries <= retries.max && retries.is_retried(failure);
            let mut is_affordable = || self.budget.as_mut().is_none_or(budget::Budget::withdraw);
            (is_worth_it && is_affordable()).then(|| {
                let mut draws = draws(unit.key, self.config.place, Purpose::Jitter, unit.tries);
                retries.delay(failure, unit.tries, || uniform(&mut draws))
            })
        });
        match pause {
            Some(pause) => {
                let event = PlatformEvent::Call(self.id, Event::PauseEnded(id));
                desk.plan(desk.now() + pause, event);
            }
            None => self.end_unit(id, Err(failure), desk),
        }
    }

    #[inline(always)]
    fn end_unit(&mut self, id: UnitId, outcome: Outcome, desk: &mut Desk) {
        let now = desk.now();
        let unit = desk.work.units.remove(id).expect("a unit ends once");
        if let Some(timer) = unit.timer {
            desk.agenda.cancel(timer);
        }
        desk.work.units_on(self.id).end(outcome);
        let target = desk.recorder.at(self.config.target);
        target.ended(now, unit.tenant, outcome, now.since(unit.begun));
        let outcome = match outcome {
            Err(_) if self.config.is_failure_ignored => Ok(()),
            Err(_) if !self.config.is_reason_passed_on => Err(Failure::DependencyFailed),
            Ok(()) | Err(_) => outcome,
        };
        if let Some(event) = self.answer_to(&unit, outcome) {
            desk.plan_now(event);
        }
    }

    /// What the one who waits for a unit is told.
    #[inline(always)]
    fn answer_to(&self, unit: &Unit, outcome: Outcome) -> Option<PlatformEvent> {
        if unit.parent.is_nobody() {
            return None;
        }
        match Parent::from(unit.parent) {
            Parent::Nobody => None,
            Parent::Client(client) => {
                Some(PlatformEvent::Workload(unit.class, workload::Event::Answered(client)))
            }
            Parent::Attempt(attempt) => {
                let event = stations::Event::Returned(attempt, outcome);
                self.config.from.map(|station| PlatformEvent::Station(station, event))
            }
            Parent::Instance(number) => {
                let event = match outcome {
                    Ok(()) => service::Event::ReadyCallSucceeded(number),
                    Err(_) => service::Event::ReadyCallFailed(number),
                };
                self.config.from.map(|station| PlatformEvent::Service(station, event))
            }
        }
    }

    /// Changes the policy from now on; what the policies have counted stays where it makes sense.
    pub fn reconfigure(&mut self, config: Config, desk: &Desk) {
        let now = desk.now();
        let budget = config.retries.as_ref().and_then(|retries| retries.budget.as_ref());
        set(&mut self.budget, budget, budget::Budget::new, budget::Budget::reconfigure);
        let is_under_way = |it: &&Attempt| it.call == self.id && it.unit.is_some();
        let under_way = desk.work.attempts.values().filter(is_under_way).map(|it| it.tenant);
        self.guards = guards_of(self.guards.take(), &config, now, under_way);
        self.caches.truncate(config.caches.len());
        for (index, layer) in config.caches.iter().enumerate() {
            match self.caches.get_mut(index) {
                Some(cache) => cache.reconfigure(layer),
                None => self.caches.push(cache::Cache::cold(layer)),
            }
        }
        self.config = config;
    }
}

/// The guards that a call is set up with, which go on from those that it has had.
fn guards_of(
    guards: Option<Box<Guards>>,
    config: &Config,
    now: Instant,
    under_way: impl Iterator<Item = u32>,
) -> Option<Box<Guards>> {
    let config = guards::Config {
        breaker: config.breaker.as_ref(),
        concurrency: config.concurrency.as_ref(),
        rate_limit: config.rate_limit.as_ref(),
    };
    (!config.is_empty()).then(|| {
        let mut guards = guards.unwrap_or_default();
        guards.reconfigure(now, config, under_way);
        guards
    })
}
