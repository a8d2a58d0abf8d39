//! Replays of all scenarios of a folder, as benchmarks.

use std::path::Path;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Throughput};
use hindsight::scenario::{Changes, Loaded, folder};
use hindsight::simulation;

/// Adds a benchmark for each scenario of a folder of this project, counted in events.
pub(crate) fn of_folder(group: &mut BenchmarkGroup<'_, WallTime>, folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    for file in folder::scenarios(&folder).expect("the folder can be read") {
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
