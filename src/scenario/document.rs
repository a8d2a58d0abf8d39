//! One scenario file as text, as JSON, and as the places of its fields.
//!
//! JSON may carry comments (`//`, `/* */`) and is strict otherwise. Integers stay integers; an
//! integer beyond 64 bits or a number beyond a double is refused rather than rounded.

use std::collections::BTreeMap;
use std::ops::Range;

use jsonc_parser::ast::{Array, NumberLit, Object, ObjectPropName, Value as Syntax};
use jsonc_parser::common::Ranged;
use serde_json::{Map, Number, Value};

use super::path::{Path, Step};
use super::problem::{Problem, is_plain};
use super::source::{Children, Node, Source};
use super::syntax;

/// Larger files are not scenarios.
pub(super) const BYTES_MAX: usize = 4 << 20;

/// A file that holds JSON.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text, and where in it each path stands.
    pub source: Source,
    /// The value, with every number as exact as it is written.
    pub value: Value,
}

/// A file that holds no JSON, and why.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// As much of the text as there is to show.
    pub source: Box<Source>,
    /// What is wrong with it, at least one problem.
    pub problems: Vec<Problem>,
}

impl Document {
    /// Reads the bytes of the file `name`.
    ///
    /// # Errors
    ///
    /// Refuses what is no JSON with comments, with the place; of duplicate keys and of numbers
    /// that are too large, all.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Unreadable> {
        let source = read_text(name, bytes)?;
        let mut reader = Reader { source: &source, trail: Vec::new(), problems: Vec::new() };
        let (value, root) = match syntax::parse(source.text()) {
            Ok(parsed) => reader.value(&parsed),
            Err(problem) => {
                return Err(Unreadable { source: Box::new(source), problems: vec![problem] });
            }
        };
        let problems = reader.problems;
        let source = source.with_root(root);
        if problems.is_empty() {
            Ok(Self { source, value })
        } else {
            Err(Unreadable { source: Box::new(source), problems })
        }
    }
}

fn read_text(name: &str, bytes: &[u8]) -> Result<Source, Unreadable> {
    let refuse = |text: String, problem| Unreadable {
        source: Box::new(Source::new(name, text)),
        problems: vec![problem],
    };
    if bytes.len() > BYTES_MAX {
        let message = format!("a file must be at most {BYTES_MAX} bytes (4 MiB), found more");
        let help = "is it a scenario? rows of arrivals go to a CSV file of their own (`trace`)";
        return Err(refuse(String::new(), Problem::at_bytes(0..0, message).with_help(help)));
    }
    let without_mark = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(without_mark) {
        Ok(text) => Ok(Source::new(name, text.to_owned())),
        Err(error) => {
            let at = error.valid_up_to();
            let offset = at + bytes.len() - without_mark.len();
            let message = format!(
                "must be UTF-8 text, found the byte 0x{:02X} at offset {offset}",
                without_mark[at]
            );
            let text = String::from_utf8_lossy(without_mark).into_owned();
            let bad = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
            let help = "save the file as UTF-8: most editors offer it when saving";
            Err(refuse(text, Problem::at_bytes(bad, message).with_help(help)))
        }
    }
}

