//! What came of a check, as `JUnit` XML: a test case for each comparison and for each threshold.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::judged::{Judged, Verdict};
use super::text;

/// The document, without times: the same check gives the same bytes.
///
/// # Panics
///
/// Panics if the document cannot be written to memory.
#[must_use]
pub fn document(all: &[Judged]) -> String {
    let mut report = Report::new("hindsight check");
    for judged in all {
        let mut suite = TestSuite::new(&judged.file);
        suite.add_test_case(comparison(judged));
        for bound in &judged.thresholds {
            let told = text::bound(bound);
            let message = (!bound.is_kept).then_some(told.as_str());
            suite.add_test_case(case(&judged.file, &bound.name, message, &told));
        }
        report.add_test_suite(suite);
    }
    report.to_string().expect("XML is written to memory")
}

fn comparison(judged: &Judged) -> TestCase {
    let told = text::judged(judged);
    let message = (!judged.is_as_approved()).then(|| message(judged));
    case(&judged.file, "as approved", message.as_deref(), &told)
}

fn case(file: &str, name: &str, failure: Option<&str>, told: &str) -> TestCase {
    let status = match failure {
        None => TestCaseStatus::success(),
        Some(message) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(message).set_type("difference").set_description(told);
            status
        }
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(file);
    case
}

/// What is wrong with a replay, on one line.
#[must_use]
pub fn message(judged: &Judged) -> String {
    match &judged.verdict {
        Verdict::Same | Verdict::Tolerated(_) => "as approved".to_owned(),
        Verdict::Missing => format!("there is no golden file {}", judged.golden),
        Verdict::Odd(reason) => format!("{} {reason}", judged.golden),
        Verdict::Unreferenced => format!("{} has no scenario beside it", judged.golden),
        Verdict::Dead => "no unit of work was done in the whole replay".to_owned(),
        Verdict::Differs(it) => {
            let scenario = it.scenario.first().map(text::leaf);
            let course = text::course(it).first().map(|line| line.trim().to_owned());
            let facts = it.moves.facts.first().map(|it| text::fact(it, "fact "));
            let moved = facts.or_else(|| it.moves.metrics.first().map(text::metric));
            let parts: Vec<String> = [scenario, course, moved].into_iter().flatten().collect();
            parts.join("; ")
        }
    }
}
