//! A sweep as a file that any number of machines can share in.
//!
//! A plan is lines of JSON: what is run, then one line a run with its id. The id hashes all that determines
//! what the run comes to, so that a part made from another scenario or by another model is never mistaken
//! for one of this plan. Runs are cut into parts of fixed size; a shard is every N-th part; a part is one
//! file, whole or not there. So it does not matter who makes which part, or how often somebody begins anew.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::sweep::Sweep;
use crate::scenario::Changes;
use crate::simulation::MODEL_VERSION;

/// The version of the layout of plans and parts.
pub const PLAN_VERSION: u32 = 1;
/// So many bytes of a hash make an id: no two runs of the world share one by chance.
const ID_BYTES: usize = 16;

/// A sweep that is run in parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What stands in its first line.
    pub head: Head,
    /// What is run.
    pub sweep: Sweep,
    /// The id of every run.
    pub ids: Vec<String>,
    /// What tells it from every other plan.
    pub(super) digest: String,
}

/// The first line of a plan: what all of its runs share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of the layout.
    pub plan_version: u32,
    /// The version of the model that the ids are of.
    pub model_version: u32,
    /// The file that the scenario was read from; what it refers to stands beside it.
    pub file: String,
    /// The mitigations that are applied in every run.
    pub with: Vec<String>,
    /// The assignments that are applied in every run.
    pub set: Vec<String>,
    /// The fields that take several values.
    pub vary: Vec<String>,
    /// The numbers that are kept.
    pub metrics: Vec<String>,
    /// How many seeds each point has.
    pub seeds: usize,
    /// How many runs there are.
    pub runs: usize,
    /// How many runs a part has.
    pub part: usize,
    /// The text of the scenario.
    pub scenario: String,
}

/// A line of a plan: one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Planned {
    run: String,
    values: Vec<String>,
    seed: u64,
}

/// The id of a run: a hash of what determines what it comes to.
///
/// `files` are the bytes of what the scenario is read from.
#[must_use]
pub fn id(files: &[Vec<u8>], changes: &Changes, seed: u64) -> String {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        // With its length before it no text can be mistaken for the end of another.
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    add(&MODEL_VERSION.to_le_bytes());
    for texts in [&changes.with, &changes.set] {
        add(&(texts.len() as u64).to_le_bytes());
        for text in texts {
            add(text.as_bytes());
        }
    }
    add(&seed.to_le_bytes());
    for bytes in files {
        add(bytes);
    }
    hex(&hash.finalize())
}

fn hex(hash: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    hash.iter().take(ID_BYTES).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The ids of all runs of a sweep, in order.
#[must_use]
pub fn ids(sweep: &Sweep, files: &[Vec<u8>]) -> Vec<String> {
    let of_point = |point| {
        let changes = sweep.changes_at(point);
        sweep.seeds.iter().map(move |seed| id(files, &changes, *seed))
    };
    sweep.points.iter().flat_map(of_point).collect()
}

impl Plan {
    /// The plan of a sweep whose runs have these ids.
    #[must_use]
    pub fn new(head: Head, sweep: Sweep, ids: Vec<String>) -> Self {
        let mut plan = Self { head, sweep, ids, digest: String::new() };
        plan.digest = hex(&Sha256::digest(plan.to_text().as_bytes()));
        plan
    }

    /// The plan as text, a line for itself and one for each run.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = line(&self.head);
        for (number, id) in self.ids.iter().enumerate() {
            let (values, seed) = self.sweep.of(number);
            text += &line(&Planned { run: id.clone(), values: values.clone(), seed });
        }
        text
    }

    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// Says which line is wrong, and in what.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let head: Head = parsed(1, lines.next().unwrap_or_default())
            .map_err(|message| format!("is no plan: {message}; help: sweep --plan makes one"))?;
        if head.plan_version != PLAN_VERSION {
            return Err(format!(
                "the plan has version {}, this program reads version {PLAN_VERSION}; help: make the plan again",
                head.plan_version
            ));
        }
        let runs: Vec<Planned> =
            lines.enumerate().map(|(at, line)| parsed(at + 2, line)).collect::<Result<_, _>>()?;
        if head.seeds == 0
            || head.runs != runs.len()
            || head.part == 0
            || runs.is_empty()
            || !runs.len().is_multiple_of(head.seeds)
        {
            return Err(format!(
                "the plan is not whole: {} of {} runs with {} seeds a point; help: make it again",
                runs.len(),
                head.runs,
                head.seeds
            ));
        }
        let points: Vec<&[Planned]> = runs.chunks(head.seeds).collect();
        let seeds: Vec<u64> = points[0].iter().map(|it| it.seed).collect();
        for (at, runs) in points.iter().enumerate() {
            let is_as_first = runs.iter().map(|it| it.seed).eq(seeds.iter().copied());
            let is_one = runs.iter().all(|it| it.values == runs[0].values);
            if !is_as_first || !is_one || runs[0].values.len() != head.vary.len() {
                let first = at * head.seeds + 2;
                return Err(format!(
                    "line {first}: its point has other seeds or values than it should"
                ));
            }
        }
        let changes = Changes {
            with: head.with.clone(),
            set: head.set.clone(),
            seed: seeds.first().copied(),
        };
        let sweep = Sweep {
            changes,
            paths: head.vary.clone(),
            points: points.iter().map(|runs| runs[0].values.clone()).collect(),
            seeds,
            metrics: head.metrics.clone(),
        };
        let ids = runs.into_iter().map(|it| it.run).collect();
        Ok(Self::new(head, sweep, ids))
    }
}

