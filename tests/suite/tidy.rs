//! House rules that no lint checks: layers, length, headers, and no incident in the code.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers of `src`, from the lowest; a module imports only from those before it.
const LAYERS: [&str; 10] = [
    "units",
    "measure",
    "engine",
    "platform",
    "scenario",
    "simulation",
    "experiment",
    "report",
    "golden",
    "cli",
];
const LINES_MAX: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, with its text.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is in the repository") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("it can be read");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "no Rust in {folder}");
    found
}

#[test]
fn a_module_imports_only_from_lower_layers() {
    let place = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    for (path, text) in files("src") {
        let relative = path.strip_prefix(root().join("src")).expect("it lies below src");
        let first = relative.components().next().expect("a file has a name");
        let own = first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        let Some(own) = place(&own) else {
            assert!(["main", "lib"].contains(&own.as_str()), "{own} is no layer: number it here");
            continue;
        };
        for (index, _) in text.match_indices("crate::") {
            let rest = &text[index + "crate::".len()..];
            let module: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(imported) = place(&module) else {
                panic!("{}: crate::{module} is no layer", relative.display());
            };
            assert!(imported <= own, "{} imports {module}, a higher layer", relative.display());
        }
    }
}

#[test]
fn files_are_short_and_begin_with_what_they_are() {
    for (path, text) in ["src", "tests", "benches", "fuzz/fuzz_targets"].into_iter().flat_map(files)
    {
        assert!(text.starts_with("//!"), "{} has no header", path.display());
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines", path.display());
    }
}

#[test]
fn no_incident_stands_in_the_code() {
    let mut told: Vec<String> = vec!["kustomer".into()];
    for entry in fs::read_dir(root().join("scenarios")).expect("the folder is in the repository") {
        let name = entry.expect("it can be read").file_name().to_string_lossy().into_owned();
        let name = name.split('.').next().unwrap_or_default().to_owned();
        if name.starts_with("20") {
            told.push(name[..10].to_owned());
            told.push(name);
        }
    }
    assert!(told.len() > 3, "no scenario was found");
    for (path, text) in files("src") {
        let code = text.to_lowercase();
        for word in &told {
            assert!(!code.contains(word.as_str()), "{} names {word}", path.display());
        }
    }
}
