//! Tables whose long cells are broken into lines.

use anstyle::Style;

use super::style::{BOLD, Look, PLAIN, columns, wrap};

/// Columns stand this far apart.
const GAP: usize = 2;
/// No column is made narrower than this.
const WIDTH_MIN: usize = 16;

/// A column of a table.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) header: String,
    pub(super) is_right: bool,
    /// At most this wide; longer cells are broken into lines.
    pub(super) width_max: usize,
}

/// What stands in a cell: lines that are broken further where the column is too narrow.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    lines: Vec<String>,
    style: Style,
}

/// Rows under headers.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Column {
    pub(super) fn left(header: impl Into<String>) -> Self {
        Self { header: header.into(), is_right: false, width_max: usize::MAX }
    }

    pub(super) fn right(header: impl Into<String>) -> Self {
        Self { header: header.into(), is_right: true, width_max: usize::MAX }
    }

    pub(super) fn at_most(self, width_max: usize) -> Self {
        Self { width_max, ..self }
    }
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { lines: vec![text.into()], style: PLAIN }
    }

    pub(super) fn lines(lines: Vec<String>) -> Self {
        Self { lines, style: PLAIN }
    }

    pub(super) fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }

    fn width(&self) -> usize {
        self.lines.iter().map(|line| columns(line)).max().unwrap_or(0)
    }
}

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(super) fn add(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// The table, indented by two columns, no wider than there is room if words allow it.
    pub(super) fn render(&self, look: Look) -> String {
        let widths = self.widths(look.width.saturating_sub(2));
        let mut text = String::new();
        if self.columns.iter().any(|column| !column.header.is_empty()) {
            let headers: Vec<Cell> =
                self.columns.iter().map(|it| Cell::new(&it.header).styled(BOLD)).collect();
            self.render_row(&headers, &widths, look, &mut text);
        }
        for row in &self.rows {
            self.render_row(row, &widths, look, &mut text);
        }
        text
    }

    /// As wide as the cells, but the widest columns give way until the table fits.
    fn widths(&self, room: usize) -> Vec<usize> {
        let natural = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().map(|row| row[index].width()).max().unwrap_or(0);
            cells.min(column.width_max).max(columns(&column.header))
        };
        let mut widths: Vec<usize> = self.columns.iter().enumerate().map(natural).collect();
        let gaps = GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > room {
            let Some(widest) = widths.iter_mut().max() else { break };
            if *widest <= WIDTH_MIN {
                break;
            }
            *widest -= 1;
        }
        widths
    }

    fn render_row(&self, row: &[Cell], widths: &[usize], look: Look, text: &mut String) {
        let broken: Vec<Vec<String>> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| cell.lines.iter().flat_map(|line| wrap(line, *width)).collect())
            .collect();
        let height = broken.iter().map(Vec::len).max().unwrap_or(0);
        for index in 0..height {
            let mut line = String::from(" ");
            let mut pending = 1;
            for (place, cell) in row.iter().enumerate() {
                let shown = broken[place].get(index).map_or("", String::as_str);
                let padding = widths[place].saturating_sub(columns(shown));
                let (before, after) =
                    if self.columns[place].is_right { (padding, 0) } else { (0, padding) };
                if !shown.is_empty() {
                    line.push_str(&" ".repeat(pending + before));
                    line.push_str(&look.paint(cell.style, shown));
                    pending = 0;
                }
                let filled = if shown.is_empty() { before } else { 0 };
                pending += filled + after + GAP;
            }
            text.push_str(&line);
            text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_cells_are_broken_and_no_line_ends_in_spaces() {
        let mut table =
            Table::new(vec![Column::left("id"), Column::left("fact"), Column::right("found")]);
        table.add(vec![Cell::new("C1"), Cell::new("the queue is worked off"), Cell::new("1,234")]);
        table.add(vec![Cell::new("C10"), Cell::new(""), Cell::lines(vec!["5".into(), "6".into()])]);
        let text = table.render(Look { width: 30, is_coloured: false });
        let expected = "  id   fact              found\n  C1   the queue is      1,234\n       worked off\n  C10                        5\n                             6\n";
        assert_eq!(text, expected);
    }
}
