//! One timeline of three accounts: what people and deployments did, what emerged in the simulation,
//! and what the status page said.

use jiff::civil::DateTime;
use serde::{Serialize, Serializer};

use super::Report;
use super::words::{Words, span};
use crate::platform::indicator::Window;
use crate::platform::log::{self, Emerged};
use crate::platform::registry::Moment;
use crate::scenario::file::story::{PageState, Priority};
use crate::units::Instant;

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When it happened, in the scenario's zone, to the second.
    #[serde(serialize_with = "to_second")]
    pub at: DateTime,
    /// When it happened last, if it happened repeatedly.
    #[serde(serialize_with = "some_to_second", skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime>,
    /// Whose account it is.
    pub kind: Kind,
    /// What happened: an action's name, a kind of event such as `pull_failed`, the page's state.
    pub what: String,
    /// What it happened to: a station, call, image or indicator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The same in plain words.
    pub text: String,
    /// How often it happened, if more than once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Its place in the order, more exact than `at`.
    #[serde(skip)]
    pub(super) moment: Moment,
    /// Whether an action may follow it at once.
    #[serde(skip)]
    is_cause: bool,
    /// Whether its source names no seconds.
    #[serde(skip)]
    pub is_minute: bool,
}

impl Entry {
    /// When it happened, in nanoseconds since the start of the run; what the page says may lie before.
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.moment
    }
}

/// Whose account an entry is; what is done at one instant comes before what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// People or deployments did it: it stands in the scenario.
    Scripted,
    /// It emerged in the simulation.
    Emerged,
    /// The public status page said it.
    StatusPage,
}

/// The timeline of a replay, in the order of time.
#[must_use]
pub fn timeline(report: &Report) -> Vec<Entry> {
    let teller = Teller { report, words: Words::new(report.scenario) };
    let log = report.outcome.platform.log().entries();
    let mut entries: Vec<Entry> = log.iter().filter_map(|entry| teller.logged(entry)).collect();
    for (index, indicator) in (0..).zip(report.outcome.platform.indicators()) {
        for window in indicator.windows() {
            entries.extend(teller.window(index, *window));
        }
    }
    entries.extend(teller.status_page());
    entries.sort_by_key(|entry| (entry.moment, !entry.is_cause, entry.kind));
    entries
}

struct Teller<'a> {
    report: &'a Report<'a>,
    words: Words<'a>,
}

