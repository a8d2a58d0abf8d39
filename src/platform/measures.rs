//! What can be measured of a station, a call or a workload, and how a span of time becomes one number.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::recorder::Bin;
use crate::measure::gauge::Level;
use crate::measure::histogram::Histograms;
use crate::units::Span;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many units (at a station: attempts) begin per second.
    ArrivalRate,
    /// How many are done per second.
    DoneRate,
    /// How many fail per second.
    FailureRate,
    /// How many attempts after the first begin per second (calls and workloads).
    RetryRate,
    /// The share of ended ones that failed.
    ErrorShare,
    /// The share of attempts that failed or timed out, whether a retry then succeeded or not (calls and
    /// workloads).
    AttemptErrorShare,
    /// The share of attempts that were done after their caller had given up (stations).
    InVainShare,
    /// How long those that were done took: a percentile.
    Latency,
    /// How long those that were done took on average.
    MeanLatency,
    /// How many attempts wait for a slot (stations).
    QueueDepth,
    /// How many have begun and not ended.
    InFlight,
    /// The share of slots that are taken (stations).
    BusyShare,
    /// How many instances are up (stations).
    Replicas,
    /// How long the attempt that waits longest has waited (stations).
    OldestWait,
    /// The share of image pulls that failed (stations).
    FailedPullShare,
    /// Whether the image of the station's release is missing from the registry: 1 or 0 (stations).
    ImageMissing,
    /// How long ago the job was due that waits and was due first (job engines and types of jobs).
    Lag,
    /// How many missed jobs customers report per second (job engines and types of jobs).
    ReportRate,
    /// How many rounds assistants make per second (assistants).
    LoopRate,
    /// How many queues assign nothing since the record of their first item is missing (routing).
    BlockedQueues,
    /// How many queues hold an item whose record is missing (routing).
    AffectedQueues,
    /// How many items wait whose record is missing (routing).
    MissingRecords,
    /// How many items are set aside until their record is back (routing).
    SetAside,
    /// How many items per second are assigned from a queue that is blocked (routing).
    AssignedFromBlockedRate,
}

/// What kind of thing is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    /// A call, or a workload by its call.
    Call,
    /// A type of jobs, from when they are due.
    JobType,
    Service,
    Jobs,
    Routing,
    Assistant,
}

impl Kind {
    /// What it is called in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "a call or workload",
            Self::JobType => "a type of jobs",
            Self::Service => "a service",
            Self::Jobs => "a job engine",
            Self::Routing => "routing",
            Self::Assistant => "an assistant",
        }
    }
}

