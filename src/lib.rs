//! `hindsight` turns a post-mortem into a program.
//!
//! A scenario file says what a platform was, what load it had, what engineers did and when, and what is
//! documented to have happened. A replay runs it through a deterministic discrete-event simulation and
//! says whether the model shows what was documented, what it cost customers, and what each mitigation
//! would have changed.
//!
//! # The model in one sentence
//!
//! Workloads bring units of work, stations serve them, calls carry them, the timeline changes all
//! three, indicators watch.
//!
//! ```text
//!  workload ──unit──▶ call ──attempt──▶ station ──unit──▶ call ──attempt──▶ station
//!                    (caches, limits,    (queue, slots,
//!                     time-out, retries)  instances ◀── autoscaler, registry)
//!                           ▲                  ▲
//!                           └──── timeline ────┘        recorder ──▶ indicators ──▶ alerts ──▶ timeline
//! ```
//!
//! # Layers
//!
//! A module imports only from those above it here.
//!
//! | layer | what it is |
//! | --- | --- |
//! | [`units`] | instants, spans, shares, rates: the only conversions |
//! | [`measure`] | levels over time, histograms: the only percentile |
//! | [`engine`] | agenda, arena, loop, random streams, samplers, fingerprint; knows nothing of a platform |
//! | [`platform`] | the model: work, calls, stations, registry, timeline, indicators |
//! | [`scenario`] | a JSON file becomes a checked scenario; every error carries the place of its field |
//! | [`simulation`] | one run: a scenario and a seed become an outcome, in which trouble spreads from station to station |
//! | [`experiment`] | many runs with the same seeds: mitigations compared and ranked, fields swept and searched, actions moved |
//! | [`report`] | an outcome becomes text, JSON (a stable interface), Markdown, a page in HTML, or what other tools read |
//! | [`golden`] | a report against its committed file |
//! | [`cli`] | one file a subcommand; the only module that prints |
//!
//! Read [`platform::work`] for the nouns, [`platform::call`] and [`platform::stations::service`] for the
//! verbs, [`scenario::file`] for what a user writes.
//!
//! # The four kinds of station
//!
//! | kind | what waits | what serves it | what is done when |
//! | --- | --- | --- | --- |
//! | [`service`](platform::stations::service) | requests, in one queue | the slots of instances | its calls have answered |
//! | [`jobs`](platform::stations::jobs) | jobs that are due, in lanes | workers, at a throughput | its run is over |
//! | [`routing`](platform::stations::routing) | items, by organization and skill | places of agents on duty | it is assigned |
//! | [`assistant`](platform::stations::assistant) | conversations | places | it is settled, transferred or given up |
//!
//! What they share lies in [`platform::parts`] (queue, servers, policies) and
//! [`platform::stations::requests`] (the calls that work makes while a station has it in hand).
//!
//! # Invariants
//!
//! - Time is a whole number of nanoseconds. Events happen in the order (time, sequence number): at one
//!   instant in the order in which they were planned.
//! - A component changes only itself and affects others by planning events, or, where its event is the next one of
//!   all, by handing it on: the order is the same. A policy (retry, breaker, throttle, cache, queue order,
//!   autoscaler, back-off) plans nothing and draws nothing.
//! - Whatever began has ended by an outcome or is in flight, for units by call and for attempts by
//!   station and class; every run asserts it when it ends.
//! - Arrivals and unit keys come from a stream of their workload; every draw about a unit is a function of
//!   (key, place, purpose, attempt). So a patch changes what it touches and nothing else.
//! - Inside a run there is no wall clock, no thread, no environment, and no order that differs from run to
//!   run. The same scenario, seed and patches give the same bytes.
//! - Every configuration that the timeline will set is worked out and checked before the run begins.
//! - A scenario is refused before memory is taken for it, and a run that gets out of hand is ended by a limit
//!   of the model, reproducibly. Only the command line looks at a clock or at memory, and then ends the
//!   process.
//! - No incident, date or company is known here: a new incident is a new file.
//!
//! # Deviations from the first design
//!
//! - A *class* is the workload that work descends from; there is no other classification.
//! - Calls of one station have a `step`: those of one step are made in parallel, steps in sequence. One
//!   mechanism serves both.
//! - The latency of a call is taken once, on the way to the callee, for request and answer together.
//! - A metric may be taken over a fixed span (`metrics`), since not every documented fact is about
//!   something that is bad.
//! - Patches that follow an alert may touch what others touch: every order in which they may come is
//!   worked out and checked before the run, up to a limit, instead of being refused.
//! - Routing has lines of its own and not the common queue, since a line must be able to stop at its head
//!   and to let items back to where they stood; its agents are counted by group and organization.
//! - A job that is repeated is a client of a closed population that thinks for its period.
//! - A rate limit may be kept for each conversation, and there a refusal may count against it: without
//!   that no conversation stays refused for long.
//! - A sweep is cut into parts of fixed size, and a shard is every N-th part: so it does not matter into how
//!   many shards a sweep is cut, or who makes which part, and a merge needs nothing but the parts.
//! - A search decides at each value by a sequential test instead of a fixed number of seeds, and tells values
//!   that cannot be decided as such.
//! - Scenario files may carry `//` and `/* */` comments.

pub mod cli;
pub mod engine;
pub mod experiment;
pub mod golden;
pub mod measure;
pub mod platform;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod units;
