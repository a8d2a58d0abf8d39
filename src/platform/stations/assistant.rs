//! An assistant: the automatic part of a conversation, which goes round its workflow until the matter is
//! settled or an agent takes over.
//!
//! A round makes each step in turn: a call, a job, or waiting for the customer. After it chance says
//! whether the matter is settled; if the customer asks for an agent, or the loop limit is reached, the
//! conversation is transferred, which is an ordinary call; who was refused an agent goes on asking. A
//! conversation keeps its place from start to end, also while it waits for the customer. Left out:
//! branches within a workflow.

use super::requests::{OutgoingCall, arrive, entry, in_hand, is_waiting, make_call, with_unit};
use crate::engine::agenda::LineId;
use crate::engine::random::uniform;
use crate::engine::sample::Sampler;
use crate::measure::gauge::Gauge;
use crate::platform::desk::Desk;
use crate::platform::parts::back_off;
use crate::platform::parts::outcome::{Failure, Outcome};
use crate::platform::parts::queue::{self, Queue};
use crate::platform::parts::servers::{self, Servers};
use crate::platform::recorder::TargetId;
use crate::platform::work::{Attempt, AttemptId, StationId};
use crate::platform::{Event as PlatformEvent, Purpose, draws};
use crate::units::{Instant, Share, Span};

/// What happens at an assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A conversation has waited for its place as long as the queue lets it.
    WaitEnded(AttemptId),
    /// The customer has answered.
    CustomerAnswered(AttemptId),
    /// A conversation begins its next round.
    RoundBegan(AttemptId),
}

/// What an assistant consists of.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// A number that stands for the name in random draws.
    pub place: u64,
    /// Where it is measured.
    pub target: TargetId,
    /// How many conversations it holds at a time.
    pub capacity: u32,
    /// Where further ones wait.
    pub queue: queue::Config,
    /// The steps of a round, in the order of names.
    pub steps: Vec<Step>,
    /// What hands a conversation to an agent.
    pub transfer: OutgoingCall,
    /// The share of rounds that settle the matter.
    pub settled_share: Share,
    /// The share of the other rounds after which the customer asks for an agent.
    pub asks_for_agent_share: Share,
    /// After how many rounds a conversation is transferred whether the customer asks or not, and given up
    /// if that is refused; any number without it.
    pub loops_max: Option<u32>,
    /// What follows when a transfer is refused by a rate limit.
    pub on_rate_limited: OnRateLimited,
}

/// A step of a round.
#[derive(Clone, Debug)]
pub enum Step {
    /// A call.
    Call(OutgoingCall),
    /// Waiting for the customer, and the number that stands for the step in random draws.
    Wait(Sampler, u64),
}

/// What follows when a transfer is refused by a rate limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OnRateLimited {
    /// The next round begins at once.
    Again,
    /// The next round begins after a pause.
    BackOff {
        /// The first pause.
        base: Span,
        /// By how much each further refusal multiplies it.
        factor: f64,
        /// The longest pause.
        cap: Option<Span>,
    },
    /// The conversation is given up, and left for an agent to find.
    GiveUp,
}

/// An assistant as it runs.
#[derive(Debug)]
pub struct Assistant {
    id: StationId,
    config: Config,
    queue: Queue<AttemptId>,
    servers: Servers<AttemptId>,
    waits: LineId,
    /// The numbers of the sets of places added so far, each an instance.
    numbers: u32,
    /// Whether places are being given to those that wait.
    is_filling: bool,
}

impl Assistant {
    /// An assistant with nothing to do.
    pub fn new(id: StationId, config: Config, desk: &mut Desk) -> Self {
        let servers = Servers::new(&servers::Config::default(), config.capacity);
        desk.recorder.at(config.target).slots = Gauge::starting_at(config.capacity);
        let queue = Queue::new(&config.queue, false);
        let waits = desk.agenda.line();
        let mut assistant =
            Self { id, queue, servers, waits, numbers: 0, is_filling: false, config };
        assistant.add_places();
        assistant
    }

    /// Handles what happens at it.
    pub fn handle(&mut self, event: Event, desk: &mut Desk) {
        match event {
            Event::WaitEnded(id) => {
                desk.work.attempts[id].timer = None;
                self.leave_queue(id, Failure::Abandoned, desk);
            }
            Event::CustomerAnswered(id) => self.go_on(id, desk),
            Event::RoundBegan(id) => {
                if let Some(attempt) = in_hand(id, desk) {
                    attempt.rounds += 1;
                    attempt.next_call = 0;
                    self.go_on(id, desk);
                }
            }
        }
    }

