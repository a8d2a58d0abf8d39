//! How long whole replays take: the workloads in `benches/scenarios`, and the incidents in `scenarios`.

mod replays;

use criterion::{Criterion, SamplingMode};

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    for folder in ["benches/scenarios", "scenarios"] {
        let mut group = criterion.benchmark_group(folder);
        // A replay takes up to a second: as many in each sample.
        group.sampling_mode(SamplingMode::Flat);
        replays::of_folder(&mut group, folder);
        group.finish();
    }
    criterion.final_summary();
}
