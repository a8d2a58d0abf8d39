//! A scenario file's text, and where in it each path stands.

use std::collections::BTreeMap;
use std::ops::Range;

use super::path::{Path, Step};

/// The name and the text of a file, and the places of its values.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
    root: Node,
}

/// Where one value of a file stands, and the values within it.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// The bytes of the value's key with its quotes, if it is a field of an object.
    pub key: Option<Range<usize>>,
    /// The bytes of the value.
    pub value: Range<usize>,
    /// The values within.
    pub children: Children,
}

/// The values within a value.
#[derive(Clone, Debug, Default)]
pub enum Children {
    /// It has no parts.
    #[default]
    None,
    /// The fields of an object.
    Fields(BTreeMap<String, Node>),
    /// The elements of a list.
    Elements(Vec<Node>),
}

impl Source {
    /// A source whose values nobody has found yet.
    #[must_use]
    pub fn new(name: &str, text: String) -> Self {
        let after_breaks =
            text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        let line_starts = std::iter::once(0).chain(after_breaks).collect();
        Self { name: name.to_owned(), text, line_starts, root: Node::default() }
    }

    /// The same source with the place of its value.
    #[must_use]
    pub fn with_root(self, root: Node) -> Self {
        Self { root, ..self }
    }

    /// The file's name as the user wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the value at `path`.
    #[must_use]
    pub fn value_range(&self, path: &Path) -> Option<Range<usize>> {
        let (node, depth) = self.nearest(path);
        (depth == path.steps().len()).then(|| node.value.clone())
    }

    /// The bytes of the key at `path`, quotes included; nothing for elements of lists.
    #[must_use]
    pub fn key_range(&self, path: &Path) -> Option<Range<usize>> {
        let (node, depth) = self.nearest(path);
        if depth == path.steps().len() { node.key.clone() } else { None }
    }

    /// The place of `path`, or of its nearest ancestor in the file, and how many steps lead there.
    #[must_use]
    pub fn nearest(&self, path: &Path) -> (&Node, usize) {
        let mut node = &self.root;
        for (depth, step) in path.steps().iter().enumerate() {
            let child = match (&node.children, step) {
                (Children::Fields(fields), Step::Key(key)) => fields.get(key),
                (Children::Elements(elements), Step::Index(index)) => elements.get(*index),
                (Children::None | Children::Fields(_) | Children::Elements(_), _) => None,
            };
            match child {
                Some(child) => node = child,
                None => return (node, depth),
            }
        }
        (node, path.steps().len())
    }

    /// The line and the column of a byte, both counted from 1, columns in characters.
    #[must_use]
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let before = &self.text[self.line_starts[line - 1]..byte];
        (line, before.chars().count() + 1)
    }

    /// The bytes of a line counted from 1, without its end.
    ///
    /// # Panics
    ///
    /// Panics if the text has no such line.
    #[must_use]
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.line_starts[line - 1];
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| next - 1);
        let is_crlf = end > start && self.text.as_bytes()[end - 1] == b'\r';
        start..if is_crlf { end - 1 } else { end }
    }
}
