//! What stands before each attempt on a call: a breaker, a cap on how many are under way, a rate limit.

use super::breaker::{Breaker, Transition};
use super::concurrency::Concurrency;
use super::outcome::{Failure, Outcome};
use super::throttle::Throttle;
use super::{breaker, concurrency, set, throttle};
use crate::units::Instant;

/// The configurations of a call's guards, each where a scenario file has it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(missing_docs, reason = "the types say what they are")]
pub struct Config<'a> {
    pub breaker: Option<&'a breaker::Config>,
    pub concurrency: Option<&'a concurrency::Config>,
    pub rate_limit: Option<&'a throttle::Config>,
}

/// The breaker, the cap and the rate limit of one call, as far as it has them.
#[derive(Debug, Default)]
pub struct Guards {
    breaker: Option<Breaker>,
    cap: Option<Concurrency>,
    throttle: Option<Throttle>,
}

impl Config<'_> {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.breaker.is_none() && self.concurrency.is_none() && self.rate_limit.is_none()
    }
}

impl Guards {
    /// Whether an attempt may begin. The breaker is asked first, then the cap, then the rate limit, so that what is
    /// refused for another reason takes no token.
    ///
    /// # Errors
    ///
    /// Tells as what the attempt fails.
    pub fn admit(&mut self, now: Instant, tenant: u32, conversation: u64) -> Outcome {
        if self.breaker.as_mut().is_some_and(|it| !it.allows(now)) {
            return Err(Failure::Rejected);
        }
        let refused = if self.cap.as_mut().is_some_and(|it| !it.try_begin(tenant)) {
            Failure::Rejected
        } else if self.throttle.as_mut().is_some_and(|it| !it.allows(now, tenant, conversation)) {
            if let Some(cap) = &mut self.cap {
                cap.end(tenant);
            }
            Failure::RateLimited
        } else {
            return Ok(());
        };
        if let Some(breaker) = &mut self.breaker {
            breaker.give_back(now);
        }
        Err(refused)
    }

    /// Gives back what an attempt took that began at `begun`, lets the breaker know how it ended, and tells what the
    /// breaker makes of it.
    pub fn settle(
        &mut self,
        now: Instant,
        tenant: u32,
        begun: Instant,
        outcome: Outcome,
    ) -> Option<Transition> {
        if let Some(cap) = &mut self.cap {
            cap.end(tenant);
        }
        self.breaker.as_mut()?.record(now, begun, outcome.is_ok())
    }

    /// Sets them up otherwise from now on; a cap that is new counts the attempts
    /// under way, each by its tenant.
    pub fn reconfigure(
        &mut self,
        now: Instant,
        config: Config<'_>,
        under_way: impl Iterator<Item = u32>,
    ) {
        set(&mut self.breaker, config.breaker, Breaker::new, Breaker::reconfigure);
        let change = |throttle: &mut Throttle, config: &_| throttle.reconfigure(now, config);
        set(&mut self.throttle, config.rate_limit, Throttle::new, change);
        let begin = |config: &_| Concurrency::with_in_flight(config, under_way);
        set(&mut self.cap, config.concurrency, begin, Concurrency::reconfigure);
    }
}
