//! What came of a check, as annotations that GitHub shows beside the changed lines.

use super::judged::{Judged, Verdict};
use super::{junit, text};

/// GitHub shows at most so many of one step.
const ANNOTATIONS_MAX: usize = 10;

/// At most ten workflow commands, a line each, the worst first; empty if nothing is wrong.
///
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>
#[must_use]
pub fn commands(all: &[Judged]) -> String {
    let mut wrong: Vec<(usize, String)> = Vec::new();
    for judged in all {
        if !judged.is_as_approved() {
            wrong.push((rank(&judged.verdict), command(judged, &junit::message(judged))));
        }
        let crossed = judged.thresholds.iter().filter(|bound| !bound.is_kept);
        wrong.extend(crossed.map(|bound| (1, command(judged, &text::bound(bound)))));
    }
    wrong.sort_by_key(|(rank, _)| *rank);
    wrong.into_iter().take(ANNOTATIONS_MAX).map(|(_, command)| command).collect()
}

/// The worse, the smaller: a platform that does nothing, a crossed threshold, lost facts, other events.
fn rank(verdict: &Verdict) -> usize {
    match verdict {
        Verdict::Dead => 0,
        Verdict::Differs(it) if it.moves.facts.iter().any(|fact| fact.holds[1] != Some(true)) => 2,
        Verdict::Differs(it) if !it.moves.is_wording() => 3,
        Verdict::Odd(_) | Verdict::Missing | Verdict::Unreferenced => 4,
        Verdict::Differs(_) | Verdict::Same | Verdict::Tolerated(_) => 5,
    }
}

fn command(judged: &Judged, message: &str) -> String {
    let is_orphan = matches!(judged.verdict, Verdict::Unreferenced);
    let file = if is_orphan { &judged.golden } else { &judged.file };
    let properties = [
        ("file", file.clone()),
        ("line", judged.lines.first().unwrap_or(&1).to_string()),
        ("title", "hindsight check".to_owned()),
    ];
    let properties: Vec<String> =
        properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    format!("::error {}::{}\n", properties.join(","), escaped(message))
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(escaped("5 %\r\nx: a, b"), "5 %25%0D%0Ax: a, b");
        assert_eq!(property("C:\\a,b%"), "C%3A\\a%2Cb%25");
    }
}
