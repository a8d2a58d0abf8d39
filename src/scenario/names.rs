//! Guessing which name was meant when an unknown one was written.

/// Longer names are nobody's slip of the keyboard, and comparing them would take long.
const LENGTH_MAX: usize = 100;

/// The candidate that `name` was most likely meant to be, if one is near enough.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LENGTH_MAX {
        return None;
    }
    // A third of the letters may be wrong: more suggests names that only share their length.
    let most = (name.chars().count() / 3).max(1);
    let mut best: Option<(usize, f64, &'a str)> = None;
    for candidate in candidates.into_iter().filter(|it| it.len() <= LENGTH_MAX) {
        let edits = distance(name, candidate);
        let likeness = strsim::jaro_winkler(name, candidate);
        let is_better = best.is_none_or(|(least, most_alike, _)| {
            edits < least || (edits == least && likeness > most_alike)
        });
        if edits <= most && edits < candidate.chars().count() && is_better {
            best = Some((edits, likeness, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// Edits between two names, whatever their case, their separators and the order of their words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (words(a), words(b));
    let in_order = strsim::damerau_levenshtein(&a.join("_"), &b.join("_"));
    let (a, b) = (sorted(a), sorted(b));
    in_order.min(strsim::damerau_levenshtein(&a.join("_"), &b.join("_")))
}

/// The words of `name`; splits `camelCase` too, which is how other tools write their fields.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut was_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && was_lower {
            spaced.push('_');
        }
        was_lower = letter.is_lowercase();
        spaced.extend(letter.to_lowercase());
    }
    spaced.split(['_', '-', ' ', '.']).map(str::to_owned).collect()
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 6] =
        ["replicas", "replicas_max", "concurrency", "timeout", "queue", "half_open_after"];

    #[test]
    fn a_slip_of_the_keyboard_is_recognized() {
        let cases = [
            ("replica", "replicas"),
            ("repilcas", "replicas"),
            ("concurency", "concurrency"),
            ("Timeout", "timeout"),
            ("timeout_ms", "timeout"),
            ("max_replicas", "replicas_max"),
            ("maxReplicas", "replicas_max"),
            ("half-open-after", "half_open_after"),
        ];
        for (written, meant) in cases {
            assert_eq!(did_you_mean(written, FIELDS), Some(meant), "{written}");
        }
    }

    #[test]
    fn a_name_unlike_all_others_gets_no_suggestion() {
        for written in ["", "x", "latency", "weight", "日本", "colour"] {
            assert_eq!(did_you_mean(written, FIELDS), None, "{written}");
        }
        assert_eq!(did_you_mean("a", ["b"]), None);
    }

    #[test]
    fn of_two_near_names_the_nearer_is_suggested() {
        assert_eq!(did_you_mean("minutos", ["minute", "minutes"]), Some("minutes"));
    }
}
