//! Routing: the work-items of each organization wait in lines, one for each skill, for an agent of theirs.
//!
//! An item at the head of its line is taken up when an agent is free who has the skill: routing reads its
//! record, makes its calls, and assigns it. With that the item is done; the agent stays busy for the
//! handling time. An item refers to the revision of its record that was made when it arrived. If that
//! record is missing, the setting says what follows. Left out: transfers between agents, preferences for
//! one agent, and items that are revised while they wait.

mod agents;
mod lines;
mod records;

use super::requests::{OutgoingCall, arrive, make_calls, renew};
use crate::engine::arena::Beside;
use crate::engine::random::Stream;
use crate::engine::sample::Sampler;
use crate::platform::desk::Desk;
use crate::platform::parts::outcome::{Failure, Outcome};
use crate::platform::recorder::TargetId;
use crate::platform::work::{Attempt, AttemptId, StationId};
use crate::platform::{Event as PlatformEvent, Purpose, draws};
use crate::units::{Instant, Span};
use agents::Agents;
pub use agents::Group;
use lines::{Item, Line, Turn};
use records::Repair;

/// What happens at routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An item's customer has run out of patience.
    PatienceEnded(AttemptId),
    /// An agent of an organization and a group has finished with an item.
    AgentFreed {
        /// The organization.
        tenant: u32,
        /// The group.
        group: u16,
    },
    /// A shift of a group begins or ends.
    ShiftChanged(u16),
    /// An item whose assignment failed is to be tried again.
    Resumed(AttemptId),
    /// The next missing record is restored.
    RecordRestored,
}

/// What routing consists of.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// A number that stands for the name in random draws.
    pub place: u64,
    /// Where it is measured.
    pub target: TargetId,
    /// How many organizations there are.
    pub tenants: u32,
    /// What items need, in the order of names.
    pub skills: Vec<Skill>,
    /// The skill that the items of each call need; calls that lead elsewhere have none.
    pub skill_of: Vec<Option<u16>>,
    /// The agents, in the order of names.
    pub groups: Vec<Group>,
    /// What follows when an item's record is missing.
    pub on_missing_record: OnMissingRecord,
    /// What routing an item calls, ordered by step.
    pub calls: Vec<OutgoingCall>,
    /// How long an item waits after one of these calls failed.
    pub retry_after: Span,
}

/// Something that an item needs and that some agents have.
#[derive(Clone, Debug)]
pub struct Skill {
    /// How long a customer waits before giving up; for ever without it.
    pub patience: Option<Sampler>,
    /// How long an agent is busy with an item.
    pub handle_time: Sampler,
}

/// What routing does with an item whose record is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMissingRecord {
    /// It stays on it: nothing of that line is assigned any more, and nobody is told.
    Block,
    /// It passes over it to the next item.
    Skip,
    /// It takes it out of the line, where it is counted and waits for its record.
    SetAside,
}

/// Routing as it runs.
#[derive(Debug)]
pub struct Routing {
    id: StationId,
    config: Config,
    /// By organization and skill.
    lines: Vec<Line>,
    agents: Agents,
    /// Where each item is that waits or is being assigned.
    places: Beside<Attempt, Place>,
    arrived: u64,
    repair: Option<Repair>,
    /// Items whose record is missing, and items that are set aside.
    missing: u32,
    aside: u32,
}

/// Where an item is.
#[derive(Clone, Copy, Debug)]
struct Place {
    line: usize,
    turn: Turn,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In its line.
    Waiting,
    /// Set aside until its record is back.
    Aside,
    /// Taken up for an agent of a group.
    Assigning { group: u16 },
    /// Out of its line until it is tried again, with its record or without.
    Pausing { is_missing: bool },
}

impl Routing {
    /// Routing with nothing to do; `stream` decides which organizations have which agents.
    pub fn new(id: StationId, config: Config, stream: Stream, desk: &mut Desk) -> Self {
        let lines = config.tenants as usize * config.skills.len();
        let routing = Self {
            id,
            lines: (0..lines).map(|_| Line::default()).collect(),
            agents: Agents::new(&config.groups, config.tenants, stream),
            places: Beside::new(),
            arrived: 0,
            repair: None,
            missing: 0,
            aside: 0,
            config,
        };
        for group in 0..routing.config.groups.len() {
            routing.plan_shift(group, desk);
        }
        routing.agents.report_as_start(desk.recorder.at(routing.config.target));
        routing
    }

