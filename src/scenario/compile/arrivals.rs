//! When the units of a workload arrive, as moments and rates.

use jiff::civil;

use super::Compiler;
use crate::engine::sample::Sampler;
use crate::platform::workload::{Arrivals, Profile};
use crate::scenario::clock::Clock;
use crate::scenario::file::workload::{self as file, Poisson, Weekday};
use crate::units::{Instant, LocalTime, Span};

/// A rate that changes smoothly is held constant over steps of this length, at its value in their
/// middle. Over a step a rate that doubles in ten minutes changes by less than 2 %.
pub const PROFILE_STEP: Span = Span::from_secs(10);

/// Nanoseconds in a second.
const NANOS: u64 = 1_000_000_000;

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

/// The rate over the whole run; neighbouring steps of one rate are one segment.
fn profile(poisson: &Poisson, clock: &Clock) -> Profile {
    let rate = Rate::new(poisson, clock);
    let mut local = LocalTimes { clock, hour: None };
    let mut edges: Vec<Instant> =
        rate.bursts.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
    edges.sort_unstable();
    let mut edges = edges.into_iter().peekable();
    let step = if rate.is_constant() { clock.end().since(Instant::START) } else { PROFILE_STEP };
    let steps = clock.end().as_nanos().div_ceil(step.as_nanos().max(1));
    let mut segments: Vec<(Instant, f64)> =
        Vec::with_capacity(usize::try_from(steps).unwrap_or(0) + edges.len());
    let (mut from, mut next_step) = (Instant::START, Instant::START + step);
    while from < clock.end() {
        while edges.next_if(|edge| *edge <= from).is_some() {}
        let to = edges.peek().map_or(next_step, |edge| next_step.min(*edge)).min(clock.end());
        let middle = from + to.since(from).scaled(0.5);
        let per_nanosecond = poisson.rate.as_per_second() * rate.factor(middle, &mut local) / 1e9;
        match segments.last_mut() {
            Some((end, same)) if same.to_bits() == per_nanosecond.to_bits() => *end = to,
            _ => segments.push((to, per_nanosecond)),
        }
        if to == next_step {
            next_step = next_step + step;
        }
        from = to;
    }
    Profile { segments }
}

/// The factors that apply to a rate.
struct Rate<'a> {
    poisson: &'a Poisson,
    /// Seconds of the day and factors, joined round midnight: the last stands before the first as well,
    /// and the first after the last.
    daily: Vec<(f64, f64)>,
    /// Nanoseconds of the run, negative before it, and factors.
    piecewise: Vec<(f64, f64)>,
    bursts: Vec<(Instant, Instant, f64)>,
}

impl<'a> Rate<'a> {
    fn new(poisson: &'a Poisson, clock: &'a Clock) -> Self {
        const DAY: f64 = 86_400.0;
        let daily = poisson.daily.iter();
        let mut daily: Vec<(f64, f64)> =
            daily.map(|(time, factor)| (second_of_day(time).expect("checked"), *factor)).collect();
        if let (Some(first), Some(last)) = (daily.first().copied(), daily.last().copied()) {
            daily.insert(0, (last.0 - DAY, last.1));
            daily.push((first.0 + DAY, first.1));
        }
        let mut piecewise: Vec<(f64, f64)> = poisson
            .piecewise
            .iter()
            .map(|(time, factor)| {
                let time: LocalTime = time.parse().expect("checked");
                (clock.moment(time).expect("checked") as f64, *factor)
            })
            .collect();
        // Years of more than four digits stand elsewhere in the order of texts.
        piecewise.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let bursts = poisson.bursts.values();
        Self {
            poisson,
            daily,
            piecewise,
            bursts: bursts
                .map(|burst| {
                    let from = clock.instant(burst.at).expect("checked: within the clock");
                    (from, from + burst.lasts, burst.factor.get())
                })
                .collect(),
        }
    }

    fn is_constant(&self) -> bool {
        self.daily.is_empty() && self.piecewise.is_empty() && self.poisson.weekly.is_empty()
    }

    fn factor(&self, at: Instant, local: &mut LocalTimes) -> f64 {
        let burst = self.bursts.iter().filter(|(from, to, _)| (*from..*to).contains(&at));
        let bursts: f64 = burst.map(|(_, _, factor)| factor).product();
        if self.is_constant() {
            return bursts;
        }
        let (weekday, second) = local.of(at);
        let weekly = self.poisson.weekly.get(&weekday).copied().unwrap_or(1.0);
        let nanos = at.since(Instant::START).as_nanos_f64();
        bursts * weekly * line(&self.daily, second) * line(&self.piecewise, nanos)
    }
}

/// Local times of moments that follow each other: a whole hour of them from two looks at the calendar.
struct LocalTimes<'a> {
    clock: &'a Clock,
    hour: Option<Hour>,
}

/// An hour of the run in which the local clock does not leap, nor a day begin.
struct Hour {
    from: Instant,
    weekday: Weekday,
    /// Nanoseconds since midnight.
    time: u64,
}

impl LocalTimes<'_> {
    const LENGTH: Span = Span::from_secs(3600);

    /// The weekday and the second of the day.
    fn of(&mut self, at: Instant) -> (Weekday, f64) {
        let is_within = |hour: &Hour| at >= hour.from && at.since(hour.from) < Self::LENGTH;
        if !self.hour.as_ref().is_some_and(is_within) {
            self.hour = self.hour_from(at);
        }
        let Some(hour) = &self.hour else {
            let local = self.clock.local(at);
            return (weekday(local), seconds(local.time()));
        };
        let time = hour.time + at.since(hour.from).as_nanos();
        (hour.weekday, (time / NANOS) as f64 + (time % NANOS) as f64 / 1e9)
    }

    fn hour_from(&self, from: Instant) -> Option<Hour> {
        let [first, last] = [from, from + Self::LENGTH].map(|at| self.clock.local(at));
        let length = last.duration_since(first).as_nanos();
        let is_even = first.date() == last.date() && length == i128::from(Self::LENGTH.as_nanos());
        let midnight = first.date().to_datetime(civil::Time::midnight());
        let time = u64::try_from(first.duration_since(midnight).as_nanos()).ok()?;
        is_even.then(|| Hour { from, weekday: weekday(first), time })
    }
}

/// The value at `x` of straight lines through points with rising x; 1 without points, and the nearest
/// point's value outside them.
fn line(points: &[(f64, f64)], x: f64) -> f64 {
    let next = points.partition_point(|(px, _)| *px <= x);
    let before = next.checked_sub(1).map(|before| points[before]);
    match (before, points.get(next).copied()) {
        (None, None) => 1.0,
        (Some((_, y)), None) | (None, Some((_, y))) => y,
        (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
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
    fn points_are_joined_by_straight_lines() {
        let points = [(10.0, 1.0), (20.0, 3.0)];
        for (x, y) in [(0.0, 1.0), (10.0, 1.0), (15.0, 2.0), (20.0, 3.0), (99.0, 3.0)] {
            assert!((line(&points, x) - y).abs() < 1e-12, "at {x}");
        }
    }

    #[test]
    fn a_time_of_day_has_two_digits_each() {
        assert_eq!(second_of_day("09:30"), Some(34_200.0));
        for text in ["9:30", "24:00", "09:60", "0930", "09:3x"] {
            assert_eq!(second_of_day(text), None, "{text}");
        }
    }
}
