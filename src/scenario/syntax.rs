//! JSON with comments, and nothing else: what the parser would let pass, and its errors in our words.

use std::ops::Range;

use jsonc_parser::ast::Value;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};

use super::problem::Problem;

/// Deeper files are refused before anything recurses into them.
const DEPTH_MAX: usize = 64;
/// Files with more values are refused before there is a tree of them, which takes half a kilobyte for each.
const VALUES_MAX: usize = 50_000;

/// Parses one JSON value with comments.
///
/// # Errors
///
/// Returns the first mistake in the text.
pub(super) fn parse(text: &str) -> Result<Value<'_>, Problem> {
    check_characters(text)?;
    let options = ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    match parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(parsed) => parsed.value.ok_or_else(|| {
            Problem::at_bytes(0..0, "must hold a JSON object, found an empty file")
                .with_help("`hindsight new my-incident` writes a scenario to begin from")
        }),
        Err(error) => Err(in_our_words(text, &error)),
    }
}

/// Refuses too deep a nesting, and characters that the parser takes although JSON does not.
fn check_characters(text: &str) -> Result<(), Problem> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut values) = (0, 0_usize, 1_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_text(text, at)?,
            b'/' => match end_of_comment(text, at) {
                Some(end) => at = end,
                None => return Ok(()),
            },
            // The parser stops here or before, and what follows would be misread as text.
            b'\'' => return Ok(()),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                if depth > DEPTH_MAX {
                    let message = format!("must not be nested deeper than {DEPTH_MAX} levels");
                    let help =
                        "a scenario needs some fifteen: look for brackets that are never closed";
                    return Err(Problem::at_bytes(at - 1..at, message).with_help(help));
                }
            }
            b',' => {
                values += 1;
                at += 1;
                if values > VALUES_MAX {
                    let message =
                        format!("must not hold more than {VALUES_MAX} fields and elements");
                    let help = "describe alike things once: tenants by a count, instances by replicas, arrivals by a rate or a trace file";
                    return Err(Problem::at_bytes(at - 1..at, message).with_help(help));
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'\t' | b'\n' | b'\r' | b' '..=b'~' => at += 1,
            _ => return Err(odd_character(text, at)),
        }
    }
    Ok(())
}

fn odd_character(text: &str, at: usize) -> Problem {
    let letter = text[at..].chars().next().unwrap_or_default();
    let message =
        format!("found the character U+{:04X} outside of text in quotes", u32::from(letter));
    let help = "remove it; text that holds it must stand in double quotes";
    Problem::at_bytes(at..at + letter.len_utf8(), message).with_help(help)
}

/// The byte after the text in quotes that begins at `start`.
fn end_of_text(text: &str, start: usize) -> Result<usize, Problem> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return Ok(at + 1),
            b'\n' | b'\r' => {
                return Err(Problem::at_bytes(start..at, "text must be closed on its own line")
                    .with_help("write a line break within text as \\n"));
            }
            b'\0'..=b'\x1f' | b'\x7f' => {
                let message = format!("text must not hold the control character U+{byte:04X}");
                return Err(Problem::at_bytes(at..at + 1, message)
                    .with_help(format!("write it as \\u{byte:04x}")));
            }
            b'\\' if bytes.get(at + 1).is_some_and(|next| !next.is_ascii_control()) => at += 2,
            _ => at += 1,
        }
    }
    Err(Problem::at_bytes(start..at, "text must be closed by a quotation mark")
        .with_help("add the missing \"; is the file cut short?"))
}

/// The byte after the comment that begins at `start`, or nothing if none does or it never ends.
fn end_of_comment(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..];
    if let Some(block) = rest.strip_prefix("/*") {
        return block.find("*/").map(|end| start + 2 + end + 2);
    }
    let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
    rest.starts_with("//").then_some(start + end)
}

