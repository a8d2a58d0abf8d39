//! Bytes as edits of a scenario, guided by the JSON Schema: most of what comes out is nearly right.

use serde_json::{Map, Value, json};

/// The scenario that is edited.
const BASE: &str = include_str!("../../../fuzz/base.json");
/// The name of the mitigation that is made of the bytes.
pub(super) const MITIGATION: &str = "fuzz";
const EDITS_MAX: usize = 24;
const DEPTH_MAX: usize = 10;

const SPANS: [&str; 16] = [
    "0s", "1ns", "1us", "1ms", "37ms", "250ms", "1s", "2s", "7s", "10s", "30s", "1m", "5m", "1h",
    "1d", "365d",
];
const TIMES: [&str; 10] = [
    "2026-03-08T01:57",
    "2026-03-08T01:58",
    "2026-03-08T01:58:30",
    "2026-03-08T01:59:59.999",
    "2026-03-08T02:30",
    "2026-03-08T03:00",
    "2026-03-08T03:01",
    "2026-03-08T03:02",
    "2026-03-07T12:00",
    "2027-11-01T01:30",
];
const RATES: [&str; 8] = ["0/s", "1/s", "7/s", "100/s", "1000000/s", "3/min", "60/h", "0.000001/s"];
const WHOLE: [u64; 12] = [0, 1, 2, 3, 4, 5, 10, 17, 100, 1000, 4_294_967_295, u64::MAX];
const NUMBERS: [f64; 14] =
    [0.0, 1.0, 0.5, 0.1, 0.9, 1e-9, 2.0, 1.5, 10.0, 99.9, 100.0, 1e6, 1e18, -1.0];
const NAMES: [&str; 32] = [
    "api",
    "store",
    "mails",
    "desk",
    "helper",
    "visits",
    "letters",
    "chats",
    "items",
    "password",
    "news",
    "talk",
    "other",
    "shop",
    "bank",
    "api-1",
    "api-2",
    "late",
    "lag",
    "broad",
    "mails.password",
    "api.store",
    "helper.transfer",
    "desk.talk",
    "worst",
    "late.alert.first",
    "all.span",
    "01:30",
    "12:00",
    "UTC",
    "Asia/Kathmandu",
    "",
];

/// What is left of the bytes; when nothing is left, it is zeros.
struct Bytes<'a>(&'a [u8]);

/// A value of the scenario: where it stands and what it may be.
struct Place {
    path: Vec<String>,
    schema: &'static Value,
}

/// The scenario that the bytes make of the base.
pub(super) fn edited(bytes: &[u8]) -> Value {
    let mut scenario: Value = serde_json::from_str(BASE).expect("the base is JSON");
    let mut bytes = Bytes(bytes);
    for _ in 0..EDITS_MAX {
        if bytes.0.is_empty() {
            break;
        }
        edit(&mut scenario, &mut bytes);
    }
    scenario
}

fn edit(scenario: &mut Value, bytes: &mut Bytes) {
    let kind = bytes.below(8);
    let places = places(scenario, if kind < 5 { &[] } else { &["platform", "workloads"] });
    let Some(place) = bytes.one_of(&places) else { return };
    match kind {
        0 | 1 => {
            let new = generate(place.schema, bytes, 0);
            replace(scenario, &place.path, new);
        }
        2 => remove(scenario, &place.path),
        3 => add_field(scenario, place, bytes),
        4 => copy(scenario, &places, place, bytes),
        5 | 6 => {
            // The running platform has no `platform` around its stations.
            let skip = usize::from(place.path[0] == "platform");
            let patch = patch(&place.path[skip..], generate(place.schema, bytes, 0));
            let name = ["fuzz-1", "fuzz-2"][bytes.below(2)];
            let mut action = json!({ "note": "It is set.", "set": patch });
            if bytes.below(4) == 1 {
                action["after"] =
                    json!({ "alert": bytes.one(&["late", "lag"]), "delay": bytes.one(&SPANS) });
            } else {
                action["at"] = json!(bytes.one(&TIMES));
            }
            put(scenario, "timeline", name, action);
        }
        _ => {
            let patch = patch(&place.path, generate(place.schema, bytes, 0));
            put(scenario, "mitigations", MITIGATION, json!({ "note": "A try.", "patch": patch }));
        }
    }
}

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        let number = usize::from(self.next());
        if end > 256 { (number << 8 | usize::from(self.next())) % end } else { number % end }
    }

    fn one_of<'b, T>(&mut self, of: &'b [T]) -> Option<&'b T> {
        let index = self.below(of.len().max(1));
        of.get(index)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// The values of the scenario, or of some of its fields, that have a schema.
fn places(scenario: &Value, only: &[&str]) -> Vec<Place> {
    let mut found = Vec::new();
    walk(scenario, hindsight::scenario::schema(), &mut Vec::new(), &mut found);
    found.retain(|it: &Place| {
        it.path.first().is_some_and(|it| only.is_empty() || only.contains(&it.as_str()))
    });
    found
}

fn walk(value: &Value, schema: &'static Value, path: &mut Vec<String>, found: &mut Vec<Place>) {
    let schema = variant(resolved(schema), value);
    found.push(Place { path: path.clone(), schema });
    for (key, child) in value.as_object().into_iter().flatten() {
        if let Some(schema) = field(schema, key) {
            path.push(key.clone());
            walk(child, schema, path, found);
            path.pop();
        }
    }
}

