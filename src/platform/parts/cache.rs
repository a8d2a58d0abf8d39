//! A cache in front of a callee, as a mean field: a share of requests that hit, and no keys.
//!
//! Left out: keys, popularity, size and eviction, negative entries, and stampedes on one key. Every
//! request is alike, so the hit share of a warming cache grows evenly, where a real one's grows fast for
//! popular keys and slowly for the rest.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::{Instant, Share, Span};

/// What share of requests a cache answers.
///
/// The hit probability is `hit_share * min(1, age / warm_up)`, where the age counts from the first
/// answer that filled the cache after it was cold. A mean-field simplification of our own.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether all callers share the cache, or each instance has its own.
    #[serde(default)]
    pub scope: Scope,
    /// The share of requests that a warm cache answers.
    pub hit_share: Share,
    /// How long answers stay valid; for ever when not given. When nothing has filled the cache for this
    /// long, all of it has expired.
    #[serde(default)]
    pub ttl: Option<Span>,
    /// How long a cold cache takes to reach its hit share.
    #[serde(default)]
    pub warm_up: Span,
}

/// Who shares a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Each instance of the caller has its own, cold when the instance comes up.
    Instance,
    /// One for all callers.
    #[default]
    Shared,
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        if self.ttl.is_some_and(Span::is_zero) {
            vec![("ttl", "must be longer than 0s, found 0s".to_owned())]
        } else {
            Vec::new()
        }
    }
}

/// The cache of one call.
#[derive(Clone, Debug)]
pub struct Cache {
    config: Config,
    content: Content,
}

#[derive(Clone, Copy, Debug)]
enum Content {
    Cold,
    /// Filled `since` (for ever when `None`), and `last` at the latest.
    Filled {
        since: Option<Instant>,
        last: Instant,
    },
}