    /// A conversation began.
    pub fn on_arrived(&mut self, id: AttemptId, desk: &mut Desk) {
        let now = desk.now();
        let attempt = *arrive(id, self.config.target, desk);
        if self.take_place(id, attempt.tenant, desk) {
            self.go_on(id, desk);
        } else if self.queue.push(entry(id, &attempt)).is_ok() {
            desk.recorder.at(self.config.target).waits(now, attempt.tenant);
            if let Some(wait_max) = self.config.queue.wait_max {
                let event = PlatformEvent::Assistant(self.id, Event::WaitEnded(id));
                let timer = desk.plan_in_line(self.waits, now + wait_max, event);
                desk.work.attempts[id].timer = Some(timer);
            }
        } else {
            desk.answer(id, Err(Failure::Rejected));
        }
    }

    /// Adds the places that are missing up to the capacity.
    fn add_places(&mut self) {
        let missing = self.config.capacity.saturating_sub(self.servers.slots());
        if missing > 0 {
            self.servers.set_concurrency(missing);
            self.servers.add_instance(self.numbers, None);
            self.numbers += 1;
        }
    }

    /// Whether one more conversation may be held; places only come, and how many count says the capacity.
    fn has_place(&self) -> bool {
        self.servers.in_hand() < self.config.capacity
    }

    fn take_place(&mut self, id: AttemptId, tenant: u32, desk: &mut Desk) -> bool {
        if !self.has_place() {
            return false;
        }
        let Some(slot) = self.servers.take_slot(id, tenant) else { return false };
        desk.work.attempts[id].slot = Some(slot);
        self.report_capacity(desk);
        true
    }

    /// Makes the next steps up to one that has to be waited for.
    fn go_on(&mut self, id: AttemptId, desk: &mut Desk) {
        loop {
            let attempt = desk.work.attempts[id];
            let Some(step) = self.config.steps.get(usize::from(attempt.next_call)) else {
                return self.end_round(id, &attempt, desk);
            };
            desk.work.attempts[id].next_call += 1;
            match step {
                Step::Call(call) => {
                    if make_call(id, call, None, desk) {
                        return;
                    }
                }
                Step::Wait(wait, place) => {
                    let mut draws = draws(attempt.key, *place, Purpose::Service, attempt.turn());
                    let at = desk.now() + wait.sample(&mut draws);
                    let event = PlatformEvent::Assistant(self.id, Event::CustomerAnswered(id));
                    desk.plan(at, event);
                    return;
                }
            }
        }
    }

    fn end_round(&mut self, id: AttemptId, attempt: &Attempt, desk: &mut Desk) {
        desk.recorder.at(self.config.target).open.loops += 1;
        let mut draws = draws(attempt.key, self.config.place, Purpose::Loop, attempt.turn());
        // Who was refused an agent goes on asking for one.
        let is_refused = attempt.refusals > 0;
        let is_settled = !is_refused && uniform(&mut draws) < self.config.settled_share.get();
        let asks_for_agent =
            is_refused || uniform(&mut draws) < self.config.asks_for_agent_share.get();
        if is_settled {
            self.finish(id, Ok(()), desk);
        } else if asks_for_agent || self.is_at_limit(attempt) {
            // Past the last step: what returns now is the transfer.
            desk.work.attempts[id].next_call += 1;
            make_call(id, &self.config.transfer, None, desk);
        } else {
            self.plan_round(id, Span::ZERO, desk);
        }
    }

    fn is_at_limit(&self, attempt: &Attempt) -> bool {
        self.config.loops_max.is_some_and(|loops_max| attempt.rounds + 1 >= loops_max)
    }

    /// Plans the next round, even one that begins at once, so that the engine sees every one.
    fn plan_round(&self, id: AttemptId, pause: Span, desk: &mut Desk) {
        let event = PlatformEvent::Assistant(self.id, Event::RoundBegan(id));
        desk.plan(desk.now() + pause, event);
    }

    /// A call that a conversation waits for ended.
    pub fn on_returned(&mut self, id: AttemptId, outcome: Outcome, desk: &mut Desk) {
        let Some(attempt) = in_hand(id, desk) else { return };
        let is_transfer = usize::from(attempt.next_call) > self.config.steps.len();
        match outcome {
            Ok(()) if is_transfer => self.finish(id, Ok(()), desk),
            Ok(()) => self.go_on(id, desk),
            Err(Failure::RateLimited) if is_transfer => self.on_refused(id, desk),
            Err(_) if is_transfer => self.finish(id, Err(Failure::DependencyFailed), desk),
            Err(_) => self.finish(id, outcome, desk),
        }
    }

