//! Who was hurt when: a row for each organization that has a name or was hurt the most, all others in one.

use crate::platform::indicator::Indicator;
use crate::report::Report;
use crate::report::account::impact::harmful;
use crate::report::chart::frame::{Frame, merged};
use crate::report::chart::path;
use crate::report::html::figure::time_axis;
use crate::report::html::sections::Section;
use crate::report::markup::escaped;
use crate::report::words::{count, span};
use crate::units::Span;

/// So many organizations have a row of their own.
const ROWS_MAX: usize = 30;
/// In so many steps the row of all others is drawn.
const CELLS: usize = 300;
/// Gaps narrower than this share of the whole cannot be seen.
const GAP: f64 = 1.0 / 1500.0;
const ROW: f64 = 10.0;

/// An organization and when it was hurt, by each indicator.
struct Tenant {
    number: usize,
    name: Option<String>,
    spells: Vec<Vec<[f64; 2]>>,
    seconds: f64,
}

pub(super) fn tenants(report: &Report, frame: &Frame) -> Option<Section> {
    let all = hurt(report, frame);
    let hurt = all.iter().filter(|it| it.seconds > 0.0).count();
    if hurt == 0 {
        return None;
    }
    let mut order: Vec<&Tenant> = all.iter().collect();
    // Those with a name first, then by how long they were hurt, the larger first.
    order.sort_by(|a, b| {
        let by_name = a.name.is_none().cmp(&b.name.is_none());
        by_name.then(b.seconds.total_cmp(&a.seconds)).then(a.number.cmp(&b.number))
    });
    let is_shown = |it: &&Tenant| it.name.is_some() || it.seconds > 0.0;
    let (shown, rest): (Vec<&Tenant>, Vec<&Tenant>) = {
        let shown: Vec<&Tenant> = order.iter().copied().filter(is_shown).take(ROWS_MAX).collect();
        let is_rest =
            |it: &&Tenant| it.seconds > 0.0 && !shown.iter().any(|row| row.number == it.number);
        let rest = order.iter().copied().filter(is_rest).collect();
        (shown, rest)
    };
    let beside = told(report, (all.len(), hurt), (&shown, &rest));
    let mut html: Vec<String> = shown.iter().map(|it| row(it, frame)).collect();
    if !rest.is_empty() {
        html.push(others(&rest, frame));
    }
    html.push(time_axis(frame, &report.scenario.file.clock.zone));
    Some(Section::new("tenants", "Organizations hurt", &beside, html.concat()))
}

fn told(
    report: &Report,
    (all, hurt): (usize, usize),
    (shown, rest): (&[&Tenant], &[&Tenant]),
) -> String {
    let lost = harmful(report).any(|it| it.spells().is_full());
    let lost = if lost {
        " There were more spells than are kept: late ones are missing here."
    } else {
        ""
    };
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(
            " Of those hurt, {} have a row of their own, named ones first, then those hurt for longest; the other {} share the last row, which is as high as the share of them that is hurt.",
            shown.iter().filter(|it| it.seconds > 0.0).count(),
            rest.len()
        )
    };
    format!(
        "{} of {} organizations were hurt at some time, each judged by its own work. A number is the place by size, 1 for the largest; darker is by several indicators at once.{rest}{lost}",
        count(hurt as f64),
        count(all as f64)
    )
}

/// Every organization with its spells in the observed time.
fn hurt(report: &Report, frame: &Frame) -> Vec<Tenant> {
    let named = &report.scenario.names.tenants;
    let indicators: Vec<&Indicator> = harmful(report).collect();
    let count = report.scenario.file.tenants.count as usize;
    let mut tenants: Vec<Tenant> = (0..count)
        .map(|number| Tenant {
            number,
            name: named.iter().find(|it| *it.1 as usize == number).map(|it| it.0.clone()),
            spells: vec![Vec::new(); indicators.len()],
            seconds: 0.0,
        })
        .collect();
    let ended = frame.second(report.outcome.platform.ended());
    for (place, indicator) in indicators.iter().enumerate() {
        for spell in indicator.spells().settled() {
            let [from, to] = [spell.from, spell.to].map(|it| frame.second(it).min(ended));
            if let Some(tenant) = tenants.get_mut(spell.tenant as usize)
                && to > from
            {
                tenant.spells[place].push([from, to]);
            }
        }
    }
    for tenant in &mut tenants {
        let spells = merged(tenant.spells.concat());
        tenant.seconds = spells.iter().map(|[from, to]| to - from).sum();
    }
    tenants
}

