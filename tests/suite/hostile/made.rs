//! Bad files that are too large for a repository.

use serde_json::{Value, json};

use super::Bad;
use super::cases::{plain, valid};

const MILLION: usize = 1_000_000;

/// The valid scenario with a part that is written by `part` so many times.
fn many(at: &str, count: usize, part: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = valid();
    let key = format!("\"{at}\": {{");
    let place = text.find(&key).expect("the valid scenario has it") + key.len();
    let parts: String = (0..count).map(|index| part(index) + ",\n").collect();
    text.insert_str(place, &parts);
    text.into_bytes()
}

fn with(pointer: &str, value: Value) -> Vec<u8> {
    let mut scenario: Value = serde_json::from_str(&valid()).expect("the valid scenario is JSON");
    *scenario.pointer_mut(pointer).expect("it is there") = value;
    scenario.to_string().into_bytes()
}

fn station(index: usize) -> String {
    format!(
        "\"s{index}\": {{ \"service\": {{ \"replicas\": 1, \"concurrency\": 1, \
         \"service_time\": {{ \"constant\": \"1s\" }} }} }}"
    )
}

fn action(index: usize) -> String {
    format!("\"a{index}\": {{ \"at\": \"2026-03-02T10:02\", \"note\": \"\" }}")
}

fn workload(index: usize) -> String {
    format!(
        "\"w{index}\": {{ \"call\": {{ \"to\": \"store\" }}, \
         \"arrivals\": {{ \"poisson\": {{ \"rate\": \"1/s\" }} }} }}"
    )
}

fn indicator(index: usize) -> String {
    format!(
        "\"i{index}\": {{ \"of\": \"front\", \"measure\": \"latency\", \"percentile\": 99, \
         \"above\": \"1s\", \"every\": \"5s\" }}"
    )
}

fn mitigation(index: usize) -> String {
    format!("\"m{index}\": {{ \"note\": \"\", \"patch\": {{ \"seed\": {index} }} }}")
}

/// Every case, class by class.
pub(crate) fn all() -> Vec<Bad> {
    let mut all = Vec::new();
    for (class, cases) in
        [("a-million-of", millions()), ("thousands-of", thousands()), ("long", long())]
    {
        for (name, bytes, says) in cases {
            let files = vec![("scenario.json", bytes)];
            all.push(Bad { files, says: says.to_owned(), ..plain(class, name.to_owned()) });
        }
    }
    all.extend(traces());
    all
}

/// A name, what stands in the file, and what is said of it.
type Case = (&'static str, Vec<u8>, &'static str);

fn unknown(index: usize) -> String {
    format!("\"x{index}\": 1")
}

fn millions() -> Vec<Case> {
    let most = "at most 4194304 bytes";
    vec![
        ("stations", many("stations", MILLION, station), most),
        ("workloads", many("workloads", MILLION, workload), most),
        ("actions", many("timeline", MILLION, action), most),
        ("indicators", many("indicators", MILLION, indicator), most),
        ("mitigations", many("mitigations", MILLION, mitigation), most),
        ("unknown-fields", many("clock", MILLION, unknown), most),
    ]
}

