//! The time series of every station and call: counts, levels and latencies in bins of one length.
//!
//! Handlers report what happens; nobody asks during a bin. Whatever is shown, judged or exported is
//! read from closed bins, so that observing more changes nothing.

use std::collections::VecDeque;

use super::measures::Stretch;
use super::parts::outcome::Outcome;
use crate::measure::gauge::{Gauge, Level};
use crate::measure::histogram::{Histogram, HistogramSeries};
use crate::units::{Instant, Span};

/// A station or a call, as something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TargetId(pub u16);

/// What happened at one target in one bin.
#[derive(Clone, Copy, Debug, Default)]
#[expect(missing_docs, reason = "the measures that read the fields say what they are")]
pub struct Bin {
    pub begun: u32,
    pub done: u32,
    pub failed: u32,
    pub in_vain: u32,
    pub retries: u32,
    pub attempts: u32,
    pub attempts_failed: u32,
    pub pulls: u32,
    pub pulls_failed: u32,
    pub loops: u32,
    pub reports: u32,
    pub assigned_from_blocked: u32,
    pub blocked_queues: u32,
    pub affected_queues: u32,
    pub missing_records: u32,
    pub set_aside: u32,
    pub waiting: Level,
    pub busy: Level,
    pub slots: Level,
    pub in_flight: Level,
    pub up: Level,
    pub oldest_wait: Span,
    pub is_image_missing: bool,
}

// A run's memory is mostly bins.
const _: () = assert!(size_of::<Bin>() == 176);

/// What happens at one target.
#[derive(Debug, Default)]
pub struct Target {
    /// The counts of the bin that is open; its levels are filled in when it closes.
    pub open: Bin,
    /// Attempts that wait for a slot.
    pub waiting: Gauge,
    /// Slots that are taken.
    pub busy: Gauge,
    /// Slots that there are.
    pub slots: Gauge,
    /// What has begun and not ended.
    pub in_flight: Gauge,
    /// Instances that are up.
    pub up: Gauge,
    latency: Histogram,
    watches: Vec<Watch>,
    waiting_of: Option<Vec<u32>>,
    /// How many queues of each tenant are blocked, if an indicator wants to know.
    pub blocked_of: Option<Vec<u32>>,
    /// How many queues of each tenant hold an item without its record, if an indicator wants to know.
    pub affected_of: Option<Vec<u32>>,
    bins: Vec<Bin>,
    latencies: HistogramSeries,
}

/// Which operations of a tenant an indicator counts as bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadWhen {
    /// It failed.
    Failed,
    /// It was done, but took longer than this.
    SlowerThan(Span),
}

/// Operations by tenant over a sliding window.
#[derive(Debug)]
struct Watch {
    bad_when: BadWhen,
    bins_max: usize,
    open: Vec<[u32; 2]>,
    closed: VecDeque<Vec<[u32; 2]>>,
    window: Vec<[u32; 2]>,
}

/// The time series of every target.
#[derive(Debug)]
pub struct Recorder {
    resolution: Span,
    targets: Vec<Target>,
}

impl Target {
    /// Counts the end of an operation.
    #[inline(always)]
    pub fn ended(&mut self, now: Instant, tenant: u32, outcome: Outcome, latency: Span) {
        self.in_flight.fall(now);
        if outcome.is_ok() {
            self.open.done += 1;
            self.latency.record(latency);
        } else {
            self.open.failed += 1;
        }
        for watch in &mut self.watches {
            watch.ended(tenant, outcome, latency);
        }
    }

    /// Counts the end of an attempt whose caller had given up: no good to anyone.
    pub fn ended_in_vain(&mut self, now: Instant) {
        self.in_flight.fall(now);
        self.open.in_vain += 1;
    }

    /// Counts the start of an operation.
    #[inline(always)]
    pub fn begun(&mut self, now: Instant) {
        self.in_flight.rise(now);
        self.open.begun += 1;
    }

    /// Counts one more waiting attempt of a tenant.
    #[inline(always)]
    pub fn waits(&mut self, now: Instant, tenant: u32) {
        self.waiting.rise(now);
        if let Some(waiting_of) = &mut self.waiting_of {
            waiting_of[tenant as usize] += 1;
        }
    }

    /// Counts one waiting attempt of a tenant less.
    #[inline(always)]
    pub fn waits_no_more(&mut self, now: Instant, tenant: u32) {
        self.waiting.fall(now);
        if let Some(waiting_of) = &mut self.waiting_of {
            waiting_of[tenant as usize] -= 1;
        }
    }

    fn close(&mut self, now: Instant) {
        let mut bin = std::mem::take(&mut self.open);
        bin.waiting = self.waiting.close(now);
        bin.busy = self.busy.close(now);
        bin.slots = self.slots.close(now);
        bin.in_flight = self.in_flight.close(now);
        bin.up = self.up.close(now);
        self.bins.push(bin);
        self.latencies.take(&mut self.latency);
        for watch in &mut self.watches {
            watch.close();
        }
    }
}

