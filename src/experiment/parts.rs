//! The parts of a planned sweep: what some of its runs came to, and the whole from all of them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::plan::{Plan, line, parsed};
use super::sweep::Record;

/// The first line of a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartHead {
    plan: String,
    part: usize,
    model_version: u32,
    runs: usize,
}

/// A line of a part: what a run came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    run: String,
    #[serde(flatten)]
    record: Record,
}

impl Plan {
    /// How many parts there are.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.ids.len().div_ceil(self.head.part)
    }

    /// The runs of a part.
    #[must_use]
    pub fn runs_of(&self, part: usize) -> Range<usize> {
        part * self.head.part..((part + 1) * self.head.part).min(self.ids.len())
    }

    /// A part as text.
    #[must_use]
    pub fn part_text(&self, part: usize, records: &[Record]) -> String {
        let head = PartHead {
            plan: self.digest.clone(),
            part,
            model_version: self.head.model_version,
            runs: records.len(),
        };
        let mut text = line(&head);
        for (id, record) in self.ids[self.runs_of(part)].iter().zip(records) {
            text += &line(&Line { run: id.clone(), record: record.clone() });
        }
        text
    }

    /// Reads a part of this plan: its runs by their ids.
    ///
    /// # Errors
    ///
    /// Refuses a part of another plan or another model, and one that is not whole.
    pub fn parse_part(&self, text: &str) -> Result<Vec<(String, Record)>, String> {
        let again = |message: String| format!("{message}; help: delete it and run its part again");
        if !text.ends_with('\n') {
            return Err(again("is not whole: its last line has no end".to_owned()));
        }
        let mut lines = text.lines();
        let head: PartHead = parsed(1, lines.next().unwrap_or_default()).map_err(again)?;
        if head.model_version != self.head.model_version {
            return Err(format!(
                "is of model version {}, the plan of {}; help: run its part again with the program that made the plan",
                head.model_version, self.head.model_version
            ));
        }
        if head.plan != self.digest {
            return Err(
                "belongs to another plan; help: keep the parts of each plan in a folder of its own"
                    .to_owned(),
            );
        }
        let found: Vec<(String, Record)> = lines
            .enumerate()
            .map(|(at, text)| parsed(at + 2, text).map(|it: Line| (it.run, it.record)))
            .collect::<Result<_, _>>()
            .map_err(again)?;
        if found.len() != head.runs {
            return Err(again(format!("is not whole: {} of {} runs", found.len(), head.runs)));
        }
        if let Some((id, _)) =
            found.iter().find(|(_, it)| it.values.len() != self.head.metrics.len())
        {
            return Err(format!("has a wrong number of values in run {id}"));
        }
        Ok(found)
    }

    /// Every run of the plan from all of its parts, each of which has the name of its file.
    ///
    /// # Errors
    ///
    /// Names a run that is missing, that is there twice, or that the plan does not know.
    pub fn merge(
        &self,
        parts: Vec<(String, Vec<(String, Record)>)>,
    ) -> Result<Vec<Record>, String> {
        let places: BTreeMap<&str, usize> =
            self.ids.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
        let mut found: Vec<Option<(String, Record)>> = vec![None; self.ids.len()];
        for (file, runs) in parts {
            for (id, record) in runs {
                let Some(place) = places.get(id.as_str()) else {
                    return Err(format!("{file}: run {id} is not in the plan"));
                };
                if let Some((other, _)) = &found[*place] {
                    return Err(format!(
                        "run {id} is there twice, in {other} and in {file}; help: delete one of them"
                    ));
                }
                found[*place] = Some((file.clone(), record));
            }
        }
        let missing: Vec<usize> =
            (0..found.len()).filter(|place| found[*place].is_none()).collect();
        if let Some(first) = missing.first() {
            let part = first / self.head.part + 1;
            return Err(format!(
                "{} of {} runs are missing, the first in part {part} of {}; help: hindsight sweep --run PLAN --resume -o FOLDER makes what is missing",
                missing.len(),
                found.len(),
                self.parts()
            ));
        }
        Ok(found.into_iter().flatten().map(|(_, record)| record).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::plan::tests::plan;
    use crate::experiment::sweep::Status;

    fn record(value: f64) -> Record {
        Record { status: Status::Finished, why: None, values: vec![Some(value)] }
    }

    /// The parts of a plan, each read from its text.
    fn parts(plan: &Plan) -> Vec<(String, Vec<(String, Record)>)> {
        let part = |part: usize| {
            let records: Vec<Record> =
                plan.runs_of(part).map(|run| record(run as f64 / 3.0)).collect();
            let text = plan.part_text(part, &records);
            (format!("part-{part}"), plan.parse_part(&text).unwrap())
        };
        (0..plan.parts()).map(part).collect()
    }

    #[test]
    fn merged_parts_are_the_whole_in_its_order() {
        let plan = plan();
        let mut all = parts(&plan);
        all.reverse();
        let expected: Vec<Record> = (0..4).map(|run| record(f64::from(run) / 3.0)).collect();
        assert_eq!(plan.merge(all).unwrap(), expected, "to the last bit");
    }

    #[test]
    fn a_run_that_is_missing_twice_there_or_unknown_is_named() {
        let plan = plan();
        let all = parts(&plan);
        let told = plan.merge(all[..1].to_vec()).unwrap_err();
        assert!(told.contains("1 of 4 runs are missing, the first in part 2 of 2"), "{told}");
        let told = plan.merge([all.clone(), vec![("copy".into(), all[1].1.clone())]].concat());
        assert!(told.unwrap_err().contains("is there twice, in part-1 and in copy"));
        let mut odd = all;
        odd[0].1[0].0 = "0".repeat(32);
        assert!(plan.merge(odd).unwrap_err().contains("is not in the plan"));
    }

    #[test]
    fn a_part_of_something_else_or_half_a_part_is_refused() {
        let plan = plan();
        let text = plan.part_text(1, &[record(1.0)]);
        let told = |text: &str| plan.parse_part(text).unwrap_err();
        assert!(told(&text[..text.len() - 1]).contains("its last line has no end"));
        assert!(told("").contains("help: delete it and run its part again"));
        let head = text.lines().next().unwrap().to_owned() + "\n";
        assert!(told(&head).contains("is not whole: 0 of 1 runs; help: delete it"));
        let newer = text.replacen("\"model_version\":", "\"model_version\":9", 1);
        assert!(told(&newer).contains("is of model version 9"));
        let mut other = plan.clone();
        other.head.set.push("x=1".into());
        let other = Plan::new(other.head, other.sweep, other.ids);
        assert!(other.parse_part(&text).unwrap_err().contains("belongs to another plan"));
    }
}
