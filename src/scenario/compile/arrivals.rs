//! When the units of a workload arrive, as moments and rates.

use jiff::civil;

use super::Compiler;
use crate::engine::sample::Sampler;
use crate::platform::profile::{Day, Profile};
use crate::platform::workload::Arrivals;
use crate::scenario::clock::Clock;
use crate::scenario::file::workload::{self as file, Poisson, Weekday};
use crate::units::{Instant, LocalTime, Span};

/// A rate that changes smoothly is held constant over steps of this length, at its value in their
/// middle. Over a step a rate that doubles in ten minutes changes by less than 2 %.
pub const PROFILE_STEP: Span = Span::from_secs(10);

impl Compiler<'_> {
    pub(super) fn arrivals(&self, name: &str, arrivals: &file::Arrivals) -> Arrivals {
        match arrivals {
            file::Arrivals::Poisson(poisson) => Arrivals::Poisson(profile(poisson, self.clock)),
            file::Arrivals::Backlog(backlog) => Arrivals::Backlog {
                at: self.clock.instant(backlog.at).expect("checked: within the clock"),
                count: usize::try_from(backlog.count).expect("checked"),
                gap: backlog.rate.map_or(0.0, |rate| 1e9 / rate.as_per_second()),
            },
            file::Arrivals::Trace(_) => {
                Arrivals::Trace(self.traces.get(name).cloned().unwrap_or_default())
            }
            file::Arrivals::Closed(closed) => {
                Arrivals::Closed { clients: closed.clients, think: Sampler::new(&closed.think) }
            }
        }
    }
}

/// The rate over the whole run.
fn profile(poisson: &Poisson, clock: &Clock) -> Profile {
    let is_constant =
        poisson.daily.is_empty() && poisson.piecewise.is_empty() && poisson.weekly.is_empty();
    let whole = clock.end().since(Instant::START);
    let weekly = |day| poisson.weekly.get(&day).copied().unwrap_or(1.0);
    Profile {
        rate: poisson.rate.as_per_second(),
        step: if is_constant { whole } else { PROFILE_STEP },
        end: clock.end(),
        days: if is_constant { Vec::new() } else { days(clock, weekly) },
        daily: daily(poisson),
        piecewise: piecewise(poisson, clock),
        bursts: bursts(poisson, clock),
    }
}

/// Joined round midnight: the last stands before the first as well, and the first after the last.
fn daily(poisson: &Poisson) -> Vec<(f64, f64)> {
    const DAY: f64 = 86_400.0;
    let daily = poisson.daily.iter();
    let mut daily: Vec<(f64, f64)> =
        daily.map(|(time, factor)| (second_of_day(time).expect("checked"), *factor)).collect();
    if let (Some(first), Some(last)) = (daily.first().copied(), daily.last().copied()) {
        daily.insert(0, (last.0 - DAY, last.1));
        daily.push((first.0 + DAY, first.1));
    }
    daily
}

fn piecewise(poisson: &Poisson, clock: &Clock) -> Vec<(f64, f64)> {
    let point = |(time, factor): (&String, &f64)| {
        let time: LocalTime = time.parse().expect("checked");
        (clock.moment(time).expect("checked") as f64, *factor)
    };
    let mut points: Vec<(f64, f64)> = poisson.piecewise.iter().map(point).collect();
    // Years of more than four digits stand elsewhere in the order of texts.
    points.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    points
}

fn bursts(poisson: &Poisson, clock: &Clock) -> Vec<(Instant, Instant, f64)> {
    let moments = |burst: &file::Burst| {
        let from = clock.instant(burst.at).expect("checked: within the clock");
        (from, from + burst.lasts, burst.factor.get())
    };
    poisson.bursts.values().map(moments).collect()
}

/// The days of the run by its local clock, each with the factor of its weekday.
fn days(clock: &Clock, factor: impl Fn(Weekday) -> f64) -> Vec<Day> {
    const HOUR: Span = Span::from_secs(3600);
    let mut days = Vec::new();
    let mut from = Instant::START;
    while from < clock.end() {
        let to = (from + HOUR).min(clock.end());
        add_days(&mut days, (from, to), clock, &factor);
        from = to;
    }
    days
}

