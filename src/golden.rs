//! Golden files: the report of a scenario as it was last approved, beside the scenario.
//!
//! A replay is deterministic, so it is compared byte for byte: a changed byte is a changed behaviour,
//! or a changed wording, and the fingerprint tells which.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::report::whole_file;

/// What came of comparing a report with its golden file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The bytes are the same.
    Same,
    /// There is no golden file yet.
    Missing,
    /// The bytes differ.
    Different(Difference),
}

/// Where a report first differs from its golden file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The line, counted from 1.
    pub line: usize,
    /// What the golden file says there; nothing if it ends before.
    pub golden: Option<String>,
    /// What the report says there; nothing if it ends before.
    pub report: Option<String>,
    /// The fingerprints, the golden file's first, if both have one.
    pub fingerprints: Option<[String; 2]>,
}

/// The golden file of a scenario: `x.golden.json` beside `x.json`.
#[must_use]
pub fn path(scenario: &Path) -> PathBuf {
    scenario.with_extension("golden.json")
}

/// Compares a report with a golden file.
///
/// # Errors
///
/// Fails if the file is there and cannot be read.
pub fn compare(golden: &Path, report: &str) -> io::Result<Comparison> {
    match fs::read(golden) {
        Ok(bytes) if bytes == report.as_bytes() => Ok(Comparison::Same),
        Ok(bytes) => {
            let golden = String::from_utf8_lossy(&bytes);
            Ok(Comparison::Different(difference(&golden, report)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Comparison::Missing),
        Err(error) => Err(error),
    }
}

/// Makes a report the golden file, whole or not at all.
///
/// # Errors
///
/// Fails if the file cannot be written; an old one then stays as it was.
pub fn bless(golden: &Path, report: &str) -> io::Result<()> {
    whole_file::write(golden, report.as_bytes())
}

fn difference(golden: &str, report: &str) -> Difference {
    // Split by line feeds alone: a carriage return is a difference that must be seen.
    let (mut left, mut right) = (golden.split('\n'), report.split('\n'));
    let mut line = 0;
    let (left, right) = loop {
        line += 1;
        match (left.next(), right.next()) {
            (None, None) => break (None, None), // Only where bytes were no UTF-8.
            (left, right) if left != right => break (left, right),
            (Some(_), _) | (None, Some(_)) => {}
        }
    };
    let fingerprints = fingerprint(golden).zip(fingerprint(report));
    Difference {
        line,
        golden: left.map(str::to_owned),
        report: right.map(str::to_owned),
        fingerprints: fingerprints.map(Into::into),
    }
}

/// The fingerprint in a report, whatever else the report has become.
fn fingerprint(report: &str) -> Option<String> {
    let (_, rest) = report.split_once("\"fingerprint\": \"")?;
    rest.split_once('"').map(|(fingerprint, _)| fingerprint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golden_file_stands_beside_the_scenario() {
        let golden = path(Path::new("scenarios/2026-03-02-chat.v2.json"));
        assert_eq!(golden, Path::new("scenarios/2026-03-02-chat.v2.golden.json"));
    }

    #[test]
    fn the_first_line_that_differs_is_found() {
        let cases = [
            ("a\nb\n", "a\nc\n", 2, Some("b"), Some("c")),
            ("a\r\n", "a\n", 1, Some("a\r"), Some("a")),
            ("a\n", "a\nb\n", 2, Some(""), Some("b")),
            ("a", "a\n", 2, None, Some("")),
        ];
        for (golden, report, line, left, right) in cases {
            let found = difference(golden, report);
            let lines = (found.line, found.golden.as_deref(), found.report.as_deref());
            assert_eq!(lines, (line, left, right), "{golden:?} {report:?}");
        }
    }

    #[test]
    fn the_fingerprints_tell_other_events_from_other_wording() {
        let [old, new] = ["{\"fingerprint\": \"aa\" }", "{ \"fingerprint\": \"bb\" }"];
        let fingerprints = difference(old, new).fingerprints;
        assert_eq!(fingerprints, Some(["aa".to_owned(), "bb".to_owned()]));
    }
}
