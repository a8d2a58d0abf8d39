//! The worth of a timeline's minutes made to be read.

use super::style::{BAD, BOLD, GOOD, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::experiment::minutes::{Curve, Minutes, Shift};
use crate::experiment::paired::Paired;
use crate::experiment::worth::{Side, Worth};
use crate::measure::interval::Interval;
use crate::report::comparison::reduction;
use crate::report::minutes::in_minutes;
use crate::report::ranking::is_distinguishable;
use crate::report::words::{Form, Words, count, with_seeds};
use crate::scenario::Scenario;

const NO_DIFFERENCE: &str = "no difference that can be told from none";

/// One number of a curve.
#[derive(Clone, Copy)]
struct Number<'a> {
    name: &'a str,
    place: usize,
    form: Form,
    words: Words<'a>,
}

/// The worth of the minutes of a timeline in the first so many numbers; ends in a line break.
#[must_use]
pub fn minutes(it: &Minutes, metrics: usize, baseline: &Scenario, look: Look) -> String {
    let words = Words::new(baseline);
    let names = it.replications.metrics().iter().take(metrics).enumerate();
    let numbers: Vec<Number> = names
        .map(|(place, name)| Number { name, place, form: Form::of(name, &baseline.file), words })
        .collect();
    let unmoved = |number: &Number| {
        let before = it.paired(0, number.place).map(|it| words.interval(&it.before, number.form));
        format!("{} is {}", number.name, before.unwrap_or_else(|| "nothing".to_owned()))
    };
    let told = format!(
        "{}: {} as it was, and {} so where actions are moved by minutes, {}{}",
        baseline.file.id,
        numbers.iter().map(unmoved).collect::<Vec<_>>().join(" and "),
        if numbers.len() == 1 { "differs" } else { "they differ" },
        match it.replications.seeds() {
            1 => with_seeds(1, baseline.seed()),
            seeds => format!("each {}", with_seeds(seeds, baseline.seed())),
        },
        match it.replications.seeds() {
            1 => "; one seed gives no intervals, more do (--seeds)",
            _ => "; intervals are of 95 %",
        }
    );
    let title = look.hanging(BOLD, &baseline.file.title, 0);
    let mut text = format!("{title}\n\n  {}\n", look.hanging(PLAIN, &told, 2));
    for curve in &it.curves {
        for number in &numbers {
            text += &section(it, curve, *number, numbers.len() > 1, look);
        }
        text += &refused(curve, look);
    }
    text
}

fn section(it: &Minutes, curve: &Curve, number: Number, is_named: bool, look: Look) -> String {
    let told = worth(&curve.worths[number.place], number);
    let mut table = Table::new(vec![
        Column::right("moved by"),
        Column::right("mean"),
        Column::right("difference"),
        Column::left("told apart"),
        Column::right("noise less"),
    ]);
    for (shift, variant) in &curve.places {
        let row = match variant.as_ref().map(|variant| it.paired(*variant, number.place)) {
            Ok(Some(paired)) => cells(&paired, number),
            Ok(None) => nothing("– no value"),
            Err(_) => nothing("✗ refused"),
        };
        table.add([vec![Cell::new(signed(*shift))], row].concat());
    }
    let names = curve.actions.join(" + ");
    let title = if is_named { format!("{names}, {}", number.name) } else { names };
    let heading = match told.as_slice() {
        [one] => look.heading(&title, one),
        several => {
            let lines = several.iter().map(|it| format!("  {}\n", look.hanging(PLAIN, it, 2)));
            look.heading(&title, "") + &lines.collect::<String>()
        }
    };
    format!("\n{heading}{}", table.render(look))
}

