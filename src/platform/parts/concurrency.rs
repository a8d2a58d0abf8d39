//! A cap on calls in flight, in all and per tenant.
//!
//! Left out: waiting for room (what is refused has failed), and caps that adapt to latency.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::units::Share;

/// How many calls may be in flight at once, in all and per tenant.
///
/// The bulkhead of Michael Nygard, "Release It!" (2007).
/// <https://learn.microsoft.com/en-us/azure/architecture/patterns/bulkhead>
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The most calls in flight, over all tenants; at least 1.
    #[schemars(range(min = 1))]
    pub max: u32,
    /// A further cap on each tenant.
    #[serde(default)]
    pub per_tenant: Option<PerTenant>,
}

/// How many calls of one tenant may be in flight at once.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerTenant {
    /// The most calls of one tenant in flight; at least 1.
    #[schemars(range(min = 1))]
    pub max: u32,
    /// Lets a tenant beyond its cap use what others leave idle, as long as this share of the overall cap
    /// stays in reserve.
    #[serde(default)]
    pub borrow: Option<Share>,
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let own = self.per_tenant.as_ref().map_or(1, |own| own.max);
        for (field, max) in [("max", self.max), ("per_tenant.max", own)] {
            if max == 0 {
                problems.push((field, "must be at least 1, found 0".to_owned()));
            }
        }
        if own > self.max.max(1) {
            let message = format!("must be at most max, {}, found {own}", self.max);
            problems.push(("per_tenant.max", message));
        }
        problems
    }
}

/// The calls in flight on one edge, and their cap.
#[derive(Clone, Debug)]
pub struct Concurrency {
    config: Config,
    in_flight: u32,
    /// By tenant number, as far as tenants have been seen.
    tenants: Vec<u32>,
}

impl Concurrency {
    /// A cap with nothing in flight.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone(), in_flight: 0, tenants: Vec::new() }
    }

    /// A cap with a call of each of `tenants` in flight, be it more than it would let begin.
    #[must_use]
    pub fn with_in_flight(config: &Config, tenants: impl Iterator<Item = u32>) -> Self {
        let mut cap = Self::new(config);
        tenants.for_each(|tenant| cap.begin(tenant));
        cap
    }

    /// Whether a call of `tenant` may begin, which then counts as in flight until its `end`.
    #[must_use]
    pub fn try_begin(&mut self, tenant: u32) -> bool {
        let own_in_flight = self.tenants.get(tenant as usize).copied().unwrap_or(0);
        let may_begin = self.in_flight < self.config.max
            && self.config.per_tenant.as_ref().is_none_or(|own| {
                own_in_flight < own.max || own.borrow.is_some_and(|reserve| self.is_below(reserve))
            });
        if may_begin {
            self.begin(tenant);
        }
        may_begin
    }

    fn begin(&mut self, tenant: u32) {
        let index = tenant as usize;
        if index >= self.tenants.len() {
            self.tenants.resize(index + 1, 0);
        }
        self.in_flight += 1;
        self.tenants[index] += 1;
    }

    /// Notes that a call of `tenant` that had begun has ended.
    ///
    /// # Panics
    ///
    /// Panics if no call of `tenant` is in flight.
    pub fn end(&mut self, tenant: u32) {
        let in_flight = self.tenants.get_mut(tenant as usize).filter(|count| **count > 0);
        *in_flight.expect("a call that ends had begun") -= 1;
        self.in_flight -= 1;
    }

    /// Calls in flight, over all tenants.
    #[must_use]
    pub const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Goes on under another configuration; calls in flight beyond a lower cap go on.
    pub fn reconfigure(&mut self, config: &Config) {
        self.config = config.clone();
    }

    /// Whether less is in flight than the cap without its reserve.
    fn is_below(&self, reserve: Share) -> bool {
        const WHOLE: u64 = 1_000_000_000;
        let usable = u64::from(self.config.max) * (WHOLE - reserve.as_billionths());
        u64::from(self.in_flight) * WHOLE < usable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        serde_json::from_str(text).unwrap()
    }

    fn begun(cap: &mut Concurrency, tenant: u32) -> usize {
        (0..50).take_while(|_| cap.try_begin(tenant)).count()
    }

    #[test]
    fn calls_begin_up_to_the_cap() {
        let mut cap = Concurrency::new(&config(r#"{ "max": 3 }"#));
        assert_eq!(begun(&mut cap, 0), 3);
        cap.end(0);
        assert_eq!(begun(&mut cap, 7), 1);
        assert_eq!(cap.in_flight(), 3);
    }

    #[test]
    fn a_tenant_has_its_own_cap() {
        let mut cap = Concurrency::new(&config(r#"{ "max": 5, "per_tenant": { "max": 2 } }"#));
        // Two, two and the one that is left of five.
        assert_eq!([0, 1, 2].map(|tenant| begun(&mut cap, tenant)), [2, 2, 1]);
        cap.end(0);
        assert_eq!([1, 0].map(|tenant| begun(&mut cap, tenant)), [0, 1]);
    }

    #[test]
    fn a_tenant_borrows_up_to_the_reserve() {
        // Ten in all, three in reserve: tenant 0 borrows up to seven in flight. Tenant 1 gets its own
        // two from the reserve but borrows nothing; the last goes to tenant 2.
        let text = r#"{ "max": 10, "per_tenant": { "max": 2, "borrow": 0.3 } }"#;
        let mut cap = Concurrency::new(&config(text));
        assert_eq!([0, 1, 2].map(|tenant| begun(&mut cap, tenant)), [7, 2, 1]);
        // Down to seven: still nothing to borrow; at six there is.
        for _ in 0..3 {
            cap.end(0);
        }
        assert_eq!(begun(&mut cap, 0), 0);
        cap.end(0);
        assert_eq!(begun(&mut cap, 0), 1);
    }

    #[test]
    fn a_lower_cap_lets_calls_in_flight_go_on() {
        let mut cap = Concurrency::new(&config(r#"{ "max": 3 }"#));
        assert_eq!(begun(&mut cap, 0), 3);
        cap.reconfigure(&config(r#"{ "max": 4, "per_tenant": { "max": 2 } }"#));
        assert_eq!(begun(&mut cap, 0), 0, "what began before counts");
        cap.end(0);
        assert_eq!(begun(&mut cap, 0), 0);
        cap.end(0);
        assert_eq!(begun(&mut cap, 0), 1);
    }

    #[test]
    #[should_panic(expected = "a call that ends had begun")]
    fn a_call_that_never_began_cannot_end() {
        let mut cap = Concurrency::new(&config(r#"{ "max": 3 }"#));
        assert!(cap.try_begin(0));
        cap.end(1);
    }

    #[test]
    fn problems_name_their_field() {
        let fields = |text| -> Vec<_> {
            config(text).problems().into_iter().map(|(field, _)| field).collect()
        };
        assert_eq!(fields(r#"{ "max": 2, "per_tenant": { "max": 2 } }"#), [""; 0]);
        assert_eq!(
            fields(r#"{ "max": 0, "per_tenant": { "max": 0 } }"#),
            ["max", "per_tenant.max"]
        );
        assert_eq!(fields(r#"{ "max": 2, "per_tenant": { "max": 3 } }"#), ["per_tenant.max"]);
    }
}
