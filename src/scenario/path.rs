//! Paths to places in a JSON value: `platform.stations.chat.replicas`, `updates[2].at`.

use std::fmt;
use std::str::FromStr;

/// One step down into a JSON value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into the field of an object.
    Key(String),
    /// Into the element of a list, counted from 0.
    Index(usize),
}

/// The way from the root of a JSON value to a place in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

impl Path {
    /// The path to the whole value.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The path to field `key` of what this path leads to.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// The path to element `index` of what this path leads to.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// This path and one more step.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// This path followed by all steps of `rest`.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// The path without its last step, and that step; nothing for the root.
    #[must_use]
    pub fn split_last(&self) -> Option<(Self, &Step)> {
        let (last, parent) = self.0.split_last()?;
        Some((Self(parent.to_vec()), last))
    }

    /// What remains of this path below `ancestor`, if it lies there.
    #[must_use]
    pub fn below(&self, ancestor: &Self) -> Option<Self> {
        self.0.strip_prefix(ancestor.0.as_slice()).map(|rest| Self(rest.to_vec()))
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the path to the whole value.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the path at the beginning of `text`, and returns what follows it as well.
    ///
    /// # Errors
    ///
    /// Says what is wrong if `text` does not begin with a path.
    pub fn parse_prefix(text: &str) -> Result<(Self, &str), String> {
        let mut path = Self::root();
        let mut rest = text;
        loop {
            if rest.starts_with('[') {
                let (step, after) = bracketed(rest)?;
                (path, rest) = (path.then(step), after);
            } else {
                let end = rest.find(|c| !is_bare(c)).unwrap_or(rest.len());
                if end == 0 {
                    return Err(expected_key(text, rest));
                }
                (path, rest) = (path.key(&rest[..end]), &rest[end..]);
            }
            match rest.strip_prefix('.') {
                Some(after) if after.starts_with('[') => return Err(expected_key(text, after)),
                Some(after) => rest = after,
                None if rest.starts_with('[') => {}
                None => return Ok((path, rest)),
            }
        }
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl FromStr for Path {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (path, rest) = Self::parse_prefix(text)?;
        match rest.chars().next() {
            None => Ok(path),
            Some(odd) => Err(format!(
                "a path must not have {odd:?} there: steps are .key, [0] or [\"any key\"], found {text:?}"
            )),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if !key.is_empty() && key.chars().all(is_bare) => {
                    let dot = if place > 0 { "." } else { "" };
                    write!(f, "{dot}{key}")?;
                }
                Step::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str()))?,
            }
        }
        Ok(())
    }
}

fn is_bare(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'
}

fn expected_key(text: &str, rest: &str) -> String {
    if text.is_empty() {
        return "a path must not be empty".to_owned();
    }
    match rest.chars().next() {
        None => format!("a path must end in a key or an index, found {text:?}"),
        Some(odd) => format!(
            "a path must have a key where {odd:?} stands, such as a.b, a[0] or a[\"b.c\"], found {text:?}"
        ),
    }
}

/// Reads `[2]` or `["a.b"]` at the beginning of `text`.
fn bracketed(text: &str) -> Result<(Step, &str), String> {
    let wrong = || format!("brackets must hold an index or a key in quotes, found {text:?}");
    let inner = &text[1..];
    let (step, rest) = if inner.starts_with('"') {
        // The stream stops after the first value, wherever the key itself holds brackets or quotes.
        let mut values = serde_json::Deserializer::from_str(inner).into_iter::<String>();
        let key = values.next().and_then(Result::ok).ok_or_else(wrong)?;
        (Step::Key(key), &inner[values.byte_offset()..])
    } else {
        let end = inner.find(|c: char| !c.is_ascii_digit()).unwrap_or(inner.len());
        (Step::Index(inner[..end].parse().map_err(|_| wrong())?), &inner[end..])
    };
    Ok((step, rest.strip_prefix(']').ok_or_else(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_reads_and_writes_the_same_text() {
        let root = Path::root();
        let cases = [
            ("platform.stations.chat", root.key("platform").key("stations").key("chat")),
            ("updates[2].at", root.key("updates").index(2).key("at")),
            ("[0][1]", root.index(0).index(1)),
            ("a[\"b.c\"].d", root.key("a").key("b.c").key("d")),
            ("[\"\"]", root.key("")),
            ("a[\"\\\"]\"]", root.key("a").key("\"]")),
            ("2026-03-02_x.5", root.key("2026-03-02_x").key("5")),
        ];
        for (text, path) in cases {
            assert_eq!(text.parse::<Path>(), Ok(path.clone()), "{text}");
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_path_is_refused_with_the_reason() {
        let cases = [
            ("", "must not be empty"),
            ("a.", "must end in a key"),
            (".a", "must have a key where '.' stands"),
            ("a..b", "must have a key where '.' stands"),
            ("a.[0]", "must have a key where '[' stands"),
            ("a b", "must not have ' ' there"),
            ("a[0]b", "must not have 'b' there"),
            ("a[x]", "brackets must hold"),
            ("a[]", "brackets must hold"),
            ("a[-1]", "brackets must hold"),
            ("a[\"b]", "brackets must hold"),
            ("a[99999999999999999999999]", "brackets must hold"),
        ];
        for (text, reason) in cases {
            let error = text.parse::<Path>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_path_below_another_is_what_remains() {
        let path: Path = "a.b[1]".parse().unwrap();
        assert_eq!(path.below(&Path::root().key("a")), Some(Path::root().key("b").index(1)));
        assert_eq!(path.below(&Path::root().key("b")), None);
        assert_eq!(path.split_last(), Some((Path::root().key("a").key("b"), &Step::Index(1))));
    }

    proptest! {
        #[test]
        fn every_path_can_be_read_back(steps in proptest::collection::vec(
            prop_oneof!["\\PC{0,6}|[a-z.\"\\\\\\[\\]\n]{0,5}".prop_map(Step::Key), any::<usize>().prop_map(Step::Index)], 1..6
        )) {
            let path = Path(steps);
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }

        #[test]
        fn no_text_makes_the_reader_of_paths_panic(text in "[a-z.\\[\\]\"0-9\\\\=ü]{0,12}") {
            let _ = text.parse::<Path>();
        }
    }
}
