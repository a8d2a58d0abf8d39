//! Workloads: what brings units of work in, whose they are, and when they come.
//!
//! Arrivals, tenants and unit keys come from the workload's own stream, so that nothing else that
//! changes moves them. Left out: sessions, correlation between tenants.

use std::hint::cold_path;

use super::desk::Desk;
use super::profile::{Profile, Walk};
use super::recorder::TargetId;
use super::work::{CallId, Parent, Unit, UnitId, WorkloadId};
use super::{Event as PlatformEvent, Purpose, call, draws};
use crate::engine::agenda::Key;
use crate::engine::random::{Stream, Words, child_key, uniform};
use crate::engine::sample::{Sampler, standard_exponential};
use crate::units::{Instant, Span};

/// What happens to a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A unit arrived.
    Arrived,
    /// A client of a closed population has thought, and sends its next unit.
    ClientReady(u32),
    /// A client's unit ended, with whatever outcome.
    Answered(u32),
}

/// When units come, and what they are like.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// The call that its units are on.
    pub call: CallId,
    /// Where its units are measured.
    pub target: TargetId,
    /// When they come.
    pub arrivals: Arrivals,
    /// Whether any come at all.
    pub is_enabled: bool,
    /// Whose they are.
    pub tenants: Tenants,
    /// How important they are.
    pub priority: i32,
    /// How long after its arrival a unit is due.
    pub due: Span,
    /// A number that stands for the name in random draws.
    pub place: u64,
    /// Whether all units are part of one conversation.
    pub is_one_conversation: bool,
}

/// When units come.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// At random, at a rate that changes with time.
    Poisson(Profile),
    /// A number of units from a moment on, so far apart.
    Backlog {
        /// When the first comes.
        at: Instant,
        /// How many come.
        count: usize,
        /// How many nanoseconds lie between two of them.
        gap: f64,
    },
    /// At given moments, each of a given tenant if it is named.
    Trace(Vec<(Instant, Option<u32>)>),
    /// From a number of clients, each of which thinks, sends a unit, and waits until it has ended.
    Closed {
        /// How many clients there are.
        clients: u32,
        /// How long one thinks.
        think: Sampler,
    },
}

/// Tenants to choose from, by weight.
#[derive(Clone, Debug)]
pub struct Tenants {
    /// Each with the sum of the weights up to and including its own, in steps of 2^-53, rounded up; the last with 1.
    cumulative: Vec<(u64, u32)>,
    /// For each of a power of two of equal parts of the range from 0 to 1 the first tenant to look at.
    guide: Vec<u32>,
    /// The place of the first bit by which parts differ.
    shift: u32,
}

/// So many bits of a random word tell a tenant.
const BITS: u32 = f64::MANTISSA_DIGITS;

/// A workload as it runs.
#[derive(Debug)]
pub struct Workload {
    id: WorkloadId,
    config: Config,
    stream: Stream,
    /// What was drawn for the next unit.
    next: Drawn,
    planned: Option<Key>,
    /// Arrivals so far, for those that are counted.
    arrived: usize,
    /// Up to where arrivals have come, how many expected ones lie before the next one, and the walk along
    /// the profile, which stands where that comes or before.
    walked_to: Instant,
    remaining: f64,
    walk: Walk,
    /// The clients of a closed population: the key of the next unit of each, and whose it is.
    clients: Vec<(u64, u32)>,
    /// The clients that are ready while the workload is disabled.
    held: Vec<u32>,
}

/// How many of the numbers that choose a tenant, as parts of 1, lie below a share.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of 2^53 is a whole number that is not negative"
)]
fn numbers_below(share: f64) -> u64 {
    libm::ceil(share * (1_u64 << BITS) as f64) as u64
}

/// What chance decides about a unit that a workload brings in.
#[derive(Clone, Copy, Debug, Default)]
struct Drawn {
    /// The unit's key, which also tells whose it is.
    key: u64,
    /// How many expected arrivals lie between it and the one after it.
    gap: f64,
}

