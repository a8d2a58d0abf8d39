//! How fast replays are: a line for each scenario.

use super::style::{Look, WARNING};
use super::table::{Cell, Column, Table};
use crate::report::words::count;

/// How the runs of one scenario went.
#[derive(Clone, Debug)]
pub struct Speed {
    /// The scenario's id.
    pub scenario: String,
    /// Its file; none for a workload that comes with the program.
    pub file: Option<String>,
    /// Events of one run.
    pub events: u64,
    /// The limit of the scenario that stopped its runs before their end, by its name.
    pub stopped_by: Option<String>,
    /// How long the run of median length took.
    pub seconds: f64,
    /// How long it took to read and check the scenario, in the median.
    pub seconds_of_reading: f64,
    /// The most memory that the process of any run had, in bytes.
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
        Column::left(""),
    ]);
    for speed in speeds {
        let stopped_by = speed.stopped_by.as_ref();
        table.add(vec![
            Cell::new(name(speed, speeds)),
            Cell::new(count(speed.events as f64)),
            Cell::new(format!("{:.2} s", speed.seconds)),
            Cell::new(format!("{:.1} M", speed.events_per_second() / 1e6)),
            Cell::new(format!("{:.0}", speed.nanos_per_event())),
            Cell::new(format!("{:.1} MB", speed.peak_memory as f64 / 1e6)),
            Cell::new(format!("{:.1} ms", 1e3 * speed.seconds_of_reading)),
            Cell::new(
                stopped_by.map_or_else(String::new, |it| format!("! stopped by limits.{it}")),
            )
            .styled(WARNING),
        ]);
    }
    table.render(look)
}

/// The scenario's id, or its file where others have the same id.
fn name(speed: &Speed, speeds: &[Speed]) -> String {
    let namesakes = speeds.iter().filter(|it| it.scenario == speed.scenario).count();
    speed.file.clone().filter(|_| namesakes > 1).unwrap_or_else(|| speed.scenario.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storm() -> Speed {
        Speed {
            scenario: "storm".to_owned(),
            file: None,
            events: 3_000_000,
            stopped_by: None,
            seconds: 0.375,
            seconds_of_reading: 0.0012,
            peak_memory: 9_500_000,
        }
    }

    fn rows(speeds: &[Speed]) -> Vec<String> {
        let text = table(speeds, Look { width: 200, is_coloured: false });
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().skip(1).map(words).collect()
    }

    #[test]
    fn a_speed_is_told_in_every_unit() {
        assert_eq!(rows(&[storm()]), ["storm 3,000,000 0.38 s 8.0 M 125 9.5 MB 1.2 ms"]);
    }

    #[test]
    fn a_run_that_is_not_whole_is_marked() {
        let stopped = Speed { stopped_by: Some("events".to_owned()), ..storm() };
        let [row] = &rows(&[stopped])[..] else { panic!("one row") };
        assert!(row.ends_with("1.2 ms ! stopped by limits.events"), "{row}");
    }

    #[test]
    fn scenarios_of_one_id_are_told_apart_by_their_files() {
        let of = |file: &str| Speed { file: Some(file.into()), ..storm() };
        let other = Speed { scenario: "calm".to_owned(), ..of("calm.json") };
        let names: Vec<String> = rows(&[storm(), of("a/storm.json"), of("b.json"), other])
            .iter()
            .map(|row| row.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["storm", "a/storm.json", "b.json", "calm"]);
    }
}
