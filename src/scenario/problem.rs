//! What is wrong with a scenario, and how it is shown beside the line it stands on.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::path::Path;
use super::source::Source;

/// More than these are counted, not shown.
const SHOWN_MAX: usize = 100;
/// Messages and paths are cut at this many characters, since they may quote the file.
const MESSAGE_MAX: usize = 600;
/// Of a long line this many characters are shown, beginning shortly before the mistake.
const LINE_MAX: usize = 120;
const LINE_BEFORE: usize = 50;

/// One mistake in a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field that is wrong.
    pub path: Path,
    /// What is right and what was found instead: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What the mark in the file goes under.
    pub place: Place,
    /// Where the file says so, if not at `path`: a mitigation's patch, for example.
    pub origin: Option<Path>,
}

/// What the mark in the file goes under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The value of the field.
    #[default]
    Value,
    /// The name of the field.
    Key,
    /// These bytes of the file, for mistakes that have no path of their own.
    Bytes(Range<usize>),
}

impl Problem {
    /// A problem with the value at `path`.
    #[must_use]
    pub fn new(path: Path, message: impl Into<String>) -> Self {
        Self { path, message: message.into(), help: None, place: Place::Value, origin: None }
    }

    /// A problem with these bytes of the file.
    #[must_use]
    pub fn at_bytes(bytes: Range<usize>, message: impl Into<String>) -> Self {
        Self { place: Place::Bytes(bytes), ..Self::new(Path::root(), message) }
    }

    /// The same problem with the field's name rather than its value.
    #[must_use]
    pub fn at_key(self) -> Self {
        Self { place: Place::Key, ..self }
    }

    /// The same problem with a remedy.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The bytes of the file that the mark goes under.
    fn bytes(&self, source: &Source) -> Range<usize> {
        if let Place::Bytes(bytes) = &self.place {
            return bytes.clone();
        }
        let path = self.origin.as_ref().unwrap_or(&self.path);
        let (node, depth) = source.nearest(path);
        // What is missing is marked by the name of the object that it is missing from.
        let is_missing = depth < path.steps().len();
        match &node.key {
            Some(key) if is_missing || self.place == Place::Key => key.clone(),
            Some(_) | None => node.value.clone(),
        }
    }

    fn title(&self) -> String {
        if self.path.is_root() {
            shown(&self.message, MESSAGE_MAX)
        } else {
            let path = shown(&self.path.to_string(), MESSAGE_MAX);
            format!("{path}: {}", shown(&self.message, MESSAGE_MAX))
        }
    }
}

impl fmt::Display for Problem {
    /// Writes `path: message (help)` on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())?;
        match &self.help {
            Some(help) => write!(f, " ({})", shown(help, MESSAGE_MAX)),
            None => Ok(()),
        }
    }
}

/// Shows each problem with the line it stands on, in the order of the file.
#[must_use]
pub fn render(problems: &[Problem], source: &Source, is_styled: bool) -> String {
    let renderer = if is_styled { Renderer::styled() } else { Renderer::plain() };
    let blocks = in_order(problems, source).take(SHOWN_MAX).map(|(bytes, problem)| {
        let mut block = renderer.render(&[group(problem, source, bytes)]);
        block.push('\n');
        block
    });
    let mut text = blocks.collect::<Vec<_>>().join("\n");
    if let Some(more) = more(problems, source) {
        text.push('\n');
        text.push_str(&more);
    }
    text
}

/// Shows each problem on one line, `file:line:column: path: message (help)`, in the order of the file.
#[must_use]
pub fn render_lines(problems: &[Problem], source: &Source) -> String {
    let mut text = String::new();
    for (bytes, problem) in in_order(problems, source).take(SHOWN_MAX) {
        let (line, column) = source.line_column(bytes.start);
        let name = shown(source.name(), MESSAGE_MAX);
        text.push_str(
            &[name, line.to_string(), column.to_string(), format!(" {problem}\n")].join(":"),
        );
    }
    text.push_str(&more(problems, source).unwrap_or_default());
    text
}

fn more(problems: &[Problem], source: &Source) -> Option<String> {
    match in_order(problems, source).count().saturating_sub(SHOWN_MAX) {
        0 => None,
        1 => Some("and 1 more problem\n".to_owned()),
        count => Some(format!("and {count} more problems\n")),
    }
}

/// The problems with their bytes by place in the file, each once.
fn in_order<'a>(
    problems: &'a [Problem],
    source: &Source,
) -> impl Iterator<Item = (Range<usize>, &'a Problem)> {
    let mut placed: Vec<_> = problems.iter().map(|p| (p.bytes(source), p)).collect();
    placed.sort_by(|(a_bytes, a), (b_bytes, b)| {
        (a_bytes.start, &a.path, &a.message).cmp(&(b_bytes.start, &b.path, &b.message))
    });
    placed.dedup_by(|(a_bytes, a), (b_bytes, b)| {
        a_bytes.start == b_bytes.start && a.path == b.path && a.message == b.message
    });
    placed.into_iter()
}

fn group<'a>(problem: &Problem, source: &'a Source, bytes: Range<usize>) -> Group<'a> {
    let (line, column) = source.line_column(bytes.start);
    let origin = Origin::path(shown(source.name(), MESSAGE_MAX)).line(line).char_column(column);
    let mut group = Level::ERROR.primary_title(problem.title()).element(origin);
    if !source.text().is_empty() {
        let (text, mark) = window(source, line, bytes);
        let mark = AnnotationKind::Primary.span(mark);
        group = group.element(Snippet::source(text).line_start(line).annotation(mark));
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(shown(help, MESSAGE_MAX))),
        None => group,
    }
}

/// The part of a line around `bytes`, made fit to print, and which bytes of it to mark.
fn window(source: &Source, line: usize, bytes: Range<usize>) -> (String, Range<usize>) {
    let range = source.line_range(line);
    let text = &source.text()[range.clone()];
    let clip =
        |byte: usize| text.floor_char_boundary(byte.clamp(range.start, range.end) - range.start);
    let (start, end) = (clip(bytes.start), clip(bytes.end));
    let from =
        text[..start].char_indices().rev().take(LINE_BEFORE).last().map_or(start, |(i, _)| i);
    let is_short = text.char_indices().nth(LINE_MAX).is_none();
    let from = if is_short { 0 } else { from };

    let mut shown = if from > 0 { "…".to_owned() } else { String::new() };
    let mut mark = 0..0;
    for (count, (place, letter)) in text[from..].char_indices().enumerate() {
        if from + place == start {
            mark = shown.len()..shown.len();
        }
        if count == LINE_MAX {
            shown.push('…');
            break;
        }
        escape_into(&mut shown, letter, true);
        if (start..end).contains(&(from + place)) {
            mark.end = shown.len();
        }
    }
    if start == text.len() {
        mark = shown.len()..shown.len();
    }
    (shown, mark)
}

/// `text` with nothing in it that a terminal would obey, cut at `length_max` characters.
fn shown(text: &str, length_max: usize) -> String {
    let mut shown = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == length_max {
            shown.push('…');
            break;
        }
        escape_into(&mut shown, letter, false);
    }
    shown
}

fn escape_into(shown: &mut String, letter: char, is_source: bool) {
    // These reorder or hide what stands beside them, so that the reader sees another text.
    let is_invisible = matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    if letter == '\t' && is_source {
        shown.push_str("    ");
    } else if letter.is_control() || is_invisible {
        shown.push_str(&letter.escape_default().to_string());
    } else {
        shown.push(letter);
    }
}
