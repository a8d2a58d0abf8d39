//! What came of a check, in plain text for a terminal or a log.

use serde_json::Value;

use super::course::Happened;
use super::explanation::{Course, Explanation};
use super::judged::{Judged, Verdict};
use super::leaves::Leaf;
use super::moves::{Distance, Fact, Metric, Moves};
use crate::report::account::thresholds::Row;
use crate::report::decimal::fixed;
use crate::report::words::{count, span};
use crate::units::Span;

/// Of what moved so much is told in a check; `diff` tells all.
const TOLD_MAX: usize = 8;
/// A longer value is cut.
const VALUE_MAX: usize = 60;

/// What came of checking one scenario: a line, and what explains it.
#[must_use]
pub fn judged(it: &Judged) -> String {
    let file = &it.file;
    let mut lines = match &it.verdict {
        Verdict::Same => vec![format!("same      {file}")],
        Verdict::Tolerated(explanation) => {
            let mut lines = vec![format!("tolerated {file}")];
            lines.extend(moved(&explanation.moves, TOLD_MAX, &it.golden));
            lines
        }
        Verdict::Differs(explanation) => {
            let mut lines = vec![format!("differs   {file}")];
            lines.extend(explained(explanation, it));
            lines
        }
        Verdict::Odd(reason) => {
            vec![format!("differs   {file}"), format!("  {} {reason}", it.golden)]
        }
        Verdict::Missing => {
            vec![format!("missing   {file}"), format!("  there is no {}", it.golden)]
        }
        Verdict::Unreferenced => vec![
            format!("orphan    {}", it.golden),
            format!("  there is no {file}: rename or remove the golden file with its scenario"),
        ],
        Verdict::Dead => vec![
            format!("dead      {file}"),
            "  no unit of work was done in the whole replay: there is nothing to compare, and nothing to accept"
                .to_owned(),
            "  look at the report: hindsight replay FILE".replace("FILE", file),
        ],
    };
    lines.extend(it.thresholds.iter().map(|bound| format!("  {}", self::bound(bound))));
    if it.is_blessed {
        lines.push("  accepted".to_owned());
    } else if it.is_to_bless() && !it.is_fine() {
        lines.push(format!("  to accept it: hindsight check {file} --bless"));
    }
    lines.join("\n") + "\n"
}

/// A threshold on one line, its value beside its limit.
#[must_use]
pub fn bound(it: &Row) -> String {
    let is = if it.is_kept { "keeps" } else { "crosses" };
    format!(
        "{} {}: {} = {}, {is} the threshold {}",
        it.mark(),
        it.name,
        it.metric,
        it.simulated,
        it.limit
    )
}

/// Why a replay differs, a line each.
fn explained(it: &Explanation, of: &Judged) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some([old, new]) = it.model_versions {
        lines.push(format!("  another model: version {old} became {new}; the changelog says why"));
    }
    if !it.scenario.is_empty() {
        lines.push("  changed in the scenario".to_owned());
        lines.extend(leaves(&it.scenario, TOLD_MAX, &of.lines));
    }
    lines.extend(course(it));
    // Where only words of the scenario differ, they were told.
    if it.scenario.is_empty() || !it.moves.is_wording() {
        lines.extend(moved(&it.moves, TOLD_MAX, &of.golden));
    }
    lines
}

/// How the events differ.
#[must_use]
pub fn course(it: &Explanation) -> Vec<String> {
    match &it.course {
        Course::Same if it.moves.is_nothing() && it.scenario.is_empty() => {
            if it.model_versions.is_some() {
                return vec!["  the same replay: nothing else differs".to_owned()];
            }
            vec![
                "  the same replay, written otherwise: only the layout of the file differs"
                    .to_owned(),
            ]
        }
        Course::Same if it.moves.is_wording() => {
            vec!["  the same events, told otherwise: only words differ".to_owned()]
        }
        Course::Same => vec!["  the same events, measured or judged otherwise".to_owned()],
        Course::Parts { parting, is_program_same } => {
            let [old, new] = &parting.sides;
            let at = parting.at();
            let number = count(parting.number as f64);
            let mut lines = vec![
                format!("  other events from {at} on: event {number} is the first that differs"),
                format!("    golden  {}", side(old.as_ref())),
                format!("    now     {}", side(new.as_ref())),
            ];
            if !is_program_same {
                let other = "  besides, this program runs the approved scenario otherwise than it was approved";
                lines.push(other.to_owned());
            }
            lines
        }
        Course::Within { between: [from, to], stretch } => {
            let from = from.as_deref().unwrap_or("the beginning");
            let to = to.as_deref().unwrap_or("the end");
            let events = count(stretch.events as f64);
            let mut lines = vec![
                "  other events, though the scenario is the same: the program was changed, or a trace"
                    .to_owned(),
                format!("  they differ from somewhere between {from} and {to}; there are {events} events there, the first"),
            ];
            lines.extend(stretch.first.iter().map(|it| format!("    {}", side(Some(it)))));
            lines
        }
        Course::Unknown(reason) => vec![
            "  other events; the approved scenario cannot be run any more to tell from when on"
                .to_owned(),
            format!("    {}", reason.lines().next().unwrap_or_default()),
        ],
    }
}

