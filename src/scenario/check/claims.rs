//! What a scenario claims: where its parameters come from, and facts that its clock can show.

use serde_json::Value;

use super::{Findings, lookup};
use crate::scenario::clock::Clock;
use crate::scenario::compile::base;
use crate::scenario::file::story::{Expect, Role};
use crate::scenario::file::{Assumption, Basis, File};
use crate::scenario::path::Path;
use crate::scenario::problem::Problem;
use crate::units::{LocalTime, Quantity};

/// Checks assumptions and facts; `values` are the file as it stands and with its patches, of which one may
/// take away what an assumption is about.
pub(super) fn check(file: &File, values: [&Value; 2], clock: &Clock, findings: &mut Findings) {
    let root = Path::root().key("assumptions");
    for (text, assumption) in &file.assumptions {
        let path = root.key(text);
        match text.parse::<Path>() {
            Err(message) => findings.0.push(Problem::new(path.clone(), message).at_key()),
            Ok(of) if values.iter().all(|value| lookup(value, &of).is_none()) => {
                let problem = Problem::new(path.clone(), "there is no such field in this scenario");
                let help = "write the path as in `platform.stations.chat.service.replicas`";
                findings.0.push(problem.at_key().with_help(help));
            }
            Ok(of) => check_range(assumption, lookup(values[0], &of), &path, findings),
        }
        check_basis(assumption, file, &path, findings);
    }
    check_calibration(file, &root, findings);
    for (id, documented) in &file.documented {
        let path = Path::root().key("documented").key(id).key("expect");
        check_expectation(&documented.expect, clock, &path, findings);
    }
    for (name, threshold) in &file.thresholds {
        let path = Path::root().key("thresholds").key(name).key("expect");
        check_expectation(&threshold.expect, clock, &path, findings);
    }
}

/// A range has two bounds of the value's own unit, the lower first, and the value between them.
fn check_range(
    assumption: &Assumption,
    value: Option<&Value>,
    path: &Path,
    findings: &mut Findings,
) {
    let Some([low, high]) = assumption.range else { return };
    let path = path.key("range");
    let value: Option<Quantity> = match value {
        Some(Value::Number(number)) => number.as_f64().map(Quantity::Number),
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    };
    let kind = std::mem::discriminant(&low);
    if std::mem::discriminant(&high) != kind {
        let problem = Problem::new(path, "must have two bounds of one unit");
        return findings.0.push(problem.with_help("write both in the unit of the field itself"));
    }
    let is_ordered = |a: Quantity, b: Quantity| match (a, b) {
        (Quantity::Time(a), Quantity::Time(b)) => a <= b,
        (a, b) => base(a) <= base(b),
    };
    if !is_ordered(low, high) {
        let problem = Problem::new(path, "must have its lower bound first");
        return findings.0.push(problem.with_help("swap the two"));
    }
    let Some(value) = value else { return };
    if std::mem::discriminant(&value) != kind {
        let problem = Problem::new(path, "must be in the unit of the field that it is about");
        findings.0.push(problem.with_help("write both bounds as the field itself is written"));
    } else if !(is_ordered(low, value) && is_ordered(value, high)) {
        let problem = Problem::new(path, "must hold the value that the scenario has");
        findings.0.push(problem.with_help("widen the range, or change the value"));
    }
}

fn check_basis(assumption: &Assumption, file: &File, path: &Path, findings: &mut Findings) {
    match (assumption.basis, &assumption.fact) {
        (Basis::Calibrated, None) => {
            let message = "must name the `fact` that it was calibrated against";
            let problem = Problem::new(path.clone(), message);
            findings.0.push(problem.with_help("add \"fact\": its name under `documented`"));
        }
        (Basis::Calibrated, Some(fact)) => match file.documented.get(fact) {
            None => {
                let known = file.documented.keys().map(String::as_str);
                findings.add_unknown(path.key("fact"), "fact", fact, known);
            }
            Some(it) if it.role != Role::Calibrated => {
                let message = format!("{fact} must have the role `calibrated`");
                let help = "a fact that a value was chosen to meet is no evidence: change its role";
                findings.0.push(Problem::new(path.key("fact"), message).with_help(help));
            }
            Some(_) => {}
        },
        (_, Some(_)) => findings.add(path.key("fact"), "only a calibrated value serves a fact"),
        (_, None) => {}
    }
}

/// Calibrated values are never more than calibrated facts, and where there are such facts, some value is.
fn check_calibration(file: &File, root: &Path, findings: &mut Findings) {
    let mut facts = file.documented.iter().filter(|(_, it)| it.role == Role::Calibrated);
    let values = file.assumptions.values().filter(|it| it.basis == Basis::Calibrated).count();
    let count = facts.clone().count();
    if values > count {
        let message = format!(
            "{values} calibrated values serve {count} calibrated facts: never more values than facts"
        );
        let help = "take one of them from a source or a reason instead, or calibrate against one more fact";
        findings.0.push(Problem::new(root.clone(), message).with_help(help));
    }
    if values == 0
        && let Some((id, _)) = facts.next()
    {
        let path = Path::root().key("documented").key(id).key("role");
        let problem = Problem::new(path, "is `calibrated`, and no parameter of this scenario is");
        let help = "name the parameter that was chosen to meet it under `assumptions`, with \"basis\": \"calibrated\"";
        findings.0.push(problem.with_help(help));
    }
}

/// A moment outside the clock can never be shown, and an interval that is backwards holds nothing.
fn check_expectation(expect: &Expect, clock: &Clock, path: &Path, findings: &mut Findings) {
    let mut check_time = |time: LocalTime, path: Path| {
        if clock.instant(time).is_none_or(|instant| instant > clock.end()) {
            let message = format!("must lie within the clock, found {time}");
            let help = "correct the time, or let the clock begin earlier or end later";
            findings.0.push(Problem::new(path, message).with_help(help));
        }
    };
    let mut check = |quantity: Quantity, path: Path| {
        if let Quantity::Time(time) = quantity {
            check_time(time, path);
        }
    };
    match expect {
        Expect::At(at) => {
            let path = path.key("at");
            check(Quantity::Time(at.time), path.key("time"));
            if let Some(cause) = at.not_before {
                check(Quantity::Time(cause), path.key("not_before"));
                let latest = clock.end_of(at.time).map(|end| end + at.within);
                if clock.instant(cause) >= latest {
                    let problem = Problem::new(
                        path.key("not_before"),
                        "must be earlier than the latest moment that the fact allows",
                    );
                    findings.0.push(problem.with_help("name the cause's own time"));
                }
            }
        }
        Expect::Between(between) => {
            let path = path.key("between");
            check(between.from, path.key("from"));
            check(between.to, path.key("to"));
            let is_backward = match (between.from, between.to) {
                (Quantity::Time(from), Quantity::Time(to)) => from > to,
                (from, to) => base(from) > base(to),
            };
            if is_backward {
                let problem = Problem::new(path.key("to"), "must not be less than from");
                findings.0.push(problem.with_help("swap the two"));
            }
        }
        Expect::Equals(it) => check(*it, path.key("equals")),
        Expect::AtMost(it) => check(*it, path.key("at_most")),
        Expect::AtLeast(it) => check(*it, path.key("at_least")),
    }
}
