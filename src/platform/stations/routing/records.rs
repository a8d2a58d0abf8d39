//! The records that items refer to: deleted by a clean-up, restored by a repair; and what else changes
//! routing while it runs.

use std::collections::VecDeque;

use super::{Config, Event, Place, Routing, State};
use crate::engine::agenda::Key;
use crate::platform::Event as PlatformEvent;
use crate::platform::desk::Desk;
use crate::platform::log::Emerged;
use crate::platform::parts::outcome::Failure;
use crate::platform::work::AttemptId;
use crate::units::{Instant, Span};

/// A repair that goes on: the items whose records come back, in their order, and how far apart.
#[derive(Debug)]
pub(super) struct Repair {
    items: VecDeque<AttemptId>,
    gap: Span,
    /// The next restoration.
    planned: Key,
}

impl Routing {
    /// Deletes the records that were made `older_than` ago or before; with `checks_references` only
    /// those that no item refers to any more.
    pub fn clean_up(&mut self, older_than: Span, checks_references: bool, desk: &mut Desk) {
        let age = desk.now().since(Instant::START);
        if checks_references || older_than > age {
            return;
        }
        let until = Instant::START + Span::from_nanos(age.as_nanos() - older_than.as_nanos());
        let mut count: u32 = self.lines.iter_mut().map(|line| line.delete_records(until)).sum();
        for (id, place) in self.places.iter_mut() {
            if let State::Pausing { is_missing } = &mut place.state
                && !*is_missing
                && desk.work.attempts[id].arrived <= until
            {
                *is_missing = true;
                count += 1;
            }
        }
        self.missing += count;
        if count > 0 {
            desk.log.add_change(desk.now(), Emerged::RecordsDeleted(self.id), 0, count);
        }
        self.assign_all(desk);
    }

    /// Begins to restore the records that are missing now, the oldest first, at a rate.
    pub fn repair(&mut self, gap: Span, desk: &mut Desk) {
        let mut items: Vec<_> = self.lines.iter().flat_map(super::Line::without_record).collect();
        for (id, place) in self.places.iter() {
            if matches!(place.state, State::Pausing { is_missing: true }) {
                items.push((place.turn, id));
            }
        }
        items.sort_unstable_by_key(|(turn, _)| turn.number());
        let items = items.into_iter().map(|(_, id)| id).collect();
        let planned = desk.plan(desk.now() + gap, self.event(Event::RecordRestored));
        if let Some(old) = self.repair.replace(Repair { items, gap, planned }) {
            desk.agenda.cancel(old.planned);
        }
    }

    pub(super) fn on_record_restored(&mut self, desk: &mut Desk) {
        let Some(repair) = &mut self.repair else { return };
        // Some customers have given up since.
        let next = std::iter::from_fn(|| repair.items.pop_front())
            .find(|id| self.places.get(*id).is_some());
        let Some(id) = next else {
            self.repair = None;
            return;
        };
        let restored = PlatformEvent::Routing(self.id, Event::RecordRestored);
        repair.planned = desk.plan(desk.now() + repair.gap, restored);
        let place = &mut self.places[id];
        if let State::Pausing { is_missing } = &mut place.state {
            *is_missing = false;
        } else if self.lines[place.line].restore(place.turn) {
            self.aside -= 1;
            place.state = State::Waiting;
        }
        self.missing -= 1;
        let Place { line, .. } = *place;
        let tenant = u32::try_from(line / self.config.skills.len()).expect("tenants have 32 bits");
        self.assign(tenant, desk);
    }

    pub(super) fn assign_all(&mut self, desk: &mut Desk) {
        for tenant in 0..self.config.tenants {
            self.assign(tenant, desk);
        }
    }

    /// Throws all waiting items away.
    pub fn purge(&mut self, desk: &mut Desk) {
        let ids: Vec<AttemptId> = self.lines.iter().flat_map(super::Line::ids).collect();
        for id in ids {
            self.leave(id, Err(Failure::Dropped), desk);
        }
        self.assign_all(desk);
    }

    /// Sets routing up otherwise from now on.
    pub fn reconfigure(&mut self, config: Config, desk: &mut Desk) {
        self.agents.reconfigure(&config.groups);
        self.config = config;
        self.report_agents(desk);
        self.assign_all(desk);
    }

    pub(super) fn plan_shift(&self, group: usize, desk: &mut Desk) {
        let number = u16::try_from(group).expect("checked: groups have 16-bit numbers");
        if let Some(at) = self.config.groups[group].next_change(desk.now()) {
            desk.plan(at, self.event(Event::ShiftChanged(number)));
        }
    }

    pub(super) fn on_shift_changed(&mut self, group: usize, desk: &mut Desk) {
        self.agents.set_on_duty(group, self.config.groups[group].is_on_duty(desk.now()));
        self.plan_shift(group, desk);
        self.report_agents(desk);
        self.assign_all(desk);
    }
}
