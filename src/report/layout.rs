//! How JSON documents are laid out: one thing a line, so that a change is read as one.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

/// Lines of what is filled are at most so long, unless a text is.
const COLUMNS_MAX: usize = 120;

/// A value as JSON text that ends in a line break; what is nested deeper than `depth_max` stands on one
/// line.
///
/// # Panics
///
/// Panics if the value is none that JSON can hold, which our own documents are not.
pub(crate) fn to_text(value: &impl Serialize, depth_max: usize) -> String {
    let mut bytes = Vec::new();
    let layout = Layout { depth_max, depth: 0, is_empty: false };
    let mut serializer = Serializer::with_formatter(&mut bytes, layout);
    value.serialize(&mut serializer).expect("documents have only texts as keys");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("JSON is written as UTF-8")
}

/// A value as JSON text in as few lines as fit in `COLUMNS_MAX` columns, all but the first after `indent`
/// columns; of the first so many are taken.
#[must_use]
pub(crate) fn filled(value: &Value, indent: usize, taken: usize) -> String {
    let on_one_line = to_text(value, 0).trim_end().to_owned();
    if taken + on_one_line.chars().count() <= COLUMNS_MAX {
        return on_one_line;
    }
    let inner = indent + 2;
    let (brackets, lines): ([&str; 2], Vec<String>) = match value {
        Value::Object(fields) => {
            let line = |(key, value): (&String, &Value)| {
                let key = format!("{}: ", Value::from(key.as_str()));
                let value = filled(value, inner, inner + key.chars().count());
                key + &value
            };
            (["{", "}"], fields.iter().map(line).collect())
        }
        Value::Array(values) => {
            (["[", "]"], values.iter().map(|it| filled(it, inner, inner)).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return on_one_line,
    };
    let [outer, inner] = [indent, inner].map(|it| " ".repeat(it));
    let lines = lines.join(&format!(",\n{inner}"));
    format!("{}\n{inner}{lines}\n{outer}{}", brackets[0], brackets[1])
}

/// Two spaces for each level down to `depth_max`; deeper levels on one line.
struct Layout {
    depth_max: usize,
    depth: usize,
    is_empty: bool,
}

impl Layout {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        let is_list = bracket == b"]";
        self.depth -= 1;
        if !self.is_empty {
            if self.depth < self.depth_max {
                self.break_line(writer)?;
            } else if !is_list {
                writer.write_all(b" ")?;
            }
        }
        self.is_empty = false;
        writer.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
        is_key: bool,
    ) -> io::Result<()> {
        if !is_first {
            writer.write_all(b",")?;
        }
        self.is_empty = false;
        if self.depth <= self.depth_max {
            self.break_line(writer)
        } else if !is_first || is_key {
            writer.write_all(b" ")
        } else {
            Ok(())
        }
    }

    fn break_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }
    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }
    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first, false)
    }
    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }
    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }
    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first, true)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_deeply_stands_on_one_line() {
        let value = serde_json::json!({
            "a": [{ "b": [{ "c": 1, "d": [1, 2] }, {}], "e": [] }]
        });
        let lines = [
            "{",
            "  \"a\": [",
            "    {",
            "      \"b\": [",
            "        { \"c\": 1, \"d\": [1, 2] },",
            "        {}",
            "      ],",
            "      \"e\": []",
            "    }",
            "  ]",
            "}",
            "",
        ];
        assert_eq!(to_text(&value, 4), lines.join("\n"));
        assert_eq!(serde_json::from_str::<Value>(&to_text(&value, 4)).unwrap(), value);
    }

    #[test]
    fn what_fits_on_a_line_stands_on_one() {
        let long = "x".repeat(108);
        let value = serde_json::json!({ "a": { "b": [1, 2] }, "c": { "d": long, "e": [long, 1] } });
        let expected = format!(
            "{{\n    \"a\": {{ \"b\": [1, 2] }},\n    \"c\": {{\n      \"d\": \"{long}\",\n      \"e\": [\n        \"{long}\",\n        1\n      ]\n    }}\n  }}"
        );
        assert_eq!(filled(&value, 2, 2), expected);
        assert_eq!(serde_json::from_str::<Value>(&expected).unwrap(), value);
    }
}
