//! Replays, or a [`comparison`], as one page that opens anywhere: no network, no other file, readable without a script.
//!
//! Everything that is to be seen is drawn here, as HTML and SVG: the time of each chart is the width of its
//! view box, so that it fits any screen. The script only adds what needs a hand: zoom, a cursor across all
//! charts, tables of their values. What a scenario says is text, escaped by `markup`.

pub mod comparison;
mod data;
mod figure;
mod head;
mod sections;
mod strip;
pub mod sweep;
mod tenants;

use super::Report;
use super::account::verdict::{Answer, verdict};
use super::chart::frame::Frame;
use super::chart::indicators::charts;
use super::chart::stations::stations;
use super::explain::ledger::Ledger;
use super::json::Replay;
use super::markup::escaped;
use figure::{Figure, Lines};
use sections::{SHADES, Section};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// One replay as a part of a page.
#[derive(Clone, Debug)]
pub struct Article {
    title: String,
    answer: Answer,
    id: String,
    html: String,
}

impl Article {
    /// The article of a replay; `place` is its number on the page, `file` the name of its scenario's file.
    #[must_use]
    pub fn new(report: &Report, ledger: &Ledger, (place, file): (usize, &str)) -> Self {
        let id = format!("r{}", place + 1);
        let frame = Frame::new(report);
        let (indicators, stations) = (charts(report, &frame), stations(report, &frame));
        let zone = &report.scenario.file.clock.zone;
        let points = frame.told(report.scenario.clock.resolution());
        let points = format!("load, queue, errors and capacity of each; {points}");
        let mut figure = Figure::new((&id, zone), &frame, Lines::Measures);
        let sections = [
            Some(strip::strip(report, &frame, &id)),
            sections::indicators(&indicators, SHADES, &mut figure),
            Some(sections::stations("Stations", &stations, &points, &mut figure)),
            sections::facts(report),
            sections::thresholds(report),
            sections::impact(report),
            tenants::tenants(report, &frame),
            Some(sections::story(report, &id)),
            sections::robustness(report),
            Some(sections::assumptions(ledger)),
            Some(sections::run_again(report, file)),
        ];
        let sections: Vec<Section> = sections.into_iter().flatten().collect();
        let shown = indicators.iter().chain(stations.iter().flat_map(|it| &it.charts));
        let mut parts =
            vec![head::head(report, &frame, &indicators), sections::contents(&sections, &id)];
        parts.extend(sections.iter().map(|section| section.render(&id)));
        parts.push(data::data(&Replay::new(report), &frame, (&id, shown)));
        let html = format!("<article id=\"{id}\">\n{}</article>\n", parts.concat());
        let title = report.scenario.file.title.clone();
        Self { title, answer: verdict(report).0, id, html }
    }
}

/// A whole page of these articles, which ends in a line break.
#[must_use]
pub fn page(articles: &[Article]) -> String {
    let title = match articles {
        [article] => article.title.clone(),
        _ => format!("{} replays", articles.len()),
    };
    let contents = if articles.len() > 1 { contents(articles) } else { String::new() };
    let articles: String = articles.iter().map(|article| article.html.as_str()).collect();
    document(&title, &contents, &articles)
}

/// A whole page: what leads into it, if anything does, and its articles.
fn document(title: &str, contents: &str, articles: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{contents}\
         <main>\n{articles}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        escaped(title)
    )
}

fn contents(articles: &[Article]) -> String {
    let entry = |it: &Article| {
        let (id, mark, title) = (&it.id, it.answer.mark(), escaped(&it.title));
        format!("<li><a href=\"#{id}\"><span class=\"mark\">{mark}</span> {title}</a></li>\n")
    };
    let entries: String = articles.iter().map(entry).collect();
    format!("<nav aria-label=\"Replays on this page\">\n<ol>\n{entries}</ol>\n</nav>\n")
}
