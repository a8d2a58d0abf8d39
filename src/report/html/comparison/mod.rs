//! A comparison as one page: the differences with their intervals, and the first seed's runs on one time axis,
//! when customers were hurt in a lane for each variant, and what happened in charts with a line for each.

mod effects;
mod lanes;

use super::data;
use super::document;
use super::figure::{Figure, Lines};
use super::sections::{self, Section, table};
use super::strip::toolbar;
use crate::experiment::compare::Comparison;
use crate::report::Report;
use crate::report::account::story::day;
use crate::report::chart::frame::Frame;
use crate::report::chart::variants::Runs;
use crate::report::comparison::{BASELINE, Document, beside, contests, left_out, origin, stopped};
use crate::report::markup::{escaped, shell};
use crate::report::words::Words;

/// Every chart has as many lines as there are variants: fewer points than on the page of one replay.
const POINTS_MAX: usize = 300;
/// The id of the only article.
const ID: &str = "r1";

/// The page, which ends in a line break; `file` is the name of the scenario's file, `options` are those of
/// the command that compared.
#[must_use]
pub fn page(it: &Comparison, file: &str, options: &[String]) -> String {
    let scenarios =
        std::iter::once(it.baseline).chain(it.variants.iter().map(|variant| &variant.scenario));
    let reports: Vec<Report> =
        scenarios.zip(&it.runs).map(|(it, outcome)| Report::new(it, outcome, None)).collect();
    let names = it.variants.iter().map(|variant| variant.name.clone());
    let names: Vec<String> = std::iter::once(BASELINE.to_owned()).chain(names).collect();
    let frame = Frame::of(&reports, POINTS_MAX);
    let runs = Runs { reports: &reports, names: &names, frame: &frame };
    let (indicators, places) = (runs.indicators(), runs.places());
    let mut figure = Figure::new((ID, &it.baseline.file.clock.zone), &frame, Lines::Variants);
    let points = format!("with the first seed; {}", frame.told(it.baseline.clock.resolution()));
    let sections = [
        Some(variants(it, &names)),
        effects::effects(it),
        Some(lanes::lanes(&runs)),
        sections::indicators(&indicators, &points, &mut figure),
        Some(sections::stations("Workloads and stations", &places, &points, &mut figure)),
        Some(origins(it)),
        Some(again(it, file, options)),
    ];
    let sections: Vec<Section> = sections.into_iter().flatten().collect();
    let mut parts = vec![head(it), sections::contents(&sections, ID)];
    for section in &sections {
        // Above the first section that has the time across, and in reach over all that follow.
        if section.class() == lanes::CLASS {
            parts.push(toolbar(&frame));
        }
        parts.push(section.render(ID));
    }
    let shown = indicators.iter().chain(places.iter().flat_map(|it| &it.charts));
    parts.push(data::data(&Document::new(it), &frame, (ID, shown)));
    let article =
        format!("<article class=\"compared\" id=\"{ID}\">\n{}</article>\n", parts.concat());
    document(&format!("Compared: {}", it.baseline.file.title), "", &article)
}

fn head(it: &Comparison) -> String {
    let file = &it.baseline.file;
    let words = Words::new(it.baseline);
    let above = format!("{} · {} · {}", file.id, day(words.day()), file.clock.zone);
    let stopped = (0..it.variants.len()).filter_map(|place| {
        let told = format!("{}: {}", it.variants[place].name, stopped(it, place)?);
        Some(format!("<p class=\"stopped\">! {}</p>\n", escaped(&told)))
    });
    let left_out =
        left_out(it).map(|told| format!("<p class=\"stopped\">! {}</p>\n", escaped(&told)));
    format!(
        "<header>\n<p class=\"above\">{}</p>\n<h1>{}</h1>\n{}<p class=\"lead\">{}</p>\n</header>\n",
        escaped(&above),
        escaped(&file.title),
        stopped.chain(left_out).collect::<String>(),
        escaped(&format!("{}.", beside(it)))
    )
}

/// What is compared, each with its line, which switches it off and on in all charts.
fn variants(it: &Comparison, names: &[String]) -> Section {
    let notes = &it.baseline.file.mitigations;
    let row = |(number, name): (usize, &String)| {
        let with = number.checked_sub(1).map(|place| &it.variants[place].scenario.changes.with);
        let told: Vec<String> = match with {
            None => vec!["the incident as it was".to_owned()],
            Some(with) if with.len() == 1 => {
                with.iter().filter_map(|it| Some(notes.get(it)?.note.clone())).collect()
            }
            Some(with) => vec![with.join(", ")],
        };
        let set = &it.baseline.changes.set;
        let set = if number == 0 && !set.is_empty() {
            format!(", with {}", set.join(", "))
        } else {
            String::new()
        };
        let contests = number.checked_sub(1).map_or_else(Vec::new, |place| contests(it, place));
        let told = [vec![told.concat() + &set], contests].concat().join("; ");
        let told = escaped(&told);
        let button = Lines::Variants.button(number, name);
        format!("<tr><th scope=\"row\">{button}</th><td>{told}</td></tr>\n")
    };
    let rows: String = names.iter().enumerate().map(row).collect();
    let html = table(&["variant", "what it does"], &rows);
    let beside = "each has a line of its own in lanes and charts, a later one above an earlier; press a name to put it away or show it";
    Section::new("variants", "What is compared", beside, html)
}

fn origins(it: &Comparison) -> Section {
    let row = |(place, variant): (usize, &crate::experiment::compare::Variant)| {
        let name = Lines::Variants.named(place + 1, &variant.name);
        let told = escaped(&origin(it, place));
        format!("<tr><th scope=\"row\">{name}</th><td>{told}</td></tr>\n")
    };
    let rows: String = it.variants.iter().enumerate().map(row).collect();
    let html = table(&["variant", "where the difference begins, and where most of it lies"], &rows);
    Section::new("origins", "Where it arises", "with the first seed", html)
}

/// The command that gives this page again.
fn again(it: &Comparison, file: &str, options: &[String]) -> Section {
    let options: Vec<String> = options.iter().map(|it| shell(it)).collect();
    let command = format!(
        "hindsight compare {} {} --format html -o compare.html",
        shell(file),
        options.join(" ")
    );
    let runs = it.replications.seeds() * it.replications.variants();
    let source = escaped(&it.baseline.file.source);
    let html = format!(
        "<pre><code>{}</code></pre>\n<p class=\"note\">In the folder of the scenario's file. {} replays, the first seed {}. Source: {source}</p>\n",
        escaped(&command),
        crate::report::words::count(runs as f64),
        it.baseline.seed()
    );
    Section::new("again", "Run it again", "the same bytes on every machine", html)
}