    /// Handles what happens at it.
    pub fn handle(&mut self, event: Event, desk: &mut Desk) {
        match event {
            Event::PatienceEnded(id) => self.on_patience_ended(id, desk),
            Event::AgentFreed { tenant, group } => {
                self.agents.free(group, tenant);
                self.report_agents(desk);
                self.assign(tenant, desk);
            }
            Event::ShiftChanged(group) => self.on_shift_changed(usize::from(group), desk),
            Event::Resumed(id) => self.on_resumed(id, desk),
            Event::RecordRestored => self.on_record_restored(desk),
        }
    }

    /// An item arrived.
    ///
    /// # Panics
    ///
    /// Panics if its call names no skill, which a checked scenario rules out.
    pub fn on_arrived(&mut self, id: AttemptId, desk: &mut Desk) {
        let now = desk.now();
        let attempt = *arrive(id, self.config.target, desk);
        let skill = self.config.skill_of[attempt.call.index()];
        let skill = usize::from(skill.expect("checked: a call to routing names a skill"));
        let line = attempt.tenant as usize * self.config.skills.len() + skill;
        let turn = Turn::new(attempt.priority, self.arrived);
        self.arrived += 1;
        self.places.insert(id, Place { line, turn, state: State::Waiting });
        self.lines[line].join(turn, Item { id, revision: now, is_missing: false });
        desk.recorder.at(self.config.target).waits(now, attempt.tenant);
        self.begin_patience(id, &attempt, skill, desk);
        self.assign(attempt.tenant, desk);
    }

    /// Plans the moment at which a customer gives up, who has waited since the item arrived.
    fn begin_patience(&self, id: AttemptId, attempt: &Attempt, skill: usize, desk: &mut Desk) {
        let Some(patience) = &self.config.skills[skill].patience else { return };
        let place = self.config.place;
        let mut draws = draws(attempt.key, place, Purpose::Patience, attempt.number);
        let at = (attempt.arrived + patience.sample(&mut draws)).max(desk.now());
        let timer = desk.plan(at, self.event(Event::PatienceEnded(id)));
        desk.work.attempts[id].timer = Some(timer);
    }

    fn on_patience_ended(&mut self, id: AttemptId, desk: &mut Desk) {
        desk.work.attempts[id].timer = None;
        let tenant = desk.work.attempts[id].tenant;
        self.leave(id, Err(Failure::Abandoned), desk);
        // Those behind an item that blocked its line may now go on.
        self.assign(tenant, desk);
    }

    /// Ends an item that no agent has taken.
    fn leave(&mut self, id: AttemptId, outcome: Outcome, desk: &mut Desk) {
        let place = self.places.remove(id).expect("an item that leaves has a place");
        let attempt = &mut desk.work.attempts[id];
        let (tenant, timer) = (attempt.tenant, attempt.timer.take());
        if let Some(timer) = timer {
            desk.agenda.cancel(timer);
        }
        let was_missing = match place.state {
            State::Waiting => self.lines[place.line].leave(place.turn).is_missing,
            State::Aside => {
                self.aside -= 1;
                self.lines[place.line].leave_aside(place.turn).is_missing
            }
            State::Assigning { .. } => false,
            State::Pausing { is_missing } => is_missing,
        };
        self.missing -= u32::from(was_missing);
        desk.recorder.at(self.config.target).waits_no_more(desk.agenda.now(), tenant);
        desk.answer(id, outcome);
    }

    /// Takes up the items of an organization that can be assigned, in the order of their turns.
    fn assign(&mut self, tenant: u32, desk: &mut Desk) {
        let skills = self.config.skills.len();
        let first = tenant as usize * skills;
        loop {
            let mut next: Option<(Turn, usize, u16)> = None;
            for skill in 0..skills {
                let line = first + skill;
                self.settle(line);
                let Some(turn) = self.lines[line].next(self.config.on_missing_record) else {
                    continue;
                };
                let Some(group) = self.agents.free_group(tenant, skill, &self.config.groups) else {
                    continue;
                };
                if next.is_none_or(|(earliest, ..)| turn < earliest) {
                    next = Some((turn, line, group));
                }
            }
            let Some((turn, line, group)) = next else { return };
            self.take_up(line, turn, group, desk);
        }
    }

    /// Sets aside what has to be, and sees whether a line is blocked.
    fn settle(&mut self, line: usize) {
        for id in self.lines[line].settle(self.config.on_missing_record) {
            self.places[id].state = State::Aside;
            self.aside += 1;
        }
    }

