//! One chart on the page: its head, its two axes, and the plot, drawn as SVG that fits any width.

use crate::report::chart::frame::Frame;
use crate::report::chart::{Chart, path};
use crate::report::decimal::fixed;
use crate::report::markup::escaped;

/// Draws charts and numbers them.
pub(super) struct Figure<'a> {
    id: &'a str,
    zone: &'a str,
    frame: &'a Frame,
    lines: Lines,
    count: usize,
}

/// What the lines of charts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Measures of one run, whose impact is shaded.
    Measures,
    /// Runs of variants, the baseline's first, each of which can be switched off.
    Variants,
}

impl Lines {
    /// The classes of a line, by its number.
    fn class(self, number: usize) -> String {
        match self {
            Self::Measures => format!("l{number}"),
            Self::Variants => match number.checked_sub(1) {
                None => "v0".to_owned(),
                // Six colours and five dashes have no common factor: thirty differ in one or the other.
                Some(place) => format!("v{} d{}", place % 6 + 1, place % 5 + 1),
            },
        }
    }

    /// The line as a small picture, for names.
    pub(super) fn swatch(self, number: usize) -> String {
        swatch(&format!("line {}", self.class(number)))
    }

    /// A name with its line.
    pub(super) fn named(self, number: usize, name: &str) -> String {
        format!("<span class=\"variant\">{}{}</span>", self.swatch(number), escaped(name))
    }

    /// The name of a variant with its line, to be pressed.
    pub(super) fn button(self, number: usize, name: &str) -> String {
        format!(
            "<button type=\"button\" class=\"variant\" data-variant=\"{number}\" aria-pressed=\"true\">{}{}</button>",
            self.swatch(number),
            escaped(name)
        )
    }

    /// Attributes of whatever goes away with a variant.
    fn of(self, number: usize) -> String {
        match self {
            Self::Measures => String::new(),
            Self::Variants => format!(" data-of=\"{number}\""),
        }
    }
}

fn swatch(class: &str) -> String {
    format!(
        "<svg class=\"swatch\" viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path class=\"{class}\" d=\"M1 4h22\"/></svg>"
    )
}

/// How far a second lies from the left, or how wide a span is.
pub(super) fn percent(seconds: f64, frame: &Frame) -> String {
    let share = if frame.seconds > 0.0 { seconds / frame.seconds } else { 0.0 };
    format!("{}%", fixed(share * 100.0, 3).unwrap_or_default())
}

/// The labels of the time, and what time it is.
pub(super) fn time_axis(frame: &Frame, zone: &str) -> String {
    let tick = |it: crate::report::chart::frame::Tick| {
        let (left, label) = (percent(it.at, frame), escaped(&it.label));
        let side = match it.at / frame.seconds {
            ..0.03 => " class=\"first\"",
            0.97.. => " class=\"last\"",
            _ => "",
        };
        format!("<span{side} style=\"left:{left}\">{label}</span>")
    };
    let ticks: String = frame.ticks().into_iter().map(tick).collect();
    let zone = escaped(zone);
    format!(
        "<div class=\"time\" aria-hidden=\"true\"><div class=\"ticks\">{ticks}</div><div class=\"zone\">local time, {zone}</div></div>\n"
    )
}

impl<'a> Figure<'a> {
    /// Charts of an article, by its id, whose time is that of a zone.
    pub(super) fn new((id, zone): (&'a str, &'a str), frame: &'a Frame, lines: Lines) -> Self {
        Self { id, zone, frame, lines, count: 0 }
    }

