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
use super::problem::Problem;
use super::source::{Children, Node, Source};
use super::syntax;

/// Larger files are not scenarios.
const BYTES_MAX: usize = 16 << 20;

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
        let message =
            format!("a file must be at most {BYTES_MAX} bytes (16 MiB), found {}", bytes.len());
        return Err(refuse(String::new(), Problem::at_bytes(0..0, message)));
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
            Err(refuse(text, Problem::at_bytes(bad, message)))
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
            Syntax::StringLit(text) => (Value::from(text.value.as_ref()), Children::None),
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
            let (value, node) = self.value(&property.value);
            if let Some(first) = nodes.get(key).and_then(|node| node.key.clone()) {
                let (line, column) = self.source.line_column(first.start);
                self.problem(
                    key_bytes,
                    format!(
                        "must be given once, and stands on line {line}, column {column} already"
                    ),
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
                self.problem(bytes(number), format!("{message}, found {}", number.value));
                Value::Null
            },
            Value::Number,
        )
    }

    fn problem(&mut self, bytes: Range<usize>, message: String) {
        let problem = Problem::at_bytes(bytes, message);
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
