//! A sweep as one page: a curve over a single field, a heat map over two, and dots over each of more.

use super::document;
use super::sections::{self, Section, table};
use crate::experiment::sweep::{AtPoint, Swept};
use crate::experiment::vary::places;
use crate::measure::interval::Interval;
use crate::report::account::story::day;
use crate::report::chart::HEIGHT;
use crate::report::chart::axis::Axis;
use crate::report::chart::path::number;
use crate::report::decimal::fixed;
use crate::report::markup::escaped;
use crate::report::words::{Form, Words, several, with_seeds};
use crate::scenario::Scenario;

/// Of points that tie for the least so many are named.
const TIES_MAX: usize = 5;
/// Plots are so wide inside, with so much free at either end.
const WIDTH: f64 = 1000.0;
const FREE: f64 = 25.0;
/// Room above and below.
const ROOM: f64 = 20.0;
/// More labels than this do not fit under a plot.
const LABELS_MAX: usize = 12;
/// A list of more points is for programs.
const ROWS_MAX: usize = 2_000;
/// The id of the only part of the page.
const ID: &str = "r1";

/// A sweep and what is told of it.
struct Page<'a> {
    swept: &'a Swept,
    points: Vec<AtPoint>,
    baseline: &'a Scenario,
}

/// The page, which ends in a line break.
#[must_use]
pub fn page(swept: &Swept, baseline: &Scenario) -> String {
    let page = Page { swept, points: swept.points(), baseline };
    let sections = [page.pictures(), page.list()];
    let mut parts = vec![page.head(), sections::contents(&sections, ID)];
    parts.extend(sections.iter().map(|section| section.render(ID)));
    let html = format!("<div class=\"swept\" id=\"{ID}\">\n{}</div>\n", parts.concat());
    document(&format!("Swept: {}", baseline.file.title), "", &html)
}

