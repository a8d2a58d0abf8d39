//! Why a scenario cannot run, and which option of the command line asked for it.

use super::problem::{Problem, render, shown};
use super::remedy::remedied;
use super::source::Source;

/// What stands before all that was changed where no single change is to blame.
pub const SO_IT_IS: &str = "so it is with ";

/// Why a scenario cannot run, with all its problems.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refusal {
    /// The file cannot be read.
    #[error(
        "cannot read {file}: {reason}; help: name a scenario file that is there, or a folder of them"
    )]
    NoFile {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// The file says something that cannot be.
    #[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Wrong {
        /// The file's text.
        source_text: Box<Source>,
        /// What is wrong, at least one problem.
        problems: Vec<Problem>,
    },
}

impl Refusal {
    /// The refusal as it is shown to the user, with the lines of the file.
    #[must_use]
    pub fn render(&self, is_styled: bool) -> String {
        match self {
            Self::NoFile { .. } => format!("error: {}\n", shown(&self.to_string())),
            Self::Wrong { source_text, problems } => render(problems, source_text, is_styled),
        }
    }

    /// The same refusal where it was another option that asked for assignments: messages name that one.
    #[must_use]
    pub fn asked_by(self, assignments: &[String], option: &str) -> Self {
        let told: Vec<String> = assignments.iter().map(|it| cause(it)).collect();
        self.map(|problem| {
            let is_told =
                |it: &&String| problem.help.as_ref().is_some_and(|help| help.contains(*it));
            let Some(told) = told.iter().find(is_told) else { return problem };
            let help = problem.help.as_deref().unwrap_or_default();
            let help = help.replace(told, &format!("asked for by {option}"));
            problem.with_help(help)
        })
    }

    /// The same refusal with other problems.
    #[must_use]
    pub fn map(self, other: impl Fn(Problem) -> Problem) -> Self {
        match self {
            Self::NoFile { .. } => self,
            Self::Wrong { source_text, problems } => {
                Self::Wrong { source_text, problems: problems.into_iter().map(other).collect() }
            }
        }
    }

    /// The first of its problems in one line.
    #[must_use]
    pub fn first(&self) -> String {
        self.to_string().lines().next().unwrap_or_default().to_owned()
    }
}

/// Tells which assignment a problem comes from, beside what is to be done about it.
pub(super) fn asked_for(problem: Problem, text: &str) -> Problem {
    with_cause(problem, &cause(text))
}

/// Tells where a problem comes from, after what is to be done about it.
pub(super) fn with_cause(problem: Problem, cause: &str) -> Problem {
    let problem = remedied(problem);
    let remedy = problem.help.as_deref().unwrap_or_default();
    let separator = if remedy.ends_with('?') { " " } else { "; " };
    let help = format!("{remedy}{separator}{cause}");
    problem.with_help(help)
}

/// How it is told that an assignment was asked for.
fn cause(assignment: &str) -> String {
    format!("asked for by --set {assignment}")
}