impl Teller<'_> {
    /// An entry of the log, unless it is told otherwise: windows are dated better than logged.
    fn logged(&self, it: &log::Entry) -> Option<Entry> {
        let names = &self.report.scenario.names;
        let indicator = |id: u16| names.indicators[usize::from(id)].as_str();
        let (what, of) = match it.what {
            Emerged::ImpactBegan(_) | Emerged::ImpactEnded(_) => return None,
            Emerged::Acted(id) => return Some(self.acted(it, &names.actions[usize::from(id)])),
            Emerged::Alerted(id) => ("alerted", indicator(id)),
            Emerged::Crashed(id) => ("crashed", names.stations[id.index()].as_str()),
            Emerged::PullFailed(id, _) => ("pull_failed", names.stations[id.index()].as_str()),
            Emerged::InstanceUp(id) => ("instance_up", names.stations[id.index()].as_str()),
            Emerged::RecordsDeleted(id) => ("records_deleted", names.stations[id.index()].as_str()),
            Emerged::TakenUp(id) => ("taken_up", indicator(id)),
            Emerged::ScaledUp(id) => ("scaled_up", names.stations[id.index()].as_str()),
            Emerged::ScaledDown(id) => ("scaled_down", names.stations[id.index()].as_str()),
            Emerged::BreakerOpened(id) => ("breaker_opened", names.calls[id.index()].as_str()),
            Emerged::BreakerClosed(id) => ("breaker_closed", names.calls[id.index()].as_str()),
            Emerged::ImageDeleted(id) => {
                ("image_deleted", names.images[usize::from(id.0)].as_str())
            }
        };
        let text = self.text(it, of);
        Some(self.entry(it, Kind::Emerged, (what, Some(of)), text))
    }

    fn entry(
        &self,
        it: &log::Entry,
        kind: Kind,
        (what, of): (&str, Option<&str>),
        text: String,
    ) -> Entry {
        let local = |instant| self.report.scenario.clock.local(instant);
        Entry {
            at: local(it.at),
            until: (it.until > it.at).then(|| local(it.until)),
            kind,
            what: what.to_owned(),
            of: of.map(str::to_owned),
            text,
            count: (it.count > 1).then_some(it.count),
            moment: moment(it.at),
            is_cause: matches!(it.what, Emerged::Alerted(_) | Emerged::TakenUp(_)),
            is_minute: false,
        }
    }

    fn acted(&self, it: &log::Entry, name: &str) -> Entry {
        let action = &self.report.scenario.file.timeline[name];
        let cause = action
            .after
            .as_ref()
            .map(|after| format!(" ({} after the alert of {})", span(after.delay), after.alert))
            .unwrap_or_default();
        self.entry(it, Kind::Scripted, (name, None), format!("{}{cause}", action.note))
    }

    fn text(&self, it: &log::Entry, of: &str) -> String {
        let names = &self.report.scenario.names;
        let count = it.count;
        let last = self.words.moment(it.until);
        let is_long = it.until > it.at;
        match it.what {
            Emerged::Crashed(_) => {
                let until = if is_long { format!(", the last at {last}") } else { String::new() };
                format!("{of}: {}{until}", plural(count, "instance crashes", "instances crash"))
            }
            Emerged::PullFailed(_, image) => {
                let image = &names.images[usize::from(image.0)];
                let until = if is_long { format!(", the last at {last}") } else { String::new() };
                let pulls = plural(count, "pull fails", "pulls fail");
                format!(
                    "{of}: instances cannot start, image {image} is not in the registry: {pulls}{until}"
                )
            }
            Emerged::InstanceUp(_) => {
                let until = if is_long { format!(", the last at {last}") } else { String::new() };
                format!("{of}: {}{until}", plural(count, "instance comes up", "instances come up"))
            }
            Emerged::ScaledUp(_) | Emerged::ScaledDown(_) => {
                let steps = if is_long {
                    format!(", in {count} steps until {last}")
                } else {
                    String::new()
                };
                format!("{of}: the autoscaler goes from {} to {} instances{steps}", it.from, it.to)
            }
            Emerged::BreakerOpened(_) => {
                format!("{of}: the circuit breaker opens{}", repeated(it, &last))
            }
            Emerged::BreakerClosed(_) => {
                format!("{of}: the circuit breaker closes{}", repeated(it, &last))
            }
            Emerged::RecordsDeleted(_) => {
                let items = plural(it.to, "item that waits loses", "items that wait lose");
                format!("{of}: {items} the record that routing needs")
            }
            Emerged::TakenUp(_) => {
                format!("somebody on call takes up the alert of {of}{}", repeated(it, &last))
            }
            Emerged::ImageDeleted(_) => format!("image {of} is deleted by the lifecycle policy"),
            Emerged::Alerted(_) => format!("{}{}", self.alert(of), repeated(it, &last)),
            Emerged::ImpactBegan(_) | Emerged::ImpactEnded(_) | Emerged::Acted(_) => {
                unreachable!("told elsewhere")
            }
        }
    }

    fn alert(&self, indicator: &str) -> String {
        let alert = self.report.scenario.file.indicators[indicator].alert.as_ref();
        let priority = alert.map(|alert| match alert.priority {
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
        });
        format!("alert of {indicator}, priority {}", priority.unwrap_or("unknown"))
    }

    /// The beginning of an indicator's window and, if it has one, its end.
    fn window(&self, index: u16, window: Window) -> Vec<Entry> {
        let name = self.report.scenario.names.indicators[usize::from(index)].as_str();
        let indicator = &self.report.scenario.file.indicators[name];
        let what =
            if indicator.impact { ["impact_began", "impact_ended"] } else { ["began", "ended"] };
        let at = |instant: Instant, what: &str, text: String| Entry {
            at: self.report.scenario.clock.local(instant),
            until: None,
            kind: Kind::Emerged,
            what: what.to_owned(),
            of: Some(name.to_owned()),
            text,
            count: None,
            moment: moment(instant),
            is_cause: false,
            is_minute: false,
        };
        let kind = if indicator.impact { "impact " } else { "" };
        let began = format!("{kind}{name} begins: {}", self.words.condition(indicator));
        let mut entries = vec![at(window.from, what[0], began)];
        if let Some(to) = window.to {
            let ended = format!("{kind}{name} ends after {}", span(to.since(window.from)));
            entries.push(at(to, what[1], ended));
        }
        entries
    }

    fn status_page(&self) -> Vec<Entry> {
        let updates = self.report.scenario.file.status_page.iter().flat_map(|page| &page.updates);
        let entry = |update: &crate::scenario::file::story::Update| {
            let state = match update.state {
                PageState::Investigating => "investigating",
                PageState::Identified => "identified",
                PageState::Monitoring => "monitoring",
                PageState::Resolved => "resolved",
            };
            Some(Entry {
                at: update.at.civil(),
                until: None,
                kind: Kind::StatusPage,
                what: state.to_owned(),
                of: None,
                text: format!("status page: {state}"),
                count: None,
                moment: self.report.scenario.clock.moment(update.at)?,
                is_cause: false,
                is_minute: update.at.is_minute(),
            })
        };
        updates.filter_map(entry).collect()
    }
}

fn repeated(it: &log::Entry, last: &str) -> String {
    if it.count > 1 { format!(", {} times until {last}", it.count) } else { String::new() }
}

fn plural(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn moment(instant: Instant) -> Moment {
    i64::try_from(instant.as_nanos()).unwrap_or(i64::MAX)
}

fn to_second<S: Serializer>(time: &DateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&time.strftime("%Y-%m-%dT%H:%M:%S"))
}

#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
fn some_to_second<S: Serializer>(
    time: &Option<DateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => to_second(time, serializer),
        None => serializer.serialize_none(),
    }
}
