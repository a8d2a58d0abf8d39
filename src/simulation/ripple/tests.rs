//! Hand-made series: bins of ten seconds, six to a window, ten minutes of which the first two are usual.

use super::signs::Sign;
use super::spread::Way;
use super::{Bad, Call, Frame, Graph, Station, ripple};
use crate::measure::gauge::Level;
use crate::measure::histogram::{Histogram, HistogramSeries};
use crate::platform::measures::Stretch;
use crate::platform::recorder::Bin;
use crate::units::Span;

const BIN: Span = Span::from_secs(10);
const BINS: usize = 60;

type Change = fn(&mut Bin);

struct Series {
    bins: Vec<Bin>,
    latencies: HistogramSeries,
}

/// Fifty done in each bin, each within 100 ms.
fn usual_bin() -> Bin {
    let in_flight = Level { max: 5, ..Level::default() };
    Bin { begun: 50, done: 50, attempts: 50, in_flight, ..Bin::default() }
}

impl Series {
    /// A usual series that `change` changes from a bin up to another.
    fn new(bins: std::ops::Range<usize>, change: Change, millis: u64) -> Self {
        let mut this = Self { bins: Vec::new(), latencies: HistogramSeries::default() };
        for index in 0..BINS {
            let mut bin = usual_bin();
            let is_changed = bins.contains(&index);
            if is_changed {
                change(&mut bin);
            }
            let mut latency = Histogram::default();
            let millis = if is_changed { millis } else { 100 };
            for _ in 0..bin.done {
                latency.record(Span::from_nanos(millis * 1_000_000));
            }
            this.bins.push(bin);
            this.latencies.take(&mut latency);
        }
        this
    }

    fn usual() -> Self {
        Self::new(0..0, |_| {}, 100)
    }

    fn slow(bins: std::ops::Range<usize>) -> Self {
        Self::new(bins, |_| {}, 400)
    }

    fn stretch(&self) -> Stretch<'_> {
        Stretch { bins: &self.bins, latencies: self.latencies.all(), resolution: BIN }
    }

    fn station(&self) -> Station<'_> {
        Station { series: self.stretch(), closes: false }
    }

    fn call(&self, from: Option<usize>, to: usize) -> Call<'_> {
        Call { from, to, is_awaited: true, is_cached: false, series: self.stretch() }
    }
}

fn run(stations: &[Station], calls: &[Call]) -> Vec<Bad> {
    let frame = Frame { usual: 0..12, watched: 0..BINS, window: 6 };
    ripple(Graph { stations, calls }, &frame)
}

fn failing(bin: &mut Bin) {
    (bin.done, bin.failed) = (45, 5);
}

fn doubled(bin: &mut Bin) {
    bin.begun = 100;
}

fn queueing(bin: &mut Bin) {
    bin.waiting = Level { area: 11.0 * BIN.as_nanos_f64(), max: 11, ..Level::default() };
}

#[test]
fn each_sign_is_seen_from_its_first_bin_to_its_last() {
    let cases: [(Sign, Change, u64); 5] = [
        (Sign::NothingDone, |bin| bin.done = 0, 100),
        (Sign::Failing, failing, 100),
        (Sign::InVain, |bin| (bin.done, bin.in_vain) = (45, 5), 100),
        (Sign::Queueing, queueing, 100),
        (Sign::Slow, |_| {}, 310),
    ];
    for (sign, change, millis) in cases {
        let series = Series::new(20..33, change, millis);
        let bad = run(&[series.station()], &[]);
        let episodes: Vec<_> =
            bad[0].episodes.iter().map(|it| (it.readings[0].sign, it.from, it.to)).collect();
        assert_eq!(episodes, [(sign, 20, Some(33))]);
    }
}

#[test]
fn a_station_within_its_usual_state_never_goes_bad() {
    let barely: [(Change, u64); 6] = [
        (|_| {}, 100),
        (|bin| (bin.begun, bin.done, bin.in_flight.max) = (0, 0, 0), 100), // Nothing to do.
        (|bin| (bin.done, bin.failed) = (49, 1), 100),                     // Six a window.
        (|bin| bin.waiting.area = 10.0 * BIN.as_nanos_f64(), 100),
        (|_| {}, 290),
        (|bin| bin.begun = 500, 100),
    ];
    for (index, (change, millis)) in barely.into_iter().enumerate() {
        let series = Series::new(20..33, change, millis);
        assert_eq!(run(&[series.station()], &[]), [], "case {index}");
    }
}

#[test]
fn limits_follow_what_is_usual_of_the_station_itself() {
    let mut series = Series::new(24..36, failing, 100);
    for bin in &mut series.bins[..24] {
        (bin.done, bin.failed) = (49, 1);
    }
    assert_eq!(run(&[series.station()], &[]), [], "10 % are five times the usual 2 %, not more");
    (series.bins[24].done, series.bins[24].failed) = (44, 6);
    assert_eq!(run(&[series.station()], &[])[0].episodes[0].from, 24);
}