/// Adds a stretch of the run, cut in halves until no day begins in any, nor does the clock leap there.
fn add_days(
    days: &mut Vec<Day>,
    (from, to): (Instant, Instant),
    clock: &Clock,
    factor: &impl Fn(Weekday) -> f64,
) {
    let length = to.since(from).as_nanos();
    let [first, last] = [0, length - 1].map(|after| clock.local(from + Span::from_nanos(after)));
    let is_even = first.date() == last.date()
        && last.duration_since(first).as_nanos() == i128::from(length - 1);
    if !is_even {
        let middle = from + Span::from_nanos(length / 2);
        add_days(days, (from, middle), clock, factor);
        return add_days(days, (middle, to), clock, factor);
    }
    let midnight = first.date().to_datetime(civil::Time::midnight());
    let time = u64::try_from(first.duration_since(midnight).as_nanos());
    let day = Day { from, time: time.expect("a day has begun"), factor: factor(weekday(first)) };
    let goes_on = |before: &Day| before.time + from.since(before.from).as_nanos() == day.time;
    if !days.last().is_some_and(goes_on) {
        days.push(day);
    }
}

/// The second of the day that a text such as `09:30` names.
#[must_use]
pub fn second_of_day(text: &str) -> Option<f64> {
    let (hours, minutes) = text.split_once(':')?;
    let is_plain = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let time = civil::Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()?;
    (is_plain(hours) && is_plain(minutes)).then(|| seconds(time))
}

fn seconds(time: civil::Time) -> f64 {
    f64::from(time.hour()) * 3600.0
        + f64::from(time.minute()) * 60.0
        + f64::from(time.second())
        + f64::from(time.subsec_nanosecond()) / 1e9
}

pub(super) fn weekday(local: civil::DateTime) -> Weekday {
    match local.weekday() {
        civil::Weekday::Monday => Weekday::Monday,
        civil::Weekday::Tuesday => Weekday::Tuesday,
        civil::Weekday::Wednesday => Weekday::Wednesday,
        civil::Weekday::Thursday => Weekday::Thursday,
        civil::Weekday::Friday => Weekday::Friday,
        civil::Weekday::Saturday => Weekday::Saturday,
        civil::Weekday::Sunday => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_has_two_digits_each() {
        assert_eq!(second_of_day("09:30"), Some(34_200.0));
        for text in ["9:30", "24:00", "09:60", "0930", "09:3x"] {
            assert_eq!(second_of_day(text), None, "{text}");
        }
    }

    fn clock(start: &str, end: &str) -> Clock {
        let resolution = Span::from_secs(10);
        let (start, end) = (start.parse().expect("a time"), end.parse().expect("a time"));
        let zone = "Europe/Berlin".into();
        Clock::new(&crate::scenario::file::Clock {
            zone,
            warm_up: Span::default(),
            start,
            end,
            resolution,
        })
        .expect("a clock")
    }

    #[test]
    fn a_day_ends_at_midnight_and_where_the_local_clock_leaps() {
        let factor = |day| if day == Weekday::Saturday { 0.5 } else { 2.0 };
        let found = |start, end| {
            let days = days(&clock(start, end), factor).into_iter();
            let minutes = |nanos: u64| nanos as f64 / 60e9;
            days.map(|day| (minutes(day.from.as_nanos()), minutes(day.time), day.factor))
                .collect::<Vec<_>>()
        };
        // On 29 March two o'clock is three, on 25 October three is two again.
        assert_eq!(
            found("2026-03-28T22:30", "2026-03-29T05:00"),
            [(0.0, 1350.0, 0.5), (90.0, 0.0, 2.0), (210.0, 180.0, 2.0)]
        );
        assert_eq!(
            found("2026-10-25T01:15", "2026-10-25T04:00"),
            [(0.0, 75.0, 2.0), (105.0, 120.0, 2.0)]
        );
    }
}
