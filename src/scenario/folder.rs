//! Which files of a folder are scenarios.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The scenario files of a folder, by name.
///
/// # Errors
///
/// Fails if the folder cannot be read.
pub fn scenarios(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_scenario(&path) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What a file that stands beside scenarios is by its name, if it is no scenario: `a golden file` or `a schema`.
#[must_use]
pub fn beside_scenarios(file: &Path) -> Option<&'static str> {
    let name = file.file_name()?.to_string_lossy();
    let kinds = [(".golden.json", "a golden file"), (".schema.json", "a schema")];
    kinds.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, kind)| kind)
}

fn is_scenario(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".json") && !name.starts_with('.') && beside_scenarios(file).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_files_and_schemas_are_no_scenarios() {
        let cases = [
            ("a.json", true),
            ("a.golden.json", false),
            ("scenario.schema.json", false),
            ("a.csv", false),
            (".a.json", false),
        ];
        for (name, expected) in cases {
            assert_eq!(is_scenario(Path::new(name)), expected, "{name}");
        }
    }
}