/// The unit of a measure's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// A share or a count.
    Number,
    /// Nanoseconds.
    Time,
    /// Events per second.
    Rate,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 24] = [
        Self::ArrivalRate,
        Self::DoneRate,
        Self::FailureRate,
        Self::RetryRate,
        Self::ErrorShare,
        Self::AttemptErrorShare,
        Self::InVainShare,
        Self::Latency,
        Self::MeanLatency,
        Self::QueueDepth,
        Self::InFlight,
        Self::BusyShare,
        Self::Replicas,
        Self::OldestWait,
        Self::FailedPullShare,
        Self::ImageMissing,
        Self::Lag,
        Self::ReportRate,
        Self::LoopRate,
        Self::BlockedQueues,
        Self::AffectedQueues,
        Self::MissingRecords,
        Self::SetAside,
        Self::AssignedFromBlockedRate,
    ];

    /// The unit of its values.
    #[must_use]
    pub fn dimension(self) -> Dimension {
        match self {
            Self::ArrivalRate
            | Self::DoneRate
            | Self::FailureRate
            | Self::RetryRate
            | Self::ReportRate
            | Self::LoopRate
            | Self::AssignedFromBlockedRate => Dimension::Rate,
            Self::Latency | Self::MeanLatency | Self::OldestWait | Self::Lag => Dimension::Time,
            Self::ErrorShare
            | Self::AttemptErrorShare
            | Self::InVainShare
            | Self::QueueDepth
            | Self::InFlight
            | Self::BusyShare
            | Self::Replicas
            | Self::FailedPullShare
            | Self::ImageMissing
            | Self::BlockedQueues
            | Self::AffectedQueues
            | Self::MissingRecords
            | Self::SetAside => Dimension::Number,
        }
    }

    /// Whether something of a kind has it.
    #[must_use]
    pub fn is_of(self, kind: Kind) -> bool {
        match self {
            Self::ArrivalRate
            | Self::DoneRate
            | Self::FailureRate
            | Self::ErrorShare
            | Self::Latency
            | Self::MeanLatency
            | Self::InFlight => true,
            Self::RetryRate => matches!(kind, Kind::Call | Kind::JobType),
            Self::AttemptErrorShare => kind == Kind::Call,
            Self::QueueDepth => kind != Kind::Call,
            Self::InVainShare | Self::BusyShare => !matches!(kind, Kind::Call | Kind::JobType),
            Self::OldestWait => {
                matches!(kind, Kind::Service | Kind::Routing | Kind::Assistant)
            }
            Self::Replicas | Self::FailedPullShare | Self::ImageMissing => kind == Kind::Service,
            Self::Lag | Self::ReportRate => matches!(kind, Kind::Jobs | Kind::JobType),
            Self::LoopRate => kind == Kind::Assistant,
            Self::BlockedQueues
            | Self::AffectedQueues
            | Self::MissingRecords
            | Self::SetAside
            | Self::AssignedFromBlockedRate => kind == Kind::Routing,
        }
    }

    /// The level that it reads, if it is one that a time average makes sense of.
    fn level(self) -> Option<fn(&Bin) -> &Level> {
        match self {
            Self::QueueDepth => Some(|bin| &bin.waiting),
            Self::InFlight => Some(|bin| &bin.in_flight),
            Self::Replicas => Some(|bin| &bin.up),
            Self::ArrivalRate
            | Self::DoneRate
            | Self::FailureRate
            | Self::RetryRate
            | Self::ErrorShare
            | Self::AttemptErrorShare
            | Self::InVainShare
            | Self::Latency
            | Self::MeanLatency
            | Self::BusyShare
            | Self::OldestWait
            | Self::FailedPullShare
            | Self::ImageMissing
            | Self::Lag
            | Self::ReportRate
            | Self::LoopRate
            | Self::BlockedQueues
            | Self::AffectedQueues
            | Self::MissingRecords
            | Self::SetAside
            | Self::AssignedFromBlockedRate => None,
        }
    }

    /// Whether it hurts the tenants whose queues are blocked, and not those who wait.
    #[must_use]
    pub fn is_about_blocked(self) -> bool {
        self == Self::BlockedQueues
    }

    /// Whether it hurts the tenants with an item without its record, whether it blocks others or not.
    #[must_use]
    pub fn is_about_records(self) -> bool {
        matches!(self, Self::AffectedQueues | Self::MissingRecords | Self::SetAside)
    }

    /// Whether it judges ended operations, so that each tenant can be judged by its own.
    #[must_use]
    pub fn is_of_operations(self) -> bool {
        matches!(self, Self::ErrorShare | Self::Latency)
    }
}

/// A stretch of a target's series.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// The bins, each of `resolution`.
    pub bins: &'a [Bin],
    /// The latencies of the same bins.
    pub latencies: Histograms<'a>,
    /// How long one bin is.
    pub resolution: Span,
}

impl<'a> Stretch<'a> {
    /// The value of a measure over the whole stretch, or nothing where there is none (no operation
    /// ended, no pull was tried); rates per second, times in nanoseconds.
    ///
    /// Levels that matter at the moment (queue, in flight, replicas, oldest wait) give their last value.
    #[must_use]
    pub fn value(&self, measure: Measure, percentile: f64) -> Option<f64> {
        let sum = |field: fn(&Bin) -> u32| -> f64 {
            self.bins.iter().map(|bin| f64::from(field(bin))).sum()
        };
        let seconds = self.resolution.as_secs_f64() * self.bins.len() as f64;
        let last = self.bins.last()?;
        match measure {
            Measure::ArrivalRate => Some(sum(|bin| bin.begun) / seconds),
            Measure::DoneRate => Some(sum(|bin| bin.done) / seconds),
            Measure::FailureRate => Some(sum(|bin| bin.failed) / seconds),
            Measure::RetryRate => Some(sum(|bin| bin.retries) / seconds),
            Measure::ErrorShare => share(sum(|bin| bin.failed), self.operations()),
            Measure::AttemptErrorShare => {
                share(sum(|bin| bin.attempts_failed), sum(|bin| bin.attempts))
            }
            Measure::InVainShare => share(sum(|bin| bin.in_vain), self.operations()),
            Measure::FailedPullShare => share(sum(|bin| bin.pulls_failed), sum(|bin| bin.pulls)),
            Measure::Latency => {
                self.latencies.merged().percentile(percentile).map(Span::as_nanos_f64)
            }
            Measure::MeanLatency => self.mean_latency(),
            Measure::QueueDepth => Some(f64::from(last.waiting.last)),
            Measure::InFlight => Some(f64::from(last.in_flight.last)),
            Measure::Replicas => Some(f64::from(last.up.last)),
            Measure::OldestWait | Measure::Lag => Some(last.oldest_wait.as_nanos_f64()),
            Measure::ReportRate => Some(sum(|bin| bin.reports) / seconds),
            Measure::LoopRate => Some(sum(|bin| bin.loops) / seconds),
            Measure::AssignedFromBlockedRate => {
                Some(sum(|bin| bin.assigned_from_blocked) / seconds)
            }
            Measure::BlockedQueues => Some(f64::from(last.blocked_queues)),
            Measure::AffectedQueues => Some(f64::from(last.affected_queues)),
            Measure::MissingRecords => Some(f64::from(last.missing_records)),
            Measure::SetAside => Some(f64::from(last.set_aside)),
            Measure::ImageMissing => Some(f64::from(u8::from(last.is_image_missing))),
            Measure::BusyShare => share(
                self.bins.iter().map(|bin| bin.busy.area).sum(),
                self.bins.iter().map(|bin| bin.slots.area).sum(),
            ),
        }
    }

