//! Where things stand on the screen: pure geometry, shared by drawing and by moving.

use ratatui::layout::Rect;

use super::state::{Density, UiState};

/// Below this many columns and rows only three plain lines are shown.
pub const SMALLEST: (u16, u16) = (40, 10);

/// From this many columns and rows on there is room for the attention line and the log.
const ROOMY: (u16, u16) = (80, 20);

/// From this many columns and rows on a page fits beside the table.
const WIDE: (u16, u16) = (160, 45);

/// The smallest tile of the panes, in columns and rows.
const TILE: (u16, u16) = (56, 8);

/// Blank columns between two tiles.
const GUTTER: u16 = 2;

/// A log with fewer rows than this is not worth its place.
const LOG_MIN: usize = 3;

/// From this many columns on the last hour of all services is shown, in so many rows, where the log
/// keeps that many.
const HOUR_COLUMNS: u16 = 120;
const HOUR: usize = 2;
const LOG_BESIDE_HOUR: usize = 6;

/// From this many services on, a cell each says more than a table that scrolls.
const MANY: usize = 60;

/// How much room there is. What more columns and rows give is a matter of each part: the table
/// has its columns by width, the log takes the rows that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Three plain lines.
    Floor,
    /// A list, and two lines about the service under the cursor.
    Compact,
    /// The table, and a log below it.
    Standard,
    /// The page of the service under the cursor stands beside the table.
    Wide,
}

/// How much room a screen has.
pub fn tier((columns, rows): (u16, u16)) -> Tier {
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        Tier::Floor
    } else if columns < ROOMY.0 || rows < ROOMY.1 {
        Tier::Compact
    } else if columns < WIDE.0 || rows < WIDE.1 {
        Tier::Standard
    } else {
        Tier::Wide
    }
}

/// Whether the screen is too small for anything but three plain lines.
pub fn is_tiny(size: (u16, u16)) -> bool {
    tier(size) == Tier::Floor
}

/// The part of the screen that a view has, and what covers it: without the header, the attention
/// line where there is one, the action line and the footer.
pub fn body((columns, rows): (u16, u16)) -> Rect {
    let above: u16 = match tier((columns, rows)) {
        Tier::Compact => 1,
        Tier::Floor | Tier::Standard | Tier::Wide => 2,
    };
    Rect::new(0, above.min(rows), columns, rows.saturating_sub(above + 2))
}

/// How tiles are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Tiles beside each other.
    pub columns: usize,
    /// Tiles below each other.
    pub rows: usize,
    /// Pages that all tiles need.
    pub pages: usize,
}

impl Grid {
    /// Tiles on one page.
    pub fn per_page(self) -> usize {
        (self.columns * self.rows).max(1)
    }

    /// The page on which the tile with this number, from 0, stands.
    pub fn page_of(self, index: usize) -> usize {
        index / self.per_page()
    }
}

/// How many tiles fit, and how many pages that makes.
pub fn grid(size: (u16, u16), services: usize) -> Grid {
    let body = body(size);
    let fit = |room: u16, one: u16, gap: u16| usize::from((room + gap) / (one + gap)).max(1);
    let services = services.max(1);
    let columns = fit(body.width, TILE.0, GUTTER).min(services);
    let rows = fit(body.height, TILE.1, 0).min(services.div_ceil(columns));
    Grid {
        columns,
        rows,
        pages: services.div_ceil(columns * rows),
    }
}

/// The tiles of a page, row by row; those that no service needs are the last ones.
pub fn tiles(size: (u16, u16), grid: Grid) -> Vec<Rect> {
    let body = body(size);
    let columns = u16::try_from(grid.columns).unwrap_or(1).max(1);
    let rows = u16::try_from(grid.rows).unwrap_or(1).max(1);
    let width = body.width.saturating_sub(GUTTER * (columns - 1));
    let mut tiles = Vec::with_capacity(grid.per_page());
    for row in 0..rows {
        let (top, height) = share(body.height, rows, row);
        for column in 0..columns {
            let (left, width) = share(width, columns, column);
            tiles.push(Rect::new(
                body.x + left + GUTTER * column,
                body.y + top,
                width,
                height,
            ));
        }
    }
    tiles
}

/// The place and the length of the part with this number when a length is divided into equal parts.
fn share(length: u16, parts: u16, number: u16) -> (u16, u16) {
    let edge = |n: u16| u32::from(length) * u32::from(n) / u32::from(parts);
    let (from, to) = (edge(number), edge(number + 1));
    (
        u16::try_from(from).unwrap_or(0),
        u16::try_from(to - from).unwrap_or(0),
    )
}