fn thousands() -> Vec<Case> {
    let call = |index: usize| format!("\"c{index}\": {{ \"to\": \"store\", \"share\": 0 }}");
    let lost = |index: usize| format!("\"c{index}\": {{ \"to\": \"stoer{index}\", \"share\": 0 }}");
    let after = |index: usize| {
        format!(
            "\"a{index}\": {{ \"note\": \"\", \"after\": {{ \"alert\": \"x{index}\", \"delay\": \"1s\" }} }}"
        )
    };
    let setting = |index: usize| {
        format!(
            "\"a{index}\": {{ \"note\": \"\", \"at\": \"2026-03-02T10:02\", \"set\": {{ \"stations\": {{ \
             \"engine\": {{ \"jobs\": {{ \"workers\": 7 }} }} }} }} }}"
        )
    };
    let fact = |index: usize| {
        format!(
            "\"x{index}\": {{ \"fact\": \"\", \"metric\": \"m{index}\", \"role\": \"validated\", \
             \"expect\": {{ \"equals\": 1 }} }}"
        )
    };
    let assumption =
        |index: usize| format!("\"a.b{index}\": {{ \"basis\": \"assumed\", \"why\": \"\" }}");
    vec![
        ("stations", many("stations", 20_000, station), "must not hold more than"),
        ("calls", many("calls", 12_000, call), "must be at most 10000 together"),
        ("dangling-calls", many("calls", 5_000, lost), "there is no station"),
        ("unknown-fields", many("clock", 20_000, unknown), "unknown field"),
        ("dangling-actions", many("timeline", 8_000, after), "there is no indicator"),
        ("setting-actions", many("timeline", 8_000, setting), "touches what others set"),
        ("dangling-facts", many("documented", 6_000, fact), "there is no metric"),
        ("setless-assumptions", many("assumptions", 10_000, assumption), "there is no such field"),
    ]
}

fn long() -> Vec<Case> {
    let bytes = "at most 4194304 bytes";
    let deep = "must not be nested deeper";
    let text = |length: usize| json!("x".repeat(length));
    let hours = json!("1h".repeat(MILLION));
    let key = json!({ "x".repeat(3 * MILLION): 1 });
    let number = format!("{{\"seed\": {}}}", "9".repeat(3 * MILLION));
    let callee = "/workloads/visits/call/to";
    vec![
        ("nest-of-lists", vec![b'['; 3 * MILLION], deep),
        ("nest-of-objects", "{\"a\":".repeat(MILLION / 2).into_bytes(), deep),
        ("title-of-100-megabytes", with("/title", text(100 * MILLION)), bytes),
        ("name-of-3-megabytes", with("/id", text(3 * MILLION)), "letters, digits"),
        ("key-of-3-megabytes", with("/clock", key), "unknown field"),
        ("reference-of-3-megabytes", with(callee, text(3 * MILLION)), "there is no station"),
        ("time-of-3-megabytes", with("/clock/start", text(3 * MILLION)), "must be a local date"),
        ("duration-of-2-megabytes", with("/clock/warm_up", hours), "must be a duration"),
        ("choice-of-3-megabytes", with("/tenants/weights", text(3 * MILLION)), "tenants.weights"),
        ("number-of-3-megabytes", number.into_bytes(), "64 bits"),
        ("line-breaks", vec![b'\n'; 4 * MILLION], "found an empty file"),
        ("zeros", vec![0; 4 * MILLION], "U+0000"),
        ("zeros-of-100-megabytes", vec![0; 100 * MILLION], bytes),
    ]
}

/// Scenarios whose trace is the trouble.
fn traces() -> Vec<Bad> {
    let arrivals = json!({ "trace": { "file": "t.csv" } });
    let scenario = with("/workloads/newsletter/arrivals", arrivals);
    let rows = "1s\n".repeat(3 * MILLION);
    let cases = [
        ("of-three-million-rows", format!("after\n{rows}").into_bytes(), "at most 1000000 rows"),
        ("of-100-megabytes", vec![b'x'; 100 * MILLION], "bytes, found"),
        ("binary", (0..=255).cycle().take(MILLION).collect(), "trace.file"),
        ("with-one-long-line", vec![b'a'; 3 * MILLION], "column"),
        (
            "with-a-long-name",
            format!("after,tenant\n1s,{}\n", "x".repeat(3 * MILLION)).into_bytes(),
            "tenants.named",
        ),
        (
            "with-a-long-time",
            format!("after\n{}\n", "1h".repeat(MILLION)).into_bytes(),
            "must be a duration",
        ),
    ];
    let bad = |(name, trace, says): (&str, Vec<u8>, &str)| {
        let files = vec![("scenario.json", scenario.clone()), ("t.csv", trace)];
        Bad { files, says: says.to_owned(), ..plain("large-traces", name.to_owned()) }
    };
    cases.into_iter().map(bad).collect()
}
