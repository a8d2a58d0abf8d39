//! A station's instances: how they start, are replaced and go.
//!
//! An instance pulls its image, starts up, and is then up; one that cannot pull backs off and tries
//! again, and so does one that cannot make the calls that it needs to be ready. A roll-out replaces every instance: an old one leaves when a new one has come up. Left out:
//! health checks, limits on surge, limits of nodes.

use std::collections::BTreeMap;

use super::requests::OutgoingCall;
use super::service;
use crate::engine::random::{Stream, Words};
use crate::engine::sample::Sampler;
use crate::platform::desk::Desk;
use crate::platform::log::Emerged;
use crate::platform::registry::ImageId;
use crate::platform::work::{Parent, StationId, Unit};
use crate::platform::{Event as PlatformEvent, call, recorder::TargetId};
use crate::units::Span;

/// What instances start from.
#[derive(Clone, Debug)]
pub struct Config {
    /// The image; without one nothing is pulled.
    pub release: Option<ImageId>,
    /// The image to start from after so many failed pulls.
    pub fallback: Option<(ImageId, u32)>,
    /// How long an instance takes from its image to its first request.
    pub start_up: Option<Sampler>,
    /// What an instance calls, one after the other, before it is ready.
    pub ready_calls: Vec<OutgoingCall>,
}

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It pulls its image, or waits to try again after so many failed pulls.
    Pulling { failed: u32 },
    /// It has its image and starts up, after so many calls failed that it needs to be ready.
    Starting { failed: u32 },
    /// It has made so many of the calls that it needs to be ready, and waits for the next.
    Calling { made: usize, failed: u32 },
    /// It works.
    Up,
}

#[derive(Clone, Copy, Debug)]
struct Instance {
    rollout: u32,
    phase: Phase,
    image: Option<ImageId>,
}

/// The instances of one station.
#[derive(Debug)]
pub struct Fleet {
    station: StationId,
    target: TargetId,
    config: Config,
    stream: Stream,
    /// By number, which rises with age and is never used twice.
    instances: BTreeMap<u32, Instance>,
    numbers: u32,
    wanted: u32,
    rollout: u32,
}

/// What the station has to do about an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It works from now on.
    CameUp(u32),
    /// It takes no new work.
    Retired(u32),
}

impl Fleet {
    /// `wanted` instances that have been up since before the run.
    #[must_use]
    pub fn new(
        station: StationId,
        target: TargetId,
        config: Config,
        stream: Stream,
        wanted: u32,
    ) -> Self {
        let up = Instance { rollout: 0, phase: Phase::Up, image: config.release };
        let instances = (0..wanted).map(|number| (number, up)).collect();
        let (numbers, rollout) = (wanted, 0);
        Self { station, target, config, stream, instances, numbers, wanted, rollout }
    }

    /// How many instances are wanted.
    #[must_use]
    pub fn wanted(&self) -> u32 {
        self.wanted
    }

    /// The numbers of the instances that are up, the oldest first.
    #[must_use]
    pub fn up(&self) -> impl DoubleEndedIterator<Item = u32> {
        let is_up = |instance: &Instance| matches!(instance.phase, Phase::Up);
        self.instances.iter().filter(move |(_, it)| is_up(it)).map(|(number, _)| *number)
    }

    /// The images that instances run or start from, and those that the configuration names.
    pub fn images(&self) -> impl Iterator<Item = ImageId> {
        let configured = self.config.release.into_iter();
        let fallback = self.config.fallback.map(|(image, _)| image);
        configured.chain(fallback).chain(self.instances.values().filter_map(|it| it.image))
    }

    /// The image of the release.
    #[must_use]
    pub fn release(&self) -> Option<ImageId> {
        self.config.release
    }

    /// Changes what instances start from; another release is rolled out.
    pub fn reconfigure(&mut self, config: Config) {
        if config.release != self.config.release {
            self.rollout += 1;
        }
        self.config = config;
    }

    /// Asks for another number of instances.
    pub fn want(&mut self, wanted: u32) {
        self.wanted = wanted;
    }

    /// Has every instance replaced.
    pub fn redeploy(&mut self) {
        self.rollout += 1;
    }

    /// Takes out the `count` oldest instances that are up.
    pub fn crash(&mut self, count: u32) -> Vec<u32> {
        let crashed: Vec<u32> = self.up().take(count as usize).collect();
        for number in &crashed {
            self.instances.remove(number);
        }
        crashed
    }

    /// Starts and retires instances until the fleet is on its way to what is wanted.
    pub fn converge(&mut self, desk: &mut Desk) -> Vec<Change> {
        let rollout = self.rollout;
        // Old instances that are not up will not be needed any more.
        self.instances.retain(|_, it| it.rollout == rollout || matches!(it.phase, Phase::Up));
        let current = self.instances.values().filter(|it| it.rollout == rollout).count();
        for _ in current..self.wanted as usize {
            self.start(desk);
        }
        let mut changes = Vec::new();
        for number in self.surplus() {
            let instance = self.instances.remove(&number);
            if let Some(Instance { phase: Phase::Up, .. }) = instance {
                changes.push(Change::Retired(number));
            }
        }
        changes
    }

