//! The sections below the strip: charts, facts, impact, what happened in words, assumptions, and how to run
//! it again.

use crate::report::Report;
use crate::report::account::impact::Account;
use crate::report::account::{facts, impact, outlook, story, thresholds};
use crate::report::chart::Chart;
use crate::report::chart::stations::Station;
use crate::report::explain::ledger::{Ledger, Parameter, plain};
use crate::report::html::figure::Figure;
use crate::report::markup::{escaped, shell};
use crate::report::timeline::{Kind, timeline};
use crate::report::words::{Words, count};

/// What is shaded in the charts of one replay.
pub(super) const SHADES: &str = "shaded: customers were hurt, by any indicator of impact; darker, with a bar below: this indicator was bad";

/// A part of an article under a heading.
pub(super) struct Section {
    class: &'static str,
    title: &'static str,
    beside: String,
    html: String,
}

impl Section {
    /// A section of this class; what stands beside its title is plain text.
    pub(super) fn new(
        class: &'static str,
        title: &'static str,
        beside: &str,
        html: String,
    ) -> Self {
        Self { class, title, beside: escaped(beside), html }
    }

    pub(super) fn class(&self) -> &'static str {
        self.class
    }

    pub(super) fn render(&self, id: &str) -> String {
        let Self { class, title, beside, html } = self;
        format!(
            "<section class=\"{class}\" id=\"{id}-{class}\">\n<h2>{title}</h2>\n<p class=\"beside\">{beside}</p>\n{html}</section>\n"
        )
    }
}

/// Links to the sections of an article.
pub(super) fn contents(sections: &[Section], id: &str) -> String {
    let link = |it: &Section| format!("<li><a href=\"#{id}-{}\">{}</a></li>", it.class, it.title);
    let links: String = sections.iter().map(link).collect();
    format!("<nav class=\"jump\" aria-label=\"Sections\"><ul>{links}</ul></nav>\n")
}

pub(super) fn indicators(charts: &[Chart], beside: &str, figure: &mut Figure) -> Option<Section> {
    if charts.is_empty() {
        return None;
    }
    let figures: String = charts.iter().map(|it| figure.chart(it, "")).collect();
    Some(Section::new("indicators", "Indicators", beside, figures))
}

pub(super) fn stations(
    title: &'static str,
    stations: &[Station],
    beside: &str,
    figure: &mut Figure,
) -> Section {
    let station = |it: &Station| {
        let (name, kind) = (escaped(&it.name), it.kind);
        let figures: String = it.charts.iter().map(|chart| figure.chart(chart, &it.name)).collect();
        let quiet = it.quiet.join(", ");
        format!(
            "<details class=\"station\" open><summary><h3>{name}</h3> <small>{kind}</small></summary>\n<p class=\"note\">{quiet}</p>\n{figures}</details>\n"
        )
    };
    let all: String = stations.iter().map(station).collect();
    Section::new("stations", title, beside, all)
}

pub(super) fn facts(report: &Report) -> Option<Section> {
    let rows = facts::rows(report);
    if rows.is_empty() {
        return None;
    }
    let row = |it: &facts::Row| {
        let class = if it.holds { "holds" } else { "missed" };
        let said = if it.holds { "holds" } else { "missed" };
        let missed = it.missed.as_ref().map(|it| format!("<p class=\"off\">{}</p>", escaped(it)));
        let cells = [&it.id, &it.fact, it.role, &it.expected, &it.simulated].map(escaped);
        let [id, fact, role, expected, simulated] = cells;
        format!(
            "<tr class=\"{class}\"><td><span class=\"mark\">{}</span><span class=\"hidden\">{said}</span></td><th scope=\"row\">{id}</th><td>{fact}{}</td><td>{role}</td><td>{expected}</td><td>{simulated}</td></tr>\n",
            it.mark(),
            missed.unwrap_or_default()
        )
    };
    let rows: String = rows.iter().map(row).collect();
    let heads = ["", "id", "documented", "role", "expected", "simulated"];
    Some(Section::new("facts", "Facts", &facts::held(report), table(&heads, &rows)))
}

