//! Indicators: what "bad" means, when it began and ended, who was hurt, and when somebody is paged.
//!
//! An indicator reads closed bins of the recorder and keeps only its own state. A window opens once
//! the measure has been bad for the whole of `held`, and is dated from the first bad evaluation; it
//! closes once it has been good for `clear_after`, and is dated to the first good one.

use super::measures::{Kind, Measure, Stretch};
use super::recorder::{BadWhen, Recorder, TargetId};
use super::spells::Spells;
use crate::units::{Instant, Share, Span};

/// What an indicator watches and when it is bad; spans in whole bins of the recorder.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// What is watched.
    pub targets: Vec<TargetId>,
    /// What is measured.
    pub measure: Measure,
    /// The percentile of a latency.
    pub percentile: f64,
    /// Beyond what the measure is bad, in the measure's unit (times in nanoseconds).
    pub threshold: Threshold,
    /// Over how many bins the measure is taken.
    pub window_bins: usize,
    /// After how many bins it is evaluated again.
    pub every_bins: usize,
    /// How long it must be bad before it counts.
    pub held: Span,
    /// How long it must be good before it is over.
    pub clear_after: Span,
    /// In how many of the targets it must be bad.
    pub at_least: usize,
    /// Over which share of tenants it must be bad, and how many operations make a tenant count.
    pub tenants: Option<(Share, u32)>,
    /// With fewer operations in the window nothing is said.
    pub count_min: u32,
    /// Whether somebody is paged.
    pub is_alerting: bool,
    /// How urgent that page is: higher goes first.
    pub priority: i32,
    /// Whether it is harm to customers.
    pub is_impact: bool,
}

/// Where bad begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// More than this is bad.
    Above(f64),
    /// Less than this is bad.
    Below(f64),
}

/// A span of time in which an indicator was bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first bad evaluation.
    pub from: Instant,
    /// The first good one after it; nothing if it was still bad at the end.
    pub to: Option<Instant>,
}

/// What an evaluation led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A window opened.
    Began,
    /// The window closed.
    Ended,
}

/// An indicator and what it has seen.
#[derive(Debug)]
pub struct Indicator {
    config: Config,
    watches: Vec<usize>,
    bad_since: Option<Instant>,
    good_since: Option<Instant>,
    is_open: bool,
    windows: Vec<Window>,
    hurt: Vec<bool>,
    pending_hurt: Vec<bool>,
    tenant_time: Span,
    pending_tenant_time: Span,
    is_bad_now: Vec<bool>,
    spells: Spells,
    alerted: Option<Instant>,
}

impl Threshold {
    /// Whether a value lies beyond the bound.
    #[must_use]
    pub fn is_crossed(self, value: f64) -> bool {
        match self {
            Self::Above(bound) => value > bound,
            Self::Below(bound) => value < bound,
        }
    }
}

impl Indicator {
    /// An indicator that has seen nothing, registered with the recorder.
    #[must_use]
    pub fn new(config: Config, recorder: &mut Recorder, tenants: usize) -> Self {
        let bad_when = match (config.measure, config.threshold) {
            (Measure::Latency, Threshold::Above(limit)) => {
                BadWhen::SlowerThan(Span::from_nanos_f64(limit))
            }
            _ => BadWhen::Failed,
        };
        let mut watches = Vec::new();
        for target in &config.targets {
            if config.measure.is_of_operations() {
                // One more than there are tenants: work of the platform's own is nobody's.
                watches.push(recorder.watch(*target, bad_when, config.window_bins, tenants + 1));
            } else if config.measure.is_about_blocked() {
                recorder.watch_blocked(*target, tenants);
            } else if config.measure.is_about_records() {
                recorder.watch_affected(*target, tenants);
            } else if !config.measure.is_of(Kind::Call) {
                recorder.watch_waiting(*target, tenants + 1);
            }
        }
        Self {
            config,
            watches,
            bad_since: None,
            good_since: None,
            is_open: false,
            windows: Vec::new(),
            hurt: vec![false; tenants],
            pending_hurt: vec![false; tenants],
            tenant_time: Span::ZERO,
            pending_tenant_time: Span::ZERO,
            is_bad_now: vec![false; tenants],
            spells: Spells::new(tenants),
            alerted: None,
        }
    }

