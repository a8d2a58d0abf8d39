//! Calls that would lead work round for ever.

use std::collections::BTreeMap;

use super::{Findings, RunningPaths};
use crate::scenario::compile::Running;
use crate::scenario::path::Path;
use crate::scenario::problem::Problem;
use crate::units::Share;

/// Finds calls that lead round for ever: a circle in which every call is always made.
pub(super) fn check(running: &Running, paths: &RunningPaths, findings: &mut Findings) {
    let certain: BTreeMap<&str, Vec<(Path, &str)>> = running
        .stations
        .iter()
        .map(|(name, station)| {
            let calls = station.calls().into_iter();
            // What an instance calls before it is ready it calls once, and pauses if that fails.
            let calls = calls.filter(|it| !it.path.contains(&"ready_calls"));
            let calls = calls.filter(|it| it.call.share >= Share::ALL).map(|it| {
                let station = paths.stations.key(name);
                (it.path.iter().fold(station, |path, key| path.key(*key)), it.call.to.as_str())
            });
            (name.as_str(), calls.collect())
        })
        .collect();
    // Depth first with three colours; a call to a station that is still being visited closes a circle.
    let mut is_done: BTreeMap<&str, bool> = BTreeMap::new();
    for start in certain.keys() {
        if is_done.contains_key(start) {
            continue;
        }
        let mut stack = vec![(*start, 0)];
        is_done.insert(start, false);
        while let Some((station, next)) = stack.last_mut() {
            let Some((path, to)) = certain.get(station).and_then(|calls| calls.get(*next)) else {
                is_done.insert(station, true);
                stack.pop();
                continue;
            };
            *next += 1;
            match is_done.get(to) {
                Some(true) => {}
                Some(false) => {
                    let message = format!(
                        "closes a circle of calls that are always made, back to {to:?}: work would go round for ever"
                    );
                    let problem = Problem::new(path.clone(), message);
                    findings.0.push(problem.with_help("give one of them a share below 1"));
                }
                None => {
                    is_done.insert(to, false);
                    stack.push((to, 0));
                }
            }
        }
    }
}
