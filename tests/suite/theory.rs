//! Agreement with queueing theory: what closed forms say lies in the interval of the replications.
//!
//! Each test runs ten replications with seeds of their own and takes the mean of each after a warm-up.
//! The closed form must lie in the 99.9 % t-interval of the ten means, and the interval must be narrow
//! enough that a wrong engine could not pass. Seeds are fixed, so that a test that passes always does.

use serde_json::{Value, json};

use crate::stage::{Replay, overlay, scenario, time};
use hindsight::measure::histogram::Histogram;
use hindsight::platform::measures::Stretch;
use hindsight::scenario::{Changes, Loaded};
use hindsight::simulation;

const REPLICATIONS: u64 = 10;
/// Student's t for 9 degrees of freedom: 99.9 % lie between minus this and this.
/// <https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm>
const T: f64 = 4.781;

/// A scenario of these stations and workloads, with a warm-up and then `hours` of observation.
fn long(stations: &Value, workloads: &Value, hours: u64) -> Value {
    let mut scenario = scenario(stations, workloads);
    overlay(
        &mut scenario["clock"],
        &json!({ "warm_up": "10m", "end": time(3600 * hours), "resolution": "10s" }),
    );
    scenario
}

/// Poisson arrivals to `to`, with more fields.
fn poisson(rate: &str, to: &str, more: &Value) -> Value {
    let mut workload = json!({ "call": { "to": to }, "arrivals": { "poisson": { "rate": rate } } });
    overlay(&mut workload, more);
    workload
}

/// A service of one slot, with more fields.
fn service(service_time: &Value, more: &Value) -> Value {
    let mut service = json!({ "replicas": 1, "concurrency": 1, "service_time": service_time });
    overlay(&mut service, more);
    json!({ "service": service })
}

fn exponential(mean: &str) -> Value {
    json!({ "exponential": { "mean": mean } })
}

/// What each replication gives, taken from the replay by each of `takes`.
fn replicate<const N: usize>(
    scenario: &Value,
    takes: [&dyn Fn(&Replay) -> f64; N],
) -> [Vec<f64>; N] {
    let text = scenario.to_string();
    let loaded = Loaded::parse("theory.json", text.as_bytes(), ".".into());
    let loaded = loaded.unwrap_or_else(|refusal| panic!("{}", refusal.render(false)));
    let scenario = loaded.scenario(&Changes::default());
    let scenario = scenario.unwrap_or_else(|refusal| panic!("{}", refusal.render(false)));
    let mut samples = [(); N].map(|()| Vec::new());
    for seed in 1..=REPLICATIONS {
        let outcome = simulation::run(&scenario, seed);
        let replay = Replay { scenario: scenario.clone(), outcome };
        for (sample, take) in samples.iter_mut().zip(takes) {
            sample.push(take(&replay));
        }
    }
    samples
}

/// Asserts that `expected` lies in the interval of the means, which is narrower than `width` of it.
fn assert_agrees(what: &str, samples: &[f64], expected: f64, width: f64) {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count - 1.0);
    let half = T * (variance / count).sqrt();
    let found = format!("{what}: {mean:.5} ± {half:.5}, by theory {expected:.5}");
    assert!((mean - expected).abs() <= half, "{found}");
    assert!(half < width * expected, "too wide to tell: {found}");
}

/// The series of a target after the warm-up of ten minutes.
fn observed<'a>(replay: &'a Replay, name: &str) -> Stretch<'a> {
    let target = replay.scenario.names.target(name).expect("the target exists");
    let recorder = replay.outcome.platform.recorder();
    recorder.stretch(target, 60, recorder.bins())
}

/// The mean latency in seconds of what was done.
fn latency(replay: &Replay, name: &str) -> f64 {
    let mut all = Histogram::default();
    for bin in observed(replay, name).latencies {
        all.merge_sparse(bin);
    }
    all.sum() as f64 / all.count() as f64 / 1e9
}

