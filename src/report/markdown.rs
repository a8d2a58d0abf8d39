//! A replay as a page in Markdown, for a pull request; with pictures beside it if it gets a folder.
//!
//! Cells of tables hold what the report as text says, under the same headings.

use super::Report;
use super::account::{facts, impact, outlook, story, thresholds, verdict};
use super::chart::frame::Frame;
use super::chart::indicators::charts;
use super::chart::picture::picture;
use super::markup::{self, head as header, markdown as plain};
use super::timeline::timeline;
use super::words::{Words, count};

/// A page, and the pictures that belong beside it.
#[derive(Clone, Debug)]
pub struct Page {
    /// What each section says, ending in a line break.
    before: String,
    indicators: Vec<Indicator>,
    after: String,
}

/// A picture in a file of its own.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The name of its file.
    pub file: String,
    /// What stands in it.
    pub svg: String,
}

#[derive(Clone, Debug)]
struct Indicator {
    title: String,
    row: String,
    alternative: String,
    picture: Picture,
}

impl Page {
    /// The page of a replay; `place` is its number among those of one command.
    #[must_use]
    pub fn new(report: &Report, place: usize) -> Self {
        let sections = [facts(report), thresholds(report), impact(report), robustness(report)];
        let timeline = happened(report);
        Self {
            before: [head(report), timeline].into_iter().chain(sections).collect(),
            indicators: indicators(report, place),
            after: tail(report),
        }
    }

    /// The page as text that ends in a line break; with its pictures, or with their words alone.
    #[must_use]
    pub fn text(&self, has_pictures: bool) -> String {
        let mut text = self.before.clone();
        if !self.indicators.is_empty() {
            text.push_str("\n## Indicators\n\n");
        }
        if !has_pictures && !self.indicators.is_empty() {
            text.push_str(&header(&["indicator", "bad when", "worst", "bad for", "alert"]));
            text.extend(self.indicators.iter().map(|it| it.row.as_str()));
        }
        if has_pictures {
            for it in &self.indicators {
                let (title, alternative) = (&it.title, &it.alternative);
                let file = &it.picture.file;
                text.extend(["### ", title, "\n\n![", alternative, "](", file, ")\n\n"]);
            }
        }
        text + &self.after
    }

    /// The pictures that the text with pictures shows.
    pub fn pictures(&self) -> impl Iterator<Item = &Picture> {
        self.indicators.iter().map(|it| &it.picture)
    }
}

fn head(report: &Report) -> String {
    let file = &report.scenario.file;
    let (answer, told) = verdict::verdict(report);
    let mut text = vec![
        format!("# {}\n\n", plain(&file.title)),
        format!("**{} {}**\n\n", answer.mark(), plain(&told)),
    ];
    text.extend(verdict::stopped(report).map(|it| format!("**!** {}\n\n", plain(&it))));
    text.push(format!("{}\n", plain(&verdict::hurt(report))));
    if let Some(summary) = &file.summary {
        text.push(format!("\n> {}\n", plain(summary)));
    }
    text.concat()
}

fn happened(report: &Report) -> String {
    let words = Words::new(report.scenario);
    let zone = plain(&report.scenario.file.clock.zone);
    let mut text = vec![format!("\n## Timeline\n\n{}, {zone}\n\n", story::day(words.day()))];
    text.push(header(&["time", "", "what happened"]));
    for entry in timeline(report) {
        let time = words.civil(entry.at, entry.is_minute);
        let (mark, _) = story::mark(entry.kind);
        text.push(row(&[&time, mark, &entry.text]));
    }
    text.push(row(&[&words.moment(report.outcome.run.ended), "■", &story::ending(report)]));
    for (name, cause) in story::not_done(report) {
        text.push(row(&["", "–", &format!("not done: {name}, {cause}")]));
    }
    text.push("\n▶ done by people and deployments, ● emerged in the simulation, ◇ said by the status page\n".to_owned());
    text.concat()
}

fn thresholds(report: &Report) -> String {
    let rows = thresholds::rows(report);
    if rows.is_empty() {
        return String::new();
    }
    let heading = format!("\n## Thresholds\n\n{}\n\n", thresholds::kept(&rows));
    let mut text = vec![heading, header(&["", "threshold", "of", "limit", "simulated"])];
    let cells = rows.iter().map(|it| [it.mark(), &it.name, &it.metric, &it.limit, &it.simulated]);
    text.extend(cells.map(|cells| row(&cells)));
    text.concat()
}

