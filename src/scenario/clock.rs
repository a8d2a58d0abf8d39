//! The scenario's clock: local date and time on one side, moments of the run on the other.

use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, civil};

use super::file;
use crate::platform::registry::Moment;
use crate::units::{Instant, LocalTime, Span};

/// When a run begins and ends, and what its moments are called locally.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: TimeZone,
    origin: Timestamp,
    warm_up: Span,
    end: Instant,
    resolution: Span,
}

impl Clock {
    /// The clock of a scenario.
    ///
    /// # Errors
    ///
    /// Fails with the field that is wrong and why: an unknown zone, a time outside the calendar.
    pub fn new(clock: &file::Clock) -> Result<Self, (&'static str, String)> {
        let zone = TimeZone::get(&clock.zone).map_err(|_| {
            let message = format!(
                "must be the name of a time zone such as \"America/New_York\" or \"UTC\", found {:?}",
                clock.zone
            );
            ("zone", message)
        })?;
        let outside = |_| "lies outside the calendar".to_owned();
        for (field, time) in [("start", clock.start), ("end", clock.end)] {
            if is_gap(&zone, time) {
                let message = format!(
                    "never comes in {}: clocks go forward over {time}; take a time after that",
                    clock.zone
                );
                return Err((field, message));
            }
        }
        let start =
            zone.to_timestamp(clock.start.civil()).map_err(|error| ("start", outside(error)))?;
        let warm_up = jiff::SignedDuration::from_nanos(
            i64::try_from(clock.warm_up.as_nanos()).unwrap_or(i64::MAX),
        );
        let origin = start.checked_sub(warm_up).map_err(|error| ("warm_up", outside(error)))?;
        let mut this = Self {
            zone,
            origin,
            warm_up: clock.warm_up,
            end: Instant::NEVER,
            resolution: clock.resolution,
        };
        this.end = this.instant(clock.end).unwrap_or(Instant::START);
        Ok(this)
    }

    /// When observation begins.
    #[must_use]
    pub fn observed_from(&self) -> Instant {
        Instant::START + self.warm_up
    }

    /// When the run ends.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.end
    }

    /// How long a bin of the time series is.
    #[must_use]
    pub fn resolution(&self) -> Span {
        self.resolution
    }

    /// Whether clocks go forward over a local time, so that it never comes.
    #[must_use]
    pub fn is_skipped(&self, local: LocalTime) -> bool {
        is_gap(&self.zone, local)
    }

    /// The moment of a local time, which may lie before the run.
    #[must_use]
    pub fn moment(&self, local: LocalTime) -> Option<Moment> {
        self.moment_of(local.civil())
    }

    /// The moment of a civil date and time, which may lie before the run.
    #[must_use]
    pub fn moment_of(&self, local: civil::DateTime) -> Option<Moment> {
        let timestamp = self.zone.to_timestamp(local).ok()?;
        i64::try_from(timestamp.duration_since(self.origin).as_nanos()).ok()
    }

    /// The moment of a local time, if it lies in the run or after it.
    #[must_use]
    pub fn instant(&self, local: LocalTime) -> Option<Instant> {
        u64::try_from(self.moment(local)?).ok().map(Instant::from_nanos)
    }

    /// The first moment that a local time no longer means: a minute later without seconds.
    #[must_use]
    pub fn end_of(&self, local: LocalTime) -> Option<Instant> {
        let width = if local.is_minute() { Span::from_secs(60) } else { Span::from_nanos(1) };
        self.instant(local).map(|instant| instant + width)
    }

    /// What a moment of the run is called locally.
    #[must_use]
    pub fn local(&self, instant: Instant) -> civil::DateTime {
        self.zone.to_datetime(self.timestamp(instant))
    }

    /// A moment of the run as RFC 3339 writes it, with the zone's offset: `2026-03-02T09:51:00-05:00`.
    #[must_use]
    pub fn rfc_3339(&self, instant: Instant) -> String {
        let timestamp = self.timestamp(instant);
        timestamp.display_with_offset(self.zone.to_offset(timestamp)).to_string()
    }

    /// The point in time that a moment of the run is.
    #[must_use]
    pub fn timestamp(&self, instant: Instant) -> Timestamp {
        let nanos = i64::try_from(instant.as_nanos()).unwrap_or(i64::MAX);
        let since_origin = jiff::SignedDuration::from_nanos(nanos);
        self.origin.checked_add(since_origin).unwrap_or(Timestamp::MAX)
    }

    /// The number of the first bin that begins at `instant` or later.
    #[must_use]
    pub fn bin(&self, instant: Instant) -> usize {
        let bins = instant.as_nanos().div_ceil(self.resolution.as_nanos());
        usize::try_from(bins).unwrap_or(usize::MAX)
    }

    /// When a bin begins.
    #[must_use]
    pub fn bin_begins(&self, bin: usize) -> Instant {
        Instant::START + self.resolution * bin as u64
    }
}

/// Whether clocks of a zone go forward over a local time.
fn is_gap(zone: &TimeZone, local: LocalTime) -> bool {
    let offset = zone.to_ambiguous_timestamp(local.civil()).offset();
    matches!(offset, AmbiguousOffset::Gap { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: &str, start: &str) -> Clock {
        Clock::new(&file::Clock {
            zone: zone.into(),
            warm_up: "15m".parse().unwrap(),
            start: start.parse().unwrap(),
            end: "2026-01-01T00:00".parse().unwrap(),
            resolution: Span::from_secs(10),
        })
        .unwrap()
    }

    #[test]
    fn moments_count_from_the_start_of_the_warm_up() {
        let clock = clock("America/New_York", "2026-03-02T09:00");
        let at = clock.instant("2026-03-02T09:51".parse().unwrap()).unwrap();
        assert_eq!(at, Instant::START + Span::from_secs(66 * 60));
        assert_eq!(clock.local(at).to_string(), "2026-03-02T09:51:00");
        assert_eq!(clock.rfc_3339(at), "2026-03-02T09:51:00-05:00");
        assert_eq!(clock.instant("2026-03-02T08:44".parse().unwrap()), None);
    }

    #[test]
    fn a_change_to_daylight_time_takes_an_hour_out() {
        let clock = clock("America/New_York", "2025-03-09T01:00");
        let at = clock.instant("2025-03-09T03:00".parse().unwrap()).unwrap();
        assert_eq!(at, Instant::START + Span::from_secs(75 * 60));
    }
}
