//! The container image registry: which images exist, and the lifecycle policy that deletes them.
//!
//! Left out: layers and sizes, the registry's own outages and rate limits, caches of images on hosts;
//! an instance that starts always pulls.

use std::collections::BTreeMap;

use super::parts::pull_back_off;
use crate::engine::sample::Sampler;
use crate::units::{Instant, Span};

/// An image, by its place in the registry's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageId(pub u16);

/// A moment that may lie before the run: nanoseconds since its first moment.
pub type Moment = i64;

/// What the registry holds and how pulls go.
#[derive(Clone, Debug)]
pub struct Config {
    /// Every image that was ever pushed, in the order of names.
    pub images: Vec<Image>,
    /// What deletes images.
    pub lifecycle: Option<Lifecycle>,
    /// How long a pull takes that succeeds.
    pub pull_time: Sampler,
    /// When a failed pull is tried again.
    pub back_off: pull_back_off::Config,
}

/// One image.
#[derive(Clone, Debug)]
pub struct Image {
    /// Its name.
    pub name: String,
    /// The repository that it belongs to.
    pub repository: String,
    /// When it was pushed.
    pub pushed: Moment,
    /// Whether a tag points to it.
    pub is_tagged: bool,
}

/// A policy that deletes images. Modelled after Amazon ECR's lifecycle policies, whose rules select
/// tagged, untagged or any images and expire them by age or by count.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html>
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// When it first ran.
    pub first_run: Moment,
    /// How often it runs from then on.
    pub every: Span,
    /// Whether images in use are kept.
    pub protect_in_use: bool,
    /// What is deleted: an image goes when any rule says so.
    pub rules: Vec<Rule>,
}

/// One rule of a lifecycle policy.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Whether it looks at tagged images.
    pub selects_tagged: bool,
    /// Whether it looks at untagged images.
    pub selects_untagged: bool,
    /// Images older than this are deleted.
    pub age_max: Option<Span>,
    /// All but this many of the newest of a repository are deleted.
    pub count_max: Option<u32>,
}

/// The images that exist now.
#[derive(Debug)]
pub struct Registry {
    config: Config,
    is_deleted: Vec<bool>,
}

impl Registry {
    /// The registry after every lifecycle run before the first moment, with `in_use` images.
    #[must_use]
    pub fn new(config: Config, in_use: &[ImageId]) -> Self {
        let is_deleted = vec![false; config.images.len()];
        let mut registry = Self { config, is_deleted };
        if let Some(Lifecycle { first_run, every, .. }) = registry.config.lifecycle {
            let mut at = first_run;
            while at < 0 {
                registry.delete_expired(at, in_use);
                at = at.saturating_add_unsigned(every.as_nanos());
            }
        }
        registry
    }

    /// How it was set up.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Changes the policy and the pulls; images are not changed by it.
    pub fn reconfigure(&mut self, config: Config) {
        self.config = config;
    }

    /// Whether an image can be pulled.
    #[must_use]
    pub fn has(&self, image: ImageId, now: Instant) -> bool {
        let index = usize::from(image.0);
        !self.is_deleted[index] && self.config.images[index].pushed <= moment(now)
    }

    /// When the lifecycle policy runs next, at `now` or later.
    #[must_use]
    pub fn next_run(&self, now: Instant) -> Option<Instant> {
        let lifecycle = self.config.lifecycle.as_ref()?;
        let every = i64::try_from(lifecycle.every.as_nanos()).ok()?;
        let behind = moment(now).saturating_sub(lifecycle.first_run).max(0);
        let runs = behind / every + i64::from(behind % every != 0);
        let at = lifecycle.first_run.checked_add(runs.checked_mul(every)?)?;
        u64::try_from(at).ok().map(Instant::from_nanos)
    }

    /// Runs the lifecycle policy and gives the images that it deleted.
    pub fn run_lifecycle(&mut self, now: Instant, in_use: &[ImageId]) -> Vec<ImageId> {
        self.delete_expired(moment(now), in_use)
    }

    fn delete_expired(&mut self, at: Moment, in_use: &[ImageId]) -> Vec<ImageId> {
        let Some(lifecycle) = &self.config.lifecycle else { return Vec::new() };
        let mut deleted = Vec::new();
        for rule in &lifecycle.rules {
            deleted.extend(self.expired_by(*rule, at));
        }
        deleted.retain(|image| !(lifecycle.protect_in_use && in_use.contains(image)));
        deleted.sort_unstable();
        deleted.dedup();
        for image in &deleted {
            self.is_deleted[usize::from(image.0)] = true;
        }
        deleted
    }