/// Turns the syntax tree into a value and the tree of its places.
struct Reader<'a> {
    source: &'a Source,
    trail: Vec<Step>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn value(&mut self, syntax: &Syntax<'_>) -> (Value, Node) {
        let (value, children) = match syntax {
            Syntax::Object(object) => self.object(object),
            Syntax::Array(array) => self.array(array),
            Syntax::StringLit(text) => {
                self.check_letters(bytes(text), &text.value, &['\n', '\t']);
                (Value::from(text.value.as_ref()), Children::None)
            }
            Syntax::NumberLit(number) => (self.number(number), Children::None),
            Syntax::BooleanLit(boolean) => (Value::Bool(boolean.value), Children::None),
            Syntax::NullKeyword(_) => (Value::Null, Children::None),
        };
        (value, Node { key: None, value: bytes(syntax), children })
    }

    fn object(&mut self, object: &Object<'_>) -> (Value, Children) {
        let mut values = Map::new();
        let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
        for property in &object.properties {
            let (key, key_bytes) = match &property.name {
                ObjectPropName::String(text) => (text.value.as_ref(), bytes(text)),
                ObjectPropName::Word(word) => (word.value, bytes(word)),
            };
            self.trail.push(Step::Key(key.to_owned()));
            self.check_letters(key_bytes.clone(), key, &[]);
            let (value, node) = self.value(&property.value);
            if let Some(first) = nodes.get(key).and_then(|node| node.key.clone()) {
                let (line, column) = self.source.line_column(first.start);
                self.problem(
                    key_bytes,
                    format!(
                        "must be given once, and stands on line {line}, column {column} already"
                    ),
                    "remove one of the two, or give it another name",
                );
            } else {
                values.insert(key.to_owned(), value);
                nodes.insert(key.to_owned(), Node { key: Some(key_bytes), ..node });
            }
            self.trail.pop();
        }
        (Value::Object(values), Children::Fields(nodes))
    }

    fn array(&mut self, array: &Array<'_>) -> (Value, Children) {
        let (mut values, mut nodes) = (Vec::new(), Vec::new());
        for (index, element) in array.elements.iter().enumerate() {
            self.trail.push(Step::Index(index));
            let (value, node) = self.value(element);
            values.push(value);
            nodes.push(node);
            self.trail.pop();
        }
        (Value::Array(values), Children::Elements(nodes))
    }

    fn number(&mut self, number: &NumberLit<'_>) -> Value {
        exact(number.value).map_or_else(
            |message| {
                let message = format!("{message}, found {}", number.value);
                self.problem(bytes(number), message, "write a number that is meant as it stands");
                Value::Null
            },
            Value::Number,
        )
    }

    /// Refuses what a terminal would obey, or what would show a reader another text than there is.
    fn check_letters(&mut self, bytes: Range<usize>, text: &str, allowed: &[char]) {
        let is_odd = |letter: &char| !is_plain(*letter) && !allowed.contains(letter);
        if let Some(letter) = text.chars().find(is_odd) {
            let message = format!(
                "must not hold the character U+{:04X}, which a reader cannot see",
                u32::from(letter)
            );
            self.problem(bytes, message, "remove it");
        }
    }

    fn problem(&mut self, bytes: Range<usize>, message: String, help: &str) {
        let problem = Problem::at_bytes(bytes, message).with_help(help);
        self.problems.push(Problem { path: Path::from(self.trail.clone()), ..problem });
    }
}

fn exact(text: &str) -> Result<Number, &'static str> {
    if !text.contains(['.', 'e', 'E']) {
        let integer = text.parse::<u64>().map(Number::from);
        return integer
            .or_else(|_| text.parse::<i64>().map(Number::from))
            .map_err(|_| "a whole number must fit in 64 bits");
    }
    let value: f64 = text.parse().map_err(|_| "must be a number")?;
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    if value.abs() < f64::MIN_POSITIVE && digits.contains(|c: char| ('1'..='9').contains(&c)) {
        return Err("must not be so small that it would count as 0");
    }
    Number::from_f64(value).ok_or("must be less than 1.8e308")
}