impl Cache {
    /// A cache that has been warm for ever, and was filled last when the run began.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let content = Content::Filled { since: None, last: Instant::START };
        Self { config: config.clone(), content }
    }

    /// A cache that nothing has filled yet.
    #[must_use]
    pub fn cold(config: &Config) -> Self {
        Self { config: config.clone(), content: Content::Cold }
    }

    /// Whether a request is answered from the cache.
    ///
    /// `instance_since` is when the caller's instance came up, `None` for ever ago; it counts only where
    /// each instance has its own cache.
    #[must_use]
    pub fn is_hit(&mut self, now: Instant, instance_since: Option<Instant>, uniform: f64) -> bool {
        self.expire(now);
        let Content::Filled { since, .. } = self.content else { return false };
        let since = match self.config.scope {
            // `None`, ever since, is less than every instant: the later of the two counts.
            Scope::Instance => since.max(instance_since),
            Scope::Shared => since,
        };
        uniform < self.config.hit_share.get() * self.warmth(now, since)
    }

    /// Notes an answer that filled the cache.
    pub fn filled(&mut self, now: Instant) {
        self.expire(now);
        self.content = match self.content {
            Content::Cold => Content::Filled { since: Some(now), last: now },
            Content::Filled { since, .. } => Content::Filled { since, last: now },
        };
    }

    /// Notes that all content was lost, in the caches of all instances.
    pub fn lose_all(&mut self) {
        self.content = Content::Cold;
    }

    /// Goes on with its content under another configuration.
    pub fn reconfigure(&mut self, config: &Config) {
        self.config = config.clone();
    }

    fn expire(&mut self, now: Instant) {
        if let Content::Filled { last, .. } = self.content
            && self.config.ttl.is_some_and(|ttl| now.since(last) > ttl)
        {
            self.content = Content::Cold;
        }
    }

    /// From 0, cold, to 1, warm.
    fn warmth(&self, now: Instant, since: Option<Instant>) -> f64 {
        let age = since.map_or(self.config.warm_up, |since| now.since(since));
        if age >= self.config.warm_up {
            return 1.0;
        }
        age.as_nanos_f64() / self.config.warm_up.as_nanos_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(text: &str) -> Cache {
        Cache::new(&serde_json::from_str(text).unwrap())
    }

    fn at(seconds: u64) -> Instant {
        Instant::START + Span::from_secs(seconds)
    }

    /// Asserts the hit probability, by asking just below and at it.
    fn assert_hits(cache: &mut Cache, seconds: u64, since: Option<Instant>, share: f64) {
        assert!(cache.is_hit(at(seconds), since, share - 1e-9) || share == 0.0, "{seconds} s");
        assert!(!cache.is_hit(at(seconds), since, share), "{seconds} s");
    }

    #[test]
    fn a_shared_cache_warms_from_the_first_answer_after_it_lost_all() {
        // 0.8 when warm, over 100 s. Cold from 50 s, filled from 60 s: at 85 s a quarter of 0.8.
        let mut cache = cache(r#"{ "hit_share": 0.8, "warm_up": "100s" }"#);
        assert_hits(&mut cache, 0, Some(at(0)), 0.8); // The instance's age does not count.
        cache.lose_all();
        assert_hits(&mut cache, 55, None, 0.0);
        cache.filled(at(60));
        assert_hits(&mut cache, 60, None, 0.0);
        cache.filled(at(70)); // Later answers do not start it again.
        for (seconds, share) in [(85, 0.2), (110, 0.4), (160, 0.8), (500, 0.8)] {
            assert_hits(&mut cache, seconds, None, share);
        }
    }

    #[test]
    fn a_cache_without_warm_up_hits_from_its_first_answer() {
        let mut cache = cache(r#"{ "hit_share": 0.5 }"#);
        cache.lose_all();
        assert_hits(&mut cache, 1, None, 0.0);
        cache.filled(at(1));
        assert_hits(&mut cache, 1, None, 0.5);
    }

    #[test]
    fn an_instance_begins_with_a_cold_cache() {
        let mut cache = cache(r#"{ "scope": "instance", "hit_share": 1, "warm_up": "10s" }"#);
        for (since, share) in [(Some(at(100)), 0.0), (Some(at(95)), 0.5), (None, 1.0)] {
            assert!(cache.is_hit(at(100), since, share - 1e-9) || since == Some(at(100)));
            assert!(!cache.is_hit(at(100), since, share));
        }
        // Losing all makes old instances cold too: the later of the two counts.
        cache.lose_all();
        cache.filled(at(100));
        assert_hits(&mut cache, 102, None, 0.2);
        assert_hits(&mut cache, 104, Some(at(103)), 0.1);
    }

    #[test]
    fn a_cache_that_nothing_fills_expires() {
        // Filled last at 20 s with 30 s to live: it holds at 50 s and is cold after. Filled again at
        // 60 s it warms over 10 s.
        let mut cache = cache(r#"{ "hit_share": 1, "ttl": "30s", "warm_up": "10s" }"#);
        cache.filled(at(20));
        assert_hits(&mut cache, 50, None, 1.0);
        let untouched = cache.clone();
        assert_hits(&mut cache, 51, None, 0.0);
        // Whether anyone asked in between makes no difference.
        for mut cache in [cache, untouched] {
            cache.filled(at(60));
            assert_hits(&mut cache, 64, None, 0.4);
        }
    }

    #[test]
    fn a_changed_cache_keeps_its_content() {
        let mut cache = cache(r#"{ "hit_share": 1, "warm_up": "10s" }"#);
        cache.lose_all();
        cache.filled(at(0));
        let text = r#"{ "hit_share": 0.5, "warm_up": "20s" }"#;
        cache.reconfigure(&serde_json::from_str(text).unwrap());
        assert_hits(&mut cache, 10, None, 0.25);
    }

    #[test]
    fn a_cache_that_expires_at_once_is_a_problem() {
        let config: Config = serde_json::from_str(r#"{ "hit_share": 1, "ttl": "0s" }"#).unwrap();
        assert_eq!(config.problems()[0].0, "ttl");
        assert_eq!(Config { ttl: None, ..config }.problems(), []);
    }
}