fn row(tenant: &Tenant, frame: &Frame) -> String {
    let number = tenant.number + 1;
    let name =
        tenant.name.as_ref().map_or(format!("#{number}"), |name| format!("{name}, #{number}"));
    let lasted = lasted(tenant.seconds);
    let by_indicator = tenant.spells.iter().map(|spells| {
        let data = path::boxes(&visible(spells, frame), 0.0, ROW);
        if data.is_empty() { String::new() } else { format!("<path d=\"{data}\"/>") }
    });
    lane(
        &name,
        &format!("{name}: hurt for {lasted}"),
        &lasted,
        (&by_indicator.collect::<String>(), frame),
    )
}

/// Spells with the gaps closed that cannot be seen.
fn visible(spells: &[[f64; 2]], frame: &Frame) -> Vec<[f64; 2]> {
    let mut visible: Vec<[f64; 2]> = Vec::new();
    for [from, to] in spells {
        match visible.last_mut() {
            Some(last) if from - last[1] < frame.seconds * GAP => last[1] = *to,
            _ => visible.push([*from, *to]),
        }
    }
    visible
}

/// How many of the others are hurt in each step.
fn others(rest: &[&Tenant], frame: &Frame) -> String {
    let cell = frame.seconds / CELLS as f64;
    let mut hurt = vec![0.0; CELLS];
    for tenant in rest {
        for [from, to] in merged(tenant.spells.concat()) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a place among few cells"
            )]
            let [first, last] = [from / cell, to / cell].map(|it| (it as usize).min(CELLS - 1));
            for (place, share) in hurt.iter_mut().enumerate().take(last + 1).skip(first) {
                let (begins, ends) = (place as f64 * cell, (place + 1) as f64 * cell);
                *share += (to.min(ends) - from.max(begins)).max(0.0) / cell;
            }
        }
    }
    let of_all = |hurt: &f64| path::number(ROW * (1.0 - hurt / rest.len() as f64));
    let mut data = format!("M0 {ROW}");
    for (place, share) in hurt.iter().enumerate() {
        data.extend(["V", &of_all(share), "H", &path::number((place + 1) as f64 * cell)]);
    }
    data.extend(["V", &path::number(ROW), "z"]);
    let (lowest, highest) = rest.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), it| {
        (least.min(it.seconds), most.max(it.seconds))
    });
    let lasted = format!("{} – {}", lasted(lowest), lasted(highest));
    let name = format!("{} others", rest.len());
    let title = format!("the other {} that were hurt: for {lasted} each", rest.len());
    let row = lane(&name, &title, &lasted, (&format!("<path d=\"{data}\"/>"), frame));
    row.replacen("lane heat", "lane heat others", 1)
}

fn lasted(seconds: f64) -> String {
    if seconds > 0.0 { span(Span::from_nanos_f64(seconds * 1e9)) } else { "never".to_owned() }
}

/// How many organizations were hurt at some observed time, by any indicator.
pub(super) fn count_hurt(report: &Report, frame: &Frame) -> usize {
    hurt(report, frame).iter().filter(|it| it.seconds > 0.0).count()
}

fn lane(name: &str, title: &str, lasted: &str, (paths, frame): (&str, &Frame)) -> String {
    let (name, title) = (escaped(name), escaped(title));
    let seconds = path::number(frame.seconds.max(1.0));
    format!(
        "<div class=\"lane heat\"><div class=\"name\">{name} <small>{lasted}</small></div><div class=\"area\"><svg role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {seconds} {ROW}\" preserveAspectRatio=\"none\"><title>{title}</title>{paths}</svg><div class=\"cursor\"></div></div></div>\n"
    )
}
