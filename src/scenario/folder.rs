//! Which files of a folder are scenarios.

use std::ffi::OsStr;
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
        if path.file_name().is_some_and(is_scenario) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn is_scenario(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.ends_with(".json")
        && !name.starts_with('.')
        && !name.ends_with(".golden.json")
        && !name.ends_with(".schema.json")
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
            assert_eq!(is_scenario(OsStr::new(name)), expected, "{name}");
        }
    }
}
