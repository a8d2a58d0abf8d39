//! Where results and messages go: standard output or a file, and standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

use super::Failure;
use crate::report::markdown::Page;
use crate::report::text::Look;
use crate::report::whole_file;
use crate::scenario::Refusal;
use crate::scenario::problem::shown;

/// Widths between which a report is still a pleasure to read.
const WIDTH_MIN: usize = 60;
const WIDTH_MAX: usize = 120;
const WIDTH_DEFAULT: usize = 100;

/// Whom a result is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How a text that goes to `file`, or else to standard output, may look.
pub(super) fn look(file: Option<&Path>) -> Look {
    let is_terminal = file.is_none() && io::stdout().is_terminal();
    let terminal = if is_terminal { terminal_size::terminal_size() } else { None };
    let width = terminal.map_or(WIDTH_DEFAULT, |(width, _)| usize::from(width.0));
    let is_coloured = file.is_none() && AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    Look { width: width.clamp(WIDTH_MIN, WIDTH_MAX), is_coloured }
}

/// Writes a result to `file`, whole or not at all, or else to standard output.
pub(super) fn deliver(text: &str, file: Option<&Path>) -> Result<(), Failure> {
    match file.filter(|file| *file != Path::new("-")) {
        Some(file) => deliver_bytes(text.as_bytes(), file),
        None => print(text),
    }
}

/// Writes a file, whole or not at all.
pub(super) fn deliver_bytes(bytes: &[u8], file: &Path) -> Result<(), Failure> {
    whole_file::write(file, bytes)
        .map_err(|error| Failure::Message(whole_file::complaint(file, &error)))
}

/// Writes pages in Markdown: to a folder as `report.md` with their pictures beside it, or else as one text.
pub(super) fn deliver_pages(pages: &[Page], file: Option<&Path>) -> Result<(), Failure> {
    let text = |has_pictures| {
        let pages: Vec<String> = pages.iter().map(|page| page.text(has_pictures)).collect();
        pages.join("\n---\n\n")
    };
    let is_folder =
        |file: &&Path| file.is_dir() || file.as_os_str().to_string_lossy().ends_with('/');
    let Some(folder) = file.filter(is_folder) else { return deliver(&text(false), file) };
    let complain = |error| Failure::Message(whole_file::complaint(folder, &error));
    std::fs::create_dir_all(folder).map_err(complain)?;
    // The page comes last, so that what it shows is there.
    for picture in pages.iter().flat_map(Page::pictures) {
        deliver(&picture.svg, Some(&folder.join(&picture.file)))?;
    }
    deliver(&text(true), Some(&folder.join("report.md")))
}

/// Prints to standard output; whoever has stopped reading there is not an error.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Message(format!("cannot write to standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Says on standard error why nothing could be done.
pub(super) fn error(message: &str) {
    say(AnsiColor::Red, "error", message);
}

/// Says on standard error what else is worth knowing.
pub(super) fn warn(message: &str) {
    say(AnsiColor::Yellow, "warning", message);
}

/// Says on standard error what was done.
pub(super) fn note(message: &str) {
    say(AnsiColor::Green, "done", message);
}

fn say(color: AnsiColor, kind: &str, message: &str) {
    let style = Style::new().bold().fg_color(Some(color.into()));
    // If nobody listens on standard error, nobody can be told.
    let message = shown(message);
    let _ = writeln!(anstream::stderr(), "{style}{kind}{style:#}: {message}");
}

/// Shows on standard error why scenarios cannot run, with the lines of their files.
pub(super) fn refusals(refusals: &[Refusal]) {
    let mut stderr = anstream::stderr();
    for refusal in refusals {
        let _ = writeln!(stderr, "{}", refusal.render(true).trim_end_matches('\n'));
    }
}
