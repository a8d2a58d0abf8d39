//! A ranking of mitigations made to be read: shares, pairs, what prevents, what would overturn it.

use super::style::{BAD, BOLD, GOOD, Look, PLAIN, WARNING};
use super::table::{Cell, Column, Table};
use crate::experiment::moved::{Found, Moved};
use crate::experiment::rank::Pair;
use crate::measure::interval::Interval;
use crate::report::contested::told;
use crate::report::ranking::{Ranked, is_distinguishable, millionths};
use crate::report::words::{Form, Words, count, several};

/// More pairs than this are for programs.
const PAIRS_MAX: usize = 6;
/// More sets than this are for programs.
const SETS_MAX: usize = 6;

/// Why no assumption could be moved.
const NO_RANGE: &str = "no assumption has a range to be moved in; one is given under `assumptions`, beside the basis of a field, as in \"range\": [2, 6]";
const NO_SINGLE_VALUE: &str = "no assumption was moved: none has a range with a single value of its field in it, other than its ends";

/// The ranking, which ends in a line break.
#[must_use]
pub fn ranking(it: &Ranked, look: Look) -> String {
    let sections = [
        head(it, look),
        shares(it, look),
        contested(it, look),
        pairs(it, look),
        prevented(it, look),
        assumptions(it, look),
    ];
    sections.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n")
}

fn words<'a>(it: &Ranked<'a>) -> (Words<'a>, Form) {
    (Words::new(it.baseline), Form::of(it.metric, &it.baseline.file))
}

fn head(it: &Ranked, look: Look) -> String {
    let (words, form) = words(it);
    let ranking = it.ranking;
    let how = match ranking.effort.orders {
        None => format!("all {} of them", several(ranking.sets, "set")),
        Some(orders) => {
            format!("{orders} sampled orders a seed, {} of them", several(ranking.sets, "set"))
        }
    };
    let (seeds, asked) = (ranking.seeds, ranking.effort.seeds);
    let (of, others) = if seeds < asked {
        (format!("{seeds} of "), "; the others have no value in some replay")
    } else {
        (String::new(), "")
    };
    let intervals = match (seeds, asked) {
        (1, 1) => "one seed gives no intervals, more do (--seeds)",
        (1, _) => "one seed gives no intervals",
        _ => "intervals are of 95 %",
    };
    let told = format!(
        "{}: {} is {} without mitigations and {} with {}: {} avoided. Replayed were {how}, with {of}{} from {} on{others}; {intervals}",
        it.baseline.file.id,
        it.metric,
        words.interval(&ranking.before, form),
        words.interval(&ranking.after, form),
        match it.mitigations.len() {
            1 => "the one there is".to_owned(),
            several => format!("all {several}"),
        },
        words.interval(&ranking.avoided, form),
        several(asked, "seed"),
        it.baseline.seed(),
    );
    let title = look.hanging(BOLD, &it.baseline.file.title, 0);
    format!("{title}\n\n  {}\n", look.hanging(PLAIN, &told, 2))
}

fn shares(it: &Ranked, look: Look) -> String {
    let shares = it.rounded_shares();
    let all: i128 = shares.iter().sum();
    let mut table = Table::new(vec![
        Column::right(""),
        Column::left(""),
        Column::right("share"),
        Column::right(""),
        Column::right("± 95 %"),
        Column::right("alone"),
        Column::right("beside all others"),
    ]);
    let (words, form) = words(it);
    let optional =
        |it: &Option<Interval>| it.map_or("–".to_owned(), |it| words.interval(&it, form));
    let part = |part: Option<f64>| {
        part.map_or(String::new(), |it| format!("{} %", count((it * 1000.0).round() / 10.0)))
    };
    for (rank, place) in it.ranking.order.iter().enumerate() {
        let known = &it.ranking.mitigations[*place];
        let half = known.share.half_width.map(|half| words.number(half, form));
        let style = match (is_distinguishable(&known.share), known.share.mean > 0.0) {
            (false, _) => PLAIN,
            (true, true) => GOOD,
            (true, false) => BAD,
        };
        table.add(vec![
            Cell::new((rank + 1).to_string()),
            Cell::new(&it.mitigations[*place]).styled(style),
            Cell::new(millionths(shares[*place])).styled(style),
            Cell::new(part(it.part(*place))),
            Cell::new(half.unwrap_or_else(|| "–".to_owned())),
            Cell::new(optional(&known.alone)),
            Cell::new(optional(&known.last)),
        ]);
    }
    let empty = || Cell::new("");
    table.add(vec![
        empty(),
        Cell::new("all together").styled(BOLD),
        Cell::new(millionths(all)).styled(BOLD),
        Cell::new(part((all != 0).then_some(1.0))),
        empty(),
        empty(),
        empty(),
    ]);
    let beside = format!("each mitigation's part in the {} avoided, after Shapley", it.metric);
    look.heading("SHARES", &beside) + &table.render(look)
}