pub(super) fn thresholds(report: &Report) -> Option<Section> {
    let rows = thresholds::rows(report);
    if rows.is_empty() {
        return None;
    }
    let row = |it: &thresholds::Row| {
        let (class, said) = if it.is_kept { ("holds", "kept") } else { ("missed", "crossed") };
        let cells = [&it.name, &it.metric, &it.limit, &it.simulated].map(|it| escaped(it));
        let [name, metric, limit, simulated] = cells;
        format!(
            "<tr class=\"{class}\"><td><span class=\"mark\">{}</span><span class=\"hidden\">{said}</span></td><th scope=\"row\">{name}</th><td>{metric}</td><td>{limit}</td><td>{simulated}</td></tr>\n",
            it.mark()
        )
    };
    let beside = thresholds::kept(&rows);
    let rows: String = rows.iter().map(row).collect();
    let heads = ["", "threshold", "of", "limit", "simulated"];
    Some(Section::new("thresholds", "Thresholds", &beside, table(&heads, &rows)))
}

pub(super) fn impact(report: &Report) -> Option<Section> {
    let rows = impact::rows(report);
    if rows.is_empty() {
        return None;
    }
    let row = |it: &impact::Row| {
        let class = match it.account {
            Account::Indicator => "indicator",
            Account::Together => "together",
            Account::StatusPage => "page",
        };
        let windows: Vec<String> = it.windows.iter().map(|it| escaped(it)).collect();
        let (name, windows) = (escaped(&it.name), windows.join("<br>"));
        let numbers = [&it.minutes, &it.tenants, &it.tenant_minutes]
            .map(|it| format!("<td class=\"number\">{}</td>", escaped(it)));
        format!(
            "<tr class=\"{class}\"><th scope=\"row\">{name}</th><td>{windows}</td>{}</tr>\n",
            numbers.concat()
        )
    };
    let rows: String = rows.iter().map(row).collect();
    let heads = ["indicator", "from, to", "minutes", "tenants hurt", "tenant-minutes"];
    let compared = impact::compared(report).map(|it| format!("<p>{}</p>\n", escaped(&it)));
    let html = table(&heads, &rows) + &compared.unwrap_or_default();
    Some(Section::new("cost", "Impact", "what customers felt", html))
}

/// The timeline in words, each entry where a mark of the strip leads.
pub(super) fn story(report: &Report, id: &str) -> Section {
    let words = Words::new(report.scenario);
    let mut html = Vec::new();
    for (number, entry) in timeline(report).iter().enumerate() {
        let (mark, meaning) = story::mark(entry.kind);
        let class = match entry.kind {
            Kind::Scripted => "done",
            Kind::Emerged if entry.what.starts_with("impact") => "impact",
            Kind::Emerged => "emerged",
            Kind::StatusPage => "said",
        };
        html.push(format!(
            "<li id=\"{id}-e{}\" class=\"{class}\"><time datetime=\"{}\">{}</time> <span class=\"mark\" title=\"{meaning}\">{mark}</span> <span>{}</span></li>\n",
            number + 1,
            entry.at.strftime("%Y-%m-%dT%H:%M:%S"),
            words.civil(entry.at, entry.is_minute),
            escaped(&entry.text)
        ));
    }
    html.push(format!(
        "<li><time>{}</time> <span class=\"mark\">■</span> <span>{}</span></li>\n",
        words.moment(report.outcome.run.ended),
        escaped(&story::ending(report))
    ));
    for (name, cause) in story::not_done(report) {
        let told = escaped(&format!("not done: {name}, {cause}"));
        html.push(format!(
            "<li><time></time> <span class=\"mark\">–</span> <span>{told}</span></li>\n"
        ));
    }
    let legend = [Kind::Scripted, Kind::Emerged, Kind::StatusPage].map(|kind| {
        let (mark, meaning) = story::mark(kind);
        format!("{mark} {meaning}")
    });
    let list = format!("<ol class=\"story\">\n{}</ol>\n", html.concat());
    Section::new("timeline", "Timeline in words", &legend.join(", "), list)
}

