//! What each variant changes: for each number a row for each variant, with its difference as a dot, its
//! interval as a line through it, and a line down at no difference.

use crate::experiment::compare::Comparison;
use crate::experiment::paired::Paired;
use crate::report::chart::axis::Axis;
use crate::report::chart::path::number;
use crate::report::comparison::{Effect, Row, Table, tables};
use crate::report::html::figure::Lines;
use crate::report::html::sections::Section;
use crate::report::markup::escaped;
use crate::report::words::Form;

/// A plot is so wide inside, and so high.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 24.0;
/// So much is left free at either end.
const MARGIN: f64 = 40.0;

const BESIDE: &str = "differences from the baseline, pair by pair, with 95 % intervals over seeds; less noise: how many times smaller the variance of a difference is than without common seeds";

/// The section, or nothing if no number is anything but zero.
pub(super) fn effects(it: &Comparison) -> Option<Section> {
    let tables = tables(it);
    if tables.is_empty() {
        return None;
    }
    let html: String = tables.iter().map(|table| effect(it, table)).collect();
    Some(Section::new("effects", "What each changes", BESIDE, html))
}

fn effect(it: &Comparison, table: &Table) -> String {
    let form = Form::of(&table.metric, &it.baseline.file).apart();
    let scale = Scale::of(form, table.rows.iter().filter_map(|row| row.paired.as_ref()));
    let rows: String =
        table.rows.iter().enumerate().map(|(place, it)| row(place, it, &scale)).collect();
    let unit = scale.axis.unit;
    let plot = if unit.is_empty() { String::new() } else { format!(", {unit}") };
    let heads = ["difference", "change", "mean", "told apart", "less noise"]
        .map(|it| format!("<th scope=\"col\">{it}</th>"));
    format!(
        "<details class=\"station\" open><summary><h3>{}</h3> <small>baseline {}</small></summary>\n\
         <div class=\"table\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">variant</th><th scope=\"col\" class=\"plot\">less – more{plot}</th>{}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n<tfoot><tr><td></td><td class=\"plot\">{}</td><td colspan=\"5\"></td></tr></tfoot>\n</table></div></details>\n",
        escaped(&table.metric),
        escaped(&table.baseline),
        heads.concat(),
        scale.labels()
    )
}

fn row(place: usize, it: &Row, scale: &Scale) -> String {
    let (class, mark, told) = match it.told_apart {
        Effect::Less => ("less", "✓", "less"),
        Effect::More => ("more", "✗", "more"),
        Effect::None => ("alike", "–", "no"),
    };
    let plot = it.paired.as_ref().map_or(String::new(), |paired| {
        let said = escaped(&format!("{}: {}", it.variant, it.difference));
        scale.plot(paired, class, &said)
    });
    let name = Lines::Variants.named(place + 1, &it.variant);
    let numbers = [&it.difference, &it.change, &it.mean]
        .map(|it| format!("<td class=\"number\">{}</td>", escaped(it)));
    format!(
        "<tr class=\"{class}\"><th scope=\"row\">{name}</th><td class=\"plot\">{plot}</td>{}<td><span class=\"mark\">{mark}</span> {told}</td><td class=\"number\">{}</td></tr>\n",
        numbers.concat(),
        escaped(&it.reduction)
    )
}

/// Which difference stands where; nothing always stands somewhere.
struct Scale {
    low: f64,
    high: f64,
    /// How much of the scale one of the number's own unit is.
    factor: f64,
    axis: Axis,
}

impl Scale {
    fn of<'a>(form: Form, pairs: impl Iterator<Item = &'a Paired>) -> Self {
        // The platform has lengths of time in nanoseconds, axes have them in seconds.
        let base = if form == Form::Span { 1e-9 } else { 1.0 };
        let [mut low, mut high] = [0.0_f64; 2];
        for it in pairs {
            let half = it.difference.half_width.unwrap_or(0.0);
            low = low.min((it.difference.mean - half) * base);
            high = high.max((it.difference.mean + half) * base);
        }
        let axis = Axis::of(form, "", high.max(-low));
        let factor = base * axis.factor;
        Self { low: low * axis.factor, high: high * axis.factor, factor, axis }
    }

    /// Where a value of the scale's unit lies across.
    fn x(&self, value: f64) -> f64 {
        let width = self.high - self.low;
        let share = if width > 0.0 { (value - self.low) / width } else { 0.5 };
        MARGIN + share * (WIDTH - 2.0 * MARGIN)
    }

    fn plot(&self, it: &Paired, class: &str, said: &str) -> String {
        let middle = HEIGHT / 2.0;
        let mean = it.difference.mean * self.factor;
        let ends = it.difference.half_width.map(|half| {
            let half = half * self.factor;
            let [from, to] = [mean - half, mean + half].map(|it| number(self.x(it)));
            let (top, cap) = (number(middle - 5.0), 10);
            format!(
                "<path class=\"whisker\" d=\"M{from} {middle}H{to}M{from} {top}v{cap}M{to} {top}v{cap}\"/>"
            )
        });
        format!(
            "<svg role=\"img\" aria-label=\"{said}\" class=\"{class}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\"><path class=\"zero\" d=\"M{} 0V{HEIGHT}\"/>{}<path class=\"mean\" d=\"M{} {middle}h0\"/></svg>",
            number(self.x(0.0)),
            ends.unwrap_or_default(),
            number(self.x(mean))
        )
    }

    /// No difference, and the outermost label on either side that is not too near to it.
    fn labels(&self) -> String {
        let reach = (self.high - self.low) / 4.0;
        let outermost = |most: f64| {
            let mut known = self.axis.ticks.iter().filter(|(at, _)| *at <= most && *at >= reach);
            known.next_back().filter(|(at, _)| *at > 0.0)
        };
        let mut labels = vec![(0.0, "0".to_owned())];
        labels.extend(outermost(-self.low).map(|(at, label)| (-at, format!("−{label}"))));
        labels.extend(outermost(self.high).map(|(at, label)| (*at, format!("+{label}"))));
        let label = |(at, label): (f64, String)| {
            let left = number(self.x(at) / WIDTH * 100.0);
            format!("<span style=\"left:{left}%\">{label}</span>")
        };
        let labels: String = labels.into_iter().map(label).collect();
        format!("<div class=\"scale\" aria-hidden=\"true\">{labels}</div>")
    }
}