/// Which fields several mitigations set: no set of them has both values.
fn contested(it: &Ranked, look: Look) -> String {
    let contested = it.contested();
    if contested.is_empty() {
        return String::new();
    }
    let line = |it| format!("  {}\n", look.hanging(WARNING, &told(it), 2));
    let beside = "in sets with more than one of them only the last one's value is tried";
    look.heading("SET BY SEVERAL", beside) + &contested.iter().map(line).collect::<String>()
}

fn pairs(it: &Ranked, look: Look) -> String {
    let mut told: Vec<&Pair> =
        it.ranking.pairs.iter().filter(|pair| is_distinguishable(&pair.more)).collect();
    told.sort_by(|a, b| b.more.mean.abs().total_cmp(&a.more.mean.abs()));
    let all = it.ranking.pairs.len();
    if all == 0 {
        return String::new();
    }
    let beside = format!(
        "{} of {all} can be told from none; more, or less, avoided together than each for itself{}",
        told.len(),
        if it.ranking.effort.orders.is_some() { ", without the others" } else { "" }
    );
    let mut table = Table::new(vec![Column::left(""), Column::right(""), Column::left("")]);
    let (words, form) = words(it);
    for pair in told.iter().take(PAIRS_MAX) {
        let [one, other] = pair.of.map(|it_| it.mitigations[it_].as_str());
        let is_help = pair.more.mean > 0.0;
        let (how, style) = if is_help { ("help each other", GOOD) } else { ("overlap", BAD) };
        table.add(vec![
            Cell::new(format!("{one} and {other}")),
            Cell::new(how).styled(style),
            Cell::new(words.interval(&pair.more, form)),
        ]);
    }
    look.heading("PAIRS", &beside) + &table.render(look)
}

fn prevented(it: &Ranked, look: Look) -> String {
    let ranking = it.ranking;
    let (words, form) = words(it);
    let heading = look
        .heading("PREVENTED BY", "the smallest sets with which nothing is left, with every seed");
    let mut lines: Vec<String> = ranking
        .preventing
        .iter()
        .take(SETS_MAX)
        .map(|mask| {
            let names = it.names(*mask);
            let text = if names.is_empty() {
                "nothing: it does not happen".to_owned()
            } else {
                names.join(" + ")
            };
            look.hanging(GOOD, &text, 2)
        })
        .collect();
    if lines.is_empty() {
        let names = it.names(ranking.least.0);
        let with = if names.is_empty() { "none of them".to_owned() } else { names.join(" + ") };
        let least = words.number(ranking.least.1, form);
        let told = format!("no set that was replayed; least is left with {with}: {least}");
        lines.push(look.hanging(PLAIN, &told, 2));
    }
    if ranking.preventing.len() > SETS_MAX {
        lines.push(format!("and {} more", ranking.preventing.len() - SETS_MAX));
    }
    format!("{heading}  {}\n", lines.join("\n  "))
}

fn assumptions(it: &Ranked, look: Look) -> String {
    let heading = look.heading("WHAT WOULD OVERTURN IT", "");
    if it.moved.is_empty() {
        let told = match it.ends {
            None => return String::new(),
            Some(ends) if ends.unclear.is_empty() => NO_RANGE,
            Some(_) => NO_SINGLE_VALUE,
        };
        return format!("{heading}  {}\n", look.hanging(PLAIN, told, 2));
    }
    let overturning: Vec<_> = it.overturning().collect();
    let is_impossible = |it: &&Moved| matches!(it.found, Found::Stopped(_) | Found::Impossible(_));
    let impossible = it.moved.iter().filter(is_impossible).count();
    let beside = format!(
        "{} of assumptions to the ends of their ranges: {} the order{}{}",
        several(it.moved.len(), "move"),
        match overturning.len() {
            1 => "1 changes".to_owned(),
            several => format!("{several} change"),
        },
        if impossible > 0 { format!(", {impossible} cannot be") } else { String::new() },
        match it.ends.map_or(0, |it| it.unclear.len()) {
            0 => String::new(),
            1 => "; 1 has no single value to move".to_owned(),
            several => format!("; {several} have no single value to move"),
        }
    );
    let mut table = Table::new(vec![
        Column::left(""),
        Column::right("is"),
        Column::right("moved to"),
        Column::left("then"),
    ]);
    for moved in it.moved.iter().filter(|it| it.found != Found::Same) {
        let style = if matches!(moved.found, Found::OtherFirst(_)) { BAD } else { WARNING };
        table.add(vec![
            Cell::new(&moved.end.field),
            Cell::new(moved.end.from.clone().unwrap_or_else(|| "its default".to_owned())),
            Cell::new(&moved.end.to),
            Cell::new(it.told(&moved.found)).styled(style),
        ]);
    }
    let told = look.hanging(PLAIN, &beside, 2);
    let is_quiet = it.moved.iter().all(|it| it.found == Found::Same);
    let rows = if is_quiet { String::new() } else { table.render(look) };
    format!("{heading}  {told}\n{rows}")
}
