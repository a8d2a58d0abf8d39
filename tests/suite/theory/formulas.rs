//! What theory says of each scenario in `tests/theory`, in seconds and numbers.
//!
//! Symbols as in the literature: λ arrivals a second, μ services a second and server, c servers, a = λ/μ
//! the load in Erlang, ρ the share of time that a server is busy, S a service, W a wait.

use libm::{exp, log, pow};

/// What theory says of a number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Theory {
    /// A mean, or a share that is not small: 2 % are allowed.
    Mean(f64),
    /// A percentile or a small probability: 5 % are allowed.
    Tail(f64),
    /// Worked out by hand, in the scenario itself: it must hold in every run.
    Exact,
}

use Theory::{Exact, Mean, Tail};

impl Theory {
    /// The value and by what share of it simulations may differ; none if it is exact.
    pub(super) fn value(self) -> Option<(f64, f64)> {
        match self {
            Mean(value) => Some((value, 0.02)),
            Tail(value) => Some((value, 0.05)),
            Exact => None,
        }
    }
}

/// What theory says of the facts of each scenario.
pub(super) type Case = (&'static str, Vec<(&'static str, Theory)>);

/// The probability of loss in M/G/c/c with `load` Erlang, by recursion over the servers.
/// <https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_B_formula>
fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |loss, servers| load * loss / (f64::from(servers) + load * loss))
}

/// The probability of waiting in M/M/c with `load` Erlang, from the probability of loss.
/// <https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_C_formula>
fn erlang_c(servers: u32, load: f64) -> f64 {
    let loss = erlang_b(servers, load);
    let servers = f64::from(servers);
    servers * loss / (servers - load * (1.0 - loss))
}

/// The mean wait in M/G/1 from the first two moments of the service: Pollaczek and Khinchine.
/// <https://en.wikipedia.org/wiki/Pollaczek%E2%80%93Khinchine_formula>
fn wait(lambda: f64, mean: f64, second_moment: f64) -> f64 {
    lambda * second_moment / (2.0 * (1.0 - lambda * mean))
}