fn facts(report: &Report) -> String {
    let rows = facts::rows(report);
    if rows.is_empty() {
        return String::new();
    }
    let mut text = vec![format!("\n## Facts\n\n{}\n\n", facts::held(report))];
    text.push(header(&["", "id", "documented", "role", "expected", "simulated"]));
    text.extend(
        rows.iter()
            .map(|it| row(&[it.mark(), &it.id, &it.fact, it.role, &it.expected, &it.simulated])),
    );
    let missed = rows.iter().filter_map(|it| Some((&it.id, it.missed.as_ref()?)));
    let missed: Vec<String> =
        missed.map(|(id, missed)| format!("- ✗ {}: {}\n", plain(id), plain(missed))).collect();
    if !missed.is_empty() {
        text.push("\n".to_owned());
        text.extend(missed);
    }
    text.concat()
}

fn impact(report: &Report) -> String {
    let rows = impact::rows(report);
    if rows.is_empty() {
        return String::new();
    }
    let mut text = vec!["\n## Impact\n\n".to_owned()];
    text.push(header(&["indicator", "from, to", "minutes", "tenants hurt", "tenant-minutes"]));
    text.extend(rows.iter().map(|it| {
        let windows = it.windows.join("; ");
        row(&[&it.name, &windows, &it.minutes, &it.tenants, &it.tenant_minutes])
    }));
    text.extend(impact::compared(report).map(|it| format!("\n{}\n", plain(&it))));
    text.concat()
}

fn robustness(report: &Report) -> String {
    let Some(seeds) = outlook::seeds(report) else { return String::new() };
    let mut text = vec![format!("\n## Robustness\n\n{seeds}\n\n")];
    text.push(header(&["fact", "holds for", "simulated: mean and 95 % confidence interval"]));
    let rows = outlook::robustness(report);
    text.extend(rows.iter().map(|it| row(&[&it.name, &it.holds, &it.simulated])));
    text.extend(outlook::stopped(report).map(|it| format!("\n{it}\n")));
    text.concat()
}

fn indicators(report: &Report, place: usize) -> Vec<Indicator> {
    let frame = Frame::new(report);
    let zone = &report.scenario.file.clock.zone;
    let charts = charts(report, &frame);
    let indicator = |(index, chart): (usize, &super::chart::Chart)| {
        let name = format!("{}.minutes", chart.title);
        let minutes = report.outcome.counts.of(&name).and_then(|(value, _)| value).unwrap_or(0.0);
        let bad = if chart.bad.is_empty() {
            "never".to_owned()
        } else {
            format!("{} minutes", count(minutes))
        };
        let alert = chart.alert.as_ref().map_or("–", |(_, text)| text.as_str());
        Indicator {
            title: plain(&chart.title),
            row: row(&[&chart.title, &chart.note, &chart.extreme, &bad, alert]),
            alternative: plain(&format!("{}, {}", chart.title, chart.told(&frame))),
            picture: Picture {
                file: file_name(place, index, &chart.title),
                svg: picture(chart, &frame, zone),
            },
        }
    };
    charts.iter().enumerate().map(indicator).collect()
}

/// A name of plain letters that no other picture of the folder has.
fn file_name(place: usize, index: usize, title: &str) -> String {
    let letters = title.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let name: String = letters.take(60).collect();
    format!("{}-{}-{}.svg", place + 1, index + 1, name.to_ascii_lowercase())
}

fn tail(report: &Report) -> String {
    let run = &report.outcome.run;
    let applied = report.applied();
    let applied = if applied.is_empty() { "none".to_owned() } else { applied.join(", ") };
    let facts = [
        ("scenario", report.scenario.file.id.clone()),
        ("source", report.scenario.file.source.clone()),
        ("changes", applied),
        ("seed", report.outcome.seed.to_string()),
        ("events", format!("{}, fingerprint {}", count(run.events as f64), run.fingerprint)),
    ];
    let mut text = vec!["\n## Run\n\n".to_owned(), header(&["", ""])];
    text.extend(facts.iter().map(|(label, value)| row(&[label, value])));
    let mut mitigations = outlook::mitigations(report).peekable();
    if mitigations.peek().is_some() {
        text.push("\n## What to try next\n\n".to_owned());
        text.push(header(&["`--with`", "what it would do"]));
        text.extend(mitigations.map(|(name, note)| row(&[name, note])));
    }
    text.concat()
}

/// A row of texts.
fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| plain(text)).collect();
    markup::row(&cells)
}