    fn expired_by(&self, rule: Rule, at: Moment) -> Vec<ImageId> {
        let mut repositories: BTreeMap<&str, Vec<(Moment, ImageId)>> = BTreeMap::new();
        for (index, image) in (0..).zip(&self.config.images) {
            let is_there = !self.is_deleted[usize::from(index)] && image.pushed <= at;
            let is_selected =
                if image.is_tagged { rule.selects_tagged } else { rule.selects_untagged };
            if is_there && is_selected {
                let newest_first = repositories.entry(&image.repository).or_default();
                newest_first.push((image.pushed, ImageId(index)));
            }
        }
        let mut expired = Vec::new();
        for images in repositories.values_mut() {
            images.sort_unstable_by(|a, b| b.cmp(a));
            for (place, (pushed, image)) in (0_u64..).zip(images) {
                let age = at.saturating_sub(*pushed).unsigned_abs();
                let is_old = rule.age_max.is_some_and(|max| age > max.as_nanos());
                let is_surplus = rule.count_max.is_some_and(|max| place >= u64::from(max));
                if is_old || is_surplus {
                    expired.push(*image);
                }
            }
        }
        expired
    }
}

fn moment(now: Instant) -> Moment {
    i64::try_from(now.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sample::{Distribution, Sampler};

    const DAY: i64 = 86_400_000_000_000;

    fn image(name: &str, days_old: i64, is_tagged: bool) -> Image {
        Image { name: name.into(), repository: "chat".into(), pushed: -days_old * DAY, is_tagged }
    }

    fn registry(rule: Rule, protect_in_use: bool) -> Config {
        Config {
            images: vec![image("a", 40, true), image("b", 20, false), image("c", 3, true)],
            lifecycle: Some(Lifecycle {
                first_run: -DAY / 2,
                every: Span::from_secs(86_400),
                protect_in_use,
                rules: vec![rule],
            }),
            pull_time: Sampler::new(&Distribution::Constant(Span::from_secs(30))),
            back_off: pull_back_off::Config::default(),
        }
    }

    const UNTAGGED_OLDER_THAN_14_DAYS: Rule = Rule {
        selects_tagged: false,
        selects_untagged: true,
        age_max: Some(Span::from_secs(14 * 86_400)),
        count_max: None,
    };

    #[test]
    fn an_old_untagged_image_is_gone_before_the_run_begins() {
        let registry = Registry::new(registry(UNTAGGED_OLDER_THAN_14_DAYS, false), &[ImageId(1)]);
        let there = [0, 1, 2].map(|image| registry.has(ImageId(image), Instant::START));
        assert_eq!(there, [true, false, true]);
    }

    #[test]
    fn protection_keeps_an_image_in_use() {
        let registry = Registry::new(registry(UNTAGGED_OLDER_THAN_14_DAYS, true), &[ImageId(1)]);
        assert!(registry.has(ImageId(1), Instant::START));
    }

    #[test]
    fn a_rule_by_count_keeps_the_newest() {
        let rule = Rule {
            selects_tagged: true,
            selects_untagged: true,
            age_max: None,
            count_max: Some(1),
        };
        let mut registry = Registry::new(registry(rule, true), &[ImageId(0)]);
        // b goes before the run begins, a is protected until it is no longer in use.
        let there = [0, 1, 2].map(|image| registry.has(ImageId(image), Instant::START));
        assert_eq!(there, [true, false, true]);
        assert_eq!(registry.run_lifecycle(Instant::START, &[]), [ImageId(0)]);
    }

    #[test]
    fn the_policy_runs_at_its_times_of_day() {
        let registry = Registry::new(registry(UNTAGGED_OLDER_THAN_14_DAYS, false), &[]);
        let half_day = Instant::from_nanos(DAY.unsigned_abs() / 2);
        assert_eq!(registry.next_run(Instant::START), Some(half_day));
        assert_eq!(registry.next_run(half_day), Some(half_day));
        assert_eq!(
            registry.next_run(half_day + Span::from_nanos(1)),
            Some(half_day + Span::from_secs(86_400))
        );
    }
}
