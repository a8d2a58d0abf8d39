//! A rate limit: token buckets in all and, if wanted, per tenant and per conversation.
//!
//! Left out: waiting for a token (what is refused has failed, and a retry policy may try again), requests
//! that cost more than one token, and limits kept per instance, which let more through than one.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::units::{Instant, Rate, Share};

/// How many requests are let through, in all and per tenant.
///
/// A token bucket: it fills at `rate`, holds at most `burst`, and each request takes one token.
/// <https://en.wikipedia.org/wiki/Token_bucket>
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Requests let through in the long run, over all tenants.
    pub rate: Rate,
    /// The most requests let through at once, over all tenants; at least 1.
    #[schemars(range(min = 1))]
    pub burst: u32,
    /// A further limit on each tenant.
    #[serde(default)]
    pub per_tenant: Option<PerTenant>,
    /// A further limit on each conversation, asked first.
    #[serde(default)]
    pub per_conversation: Option<PerConversation>,
}

/// How many requests of one conversation are let through.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerConversation {
    /// Requests of one conversation let through in the long run.
    pub rate: Rate,
    /// The most requests of one conversation let through at once; at least 1.
    #[schemars(range(min = 1))]
    pub burst: u32,
    /// Whether a request that is refused empties the conversation's bucket, so that who keeps asking
    /// keeps being refused.
    #[serde(default)]
    pub refusals_count: bool,
}

/// How many requests of one tenant are let through.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerTenant {
    /// Requests of one tenant let through in the long run.
    pub rate: Rate,
    /// The most requests of one tenant let through at once; at least 1.
    #[schemars(range(min = 1))]
    pub burst: u32,
    /// Lets a tenant beyond its limit use what others leave, as long as this share of the overall burst
    /// remains in reserve.
    #[serde(default)]
    pub borrow: Option<Share>,
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let own = self.per_tenant.as_ref().map_or(1, |own| own.burst);
        let conversation = self.per_conversation.as_ref().map_or(1, |it| it.burst);
        let bursts = [
            ("burst", self.burst),
            ("per_tenant.burst", own),
            ("per_conversation.burst", conversation),
        ];
        for (field, burst) in bursts {
            if burst == 0 {
                problems.push((field, "must be at least 1, found 0".to_owned()));
            }
        }
        problems
    }
}

/// The rate limit of one call.
#[derive(Clone, Debug)]
pub struct Throttle {
    overall_limit: Limit,
    overall: Bucket,
    per_tenant: Option<Tenants>,
    per_conversation: Option<Conversations>,
}

#[derive(Clone, Debug)]
struct Conversations {
    limit: Limit,
    refusals_count: bool,
    /// As far as they are not full.
    buckets: ByConversation,
    /// With more buckets than this those that are full again are thrown away.
    prune_above: usize,
}

#[expect(clippy::disallowed_types, reason = "no result depends on the order in which they stand")]
type ByConversation = rustc_hash::FxHashMap<u64, Bucket>;

#[derive(Clone, Debug)]
struct Tenants {
    limit: Limit,
    /// What must remain in the overall bucket after a request beyond a tenant's own limit.
    reserve: Option<u128>,
    /// By tenant number, as far as tenants have been seen.
    buckets: Vec<Bucket>,
}

impl Throttle {
    /// A rate limit whose buckets are full.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let overall_limit = Limit::new(config.rate, config.burst);
        let overall = Bucket::full(&overall_limit, Instant::START);
        let per_tenant = config.per_tenant.as_ref().map(|own| Tenants::new(own, config.burst));
        let per_conversation = config.per_conversation.as_ref().map(Conversations::new);
        Self { overall_limit, overall, per_tenant, per_conversation }
    }

    /// Whether a request of `tenant` is let through, which takes its tokens.
    ///
    /// A request takes one token from the overall bucket, and one from its tenant's and its conversation's
    /// if there are any; what is refused takes none, unless refusals count. What the conversation's bucket
    /// lets through and another refuses has taken the conversation's token.
    #[must_use]
    pub fn allows(&mut self, now: Instant, tenant: u32, conversation: u64) -> bool {
        if let Some(conversations) = &mut self.per_conversation
            && !conversations.take(now, conversation)
        {
            return false;
        }
        self.overall.refill(&self.overall_limit, now);
        let Some(left) = self.overall.level.checked_sub(TOKEN) else { return false };
        let is_let_through = match &mut self.per_tenant {
            None => true,
            Some(tenants) => {
                tenants.bucket(now, tenant).take()
                    || tenants.reserve.is_some_and(|reserve| left >= reserve)
            }
        };
        if is_let_through {
            self.overall.level = left;
        }
        is_let_through
    }

    /// Goes on under another configuration from `now`: what buckets hold stays, as far as bursts allow.
    ///
    /// A limit per tenant that is new begins with full buckets.
    pub fn reconfigure(&mut self, now: Instant, config: &Config) {
        self.overall.refill(&self.overall_limit, now);
        self.overall_limit = Limit::new(config.rate, config.burst);
        self.overall.refill(&self.overall_limit, now);
        match (&mut self.per_conversation, &config.per_conversation) {
            (Some(old), Some(new)) => {
                for bucket in old.buckets.values_mut() {
                    bucket.refill(&old.limit, now);
                }
                old.limit = Limit::new(new.rate, new.burst);
                old.refusals_count = new.refusals_count;
            }
            (per_conversation, new) => {
                *per_conversation = new.as_ref().map(Conversations::new);
            }
        }
        let old = self.per_tenant.take();
        self.per_tenant = config.per_tenant.as_ref().map(|own| Tenants::new(own, config.burst));
        if let (Some(mut old), Some(new)) = (old, &mut self.per_tenant) {
            for bucket in &mut old.buckets {
                bucket.refill(&old.limit, now);
                bucket.refill(&new.limit, now);
            }
            new.buckets = old.buckets;
        }
    }
}