/// The average number in flight.
fn in_flight(replay: &Replay, name: &str) -> f64 {
    let bins = observed(replay, name).bins;
    bins.iter().map(|bin| bin.in_flight.area).sum::<f64>() / (bins.len() as f64 * 10e9)
}

/// The share of what ended that failed.
fn failed_share(replay: &Replay, name: &str) -> f64 {
    let bins = observed(replay, name).bins;
    let sum = |count: fn(&hindsight::platform::recorder::Bin) -> u32| -> f64 {
        bins.iter().map(|bin| f64::from(count(bin))).sum()
    };
    sum(|bin| bin.failed) / (sum(|bin| bin.failed) + sum(|bin| bin.done))
}

/// Tests one station under 8 units a second against the mean time that a unit spends there, and
/// against Little's law, L = λW. <https://en.wikipedia.org/wiki/Little%27s_law>
fn assert_station(what: &str, worker: &Value, expected: f64, width: f64) {
    let stations = json!({ "worker": worker });
    let workloads = json!({ "w": poisson("8/s", "worker", &json!({})) });
    let takes: [&dyn Fn(&Replay) -> f64; 2] =
        [&|it| latency(it, "w"), &|it| in_flight(it, "worker")];
    let [times, numbers] = replicate(&long(&stations, &workloads, 3), takes);
    assert_agrees(&format!("{what}, time"), &times, expected, width);
    assert_agrees(&format!("{what}, number"), &numbers, 8.0 * expected, width);
}

/// The probability of waiting in M/M/c with `load` Erlang, from the probability of loss.
/// <https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_C_formula>
fn erlang_c(servers: u32, load: f64) -> f64 {
    let loss = erlang_b(servers, load);
    let servers = f64::from(servers);
    servers * loss / (servers - load * (1.0 - loss))
}

/// The probability of loss in M/G/c/c with `load` Erlang, by recursion over the servers.
/// <https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_B_formula>
fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |loss, servers| load * loss / (f64::from(servers) + load * loss))
}

/// The mean time in M/G/1 from the first two moments of the service time, in seconds: Pollaczek and
/// Khinchine. <https://en.wikipedia.org/wiki/Pollaczek%E2%80%93Khinchine_formula>
fn pollaczek_khinchine(rate: f64, mean: f64, second_moment: f64) -> f64 {
    mean + rate * second_moment / (2.0 * (1.0 - rate * mean))
}

#[test]
fn one_server_with_exponential_service_is_m_m_1() {
    // 1 / (10 - 8). <https://en.wikipedia.org/wiki/M/M/1_queue>
    assert_station("M/M/1", &service(&exponential("100ms"), &json!({})), 0.5, 0.07);
}

#[test]
fn several_servers_wait_as_erlang_c_says() {
    let expected = 0.4 + erlang_c(4, 3.2) / (4.0 / 0.4 - 8.0);
    let replicas = service(&exponential("400ms"), &json!({ "replicas": 4 }));
    assert_station("M/M/4 of four instances", &replicas, expected, 0.05);
    let slots = service(&exponential("400ms"), &json!({ "concurrency": 4 }));
    assert_station("M/M/4 of four slots", &slots, expected, 0.05);
}

#[test]
fn constant_service_is_m_d_1() {
    let expected = pollaczek_khinchine(8.0, 0.1, 0.01);
    assert_station("M/D/1", &service(&json!({ "constant": "100ms" }), &json!({})), expected, 0.04);
}