/// The schema of a field of an object.
fn field(schema: &'static Value, key: &str) -> Option<&'static Value> {
    let more = schema.get("additionalProperties").filter(|it| it.is_object());
    schema.get("properties").and_then(|it| it.get(key)).or(more)
}

/// What a reference stands for; of what may be null, what it is otherwise.
fn resolved(schema: &'static Value) -> &'static Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return resolved(
            &hindsight::scenario::schema()["$defs"][name.rsplit('/').next().unwrap_or("")],
        );
    }
    schema.get("anyOf").map_or(schema, |any| resolved(&any[0]))
}

/// Of several shapes the one that an object has.
fn variant(schema: &'static Value, value: &Value) -> &'static Value {
    let Some(key) = value.as_object().and_then(|it| it.keys().next()) else { return schema };
    let mut variants = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    variants.find(|it| it["properties"].get(key).is_some()).unwrap_or(schema)
}

/// A value of a schema, most of the time.
fn generate(schema: &'static Value, bytes: &mut Bytes, depth: usize) -> Value {
    let schema = resolved(schema);
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(variants) = ["oneOf", "enum"].iter().find_map(|it| schema.get(it)?.as_array()) {
        let variant = &variants[bytes.below(variants.len())];
        return if variant.is_object() {
            generate(variant, bytes, depth + 1)
        } else {
            variant.clone()
        };
    }
    match kind(schema, bytes) {
        "string" => text(schema, bytes),
        "integer" => json!(bytes.one(&WHOLE)),
        "number" => json!(bytes.one(&NUMBERS)),
        "boolean" => json!(bytes.below(2) == 0),
        "array" => {
            let count = bytes.below(4);
            (0..count).map(|_| generate(&schema["items"], bytes, depth + 1)).collect()
        }
        "object" => object(schema, bytes, depth),
        _ => Value::Null,
    }
}

/// One of the types that a schema allows.
fn kind(schema: &'static Value, bytes: &mut Bytes) -> &'static str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => kinds[bytes.below(kinds.len())].as_str().unwrap_or("null"),
        _ => "null",
    }
}

fn text(schema: &Value, bytes: &mut Bytes) -> Value {
    let pools: [&[&str]; 4] = [&SPANS, &TIMES, &RATES, &NAMES];
    let pool = match schema.get("format").and_then(Value::as_str) {
        Some("span") => 0,
        Some("local-time") => 1,
        Some("rate") => 2,
        Some("quantity") => bytes.below(3),
        _ => 3,
    };
    json!(bytes.one(pools[pool]))
}

fn object(schema: &'static Value, bytes: &mut Bytes, depth: usize) -> Value {
    let mut made = Map::new();
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        if required.contains(&name.as_str()) || bytes.below(8) == 1 {
            made.insert(name.clone(), generate(schema, bytes, depth + 1));
        }
    }
    if let Some(schema) = schema.get("additionalProperties").filter(|it| it.is_object()) {
        for _ in 0..bytes.below(3) {
            made.insert(bytes.one(&NAMES).to_owned(), generate(schema, bytes, depth + 1));
        }
    }
    Value::Object(made)
}

/// Sets a field of an object that it may have, there or not.
fn add_field(scenario: &mut Value, place: &Place, bytes: &mut Bytes) {
    let properties = place.schema.get("properties").and_then(Value::as_object);
    let names: Vec<&str> =
        properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let name = if names.is_empty() { bytes.one(&NAMES) } else { names[bytes.below(names.len())] };
    let Some(schema) = field(place.schema, name) else { return };
    let new = generate(schema, bytes, 0);
    if let Some(object) = find(scenario, &place.path).and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), new);
    }
}

/// Puts what stands at another place of the same shape here.
fn copy(scenario: &mut Value, places: &[Place], place: &Place, bytes: &mut Bytes) {
    let alike: Vec<&Place> =
        places.iter().filter(|it| std::ptr::eq(it.schema, place.schema)).collect();
    let other = alike[bytes.below(alike.len())];
    if let Some(new) = find(scenario, &other.path).cloned() {
        replace(scenario, &place.path, new);
    }
}

/// Sets an entry of one of the scenario's own fields, if that is still an object.
fn put(scenario: &mut Value, field: &str, name: &str, entry: Value) {
    if let Some(entries) = scenario.get_mut(field).and_then(Value::as_object_mut) {
        entries.insert(name.to_owned(), entry);
    }
}

fn replace(scenario: &mut Value, path: &[String], new: Value) {
    if let Some(old) = find(scenario, path) {
        *old = new;
    }
}

fn remove(scenario: &mut Value, path: &[String]) {
    let Some((last, object)) = path.split_last() else { return };
    if let Some(object) = find(scenario, object).and_then(Value::as_object_mut) {
        object.remove(last);
    }
}

fn find<'a>(scenario: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    path.iter().try_fold(scenario, |value, key| value.get_mut(key))
}

/// The merge patch that sets one place.
fn patch(path: &[String], value: Value) -> Value {
    path.iter().rev().fold(value, |value, key| json!({ key: value }))
}
