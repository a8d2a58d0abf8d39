//! Threads to replay on, and the bar that shows how far they are.

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;

/// As many threads as asked for, or else as there are cores.
pub(super) fn threads(count: Option<u16>) -> Result<rayon::ThreadPool, Failure> {
    let count = usize::from(count.unwrap_or(0)); // 0 stands for as many as there are cores.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
    pool.map_err(|error| Failure::Message(format!("cannot start threads: {error}")))
}

/// A bar on standard error that shows itself only on a terminal.
pub(super) fn bar(runs: u64) -> ProgressBar {
    let bar = ProgressBar::new(runs);
    let template = "{elapsed_precise} [{bar:40}] {pos} of {len} runs, {eta} to go";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
