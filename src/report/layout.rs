//! How JSON documents are laid out: one thing a line, so that a change is read as one.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Values nested deeper than this stand on one line.
const DEPTH_MAX: usize = 4;

/// A value as JSON text that ends in a line break.
///
/// # Panics
///
/// Panics if the value is none that JSON can hold, which our own documents are not.
pub(super) fn to_text(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Layout::default());
    value.serialize(&mut serializer).expect("documents have only texts as keys");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("JSON is written as UTF-8")
}

/// Two spaces for each level down to [`DEPTH_MAX`]; deeper levels on one line.
#[derive(Default)]
struct Layout {
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
            if self.depth < DEPTH_MAX {
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
        if self.depth <= DEPTH_MAX {
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
        assert_eq!(to_text(&value), lines.join("\n"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&to_text(&value)).unwrap(), value);
    }
}