impl Page<'_> {
    fn head(&self) -> String {
        let file = &self.baseline.file;
        let sweep = &self.swept.sweep;
        let words = Words::new(self.baseline);
        let above = format!("{} · {} · {}", file.id, day(words.day()), file.clock.zone);
        let told = format!(
            "{} at {}, {}{}.",
            sweep.paths.join(" and "),
            several(sweep.points.len(), "point"),
            with_seeds(sweep.seeds.len(), sweep.seeds[0]),
            if sweep.seeds.len() > 1 { "; intervals are of 95 %" } else { "" }
        );
        let failed: usize = self.points.iter().flat_map(|it| it.failed.values()).sum();
        let failed = if failed > 0 {
            format!(
                "<p class=\"stopped\">! {} did not finish: their points are marked and never the least</p>\n",
                several(failed, "run")
            )
        } else {
            String::new()
        };
        format!(
            "<header>\n<p class=\"above\">{}</p>\n<h1>{}</h1>\n{failed}<p class=\"lead\">{}</p>\n</header>\n",
            escaped(&above),
            escaped(&file.title),
            escaped(&told)
        )
    }

    /// The numbers that are anything but zero somewhere.
    fn metrics(&self) -> Vec<usize> {
        let is_something = |place: &usize| {
            let mut values = self.points.iter().filter_map(|it| it.values[*place]);
            values.any(|it| it.mean.abs() > 0.0)
        };
        (0..self.swept.sweep.metrics.len()).filter(is_something).collect()
    }

    fn pictures(&self) -> Section {
        let metrics = self.metrics();
        let html: String = metrics.iter().map(|metric| self.picture(*metric)).collect();
        let html = if html.is_empty() {
            "<p class=\"note\">Every number is zero at every point.</p>\n".to_owned()
        } else {
            html
        };
        let beside = match self.grid() {
            Some(_) => "the darker the more; ✗ where runs did not finish",
            None => {
                "a dot is the mean of a point, the line through it its interval; ✗ where runs did not finish"
            }
        };
        Section::new("pictures", "What comes of it", beside, html)
    }

    /// The distinct values of two fields, if every combination of them is there.
    fn grid(&self) -> Option<[Vec<String>; 2]> {
        let points = &self.swept.sweep.points;
        if self.swept.sweep.paths.len() != 2 {
            return None;
        }
        let distinct = |axis: usize| {
            let mut values: Vec<String> = Vec::new();
            for point in points {
                if !values.contains(&point[axis]) {
                    values.push(point[axis].clone());
                }
            }
            values
        };
        let both = [distinct(0), distinct(1)];
        (both[0].len() * both[1].len() == points.len()).then_some(both)
    }

    fn picture(&self, metric: usize) -> String {
        let name = escaped(&self.swept.sweep.metrics[metric]);
        let pictures = match self.grid() {
            Some(grid) => self.heat_map(metric, &grid),
            None => {
                (0..self.swept.sweep.paths.len()).map(|axis| self.curve(metric, axis)).collect()
            }
        };
        let least = if metric == 0 { self.least() } else { String::new() };
        format!("<h3>{name}</h3>\n{least}{pictures}")
    }

    /// Where the first number is least, the first few of points that tie.
    fn least(&self) -> String {
        let least = self.swept.least();
        let at = |place: &usize| {
            let values = self.swept.sweep.paths.iter().zip(&self.swept.sweep.points[*place]);
            let told = values.map(|(path, value)| format!("{path} = {value}"));
            told.collect::<Vec<String>>().join(" and ")
        };
        let mut told: Vec<String> = least.iter().take(TIES_MAX).map(at).collect();
        if least.len() > TIES_MAX {
            told.push(format!("{} more", least.len() - TIES_MAX));
        }
        let how = match least.len() {
            0 => return String::new(),
            1 => "Least",
            _ => "Least, and the same,",
        };
        format!("<p class=\"note\">{how} at {}.</p>\n", escaped(&told.join("; ")))
    }

    fn form(&self, metric: usize) -> Form {
        Form::of(&self.swept.sweep.metrics[metric], &self.baseline.file)
    }

    fn told(&self, metric: usize, value: &Interval) -> String {
        Words::new(self.baseline).interval(value, self.form(metric))
    }

    /// The lowest and the highest mean.
    fn span(&self, metric: usize) -> [f64; 2] {
        let means = self.points.iter().filter_map(|it| it.values[metric]).map(|it| it.mean);
        means
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], it| [low.min(it), high.max(it)])
    }

    /// A table whose rows are the values of the first field and whose columns those of the second.
    fn heat_map(&self, metric: usize, [rows, columns]: &[Vec<String>; 2]) -> String {
        let [low, high] = self.span(metric);
        let cell = |row: usize, column: usize| {
            let at = &self.points[row * columns.len() + column];
            let failed: Vec<String> =
                at.failed.iter().map(|(how, count)| format!("✗ {count} {how}")).collect();
            let Some(value) = at.values[metric] else {
                return format!("<td class=\"number\">{}</td>", escaped(&failed.join(", ")));
            };
            let share = if high > low { (value.mean - low) / (high - low) } else { 0.0 };
            let share = fixed(share * 60.0, 1).unwrap_or_default();
            let mean = Words::new(self.baseline).number(value.mean, self.form(metric));
            format!(
                "<td class=\"number\" style=\"--heat:{share}%\" title=\"{}\">{}{}</td>",
                escaped(&self.told(metric, &value)),
                escaped(&mean),
                if failed.is_empty() { String::new() } else { format!(" {}", failed.join(", ")) }
            )
        };
        let row = |(place, value): (usize, &String)| {
            let cells: String = (0..columns.len()).map(|column| cell(place, column)).collect();
            format!("<tr><th scope=\"row\">{}</th>{cells}</tr>\n", escaped(value))
        };
        let body: String = rows.iter().enumerate().map(row).collect();
        let [down, across] = [0, 1].map(|axis| escaped(&self.swept.sweep.paths[axis]));
        let heads: Vec<String> = columns.iter().map(|it| escaped(it)).collect();
        let heads: Vec<&str> =
            std::iter::once("").chain(heads.iter().map(String::as_str)).collect();
        format!(
            "<div class=\"heatmap\"><p class=\"note\">Down {down}, across {across}.</p>\n{}</div>\n",
            table(&heads, &body)
        )
    }

    /// The means of all points over one field.
    fn curve(&self, metric: usize, axis: usize) -> String {
        let sweep = &self.swept.sweep;
        let values: Vec<String> = sweep.points.iter().map(|point| point[axis].clone()).collect();
        let across: Vec<f64> =
            places(&values).into_iter().map(|it| FREE + it * (WIDTH - 2.0 * FREE)).collect();
        // The platform has lengths of time in nanoseconds, axes have them in seconds.
        let form = self.form(metric);
        let base = if form == Form::Span { 1e-9 } else { 1.0 };
        let reach = |it: &Interval| (it.mean + it.half_width.unwrap_or(0.0)) * base;
        let all = self.points.iter().filter_map(|it| it.values[metric]);
        let scale = Axis::of(form, "", all.map(|it| reach(&it)).fold(0.0, f64::max));
        let height = |value: f64| {
            let share = (value * base * scale.factor / scale.max).clamp(0.0, 1.0);
            (HEIGHT - ROOM) - share * (HEIGHT - 2.0 * ROOM)
        };
        let mut marks = vec![grid(&scale, &|it| height(it / scale.factor / base))];
        if sweep.paths.len() == 1 {
            let known =
                across.iter().zip(&self.points).filter_map(|(x, it)| Some((x, it.values[metric]?)));
            let line: Vec<String> = known
                .map(|(x, it)| format!("{} {}", number(*x), number(height(it.mean))))
                .collect();
            marks.push(format!("<path class=\"line l0\" d=\"M{}\"/>", line.join("L")));
        }
        for (x, at) in across.iter().zip(&self.points) {
            let x = number(*x);
            if let Some(it) = at.values[metric] {
                let half = it.half_width.unwrap_or(0.0);
                let [low, high] = [it.mean - half, it.mean + half].map(|it| number(height(it)));
                marks.push(format!("<path class=\"whisker\" d=\"M{x} {low}V{high}\"/>"));
                let y = number(height(it.mean));
                marks.push(format!("<path class=\"dots l0\" d=\"M{x} {y}h0\"/>"));
            }
            if !at.failed.is_empty() {
                marks.push(format!("<path class=\"alert\" d=\"M{x} 0v{ROOM}\"/>"));
            }
        }
        let path = escaped(&sweep.paths[axis]);
        let name = escaped(&sweep.metrics[metric]);
        format!(
            "<figure class=\"curve\"><figcaption><p class=\"note\">over {path}</p></figcaption>\n<div class=\"lane\">{}<div class=\"area\"><svg role=\"img\" aria-label=\"{name} over {path}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\">{}</svg></div></div>\n<div class=\"time\" aria-hidden=\"true\"><div class=\"ticks\">{}</div></div></figure>\n",
            scale_labels(&scale, &|it| height(it / scale.factor / base)),
            marks.concat(),
            labels(&values, &across)
        )
    }

    fn list(&self) -> Section {
        let sweep = &self.swept.sweep;
        let metrics = self.metrics();
        let row = |(point, at): (&Vec<String>, &AtPoint)| {
            let values: Vec<String> = point.iter().map(|it| cell(it)).collect();
            let told = |metric: &usize| {
                at.values[*metric].map_or("–".to_owned(), |it| self.told(*metric, &it))
            };
            let means: Vec<String> = metrics.iter().map(|it| cell(&told(it))).collect();
            let failed: Vec<String> =
                at.failed.iter().map(|(how, count)| format!("✗ {count} {how}")).collect();
            let [values, means] = [values, means].map(|it| it.concat());
            format!("<tr>{values}{means}<td>{}</td></tr>\n", failed.join(", "))
        };
        let rows: String = sweep.points.iter().zip(&self.points).take(ROWS_MAX).map(row).collect();
        let heads: Vec<String> = sweep.paths.iter().map(|it| escaped(it)).collect();
        let names: Vec<String> = metrics.iter().map(|it| escaped(&sweep.metrics[*it])).collect();
        let heads: Vec<&str> =
            heads.iter().chain(&names).map(String::as_str).chain(std::iter::once("")).collect();
        let beside = if sweep.points.len() > ROWS_MAX {
            format!("the first {ROWS_MAX} of {}; all in --format csv", sweep.points.len())
        } else {
            "in the order of their values".to_owned()
        };
        Section::new("points", "Every point", &beside, table(&heads, &rows))
    }
}