pub(super) fn robustness(report: &Report) -> Option<Section> {
    let seeds = outlook::seeds(report)?;
    let row = |it: &outlook::Row| {
        let [name, holds, simulated] = [&it.name, &it.holds, &it.simulated].map(|it| escaped(it));
        format!(
            "<tr><th scope=\"row\">{name}</th><td class=\"number\">{holds}</td><td>{simulated}</td></tr>\n"
        )
    };
    let rows: String = outlook::robustness(report).iter().map(row).collect();
    let heads = ["fact", "holds for", "simulated: mean and 95 % confidence interval"];
    let stopped = outlook::stopped(report).map(|it| format!("<p>{it}</p>\n")).unwrap_or_default();
    Some(Section::new("robustness", "Robustness", &seeds, table(&heads, &rows) + &stopped))
}

pub(super) fn assumptions(ledger: &Ledger) -> Section {
    let its = &ledger.assumptions;
    let bases = [
        ("Calibrated: chosen so that a fact holds", &its.calibrated),
        ("Assumed: no source gives them", &its.assumed),
        ("Documented: a source states them", &its.documented),
    ];
    let heads = ["parameter", "value", "might as well lie in", "why"];
    let group = |(name, parameters): (&str, &Vec<Parameter>)| {
        if parameters.is_empty() {
            return String::new();
        }
        let (rows, all): (String, _) =
            (parameters.iter().map(parameter).collect(), parameters.len());
        format!(
            "<details><summary>{name} <small>({all})</small></summary>\n{}</details>\n",
            table(&heads, &rows)
        )
    };
    let mut html: String = bases.into_iter().map(group).collect();
    let left_out: Vec<String> =
        ledger.leaves_out.iter().map(|it| format!("<li>{it}</li>\n")).collect();
    html.extend(["<details><summary>Left out of the model</summary>\n<ul>", &left_out.concat()]);
    html.push_str("</ul></details>\n");
    Section::new("assumptions", "Assumptions", "where the parameters come from", html)
}

fn parameter(it: &Parameter) -> String {
    let value = it.value.as_ref().map(plain).unwrap_or_default();
    let range = match it.range.as_ref().and_then(|range| range.as_array()) {
        Some(ends) => ends.iter().map(plain).collect::<Vec<_>>().join(" – "),
        None => String::new(),
    };
    let fact = it.fact.as_ref().map(|it| format!(" (serves {it})")).unwrap_or_default();
    let why = format!("{}{fact}", it.why);
    let [path, value, range, why] = [&it.path, &value, &range, &why].map(|it| escaped(it));
    format!(
        "<tr><th scope=\"row\"><code>{path}</code></th><td>{value}</td><td>{range}</td><td>{why}</td></tr>\n"
    )
}

/// The command that gives this page again, and what else there is to try.
pub(super) fn run_again(report: &Report, file: &str) -> Section {
    let changes = &report.scenario.changes;
    let mut words = vec!["hindsight".to_owned(), "replay".to_owned(), shell(file)];
    for (option, values) in [("--with", &changes.with), ("--set", &changes.set)] {
        words.extend(values.iter().map(|value| format!("{option} {}", shell(value))));
    }
    words.extend(changes.seed.map(|seed| format!("--seed {seed}")));
    words.extend(report.robustness.as_ref().map(|it| format!("--seeds {}", it.seeds)));
    words.push("--format html -o replay.html".to_owned());
    let run = &report.outcome.run;
    let (events, fingerprint) = (count(run.events as f64), run.fingerprint);
    let source = escaped(&report.scenario.file.source);
    let seed = report.outcome.seed;
    let mut html = vec![format!(
        "<pre><code>{}</code></pre>\n<p class=\"note\">In the folder of the scenario's file. Seed {seed}, {events} events, fingerprint <code>{fingerprint}</code>. Source: {source}</p>\n",
        escaped(&words.join(" "))
    )];
    let row = |(name, note): (&str, &str)| {
        let (name, note) = (escaped(&shell(name)), escaped(note));
        format!("<tr><th scope=\"row\"><code>--with {name}</code></th><td>{note}</td></tr>\n")
    };
    let rows: String = outlook::mitigations(report).map(row).collect();
    if !rows.is_empty() {
        html.push("<h3>What to try next</h3>\n".to_owned());
        html.push(table(&["mitigation", "what it would do"], &rows));
    }
    Section::new("again", "Run it again", "the same bytes on every machine", html.concat())
}

pub(super) fn table(heads: &[&str], rows: &str) -> String {
    let heads: Vec<String> =
        heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let heads = heads.concat();
    format!(
        "<div class=\"table\" tabindex=\"0\"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}