    /// Which instances can go: of the current roll-out those beyond what is wanted, the youngest first
    /// and those that are not up before those that are; of older ones as many as the current can replace.
    fn surplus(&self) -> Vec<u32> {
        let mut current: Vec<(bool, u32)> = Vec::new();
        let mut old = Vec::new();
        for (number, instance) in &self.instances {
            if instance.rollout == self.rollout {
                current.push((matches!(instance.phase, Phase::Up), *number));
            } else {
                old.push(*number);
            }
        }
        let current_up = current.iter().filter(|(is_up, _)| *is_up).count();
        let old_kept = (self.wanted as usize).saturating_sub(current_up);
        current.sort_unstable_by_key(|(is_up, number)| (!is_up, *number));
        let beyond = current.iter().skip(self.wanted as usize).map(|(_, number)| *number);
        let old_gone = old.len().saturating_sub(old_kept);
        beyond.chain(old.into_iter().take(old_gone)).collect()
    }

    fn start(&mut self, desk: &mut Desk) {
        let number = self.numbers;
        self.numbers += 1;
        let image = self.config.release;
        let phase = Phase::Pulling { failed: 0 };
        self.instances.insert(number, Instance { rollout: self.rollout, phase, image });
        desk.plan_now(self.event(service::Event::PullBegan(number)));
    }

    /// An instance asks the registry for its image.
    pub fn on_pull_began(&mut self, number: u32, desk: &mut Desk) {
        let now = desk.now();
        let Some(instance) = self.instances.get_mut(&number) else { return };
        let Phase::Pulling { failed } = instance.phase else { return };
        let Some(image) = instance.image else { return self.start_up(number, desk) };
        let bin = &mut desk.recorder.at(self.target).open;
        bin.pulls += 1;
        if desk.registry.has(image, now) {
            let pull_time = desk.registry.config().pull_time.sample(&mut self.stream);
            desk.plan(now + pull_time, self.event(service::Event::PullEnded(number)));
            return;
        }
        bin.pulls_failed += 1;
        desk.log.add(now, Emerged::PullFailed(self.station, image));
        instance.phase = Phase::Pulling { failed: failed + 1 };
        if let Some((fallback, after)) = self.config.fallback
            && failed + 1 >= after
        {
            instance.image = Some(fallback);
        }
        let pause: Span = desk.registry.config().back_off.delay(failed + 1);
        desk.plan(now + pause, self.event(service::Event::PullBegan(number)));
    }

    /// An instance has its image.
    pub fn on_pull_ended(&mut self, number: u32, desk: &mut Desk) {
        if self.instances.contains_key(&number) {
            self.start_up(number, desk);
        }
    }

    fn start_up(&mut self, number: u32, desk: &mut Desk) {
        let Some(instance) = self.instances.get_mut(&number) else { return };
        let failed = match instance.phase {
            Phase::Calling { failed, .. } => failed + 1,
            Phase::Pulling { .. } | Phase::Starting { .. } | Phase::Up => 0,
        };
        instance.phase = Phase::Starting { failed };
        // A container that exits is started again under the same back-off as an image that is pulled again.
        // <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy>
        let pause = desk.registry.config().back_off.delay(failed);
        let start_up = self.config.start_up.as_ref();
        let span = start_up.map_or(Span::ZERO, |start_up| start_up.sample(&mut self.stream));
        let event = self.event(service::Event::StartUpEnded(number));
        desk.plan(desk.now() + pause + span, event);
    }

    /// An instance has started, and makes the calls without which it is not ready.
    pub fn on_start_up_ended(&mut self, number: u32, desk: &mut Desk) -> Vec<Change> {
        let Some(instance) = self.instances.get(&number) else { return Vec::new() };
        let Phase::Starting { failed } = instance.phase else { return Vec::new() };
        self.go_on(number, 0, failed, desk)
    }

    /// A call without which an instance is not ready succeeded.
    pub fn on_ready_call_succeeded(&mut self, number: u32, desk: &mut Desk) -> Vec<Change> {
        let Some(instance) = self.instances.get(&number) else { return Vec::new() };
        let Phase::Calling { made, failed } = instance.phase else { return Vec::new() };
        self.go_on(number, made + 1, failed, desk)
    }

    /// A call without which an instance is not ready failed: it starts anew after a pause.
    pub fn on_ready_call_failed(&mut self, number: u32, desk: &mut Desk) {
        if self.instances.contains_key(&number) {
            self.start_up(number, desk);
        }
    }

    /// Has an instance make its next call, or comes up with it; older ones that it replaces can go.
    fn go_on(&mut self, number: u32, made: usize, failed: u32, desk: &mut Desk) -> Vec<Change> {
        let now = desk.now();
        let Some(instance) = self.instances.get_mut(&number) else { return Vec::new() };
        if let Some(outgoing) = self.config.ready_calls.get(made) {
            instance.phase = Phase::Calling { made, failed };
            let unit = Unit {
                parent: Parent::Instance(number).into(),
                ..desk.own_unit(outgoing.call, self.stream.next_word())
            };
            let unit = desk.begin_unit(unit, outgoing.target);
            desk.plan_now(PlatformEvent::Call(outgoing.call, call::Event::Begun(unit)));
            return Vec::new();
        }
        instance.phase = Phase::Up;
        desk.log.add(now, Emerged::InstanceUp(self.station));
        let mut changes = vec![Change::CameUp(number)];
        changes.extend(self.converge(desk));
        changes
    }

    fn event(&self, event: service::Event) -> PlatformEvent {
        PlatformEvent::Service(self.station, event)
    }
}
