//! The platform: workloads bring units of work, stations serve them, calls carry them, the timeline
//! changes all three, indicators watch.
//!
//! Each component handles its own events and affects others only by planning theirs. An arrival, a service and an
//! answer follow one another at one instant: where nothing else is planned for it, such an event does not go
//! through the agenda, but is handed on as what the handler returns ([`desk::Desk::goes_next`]). What they share
//! (agenda, work in flight, series, log, registry) lies on the [`desk::Desk`].

mod acting;
pub mod call;
pub mod desk;
pub mod event;
pub mod indicator;
pub mod log;
pub mod measures;
pub mod on_call;
pub mod parts;
pub mod profile;
pub mod recorder;
pub mod registry;
pub mod spells;
pub mod stations;
pub mod timeline;
pub mod work;
pub mod workload;

use crate::engine;
use crate::engine::agenda::{Agenda, Key};
use crate::engine::books::Books;
use crate::engine::random::Streams;
use crate::units::{Instant, Span};
use call::Call;
use desk::Desk;
pub use event::{Event, Purpose, draws};
use event::{Packed, Receiver};
use indicator::{Change, Indicator};
use log::{Emerged, Log};
use on_call::OnCall;
use recorder::Recorder;
use registry::{ImageId, Registry};
use stations::{Station, fleet};
use timeline::{Action, ActionId, Trigger};
use work::{AttemptId, CallId, StationId, Work, WorkloadId};
use workload::Workload;

/// A platform before it runs: what stands on it, and what will be done to it.
#[derive(Clone, Debug)]
pub struct Config {
    /// When observation begins; before it the platform warms up.
    pub observed_from: Instant,
    /// When the run ends.
    pub end: Instant,
    /// How long a bin of the time series is.
    pub resolution: Span,
    /// How many tenants there are.
    pub tenants: u32,
    /// The stations, in the order of names.
    pub stations: Vec<stations::Config>,
    /// How many places there are where something is measured.
    pub targets: usize,
    /// The calls, workloads' first, in the order of names.
    pub calls: Vec<call::Config>,
    /// The workloads, in the order of names.
    pub workloads: Vec<workload::Config>,
    /// Where images are pulled from.
    pub registry: registry::Config,
    /// Who is paged; without anybody, what follows an alert follows at once.
    pub on_call: Option<on_call::Config>,
    /// What watches, in the order of names.
    pub indicators: Vec<indicator::Config>,
    /// What is done, in the order of names.
    pub timeline: Vec<Action>,
}

/// A platform as it runs.
#[derive(Debug)]
pub struct Platform {
    observed_from: Instant,
    desk: Desk,
    /// The lifecycle policy's next run.
    lifecycle_run: Option<Key>,
    stations: Vec<Station>,
    calls: Vec<Call>,
    workloads: Vec<Workload>,
    indicators: Vec<Indicator>,
    timeline: Vec<Action>,
    has_acted: Vec<bool>,
    /// The actions that have set something, in the order in which they did.
    done: Vec<ActionId>,
    on_call: Option<OnCall>,
    ended: Instant,
}

impl Platform {
    /// The platform at its first moment, with what comes first on the agenda.
    #[must_use]
    pub fn new(config: &Config, seed: u64) -> Self {
        let streams = Streams::new(seed);
        let mut recorder = Recorder::new(config.resolution, config.targets, config.end);
        let tenants = config.tenants as usize;
        let indicator = |it: &indicator::Config| Indicator::new(it.clone(), &mut recorder, tenants);
        let indicators = config.indicators.iter().map(indicator).collect();
        let fleets = config.stations.iter().filter_map(|it| it.service()).map(|it| &it.fleet);
        let named = |it: &fleet::Config| [it.release, it.fallback.map(|(image, _)| image)];
        let in_use: Vec<ImageId> = fleets.flat_map(named).flatten().collect();
        let on_call = config.on_call.clone();
        let mut desk = Desk {
            agenda: Agenda::new(),
            books: Books::default(),
            work: Work::new(
                config.calls.len(),
                config.stations.len(),
                config.workloads.len(),
                config.tenants,
            ),
            recorder,
            log: Log::default(),
            registry: Registry::new(config.registry.clone(), &in_use),
        };
        let mut platform = Self {
            observed_from: config.observed_from,
            on_call: on_call.map(|it| OnCall::new(it, streams.stream("on call"), &mut desk)),
            desk,
            lifecycle_run: None,
            stations: Vec::new(),
            calls: Vec::new(),
            workloads: Vec::new(),
            indicators,
            has_acted: vec![false; config.timeline.len()],
            timeline: config.timeline.clone(),
            done: Vec::new(),
            ended: Instant::START,
        };
        platform.plan_ahead(config);
        platform.set_up(config, streams);
        platform
    }