impl Watch {
    fn ended(&mut self, tenant: u32, outcome: Outcome, latency: Span) {
        let [bad, all] = &mut self.open[tenant as usize];
        match self.bad_when {
            BadWhen::Failed => {
                *all += 1;
                *bad += u32::from(outcome.is_err());
            }
            BadWhen::SlowerThan(limit) => {
                *all += u32::from(outcome.is_ok());
                *bad += u32::from(outcome.is_ok() && latency > limit);
            }
        }
    }

    fn close(&mut self) {
        let window = self.window.as_flattened_mut();
        for (sum, add) in window.iter_mut().zip(self.open.as_flattened()) {
            *sum += add;
        }
        let is_full = self.closed.len() == self.bins_max;
        let oldest = if is_full { self.closed.pop_front() } else { None };
        let next = match oldest {
            None => vec![[0; 2]; self.open.len()],
            Some(mut oldest) => {
                for (sum, sub) in window.iter_mut().zip(oldest.as_flattened()) {
                    *sum -= sub;
                }
                oldest.fill([0; 2]);
                oldest
            }
        };
        self.closed.push_back(std::mem::replace(&mut self.open, next));
    }
}

impl Recorder {
    /// Empty series of so many targets in bins of `resolution`, with room for a run up to `end`.
    #[must_use]
    pub fn new(resolution: Span, targets: usize, end: Instant) -> Self {
        let bins = end.as_nanos().div_ceil(resolution.as_nanos());
        // If all targets together have more than a million bins, room is made as the run goes.
        let room = usize::try_from(bins).unwrap_or(usize::MAX).min((1 << 20) / targets.max(1));
        let target = |_| Target {
            bins: Vec::with_capacity(room),
            latencies: HistogramSeries::with_room_for(room),
            ..Target::default()
        };
        Self { resolution, targets: (0..targets).map(target).collect() }
    }

    /// The target, to report to.
    #[inline]
    pub fn at(&mut self, target: TargetId) -> &mut Target {
        &mut self.targets[usize::from(target.0)]
    }

    /// Lets an indicator judge the operations of each tenant over a sliding window; gives its handle.
    pub fn watch(
        &mut self,
        target: TargetId,
        bad_when: BadWhen,
        bins: usize,
        tenants: usize,
    ) -> usize {
        let watches = &mut self.at(target).watches;
        watches.push(Watch {
            bad_when,
            bins_max: bins,
            open: vec![[0; 2]; tenants],
            closed: VecDeque::with_capacity(bins + 1),
            window: vec![[0; 2]; tenants],
        });
        watches.len() - 1
    }

    /// Lets an indicator know which tenants wait.
    pub fn watch_waiting(&mut self, target: TargetId, tenants: usize) {
        self.at(target).waiting_of.get_or_insert_with(|| vec![0; tenants]);
    }

    /// Lets an indicator know which tenants have a queue that is blocked.
    pub fn watch_blocked(&mut self, target: TargetId, tenants: usize) {
        self.at(target).blocked_of.get_or_insert_with(|| vec![0; tenants]);
    }

    /// Lets an indicator know which tenants have an item without its record.
    pub fn watch_affected(&mut self, target: TargetId, tenants: usize) {
        self.at(target).affected_of.get_or_insert_with(|| vec![0; tenants]);
    }

    /// How many queues of each tenant are blocked.
    #[must_use]
    pub fn blocked_of(&self, target: TargetId) -> &[u32] {
        self.targets[usize::from(target.0)].blocked_of.as_deref().unwrap_or(&[])
    }

    /// How many queues of each tenant hold an item without its record.
    #[must_use]
    pub fn affected_of(&self, target: TargetId) -> &[u32] {
        self.targets[usize::from(target.0)].affected_of.as_deref().unwrap_or(&[])
    }

    /// Bad and all operations of each tenant in the window of a watch.
    #[must_use]
    pub fn tenants_in(&self, target: TargetId, watch: usize) -> &[[u32; 2]] {
        &self.targets[usize::from(target.0)].watches[watch].window
    }

    /// How many attempts of each tenant wait.
    #[must_use]
    pub fn waiting_of(&self, target: TargetId) -> &[u32] {
        self.targets[usize::from(target.0)].waiting_of.as_deref().unwrap_or(&[])
    }

    /// Closes the open bin of every target.
    pub fn close_bins(&mut self, now: Instant) {
        for target in &mut self.targets {
            target.close(now);
        }
    }

    /// The closed bins of a target from `first` up to but not including `end`, as far as there are any.
    #[must_use]
    pub fn stretch(&self, target: TargetId, first: usize, end: usize) -> Stretch<'_> {
        let target = &self.targets[usize::from(target.0)];
        let end = end.min(target.bins.len());
        let first = first.min(end);
        Stretch {
            bins: &target.bins[first..end],
            latencies: target.latencies.all().part(first..end),
            resolution: self.resolution,
        }
    }

    /// How many bins are closed at all targets together.
    #[must_use]
    #[inline]
    pub fn points(&self) -> usize {
        self.bins() * self.targets.len()
    }

    /// How many bins are closed.
    #[must_use]
    #[inline]
    pub fn bins(&self) -> usize {
        self.targets.first().map_or(0, |target| target.bins.len())
    }

    /// How long one bin is.
    #[must_use]
    pub fn resolution(&self) -> Span {
        self.resolution
    }
}
