//! Single events in plain words, for whoever compares two runs event by event.

use crate::platform::call;
use crate::platform::event::Event;
use crate::platform::parts::outcome::Outcome;
use crate::platform::stations::{self, assistant, jobs, routing, service};
use crate::platform::work::{AttemptId, UnitId, WorkloadId};
use crate::platform::{Platform, on_call, workload};
use crate::scenario::compile::Names;

/// What an event that is about to happen is, as `chat: a request of tenant 17 (messages) arrives`.
#[must_use]
pub fn told(event: Event, platform: &Platform, names: &Names) -> String {
    let teller = Teller { platform, names };
    match event {
        Event::Workload(id, event) => teller.workload(id, event),
        Event::Call(id, event) => {
            format!("{}: {}", names.calls[id.index()], teller.call(event))
        }
        Event::Station(id, event) => {
            format!("{}: {}", names.stations[id.index()], teller.station(event))
        }
        Event::Service(id, event) => {
            format!("{}: {}", names.stations[id.index()], teller.service(event))
        }
        Event::Jobs(id, event) => {
            format!("{}: {}", names.stations[id.index()], teller.jobs(event))
        }
        Event::Routing(id, event) => {
            format!("{}: {}", names.stations[id.index()], teller.routing(event))
        }
        Event::Assistant(id, event) => {
            format!("{}: {}", names.stations[id.index()], teller.assistant(event))
        }
        Event::OnCall(on_call::Event::NoiseCame) => "an alert of no importance comes".to_owned(),
        Event::OnCall(on_call::Event::Freed) => "somebody on call has finished".to_owned(),
        Event::LifecycleRan => "the registry's lifecycle policy runs".to_owned(),
        Event::Acted(id) => format!("timeline: {}", names.actions[usize::from(id.0)]),
        Event::BinEnded => "the indicators are evaluated".to_owned(),
    }
}

struct Teller<'a> {
    platform: &'a Platform,
    names: &'a Names,
}

impl Teller<'_> {
    fn workload(&self, id: WorkloadId, event: workload::Event) -> String {
        let name = &self.names.workloads[id.index()];
        match event {
            workload::Event::Arrived => format!("{name}: a unit arrives"),
            workload::Event::ClientReady(client) => {
                format!("{name}: client {client} sends its next unit")
            }
            workload::Event::Answered(client) => format!("{name}: client {client} has its answer"),
        }
    }

    fn call(&self, event: call::Event) -> String {
        match event {
            call::Event::Begun(unit) => format!("{} begins", self.unit(unit)),
            call::Event::PauseEnded(unit) => format!("{} is tried again", self.unit(unit)),
            call::Event::TimedOut(unit) => format!("{} times out", self.unit(unit)),
            call::Event::Answered(attempt) => {
                let found = self.platform.work().attempts.get(attempt);
                let outcome = found.and_then(|it| it.outcome).map(ended).unwrap_or_default();
                format!("{} is answered{outcome}", self.attempt(attempt))
            }
        }
    }

    fn station(&self, event: stations::Event) -> String {
        match event {
            stations::Event::Arrived(it) => format!("{} arrives", self.attempt(it)),
            stations::Event::Returned(it, outcome) => {
                format!("a call of {} has ended{}", self.attempt(it), ended(outcome))
            }
        }
    }

    fn service(&self, event: service::Event) -> String {
        match event {
            service::Event::WaitEnded(it) => format!("{} has waited too long", self.attempt(it)),
            service::Event::Served(it) => format!("{} has had its service time", self.attempt(it)),
            service::Event::PullBegan(it) => format!("instance {it} pulls its image"),
            service::Event::PullEnded(it) => format!("instance {it} has its image"),
            service::Event::StartUpEnded(it) => format!("instance {it} has started"),
            service::Event::ReadyCallSucceeded(it) => {
                format!("a call that instance {it} needs succeeds")
            }
            service::Event::ReadyCallFailed(it) => format!("a call that instance {it} needs fails"),
            service::Event::Evaluated => "the autoscaler looks at the load".to_owned(),
        }
    }

    fn jobs(&self, event: jobs::Event) -> String {
        match event {
            jobs::Event::FellDue(it) => format!("{} falls due", self.attempt(it)),
            jobs::Event::Served(it) => format!("{} has had its run time", self.attempt(it)),
            jobs::Event::Paced => "the throughput lets the next run start".to_owned(),
            jobs::Event::DeadlinePassed(it) => format!("{} misses its deadline", self.attempt(it)),
            jobs::Event::Reported(_) => "a customer reports a missed job".to_owned(),
        }
    }

    fn routing(&self, event: routing::Event) -> String {
        match event {
            routing::Event::PatienceEnded(it) => {
                format!("the customer of {} runs out of patience", self.attempt(it))
            }
            routing::Event::AgentFreed { tenant, .. } => {
                format!("an agent of {} is free again", self.tenant(tenant))
            }
            routing::Event::ShiftChanged(_) => "a shift begins or ends".to_owned(),
            routing::Event::Resumed(it) => format!("{} is tried again", self.attempt(it)),
            routing::Event::RecordRestored => "a missing record is restored".to_owned(),
        }
    }

    fn assistant(&self, event: assistant::Event) -> String {
        match event {
            assistant::Event::WaitEnded(it) => format!("{} has waited too long", self.attempt(it)),
            assistant::Event::CustomerAnswered(it) => {
                format!("the customer of {} answers", self.attempt(it))
            }
            assistant::Event::RoundBegan(it) => format!("{} begins a round", self.attempt(it)),
        }
    }

    fn unit(&self, id: UnitId) -> String {
        self.platform.work().units.get(id).map_or_else(gone, |unit| {
            let owner = self.owner(unit.tenant, unit.class);
            format!("a unit of {owner}, try {}", unit.tries.max(1))
        })
    }

    fn attempt(&self, id: AttemptId) -> String {
        self.platform.work().attempts.get(id).map_or_else(gone, |attempt| {
            let owner = self.owner(attempt.tenant, attempt.class);
            format!("work of {owner}, try {}", attempt.number)
        })
    }

    fn owner(&self, tenant: u32, class: WorkloadId) -> String {
        match self.names.workloads.get(class.index()) {
            Some(workload) => format!("{} ({workload})", self.tenant(tenant)),
            None => "the platform itself".to_owned(),
        }
    }

    fn tenant(&self, number: u32) -> String {
        tenant(self.names, number)
    }
}

/// What a tenant is called: by its name, or by its rank.
pub(super) fn tenant(names: &Names, number: u32) -> String {
    let named = names.tenants.iter().find(|(_, it)| **it == number);
    named.map_or_else(|| format!("tenant {}", number + 1), |(name, _)| name.clone())
}

/// Work that has ended before its event came.
fn gone() -> String {
    "work that has ended".to_owned()
}

fn ended(outcome: Outcome) -> String {
    match outcome {
        Ok(()) => ", done".to_owned(),
        Err(failure) => format!(", {}", failure.name().replace('_', " ")),
    }
}
