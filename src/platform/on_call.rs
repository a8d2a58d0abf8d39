//! The people on call: alerts wait for them, behind more urgent ones, and among alerts that mean nothing.
//!
//! Whoever is free takes up the most urgent alert, of equals the oldest, and is busy with it for a while.
//! What follows an alert follows from the moment at which somebody takes it up. Left out: shifts of the
//! people on call, escalation, and alerts that are overlooked for good.

use std::collections::BTreeSet;

use super::Event as PlatformEvent;
use super::desk::Desk;
use crate::engine::random::Stream;
use crate::engine::sample::{Sampler, standard_exponential};
use crate::units::{Instant, Span};

/// What happens to the people on call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An alert came that means nothing.
    NoiseCame,
    /// Somebody has finished with an alert.
    Freed,
}

/// Who is on call, and what else keeps them busy.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many people there are.
    pub people: u32,
    /// How long somebody is busy with an alert.
    pub handling: Sampler,
    /// Alerts that mean nothing, if there are any.
    pub noise: Option<Noise>,
}

/// Alerts that mean nothing.
#[derive(Clone, Debug)]
pub struct Noise {
    /// How many come per nanosecond, at random.
    pub rate: f64,
    /// How urgent they claim to be: higher goes first.
    pub priority: i32,
    /// How long it takes to see that one means nothing.
    pub handling: Sampler,
}

/// The people on call as they work.
#[derive(Debug)]
pub struct OnCall {
    config: Config,
    stream: Stream,
    free: u32,
    /// By urgency, then in the order of arrival; an alert of an indicator or noise.
    waiting: BTreeSet<(i64, u64, Option<u16>)>,
    arrived: u64,
}

impl OnCall {
    /// People with nothing to do.
    pub fn new(config: Config, stream: Stream, desk: &mut Desk) -> Self {
        let free = config.people;
        let mut on_call = Self { config, stream, free, waiting: BTreeSet::new(), arrived: 0 };
        on_call.plan_noise(desk);
        on_call
    }

    /// How many alerts wait for somebody.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn plan_noise(&mut self, desk: &mut Desk) {
        if let Some(noise) = &self.config.noise {
            let gap = standard_exponential(&mut self.stream) / noise.rate;
            let at = desk.now() + Span::from_nanos_f64(gap);
            if at < Instant::NEVER {
                desk.plan(at, PlatformEvent::OnCall(Event::NoiseCame));
            }
        }
    }

    /// Handles what happens to them, and gives the indicators whose alerts are taken up now.
    pub fn handle(&mut self, event: Event, desk: &mut Desk) -> Vec<u16> {
        match event {
            Event::NoiseCame => {
                self.plan_noise(desk);
                let priority = self.config.noise.as_ref().map_or(0, |noise| noise.priority);
                self.add(priority, None);
            }
            Event::Freed => self.free += 1,
        }
        self.take_up(desk)
    }

    /// An indicator paged; gives the indicators whose alerts are taken up now.
    pub fn page(&mut self, indicator: u16, priority: i32, desk: &mut Desk) -> Vec<u16> {
        self.add(priority, Some(indicator));
        self.take_up(desk)
    }

    fn add(&mut self, priority: i32, alert: Option<u16>) {
        self.waiting.insert((-i64::from(priority), self.arrived, alert));
        self.arrived += 1;
    }

    fn take_up(&mut self, desk: &mut Desk) -> Vec<u16> {
        let mut taken_up = Vec::new();
        while self.free > 0
            && let Some((.., alert)) = self.waiting.pop_first()
        {
            self.free -= 1;
            taken_up.extend(alert);
            let handling = match (&self.config.noise, alert) {
                (Some(noise), None) => &noise.handling,
                (Some(_) | None, Some(_)) | (None, None) => &self.config.handling,
            };
            let span = handling.sample(&mut self.stream);
            desk.plan(desk.now() + span, PlatformEvent::OnCall(Event::Freed));
        }
        taken_up
    }
}
