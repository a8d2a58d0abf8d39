//! What a search came to, made to be read.

use super::style::{BAD, BOLD, GOOD, Look, PLAIN, WARNING};
use super::table::{Cell, Column, Table};
use crate::experiment::ramp::{BothWays, Course};
use crate::experiment::search::{Cliff, Decision};
use crate::report::cliff::{Ramped, Searched, word};
use crate::report::words::{limits, several};

/// The search, which ends in a line break.
#[must_use]
pub fn search(it: &Searched, look: Look) -> String {
    let title = look.hanging(BOLD, &it.baseline.file.title, 0);
    let told = match it.nearest() {
        Some(cliff) => cliff_told(it, cliff),
        None => none_told(it),
    };
    let mut parts = vec![format!("{title}\n\n  {}\n", look.hanging(BOLD, &told, 2))];
    if it.search.cliffs.len() > 1 {
        let others: Vec<String> =
            it.search.cliffs.iter().map(|cliff| it.ends(cliff).join(" to ")).collect();
        let told = format!(
            "the condition changes {} times, between {}: told is the one nearest to today",
            others.len(),
            others.join(", ")
        );
        parts.push(format!("  {}\n", look.hanging(WARNING, &told, 2)));
    }
    let beside = format!("{} in so many of so many seeds from {} on", it.until, it.baseline.seed());
    let mut table = Table::new(vec![
        Column::right("value"),
        Column::left("condition"),
        Column::right("holds in"),
        Column::left(""),
    ]);
    for probe in &it.search.probes {
        let (mark, style) = match probe.decision {
            Decision::Holds => ("✓", GOOD),
            Decision::Fails => ("✗", BAD),
            Decision::Open => ("?", WARNING),
        };
        table.add(vec![
            Cell::new(&probe.value),
            Cell::new(format!("{mark} {}", word(probe.decision))).styled(style),
            Cell::new(format!("{} of {}", probe.holds, probe.seeds)),
            Cell::new(match probe.stopped.len() {
                0 => String::new(),
                more => format!("! {} stopped {more} more", limits(probe.stopped.iter().copied())),
            })
            .styled(BAD),
        ]);
    }
    parts.push("\n".to_owned() + &look.heading("LOOKED AT", &beside) + &table.render(look));
    parts.concat()
}

fn cliff_told(it: &Searched, cliff: &Cliff) -> String {
    let [above, below] = it.ends(cliff);
    let (one, other) = if cliff.holds_below {
        ("holds up to", "fails from")
    } else {
        ("fails up to", "holds from")
    };
    let today = match (it.today, it.from_today(cliff)) {
        (Some(today), Some(where_)) => {
            format!("; today it is {today}, and the cliff lies {where_}")
        }
        _ => "; nothing stands there today".to_owned(),
    };
    format!("{} {one} {} = {above} and {other} {below}{today}", it.until, it.path)
}

fn none_told(it: &Searched) -> String {
    let decision = |place: Option<&crate::experiment::search::Probe>| place.map(|it| it.decision);
    let probes = &it.search.probes;
    let ends = [it.range.at(0.0), it.range.at(1.0)].join(" to ");
    match (decision(probes.first()), decision(probes.last())) {
        (Some(Decision::Holds), _) => {
            format!("{} holds for {} from {ends}: there is no cliff in between", it.until, it.path)
        }
        (Some(Decision::Fails), _) => {
            format!("{} fails for {} from {ends}: there is no cliff in between", it.until, it.path)
        }
        _ => {
            format!("{} cannot be decided for {} from {ends} with so few seeds", it.until, it.path)
        }
    }
}

/// The ramp, which ends in a line break.
#[must_use]
pub fn ramp(it: &Ramped, look: Look) -> String {
    let title = look.hanging(BOLD, &it.baseline.file.title, 0);
    let both = it.both_ways;
    let seeds = both.courses.len();
    let metastable = both.metastable();
    let mut lines = vec![
        format!(
            "{} falls over {}",
            it.path,
            at(&it.values(Course::falls_over), "on no step of the way up")
        ),
        format!(
            "and comes back {}",
            at(&it.values(Course::comes_back), "on no step of the way down")
        ),
    ];
    let bad = |place: usize| it.bad(place)[0] * 2 > seeds;
    let (told, style) = if seeds == 0 {
        ("no replay reached its end: nothing can be told", BAD)
    } else if bad(0) {
        ("bad from the first step on: begin lower to tell whether it comes back", WARNING)
    } else if (0..both.values.len()).all(|place| !bad(place)) {
        ("it bears every step: go higher to tell whether it comes back", WARNING)
    } else if metastable * 2 > seeds {
        ("metastable: the impact stays where the load was borne before", BAD)
    } else {
        ("not metastable: what goes when the load goes came with it", GOOD)
    };
    lines.push(format!("{told} ({metastable} of {})", several(seeds, "seed")));
    let lines: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(place, line)| {
            let style = if place == 2 { style } else { PLAIN };
            format!("  {}\n", look.hanging(style, line, 2))
        })
        .collect();
    let mut table = Table::new(vec![
        Column::right("value"),
        Column::right("bad on the way up"),
        Column::right("bad on the way down"),
    ]);
    for (place, value) in both.values.iter().enumerate() {
        let cells = it.bad(place).map(|count| {
            let style = if count * 2 > seeds { BAD } else { PLAIN };
            Cell::new(format!("{count} of {seeds}")).styled(style)
        });
        table.add([vec![Cell::new(value)], cells.into()].concat());
    }
    let stopped = uncounted(both, look);
    format!(
        "{title}\n\n{}{stopped}\n{}{}",
        lines.concat(),
        look.heading("THE RAMP", ""),
        table.render(look)
    )
}

/// The value at which something happens in most seeds, and in how many.
fn at(values: &[Option<&str>], never: &str) -> String {
    let mut counted: Vec<(usize, Option<&str>)> = Vec::new();
    for value in values {
        match counted.iter_mut().find(|it| it.1 == *value) {
            Some((count, _)) => *count += 1,
            None => counted.push((1, *value)),
        }
    }
    counted.sort_by_key(|it| std::cmp::Reverse(it.0));
    let told = |(count, value): &(usize, Option<&str>)| match value {
        Some(value) => format!("at {value} ({count} of {})", several(values.len(), "seed")),
        None => format!("{never} ({count} of {})", several(values.len(), "seed")),
    };
    counted.iter().map(told).collect::<Vec<_>>().join(", ")
}

/// That seeds of a ramp do not count, if there are any, as a line of its own.
fn uncounted(both: &BothWays, look: Look) -> String {
    if both.stopped.is_empty() {
        return String::new();
    }
    let seeds = several(both.stopped.len(), "further seed");
    let told =
        format!("  {} stopped {seeds}, not counted here", limits(both.stopped.iter().copied()));
    look.paint(BAD, &told) + "\n"
}
