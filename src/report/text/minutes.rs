//! The worth of a timeline's minutes made to be read.

use super::style::{BAD, BOLD, GOOD, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::experiment::minutes::{Curve, Minutes, Shift};
use crate::experiment::paired::Paired;
use crate::report::comparison::reduction;
use crate::report::minutes::in_minutes;
use crate::report::ranking::is_distinguishable;
use crate::report::words::{Form, Words, count};
use crate::scenario::Scenario;

/// The worth of the minutes of a timeline, which ends in a line break.
#[must_use]
pub fn minutes(it: &Minutes, baseline: &Scenario, look: Look) -> String {
    let metric = &it.replications.metrics()[0];
    let form = Form::of(metric, &baseline.file);
    let words = Words::new(baseline);
    let unmoved = it.paired(0, 0).map(|it| words.interval(&it.before, form));
    let told = format!(
        "{}: {metric} is {} as it was, and differs so where actions are moved by minutes, each with the same {} seeds from {} on; intervals are of 95 %",
        baseline.file.id,
        unmoved.unwrap_or_else(|| "nothing".to_owned()),
        it.replications.seeds(),
        baseline.seed()
    );
    let title = look.hanging(BOLD, &baseline.file.title, 0);
    let mut text = format!("{title}\n\n  {}\n", look.hanging(PLAIN, &told, 2));
    for curve in &it.curves {
        text += &section(it, curve, (words, form), look);
    }
    text
}

fn section(it: &Minutes, curve: &Curve, (words, form): (Words, Form), look: Look) -> String {
    let apart = if form == Form::Moment { Form::Span } else { form };
    let worth = match &curve.worth {
        None => "no worth of a minute: not every place has a value".to_owned(),
        Some(worth) if !is_distinguishable(worth) => {
            "a minute later makes no difference that can be told from none".to_owned()
        }
        Some(worth) => {
            let size = words.number(worth.mean.abs(), apart);
            let half = worth.half_width.map(|it| format!(" ± {}", words.number(it, apart)));
            let more = if worth.mean > 0.0 { "more" } else { "less" };
            format!("each minute later: {size}{} {more}", half.unwrap_or_default())
        }
    };
    let mut table = Table::new(vec![
        Column::right("moved by"),
        Column::right("mean"),
        Column::right("difference"),
        Column::left("told apart"),
        Column::right("noise less"),
    ]);
    for (shift, variant) in &curve.places {
        let paired = variant.as_ref().map(|variant| it.paired(*variant, 0));
        let row = match paired {
            Ok(Some(paired)) => cells(&paired, words, form),
            Ok(None) => nothing("no seed in which both have a value"),
            Err(why) => nothing(why),
        };
        table.add([vec![Cell::new(signed(*shift))], row].concat());
    }
    format!("\n{}{}", look.heading(&curve.actions.join(" + "), &worth), table.render(look))
}

fn nothing(why: &str) -> Vec<Cell> {
    ["–", "–", why, ""].map(Cell::new).into()
}

fn signed(shift: Shift) -> String {
    let sign = if shift < 0 { "−" } else { "+" };
    format!("{sign}{} min", count(in_minutes(shift).abs()))
}

fn cells(it: &Paired, words: Words, form: Form) -> Vec<Cell> {
    let apart = if form == Form::Moment { Form::Span } else { form };
    let difference = it.difference.mean;
    let half = it.difference.half_width.map(|half| format!(" ± {}", words.number(half, apart)));
    let sign = if difference < 0.0 { "−" } else { "+" };
    let (told, style) = match (it.is_distinguishable(), difference < 0.0) {
        (false, _) => ("– no", PLAIN),
        (true, true) => ("✓ less", GOOD),
        (true, false) => ("✗ more", BAD),
    };
    vec![
        Cell::new(words.number(it.after.mean, form)),
        Cell::new(format!(
            "{sign}{}{}",
            words.number(difference.abs(), apart),
            half.unwrap_or_default()
        ))
        .styled(style),
        Cell::new(told).styled(style),
        Cell::new(reduction(it)),
    ]
}
