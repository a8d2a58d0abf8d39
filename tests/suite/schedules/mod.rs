//! Schedules worked out by hand, run through the whole product: from the text of a scenario to its
//! series, windows and log.
//!
//! Service times and arrivals are constants, the clock starts at midnight UTC, and the series have
//! bins of one second unless a test says otherwise: the number of a bin is then the second in which
//! something happened.

mod assistants;
mod attempts;
mod caches;
mod calls;
mod capacity;
mod changes;
mod crashes;
mod gates;
mod images;
mod indicators;
mod jobs;
mod lanes;
mod metrics;
mod populations;
mod queues;
mod records;
mod routing;