    /// How it was set up.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its windows so far.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// When somebody was first paged.
    #[must_use]
    pub fn alerted(&self) -> Option<Instant> {
        self.alerted
    }

    /// How many tenants were hurt in any window.
    #[must_use]
    pub fn tenants_hurt(&self) -> usize {
        self.hurt.iter().filter(|is_hurt| **is_hurt).count()
    }

    /// How long tenants were hurt, added over them.
    #[must_use]
    pub fn tenant_time(&self) -> Span {
        self.tenant_time
    }

    /// Whether it was bad when it was last evaluated, for however long.
    #[must_use]
    pub fn is_bad_now(&self) -> bool {
        self.bad_since.is_some() && self.good_since.is_none()
    }

    /// Whether its turn comes when so many bins are closed.
    #[must_use]
    pub fn is_due(&self, bins: usize) -> bool {
        bins.is_multiple_of(self.config.every_bins)
    }

    /// Beyond what a reading of one of its places is bad.
    #[must_use]
    pub fn bound(&self) -> Threshold {
        match self.config.tenants {
            Some((share, _)) => Threshold::Above(share.get()),
            None => self.config.threshold,
        }
    }

    /// What it reads of one of its places when `bins` bins are closed: the measure, or, where it judges
    /// tenants one by one, the share of them that are bad; nothing where nothing can be said.
    #[must_use]
    pub fn reading(&self, place: usize, bins: usize, recorder: &Recorder) -> Option<f64> {
        let stretch = self.window(place, bins, recorder)?;
        match self.config.tenants {
            Some((_, count_min)) => {
                let (bad, all) = self.bad_tenants(place, count_min, recorder);
                (all > 0).then(|| f64::from(bad) / f64::from(all))
            }
            None => stretch.value(self.config.measure, self.config.percentile),
        }
    }