    /// A rate limit refused to transfer a conversation.
    fn on_refused(&mut self, id: AttemptId, desk: &mut Desk) {
        let attempt = &mut desk.work.attempts[id];
        attempt.refusals = attempt.refusals.saturating_add(1);
        let attempt = *attempt;
        match self.config.on_rate_limited {
            OnRateLimited::Again if !self.is_at_limit(&attempt) => {
                self.plan_round(id, Span::ZERO, desk);
            }
            OnRateLimited::BackOff { base, factor, cap } if !self.is_at_limit(&attempt) => {
                let pause = back_off::grown(base, factor, u32::from(attempt.refusals) - 1, cap);
                self.plan_round(id, pause, desk);
            }
            OnRateLimited::Again | OnRateLimited::BackOff { .. } | OnRateLimited::GiveUp => {
                self.finish(id, Err(Failure::RateLimited), desk);
            }
        }
    }

    fn finish(&mut self, id: AttemptId, outcome: Outcome, desk: &mut Desk) {
        let slot = desk.work.attempts[id].slot.take().expect("a conversation in hand has a place");
        self.servers.free(slot);
        self.report_capacity(desk);
        desk.answer(id, outcome);
        self.fill(desk);
    }

    /// Gives free places to those that wait.
    fn fill(&mut self, desk: &mut Desk) {
        // A conversation that ends at once comes here again, from within the loop that goes on after it.
        if std::mem::replace(&mut self.is_filling, true) {
            return;
        }
        while self.has_place() {
            let (servers, work) = (&self.servers, &desk.work);
            self.queue.look_ahead(|id| with_unit(work, id));
            let next = self.queue.pop(|lane| servers.room_for(lane), |id| is_waiting(work, id));
            let Some(id) = next else { break };
            let attempt = &mut desk.work.attempts[id];
            let (tenant, timer) = (attempt.tenant, attempt.timer.take());
            if let Some(timer) = timer {
                desk.agenda.cancel(timer);
            }
            desk.recorder.at(self.config.target).waits_no_more(desk.agenda.now(), tenant);
            let has_begun = self.take_place(id, tenant, desk);
            debug_assert!(has_begun, "there are as many places as the capacity");
            self.go_on(id, desk);
        }
        self.is_filling = false;
    }

    fn leave_queue(&mut self, id: AttemptId, failure: Failure, desk: &mut Desk) {
        let attempt = &mut desk.work.attempts[id];
        let (tenant, timer) = (attempt.tenant, attempt.timer.take());
        if let Some(timer) = timer {
            desk.agenda.cancel(timer);
        }
        desk.recorder.at(self.config.target).waits_no_more(desk.agenda.now(), tenant);
        desk.answer(id, Err(failure));
        let work = &desk.work;
        self.queue.forget_one(tenant, |id| is_waiting(work, id));
    }

    /// Reports the places; conversations beyond a capacity that was lowered take none of it.
    fn report_capacity(&self, desk: &mut Desk) {
        let now = desk.now();
        let target = desk.recorder.at(self.config.target);
        target.slots.set(now, self.config.capacity);
        target.busy.set(now, self.servers.in_hand().min(self.config.capacity));
    }

    /// Reports how long the conversation that waits longest for a place has waited.
    pub fn report(&self, now: Instant, desk: &mut Desk) {
        let work = &desk.work;
        let oldest = self.queue.oldest(|id| is_waiting(work, id));
        let oldest_wait = oldest.map_or(Span::ZERO, |id| now.since(work.attempts[id].arrived));
        desk.recorder.at(self.config.target).open.oldest_wait = oldest_wait;
    }

    /// Throws all conversations away that wait for a place.
    pub fn purge(&mut self, desk: &mut Desk) {
        for id in self.queue.waiting(|id| is_waiting(&desk.work, id)) {
            self.leave_queue(id, Failure::Dropped, desk);
        }
    }

    /// Sets the assistant up otherwise from now on; conversations meet it at their next step.
    pub fn reconfigure(&mut self, config: Config, desk: &mut Desk) {
        let work = &desk.work;
        self.queue.reconfigure(
            &config.queue,
            false,
            |id| is_waiting(work, id),
            |id| entry(id, &work.attempts[id]),
        );
        self.config = config;
        self.add_places();
        self.report_capacity(desk);
        self.fill(desk);
    }
}
