//! What came of a check, as Markdown for the summary of a job or a comment on a pull request.

use super::explanation::Explanation;
use super::judged::{Judged, Verdict};
use super::moves::{Fact, Metric};
use super::text;
use crate::report::markup::{code, head, markdown as cell, row, runs};

/// Job summaries may have a megabyte.
const BYTES_MAX: usize = 1_000_000;
/// Of each list so many entries are shown.
const TOLD_MAX: usize = 30;
const CUT: &str = "\n\n… cut here: a summary has at most a megabyte; the log tells the rest.\n";

/// A table of all scenarios, then what explains each difference; never longer than a megabyte.
#[must_use]
pub fn summary(all: &[Judged]) -> String {
    let wrong = all.iter().filter(|judged| !judged.is_fine()).count();
    let heading = match wrong {
        0 if all.len() == 1 => "✓ the replay is as approved".to_owned(),
        _ if all.len() == 1 => "✗ the replay is not as approved".to_owned(),
        0 => format!("✓ {} replays are as approved", all.len()),
        _ => format!("✗ {wrong} of {} replays are not as approved", all.len()),
    };
    let mut parts = vec![format!("## {heading}\n\n"), head(&["", "scenario", ""])];
    for judged in all {
        let mark = if judged.is_fine() { "✓" } else { "✗" };
        parts.push(row(&[mark, &code(&judged.file), &headline(judged)]));
    }
    parts.extend(all.iter().filter(|judged| !judged.thresholds.is_empty()).map(thresholds));
    for judged in all {
        if let Verdict::Differs(it) | Verdict::Tolerated(it) = &judged.verdict {
            parts.push(section(judged, it));
        }
    }
    cut(parts.concat())
}

fn thresholds(judged: &Judged) -> String {
    let heading = format!("\n### Thresholds of {}\n\n", code(&judged.file));
    let mut parts = vec![heading, head(&["", "threshold", "of", "limit", "simulated"])];
    for bound in &judged.thresholds {
        let [name, metric, limit, simulated] =
            [&bound.name, &bound.metric, &bound.limit, &bound.simulated].map(|it| cell(it));
        parts.push(row(&[bound.mark(), &name, &metric, &limit, &simulated]));
    }
    parts.concat()
}

fn headline(judged: &Judged) -> String {
    let text = match &judged.verdict {
        Verdict::Same => "as approved".to_owned(),
        Verdict::Tolerated(_) => "differs by no more than is tolerated".to_owned(),
        Verdict::Differs(_) if judged.is_blessed => "accepted".to_owned(),
        Verdict::Differs(it) if it.moves.is_wording() => "differs in words only".to_owned(),
        Verdict::Differs(it) => {
            let lost = it.moves.facts.iter().filter(|fact| fact.holds == [Some(true), Some(false)]);
            match lost.count() {
                0 => "differs".to_owned(),
                1 => "differs: 1 fact no longer holds".to_owned(),
                lost => format!("differs: {lost} facts no longer hold"),
            }
        }
        Verdict::Odd(_) => "its golden file is none".to_owned(),
        Verdict::Missing => "has no golden file".to_owned(),
        Verdict::Unreferenced => "is no more, but its golden file is there".to_owned(),
        Verdict::Dead => "does no work at all".to_owned(),
    };
    let crossed = judged.thresholds.iter().filter(|bound| !bound.is_kept).count();
    if crossed == 0 { text } else { format!("{text}; {crossed} thresholds crossed") }
}

fn section(judged: &Judged, it: &Explanation) -> String {
    let mut parts = vec![format!("\n### {}\n\n", code(&judged.file))];
    if !it.scenario.is_empty() {
        parts.push("Changed in the scenario:\n\n".to_owned());
        let shown = it.scenario.iter().take(TOLD_MAX);
        parts.extend(shown.map(|leaf| format!("- {}\n", code(&text::leaf(leaf)))));
        parts.push(rest(it.scenario.len()) + "\n");
    }
    parts.push(fenced(&(text::course(it).join("\n") + "\n")));
    let moves = &it.moves;
    if !moves.metrics.is_empty() || !moves.facts.is_empty() || !moves.thresholds.is_empty() {
        parts.push("\n".to_owned() + &head(&["moved", "from", "to", "by"]));
    }
    parts.extend(moves.thresholds.iter().chain(&moves.facts).map(fact));
    parts.extend(moves.metrics.iter().take(TOLD_MAX).map(metric));
    parts.push(rest(moves.metrics.len()));
    parts.concat()
}

fn fact(it: &Fact) -> String {
    let [old, new] = [0, 1].map(|side| {
        let mark = match it.holds[side] {
            Some(true) => "✓ ",
            Some(false) => "✗ ",
            None => "",
        };
        format!("{mark}{}", cell(&text::value(&it.simulated[side])))
    });
    row(&[&format!("**{}**", cell(&it.id)), &old, &new, ""])
}

fn metric(it: &Metric) -> String {
    let [old, new] = it.values.each_ref().map(|it| cell(&text::value(it)));
    let by = text::by(it.by);
    let by = by.trim().trim_start_matches('(').trim_end_matches(')');
    row(&[&code(&it.name), &old, &new, by])
}

fn rest(all: usize) -> String {
    if all > TOLD_MAX { format!("\n… and {} more.\n", all - TOLD_MAX) } else { String::new() }
}

fn fenced(text: &str) -> String {
    let fence = "`".repeat(3.max(1 + runs(text)));
    format!("{fence}text\n{text}{fence}\n")
}

fn cut(mut text: String) -> String {
    if text.len() > BYTES_MAX {
        text.truncate(text.floor_char_boundary(BYTES_MAX - CUT.len()));
        text.push_str(CUT);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_ends_before_a_megabyte() {
        let short = cut("é".repeat(400_000));
        assert_eq!(short.len(), 800_000);
        let long = cut("é".repeat(900_000));
        assert!(long.len() <= BYTES_MAX && long.ends_with(CUT), "{}", long.len());
    }
}
