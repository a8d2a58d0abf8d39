//! The wiring as a Mermaid flowchart. <https://mermaid.js.org/syntax/flowchart.html>

use super::wiring::{Call, Wiring};

/// A flowchart from left to right that ends in a line break.
#[must_use]
pub fn flowchart(wiring: &Wiring) -> String {
    let mut text = vec!["flowchart LR\n".to_owned()];
    for it in &wiring.workloads {
        let label = lines(&[&it.name, &it.arrivals]);
        text.push(format!("  {}([\"{label}\"])\n", id(wiring, &it.name, true)));
    }
    for it in &wiring.stations {
        let label = lines(&[&it.name, &format!("{}, {}", it.kind, it.capacity)]);
        text.push(format!("  {}[\"{label}\"]\n", id(wiring, &it.name, false)));
    }
    for it in &wiring.calls {
        let line = if it.is_awaited { "-->" } else { "-.->" };
        let label = label(it);
        let label = lines(&label.iter().map(String::as_str).collect::<Vec<_>>());
        let label = if label.is_empty() { label } else { format!("|\"{label}\"|") };
        let from = id(wiring, &it.from, it.is_of_workload);
        text.push(format!("  {from} {line}{label} {}\n", id(wiring, &it.to, false)));
    }
    text.concat()
}

/// What stands at an edge: the call's own name, which a workload's call has not, and its policy.
pub(super) fn label(call: &Call) -> Vec<String> {
    let own = call.name.strip_prefix(&call.from).and_then(|rest| rest.strip_prefix('.'));
    let own = own.filter(|_| !call.is_of_workload).map(str::to_owned);
    let policy = (!call.policy.is_empty()).then(|| call.policy.join(", "));
    own.into_iter().chain(policy).collect()
}

/// An id that no other node has and that every reader takes: the number among its kind makes it unique.
pub(super) fn id(wiring: &Wiring, name: &str, is_workload: bool) -> String {
    let (kind, number) = if is_workload {
        ("workload", wiring.workloads.iter().position(|it| it.name == name))
    } else {
        ("station", wiring.stations.iter().position(|it| it.name == name))
    };
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{kind}{}_{plain}", number.unwrap_or(wiring.stations.len()))
}

fn lines(lines: &[&str]) -> String {
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>")
}

/// A text between quotes: what might end them or mean something becomes an entity by its number.
fn escaped(text: &str) -> String {
    let escaped = text.chars().map(|letter| {
        if letter.is_control() {
            " ".to_owned()
        } else if letter.is_alphanumeric() || !letter.is_ascii() || " -_.,:/()%".contains(letter) {
            letter.to_string()
        } else {
            format!("#{};", u32::from(letter))
        }
    });
    escaped.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::explain::wiring::{Station, Workload};

    #[test]
    fn names_of_any_signs_are_quoted_and_ids_stay_apart() {
        let station = |name: &str| Station {
            name: name.into(),
            kind: "service",
            capacity: "1 × 1 slots".into(),
            traits: Vec::new(),
            depth: None,
        };
        let wiring = Wiring {
            workloads: vec![Workload { name: "end".into(), arrivals: "1/s".into() }],
            stations: vec![station("a-b"), station("a_b \"]|"), station("日")],
            calls: vec![Call {
                name: "a-b.x".into(),
                from: "a-b".into(),
                is_of_workload: false,
                to: "日".into(),
                is_awaited: false,
                policy: vec!["hand on".into()],
            }],
        };
        let expected = "flowchart LR
  workload0_end([\"end<br/>1/s\"])
  station0_a_b[\"a-b<br/>service, 1 × 1 slots\"]
  station1_a_b____[\"a_b #34;#93;#124;<br/>service, 1 × 1 slots\"]
  station2__[\"日<br/>service, 1 × 1 slots\"]
  station0_a_b -.->|\"x<br/>hand on\"| station2__
";
        assert_eq!(flowchart(&wiring), expected);
    }
}
