//! What people and deployments do to the running platform: actions of the timeline, and what follows an
//! alert once somebody has taken it up.

use super::log::Emerged;
use super::timeline::{Action, ActionId, Setting, StationChange, Trigger};
use super::{Event, Platform, on_call};

impl Platform {
    pub(super) fn on_call_changed(&mut self, event: on_call::Event) {
        if let Some(on_call) = &mut self.on_call {
            let taken_up = on_call.handle(event, &mut self.desk);
            self.react(&taken_up);
        }
    }

    /// Plans the actions that follow the first alert of each of these indicators.
    pub(super) fn react(&mut self, taken_up: &[u16]) {
        let now = self.desk.now();
        for alerted in taken_up {
            if self.on_call.is_some() {
                self.desk.log.add(now, Emerged::TakenUp(*alerted));
            }
            for (id, action) in (0_u16..).zip(&self.timeline) {
                if let Trigger::After { indicator, delay } = action.trigger
                    && indicator == *alerted
                    && !std::mem::replace(&mut self.has_acted[usize::from(id)], true)
                {
                    self.desk.plan(now + delay, Event::Acted(ActionId(id)));
                }
            }
        }
    }

    pub(super) fn on_acted(&mut self, id: ActionId) {
        let action = self.timeline[usize::from(id.0)].clone();
        self.desk.log.add(self.desk.now(), Emerged::Acted(id.0));
        self.set(id, &action);
        let desk = &mut self.desk;
        if let Some((station, count)) = action.crash
            && let Some(service) = self.stations[station.index()].service_mut()
        {
            service.crash(count, desk);
        }
        if let Some(station) = action.redeploy
            && let Some(service) = self.stations[station.index()].service_mut()
        {
            service.redeploy(desk);
        }
        if let Some(station) = action.purge {
            self.stations[station.index()].purge(desk);
        }
        if let Some(it) = action.clean_up
            && let Some(routing) = self.stations[it.station.index()].routing_mut()
        {
            routing.clean_up(it.older_than, it.checks_references, desk);
        }
        if let Some((station, gap)) = action.repair
            && let Some(routing) = self.stations[station.index()].routing_mut()
        {
            routing.repair(gap, desk);
        }
    }

    /// Sets up otherwise what an action sets, to what it comes to after those that were done before it.
    fn set(&mut self, id: ActionId, action: &Action) {
        let done = self.done.iter().filter(|other| action.rivals.contains(other));
        let done: Vec<ActionId> = done.copied().collect();
        let Some(setting) = action.settings.iter().find(|setting| setting.done == done) else {
            assert!(action.settings.is_empty(), "checked: every order of actions is worked out");
            return;
        };
        self.done.push(id);
        let Setting { stations, calls, workloads, registry, .. } = setting.clone();
        if let Some(registry) = registry {
            self.desk.registry.reconfigure(registry);
            self.plan_lifecycle(self.desk.now());
        }
        let desk = &mut self.desk;
        for StationChange { station, config, replicas } in stations {
            self.stations[station.index()].reconfigure(config, replicas, desk);
        }
        for (call, config) in calls {
            self.calls[call.index()].reconfigure(config, desk);
        }
        for (workload, config) in workloads {
            self.workloads[workload.index()].reconfigure(config, desk);
        }
    }
}