    /// The next chart; `of` is whose it is, if its title does not say so.
    pub(super) fn chart(&mut self, chart: &Chart, of: &str) -> String {
        let number = self.count;
        self.count += 1;
        let (id, title) = (self.id, escaped(&chart.title));
        let whose =
            if of.is_empty() { String::new() } else { format!("{} of {of}: ", chart.title) };
        let told = escaped(&format!("{whose}{}", chart.told(self.frame)));
        let note = if chart.note.is_empty() {
            String::new()
        } else {
            format!("<p class=\"note\">{}</p>", escaped(&chart.note))
        };
        format!(
            "<figure id=\"{id}-c{number}\" data-chart=\"{number}\">\n\
             <figcaption><h4>{title}</h4>{note}<p class=\"extreme\">{}</p>{}</figcaption>\n\
             <div class=\"lane plotted\">{}<div class=\"area\">{}{}<div class=\"cursor\"></div></div></div>\n{}\
             <details class=\"values\"><summary>Values as a table</summary></details>\n</figure>\n",
            escaped(&chart.extreme),
            self.legend(chart),
            value_axis(chart),
            self.plot(chart, &told),
            self.flag(chart),
            time_axis(self.frame, self.zone),
        )
    }

    fn plot(&self, chart: &Chart, told: &str) -> String {
        let mut paths = Vec::new();
        let mut draw = |class: &str, of: &str, data: &str| {
            if !data.is_empty() {
                paths.push(format!("<path class=\"{class}\"{of} d=\"{data}\"/>"));
            }
        };
        if self.lines == Lines::Measures {
            draw("hurt", "", &path::bands(&self.frame.impact));
        }
        draw("own", "", &path::bands(&chart.bad));
        draw("grid", "", &path::grid(chart, self.frame));
        draw("bad", "", &path::bars(&chart.bad));
        for (place, line) in chart.lines.iter().enumerate() {
            let (path, dots) = path::line(chart, line, self.frame);
            let (class, of) = (self.lines.class(place), self.lines.of(place));
            draw(&format!("line {class}"), &of, &path);
            draw(&format!("dots {class}"), &of, &dots);
        }
        draw("limit", "", &path::limit(chart, self.frame).unwrap_or_default());
        if let Some((at, _)) = &chart.alert {
            draw("alert", "", &path::moment(*at));
        }
        let view_box = path::view_box(self.frame);
        format!(
            "<svg role=\"img\" aria-label=\"{told}\" viewBox=\"{view_box}\" preserveAspectRatio=\"none\">{}</svg>",
            paths.concat()
        )
    }

    fn flag(&self, chart: &Chart) -> String {
        let flag = |(at, text): &(f64, String)| {
            let left = percent(*at, self.frame);
            let text = escaped(text);
            format!(
                "<span class=\"flag\" data-t=\"{at}\" style=\"left:{left}\" title=\"{text}\">▲</span>"
            )
        };
        chart.alert.as_ref().map(flag).unwrap_or_default()
    }

    /// What each line is, with room for its value under the cursor.
    fn legend(&self, chart: &Chart) -> String {
        let name = |place: usize, name: &str| match self.lines {
            Lines::Measures => self.lines.swatch(place) + &escaped(name),
            Lines::Variants => self.lines.button(place, name),
        };
        let lines = chart.lines.iter().enumerate();
        let mut items: Vec<String> = lines
            .map(|(place, line)| format!("<li>{} <output></output></li>", name(place, &line.name)))
            .collect();
        items.extend(
            chart
                .limit
                .as_ref()
                .map(|it| format!("<li>{}{}</li>", swatch("limit"), escaped(&it.text))),
        );
        if !chart.bad.is_empty() {
            items.push(format!("<li>{}when it was bad</li>", swatch("wasbad")));
        }
        items.extend(
            chart
                .alert
                .as_ref()
                .map(|(_, text)| format!("<li><b class=\"alerted\">▲</b>{}</li>", escaped(text))),
        );
        format!("<ul class=\"legend\">{}</ul>", items.concat())
    }
}

fn value_axis(chart: &Chart) -> String {
    let tick = |(at, label): &(f64, String)| {
        let top = chart.share(at / chart.axis.factor) * 100.0;
        format!("<span style=\"top:{}%\">{label}</span>", path::number(top))
    };
    let ticks: String = chart.axis.ticks.iter().map(tick).collect();
    let unit = chart.axis.unit;
    format!(
        "<div class=\"values\" aria-hidden=\"true\"><div class=\"unit\">{unit}</div>{ticks}</div>"
    )
}
