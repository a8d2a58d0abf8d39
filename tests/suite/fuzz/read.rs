//! Any bytes as a scenario file: it is read, or refused with problems that can be shown.

use std::path::PathBuf;

use hindsight::report::explain::{Explanation, dot, markdown, mermaid};
use hindsight::report::text;
use hindsight::scenario::{Changes, Loaded, Refusal};

/// Longer files add nothing but time.
const BYTES_MAX: usize = 1 << 16;

/// Reads, checks, compiles and explains whatever stands in these bytes, as it is and with each mitigation.
///
/// # Panics
///
/// Panics if it is refused without a word, or if checking and compiling disagree.
pub(super) fn read(bytes: &[u8]) {
    if bytes.len() > BYTES_MAX {
        return;
    }
    // Traces are sought in a folder that does not exist.
    let loaded = match Loaded::parse("fuzz.json", bytes, PathBuf::from("no-such-folder")) {
        Ok(loaded) => loaded,
        Err(refusal) => return shown(&refusal),
    };
    let file = match loaded.file() {
        Ok(file) => file,
        Err(refusal) => return shown(&refusal),
    };
    compile(&loaded, &Changes::default());
    for name in file.mitigations.into_keys().take(4) {
        compile(&loaded, &Changes { with: vec![name], ..Changes::default() });
    }
}

fn compile(loaded: &Loaded, changes: &Changes) {
    let scenario = loaded.scenario(changes);
    assert_eq!(loaded.check(changes).is_ok(), scenario.is_ok(), "checked alone, it is otherwise");
    let scenario = match scenario {
        Ok(scenario) => scenario,
        Err(refusal) => return shown(&refusal),
    };
    let value = loaded.value(changes).expect("the scenario was made from it");
    let it = Explanation::new(&scenario, &value, None);
    let look = text::Look { width: 60, is_coloured: true };
    let told = [
        text::explain::explain(&it, look),
        markdown::page(&it),
        mermaid::flowchart(&it.wiring),
        dot::digraph(&it.scenario, &it.wiring),
        it.to_json(),
    ];
    assert!(told.iter().all(|told| told.ends_with('\n')), "a text ends in a line break");
}

fn shown(refusal: &Refusal) {
    for is_styled in [false, true] {
        assert!(refusal.render(is_styled).contains("error"), "refused without a word");
    }
}
