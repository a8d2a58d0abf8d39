//! As what a result is written where nothing else is asked for: as the ending of its file says.

use std::path::Path;

use clap::ValueEnum;

use super::Failure;

/// Endings of texts for people.
const OF_TEXT: [&str; 3] = ["txt", "text", "log"];
/// Endings that are written otherwise than their format is called.
const ALSO: [(&str, &str); 3] = [("htm", "html"), ("markdown", "md"), ("mmd", "mermaid")];

/// The format that was asked for, or else that of the file's ending, or else the first, which is text.
///
/// A folder says nothing, nor does a file without an ending, or with one that begins with a digit, as dates and
/// versions do.
pub(super) fn format<F: ValueEnum>(asked: Option<F>, file: Option<&Path>) -> Result<F, Failure> {
    let text = || F::value_variants()[0].clone();
    let is_folder = |it: &Path| it.is_dir() || it.as_os_str().to_string_lossy().ends_with('/');
    let named = file.filter(|it| *it != Path::new("-") && !is_folder(it)).and_then(Path::extension);
    let ending = named.map(|it| it.to_string_lossy().to_lowercase());
    let ending = ending.filter(|it| !it.starts_with(|letter: char| letter.is_ascii_digit()));
    let (format, ending) = match (asked, ending) {
        (Some(format), _) => return Ok(format),
        (None, None) => return Ok(text()),
        (None, Some(ending)) if OF_TEXT.contains(&ending.as_str()) => return Ok(text()),
        (None, Some(ending)) => {
            let called = ALSO.iter().find(|it| it.0 == ending).map_or(ending.as_str(), |it| it.1);
            (F::from_str(called, false).ok(), ending)
        }
    };
    format.ok_or_else(|| {
        let names: Vec<String> = F::value_variants()
            .iter()
            .filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned()))
            .collect();
        Failure::Message(format!(
            "{}: this command does not write .{ending}; help: end the name with one of {}, or say with --format as what to write it",
            file.unwrap_or(Path::new("-")).display(),
            names.iter().map(|it| format!(".{}", ending_of(it))).collect::<Vec<_>>().join(", ")
        ))
    })
}

/// The ending that files of a format have.
fn ending_of(format: &str) -> &str {
    match format {
        "text" => OF_TEXT[0],
        other => {
            ALSO.iter().find(|it| it.1 == other && other == "mermaid").map_or(other, |it| it.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
    enum Format {
        Text,
        Json,
        Html,
    }

    fn told(asked: Option<Format>, file: &str) -> Result<Format, String> {
        format(asked, Some(Path::new(file))).map_err(|failure| match failure {
            Failure::Message(message) | Failure::Stopped(message) => message,
            Failure::Refused(_) => String::new(),
        })
    }

    #[test]
    fn the_ending_says_the_format_unless_another_is_asked_for() {
        let cases = [
            (None, "a.json", Format::Json),
            (None, "a.HTM", Format::Html),
            (None, "a.txt", Format::Text),
            (None, "a", Format::Text),
            (None, "-", Format::Text),
            (None, "folder.d/", Format::Text),
            (None, "before.2026-01-02", Format::Text),
            (Some(Format::Text), "a.json", Format::Text),
            (Some(Format::Json), "a.csv", Format::Json),
        ];
        for (asked, file, expected) in cases {
            assert_eq!(told(asked, file), Ok(expected), "{file}");
        }
        assert_eq!(format::<Format>(None, None).ok(), Some(Format::Text));
    }

    #[test]
    fn an_ending_that_cannot_be_written_is_refused_with_those_that_can() {
        let told = told(None, "out/a.csv").unwrap_err();
        let expected = "out/a.csv: this command does not write .csv; help: end the name with one of .txt, .json, .html, or";
        assert!(told.starts_with(expected), "{told}");
    }
}