fn cell(text: &str) -> String {
    format!("<td class=\"number\">{}</td>", escaped(text))
}

fn grid(scale: &Axis, height: &dyn Fn(f64) -> f64) -> String {
    let line = |(at, _): &(f64, String)| format!("M0 {}H{WIDTH}", number(height(*at)));
    let lines: Vec<String> = scale.ticks.iter().map(line).collect();
    format!("<path class=\"grid\" d=\"{}\"/>", lines.concat())
}

fn scale_labels(scale: &Axis, height: &dyn Fn(f64) -> f64) -> String {
    let label = |(at, label): &(f64, String)| {
        let top = fixed(height(*at) / HEIGHT * 100.0, 2).unwrap_or_default();
        format!("<span style=\"top:{top}%\">{}</span>", escaped(label))
    };
    let labels: String = scale.ticks.iter().map(label).collect();
    format!(
        "<div class=\"values\" aria-hidden=\"true\"><div class=\"unit\">{}</div>{labels}</div>",
        scale.unit
    )
}

/// The values under a plot, as many as fit.
fn labels(values: &[String], across: &[f64]) -> String {
    let mut known: Vec<(f64, &String)> = across.iter().copied().zip(values).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    known.dedup_by(|a, b| a.1 == b.1);
    let every = known.len().div_ceil(LABELS_MAX);
    let label = |(x, value): &(f64, &String)| {
        let left = fixed(x / WIDTH * 100.0, 2).unwrap_or_default();
        format!("<span style=\"left:{left}%\">{}</span>", escaped(value))
    };
    known.iter().step_by(every.max(1)).map(label).collect()
}