impl Tenants {
    /// The tenants, each with the sum of the weights up to and including its own, which ends at about 1.
    ///
    /// # Panics
    ///
    /// Panics if there are none, or 2^32, which a checked scenario rules out.
    #[must_use]
    pub fn new(cumulative: Vec<(f64, u32)>) -> Self {
        let scaled = |(sum, tenant): (f64, u32)| (numbers_below(sum), tenant);
        let mut cumulative: Vec<_> = cumulative.into_iter().map(scaled).collect();
        cumulative.last_mut().expect("checked: a workload is somebody's").0 = 1 << BITS;
        let parts = cumulative.len().next_power_of_two();
        let shift = BITS - parts.ilog2();
        let first_of = |part: usize| {
            let first = (part as u64) << shift;
            let index = cumulative.partition_point(|(sum, _)| *sum <= first);
            u32::try_from(index).expect("tenants have 32-bit numbers")
        };
        Self { guide: (0..parts).map(first_of).collect(), shift, cumulative }
    }

    /// The first tenant whose sum lies above the number from 0 to 1 that a random word stands for: a unit's key,
    /// since no draw about the unit shows what its key was.
    ///
    /// A guide table: Chen and Asau, "On generating random variates from an empirical distribution", 1974.
    /// <https://doi.org/10.1080/05695557408974949>
    #[inline(always)]
    fn choose(&self, word: u64) -> u32 {
        if let [(_, only)] = self.cumulative[..] {
            return only;
        }
        let number = word >> (u64::BITS - BITS);
        let mut index = self.guide[(number >> self.shift) as usize] as usize;
        while number >= self.cumulative[index].0 {
            index += 1;
        }
        self.cumulative[index].1
    }
}

impl Workload {
    /// A workload that has brought nothing in yet.
    #[must_use]
    pub fn new(id: WorkloadId, config: Config, stream: Stream) -> Self {
        Self {
            id,
            config,
            stream,
            next: Drawn::default(),
            planned: None,
            arrived: 0,
            walked_to: Instant::START,
            remaining: 0.0,
            walk: Walk::default(),
            clients: Vec::new(),
            held: Vec::new(),
        }
    }

    /// How it is set up.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Plans the first arrival.
    pub fn start(&mut self, desk: &mut Desk) {
        if let Arrivals::Closed { clients, think } = &self.config.arrivals {
            for client in 0..*clients {
                let key = self.stream.next_word();
                let tenant = self.config.tenants.choose(key);
                self.clients.push((key, tenant));
                // Each is somewhere in its first thinking, or they would all send at once for ever.
                let mut draws = draws(key, self.config.place, Purpose::Think, 0);
                let first = think.sample(&mut draws).scaled(uniform(&mut draws));
                let event = PlatformEvent::Workload(self.id, Event::ClientReady(client));
                desk.plan(desk.now() + first, event);
            }
        }
        self.remaining = standard_exponential(&mut self.stream);
        self.next = self.draw();
        self.plan_next(desk);
    }

    /// Changes the arrivals from now on; the draw for the next one stays.
    pub fn reconfigure(&mut self, config: Config, desk: &mut Desk) {
        let now = desk.now();
        if let Arrivals::Poisson(profile) = &self.config.arrivals
            && self.config.is_enabled
        {
            self.remaining = (self.remaining - profile.expected(self.walked_to, now)).max(0.0);
        }
        self.walked_to = now;
        self.walk = Walk::default();
        if !self.config.is_enabled
            && config.is_enabled
            && let Arrivals::Trace(rows) = &config.arrivals
        {
            // Who would have come in the meantime has not.
            self.arrived = rows.partition_point(|(at, _)| *at < now).max(self.arrived);
        }
        self.config = config;
        if self.config.is_enabled {
            for client in std::mem::take(&mut self.held) {
                self.on_client_ready(client, desk);
            }
        }
        if let Some(key) = self.planned.take() {
            desk.agenda.cancel(key);
        }
        self.plan_next(desk);
    }

    /// Handles what happens to it, and tells a unit that begins next on its call.
    #[inline(always)]
    pub fn handle(&mut self, event: Event, desk: &mut Desk) -> Option<(CallId, UnitId)> {
        match event {
            Event::Arrived => return self.on_arrived(desk),
            Event::ClientReady(client) => self.on_client_ready(client, desk),
            Event::Answered(client) => self.on_answered(client, desk),
        }
        None
    }

    fn on_client_ready(&mut self, client: u32, desk: &mut Desk) {
        if self.config.is_enabled {
            let (key, tenant) = self.clients[client as usize];
            let unit = self.begin_unit(key, tenant, Parent::Client(client), desk);
            desk.plan_now(PlatformEvent::Call(self.config.call, call::Event::Begun(unit)));
        } else {
            self.held.push(client);
        }
    }

