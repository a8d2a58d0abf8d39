//! The top of an article: which incident it is, the verdict, and the few numbers that tell how bad it was.

use crate::platform::indicator::Indicator;
use crate::report::Report;
use crate::report::account::impact::{harmful, of_all};
use crate::report::account::story::day;
use crate::report::account::verdict::{Answer, hurt, stopped, verdict};
use crate::report::chart::Chart;
use crate::report::chart::frame::Frame;
use crate::report::html::tenants;
use crate::report::markup::escaped;
use crate::report::words::{Words, count, span};
use crate::scenario::facts::ALL;
use crate::units::Span;

pub(super) fn head(report: &Report, frame: &Frame, indicators: &[Chart]) -> String {
    let file = &report.scenario.file;
    let (answer, told) = verdict(report);
    let class = match answer {
        Answer::Shown => "shown",
        Answer::Missed => "missed",
        Answer::Changed | Answer::Nothing => "changed",
    };
    let words = Words::new(report.scenario);
    let above = format!("{} · {} · {}", file.id, day(words.day()), file.clock.zone);
    let mut html = vec![
        "<header>\n".to_owned(),
        format!("<p class=\"above\">{}</p>\n<h1>{}</h1>\n", escaped(&above), escaped(&file.title)),
        format!(
            "<p class=\"verdict {class}\"><span class=\"mark\" aria-hidden=\"true\">{}</span> <span>{}</span></p>\n",
            answer.mark(),
            escaped(&told)
        ),
    ];
    html.extend(stopped(report).map(|it| format!("<p class=\"stopped\">! {}</p>\n", escaped(&it))));
    html.push(format!("<p class=\"lead\">{}</p>\n", escaped(&hurt(report))));
    html.push(numbers(report, frame, indicators));
    html.extend(
        file.summary.as_ref().map(|it| format!("<p class=\"summary\">{}</p>\n", escaped(it))),
    );
    html.push("</header>\n".to_owned());
    html.concat()
}

/// One number and what it is.
struct Number {
    label: &'static str,
    value: String,
    beside: String,
}

fn numbers(report: &Report, frame: &Frame, indicators: &[Chart]) -> String {
    let all = [
        Some(lasted(report)),
        said(report),
        Some(paged(report, frame)),
        worst(report, indicators),
        organizations(report, frame),
        held(report),
    ];
    let cell = |it: Number| {
        format!(
            "<div><dt>{}</dt><dd><b>{}</b> <span>{}</span></dd></div>\n",
            it.label,
            escaped(&it.value),
            escaped(&it.beside)
        )
    };
    let cells: String = all.into_iter().flatten().map(cell).collect();
    format!("<dl class=\"numbers\">\n{cells}</dl>\n")
}

fn lasted(report: &Report) -> Number {
    let words = Words::new(report.scenario);
    let minutes = report.outcome.counts.of(&format!("{ALL}.minutes")).and_then(|it| it.0);
    let label = "Customers hurt for";
    match (minutes, of_all(report, "first"), of_all(report, "last")) {
        (Some(minutes), Some(first), Some(last)) => Number {
            label,
            value: span(Span::from_nanos_f64(minutes * 60e9)),
            beside: format!("{} – {}", words.moment(first), words.moment(last)),
        },
        _ => Number { label, value: "0s".to_owned(), beside: "no window of impact".to_owned() },
    }
}

fn said(report: &Report) -> Option<Number> {
    let page = report.scenario.file.status_page.as_ref()?;
    let words = Words::new(report.scenario);
    let (first, last) = (page.updates.first()?, page.updates.last()?);
    let value = page.public_minutes.map_or("no figure".to_owned(), |it| format!("{it} min"));
    let beside = format!("{} – {}", words.local(first.at), words.local(last.at));
    Some(Number { label: "Status page says", value, beside })
}

fn paged(report: &Report, frame: &Frame) -> Number {
    let indicators = report.outcome.platform.indicators().iter();
    let alerted = indicators.filter_map(|it| Some((it.alerted()?, &it.config().name)));
    let label = "First alert";
    let Some((at, name)) = alerted.min() else {
        return Number { label, value: "none".to_owned(), beside: "nobody was paged".to_owned() };
    };
    let value = Words::new(report.scenario).moment(at);
    let began = frame.impact.first().map(|impact| frame.instant(impact[0]));
    let beside = match began {
        Some(began) if began <= at => format!("{name}, {} into the impact", span(at.since(began))),
        Some(began) => format!("{name}, {} before the impact", span(began.since(at))),
        None => name.clone(),
    };
    Number { label, value, beside }
}

/// The worst value of the indicator that was bad for longest.
fn worst(report: &Report, indicators: &[Chart]) -> Option<Number> {
    let minutes = |it: &Indicator| {
        let name = format!("{}.minutes", it.config().name);
        report.outcome.counts.of(&name).and_then(|(value, _)| value).unwrap_or(0.0)
    };
    let longest = harmful(report).map(|it| (minutes(it), it)).filter(|(minutes, _)| *minutes > 0.0);
    let (_, longest) = longest.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let chart = indicators.iter().find(|chart| chart.title == longest.config().name)?;
    // What the chart says is `highest 12 at 10:29:04`.
    let (value, at) = chart.extreme.split_once(" at ")?;
    let value = value.split_once(' ').map_or(value, |(_, value)| value).to_owned();
    let places = &report.scenario.file.indicators[&longest.config().name].of.0;
    let line = chart.lines.first().map_or("", |line| line.name.as_str());
    let beside = format!("{line} of {}, at {at}", places.join(", "));
    Some(Number { label: "At worst", value, beside })
}

fn organizations(report: &Report, frame: &Frame) -> Option<Number> {
    let most = harmful(report).map(|it| (it.tenants_hurt(), &it.config().name));
    let (hurt, name) = most.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let all = count(f64::from(report.scenario.file.tenants.count));
    let value = format!("{} of {all}", count(tenants::count_hurt(report, frame) as f64));
    let beside = format!("at some time; {} by {name}", count(hurt as f64));
    Some(Number { label: "Organizations hurt", value, beside })
}

fn held(report: &Report) -> Option<Number> {
    let all = report.verdicts.len();
    let missed: Vec<&str> = report.missed().map(|it| it.id.as_str()).collect();
    let beside = if missed.is_empty() {
        "none is missed".to_owned()
    } else {
        format!("missed: {}", missed.join(", "))
    };
    let value = format!("{} of {all}", all - missed.len());
    (all > 0).then_some(Number { label: "Facts that hold", value, beside })
}