    /// Reserves an agent for an item and makes the calls that assigning it needs.
    fn take_up(&mut self, line: usize, turn: Turn, group: u16, desk: &mut Desk) {
        if self.lines[line].is_blocked() {
            desk.recorder.at(self.config.target).open.assigned_from_blocked += 1;
        }
        let id = self.lines[line].leave(turn).id;
        self.places[id].state = State::Assigning { group };
        if let Some(timer) = desk.work.attempts[id].timer.take() {
            desk.agenda.cancel(timer);
        }
        let tenant = desk.work.attempts[id].tenant;
        self.agents.take(group, tenant);
        self.report_agents(desk);
        if !make_calls(id, &self.config.calls, None, desk) {
            self.on_assigned(id, group, desk);
        }
    }

    fn on_assigned(&mut self, id: AttemptId, group: u16, desk: &mut Desk) {
        let now = desk.now();
        let attempt = desk.work.attempts[id];
        let skill = &self.config.skills[self.places[id].line % self.config.skills.len()];
        let mut draws = draws(attempt.key, self.config.place, Purpose::Service, attempt.number);
        let busy = skill.handle_time.sample(&mut draws);
        let tenant = attempt.tenant;
        desk.plan(now + busy, self.event(Event::AgentFreed { tenant, group }));
        self.leave(id, Ok(()), desk);
    }

    /// A call that assigning an item needs ended.
    pub fn on_returned(&mut self, id: AttemptId, outcome: Outcome, desk: &mut Desk) {
        let Some(Place { line, state: State::Assigning { group }, turn }) =
            self.places.get(id).copied()
        else {
            return;
        };
        if outcome.is_ok() {
            let attempt = &mut desk.work.attempts[id];
            attempt.pending -= 1;
            if attempt.pending == 0 && !make_calls(id, &self.config.calls, None, desk) {
                self.on_assigned(id, group, desk);
            }
            return;
        }
        self.places.remove(id);
        let id = renew(id, desk);
        let attempt = desk.work.attempts[id];
        self.places.insert(id, Place { line, turn, state: State::Pausing { is_missing: false } });
        self.agents.free(group, attempt.tenant);
        self.report_agents(desk);
        let resumed = self.event(Event::Resumed(id));
        desk.plan(desk.now() + self.config.retry_after, resumed);
        self.begin_patience(id, &attempt, line % self.config.skills.len(), desk);
        self.assign(attempt.tenant, desk);
    }

    /// An item goes back to where it stood in its line.
    fn on_resumed(&mut self, id: AttemptId, desk: &mut Desk) {
        let Some(place) = self.places.get_mut(id) else { return };
        let is_missing = matches!(place.state, State::Pausing { is_missing: true });
        place.state = State::Waiting;
        let attempt = desk.work.attempts[id];
        let item = Item { id, revision: attempt.arrived, is_missing };
        self.lines[place.line].join(place.turn, item);
        self.assign(attempt.tenant, desk);
    }

    fn event(&self, event: Event) -> PlatformEvent {
        PlatformEvent::Routing(self.id, event)
    }

    fn report_agents(&self, desk: &mut Desk) {
        let now = desk.now();
        let target = desk.recorder.at(self.config.target);
        target.busy.set(now, self.agents.busy());
        target.slots.set(now, self.agents.on_duty());
    }

    /// Reports the state of the lines.
    pub fn report(&mut self, now: Instant, desk: &mut Desk) {
        let skills = self.config.skills.len();
        let target = desk.recorder.at(self.config.target);
        let (mut blocked, mut affected) = (0, 0);
        let mut oldest: Option<Instant> = None;
        let (mut blocked_of, mut affected_of) =
            (target.blocked_of.take(), target.affected_of.take());
        for of_tenants in [&mut blocked_of, &mut affected_of].into_iter().flatten() {
            of_tenants.fill(0);
        }
        for (number, line) in self.lines.iter().enumerate() {
            if line.has_missing() {
                affected += 1;
                if let Some(affected_of) = &mut affected_of {
                    affected_of[number / skills] += 1;
                }
            }
            oldest = [oldest, line.first_arrived()].into_iter().flatten().min();
            if line.is_blocked() {
                blocked += 1;
                if let Some(blocked_of) = &mut blocked_of {
                    blocked_of[number / skills] += 1;
                }
            }
        }
        (target.blocked_of, target.affected_of) = (blocked_of, affected_of);
        let bin = &mut target.open;
        bin.blocked_queues = blocked;
        bin.affected_queues = affected;
        bin.missing_records = self.missing;
        bin.set_aside = self.aside;
        bin.oldest_wait = oldest.map_or(Span::ZERO, |oldest| now.since(oldest));
    }
}