#[test]
fn general_service_waits_as_pollaczek_and_khinchine_say() {
    // Erlang with four phases: the square of the coefficient of variation is a quarter.
    let expected = pollaczek_khinchine(8.0, 0.1, 0.01 * 1.25);
    let erlang = json!({ "erlang": { "shape": 4, "mean": "100ms" } });
    assert_station("M/E4/1", &service(&erlang, &json!({})), expected, 0.05);
    // Log-normal: moments exp(n μ + n² σ² / 2). <https://en.wikipedia.org/wiki/Log-normal_distribution>
    let (median, p95) = (0.07_f64, 0.2_f64);
    let sigma = libm::log(p95 / median) / 1.644_853_626_951_472_2;
    let mean = median * libm::exp(sigma * sigma / 2.0);
    let second_moment = median * median * libm::exp(2.0 * sigma * sigma);
    let expected = pollaczek_khinchine(8.0, mean, second_moment);
    let log_normal = json!({ "log_normal": { "median": "70ms", "p95": "200ms" } });
    assert_station("M/LN/1", &service(&log_normal, &json!({})), expected, 0.1);
}

#[test]
fn a_station_without_a_queue_loses_as_erlang_b_says_whatever_the_service_time() {
    let queue = json!({ "replicas": 4, "queue": { "bound": 0 } });
    for time in [exponential("400ms"), json!({ "constant": "400ms" })] {
        let stations = json!({ "worker": service(&time, &queue) });
        let workloads = json!({ "w": poisson("8/s", "worker", &json!({})) });
        let [shares] = replicate(&long(&stations, &workloads, 2), [&|it| failed_share(it, "w")]);
        assert_agrees("M/G/4/4", &shares, erlang_b(4, 3.2), 0.03);
    }
}

#[test]
fn two_classes_wait_as_cobham_says() {
    // Non-preemptive priorities, rates 3 and 5: W0 = 8 * 0.02 / 2 is what is left of the service in hand;
    // the first class waits W0 / (1 - 0.3), the second W0 / ((1 - 0.3) (1 - 0.8)). Cobham, "Priority
    // assignment in waiting line problems", 1954. <https://doi.org/10.1287/opre.2.1.70>
    let worker = service(&exponential("100ms"), &json!({ "queue": { "order": "priority" } }));
    let workloads = json!({
        "high": poisson("3/s", "worker", &json!({ "priority": 1 })),
        "low": poisson("5/s", "worker", &json!({}))
    });
    let takes: [&dyn Fn(&Replay) -> f64; 2] = [&|it| latency(it, "high"), &|it| latency(it, "low")];
    let [high, low] = replicate(&long(&json!({ "worker": worker }), &workloads, 3), takes);
    assert_agrees("high", &high, 0.1 + 0.08 / 0.7, 0.03);
    assert_agrees("low", &low, 0.1 + 0.08 / (0.7 * 0.2), 0.08);
}

#[test]
fn stations_in_tandem_are_each_m_m_1() {
    // Jackson, "Networks of waiting lines", 1957: each as if its arrivals were Poisson, of 8 and of half
    // of that. <https://en.wikipedia.org/wiki/Jackson_network>
    let calls = json!({ "next": { "to": "back", "mode": "hand_on", "share": 0.5 } });
    let stations = json!({
        "front": service(&exponential("100ms"), &json!({ "calls": calls })),
        "back": service(&exponential("150ms"), &json!({}))
    });
    let workloads = json!({ "w": poisson("8/s", "front", &json!({})) });
    let takes: [&dyn Fn(&Replay) -> f64; 2] =
        [&|it| latency(it, "w"), &|it| latency(it, "front.next")];
    let [front, back] = replicate(&long(&stations, &workloads, 3), takes);
    assert_agrees("front", &front, 1.0 / (10.0 - 8.0), 0.07);
    assert_agrees("back", &back, 1.0 / (1.0 / 0.15 - 4.0), 0.04);
}