    /// Plans what comes by the clock: at one instant a bin ends before anything else, so that no effect is
    /// dated before its cause, and what is done by the timeline comes before what happens.
    fn plan_ahead(&mut self, config: &Config) {
        let desk = &mut self.desk;
        let bins = desk.agenda.line();
        let mut bin_end = Instant::START;
        // The last one is at the end or after it, and never happens: with it the run comes to its end.
        while bin_end < config.end {
            bin_end = bin_end + config.resolution;
            desk.plan_in_line(bins, bin_end, Event::BinEnded);
        }
        for (id, action) in (0..).zip(&config.timeline) {
            if let Trigger::At(at) = action.trigger {
                desk.plan(at, Event::Acted(ActionId(id)));
            }
        }
        self.plan_lifecycle(Instant::START);
    }

    /// Plans the lifecycle policy's next run, at `from` or later, in place of the one that was planned.
    fn plan_lifecycle(&mut self, from: Instant) {
        let desk = &mut self.desk;
        if let Some(planned) = self.lifecycle_run.take() {
            desk.agenda.cancel(planned);
        }
        let next = desk.registry.next_run(from);
        self.lifecycle_run = next.map(|at| desk.plan(at, Event::LifecycleRan));
    }

    fn set_up(&mut self, config: &Config, streams: Streams) {
        let desk = &mut self.desk;
        for (id, call) in (0..).zip(&config.calls) {
            self.calls.push(Call::new(CallId(id), call.clone(), desk));
        }
        for (id, station) in (0..).map(StationId).zip(&config.stations) {
            self.stations.push(Station::new(id, station, &streams, desk));
        }
        for (id, workload) in (0..).zip(&config.workloads) {
            let stream = streams.stream(&format!("workload {}", workload.name));
            let mut workload = Workload::new(WorkloadId(id), workload.clone(), stream);
            workload.start(desk);
            self.workloads.push(workload);
        }
    }

    fn on_bin_ended(&mut self) {
        let now = self.desk.now();
        self.close_bins(now);
        if now > self.observed_from {
            self.evaluate_indicators();
        }
    }

    /// Closes the open bins, once every station has reported what only it knows.
    fn close_bins(&mut self, now: Instant) {
        for station in &mut self.stations {
            station.report(now, &mut self.desk);
        }
        self.desk.recorder.close_bins(now);
    }

    fn evaluate_indicators(&mut self) {
        let desk = &mut self.desk;
        let (now, bins) = (desk.now(), desk.recorder.bins());
        let mut alerts = Vec::new();
        for (id, indicator) in (0..).zip(&mut self.indicators) {
            match indicator.evaluate(now, bins, &desk.recorder) {
                Some(Change::Began) => {
                    desk.log.add(now, Emerged::ImpactBegan(id));
                    if indicator.config().is_alerting {
                        desk.log.add(now, Emerged::Alerted(id));
                        alerts.push((id, indicator.config().priority));
                    }
                }
                Some(Change::Ended) => desk.log.add(now, Emerged::ImpactEnded(id)),
                None => {}
            }
        }
        for (id, priority) in alerts {
            let taken_up = match &mut self.on_call {
                Some(on_call) => on_call.page(id, priority, &mut self.desk),
                None => vec![id],
            };
            self.react(&taken_up);
        }
    }

    fn on_lifecycle_ran(&mut self) {
        let now = self.desk.now();
        let in_use: Vec<ImageId> = self
            .stations
            .iter()
            .filter_map(Station::service)
            .flat_map(|it| it.fleet().images())
            .collect();
        for image in self.desk.registry.run_lifecycle(now, &in_use) {
            self.desk.log.add(now, Emerged::ImageDeleted(image));
        }
        self.plan_lifecycle(now + Span::from_nanos(1));
    }

