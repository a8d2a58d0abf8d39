//! The agents of the organizations: groups with skills and shifts. An agent has no identity; what counts
//! is how many items a group's agents of one organization can still take.

use crate::engine::random::{Stream, uniform};
use crate::measure::gauge::Gauge;
use crate::platform::recorder::Target;
use crate::units::{Instant, Share};

/// A group of agents.
#[derive(Clone, Debug)]
pub struct Group {
    /// Which skills its agents have.
    pub has_skill: Vec<bool>,
    /// How many items the agents of each organization that has such agents can have in hand.
    pub places: Vec<u32>,
    /// The share of organizations that have such agents.
    pub tenants_share: Share,
    /// When its shifts begin and end, in the order of time; always on duty without any.
    pub shifts: Vec<(Instant, bool)>,
}

/// The agents as they work.
#[derive(Debug)]
pub(super) struct Agents {
    /// By group, then organization.
    places: Vec<Vec<u32>>,
    has_group: Vec<Vec<bool>>,
    busy: Vec<Vec<u32>>,
    is_on_duty: Vec<bool>,
    busy_in_all: u32,
    on_duty_in_all: u32,
}

impl Group {
    /// Whether its agents are on duty.
    pub(super) fn is_on_duty(&self, now: Instant) -> bool {
        let changes = self.shifts.partition_point(|(at, _)| *at <= now);
        match changes.checked_sub(1) {
            Some(last) => self.shifts[last].1,
            None => self.shifts.first().is_none_or(|(_, begins)| !begins),
        }
    }

    /// When a shift begins or ends next.
    pub(super) fn next_change(&self, now: Instant) -> Option<Instant> {
        let changes = self.shifts.partition_point(|(at, _)| *at <= now);
        self.shifts.get(changes).map(|(at, _)| *at)
    }
}

impl Agents {
    pub(super) fn new(groups: &[Group], tenants: u32, mut stream: Stream) -> Self {
        let mut has_group = Vec::new();
        for group in groups {
            let share = group.tenants_share.get();
            has_group.push((0..tenants).map(|_| uniform(&mut stream) < share).collect());
        }
        let mut agents = Self {
            places: groups.iter().map(|group| group.places.clone()).collect(),
            has_group,
            busy: groups.iter().map(|_| vec![0; tenants as usize]).collect(),
            is_on_duty: groups.iter().map(|group| group.is_on_duty(Instant::START)).collect(),
            busy_in_all: 0,
            on_duty_in_all: 0,
        };
        agents.count();
        agents
    }

    /// The first group of an organization with a free agent who has a skill.
    pub(super) fn free_group(&self, tenant: u32, skill: usize, groups: &[Group]) -> Option<u16> {
        let tenant = tenant as usize;
        let is_free = |group: &usize| {
            (groups[*group].has_skill[skill] && self.is_on_duty[*group])
                && self.has_group[*group][tenant]
                && self.busy[*group][tenant] < self.places[*group][tenant]
        };
        (0..groups.len()).find(is_free).and_then(|group| u16::try_from(group).ok())
    }

    pub(super) fn take(&mut self, group: u16, tenant: u32) {
        self.busy[usize::from(group)][tenant as usize] += 1;
        self.busy_in_all += 1;
    }

    pub(super) fn free(&mut self, group: u16, tenant: u32) {
        self.busy[usize::from(group)][tenant as usize] -= 1;
        self.busy_in_all -= 1;
    }

    pub(super) fn set_on_duty(&mut self, group: usize, is_on_duty: bool) {
        self.is_on_duty[group] = is_on_duty;
        self.count();
    }

    pub(super) fn reconfigure(&mut self, groups: &[Group]) {
        self.places = groups.iter().map(|group| group.places.clone()).collect();
        self.count();
    }

    /// How many items are in hand.
    pub(super) fn busy(&self) -> u32 {
        self.busy_in_all
    }

    /// How many items those on duty can have in hand.
    pub(super) fn on_duty(&self) -> u32 {
        self.on_duty_in_all
    }

    fn count(&mut self) {
        let groups = (0..self.places.len()).filter(|group| self.is_on_duty[*group]);
        let places = |group: usize| {
            let pairs = self.places[group].iter().zip(&self.has_group[group]);
            pairs.filter(|(_, has_group)| **has_group).map(|(places, _)| places).sum::<u32>()
        };
        self.on_duty_in_all = groups.map(places).sum();
    }

    pub(super) fn report_as_start(&self, target: &mut Target) {
        target.slots = Gauge::starting_at(self.on_duty());
    }
}