fn in_our_words(text: &str, error: &ParseError) -> Problem {
    use ParseErrorKind as Kind;
    let range = error.range().start..error.range().end;
    let found = found(text, &range);
    let message = match error.kind() {
        Kind::BareDecimalPointNumbersNotAllowed
        | Kind::ExpectedDigit
        | Kind::ExpectedDigitFollowingNegativeSign
        | Kind::ExpectedPlusMinusOrDigitInNumberLiteral
        | Kind::HexadecimalNumbersNotAllowed
        | Kind::NonFiniteNumbersNotAllowed
        | Kind::UnaryPlusNumbersNotAllowed => {
            "a number must be written like 12, -0.5 or 1e6".to_owned()
        }
        Kind::ExpectedComma if is_zero_before_digit(text, range.start) => {
            "a number must not begin with 0".to_owned()
        }
        Kind::ExpectedComma => "must be followed by a comma".to_owned(),
        Kind::TrailingCommasNotAllowed => "the last element must have no comma after it".to_owned(),
        Kind::CommentsNotAllowed => "comments are not allowed".to_owned(),
        Kind::ExpectedColonAfterObjectKey => {
            format!("a field's name must be followed by a colon, found {found}")
        }
        Kind::ExpectedObjectValue => "a field must have a value after its colon".to_owned(),
        Kind::ExpectedStringObjectProperty | Kind::UnexpectedTokenInObject => {
            format!("a field's name must stand in double quotes, found {found}")
        }
        Kind::MultipleRootJsonValues => {
            format!("a file must hold one value, found {found} after it")
        }
        Kind::SingleQuotedStringsNotAllowed => "text must stand in double quotes".to_owned(),
        Kind::String(kind) => in_our_words_for_text(kind),
        Kind::UnexpectedCloseBrace
        | Kind::UnexpectedCloseBracket
        | Kind::UnexpectedColon
        | Kind::UnexpectedComma
        | Kind::UnexpectedToken
        | Kind::UnexpectedWord => format!("expected a value, found {found}"),
        Kind::UnterminatedArray => "a list must be closed by ]".to_owned(),
        Kind::UnterminatedObject => "an object must be closed by }".to_owned(),
        Kind::UnterminatedCommentBlock => "a comment must be closed by */".to_owned(),
        Kind::NestingDepthExceeded => "must not be nested so deep".to_owned(),
    };
    let is_word = text[range.start..].starts_with(char::is_alphabetic);
    let help = if is_word && matches!(error.kind(), Kind::UnexpectedToken | Kind::UnexpectedWord) {
        "text must stand in double quotes"
    } else {
        remedy(error.kind())
    };
    Problem::at_bytes(range, message).with_help(help)
}

/// What to do about a mistake in the text.
fn remedy(kind: &ParseErrorKind) -> &'static str {
    use ParseErrorKind as Kind;
    match kind {
        Kind::BareDecimalPointNumbersNotAllowed
        | Kind::ExpectedDigit
        | Kind::ExpectedDigitFollowingNegativeSign
        | Kind::ExpectedPlusMinusOrDigitInNumberLiteral
        | Kind::HexadecimalNumbersNotAllowed
        | Kind::NonFiniteNumbersNotAllowed
        | Kind::UnaryPlusNumbersNotAllowed => {
            "write it in decimal digits; durations and rates are text, such as \"250ms\" or \"40/s\""
        }
        Kind::ExpectedComma => "add a comma here, or remove what follows",
        Kind::TrailingCommasNotAllowed => "remove the comma",
        Kind::CommentsNotAllowed => "remove the comment",
        Kind::ExpectedColonAfterObjectKey => "write \"name\": value",
        Kind::ExpectedObjectValue => "write a value after the colon, or remove the field",
        Kind::ExpectedStringObjectProperty | Kind::UnexpectedTokenInObject => {
            "write \"name\": value, with a comma between fields and none after the last"
        }
        Kind::MultipleRootJsonValues => "remove what follows, or write a file for each",
        Kind::SingleQuotedStringsNotAllowed => "write \" instead of '",
        Kind::String(_) => {
            "write text as \"…\", a quotation mark within it as \\\", a backslash as \\\\"
        }
        Kind::UnexpectedCloseBrace
        | Kind::UnexpectedCloseBracket
        | Kind::UnexpectedColon
        | Kind::UnexpectedComma
        | Kind::UnexpectedToken
        | Kind::UnexpectedWord => "write a value here, or remove what stands before it",
        Kind::UnterminatedArray | Kind::UnterminatedObject | Kind::UnterminatedCommentBlock => {
            "close it; is the file cut short?"
        }
        Kind::NestingDepthExceeded => "look for brackets that are never closed",
    }
}

fn in_our_words_for_text(kind: &ParseStringErrorKind) -> String {
    use ParseStringErrorKind as Kind;
    match kind {
        Kind::InvalidUnicodeEscapeSequence(code) => {
            format!("text must not hold half of a surrogate pair, found \\u{code}")
        }
        Kind::ExpectedFourHexDigits => "\\u must be followed by four hexadecimal digits".to_owned(),
        Kind::InvalidEscape
        | Kind::InvalidEscapeInSingleQuoteString
        | Kind::InvalidEscapeInDoubleQuoteString
        | Kind::ExpectedTwoHexDigits => {
            r#"a backslash must be followed by one of " \ / b f n r t u"#.to_owned()
        }
        Kind::UnterminatedStringLiteral => "text must be closed by a quotation mark".to_owned(),
    }
}

fn is_zero_before_digit(text: &str, at: usize) -> bool {
    text[..at].ends_with('0') && text[at..].starts_with(|c: char| c.is_ascii_digit())
}

fn found(text: &str, range: &Range<usize>) -> String {
    let letters: String = text.get(range.clone()).unwrap_or_default().chars().take(30).collect();
    if letters.is_empty() { "the end of the file".to_owned() } else { format!("`{letters}`") }
}