/// Why places were refused, below the table.
fn refused(curve: &Curve, look: Look) -> String {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for (shift, place) in &curve.places {
        let Err(why) = place else { continue };
        match reasons.iter_mut().find(|it| it.0 == why) {
            Some((_, shifts)) => shifts.push(signed(*shift)),
            None => reasons.push((why, vec![signed(*shift)])),
        }
    }
    let line = |(why, shifts): &(&str, Vec<String>)| {
        let told = format!("✗ refused by {}: {why}", shifts.join(", "));
        format!("  {}\n", look.hanging(BAD, &told, 2))
    };
    reasons.iter().map(line).collect()
}

/// What a minute is worth: one sentence, or one for each side.
fn worth(it: &Worth, number: Number) -> Vec<String> {
    let is_nothing = |side: Option<Side>| {
        side.is_some_and(|side| {
            let has_interval = side.worth.half_width.is_some();
            side.is_straight() && has_interval && !is_distinguishable(&side.worth)
        })
    };
    if is_nothing(it.earlier) && is_nothing(it.later) {
        return vec![format!("a minute earlier or later makes {NO_DIFFERENCE}")];
    }
    if let Some(whole) = &it.whole {
        let told = change(whole, 1.0, number);
        let is_nothing = told.starts_with("no difference");
        let other = if whole.mean < 0.0 { "more" } else { "less" };
        return vec![if is_nothing {
            format!("each minute earlier or later: {told}")
        } else {
            format!("each minute later: {told}, earlier as much {other}")
        }];
    }
    let sides = [("earlier", -1.0, it.earlier), ("later", 1.0, it.later)];
    let told: Vec<String> = sides
        .into_iter()
        .filter_map(|(name, sign, side)| Some(one_side(&side?, name, sign, number)))
        .collect();
    if told.is_empty() {
        vec!["no worth of a minute: no seed has every value".to_owned()]
    } else {
        told
    }
}

fn one_side(it: &Side, name: &str, sign: f64, number: Number) -> String {
    if it.is_bent() {
        return format!("{name}: not straight, so that no minute has a worth of its own");
    }
    let (up_to, beyond) = if it.is_straight() {
        (if it.places == 1 { ", on average" } else { "" }.to_owned(), "")
    } else {
        (format!(", up to {} min", count(it.reach)), "; beyond it is not straight")
    };
    format!("each minute {name}{up_to}: {}{beyond}", change(&it.worth, sign, number))
}

/// By how much a number changes with each minute, to later ones or, with a sign of -1, to earlier ones.
fn change(worth: &Interval, sign: f64, number: Number) -> String {
    let Number { words, form, .. } = number;
    let mean = worth.mean * sign;
    let size = words.number(mean.abs(), form.apart());
    let how = if mean < 0.0 { "less" } else { "more" };
    match worth.half_width {
        None if mean.abs() > 0.0 => format!("{size} {how} (one seed, no interval)"),
        None => "no difference (one seed, no interval)".to_owned(),
        Some(_) if !is_distinguishable(worth) => NO_DIFFERENCE.to_owned(),
        Some(half) => format!("{size} ± {} {how}", words.number(half, form.apart())),
    }
}

fn nothing(mark: &str) -> Vec<Cell> {
    let style = if mark.starts_with('✗') { BAD } else { PLAIN };
    let [mean, difference, told, noise] = ["–", "–", mark, ""].map(Cell::new);
    vec![mean, difference, told.styled(style), noise]
}

fn signed(shift: Shift) -> String {
    let sign = if shift < 0 { "−" } else { "+" };
    format!("{sign}{} min", count(in_minutes(shift).abs()))
}

fn cells(it: &Paired, Number { words, form, .. }: Number) -> Vec<Cell> {
    let apart = form.apart();
    let difference = it.difference.mean;
    let half = it.difference.half_width.map(|half| format!(" ± {}", words.number(half, apart)));
    let sign = if difference < 0.0 { "−" } else { "+" };
    let (told, style) = match (it.is_distinguishable(), difference < 0.0) {
        _ if half.is_none() => ("? one seed", PLAIN),
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