    /// The time average of a level, or the value over the whole stretch of anything else.
    #[must_use]
    pub fn overall(&self, measure: Measure, percentile: f64) -> Option<f64> {
        let Some(level) = measure.level() else { return self.value(measure, percentile) };
        let nanos = self.resolution.as_nanos_f64() * self.bins.len() as f64;
        (nanos > 0.0).then(|| self.bins.iter().map(|bin| level(bin).area).sum::<f64>() / nanos)
    }

    /// The number of events that a rate or a share counts.
    #[must_use]
    pub fn total(&self, measure: Measure) -> f64 {
        let field: fn(&Bin) -> u32 = match measure {
            Measure::ArrivalRate => |bin| bin.begun,
            Measure::DoneRate | Measure::Latency | Measure::MeanLatency => |bin| bin.done,
            Measure::FailureRate | Measure::ErrorShare => |bin| bin.failed,
            Measure::RetryRate => |bin| bin.retries,
            Measure::AttemptErrorShare => |bin| bin.attempts_failed,
            Measure::InVainShare => |bin| bin.in_vain,
            Measure::FailedPullShare => |bin| bin.pulls_failed,
            Measure::QueueDepth => |bin| bin.waiting.last,
            Measure::InFlight => |bin| bin.in_flight.last,
            Measure::Replicas => |bin| bin.up.last,
            Measure::ImageMissing => |bin| u32::from(bin.is_image_missing),
            Measure::ReportRate => |bin| bin.reports,
            Measure::LoopRate => |bin| bin.loops,
            Measure::AssignedFromBlockedRate => |bin| bin.assigned_from_blocked,
            Measure::BlockedQueues => |bin| bin.blocked_queues,
            Measure::AffectedQueues => |bin| bin.affected_queues,
            Measure::MissingRecords => |bin| bin.missing_records,
            Measure::SetAside => |bin| bin.set_aside,
            Measure::BusyShare | Measure::OldestWait | Measure::Lag => |_| 0,
        };
        self.bins.iter().map(|bin| f64::from(field(bin))).sum()
    }

    /// The largest value that the measure had in the stretch, bin by bin.
    #[must_use]
    pub fn extreme(&self, measure: Measure, percentile: f64, is_max: bool) -> Option<f64> {
        let values = (0..self.bins.len()).filter_map(|bin| {
            let Some(level) = measure.level() else {
                return self.part(bin..bin + 1).value(measure, percentile);
            };
            let Level { min, max, .. } = *level(&self.bins[bin]);
            Some(f64::from(if is_max { max } else { min }))
        });
        if is_max { values.reduce(f64::max) } else { values.reduce(f64::min) }
    }

    /// Some bins of the stretch, as far as it has them.
    #[must_use]
    pub fn part(&self, bins: Range<usize>) -> Stretch<'a> {
        let end = bins.end.min(self.bins.len());
        let part = bins.start.min(end)..end;
        let latencies = self.latencies.part(part.clone());
        Stretch { bins: &self.bins[part], latencies, resolution: self.resolution }
    }

    /// How many operations ended.
    #[must_use]
    pub fn operations(&self) -> f64 {
        self.bins
            .iter()
            .map(|bin| f64::from(bin.done) + f64::from(bin.failed) + f64::from(bin.in_vain))
            .sum()
    }

    fn mean_latency(&self) -> Option<f64> {
        share(self.latencies.sum() as f64, self.latencies.count() as f64)
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