    /// The window of one of its places, unless too little happened in it.
    fn window<'a>(&self, place: usize, bins: usize, recorder: &'a Recorder) -> Option<Stretch<'a>> {
        let first = bins.saturating_sub(self.config.window_bins);
        let stretch = recorder.stretch(self.config.targets[place], first, bins);
        let is_too_little = self.config.measure.is_of_operations()
            && stretch.operations() < f64::from(self.config.count_min);
        (!is_too_little).then_some(stretch)
    }

    /// When which tenant was hurt.
    #[must_use]
    pub fn spells(&self) -> &Spells {
        &self.spells
    }

    /// Evaluates it at `now`, when `bins` bins are closed, if its turn has come.
    pub fn evaluate(&mut self, now: Instant, bins: usize, recorder: &Recorder) -> Option<Change> {
        if !self.is_due(bins) {
            return None;
        }
        self.judge_tenants(recorder);
        if self.is_bad(bins, recorder) { self.on_bad(now, recorder) } else { self.on_good(now) }
    }

    fn is_bad(&self, bins: usize, recorder: &Recorder) -> bool {
        let count = (0..self.config.targets.len())
            .filter(|place| {
                let Some(stretch) = self.window(*place, bins, recorder) else { return false };
                match self.config.tenants {
                    Some((share, count_min)) => {
                        let (bad, all) = self.bad_tenants(*place, count_min, recorder);
                        all > 0 && f64::from(bad) > share.get() * f64::from(all)
                    }
                    None => stretch
                        .value(self.config.measure, self.config.percentile)
                        .is_some_and(|value| self.config.threshold.is_crossed(value)),
                }
            })
            .count();
        count >= self.config.at_least
    }

    /// How many of the tenants that count are bad at one place, and how many count.
    fn bad_tenants(&self, place: usize, count_min: u32, recorder: &Recorder) -> (u32, u32) {
        let tenants = recorder.tenants_in(self.config.targets[place], self.watches[place]);
        let tenants = &tenants[..self.hurt.len()];
        let counting = tenants.iter().filter(|[_, all]| *all >= count_min);
        counting.fold((0, 0), |(bad, all), tenant| {
            (bad + u32::from(self.is_tenant_bad(*tenant)), all + 1)
        })
    }

    fn is_tenant_bad(&self, [bad, all]: [u32; 2]) -> bool {
        let share = f64::from(bad) / f64::from(all.max(1));
        if self.config.measure == Measure::Latency {
            // The p-th percentile lies above the limit if more than 100 - p per cent took longer.
            share > 1.0 - self.config.percentile / 100.0
        } else {
            self.config.threshold.is_crossed(share)
        }
    }

    /// Marks the tenants that are hurt at this moment: by their own operations where the measure
    /// judges operations, else those that wait.
    fn judge_tenants(&mut self, recorder: &Recorder) {
        self.is_bad_now.fill(false);
        for index in 0..self.config.targets.len() {
            let target = self.config.targets[index];
            if let Some(watch) = self.watches.get(index) {
                let count_min = self.config.tenants.map_or(1, |(_, count_min)| count_min);
                let counts = recorder.tenants_in(target, *watch);
                for tenant in 0..self.hurt.len() {
                    let counts = counts[tenant];
                    if counts[1] >= count_min && self.is_tenant_bad(counts) {
                        self.is_bad_now[tenant] = true;
                    }
                }
            } else {
                let measure = self.config.measure;
                let those_hurt = if measure.is_about_blocked() {
                    recorder.blocked_of(target)
                } else if measure.is_about_records() {
                    recorder.affected_of(target)
                } else {
                    recorder.waiting_of(target)
                };
                for (is_bad, hurt) in self.is_bad_now.iter_mut().zip(those_hurt) {
                    *is_bad |= *hurt > 0;
                }
            }
        }
    }

    fn on_bad(&mut self, now: Instant, recorder: &Recorder) -> Option<Change> {
        self.good_since = None;
        let since = *self.bad_since.get_or_insert(now);
        let step = recorder.resolution() * self.config.every_bins as u64;
        let mut count = 0;
        for (tenant, is_bad) in self.is_bad_now.iter().enumerate() {
            if *is_bad {
                self.pending_hurt[tenant] = true;
                count += 1;
                self.spells.add(tenant, now, now + step);
            }
        }
        self.pending_tenant_time = self.pending_tenant_time + step * count;
        if !self.is_open && now.since(since) < self.config.held {
            return None;
        }
        self.settle_tenants();
        if self.is_open {
            return None;
        }
        self.is_open = true;
        self.windows.push(Window { from: since, to: None });
        if self.config.is_alerting {
            self.alerted.get_or_insert(now);
        }
        Some(Change::Began)
    }

    fn on_good(&mut self, now: Instant) -> Option<Change> {
        if !self.is_open {
            self.bad_since = None;
            self.pending_hurt.fill(false);
            self.pending_tenant_time = Span::ZERO;
            self.spells.forget();
            return None;
        }
        let since = *self.good_since.get_or_insert(now);
        if now.since(since) < self.config.clear_after {
            return None;
        }
        self.is_open = false;
        self.bad_since = None;
        self.good_since = None;
        if let Some(window) = self.windows.last_mut() {
            window.to = Some(since);
        }
        Some(Change::Ended)
    }

    fn settle_tenants(&mut self) {
        for (hurt, pending) in self.hurt.iter_mut().zip(&mut self.pending_hurt) {
            *hurt |= std::mem::take(pending);
        }
        self.tenant_time = self.tenant_time + std::mem::take(&mut self.pending_tenant_time);
        self.spells.settle();
    }

    /// Dates the window that is open at the end of the run, if it was already good by then.
    pub fn finish(&mut self) {
        if let (true, Some(since)) = (self.is_open, self.good_since)
            && let Some(window) = self.windows.last_mut()
        {
            window.to = Some(since);
        }
    }
}
