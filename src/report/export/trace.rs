//! A replay as a trace in the JSON format of Chrome, which Perfetto (ui.perfetto.dev) opens: what was done,
//! what emerged and what the status page said, counters of every station, and a sample of units of work with
//! their attempts.
//!
//! Times are microseconds since observation began. Spans of one unit may overlap (calls in parallel, attempts
//! that were given up), so each stands on the first of the unit's tracks where it nests.
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>

use serde_json::{Value, json};

use crate::platform::measures::Measure;
use crate::platform::work::CallId;
use crate::report::decimal::Decimal;
use crate::report::timeline::{Kind, timeline};
use crate::report::{Report, series, words};
use crate::simulation::spans::{End, Of, Span, Traced, Tracer};
use crate::units::Instant;

/// What is counted of each station.
const COUNTED: [Measure; 6] = [
    Measure::QueueDepth,
    Measure::InFlight,
    Measure::BusyShare,
    Measure::Replicas,
    Measure::ErrorShare,
    Measure::Lag,
];

/// The processes of the trace: what happened, the workloads' units, and from here on the stations.
const STORY: usize = 1;
const UNITS: usize = 2;
const STATIONS: usize = 10;

/// The threads of the story; from [`INDICATORS`] on there is one for each indicator.
const THREADS: [(usize, &str); 3] =
    [(1, "people and deployments"), (2, "emerged"), (3, "status page")];
const INDICATORS: usize = 10;

/// The trace; counters have one value over so many bins.
#[must_use]
pub fn json(report: &Report, tracer: &Tracer, bins: usize) -> String {
    let mut page = Page {
        report,
        begins: report.scenario.clock.observed_from(),
        ends: report.outcome.platform.ended(),
        events: Vec::new(),
    };
    page.story();
    page.windows();
    page.counters(bins);
    page.name(UNITS, None, "sampled units of work");
    for (number, unit) in tracer.units().into_iter().enumerate() {
        page.unit(number, unit);
    }
    page.text()
}

struct Page<'a> {
    report: &'a Report<'a>,
    begins: Instant,
    ends: Instant,
    events: Vec<Value>,
}

