//! Rate limits by hand: bursts, long runs, shares of tenants, and what a change keeps.

use proptest::prelude::*;

use super::*;
use crate::units::Span;

fn throttle(text: &str) -> Throttle {
    Throttle::new(&config(text))
}

fn config(text: &str) -> Config {
    serde_json::from_str(text).unwrap()
}

fn at(millis: u64) -> Instant {
    Instant::START + Span::from_nanos(millis * 1_000_000)
}

#[test]
fn it_lets_a_burst_through_and_then_its_rate() {
    // Two at once; at 2/s a token takes 500 ms; at 5 s the bucket has long been full with two.
    let mut throttle = throttle(r#"{ "rate": "2/s", "burst": 2 }"#);
    let schedule = [
        (0, true),
        (0, true),
        (0, false),
        (499, false),
        (500, true),
        (999, false),
        (1000, true),
        (5000, true),
        (5000, true),
        (5000, false),
    ];
    for (millis, is_allowed) in schedule {
        assert_eq!(throttle.allows(at(millis), 0, 0), is_allowed, "at {millis} ms");
    }
}

#[test]
fn buckets_that_are_full_again_are_thrown_away_unnoticed() {
    let config = config(
        r#"{ "rate": "1/s", "burst": 1, "per_conversation": { "rate": "1/s", "burst": 2 } }"#,
    );
    let mut pruned = Conversations::new(config.per_conversation.as_ref().unwrap());
    let mut twin = Conversations { prune_above: usize::MAX, ..pruned.clone() };
    let mut refused = 0;
    for step in 0..20_000_u64 {
        // One of 16 that ask about once a second, by Fibonacci hashing; then one that asks only now.
        let one = step.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(20) % 16;
        for conversation in [one, 16 + step] {
            let is_allowed = pruned.take(at(50 * step), conversation);
            assert_eq!(is_allowed, twin.take(at(50 * step), conversation), "step {step}");
            refused += u32::from(!is_allowed);
        }
    }
    assert!(refused > 2000, "{refused} refused");
    assert_eq!(twin.buckets.len(), 20_016);
    assert!(pruned.buckets.len() < 1100, "{} left", pruned.buckets.len());
}

#[test]
fn over_a_long_run_it_lets_through_exactly_its_rate_and_burst() {
    // None of these has a whole number of nanoseconds per token, or a finite binary fraction.
    for (rate, per_day) in [("7/s", 604_800), ("7/min", 10_080), ("11/h", 264), ("0.7/s", 60_480)] {
        let text = format!(r#"{{ "rate": "{rate}", "burst": 5 }}"#);
        let mut throttle = throttle(&text);
        let day = 86_400_000_000_000_u64;
        let mut count = 0;
        // Asked at the instants, rounded up, at which the n-th token is complete.
        for token in 0..=per_day {
            let complete = (u128::from(day) * token).div_ceil(per_day);
            let now = Instant::from_nanos(u64::try_from(complete).unwrap());
            while throttle.allows(now, 0, 0) {
                count += 1;
            }
        }
        assert_eq!(count, per_day + 5, "{rate}");
    }
}

proptest! {
    /// Refused questions in between leave no trace.
    #[test]
    fn how_often_it_is_asked_does_not_matter(
        gaps in prop::collection::vec(0_u64..700_000_000, 1..60),
    ) {
        let mut seldom = throttle(r#"{ "rate": "100/min", "burst": 3 }"#);
        let mut now = Instant::START;
        for gap in gaps {
            let mut often = seldom.clone();
            now = now + Span::from_nanos(gap);
            often.overall.refill(&often.overall_limit, now - Span::from_nanos(gap / 3));
            often.overall.refill(&often.overall_limit, now - Span::from_nanos(gap / 7));
            let is_allowed = seldom.allows(now, 0, 0);
            prop_assert_eq!(is_allowed, often.allows(now, 0, 0));
            prop_assert_eq!(seldom.overall.level, often.overall.level);
        }
    }
}

#[test]
fn a_tenant_has_its_own_limit_below_the_overall_one() {
    let text = r#"{ "rate": "0/s", "burst": 5, "per_tenant": { "rate": "1/s", "burst": 2 } }"#;
    let mut throttle = throttle(text);
    // Five overall, never more. Tenant 3 gets two of them, and a third after a second.
    let schedule = [
        (0, 3, true),
        (0, 3, true),
        (0, 3, false),
        (0, 1, true),
        (1000, 3, true),
        (1000, 3, false),
        (1000, 1, true),
        (1000, 1, false), // The overall bucket is empty; tenant 1 keeps its second token.
    ];
    for (millis, tenant, is_allowed) in schedule {
        assert_eq!(throttle.allows(at(millis), tenant, 0), is_allowed, "{tenant} at {millis} ms");
    }
    assert_eq!(throttle.per_tenant.unwrap().buckets[1].level, TOKEN);
}

#[test]
fn a_tenant_borrows_down_to_the_reserve() {
    // Ten overall, three of them in reserve. Tenant 0 takes its own and borrows until three are
    // left: seven in all. Tenant 1 has one of its own and gets it from the reserve.
    let text = r#"{ "rate": "0/s", "burst": 10,
                    "per_tenant": { "rate": "0/s", "burst": 1, "borrow": 0.3 } }"#;
    let mut throttle = throttle(text);
    let count = |throttle: &mut Throttle, tenant| {
        (0..20).filter(|_| throttle.allows(Instant::START, tenant, 0)).count()
    };
    assert_eq!(count(&mut throttle, 0), 7);
    assert_eq!(count(&mut throttle, 1), 1);
    assert_eq!(count(&mut throttle, 0), 0);
}

#[test]
fn a_changed_limit_keeps_what_the_buckets_hold() {
    let mut throttle = throttle(r#"{ "rate": "1/s", "burst": 4 }"#);
    let count = |throttle: &mut Throttle, millis| {
        (0..20).filter(|_| throttle.allows(at(millis), 0, 0)).count()
    };
    assert_eq!(count(&mut throttle, 0), 4);
    // Two seconds at 1/s, then one at 10/s: 2 + 10 tokens, of which the burst of 8 stays.
    throttle.reconfigure(at(2000), &config(r#"{ "rate": "10/s", "burst": 8 }"#));
    assert_eq!(count(&mut throttle.clone(), 2000), 2);
    assert_eq!(count(&mut throttle, 3000), 8);
    let tenants = r#"{ "rate": "1/s", "burst": 8, "per_tenant": { "rate": "1/s", "burst": 1 } }"#;
    throttle.reconfigure(at(9000), &config(tenants));
    assert_eq!(count(&mut throttle, 9000), 1, "the new bucket of the tenant is full");
    throttle.reconfigure(at(9000), &config(tenants));
    assert_eq!(count(&mut throttle, 9000), 0, "and stays empty");
    // Tenant 0 gains one in the second before its rate falls to nothing.
    throttle.reconfigure(at(10_000), &config(&tenants.replace("1/s", "0/s")));
    assert_eq!(count(&mut throttle, 20_000), 1);
}

#[test]
fn problems_name_their_field() {
    let text = r#"{ "rate": "1/s", "burst": 0, "per_tenant": { "rate": "1/s", "burst": 0 } }"#;
    let fields: Vec<_> = config(text).problems().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["burst", "per_tenant.burst"]);
    assert_eq!(config(r#"{ "rate": "1/s", "burst": 1 }"#).problems(), []);
}
