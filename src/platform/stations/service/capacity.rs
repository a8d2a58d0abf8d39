//! What changes a service's capacity: instances that come and go, crashes, the autoscaler, and new
//! configurations.

use super::{Config, Event, Service, Waiting};
use crate::engine::random::uniform;
use crate::platform::desk::Desk;
use crate::platform::log::Emerged;
use crate::platform::parts::autoscaler::{self, Autoscaler};
use crate::platform::parts::outcome::Failure;
use crate::platform::recorder::Target;
use crate::platform::stations::fleet::Change;
use crate::platform::stations::requests::{entry, is_waiting, put_back};
use crate::platform::work::AttemptId;
use crate::platform::{Event as PlatformEvent, Purpose, draws};
use crate::units::{Instant, Span};

/// What an autoscaler looks at, since the start of the run: arrivals, and integrals in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    arrivals: u64,
    busy: i128,
    waiting: i128,
    slots: i128,
    up: i128,
}

impl Load {
    fn of(target: &Target, arrivals: u64, now: Instant) -> Self {
        Self {
            arrivals,
            up: target.up.integral(now),
            busy: target.busy.integral(now),
            waiting: target.waiting.integral(now),
            slots: target.slots.integral(now),
        }
    }

    /// The average load since an earlier look; nothing while no instance was up.
    fn since(&self, earlier: &Self, measure: autoscaler::Measure) -> Option<f64> {
        let busy = self.busy - earlier.busy;
        let (load, capacity) = match measure {
            autoscaler::Measure::Busy => (busy as f64, self.slots - earlier.slots),
            autoscaler::Measure::InFlight => {
                ((busy + self.waiting - earlier.waiting) as f64, self.slots - earlier.slots)
            }
            autoscaler::Measure::Arrivals => {
                ((self.arrivals - earlier.arrivals) as f64 * 1e9, self.up - earlier.up)
            }
        };
        (capacity > 0).then(|| load / capacity as f64)
    }
}

impl Service {
    /// Follows what the fleet decided about its instances.
    pub(super) fn apply(&mut self, changes: &[Change], desk: &mut Desk) {
        for change in changes {
            match change {
                Change::CameUp(number) => {
                    self.servers.add_instance(*number, Some(desk.now()));
                }
                Change::Retired(number) => self.servers.drain_instance(*number),
            }
        }
        self.report_capacity(desk);
        self.fill(desk);
    }

    /// Reports the busy slots; those of instances that take no new work any more are no capacity.
    pub(super) fn report_busy(&self, desk: &mut Desk) {
        let now = desk.now();
        desk.recorder.at(self.config.target).busy.set(now, self.servers.busy());
    }

    fn report_capacity(&self, desk: &mut Desk) {
        let now = desk.now();
        let target = desk.recorder.at(self.config.target);
        target.slots.set(now, self.servers.slots());
        target.up.set(now, u32::try_from(self.fleet.up().count()).unwrap_or(u32::MAX));
        self.report_busy(desk);
    }

    fn converge(&mut self, desk: &mut Desk) {
        let changes = self.fleet.converge(desk);
        self.apply(&changes, desk);
    }

    /// Crashes the oldest instances; new ones start in their place.
    pub fn crash(&mut self, count: Option<u32>, desk: &mut Desk) {
        let up = u32::try_from(self.fleet.up().count()).unwrap_or(u32::MAX);
        let crashed = self.fleet.crash(count.unwrap_or(up));
        let mut in_hand = Vec::new();
        for number in &crashed {
            desk.log.add(desk.now(), Emerged::Crashed(self.id));
            in_hand.extend(self.servers.remove_instance(*number));
        }
        // What arrived first is to be the first again: each goes ahead of those before it.
        in_hand.sort_by_key(|id| std::cmp::Reverse(desk.work.attempts[*id].arrived));
        for id in in_hand {
            self.lose_from_hand(id, desk);
        }
        if !self.config.queue.durable && up > 0 {
            self.lose_from_queue(crashed.len() as f64 / f64::from(up), desk);
        }
        self.converge(desk);
    }

    fn lose_from_hand(&mut self, id: AttemptId, desk: &mut Desk) {
        let attempt = &mut desk.work.attempts[id];
        attempt.slot = None;
        self.queue.reopen(attempt.tenant);
        if !self.config.is_requeued_on_crash {
            return desk.answer(id, Err(Failure::Errored));
        }
        let id = put_back(id, desk);
        let attempt = &desk.work.attempts[id];
        self.queue.push_front(self.entry(id, attempt));
        let tenant = attempt.tenant;
        self.begin_wait(id, tenant, desk);
    }

