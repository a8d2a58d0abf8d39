//! Fields that several mitigations set, in words and for programs.

use serde::Serialize;

use crate::scenario::contested::Contested;

/// A longer value is cut for people.
const LETTERS_MAX: usize = 60;

/// A field that several mitigations set, for programs.
#[derive(Debug, Serialize)]
pub struct Field {
    /// The field.
    pub field: String,
    /// Who sets it, in the order in which they are applied.
    pub mitigations: Vec<String>,
    /// Whose value stands: that of the last.
    pub stands: Option<String>,
    /// That value; null if it removes the field.
    pub value: Option<String>,
}

impl Field {
    /// The same as it is in a scenario.
    #[must_use]
    pub fn of(it: &Contested) -> Self {
        Self {
            field: it.field.to_string(),
            mitigations: it.mitigations.clone(),
            stands: it.mitigations.last().cloned(),
            value: it.value.clone(),
        }
    }
}

/// The same in words: `a.b is set by one and other: 4 of other stands, which is applied last`.
#[must_use]
pub fn told(it: &Contested) -> String {
    let Some((last, others)) = it.mitigations.split_last() else { return String::new() };
    let by = format!("{} and {last}", others.join(", "));
    match &it.value {
        Some(value) => format!(
            "{} is set by {by}: {} of {last} stands, which is applied last",
            it.field,
            cut(value)
        ),
        None => format!("{} is set by {by}: {last}, which is applied last, removes it", it.field),
    }
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}