/// Where a falling function comes down to `level`, between 0 and 100.
fn falls_to(level: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 100.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if function(middle) > level {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The stationary distribution of a chain of births and deaths from its rates up from and down to each
/// state. <https://en.wikipedia.org/wiki/Birth%E2%80%93death_process>
fn births_and_deaths(
    states: u32,
    birth: impl Fn(u32) -> f64,
    death: impl Fn(u32) -> f64,
) -> Vec<f64> {
    let mut weights = vec![1.0];
    for state in 1..states {
        let below = weights[weights.len() - 1];
        weights.push(below * birth(state - 1) / death(state));
    }
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// Mean of a value of the state.
fn mean(distribution: &[f64], value: impl Fn(u32) -> f64) -> f64 {
    (0..).zip(distribution).map(|(state, probability)| value(state) * probability).sum()
}

/// M/M/1: the time there is exponential with rate μ - λ. <https://en.wikipedia.org/wiki/M/M/1_queue>
fn m_m_1() -> Case {
    let time = 1.0 / (10.0 - 5.0);
    let facts = vec![
        ("time", Mean(time)),
        ("number", Mean(5.0 * time)),
        ("busy", Mean(0.5)),
        ("p95", Tail(time * log(20.0))),
        ("p99", Tail(time * log(100.0))),
    ];
    ("m-m-1", facts)
}

/// M/M/c: who waits does so for an exponential time with rate cμ - λ, and is then served.
/// <https://en.wikipedia.org/wiki/M/M/c_queue>
fn m_m_2() -> Case {
    let (lambda, mu, servers) = (13.0, 10.0, 2);
    let waits = erlang_c(servers, lambda / mu);
    let drift = f64::from(servers) * mu - lambda;
    let longer_than = |t: f64| {
        let both = mu * (exp(-mu * t) - exp(-drift * t)) / (drift - mu);
        exp(-mu * t) + waits * both
    };
    let facts = vec![
        ("time", Mean(1.0 / mu + waits / drift)),
        ("waiting", Mean(lambda * waits / drift)),
        ("p95", Tail(falls_to(0.05, longer_than))),
    ];
    ("m-m-2", facts)
}

/// M/M/c/K: a chain of births and deaths that ends at K. <https://en.wikipedia.org/wiki/M/M/c_queue>
fn m_m_2_6() -> Case {
    let (lambda, mu) = (9.0, 5.0);
    let states = births_and_deaths(7, |_| lambda, |state| mu * f64::from(state.min(2)));
    let (lost, number) = (states[6], mean(&states, f64::from));
    let facts = vec![
        ("lost", Tail(lost)),
        ("number", Mean(number)),
        ("time", Mean(number / (lambda * (1.0 - lost)))),
    ];
    ("m-m-2-6", facts)
}

/// M/G/c/c, which depends on the service's mean alone.
fn loss() -> Case {
    let lost = erlang_b(4, 2.0);
    let facts = vec![
        ("exponential", Tail(lost)),
        ("constant", Tail(lost)),
        ("busy", Mean(2.0 * (1.0 - lost) / 4.0)),
    ];
    ("erlang-b", facts)
}

/// M/M/c+M: each state beyond c loses customers at 2 a second for each that waits. Palm, "Research on
/// telephone traffic carried by full availability groups", 1957; Garnett, Mandelbaum and Reiman,
/// "Designing a call center with impatient customers", 2002. <https://doi.org/10.1287/msom.4.3.208.7753>
fn abandonment() -> Case {
    let (lambda, mu, theta) = (8.0, 2.5, 2.0);
    let beyond = |state: u32| f64::from(state.saturating_sub(4));
    let death = |state: u32| mu * f64::from(state.min(4)) + theta * beyond(state);
    let waiting = mean(&births_and_deaths(200, |_| lambda, death), beyond);
    ("erlang-a", vec![("abandoned", Tail(theta * waiting / lambda)), ("waiting", Mean(waiting))])
}

/// M/D/1: Pollaczek and Khinchine for the mean; for the distribution of the wait Crommelin, "Delay
/// probability formulae when the holding times are constant", 1932, as in Erlang's first paper of 1909.
fn m_d_1() -> Case {
    let (lambda, service) = (6.0, 0.1);
    let waits_longer_than = |t: f64| {
        let (mut sum, mut k, mut factorial) = (0.0, 0.0, 1.0);
        while k * service <= t {
            let left = lambda * (t - k * service);
            sum += pow(-left, k) / factorial * exp(left);
            k += 1.0;
            factorial *= k;
        }
        1.0 - (1.0 - lambda * service) * sum
    };
    // Beyond a second the sum loses its digits, and the percentile lies far below.
    let p95 = falls_to(0.05, |t| if t > 1.0 { 0.0 } else { waits_longer_than(t) });
    let time = service + wait(lambda, service, service * service);
    ("m-d-1", vec![("time", Mean(time)), ("p95", Tail(p95 + service))])
}

/// M/G/1 with services of four phases, log-normal and uniform ones.
/// <https://en.wikipedia.org/wiki/Log-normal_distribution>
fn m_g_1() -> Case {
    let time = |mean: f64, second_moment: f64| Mean(mean + wait(5.0, mean, second_moment));
    let (median, p95) = (0.07_f64, 0.2_f64);
    let sigma = log(p95 / median) / 1.644_853_626_951_472_2;
    let moment = |n: f64| pow(median, n) * exp(n * n * sigma * sigma / 2.0);
    let facts = vec![
        ("erlang", time(0.1, 0.01 * 1.25)),
        ("log-normal", time(moment(1.0), moment(2.0))),
        ("uniform", time(0.1, 0.2 * 0.2 / 3.0)),
    ];
    ("m-g-1", facts)
}

/// Each station of a network is as if its arrivals were Poisson. Jackson, "Networks of waiting lines",
/// 1957. <https://doi.org/10.1287/opre.5.4.518>
fn tandem() -> Case {
    let (front, back) = (1.0 / (20.0 - 5.0), 1.0 / (10.0 - 5.0));
    let facts = vec![
        ("front", Mean(front)),
        ("back", Mean(back)),
        ("back-number", Mean(5.0 * back)),
        ("back-p95", Tail(back * log(20.0))),
    ];
    ("tandem", facts)
}

/// The same where three of five go back: λ solves λ = 2 + 0.6 λ.
fn feedback() -> Case {
    let passes = 2.0 / (1.0 - 0.6);
    let time = 1.0 / (10.0 - passes);
    (
        "feedback",
        vec![("passes", Mean(passes)), ("number", Mean(passes * time)), ("time", Mean(time))],
    )
}

/// M/M/1 with six customers in all who think for a second: a chain of births and deaths.
/// <https://en.wikipedia.org/wiki/Engset_formula>
fn closed() -> Case {
    let states = births_and_deaths(7, |state| f64::from(6 - state), |_| 4.0);
    let (throughput, number) = (4.0 * (1.0 - states[0]), mean(&states, f64::from));
    let facts = vec![
        ("throughput", Mean(throughput)),
        ("number", Mean(number)),
        // Little's law for the whole cycle.
        ("time", Mean(6.0 / throughput - 1.0)),
    ];
    ("closed", facts)
}

/// Non-preemptive priorities: what is left of the service in hand, over what the classes before and the
/// own one leave. Cobham, "Priority assignment in waiting line problems", 1954.
/// <https://doi.org/10.1287/opre.2.1.70>
fn priority() -> Case {
    let in_hand = 6.0 * (2.0 * 0.1 * 0.1) / 2.0;
    let high = in_hand / (1.0 - 0.3);
    ("priority", vec![("high", Mean(0.1 + high)), ("low", Mean(0.1 + high / (1.0 - 0.6)))])
}

/// One tenant beside another that always waits, in turn: M/G/1 whose service is one of each and whose
/// vacation is one of the other. Doshi, "Queueing systems with vacations", 1986, section 2.
/// <https://doi.org/10.1007/BF01149327>
fn fair() -> Case {
    let (lambda, service) = (2.0, 0.1);
    let second_moment = 2.0 * service * service;
    let (both, second_moment_of_both) =
        (2.0 * service, 2.0 * second_moment + 2.0 * service * service);
    let vacation_left = second_moment / (2.0 * service);
    let time = wait(lambda, both, second_moment_of_both) + vacation_left + both;
    ("fair", vec![("modest", Mean(time)), ("greedy", Mean(1.0 / service - lambda))])
}

/// A cache takes away half of a Poisson process, and what is left is one, too.
/// <https://en.wikipedia.org/wiki/Poisson_point_process#Thinning>
fn cache() -> Case {
    let misses = 10.0 * 0.5;
    let store = 1.0 / (10.0 - misses);
    let facts =
        vec![("misses", Mean(misses)), ("store", Mean(store)), ("front", Mean(0.02 + 0.5 * store))];
    ("cache", facts)
}

/// A bucket of one token renews itself 1/r after each request that it lets through, which then waits for
/// an arrival; a large one under overload is hardly ever full. <https://en.wikipedia.org/wiki/Token_bucket>
fn token_bucket() -> Case {
    let facts = vec![
        ("single", Mean(1.0 / (1.0 / 2.0 + 1.0 / 3.0))),
        ("burst", Mean(4.0)),
        ("refused", Tail(1.0 - 4.0 / 6.0)),
    ];
    ("token-bucket", facts)
}

/// Each attempt fails with probability ½, four at most; full jitter takes half of each delay on average.
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
fn back_off() -> Case {
    let (fails, service, delays) = (0.5, 0.01, [0.1, 0.2, 0.3]);
    let (mut attempts, mut done, mut time) = (0.0, 0.0, 0.0);
    let (mut reaches, mut took) = (1.0, 0.0);
    for attempt in 0..4 {
        took += service;
        attempts += reaches;
        done += reaches * (1.0 - fails);
        time += reaches * (1.0 - fails) * took;
        reaches *= fails;
        took += delays.get(attempt).map_or(0.0, |delay| delay / 2.0);
    }
    let facts =
        vec![("attempts", Mean(attempts)), ("failed", Tail(reaches)), ("time", Mean(time / done))];
    ("back-off", facts)
}

/// A busy period that many begin: each of them, and all who arrive meanwhile.
/// <https://en.wikipedia.org/wiki/M/G/1_queue#Busy_period>
fn drain() -> Case {
    ("drain", vec![("drained", Mean(40_000.0 / (10.0 - 5.0)))])
}

/// A fluid queue: work piles up by λ/μ - 1 seconds a second, until a request is there for its timeout.
fn storm_starts() -> Case {
    let first = (30.0 - 0.1) / (10.5 / 10.0 - 1.0);
    (
        "storm-starts",
        vec![("below", Exact), ("above", Mean(first + 30.0)), ("for-ever", Mean(10.5))],
    )
}

/// Below μ over the number of attempts, what the overload left is worked off: M/D/1 again.
fn storm_recovers() -> Case {
    let facts = vec![
        ("failed", Exact),
        ("attempts", Mean(1.0)),
        ("time", Mean(0.1 + wait(4.6, 0.1, 0.01))),
    ];
    ("storm-recovers", facts)
}

/// Above it, every request costs all its attempts, which is more than the server can do: Bronson et al.,
/// "Metastable failures in distributed systems", 2021. <https://doi.org/10.1145/3458336.3465286>
fn storm_stays() -> Case {
    let facts = vec![
        ("failed", Mean(1.0)),
        ("attempts", Mean(2.0)),
        ("busy", Mean(1.0)),
        ("in-vain", Exact),
    ];
    ("storm-stays", facts)
}

/// Short and long jobs in one queue wait alike, by the moments of the mixture.
fn head_of_line() -> Case {
    let (short, long) = (0.025, 0.5);
    let (of_short, of_long) = (4.0, 0.5);
    let all = of_short + of_long;
    let moment = |n: f64| (of_short * pow(short, n) + of_long * pow(long, n)) / all;
    let waits = wait(all, moment(1.0), moment(2.0));
    ("head-of-line", vec![("short", Mean(waits + short)), ("long", Mean(waits + long))])
}

fn by_hand(file: &'static str, facts: &[&'static str]) -> Case {
    (file, facts.iter().map(|fact| (*fact, Exact)).collect())
}

/// What theory says, scenario by scenario.
pub(super) fn cases() -> Vec<Case> {
    let replicas =
        ["at-01-30", "at-02-30", "at-04-00", "at-10-00", "at-12-00", "at-17-00", "at-30-00"];
    vec![
        m_m_1(),
        m_m_2(),
        m_m_2_6(),
        loss(),
        abandonment(),
        m_d_1(),
        m_g_1(),
        tandem(),
        feedback(),
        closed(),
        priority(),
        fair(),
        cache(),
        token_bucket(),
        back_off(),
        drain(),
        storm_starts(),
        storm_recovers(),
        storm_stays(),
        head_of_line(),
        by_hand("autoscaler", &replicas),
        by_hand("image-pulls", &["two", "four", "six", "eight", "up"]),
    ]
}

#[test]
fn the_formulas_give_what_is_easily_worked_out() {
    let assert_near = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 5e-5, "{found} for {expected}");
    };
    // (2^4 / 4!) / (1 + 2 + 2 + 4/3 + 2/3).
    assert_near(erlang_b(4, 2.0), 2.0 / 21.0);
    assert_near(erlang_c(1, 0.5), 0.5);
    assert_near(erlang_c(2, 1.0), 1.0 / 3.0);
    // M/M/1 as M/G/1: W = ρ / (μ - λ).
    assert_near(wait(0.5, 1.0, 2.0), 1.0);
    assert_near(falls_to(0.05, |t| exp(-t)), log(20.0));
    assert_near(mean(&births_and_deaths(3, |_| 1.0, |_| 1.0), f64::from), 1.0);
}