fn bytes(syntax: &impl Ranged) -> Range<usize> {
    let range = syntax.range();
    range.start..range.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::problem::render_lines;
    use proptest::prelude::*;
    use serde_json::json;

    fn refusal(bytes: &[u8]) -> String {
        let unreadable = Document::parse("f", bytes).unwrap_err();
        render_lines(&unreadable.problems, &unreadable.source)
    }

    /// What is wrong, without what to do about it.
    fn bare_refusal(bytes: &[u8]) -> String {
        let unreadable = Document::parse("f", bytes).unwrap_err();
        assert!(unreadable.problems.iter().all(|problem| problem.help.is_some()));
        let bare = |problem| Problem { help: None, ..problem };
        let problems: Vec<Problem> = unreadable.problems.into_iter().map(bare).collect();
        render_lines(&problems, &unreadable.source)
    }

    #[test]
    fn comments_and_a_byte_order_mark_are_skipped() {
        let text = "\u{feff}// first\n{ /* [ */ \"a\": [1, -2, 2.0], // \"\n \"http://b\": \"// no\" } // end";
        let document = Document::parse("f", text.as_bytes()).unwrap();
        assert_eq!(document.value, json!({"a": [1, -2, 2.0], "http://b": "// no"}));
        let a = document.source.value_range(&Path::root().key("a").index(1)).unwrap();
        assert_eq!(&document.source.text()[a], "-2");
        let key = document.source.key_range(&Path::root().key("http://b")).unwrap();
        assert_eq!(&document.source.text()[key], "\"http://b\"");
        assert_eq!(document.source.value_range(&Path::root().key("c")), None);
    }

    #[test]
    fn fields_keep_their_order_and_integers_stay_integers() {
        let text =
            b"{\"z\": 18446744073709551615, \"a\": -9223372036854775808, \"m\": -0, \"f\": 1.0}";
        let value = Document::parse("f", text).unwrap().value;
        let written = "{\"z\":18446744073709551615,\"a\":-9223372036854775808,\"m\":0,\"f\":1.0}";
        assert_eq!(value.to_string(), written);
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        let cases: [(&str, &str); 30] = [
            ("", "1:1: must hold a JSON object, found an empty file"),
            (" // only this\n", "1:1: must hold a JSON object, found an empty file"),
            ("{\"a\": 1,}", "1:8: the last element must have no comma after it"),
            ("[1,\n 2,]", "2:3: the last element must have no comma after it"),
            ("{a: 1}", "1:2: a field's name must stand in double quotes, found `a`"),
            ("{'a': 1}", "1:2: text must stand in double quotes"),
            ("{\"a\": 1 \"b\": 2}", "1:8: must be followed by a comma"),
            ("[1 2]", "1:3: must be followed by a comma"),
            ("[,1]", "1:2: expected a value, found `,`"),
            ("[1,,2]", "1:4: expected a value, found `,`"),
            ("{\"a\" 1}", "1:6: a field's name must be followed by a colon, found `1`"),
            ("{\"a\":}", "1:6: expected a value, found `}`"),
            ("{\"a\": tru}", "1:7: expected a value, found `tru`"),
            ("[0x1F]", "1:2: a number must be written like 12, -0.5 or 1e6"),
            ("[+1]", "1:2: a number must be written like 12, -0.5 or 1e6"),
            ("[-]", "1:3: a number must be written like 12, -0.5 or 1e6"),
            ("[1.]", "1:2: a number must be written like 12, -0.5 or 1e6"),
            ("[01]", "1:3: a number must not begin with 0"),
            ("[NaN]", "1:2: expected a value, found `NaN` (text must stand in double quotes)"),
            ("{} {}", "1:4: a file must hold one value, found `{` after it"),
            ("{\"a\": [1}", "1:9: expected a value, found `}`"),
            ("\n {\"a\": 1", "2:2: an object must be closed by }"),
            ("[1", "1:1: a list must be closed by ]"),
            ("/* x", "1:1: a comment must be closed by */"),
            (
                "{\"a\": \"b\n\"}",
                "1:7: text must be closed on its own line (write a line break within text as \\\\n)",
            ),
            (
                "[\"\t\"]",
                "1:3: text must not hold the control character U+0009 (write it as \\\\u0009)",
            ),
            ("[\"abc", "1:2: text must be closed by a quotation mark"),
            ("[\u{a0}1]", "1:2: found the character U+00A0 outside of text in quotes"),
            (
                "[\"\\ud800\"]",
                "1:3: text must not hold half of a surrogate pair, found \\\\ud800 (unpaired high surrogate)",
            ),
            ("[\"\\x\"]", "1:3: a backslash must be followed by one of \" \\ / b f n r t u"),
        ];
        for (text, expected) in cases {
            let expected = expected.replace("\\\\", "\\");
            let found = refusal(text.as_bytes());
            assert!(found.starts_with(&format!("f:{expected}")), "{text:?}: {found}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_offset() {
        let found = bare_refusal(b"\xef\xbb\xbf{\n\"a\": \"\xff\"}");
        assert_eq!(found, "f:2:7: must be UTF-8 text, found the byte 0xFF at offset 11\n");
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        let found = bare_refusal(&vec![b' '; BYTES_MAX + 1]);
        assert_eq!(found, "f:1:1: a file must be at most 4194304 bytes (4 MiB), found more\n");
        let found = bare_refusal(format!("[{}1]", "1,".repeat(50_000)).as_bytes());
        assert_eq!(found, "f:1:100001: must not hold more than 50000 fields and elements\n");
    }

    #[test]
    fn nesting_is_limited_before_anything_recurses() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Document::parse("f", nested(64).as_bytes()).is_ok());
        let found = bare_refusal(nested(65).as_bytes());
        assert_eq!(found, "f:1:65: must not be nested deeper than 64 levels\n");
        let open = "{\"a\":".repeat(500_000);
        assert!(refusal(open.as_bytes()).starts_with("f:1:321: must not be nested"));
    }

    #[test]
    fn all_duplicate_keys_are_reported_with_the_first() {
        let found =
            bare_refusal(b"{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2, \"c\": 3},\n \"\\u0061\": 4}");
        let expected = "f:2:16: b.c: must be given once, and stands on line 2, column 8 already\n\
            f:2:24: b.c: must be given once, and stands on line 2, column 8 already\n\
            f:3:2: a: must be given once, and stands on line 1, column 2 already\n";
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_that_would_change_are_refused() {
        let found = bare_refusal(
            b"[1e400, -1e400, 18446744073709551616, -9223372036854775809, 1e-400, 0e-400, 1e308]",
        );
        let expected = "f:1:2: [0]: must be less than 1.8e308, found 1e400\n\
            f:1:9: [1]: must be less than 1.8e308, found -1e400\n\
            f:1:17: [2]: a whole number must fit in 64 bits, found 18446744073709551616\n\
            f:1:39: [3]: a whole number must fit in 64 bits, found -9223372036854775809\n\
            f:1:61: [4]: must not be so small that it would count as 0, found 1e-400\n";
        assert_eq!(found, expected);
    }

    const GOOD: &str =
        r#"{"a": [1, -2.5e3, "x\n\ud83d\ude00", {"b": null}], "c": {"d": true, "e": []}}"#;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// On text without comments `serde_json` is the judge of what is JSON.
        #[test]
        fn what_is_read_is_what_serde_json_reads(
            (at, removed) in (0..GOOD.len(), 0..4_usize),
            inserted in prop_oneof![
                "[\\[\\]{},:\"]{0,2}", "-?[0-9]{1,2}(\\.[0-9])?(e[0-9])?",
                "(\\\\[nu\"x]|[0-9a-dä\t]){0,6}", "[ \n\r\tx\u{a0}\u{b}']", "true|null|\"a\":",
            ]
        ) {
            let text = format!("{}{inserted}{}", &GOOD[..at], &GOOD[GOOD.len().min(at + removed)..]);
            let ours = Document::parse("f", text.as_bytes());
            let theirs = serde_json::from_str::<Value>(&text);
            match (&ours, &theirs) {
                (Ok(document), Ok(value)) if !text.contains("-0") => prop_assert_eq!(&document.value, value),
                (Ok(_), Err(error)) => prop_assert!(false, "{error}: {text:?}"),
                (Err(unreadable), Ok(_)) => {
                    let found = render_lines(&unreadable.problems, &unreadable.source);
                    // What serde_json reads but changes: the last of two keys, a number that loses digits.
                    let is_stricter =
                        ["must be given once", "so small", "a reader cannot see"]
                            .iter()
                            .any(|reason| found.contains(reason));
                    prop_assert!(is_stricter, "{found}: {text:?}");
                }
                (_, _) => {}
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                "[\\[\\]{},:\"\\\\/*'u0-9a-fd8.+-ä\u{2028}\n\r ]{0,40}".prop_map(String::into_bytes)
            ]
        ) {
            if let Err(unreadable) = Document::parse("f", &bytes) {
                let _ = crate::scenario::problem::render(&unreadable.problems, &unreadable.source, false);
            }
        }
    }
}
