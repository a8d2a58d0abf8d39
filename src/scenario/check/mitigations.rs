//! Mitigations: what they may change, and that they change anything.

use serde_json::Value;

use super::{Findings, lookup};
use crate::scenario::file::File;
use crate::scenario::patch;
use crate::scenario::path::Path;
use crate::scenario::problem::Problem;

/// What a fact says, or what is acceptable, must not depend on what is tried out.
const FIXED: [&str; 6] =
    ["id", "documented", "thresholds", "mitigations", "assumptions", "status_page"];

/// Checks the patches of a file that stands as `base`.
pub(super) fn check(file: &File, base: &Value, findings: &mut Findings) {
    let path = Path::root().key("mitigations");
    for (name, mitigation) in &file.mitigations {
        let path = path.key(name).key("patch");
        match mitigation.patch.as_object() {
            None => findings.add(path, "must be an object: a patch on this scenario"),
            Some(fields) => {
                for field in FIXED.into_iter().filter(|field| fields.contains_key(*field)) {
                    let problem =
                        Problem::new(path.key(field), "must not be changed by a mitigation");
                    let help =
                        "change what runs instead: platform, workloads, timeline, indicators";
                    findings.0.push(problem.with_help(help));
                }
                check_effect(&mitigation.patch, base, &path, findings);
            }
        }
    }
}

/// A patch that removes what is not there, or changes nothing at all, is a slip of the keyboard.
fn check_effect(patch: &Value, base: &Value, path: &Path, findings: &mut Findings) {
    let mut has_effect = false;
    for (leaf, change) in patch::leaves(patch) {
        let present = lookup(base, &leaf);
        // In an object that the patch itself brings in there is nothing to remove, and no harm in saying so.
        let parent = leaf.split_last().and_then(|(parent, _)| lookup(base, &parent));
        if change.is_null() && present.is_none() && parent.is_some_and(Value::is_object) {
            has_effect = true;
            let problem = Problem::new(path.join(&leaf), "removes what is not there");
            let help = "write the path as it stands in this scenario, or leave it out";
            findings.0.push(problem.at_key().with_help(help));
        }
        let is_same = (change.is_null() && present.is_none())
            || present == Some(change)
            || (change.as_object().is_some_and(serde_json::Map::is_empty)
                && present.is_some_and(Value::is_object));
        has_effect |= !is_same;
    }
    if !has_effect {
        let problem = Problem::new(path.clone(), "changes nothing in this scenario");
        let help = "give another value than the scenario has, or remove the mitigation";
        findings.0.push(problem.with_help(help));
    }
}
