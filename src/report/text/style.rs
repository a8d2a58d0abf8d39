//! Colours, headings, and breaking text into lines.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

/// How a text may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How many columns there are.
    pub width: usize,
    /// Whether colours are welcome.
    pub is_coloured: bool,
}

pub(super) const PLAIN: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = colour(AnsiColor::Green);
pub(super) const BAD: Style = colour(AnsiColor::Red);
pub(super) const WARNING: Style = colour(AnsiColor::Yellow);
pub(super) const SCRIPTED: Style = colour(AnsiColor::Cyan);
pub(super) const EMERGED: Style = colour(AnsiColor::Yellow);
pub(super) const STATUS_PAGE: Style = colour(AnsiColor::Magenta);

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(colour)))
}

impl Look {
    /// The text in a style, if colours are welcome.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self.is_coloured && style != PLAIN && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// The line between two reports.
    #[must_use]
    pub fn rule(self) -> String {
        format!("\n{}\n\n", self.paint(DIM, &"═".repeat(self.width)))
    }

    /// The heading of a section with what is said beside it.
    pub(super) fn heading(self, title: &str, beside: &str) -> String {
        let space = if beside.is_empty() { "" } else { "  " };
        format!("{}{space}{beside}\n", self.paint(BOLD, title))
    }

    /// A text in lines of this width, all but the first after `hang` columns that the caller has filled.
    pub(super) fn hanging(self, style: Style, text: &str, hang: usize) -> String {
        let lines = wrap(text, self.width.saturating_sub(hang));
        let painted: Vec<String> = lines.iter().map(|line| self.paint(style, line)).collect();
        painted.join(&format!("\n{}", " ".repeat(hang)))
    }
}

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// Breaks a text between words into lines of `width` columns; a longer word keeps a line of its own.
///
/// Control characters, which could do anything to a terminal, become spaces.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(|c: char| c.is_control() || c == ' ').filter(|word| !word.is_empty()) {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if columns(line) + 1 + columns(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_hold_no_control_characters() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a https://example.org/long b", 5), ["a", "https://example.org/long", "b"]);
        assert_eq!(wrap("red\u{1b}[31m\nand\ttab", 40), ["red [31m and tab"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn without_colours_nothing_is_added() {
        let look = Look { width: 80, is_coloured: false };
        assert_eq!(look.paint(BAD, "x"), "x");
        assert_eq!(Look { is_coloured: true, ..look }.paint(BAD, "x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
