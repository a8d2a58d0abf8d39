//! How much a run takes before its first event, refused before any memory is taken for it.
//!
//! Each field has a bound of its own; here is what they come to together and times one another. What
//! only a run shows is left to its limits.

use super::Findings;
use crate::scenario::clock::Clock;
use crate::scenario::compile::{Names, PROFILE_STEP};
use crate::scenario::file::File;
use crate::scenario::file::platform::Station;
use crate::scenario::file::workload::{Arrivals, Poisson};
use crate::scenario::path::Path;
use crate::scenario::problem::Problem;
use crate::units::Span;

/// Places that are there from the start, of some 20 bytes each: a hundred megabytes.
const PLACES_MAX: u128 = 5_000_000;
/// Steps of a nanosecond or so that watching and preparing take, whatever happens: about a second.
const STEPS_MAX: u128 = 1_000_000_000;
/// What one step of a smooth profile costs, for its local time.
const STEPS_OF_A_TIME: u128 = 50;
/// What reading one bin costs.
const STEPS_OF_A_BIN: u128 = 8;

/// Something that has a size, and where in the file it comes from.
struct Size {
    path: Path,
    what: &'static str,
    count: u128,
}

/// Checks the sizes of a file whose fields are each within their bounds.
pub(super) fn check(file: &File, names: &Names, clock: &Clock, findings: &mut Findings) {
    judge(&places(file, names, clock), PLACES_MAX, "places", findings);
    judge(&steps(file, clock), STEPS_MAX, "steps of work", findings);
}

/// Reports the largest of sizes that are too large together.
fn judge(sizes: &[Size], most: u128, unit: &str, findings: &mut Findings) {
    let sum: u128 = sizes.iter().map(|size| size.count).sum();
    let Some(largest) = sizes.iter().max_by_key(|size| size.count).filter(|_| sum > most) else {
        return;
    };
    let message = format!(
        "makes {} of {sum} {unit} ({}), and a scenario may make {most} in all",
        largest.count, largest.what
    );
    let problem = Problem::new(largest.path.clone(), message);
    findings.0.push(problem.with_help("make one of these numbers smaller"));
}

fn places(file: &File, names: &Names, clock: &Clock) -> Vec<Size> {
    let root = Path::root();
    let tenants = u128::from(file.tenants.count);
    let mut sizes = Vec::new();
    let mut add = |path: Path, what, count| sizes.push(Size { path, what, count });
    for (name, station) in &file.platform.stations {
        let path = root.key("platform").key("stations").key(name).key(station.tag());
        match station {
            Station::Service(it) => {
                let slots = u128::from(it.replicas_max()) * u128::from(it.concurrency.max(1));
                add(path.key("replicas"), "instances times concurrency", slots);
            }
            Station::Routing(it) => {
                let queues = it.skills.len() + it.agents.len();
                add(path, "tenants times skills and groups of agents", tenants * queues as u128);
            }
            Station::Jobs(_) | Station::Assistant(_) => {}
        }
    }
    for (name, workload) in &file.workloads {
        let path = root.key("workloads").key(name);
        let named = workload.tenants.as_ref().map(|named| named.len() as u128);
        add(path.clone(), "workloads times tenants", named.unwrap_or(tenants));
        if let Arrivals::Closed(it) = &workload.arrivals {
            let path = path.key("arrivals").key("closed").key("clients");
            add(path, "clients", 4 * u128::from(it.clients));
        }
    }
    let classes = file.workloads.len() as u128 + 1;
    let tallies = 4 * classes * file.platform.stations.len() as u128;
    add(root.key("workloads"), "workloads times stations", tallies);
    for (name, it) in &file.indicators {
        let bins = it.window.unwrap_or(it.every).as_nanos() / clock.resolution().as_nanos();
        let path = root.key("indicators").key(name);
        let windows = if it.measure.is_of_operations() { u128::from(bins) + 2 } else { 1 };
        let what = "tenants times places watched times the window's bins";
        add(path, what, tenants * it.of.0.len() as u128 * windows);
    }
    add(root.key("platform"), "stations, calls and types of jobs", names.targets() as u128);
    sizes
}

fn steps(file: &File, clock: &Clock) -> Vec<Size> {
    let root = Path::root();
    let tenants = u128::from(file.tenants.count);
    let bins = u128::from(clock.end().as_nanos() / clock.resolution().as_nanos());
    let mut sizes = Vec::new();
    for (name, it) in &file.indicators {
        let in_bins = |span: Span| u128::from(span.as_nanos() / clock.resolution().as_nanos());
        let (every, window) = (in_bins(it.every).max(1), in_bins(it.window.unwrap_or(it.every)));
        let places = it.of.0.len() as u128;
        let of_windows = bins / every * places * (window.min(bins) * STEPS_OF_A_BIN + tenants);
        let of_tenants = if it.measure.is_of_operations() { bins * tenants * places } else { 0 };
        let path = root.key("indicators").key(name);
        let what = "evaluations times the window's bins and tenants";
        sizes.push(Size { path, what, count: of_windows + of_tenants });
    }
    for (name, workload) in &file.workloads {
        if let Arrivals::Poisson(it) = &workload.arrivals {
            let path = root.key("workloads").key(name).key("arrivals").key("poisson");
            let what = "steps of a profile times its factors";
            sizes.push(Size { path, what, count: profile_steps(it, clock) });
        }
    }
    for (name, station) in &file.platform.stations {
        if let Station::Routing(it) = station {
            let days = u128::from(clock.end().as_nanos() / Span::from_secs(86_400).as_nanos()) + 2;
            let path = root.key("platform").key("stations").key(name).key("routing").key("agents");
            let count = days * it.agents.len() as u128 * 4 * STEPS_OF_A_TIME;
            sizes.push(Size { path, what: "days times groups of agents", count });
        }
    }
    sizes
}

fn profile_steps(it: &Poisson, clock: &Clock) -> u128 {
    let is_smooth = !(it.daily.is_empty() && it.weekly.is_empty() && it.piecewise.is_empty());
    let steps = clock.end().as_nanos() / PROFILE_STEP.as_nanos();
    let edges = 2 * it.bursts.len() as u128 + if is_smooth { u128::from(steps) } else { 0 };
    edges * (STEPS_OF_A_TIME + it.bursts.len() as u128 + 4 * it.daily.len() as u128)
}