/// What happened on one side.
#[must_use]
pub fn side(it: Option<&Happened>) -> String {
    it.map_or("nothing more happens".to_owned(), |it| format!("{}  {}", it.at, it.what))
}

/// Where values differ, a line each; `numbers` are the lines of a file on which they stand, if known.
#[must_use]
pub fn leaves(leaves: &[Leaf], most: usize, numbers: &[usize]) -> Vec<String> {
    let told = |(index, it): (usize, &Leaf)| {
        let line = numbers.get(index).map(|line| format!("  (line {line})"));
        format!("    {}{}", leaf(it), line.unwrap_or_default())
    };
    let mut lines: Vec<String> = leaves.iter().enumerate().take(most).map(told).collect();
    lines.extend(more(leaves.len(), most, "more"));
    lines
}

/// Where two values differ, and how.
#[must_use]
pub fn leaf(it: &Leaf) -> String {
    let value = |value: &Option<Value>| {
        value.as_ref().map_or("nothing".to_owned(), |it| cut(&it.to_string()))
    };
    format!("{}: {} → {}", it.path, value(&it.values[0]), value(&it.values[1]))
}

/// What moved, the worst first, a line each.
#[must_use]
pub fn moved(moves: &Moves, most: usize, golden: &str) -> Vec<String> {
    let mut told: Vec<String> = moves.thresholds.iter().map(|it| fact(it, "threshold ")).collect();
    told.extend(moves.facts.iter().map(|it| fact(it, "fact ")));
    told.extend(moves.metrics.iter().map(metric));
    told.extend(moves.words.iter().map(leaf));
    if let Some([old, new]) = &moves.timeline {
        let entry = |it: &Option<String>| cut(it.as_deref().unwrap_or("nothing more"));
        told.push(format!("timeline: {} → {}", entry(old), entry(new)));
    }
    if told.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["  moved, the worst first".to_owned()];
    lines.extend(told.iter().take(most).map(|line| format!("    {line}")));
    let rest = format!(
        "more: hindsight diff {golden} NEW.json tells all, NEW.json from replay --format json"
    );
    lines.extend(more(told.len(), most, &rest));
    lines
}

fn more(all: usize, most: usize, what: &str) -> Option<String> {
    (all > most).then(|| format!("    and {} {what}", all - most))
}

/// A fact or threshold that moved.
#[must_use]
pub fn fact(it: &Fact, kind: &str) -> String {
    let became = match it.holds {
        [Some(true), Some(false)] => "✗ held, and does no more",
        [Some(false), Some(true)] => "✓ did not hold, and does",
        [Some(_), None] => "✗ is gone",
        [None, Some(true)] => "✓ is new and holds",
        [_, Some(false)] => "✗ is new and does not hold",
        [_, Some(true)] => "✓ holds",
        [None, None] => "is gone",
    };
    let [old, new] = it.simulated.each_ref().map(value);
    format!("{kind}{} {became}: {old} → {new}, expected {}", it.id, it.expect)
}

/// A number that moved.
#[must_use]
pub fn metric(it: &Metric) -> String {
    let [old, new] = it.values.each_ref().map(value);
    format!("{}: {old} → {new}{}", it.name, by(it.by))
}

/// By how much a number moved.
#[must_use]
pub fn by(distance: Distance) -> String {
    let signed =
        |value: f64, text: String| format!("  ({}{text})", if value < 0.0 { "-" } else { "+" });
    match distance {
        Distance::PerCent(by) => {
            let places = if by.abs() < 0.1 { 4 } else { 1 };
            let text = fixed(by.abs(), places).unwrap_or_default();
            signed(by, format!("{text} %"))
        }
        Distance::Seconds(by) => signed(by, span(Span::from_nanos_f64(by.abs() * 1e9))),
        Distance::FromZero | Distance::Came | Distance::Went => String::new(),
    }
}

/// A value of a report, for people.
#[must_use]
pub fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), count),
        Value::String(text) => text.replacen('T', " ", 1),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => cut(&value.to_string()),
    }
}

fn cut(text: &str) -> String {
    // Control characters would be seen as nothing, or do something.
    let text: String = text.chars().map(|c| if c.is_control() { '␣' } else { c }).collect();
    if text.chars().count() <= VALUE_MAX {
        return text;
    }
    text.chars().take(VALUE_MAX).chain(['…']).collect()
}