impl Page<'_> {
    /// One event a line.
    fn text(&self) -> String {
        let lines: Vec<String> = self.events.iter().map(Value::to_string).collect();
        let about = json!({
            "scenario": self.report.scenario.file.id,
            "title": self.report.scenario.file.title,
            "begins": self.report.scenario.clock.rfc_3339(self.begins),
            "seed": self.report.outcome.seed.to_string(),
            "fingerprint": self.report.outcome.run.fingerprint.to_string(),
        });
        format!(
            "{{\"displayTimeUnit\":\"ms\",\"otherData\":{about},\"traceEvents\":[\n{}\n]}}\n",
            lines.join(",\n")
        )
    }

    fn micros(&self, at: Instant) -> u64 {
        at.as_nanos().saturating_sub(self.begins.as_nanos()) / 1000
    }

    /// Gives a process, or one of its threads, a name.
    fn name(&mut self, process: usize, thread: Option<usize>, name: &str) {
        let what = if thread.is_some() { "thread_name" } else { "process_name" };
        let tid = thread.unwrap_or(0);
        self.events.push(json!({
            "ph": "M", "pid": process, "tid": tid, "name": what, "args": { "name": name },
        }));
    }

    fn story(&mut self) {
        self.name(STORY, None, "what happened");
        for (thread, name) in THREADS {
            self.name(STORY, Some(thread), name);
        }
        for entry in timeline(self.report) {
            let at = Instant::from_nanos(u64::try_from(entry.moment()).unwrap_or(0));
            let thread = match entry.kind {
                Kind::Scripted => 1,
                Kind::Emerged => 2,
                Kind::StatusPage => 3,
            };
            let event = json!({
                "ph": "i", "pid": STORY, "tid": thread, "s": "t", "ts": self.micros(at),
                "name": entry.text, "cat": "timeline",
                "args": { "what": entry.what, "of": entry.of, "count": entry.count },
            });
            self.events.push(event);
        }
    }

    /// When each indicator was bad, on a thread of its own.
    fn windows(&mut self) {
        for (index, indicator) in self.report.outcome.platform.indicators().iter().enumerate() {
            let name = indicator.config().name.as_str();
            self.name(STORY, Some(INDICATORS + index), name);
            for window in indicator.windows() {
                let from = self.micros(window.from);
                let to = self.micros(window.to.unwrap_or(self.ends));
                let event = json!({
                    "ph": "X", "pid": STORY, "tid": INDICATORS + index, "name": name,
                    "cat": "indicator", "ts": from, "dur": to.saturating_sub(from),
                    "args": { "is_impact": indicator.config().is_impact },
                });
                self.events.push(event);
            }
        }
    }

    /// Counters, each as often as its value changes.
    fn counters(&mut self, bins: usize) {
        let stations = &self.report.scenario.names.stations;
        for (index, station) in stations.iter().enumerate() {
            self.name(STATIONS + index, None, station);
        }
        for it in series::all(self.report) {
            let station = stations.iter().position(|name| name == it.station);
            let (Some(station), "", true) = (station, it.class, COUNTED.contains(&it.measure))
            else {
                continue;
            };
            let name = format!("{} {}", it.station, words::name(it.measure));
            let mut last = None;
            for point in it.points(bins) {
                let Some(value) = point.value.filter(|value| last != Some(value.to_bits())) else {
                    continue;
                };
                last = Some(value.to_bits());
                let event = json!({
                    "ph": "C", "pid": STATIONS + station, "tid": 0, "name": name,
                    "ts": self.micros(point.at), "args": { "value": Decimal(value) },
                });
                self.events.push(event);
            }
        }
    }

    /// The spans of one unit, as events that begin and end, in such an order that those of a track nest.
    fn unit(&mut self, number: usize, unit: &Traced) {
        for (track, spans) in self.tracks(unit).iter().enumerate() {
            let id = format!("0x{:x}", (number + 1) << 16 | track);
            let mut open: Vec<(Instant, Value)> = Vec::new();
            for span in spans {
                while let Some((end, event)) = open.pop_if(|(end, _)| *end <= span.begun) {
                    self.close(end, event);
                }
                let end = span.ended.unwrap_or(self.ends);
                let event = json!({
                    "ph": "b", "pid": UNITS, "tid": 0, "cat": "unit", "id": id,
                    "name": self.title(span), "ts": self.micros(span.begun),
                    "args": self.arguments(unit, span),
                });
                let mut closing = event.clone();
                if let Some(closing) = closing.as_object_mut() {
                    closing.remove("args");
                }
                self.events.push(event);
                open.push((end, closing));
            }
            while let Some((end, event)) = open.pop() {
                self.close(end, event);
            }
        }
    }

    fn close(&mut self, end: Instant, mut event: Value) {
        event["ph"] = json!("e");
        event["ts"] = json!(self.micros(end));
        self.events.push(event);
    }

    /// The spans by track: each on the first one where it lies within what is open, or after it.
    fn tracks(&self, unit: &Traced) -> Vec<Vec<Span>> {
        let mut tracks: Vec<(Vec<Instant>, Vec<Span>)> = Vec::new();
        for span in &unit.spans {
            let end = span.ended.unwrap_or(self.ends);
            for (open, _) in &mut tracks {
                while open.pop_if(|open| *open <= span.begun).is_some() {}
            }
            let nests = |(open, _): &(Vec<Instant>, _)| open.last().is_none_or(|last| *last >= end);
            let track = tracks.iter().position(nests).unwrap_or(tracks.len());
            if track == tracks.len() {
                tracks.push((Vec::new(), Vec::new()));
            }
            tracks[track].0.push(end);
            tracks[track].1.push(*span);
        }
        tracks.into_iter().map(|(_, spans)| spans).collect()
    }

    fn title(&self, span: &Span) -> String {
        let names = &self.report.scenario.names;
        match span.of {
            Of::Unit => names.calls[span.call.index()].clone(),
            Of::Attempt(number) => format!("{}: attempt {number}", self.station(span.call)),
        }
    }

    fn station(&self, call: CallId) -> &str {
        let to = self.report.scenario.platform.calls[call.index()].to;
        &self.report.scenario.names.stations[to.index()]
    }

    fn arguments(&self, unit: &Traced, span: &Span) -> Value {
        let end = match span.end {
            End::Open => "in flight",
            End::InVain => "done in vain",
            End::Ended(Ok(())) => "done",
            End::Ended(Err(failure)) => failure.name(),
        };
        let mut arguments = json!({ "outcome": end });
        match span.of {
            Of::Unit => {
                let workload = &self.report.scenario.names.workloads[unit.class.index()];
                arguments["workload"] = json!(workload);
                arguments["tenant"] = json!(unit.tenant + 1);
                arguments["key"] = json!(format!("{:016x}", unit.key));
                if unit.is_cut {
                    arguments["cut"] = json!("it had more spans than are shown");
                }
            }
            Of::Attempt(_) => {
                arguments["station"] = json!(self.station(span.call));
                if let Some(served) = span.served {
                    arguments["waited_us"] = json!(self.micros(served) - self.micros(span.begun));
                }
                if let Some(given_up) = span.given_up {
                    let after = self.micros(given_up) - self.micros(span.begun);
                    arguments["given_up_after_us"] = json!(after);
                }
            }
        }
        arguments
    }
}