    /// Loses the share of a queue that was in the memory of crashed instances.
    fn lose_from_queue(&mut self, share: f64, desk: &mut Desk) {
        for Waiting { id, .. } in self.queue.waiting(|it| is_waiting(&desk.work, it.id)) {
            let attempt = &desk.work.attempts[id];
            let lane = attempt.tenant;
            let mut draws = draws(attempt.key, self.config.place, Purpose::Loss, attempt.number);
            if uniform(&mut draws) < share {
                self.leave_queue(id, lane, Failure::Dropped, desk);
            }
        }
    }

    /// Throws all waiting work away.
    pub fn purge(&mut self, desk: &mut Desk) {
        for Waiting { id, .. } in self.queue.waiting(|it| is_waiting(&desk.work, it.id)) {
            let lane = desk.work.attempts[id].tenant;
            self.leave_queue(id, lane, Failure::Dropped, desk);
        }
    }

    /// Has every instance replaced.
    pub fn redeploy(&mut self, desk: &mut Desk) {
        self.fleet.redeploy();
        self.converge(desk);
    }

    /// Sets the service up otherwise from now on.
    pub fn reconfigure(&mut self, config: Config, replicas: Option<u32>, desk: &mut Desk) {
        self.fleet.reconfigure(config.fleet.clone());
        if let Some(replicas) = replicas {
            self.fleet.want(replicas);
        }
        let has_lanes = config.servers.lane_max.is_some();
        let work = &desk.work;
        self.queue.reconfigure(
            &config.queue,
            has_lanes,
            |it| is_waiting(work, it.id),
            |it| entry(it, &work.attempts[it.id]),
        );
        let is_followed = self.autoscaler.is_some();
        match (&mut self.autoscaler, &config.autoscaler) {
            (_, None) => self.autoscaler = None,
            (Some(autoscaler), Some(config)) => autoscaler.reconfigure(config),
            (None, Some(config)) => self.autoscaler = Some(Autoscaler::new(config)),
        }
        self.config = config;
        self.configured = desk.now();
        if is_followed != self.autoscaler.is_some() {
            self.load = self.load_now(desk);
            self.plan_evaluation(desk);
        }
        self.converge(desk);
    }

    fn load_now(&self, desk: &mut Desk) -> Load {
        let (now, arrivals) = (desk.now(), desk.work.attempt_tally(self.id).begun);
        Load::of(desk.recorder.at(self.config.target), arrivals, now)
    }

    /// Plans the autoscaler's next look in place of the one that was planned, if any.
    pub(super) fn plan_evaluation(&mut self, desk: &mut Desk) {
        if let Some(planned) = self.evaluation.take() {
            desk.agenda.cancel(planned);
        }
        self.evaluation = self.config.autoscaler.as_ref().map(|autoscaler| {
            let event = PlatformEvent::Service(self.id, Event::Evaluated);
            desk.plan(desk.now() + autoscaler.every, event)
        });
    }

    pub(super) fn on_evaluated(&mut self, desk: &mut Desk) {
        let now = desk.now();
        let load = self.load_now(desk);
        let earlier = std::mem::replace(&mut self.load, load);
        let (Some(autoscaler), Some(config)) = (&mut self.autoscaler, &self.config.autoscaler)
        else {
            return;
        };
        let observed = load.since(&earlier, config.measure);
        let current = self.fleet.wanted();
        let wanted = observed.and_then(|observed| autoscaler.decide(now, current, observed));
        if let Some(wanted) = wanted {
            let what = if wanted > current { Emerged::ScaledUp } else { Emerged::ScaledDown };
            desk.log.add_change(now, what(self.id), current, wanted);
            self.fleet.want(wanted);
            self.converge(desk);
        }
        self.plan_evaluation(desk);
    }

    /// Reports how long the request that arrived first of those that wait has waited, and whether the image
    /// is there.
    pub fn report(&self, now: Instant, desk: &mut Desk) {
        let work = &desk.work;
        let oldest = self.queue.oldest(|it| is_waiting(work, it.id));
        let oldest_wait = oldest.map_or(Span::ZERO, |it| now.since(work.attempts[it.id].arrived));
        let bin = &mut desk.recorder.at(self.config.target).open;
        bin.oldest_wait = oldest_wait;
        let release = self.fleet.release();
        bin.is_image_missing = release.is_some_and(|image| !desk.registry.has(image, now));
    }
}