/// How the services are shown: as chosen; else as panes where every service gets one, as cells
/// where a table would hide most of them or some of those in trouble, or as a table. Where there
/// is little room there are no panes.
pub fn density(ui: &UiState, services: usize, in_trouble: usize) -> Density {
    if matches!(tier(ui.size), Tier::Floor | Tier::Compact) {
        return match ui.chosen {
            Some(Density::Grid) => Density::Grid,
            Some(Density::Panes | Density::Table) | None => Density::Table,
        };
    }
    ui.chosen.unwrap_or_else(|| {
        if services > 0 && grid(ui.size, services).pages == 1 {
            Density::Panes
        } else if services > MANY || in_trouble > table_room(ui.size) {
            Density::Grid
        } else {
            Density::Table
        }
    })
}

/// Whether the table has headings: a narrow list explains itself.
pub fn headings(size: (u16, u16)) -> usize {
    usize::from(size.0 >= ROOMY.0)
}

/// Rows that the table may have below its headings: two thirds, so that a log has the rest. Where
/// there is little room: all but the rule and the first line about the service.
pub fn table_room(size: (u16, u16)) -> usize {
    let height = usize::from(body(size).height);
    match tier(size) {
        Tier::Compact => height.saturating_sub(2 + headings(size)),
        Tier::Floor | Tier::Standard | Tier::Wide => {
            let room = height.saturating_sub(2);
            room - room / 3
        }
    }
}

/// Rows of the table below its headings: as many as are needed and fit.
pub fn table_rows(size: (u16, u16), rows: usize) -> usize {
    rows.min(table_room(size))
}

/// Rows above the log, below the headings: those of the table; where a page stands beside it
/// always as many as it may have, so that the log does not jump.
pub fn upper_rows(size: (u16, u16), rows: usize) -> usize {
    match tier(size) {
        Tier::Wide => table_room(size),
        Tier::Floor | Tier::Compact | Tier::Standard => table_rows(size, rows),
    }
}

/// The table and the page beside it, in an area above the log; the page has no columns where it
/// does not fit.
pub fn beside(size: (u16, u16), area: Rect) -> (Rect, Rect) {
    let page = match tier(size) {
        Tier::Wide => area.width * 2 / 5,
        Tier::Floor | Tier::Compact | Tier::Standard => 0,
    };
    let width = area.width - page;
    let right = Rect {
        x: area.x + width,
        width: page,
        ..area
    };
    (Rect { width, ..area }, right)
}

/// Rows of the last hour of all services, between table and log: none where the log would become
/// too short for it.
pub fn hour_rows(size: (u16, u16), rows: usize) -> usize {
    let room = usize::from(body(size).height).saturating_sub(upper_rows(size, rows) + 3);
    let fits = size.0 >= HOUR_COLUMNS && room >= HOUR + LOG_BESIDE_HOUR;
    if fits && tier(size) >= Tier::Standard {
        HOUR
    } else {
        0
    }
}

/// Rows of log below a table of so many rows, where the story takes one row.
pub fn log_below(size: (u16, u16), rows: usize) -> usize {
    match tier(size) {
        Tier::Floor => 0,
        Tier::Compact => {
            let spare = table_room(size).saturating_sub(rows);
            if spare < LOG_MIN { 0 } else { spare }
        }
        Tier::Standard | Tier::Wide => {
            let above = upper_rows(size, rows) + hour_rows(size, rows);
            usize::from(body(size).height).saturating_sub(above + 3)
        }
    }
}

/// Rows of log in a pane, where the story takes one row.
pub fn log_in_tile(size: (u16, u16), services: usize) -> usize {
    let tiles = tiles(size, grid(size, services));
    let rows = tiles.first().map_or(0, |tile| usize::from(tile.height));
    rows.saturating_sub(2)
}

/// Rows of the log that fills the screen, above its rule.
pub fn log_view_rows(size: (u16, u16)) -> usize {
    usize::from(body(size).height.saturating_sub(1))
}

/// The rows of the grid of cells, below its legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cells {
    /// Lines of cells.
    pub lines: usize,
    /// Services in trouble, below a rule of their own.
    pub problems: usize,
    /// The log, with its rule and its story; 0 or at least five.
    pub log: usize,
}

/// The rows that the grid of cells has.
pub fn cells_body(size: (u16, u16)) -> usize {
    let height = usize::from(body(size).height);
    match tier(size) {
        Tier::Compact => height.saturating_sub(1),
        Tier::Floor | Tier::Standard | Tier::Wide => height,
    }
}

