//! How long single steps take: planning, cancelling, delivering, drawing, and an event of each component,
//! which stands alone in a scenario of `benches/components`.

mod replays;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};
use hindsight::engine::agenda::Agenda;
use hindsight::engine::random::{Streams, UnitDraws, Words, below};
use hindsight::engine::sample::Sampler;
use hindsight::units::Span;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    agenda(&mut criterion);
    draws(&mut criterion);
    samplers(&mut criterion);
    let mut group = criterion.benchmark_group("component");
    replays::of_folder(&mut group, "benches/components");
    group.finish();
    criterion.final_summary();
}

/// As long as an event of the platform.
type Event = (u64, u64);

fn agenda(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("agenda");
    for pending in [2, 1_000, 10_000, 100_000, 1_000_000] {
        // The hold model: deliver one event and plan another, so that the number stays the same.
        // Jones, 1986. <https://doi.org/10.1145/5684.5686>
        let mut rng = Streams::new(1).stream("hold");
        let mut agenda = Agenda::new();
        for n in 0..pending {
            agenda.plan(agenda.now() + span_below(&mut rng), (n, 0));
        }
        group.bench_function(format!("hold/{pending}"), |bencher| {
            bencher.iter(|| {
                let (now, event) = agenda.next().expect("as many come as go");
                agenda.plan(now + span_below(&mut rng), event);
            });
        });
    }
    let mut agenda: Agenda<Event> = Agenda::new();
    agenda.plan(agenda.now() + Span::from_secs(1), (0, 0));
    group.bench_function("plan_now and next", |bencher| {
        bencher.iter(|| {
            agenda.plan_now(black_box((1, 2)));
            agenda.next()
        });
    });
    group.finish();
    timers(criterion);
}

/// A thousand calls in flight, each ending in its turn and cancelling its time-out.
fn timers(criterion: &mut Criterion) {
    const IN_FLIGHT: usize = 1_000;
    let mut group = criterion.benchmark_group("timers");
    group.throughput(Throughput::Elements(1));
    for in_line in [true, false] {
        let mut agenda: Agenda<Event> = Agenda::new();
        let line = agenda.line();
        let mut rng = Streams::new(1).stream("timers");
        let mut keys = Vec::new();
        let begin = move |agenda: &mut Agenda<Event>| {
            let at = agenda.now() + Span::from_secs(1);
            if in_line { agenda.plan_in_line(line, at, (1, 2)) } else { agenda.plan(at, (1, 2)) }
        };
        for _ in 0..IN_FLIGHT {
            keys.push(begin(&mut agenda));
        }
        agenda.plan(agenda.now() + Span::from_nanos(1), (0, 0));
        let name = if in_line { "in line" } else { "on the heap" };
        group.bench_function(format!("begun and cancelled {name}"), |bencher| {
            bencher.iter(|| {
                let (now, event) = agenda.next().expect("the clock ticks");
                agenda.plan(now + Span::from_nanos(10_000), event);
                let ended = usize::try_from(below(&mut rng, IN_FLIGHT as u64)).expect("small");
                agenda.cancel(keys[ended]);
                keys[ended] = begin(&mut agenda);
            });
        });
    }
    group.finish();
}

fn draws(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("draw");
    let mut stream = Streams::new(1).stream("draws");
    group.bench_function("ChaCha8, as a stream", |bencher| bencher.iter(|| stream.next_word()));
    let mut key = 0_u64;
    group.bench_function("Philox, the first about a unit", |bencher| {
        bencher.iter(|| {
            key += 1;
            UnitDraws::new(black_box(key), 2, 3).next_word()
        });
    });
    let mut unit = UnitDraws::new(1, 2, 3);
    group.bench_function("Philox, any further", |bencher| bencher.iter(|| unit.next_word()));
    group.finish();
}

fn samplers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sample");
    for json in [
        r#"{"constant":"10ms"}"#,
        r#"{"uniform":{"min":"10ms","max":"30ms"}}"#,
        r#"{"exponential":{"mean":"20ms"}}"#,
        r#"{"erlang":{"shape":4,"mean":"50ms"}}"#,
        r#"{"log_normal":{"median":"40ms","p95":"100ms"}}"#,
        r#"{"pareto":{"min":"10ms","shape":1.1,"max":"1s"}}"#,
        r#"{"empirical":{"values":["1ms","5ms","5ms","100ms"]}}"#,
    ] {
        let sampler = Sampler::new(&serde_json::from_str(json).expect("a distribution"));
        let name = json.split('"').nth(1).expect("a name");
        let mut key = 0_u64;
        group.bench_function(name, |bencher| {
            let next_unit = || {
                key += 1;
                UnitDraws::new(key, 2, 0)
            };
            bencher.iter_batched_ref(
                next_unit,
                |draws| black_box(&sampler).sample(draws),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// An exponential span would measure the logarithm as well.
fn span_below(words: &mut impl Words) -> Span {
    Span::from_nanos(below(words, 1_000_000))
}
