//! Text from a scenario inside HTML, SVG, Markdown and scripts: shown as it is, whatever it holds.

use serde::Serialize;

/// A text between tags or inside a quoted attribute of HTML or SVG.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Some of them would not be allowed in SVG, and others turn around what follows.
            letter if is_invisible(letter) => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A value as JSON inside a `script` element, which only ends where it shall.
///
/// # Panics
///
/// Panics if the value is none that JSON can hold, which our own data are not.
pub(super) fn script(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("data have only texts as keys");
    // Outside of strings JSON has none of these.
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// The head of a table in Markdown.
pub(crate) fn head(columns: &[&str]) -> String {
    let rule = vec!["---"; columns.len()].join(" | ");
    format!("| {} |\n| {rule} |\n", columns.join(" | "))
}

/// A row of a table in Markdown, of cells that are escaped.
pub(crate) fn row(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A text on one line of Markdown, in which nothing is formatted, ends a cell or becomes a tag.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '>' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            // Nobody is to be notified because a scenario is called so.
            '@' => escaped.push_str("&#64;"),
            letter if is_invisible(letter) => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A text as it is, in a line or a cell of Markdown.
pub(crate) fn code(text: &str) -> String {
    let text = text.replace('|', "\\|").replace(['\n', '\r'], " ");
    let fence = "`".repeat(1 + runs(&text));
    let space = if text.contains('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The most backquotes in a row: a fence around the text has more.
pub(crate) fn runs(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Whether a character breaks lines, does something to a terminal or changes the direction of text.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// A word as an argument in a shell, in quotes where it needs them.
pub(super) fn shell(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_markup() {
        let hostile = "</script><img src=x onerror=\"f('&')\">\u{2028}\u{202e}x\n";
        let shown = "&lt;/script&gt;&lt;img src=x onerror=&quot;f(&#39;&amp;&#39;)&quot;&gt;  x ";
        assert_eq!(escaped(hostile), shown);
        let json = script(&hostile);
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
        assert_eq!(markdown("a|b_c\n<img> `x` @all"), "a\\|b\\_c &lt;img\\> \\`x\\` &#64;all");
    }

    #[test]
    fn code_stays_in_its_cell() {
        assert_eq!(code("a|b`c\n"), "`` a\\|b`c  ``");
        assert_eq!(row(&[code("a|b"), markdown("c|d")]), "| `a\\|b` | c\\|d |\n");
    }

    #[test]
    fn words_are_quoted_for_a_shell_where_they_need_it() {
        let cases = [
            ("a.json", "a.json"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("x=[1]", "'x=[1]'"),
            ("", "''"),
        ];
        for (word, quoted) in cases {
            assert_eq!(shell(word), quoted);
        }
    }
}