/// How the rows are shared out: what is in trouble gets at least half of them, if it needs them.
pub fn cells(size: (u16, u16), lines: usize, problems: usize) -> Cells {
    let room = cells_body(size).saturating_sub(1);
    let block = if problems == 0 { 0 } else { problems + 1 };
    if lines + block <= room {
        let spare = room - lines - block;
        let log = if spare < LOG_MIN + 2 { 0 } else { spare };
        return Cells {
            lines,
            problems,
            log,
        };
    }
    let lines = lines.min(room - block.min(room / 2));
    Cells {
        lines,
        problems: problems.min((room - lines).saturating_sub(1)),
        log: 0,
    }
}

/// The first row that is shown of something that is turned page by page, so that `at` is seen.
pub fn page_top(at: usize, rows: usize, all: usize) -> usize {
    let rows = rows.max(1);
    (at / rows * rows).min(all.saturating_sub(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(size: (u16, u16), services: usize, in_trouble: usize) -> Density {
        let ui = UiState {
            size,
            ..UiState::default()
        };
        density(&ui, services, in_trouble)
    }

    #[test]
    fn five_services_are_panes_when_each_gets_a_tile() {
        assert_eq!(of((80, 24), 5, 0), Density::Table);
        assert_eq!(of((120, 36), 5, 0), Density::Panes);
        assert_eq!(of((200, 60), 5, 0), Density::Panes);
        assert_eq!(
            of((79, 60), 1, 0),
            Density::Table,
            "no panes in a narrow one"
        );
    }

    #[test]
    fn cells_come_when_a_table_would_hide_too_much() {
        assert_eq!(of((120, 36), 50, 8), Density::Table);
        assert_eq!(of((120, 36), 50, 40), Density::Grid);
        assert_eq!(of((120, 36), 500, 0), Density::Grid);
        assert_eq!(of((40, 12), 500, 40), Density::Table);
    }

    #[test]
    fn the_grid_has_a_tile_for_every_service_on_some_page() {
        for services in 0..60 {
            for size in [(80, 24), (120, 36), (200, 60), (0, 0), (300, 100)] {
                let grid = grid(size, services);
                assert!(
                    grid.per_page() * grid.pages >= services,
                    "{services} {size:?}"
                );
                assert!(grid.page_of(services.saturating_sub(1)) < grid.pages.max(1));
            }
        }
        let of = |size| {
            let grid = grid(size, 5);
            (grid.columns, grid.rows, grid.pages)
        };
        assert_eq!(of((120, 36)), (2, 3, 1));
        assert_eq!(of((200, 60)), (3, 2, 1));
        assert_eq!(of((80, 24)), (1, 2, 3));
    }

    #[test]
    fn tiles_do_not_overlap_and_stay_inside() {
        for size in [(80, 24), (120, 36), (199, 61), (10, 3)] {
            let grid = grid(size, 7);
            let tiles = tiles(size, grid);
            for (index, tile) in tiles.iter().enumerate() {
                assert_eq!(tile.intersection(body(size)), *tile, "{size:?}");
                for other in tiles.iter().skip(index + 1) {
                    assert!(tile.intersection(*other).is_empty(), "{tile} {other}");
                }
            }
        }
    }

    #[test]
    fn the_rows_of_a_list_never_exceed_the_body() {
        for columns in [0, 39, 40, 79, 80, 300] {
            for rows in 0..100 {
                let size = (columns, rows);
                let body = usize::from(body(size).height);
                for count in [0, 1, 7, 50, 500] {
                    assert!(table_rows(size, count) + headings(size) <= body.max(1));
                    let log = log_below(size, count);
                    assert!(log == 0 || table_rows(size, count) + 1 + log <= body);
                    let plan = cells(size, count / 10, count);
                    let rule = usize::from(plan.problems > 0);
                    let taken = plan.lines + rule + plan.problems + plan.log;
                    assert!(taken <= body.saturating_sub(1), "{size:?} {count} {plan:?}");
                }
            }
        }
    }

    #[test]
    fn five_hundred_services_and_their_problems_fit_on_a_laptop() {
        let plan = cells((120, 36), 9, 30);
        assert_eq!((plan.lines, plan.problems, plan.log), (9, 21, 0));
        let plan = cells((120, 36), 7, 22);
        assert_eq!((plan.lines, plan.problems), (7, 22));
        assert_eq!(cells((120, 36), 1, 0).log, 30);
        assert_eq!(page_top(25, 20, 30), 10);
        assert_eq!(page_top(5, 20, 30), 0);
    }
}
