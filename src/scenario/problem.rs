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
            shown(&self.message)
        } else {
            let path = shown(&self.path.to_string());
            format!("{path}: {}", shown(&self.message))
        }
    }
}

impl fmt::Display for Problem {
    /// Writes `path: message (help)` on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())?;
        match &self.help {
            Some(help) => write!(f, " ({})", shown(help)),
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
        let name = shown(source.name());
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

fn group<'a>(problem: &Problem, source: &Source, bytes: Range<usize>) -> Group<'a> {
    let (line, column) = source.line_column(bytes.start);
    let name = shown(source.name());
    let (text, mark) = window(source, line, bytes);
    let column_shown = text[..mark.start].chars().count() + 1;
    let group = Group::with_title(Level::ERROR.primary_title(problem.title()));
    let snippet = Snippet::source(text).line_start(line);
    let snippet = snippet.annotation(AnnotationKind::Primary.span(mark));
    let group = if source.text().is_empty() {
        group.element(Origin::path(name))
    } else if column_shown == column {
        group.element(snippet.path(name))
    } else {
        // The renderer counts columns in what it is shown: of a cut line they would be wrong.
        group.element(Origin::path(name).line(line).char_column(column)).element(snippet)
    };
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(shown(help))),
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

/// `text` with nothing in it that a terminal would obey, cut where it gets too long for a message.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == MESSAGE_MAX {
            shown.push('…');
            break;
        }
        escape_into(&mut shown, letter, false);
    }
    shown
}

fn escape_into(shown: &mut String, letter: char, is_source: bool) {
    // A tab is left to the renderer, which makes spaces of it.
    if is_plain(letter) || (letter == '\t' && is_source) {
        shown.push(letter);
    } else {
        shown.push_str(&letter.escape_default().to_string());
    }
}

/// Whether a letter is shown as it is: no terminal obeys it, and it neither hides nor reorders what
/// stands beside it, so that the reader would see another text.
#[must_use]
pub fn is_plain(letter: char) -> bool {
    let is_invisible = matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !letter.is_control() && !is_invisible
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::document::Document;

    const TEXT: &str = "{\n  // why\n  \"sites\": {\n\t\"chät\": { \"replicas\": \"vier\" }\n  },\n  \"list\": [1,\r\n    22, \"\u{202e}\", 5]\n}\n";

    fn source(text: &str) -> Source {
        read("a.json", text)
    }

    /// What stands in a file, of which some may be refused.
    fn read(name: &str, text: &str) -> Source {
        match Document::parse(name, text.as_bytes()) {
            Ok(document) => document.source,
            Err(unreadable) => *unreadable.source,
        }
    }

    fn chat() -> Path {
        Path::root().key("sites").key("chät")
    }

    #[test]
    fn a_problem_stands_beside_its_line() {
        let problem = Problem::new(chat().key("replicas"), "must be a whole number");
        let text = render(&[problem.with_help("did you mean 4?")], &source(TEXT), false);
        let expected = r#"error: sites["chät"].replicas: must be a whole number
 --> a.json:4:24
  |
4 |     "chät": { "replicas": "vier" }
  |                           ^^^^^^
  |
  = help: did you mean 4?
"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn each_kind_of_place_has_its_line_and_column() {
        let list = Path::root().key("list");
        let moved = Problem { origin: Some(list.index(1)), ..Problem::new(chat(), "moved") };
        let cases = [
            (Problem::new(Path::root().key("title"), "is missing"), "1:1: title: is missing"),
            (
                Problem::new(chat().key("x").key("y"), "missing"),
                "4:2: sites[\"chät\"].x.y: missing",
            ),
            (
                Problem::new(chat().key("replicas"), "odd").at_key(),
                "4:12: sites[\"chät\"].replicas: odd",
            ),
            (Problem::new(list.clone(), "odd"), "6:11: list: odd"),
            (Problem::new(list.index(1), "odd"), "7:5: list[1]: odd"),
            (Problem::new(list.index(9), "odd"), "6:3: list[9]: odd"),
            (moved, "7:5: sites[\"chät\"]: moved"),
            (Problem::at_bytes(4..6, "odd"), "2:3: odd"),
            (Problem::at_bytes(9999..9999, "odd"), "9:1: odd"),
        ];
        for (problem, expected) in cases {
            assert_eq!(render_lines(&[problem], &source(TEXT)), format!("a.json:{expected}\n"));
        }
    }

    #[test]
    fn problems_come_in_the_order_of_the_file_and_once() {
        let late = Problem::new(Path::root().key("list"), "late");
        let early = Problem::new(chat(), "early");
        let problems = [late.clone(), early.clone(), late];
        let expected = "a.json:4:10: sites[\"chät\"]: early\na.json:6:11: list: late\n";
        assert_eq!(render_lines(&problems, &source(TEXT)), expected);
        assert_eq!(render(&problems, &source(TEXT), false).matches("error: ").count(), 2);
    }

    #[test]
    fn more_than_a_hundred_problems_are_counted() {
        let problem = |index| Problem::new(Path::root().key("list").index(index), "odd");
        let problems: Vec<_> = (0..102).map(problem).collect();
        let text = render(&problems, &source(TEXT), false);
        assert_eq!(text.matches("error: ").count(), 100);
        assert!(text.ends_with("\nand 2 more problems\n"), "{text}");
        assert!(render_lines(&problems[..101], &source(TEXT)).ends_with("\nand 1 more problem\n"));
        assert!(!render_lines(&problems[..100], &source(TEXT)).contains("more problem"));
    }

    #[test]
    fn nothing_a_terminal_obeys_is_printed() {
        let text = "{\"a\u{9b}\u{202e}\": \"\u{85}\", \"b\": 1}";
        let source = read("\x1b[2Ja\n.json", text);
        let problem =
            Problem::new(Path::root().key("a\u{9b}\u{202e}"), "is\x07 \n odd").with_help("\r");
        let both = render(std::slice::from_ref(&problem), &source, false)
            + &render_lines(&[problem], &source);
        let is_obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert_eq!(both.find(is_obeyed), None, "{both}");
        assert!(both.contains("error: [\"a\\u{9b}\\u{202e}\"]: is\\u{7} \\n odd\n"), "{both}");
        assert!(both.contains("1 | {\"a\\u{9b}\\u{202e}\": \"\\u{85}\", \"b\": 1}\n"), "{both}");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mistake() {
        let text = format!("{{\"a\": \"{}\", \"b\": 5, \"c\": \"{0}\"}}", "ä".repeat(5000));
        let shown = render(&[Problem::new(Path::root().key("b"), "odd")], &source(&text), false);
        assert!(shown.contains("--> a.json:1:5016\n"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() < 140), "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        let column = lines[lines.len() - 1].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[lines.len() - 2].chars().nth(column), Some('5'), "{shown}");
    }

    #[test]
    fn colours_appear_only_when_asked_for() {
        let problems = [Problem::new(Path::root(), "odd")];
        assert!(render(&problems, &source(TEXT), true).contains('\x1b'));
        assert!(!render(&problems, &source(TEXT), false).contains('\x1b'));
    }
}