#[test]
fn retries_amplify_as_a_geometric_series() {
    // Each attempt fails with probability 0.3, four at most: 1 + 0.3 + 0.09 + 0.027 attempts a unit, of
    // which 0.3^4 fail for good.
    let worker = service(&exponential("10ms"), &json!({ "failure_share": 0.3 }));
    let call = json!({ "to": "worker", "retries": { "max": 3, "base": "10ms" } });
    let workloads = json!({ "w": poisson("8/s", "worker", &json!({ "call": call })) });
    let attempts = |it: &Replay| {
        let begun = |name: &str| -> f64 {
            observed(it, name).bins.iter().map(|bin| f64::from(bin.begun)).sum()
        };
        begun("worker") / begun("w")
    };
    let takes: [&dyn Fn(&Replay) -> f64; 2] = [&attempts, &|it| failed_share(it, "w")];
    let [attempts, failed] = replicate(&long(&json!({ "worker": worker }), &workloads, 1), takes);
    assert_agrees("attempts", &attempts, 1.417, 0.01);
    assert_agrees("failures", &failed, 0.0081, 0.2);
}

#[test]
fn a_closed_population_keeps_a_server_busy_as_the_machine_repair_model_says() {
    // Six clients who think for a second and a server of 250 ms: the server is idle with a probability of
    // one over the sum of 6! / (6 - k)! times a quarter to the power of k.
    // <https://en.wikipedia.org/wiki/Engset_formula>
    let idle = 1.0 / (0..6).rev().fold(1.0, |sum, k| 1.0 + f64::from(6 - k) * 0.25 * sum);
    let arrivals = json!({ "closed": { "clients": 6, "think": exponential("1s") } });
    let workloads = json!({ "w": { "call": { "to": "worker" }, "arrivals": arrivals } });
    let stations = json!({ "worker": service(&exponential("250ms"), &json!({})) });
    let rate = |it: &Replay| {
        let bins = observed(it, "w").bins;
        bins.iter().map(|bin| f64::from(bin.done)).sum::<f64>() / (bins.len() as f64 * 10.0)
    };
    let takes: [&dyn Fn(&Replay) -> f64; 2] = [&rate, &|it| in_flight(it, "w")];
    let [rates, numbers] = replicate(&long(&stations, &workloads, 3), takes);
    let throughput = 4.0 * (1.0 - idle);
    assert_agrees("throughput", &rates, throughput, 0.02);
    // Whoever is not in flight thinks, for a second: Little's law.
    assert_agrees("in flight", &numbers, 6.0 - throughput, 0.02);
}

#[test]
fn impatient_customers_give_up_on_agents_as_erlang_a_says() {
    // M/M/4+M: 8 a second, agents of 400 ms, a patience of 500 ms. A chain of births and deaths, of which
    // each state beyond four loses customers at two a second for each that waits. Palm, "Research on
    // telephone traffic carried by full availability groups", 1957; Garnett, Mandelbaum and Reiman,
    // "Designing a call center with impatient customers", 2002. <https://doi.org/10.1287/msom.4.3.208.7753>
    let (mut weight, mut all, mut waiting) = (1.0, 1.0, 0.0);
    for k in 1..200_u32 {
        let beyond = f64::from(k.saturating_sub(4));
        weight *= 8.0 / (f64::from(k.min(4)) * 2.5 + beyond * 2.0);
        all += weight;
        waiting += weight * beyond;
    }
    let waiting = waiting / all;
    let chat = json!({ "handle_time": exponential("400ms"), "patience": exponential("500ms") });
    let desk = json!({ "skills": { "chat": chat }, "agents": { "all": { "count": 12 } } });
    let of_a = json!({ "call": { "to": "desk", "skill": "chat" }, "tenants": ["a"] });
    let workloads = json!({ "w": poisson("8/s", "desk", &of_a) });
    let takes: [&dyn Fn(&Replay) -> f64; 2] =
        [&|it| failed_share(it, "w"), &|it| in_flight(it, "desk")];
    let [shares, numbers] =
        replicate(&long(&json!({ "desk": { "routing": desk } }), &workloads, 3), takes);
    assert_agrees("abandoned", &shares, 2.0 * waiting / 8.0, 0.05);
    assert_agrees("waiting", &numbers, waiting, 0.05);
}