pub(super) fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("it holds nothing but texts and finite numbers");
    text + "\n"
}

pub(super) fn parsed<'de, T: Deserialize<'de>>(number: usize, line: &'de str) -> Result<T, String> {
    serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn plan() -> Plan {
        let sweep = Sweep {
            changes: Changes { seed: Some(7), ..Changes::default() },
            paths: vec!["a.b".to_owned()],
            points: vec![vec!["1".to_owned()], vec!["2".to_owned()]],
            seeds: vec![7, 8],
            metrics: vec!["m".to_owned()],
        };
        let head = Head {
            plan_version: PLAN_VERSION,
            model_version: MODEL_VERSION,
            file: "x.json".to_owned(),
            with: Vec::new(),
            set: Vec::new(),
            vary: sweep.paths.clone(),
            metrics: sweep.metrics.clone(),
            seeds: 2,
            runs: 4,
            part: 3,
            scenario: "{}".to_owned(),
        };
        let ids = ids(&sweep, &[b"{}".to_vec()]);
        Plan::new(head, sweep, ids)
    }

    #[test]
    fn a_plan_is_what_its_text_says() {
        let plan = plan();
        assert_eq!(Plan::parse(&plan.to_text()).unwrap(), plan);
        assert_eq!((plan.parts(), plan.runs_of(0), plan.runs_of(1)), (2, 0..3, 3..4));
        let lines: Vec<&str> = plan.to_text().leak().lines().collect();
        let cut = lines[..lines.len() - 1].join("\n");
        assert!(Plan::parse(&cut).unwrap_err().contains("not whole: 3 of 4 runs"));
        let other = plan.to_text().replace("\"seed\":8", "\"seed\":9");
        assert_eq!(Plan::parse(&other).unwrap().sweep.seeds, [7, 9]);
        let one = plan.to_text().replacen("\"seed\":8", "\"seed\":9", 1);
        assert!(Plan::parse(&one).unwrap_err().contains("line 4: its point has other seeds"));
        let newer = plan.to_text().replacen("\"plan_version\":1", "\"plan_version\":2", 1);
        assert!(Plan::parse(&newer).unwrap_err().contains("has version 2"));
    }

    #[test]
    fn an_id_changes_with_all_that_determines_a_run() {
        let files = [b"{}".to_vec()];
        let changes = Changes { with: vec!["w".into()], set: vec!["s=1".into()], seed: None };
        let ids = [
            id(&files, &changes, 1),
            id(&files, &changes, 2),
            id(&files, &Changes { set: vec!["s=2".into()], ..changes.clone() }, 1),
            id(&files, &Changes { with: vec![], ..changes.clone() }, 1),
            id(
                &files,
                &Changes { with: vec!["w".into(), "s=1".into()], set: vec![], seed: None },
                1,
            ),
            id(&[b"{ }".to_vec()], &changes, 1),
            id(&[b"{}".to_vec(), vec![]], &changes, 1),
        ];
        let mut unique = ids.to_vec();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len());
        assert_eq!(ids[0], id(&files, &changes, 1));
    }
}
