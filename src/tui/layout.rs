//! Where things stand on the screen: pure geometry, shared by drawing and by moving.

use ratatui::layout::Rect;

use super::state::{Density, UiState};

/// Below this many columns and rows only three plain lines are shown.
pub const SMALLEST: (u16, u16) = (80, 24);

/// The smallest tile of the panes, in columns and rows.
const TILE: (u16, u16) = (56, 8);

/// Blank columns between two tiles.
const GUTTER: u16 = 2;

/// Rows above the services: header and attention line.
pub const ROWS_ABOVE: u16 = 2;

/// Rows below the services: action line and footer.
pub const ROWS_BELOW: u16 = 2;

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

/// Whether the screen is too small for anything but three plain lines.
pub fn is_tiny((columns, rows): (u16, u16)) -> bool {
    columns < SMALLEST.0 || rows < SMALLEST.1
}

/// The part of the screen that the services have.
pub fn body((columns, rows): (u16, u16)) -> Rect {
    Rect::new(
        0,
        ROWS_ABOVE.min(rows),
        columns,
        rows.saturating_sub(ROWS_ABOVE + ROWS_BELOW),
    )
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

/// How the services are shown: as chosen; else as panes where every service gets one, or as a table.
pub fn density(ui: &UiState, services: usize) -> Density {
    ui.chosen.unwrap_or_else(|| {
        if services > 0 && grid(ui.size, services).pages == 1 {
            Density::Panes
        } else {
            Density::Table
        }
    })
}

/// Rows of the table below its headings: as many as there are services, at most two thirds.
pub fn table_rows(size: (u16, u16), services: usize) -> usize {
    let room = usize::from(body(size).height.saturating_sub(2));
    services.min(room - room / 3)
}

/// Rows of log that a service in focus has, where its story takes one row.
pub fn log_rows(ui: &UiState, services: usize) -> usize {
    let rows = match density(ui, services) {
        Density::Panes => tiles(ui.size, grid(ui.size, services))
            .first()
            .map_or(0, |tile| usize::from(tile.height)),
        Density::Table => {
            usize::from(body(ui.size).height).saturating_sub(table_rows(ui.size, services) + 1)
        }
    };
    rows.saturating_sub(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_services_are_panes_when_each_gets_a_tile() {
        let of = |size| {
            density(
                &UiState {
                    size,
                    ..UiState::default()
                },
                5,
            )
        };
        assert_eq!(of((80, 24)), Density::Table);
        assert_eq!(of((120, 36)), Density::Panes);
        assert_eq!(of((200, 60)), Density::Panes);
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
        assert_eq!(
            grid((120, 36), 5),
            Grid {
                columns: 2,
                rows: 3,
                pages: 1
            }
        );
        assert_eq!(
            grid((200, 60), 5),
            Grid {
                columns: 3,
                rows: 2,
                pages: 1
            }
        );
        assert_eq!(
            grid((80, 24), 5),
            Grid {
                columns: 1,
                rows: 2,
                pages: 3
            }
        );
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
}
