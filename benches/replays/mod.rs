//! Replays of all scenarios of a folder, as benchmarks.

use std::fs;
use std::path::{Path, PathBuf};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Throughput};
use hindsight::scenario::{Changes, Loaded};
use hindsight::simulation;

/// Adds a benchmark for each scenario of a folder of this project, counted in events.
pub(crate) fn of_folder(group: &mut BenchmarkGroup<'_, WallTime>, folder: &str) {
    for file in scenarios_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
        let loaded = Loaded::read(&file).expect("a scenario of this project can be read");
        let scenario =
            loaded.scenario(&Changes::default()).expect("a scenario of this project is fine");
        let seed = scenario.seed();
        let events = simulation::run(&scenario, seed).run.events;
        group.throughput(Throughput::Elements(events));
        group.bench_function(scenario.file.id.clone(), |bencher| {
            bencher.iter(|| simulation::run(&scenario, seed));
        });
    }
}

fn scenarios_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.retain(|file| {
        let name = file.to_string_lossy();
        name.ends_with(".json")
            && !name.ends_with(".golden.json")
            && !name.ends_with(".schema.json")
    });
    files.sort();
    files
}