    /// Ends the run: closes the last bin, dates open windows, and asserts that nothing was lost.
    ///
    /// # Panics
    ///
    /// Panics if a unit or an attempt vanished: an error in this crate.
    pub fn finish(&mut self, ended: Instant) {
        self.ended = ended;
        self.close_bins(ended);
        for indicator in &mut self.indicators {
            indicator.finish();
        }
        let calls = &self.calls;
        self.desk.work.assert_nothing_is_lost(|call| calls[call.index()].config().to);
    }

    /// When the run ended.
    #[must_use]
    pub fn ended(&self) -> Instant {
        self.ended
    }

    /// What was in flight and what ended.
    #[must_use]
    pub fn work(&self) -> &Work {
        &self.desk.work
    }

    /// The time series.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.desk.recorder
    }

    /// What emerged.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.desk.log
    }

    /// The indicators and what they saw.
    #[must_use]
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }
}

impl engine::Model for Platform {
    type Event = Packed;

    #[inline]
    fn agenda(&mut self) -> &mut Agenda<Packed> {
        &mut self.desk.agenda
    }

    #[inline]
    fn books(&mut self) -> &mut Books {
        &mut self.desk.books
    }

    #[inline(always)]
    fn handle(&mut self, event: Packed) {
        event.hand_to(self);
    }

    #[inline]
    fn digest(event: Packed) -> u64 {
        event.digest()
    }

    #[inline]
    fn in_flight(&self) -> usize {
        let alerts = self.on_call.as_ref().map_or(0, OnCall::waiting);
        self.desk.work.units.len() + self.desk.work.attempts.len() + alerts
    }

    #[inline]
    fn output(&self) -> usize {
        self.desk.recorder.points() + self.desk.log.entries().len()
    }
}

impl Platform {
    /// Something happens on a call, and then perhaps an attempt arrives at its station.
    #[inline(always)]
    fn on_call_event(&mut self, id: CallId, event: call::Event) {
        let arrives = self.calls[id.index()].handle(event, &mut self.desk);
        if let Some((station, attempt)) = arrives {
            self.on_station_event(station, stations::Event::Arrived(attempt));
        }
    }

    /// Something happens at a station, and then perhaps a call hears of it.
    #[inline(always)]
    fn on_station_event(&mut self, id: StationId, event: stations::Event) {
        let answered = self.stations[id.index()].handle(event, &mut self.desk);
        if let Some((call, attempt)) = answered {
            self.on_answered(call, attempt);
        }
    }

    /// A call hears of an attempt, with which nothing further arrives at this moment.
    #[inline(always)]
    fn on_answered(&mut self, id: CallId, attempt: AttemptId) {
        let arrives = self.calls[id.index()].handle(call::Event::Answered(attempt), &mut self.desk);
        debug_assert!(arrives.is_none(), "whatever is tried again has paused");
    }
}

impl Receiver for &mut Platform {
    #[inline(always)]
    fn receive(self, event: Event) {
        let desk = &mut self.desk;
        match event {
            Event::Workload(id, event) => {
                let begins = self.workloads[id.index()].handle(event, desk);
                if let Some((call, unit)) = begins {
                    self.on_call_event(call, call::Event::Begun(unit));
                }
            }
            Event::Call(id, event) => self.on_call_event(id, event),
            Event::Station(id, event) => self.on_station_event(id, event),
            Event::Service(id, event) => {
                if let Station::Service(it) = &mut self.stations[id.index()]
                    && let Some((call, attempt)) = it.handle(event, desk)
                {
                    self.on_answered(call, attempt);
                }
            }
            Event::Jobs(id, event) => {
                if let Some(it) = self.stations[id.index()].jobs_mut() {
                    it.handle(event, desk);
                }
            }
            Event::Routing(id, event) => {
                if let Some(it) = self.stations[id.index()].routing_mut() {
                    it.handle(event, desk);
                }
            }
            Event::Assistant(id, event) => {
                if let Some(it) = self.stations[id.index()].assistant_mut() {
                    it.handle(event, desk);
                }
            }
            Event::OnCall(event) => self.on_call_changed(event),
            Event::LifecycleRan => self.on_lifecycle_ran(),
            Event::Acted(id) => self.on_acted(id),
            Event::BinEnded => self.on_bin_ended(),
        }
    }
}
