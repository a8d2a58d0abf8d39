//! What limits of a scenario stopped: said on standard error with what raises them, and as the exit status.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Status, output};

/// What a stop means for what is told of a replay.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    /// It is told up to there.
    CutShort,
    /// It does not count.
    Uncounted,
    /// It is another than that of a whole one.
    NotComparable,
}

/// The status where limits of these names may have stopped replays of a file, each of which is said.
pub(super) fn status<'a>(
    file: &Path,
    stopped_by: impl IntoIterator<Item = &'a str>,
    effect: Effect,
    remedy: impl Fn(&str) -> String,
) -> Status {
    let stopped_by: BTreeSet<&str> = stopped_by.into_iter().collect();
    let what = match effect {
        Effect::CutShort => "a replay before its end, up to which the report is complete",
        Effect::Uncounted => "replays before their end, which do not count",
        Effect::NotComparable => {
            "replays before their end, which cannot be compared with whole ones"
        }
    };
    for limit in &stopped_by {
        let file = file.display();
        output::warn(&format!("{file}: limits.{limit} stopped {what}; help: {}", remedy(limit)));
    }
    if stopped_by.is_empty() { Status::Fine } else { Status::Stopped }
}

/// What raises a limit where fields can be set.
pub(super) fn by_set(limit: &str) -> String {
    format!("--set limits.{limit}=N raises it")
}

/// What raises a limit where these fields have several values, which come after those that are set.
pub(super) fn by_set_or_vary(varied: &[String]) -> impl Fn(&str) -> String {
    move |limit| {
        let field = format!("limits.{limit}");
        if varied.contains(&field) { format!("give {field} higher values") } else { by_set(limit) }
    }
}

/// What raises a limit where a plan says what is set.
pub(super) fn in_plan(limit: &str) -> String {
    format!("plan the sweep again with --set limits.{limit}=N")
}

/// What raises a limit where the file alone says what is replayed.
pub(super) fn in_file(limit: &str) -> String {
    format!("raise `{limit}` under `limits` in the file")
}
