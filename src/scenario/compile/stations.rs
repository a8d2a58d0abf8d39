//! Job engines, routing and assistants, resolved.

use super::{Compiler, Running, place, second_of_day};
use crate::engine::random::name_hash;
use crate::engine::sample::Sampler;
use crate::platform::parts::queue;
use crate::platform::parts::servers;
use crate::platform::stations::requests::OutgoingCall;
use crate::platform::stations::{self, assistant, jobs, routing};
use crate::platform::work::CallId;
use crate::scenario::file::platform::{Call, Mode, Station};
use crate::scenario::file::stations::{
    AgentGroup, Assistant, JobType, Jobs, Lanes, OnMissingRecord, OnRateLimited, Routing, Shift,
    WhenMissed, WorkflowStep,
};
use crate::units::{Instant, Share, Span};

impl Compiler<'_> {
    pub(super) fn station(&self, name: &str, it: &Station, running: &Running) -> stations::Config {
        match it {
            Station::Service(it) => stations::Config::Service(self.service(name, it)),
            Station::Jobs(it) => stations::Config::Jobs(self.jobs(name, it, running)),
            Station::Routing(it) => stations::Config::Routing(self.routing(name, it, running)),
            Station::Assistant(it) => stations::Config::Assistant(self.assistant(name, it)),
        }
    }

    /// The calls of a part of a station that are made for each request, ordered by step.
    pub(super) fn outgoing_calls<'a>(
        &self,
        prefix: &str,
        calls: impl IntoIterator<Item = (&'a String, &'a Call)>,
    ) -> Vec<OutgoingCall> {
        let outgoing = calls.into_iter().map(|(name, call)| self.outgoing(prefix, name, call));
        let mut calls: Vec<OutgoingCall> = outgoing.collect();
        calls.sort_by_key(|call| call.step);
        calls
    }

    fn outgoing(&self, prefix: &str, call: &str, config: &Call) -> OutgoingCall {
        let name = format!("{prefix}.{call}");
        let id = CallId(place(&self.names.calls, &name).expect("calls are listed"));
        OutgoingCall {
            call: id,
            place: name_hash(&name),
            target: self.names.call_target(id),
            step: config.step,
            share: config.share,
            is_awaited: config.mode == Mode::Wait,
        }
    }

    fn jobs(&self, name: &str, it: &Jobs, running: &Running) -> jobs::Config {
        let second = Span::from_secs(1).as_nanos_f64();
        jobs::Config {
            name: name.to_owned(),
            target: self.names.target(name).expect("a station is a target"),
            workers: it.workers,
            gap: it
                .throughput
                .map_or(Span::ZERO, |rate| Span::from_nanos_f64(second / rate.as_per_second())),
            queue: queue::Config { order: it.order, bound: it.bound, ..queue::Config::default() },
            lanes: match it.lanes {
                None => jobs::LanesBy::Nothing,
                Some(Lanes::Type) => jobs::LanesBy::Type,
                Some(Lanes::Tenant) => jobs::LanesBy::Tenant,
                Some(Lanes::Conversation) => jobs::LanesBy::Conversation,
            },
            servers: servers::Config { lane_max: it.lane_max.clone() },
            types: it.types.iter().map(|(kind, job)| self.job_type(name, kind, job)).collect(),
            type_of: named_by_calls(name, running, it.types.keys(), |call| call.job.as_ref()),
            reports: it.reports.as_ref().map(|it| (it.share, Sampler::new(&it.delay))),
        }
    }

    fn job_type(&self, station: &str, name: &str, it: &JobType) -> jobs::JobType {
        let name = format!("{station}.{name}");
        jobs::JobType {
            place: name_hash(&name),
            target: self.names.target(&name).expect("a type of jobs is a target"),
            delay: it.delay.as_ref().map(Sampler::new),
            deadline: it.deadline,
            is_dropped_when_missed: it.when_missed == WhenMissed::Never,
            run_time: Sampler::new(&it.run_time),
            failure_share: it.failure_share,
            calls: self.outgoing_calls(&name, &it.calls),
            retries: it.retries.clone(),
        }
    }

    fn routing(&self, name: &str, it: &Routing, running: &Running) -> routing::Config {
        let skill = |it: &crate::scenario::file::stations::Skill| routing::Skill {
            patience: it.patience.as_ref().map(Sampler::new),
            handle_time: Sampler::new(&it.handle_time),
        };
        routing::Config {
            name: name.to_owned(),
            place: name_hash(name),
            target: self.names.target(name).expect("a station is a target"),
            tenants: u32::try_from(self.names.weights.len()).expect("checked"),
            skills: it.skills.values().map(skill).collect(),
            skill_of: named_by_calls(name, running, it.skills.keys(), |call| call.skill.as_ref()),
            groups: it.agents.values().map(|group| self.agents(group, it)).collect(),
            on_missing_record: match it.on_missing_record {
                OnMissingRecord::Block => routing::OnMissingRecord::Block,
                OnMissingRecord::Skip => routing::OnMissingRecord::Skip,
                OnMissingRecord::SetAside => routing::OnMissingRecord::SetAside,
            },
            calls: self.outgoing_calls(name, &it.calls),
            retry_after: it.retry_after,
        }
    }

    fn agents(&self, it: &AgentGroup, routing: &Routing) -> routing::Group {
        let whole: f64 = self.names.weights.iter().sum();
        let places = |weight: &f64| {
            rounded(f64::from(it.count) * weight / whole).max(it.tenant_min) * it.capacity
        };
        let has_skill = |name: &String| it.skills.as_ref().is_none_or(|it| it.contains(name));
        routing::Group {
            has_skill: routing.skills.keys().map(has_skill).collect(),
            places: self.names.weights.iter().map(places).collect(),
            tenants_share: it.tenants_share,
            shifts: it.shift.as_ref().map(|shift| self.shifts(shift)).unwrap_or_default(),
        }
    }

    /// When shifts begin and end from the start of the clock to its end.
    fn shifts(&self, shift: &Shift) -> Vec<(Instant, bool)> {
        let second =
            |time: &str| i64::from(rounded(second_of_day(time).expect("checked: a time of day")));
        let (from, to) = (second(&shift.from), second(&shift.to));
        let first = self.clock.local(Instant::START).date();
        let last = self.clock.local(self.clock.end()).date();
        let mut changes: Vec<(i128, i32)> = Vec::new();
        // The shift of the day before the first may reach into it.
        let mut day = first.yesterday().unwrap_or(first);
        while day <= last {
            let weekday = super::arrivals::weekday(day.at(0, 0, 0, 0));
            if shift.days.as_ref().is_none_or(|days| days.contains(&weekday)) {
                let length = if to > from { to - from } else { to - from + 24 * 3600 };
                let begins =
                    day.at(0, 0, 0, 0).saturating_add(jiff::SignedDuration::from_secs(from));
                let ends = begins.saturating_add(jiff::SignedDuration::from_secs(length));
                for (at, change) in [(begins, 1), (ends, -1)] {
                    if let Some(moment) = self.clock.moment_of(at) {
                        changes.push((i128::from(moment), change));
                    }
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        on_duty(changes)
    }

    fn assistant(&self, name: &str, it: &Assistant) -> assistant::Config {
        let step = |(step, what): (&String, &WorkflowStep)| match what {
            WorkflowStep::Call(call) => assistant::Step::Call(self.outgoing(name, step, call)),
            WorkflowStep::Wait(wait) => {
                assistant::Step::Wait(Sampler::new(wait), name_hash(&format!("{name}.{step}")))
            }
        };
        let transfer = self.outgoing(name, "transfer", &it.transfer);
        assistant::Config {
            name: name.to_owned(),
            place: name_hash(name),
            target: self.names.target(name).expect("a station is a target"),
            capacity: it.capacity,
            queue: it.queue.clone(),
            steps: it.steps.iter().map(step).collect(),
            transfer: OutgoingCall { share: Share::ALL, is_awaited: true, ..transfer },
            settled_share: it.settled_share,
            asks_for_agent_share: it.asks_for_agent_share,
            loops_max: it.loops_max,
            on_rate_limited: match &it.on_rate_limited {
                OnRateLimited::Again => assistant::OnRateLimited::Again,
                OnRateLimited::BackOff(it) => assistant::OnRateLimited::BackOff {
                    base: it.base,
                    factor: it.factor,
                    cap: it.cap,
                },
                OnRateLimited::GiveUp => assistant::OnRateLimited::GiveUp,
            },
        }
    }
}

/// For each call that leads to a station the place of what it names there in a list.
fn named_by_calls<'a>(
    station: &str,
    running: &Running,
    names: impl Iterator<Item = &'a String>,
    field: fn(&Call) -> Option<&String>,
) -> Vec<Option<u16>> {
    let names: Vec<String> = names.cloned().collect();
    let calls = running.calls().into_iter();
    calls
        .map(|(.., call)| {
            let is_here = call.to == station;
            field(call).filter(|_| is_here).and_then(|name| place(&names, name))
        })
        .collect()
}

/// A count that is small and not negative, as a whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked: counts and seconds of a day have 32 bits"
)]
fn rounded(count: f64) -> u32 {
    count.round() as u32
}

/// When somebody begins to be on duty and when nobody is any more, from shifts that may overlap or touch;
/// what lies before the run is folded into its first moment.
fn on_duty(mut changes: Vec<(i128, i32)>) -> Vec<(Instant, bool)> {
    changes.sort_unstable_by_key(|(at, change)| (*at, -change));
    let mut shifts: Vec<(Instant, bool)> = vec![(Instant::START, false)];
    let mut count = 0;
    for (at, change) in changes {
        count += change;
        let nanos = u64::try_from(at.max(0)).unwrap_or(u64::MAX);
        let at = Instant::START + Span::from_nanos(nanos);
        let is_on_duty = count > 0;
        match shifts.last_mut() {
            Some((last, was)) if *last == at => *was = is_on_duty,
            Some((_, was)) if *was == is_on_duty => {}
            Some(_) | None => shifts.push((at, is_on_duty)),
        }
    }
    shifts
}
