//! Indicators and the timeline, resolved.

use serde_json::Value;

use super::{Compiler, Names, Running, place};
use crate::engine::sample::Sampler;
use crate::platform::indicator::{self, Threshold};
use crate::platform::on_call;
use crate::platform::timeline::{self, Action, ActionId, StationChange, Trigger};
use crate::platform::work::{CallId, WorkloadId};
use crate::scenario::clock::Clock;
use crate::scenario::file::File;
use crate::scenario::file::story;
use crate::units::{Quantity, Span};

/// The indicators of a file, in the order of names.
#[must_use]
pub fn indicators(file: &File, names: &Names, clock: &Clock) -> Vec<indicator::Config> {
    file.indicators.iter().map(|(name, it)| indicator(name, it, names, clock)).collect()
}

fn indicator(name: &str, it: &story::Indicator, names: &Names, clock: &Clock) -> indicator::Config {
    let bins = |span: Span| {
        usize::try_from(span.as_nanos() / clock.resolution().as_nanos()).expect("checked")
    };
    let target = |name: &String| names.target(name).expect("checked: the target exists");
    indicator::Config {
        name: name.to_owned(),
        targets: it.of.0.iter().map(target).collect(),
        measure: it.measure,
        percentile: it.percentile.unwrap_or(50.0),
        threshold: threshold(it.above, it.below).expect("checked: one of both"),
        window_bins: bins(it.window.unwrap_or(it.every)),
        every_bins: bins(it.every),
        held: it.held,
        clear_after: it.clear_after,
        at_least: it.at_least as usize,
        tenants: it.tenants.as_ref().map(|tenants| (tenants.share, tenants.count_min)),
        count_min: it.count_min,
        is_alerting: it.alert.is_some(),
        priority: it.alert.as_ref().map_or(0, |alert| priority(alert.priority)),
        is_impact: it.impact,
    }
}

/// The bound that a file gives as `above` or `below`, in base units.
#[must_use]
pub fn threshold(above: Option<Quantity>, below: Option<Quantity>) -> Option<Threshold> {
    match (above, below) {
        (Some(bound), None) => base(bound).map(Threshold::Above),
        (None, Some(bound)) => base(bound).map(Threshold::Below),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

/// A quantity in base units: numbers as they are, rates per second, spans in nanoseconds; local times
/// have none.
#[must_use]
pub fn base(quantity: Quantity) -> Option<f64> {
    match quantity {
        Quantity::Number(number) => Some(number),
        Quantity::Span(span) => Some(span.as_nanos_f64()),
        Quantity::Rate(rate) => Some(rate.as_per_second()),
        Quantity::Time(_) => None,
    }
}

/// How urgent a priority is: higher goes first.
fn priority(priority: story::Priority) -> i32 {
    match priority {
        story::Priority::Low => 0,
        story::Priority::Medium => 1,
        story::Priority::High => 2,
    }
}

/// What an action's `set` makes of the running platform, after certain others.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Which of its rivals have been done before it, in their order.
    pub done: Vec<ActionId>,
    /// The whole as it is afterwards, of which only what the patch names is set.
    pub after: Running,
    /// The patch.
    pub patch: Value,
}

/// What all actions set, in the order of names.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// For each action what it comes to, in every order of its rivals.
    pub of: Vec<Vec<Setting>>,
    /// For each action those that set something of what it sets, itself included.
    pub rivals: Vec<Vec<ActionId>>,
}

/// The actions of a file, in the order of names.
#[must_use]
pub fn timeline(file: &File, compiler: &Compiler, settings: &Settings) -> Vec<timeline::Action> {
    let actions = file.timeline.iter().enumerate();
    let compile = |(index, (name, it)): (usize, (&String, &story::Action))| {
        let set = |setting: &Setting| set(setting, compiler);
        Action {
            settings: settings.of[index].iter().map(set).collect(),
            rivals: settings.rivals[index].clone(),
            ..action(name, it, compiler)
        }
    };
    actions.map(compile).collect()
}

fn action(name: &str, it: &story::Action, compiler: &Compiler) -> timeline::Action {
    let names = compiler.names;
    let station = |name: &String| names.station(name).expect("checked: the station exists");
    let trigger = match (&it.at, &it.after) {
        (Some(at), _) => {
            Trigger::At(compiler.clock.instant(*at).expect("checked: within the clock"))
        }
        (None, Some(after)) => Trigger::After {
            indicator: place(&names.indicators, &after.alert).expect("checked: the alert exists"),
            delay: after.delay,
        },
        (None, None) => unreachable!("checked: an action has a time"),
    };
    let second = Span::from_secs(1).as_nanos_f64();
    Action {
        name: name.to_owned(),
        trigger,
        settings: Vec::new(),
        rivals: Vec::new(),
        crash: it.crash.as_ref().map(|crash| (station(&crash.station), crash.instances)),
        redeploy: it.redeploy.as_ref().map(station),
        purge: it.purge.as_ref().map(station),
        clean_up: it.clean_up.as_ref().map(|it| timeline::CleanUp {
            station: station(&it.station),
            older_than: it.older_than,
            checks_references: it.check_references,
        }),
        repair: it.repair.as_ref().map(|it| {
            (station(&it.station), Span::from_nanos_f64(second / it.rate.as_per_second()))
        }),
    }
}

/// The new configuration of every component that a patch names.
fn set(Setting { done, after, patch }: &Setting, compiler: &Compiler) -> timeline::Setting {
    let names = compiler.names;
    let named = |part: &str| patch.get(part).and_then(Value::as_object);
    let stations = compiler.stations(after);
    let calls = compiler.calls(after);
    let mut setting = timeline::Setting { done: done.clone(), ..timeline::Setting::default() };
    for (name, change) in named("stations").into_iter().flatten() {
        let id = names.station(name).expect("checked: the station exists");
        let config = stations[id.index()].clone();
        let is_scaled = change.pointer("/service/replicas").is_some();
        let replicas = config.service().map(|it| it.replicas).filter(|_| is_scaled);
        setting.stations.push(StationChange { station: id, replicas, config });
        for (index, call) in (0..).zip(&calls) {
            if call.from == Some(id) {
                setting.calls.push((CallId(index), call.clone()));
            }
        }
    }
    for (name, _) in named("workloads").into_iter().flatten() {
        let index = place(&names.workloads, name).expect("checked: the workload exists");
        let id = WorkloadId(index);
        setting.workloads.push((id, compiler.workload(id, name, &after.workloads[name])));
        setting.calls.push((CallId(index), calls[id.index()].clone()));
    }
    if named("registry").is_some() {
        setting.registry = Some(compiler.registry(after.registry.as_ref()));
    }
    setting
}

/// Who is on call.
#[must_use]
pub fn on_call(file: &File) -> Option<on_call::Config> {
    file.on_call.as_ref().map(|it| on_call::Config {
        people: it.people,
        handling: Sampler::new(&it.handling),
        noise: it.noise.as_ref().map(|noise| on_call::Noise {
            rate: noise.rate.as_per_second() / Span::from_secs(1).as_nanos_f64(),
            priority: priority(noise.priority),
            handling: Sampler::new(&noise.handling),
        }),
    })
}

/// The order in which actions take effect: those with a time by it, then by name; those that follow an
/// alert come last.
#[must_use]
pub fn order(file: &File, clock: &Clock) -> Vec<ActionId> {
    let mut order: Vec<_> = (0..)
        .zip(file.timeline.values())
        .map(|(id, action)| {
            let at = action.at.and_then(|at| clock.instant(at));
            (at.is_none(), at, ActionId(id))
        })
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, _, id)| id).collect()
}