impl Tenants {
    fn new(config: &PerTenant, overall_burst: u32) -> Self {
        let reserve = |share: Share| {
            u128::from(share.as_billionths()) * u128::from(overall_burst) * (TOKEN / 1_000_000_000)
        };
        let limit = Limit::new(config.rate, config.burst);
        Self { limit, reserve: config.borrow.map(reserve), buckets: Vec::new() }
    }

    fn bucket(&mut self, now: Instant, tenant: u32) -> &mut Bucket {
        let index = tenant as usize;
        if index >= self.buckets.len() {
            self.buckets.resize(index + 1, Bucket::full(&self.limit, now));
        }
        self.buckets[index].refill(&self.limit, now);
        &mut self.buckets[index]
    }
}

impl Conversations {
    fn new(config: &PerConversation) -> Self {
        Self {
            limit: Limit::new(config.rate, config.burst),
            refusals_count: config.refusals_count,
            buckets: ByConversation::default(),
            prune_above: 1024,
        }
    }

    fn take(&mut self, now: Instant, conversation: u64) -> bool {
        if self.buckets.len() > self.prune_above {
            let limit = &self.limit;
            self.buckets.retain(|_, bucket| {
                bucket.refill(limit, now);
                bucket.level < limit.level_max
            });
            self.prune_above = 1024.max(2 * self.buckets.len());
            // Or the next time would walk through all the room that there ever was.
            self.buckets.shrink_to(self.prune_above);
        }
        let full = Bucket::full(&self.limit, now);
        let bucket = self.buckets.entry(conversation).or_insert(full);
        bucket.refill(&self.limit, now);
        let is_let_through = bucket.take();
        if !is_let_through && self.refusals_count {
            bucket.level = 0;
        }
        is_let_through
    }
}

/// Units in a token, chosen so that a rate per second, minute, hour or day with up to three decimals
/// gives a whole number of units per nanosecond: no request is gained or lost in however long a run.
const TOKEN: u128 = PER_NANO as u128 * 1_000_000_000;

/// Units per nanosecond of a rate of one per second: a day's seconds times a thousand.
const PER_NANO: u32 = 86_400 * 1_000;

/// What a bucket holds and gains, in units.
#[derive(Clone, Debug)]
struct Limit {
    gain_per_nano: u64,
    level_max: u128,
}

impl Limit {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate from a file is at most 1e9 per second, which gives 8.64e16"
    )]
    fn new(rate: Rate, burst: u32) -> Self {
        let gain_per_nano = (rate.as_per_second() * f64::from(PER_NANO) + 0.5) as u64;
        Self { gain_per_nano, level_max: u128::from(burst) * TOKEN }
    }
}

#[derive(Clone, Debug)]
struct Bucket {
    level: u128,
    filled_at: Instant,
}

impl Bucket {
    fn full(limit: &Limit, now: Instant) -> Self {
        Self { level: limit.level_max, filled_at: now }
    }

    fn refill(&mut self, limit: &Limit, now: Instant) {
        // At most 2^64 * 2^64, so neither the product nor the capped sum overflows.
        let gain =
            u128::from(now.since(self.filled_at).as_nanos()) * u128::from(limit.gain_per_nano);
        self.level = self.level.saturating_add(gain).min(limit.level_max);
        self.filled_at = now;
    }

    fn take(&mut self) -> bool {
        let is_covered = self.level >= TOKEN;
        if is_covered {
            self.level -= TOKEN;
        }
        is_covered
    }
}

#[cfg(test)]
mod tests;
