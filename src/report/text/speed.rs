//! How fast replays are: a line for each scenario.

use super::style::Look;
use super::table::{Cell, Column, Table};
use crate::report::words::count;

/// How the runs of one scenario went.
#[derive(Clone, Debug)]
pub struct Speed {
    /// The scenario's id.
    pub scenario: String,
    /// Events of one run.
    pub events: u64,
    /// How long the run of median length took.
    pub seconds: f64,
    /// How long it took to read and check the scenario, in the median.
    pub seconds_of_reading: f64,
    /// The most memory that the process had, in bytes.
    pub peak_memory: u64,
}

impl Speed {
    /// Events handled in a second.
    #[must_use]
    pub fn events_per_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }

    /// Nanoseconds that an event takes.
    #[must_use]
    pub fn nanos_per_event(&self) -> f64 {
        1e9 * self.seconds / self.events as f64
    }
}

/// The table of speeds, which ends in a line break.
#[must_use]
pub fn table(speeds: &[Speed], look: Look) -> String {
    let mut table = Table::new(vec![
        Column::left("scenario"),
        Column::right("events"),
        Column::right("run"),
        Column::right("events/s"),
        Column::right("ns/event"),
        Column::right("peak memory"),
        Column::right("reading"),
    ]);
    for speed in speeds {
        table.add(vec![
            Cell::new(&*speed.scenario),
            Cell::new(count(speed.events as f64)),
            Cell::new(format!("{:.2} s", speed.seconds)),
            Cell::new(format!("{:.1} M", speed.events_per_second() / 1e6)),
            Cell::new(format!("{:.0}", speed.nanos_per_event())),
            Cell::new(format!("{:.1} MB", speed.peak_memory as f64 / 1e6)),
            Cell::new(format!("{:.1} ms", 1e3 * speed.seconds_of_reading)),
        ]);
    }
    table.render(look)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_told_in_every_unit() {
        let speed = Speed {
            scenario: "storm".to_owned(),
            events: 3_000_000,
            seconds: 0.375,
            seconds_of_reading: 0.0012,
            peak_memory: 9_500_000,
        };
        let text = table(&[speed], Look { width: 100, is_coloured: false });
        let row: Vec<&str> = text.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row.join(" "), "storm 3,000,000 0.38 s 8.0 M 125 9.5 MB 1.2 ms");
    }
}