#[test]
fn a_single_slow_window_is_no_sign_and_two_are() {
    assert_eq!(run(&[Series::slow(24..30).station()], &[]), []);
    assert_eq!(run(&[Series::slow(24..36).station()], &[])[0].episodes[0].from, 24);
}

#[test]
fn a_pause_of_a_window_belongs_to_the_episode_and_a_long_one_ends_it() {
    let mut series = Series::new(12..18, failing, 100);
    for index in (24..30).chain(54..60) {
        failing(&mut series.bins[index]);
    }
    let bad = run(&[series.station()], &[]);
    let spans: Vec<_> = bad[0].episodes.iter().map(|it| (it.from, it.to)).collect();
    assert_eq!(spans, [(12, Some(30)), (54, None)]);
}

#[test]
fn trouble_spreads_up_by_the_call_to_a_station_that_was_bad_before() {
    let (store, call, front) =
        (Series::new(20..40, failing, 100), Series::slow(22..40), Series::slow(24..40));
    let visits = Series::usual();
    let calls = [visits.call(None, 0), call.call(Some(0), 1)];
    let bad = run(&[front.station(), store.station()], &calls);
    let order: Vec<usize> = bad.iter().map(|it| it.station).collect();
    assert_eq!(order, [1, 0]);
    assert_eq!(bad[0].ways, []);
    let [Way::Called { call: 1, sign: Sign::Slow, usual, value }] = bad[1].ways[..] else {
        panic!("{:?}", bad[1].ways);
    };
    assert!((0.09e9..0.11e9).contains(&usual) && (0.39e9..0.41e9).contains(&value));

    let well = Series::usual();
    let bad = run(&[front.station(), store.station()], &[well.call(Some(0), 1)]);
    assert_eq!(bad[1].ways, [], "a call that shows nothing is no way");
    let handed_on = Call { is_awaited: false, ..call.call(Some(0), 1) };
    let bad = run(&[front.station(), store.station()], &[handed_on]);
    assert_eq!(bad[1].ways, [], "who does not wait does not suffer");
}

#[test]
fn of_two_in_one_bin_the_called_one_comes_first() {
    let (front, store) = (Series::new(20..40, failing, 100), Series::new(20..40, failing, 100));
    let call = Series::new(20..40, failing, 100);
    let bad = run(&[front.station(), store.station()], &[call.call(Some(0), 1)]);
    assert_eq!(bad.iter().map(|it| it.station).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(bad[1].ways.len(), 1);
}

#[test]
fn load_is_pushed_onto_a_station_by_a_call_that_brings_more() {
    let (front, store) = (Series::slow(18..40), Series::new(24..40, queueing, 100));
    let mut call = Series::new(20..40, doubled, 100);
    let stations = [front.station(), store.station()];
    let bad = run(&stations, &[call.call(Some(0), 1)]);
    let way = Way::Load { call: 0, factor: Some(2.0), is_caller_bad: true };
    assert_eq!(bad[1].ways, std::slice::from_ref(&way));

    let well = Series::usual();
    let bad = run(&[well.station(), store.station()], &[call.call(Some(0), 1)]);
    let way_of_well = Way::Load { call: 0, factor: Some(2.0), is_caller_bad: false };
    assert_eq!(bad[0].ways, [way_of_well]);

    for (index, bin) in call.bins.iter_mut().enumerate() {
        let (attempts, retries) = if (20..40).contains(&index) { (40, 20) } else { (10, 0) };
        (bin.begun, bin.attempts, bin.retries) = (50, attempts, retries);
    }
    let cached = Call { is_cached: true, ..call.call(Some(0), 1) };
    assert_eq!(run(&stations, &[cached])[1].ways, [way], "what the cache answers is no load");
    assert_eq!(run(&stations, &[call.call(Some(0), 1)])[1].ways, [], "retries are no load");
}

#[test]
fn trouble_spreads_between_callers_of_one_station_by_its_queue() {
    let (batch, front, store) = (Series::usual(), Series::slow(24..40), Series::usual());
    let (pushed, suffered) = (Series::new(20..40, doubled, 100), Series::slow(22..40));
    let stations = [batch.station(), front.station(), store.station()];
    let calls = [pushed.call(Some(0), 2), suffered.call(Some(1), 2)];
    let bad = run(&stations, &calls);
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0].ways, [Way::Shared { call: 1, other: 0, factor: Some(2.0) }]);
}

#[test]
fn a_station_that_closes_is_not_bad_while_nobody_is_on_duty() {
    // Nothing is done in both, and the second has somebody on duty all the same.
    let nothing_done = |bin: &mut Bin| bin.done = 0;
    let closed = Series::new(20..33, nothing_done, 100);
    let open = Series::new(
        20..33,
        |bin| {
            bin.done = 0;
            bin.slots.area = 3.0 * BIN.as_nanos_f64();
        },
        100,
    );
    let closing = |series: &Series| run(&[Station { closes: true, ..series.station() }], &[]).len();
    assert_eq!((closing(&closed), closing(&open)), (0, 1));
    assert_eq!(run(&[closed.station()], &[]).len(), 1);
}
