//! The wiring as a Graphviz digraph. <https://graphviz.org/doc/info/lang.html>

use super::mermaid::{id, label};
use super::wiring::Wiring;

/// A digraph from left to right that ends in a line break.
#[must_use]
pub fn digraph(name: &str, wiring: &Wiring) -> String {
    let mut text = vec![format!(
        "digraph {} {{\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
        quoted(&[name])
    )];
    for it in &wiring.workloads {
        let label = quoted(&[&it.name, &it.arrivals]);
        let id = quoted(&[&id(wiring, &it.name, true)]);
        text.push(format!("  {id} [shape=ellipse, label={label}];\n"));
    }
    for it in &wiring.stations {
        let label = quoted(&[&it.name, &format!("{}, {}", it.kind, it.capacity)]);
        let id = quoted(&[&id(wiring, &it.name, false)]);
        text.push(format!("  {id} [shape=box, label={label}];\n"));
    }
    for it in &wiring.calls {
        let style = if it.is_awaited { "solid" } else { "dashed" };
        let label = label(it);
        let label = quoted(&label.iter().map(String::as_str).collect::<Vec<_>>());
        let from = quoted(&[&id(wiring, &it.from, it.is_of_workload)]);
        let to = quoted(&[&id(wiring, &it.to, false)]);
        text.push(format!("  {from} -> {to} [style={style}, label={label}];\n"));
    }
    text.push("}\n".to_owned());
    text.concat()
}

/// Lines as one quoted string, in which a backslash stands for itself.
fn quoted(lines: &[&str]) -> String {
    let escaped: Vec<String> = lines
        .iter()
        .map(|line| {
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            line.replace('\\', "\\\\").replace('"', "\\\"")
        })
        .collect();
    format!("\"{}\"", escaped.join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_stand_for_themselves() {
        assert_eq!(quoted(&["a \"b\"", "c\\\td"]), r#""a \"b\"\nc\\ d""#);
        assert_eq!(quoted(&[]), "\"\"");
    }
}