    /// Lets a client think before its next unit, whose key follows from that of the last.
    fn on_answered(&mut self, client: u32, desk: &mut Desk) {
        let (key, _) = &mut self.clients[client as usize];
        *key = child_key(*key, self.config.place, 0);
        let Arrivals::Closed { think, .. } = &self.config.arrivals else { return };
        let mut draws = draws(*key, self.config.place, Purpose::Think, 0);
        let event = PlatformEvent::Workload(self.id, Event::ClientReady(client));
        desk.plan(desk.now() + think.sample(&mut draws), event);
    }

    #[inline(always)]
    fn begin_unit(&self, key: u64, tenant: u32, parent: Parent, desk: &mut Desk) -> UnitId {
        let now = desk.now();
        let mut conversation = key;
        if self.config.is_one_conversation {
            cold_path();
            conversation = self.config.place;
        }
        let unit = Unit {
            key,
            conversation,
            begun: now,
            due: now + self.config.due,
            parent: parent.into(),
            attempt: None,
            timer: None,
            warm_since: None.into(),
            tenant,
            priority: self.config.priority,
            tries: 0,
            call: self.config.call,
            class: self.id,
        };
        desk.begin_unit(unit, self.config.target)
    }

    #[inline(always)]
    fn on_arrived(&mut self, desk: &mut Desk) -> Option<(CallId, UnitId)> {
        let now = desk.now();
        let Drawn { key, gap } = self.next;
        self.remaining = gap;
        let named = match &self.config.arrivals {
            Arrivals::Trace(rows) => rows[self.arrived].1,
            Arrivals::Poisson(_) | Arrivals::Backlog { .. } | Arrivals::Closed { .. } => None,
        };
        let tenant = named.unwrap_or_else(|| self.config.tenants.choose(key));
        let unit = self.begin_unit(key, tenant, Parent::Nobody, desk);
        let call = self.config.call;
        let goes_next = desk.goes_next(PlatformEvent::Call(call, call::Event::Begun(unit)));
        self.arrived += 1;
        self.walked_to = now;
        self.plan_next(desk);
        // One arrival ahead: much waits for the moment of the next one, and nothing for this.
        self.next = self.draw();
        goes_next.then_some((call, unit))
    }

    /// Draws all that chance decides about a unit. Every kind of arrival draws all of it, so that a workload
    /// whose kind is changed by a patch keeps the keys of its units.
    #[inline(always)]
    fn draw(&mut self) -> Drawn {
        Drawn { key: self.stream.next_word(), gap: standard_exponential(&mut self.stream) }
    }

    /// The next arrival where arrivals do not come at random.
    #[inline(never)]
    fn next_unless_at_random(&self) -> Instant {
        match &self.config.arrivals {
            Arrivals::Backlog { at, count, gap } => {
                let offset = Span::from_nanos_f64(gap * self.arrived as f64);
                if self.arrived < *count { *at + offset } else { Instant::NEVER }
            }
            Arrivals::Trace(rows) => rows.get(self.arrived).map_or(Instant::NEVER, |(at, _)| *at),
            Arrivals::Closed { .. } => Instant::NEVER,
            Arrivals::Poisson(_) => unreachable!("the profile tells of these"),
        }
    }

    #[inline(always)]
    fn plan_next(&mut self, desk: &mut Desk) {
        if !self.config.is_enabled {
            return;
        }
        let now = desk.now();
        let next = if let Arrivals::Poisson(profile) = &self.config.arrivals {
            profile.moment_of(self.walked_to, self.remaining, &mut self.walk)
        } else {
            self.next_unless_at_random()
        };
        self.planned = None;
        if next < Instant::NEVER {
            let event = PlatformEvent::Workload(self.id, Event::Arrived);
            self.planned = Some(desk.plan(next.max(now), event));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_are_chosen_by_their_share() {
        let tenants = Tenants::new(vec![(0.5, 7), (0.75, 8), (1.0, 9)]);
        let word = |u: f64| numbers_below(u) << (u64::BITS - BITS);
        let chosen = [0.0, 0.499, 0.5, 0.74, 0.75, 0.999].map(|u| tenants.choose(word(u)));
        assert_eq!(chosen, [7, 7, 8, 8, 9, 9]);
    }
}
