//! Every picture of the documentation.

use std::path::Path;

use oats::{
    keymap::{
        Command,
        command::{LogCommand, Step as Move},
    },
    tui::theme::{Colour, Glyphs},
};

use super::{
    record::{Failed, Record},
    scene::{Camera, Of, Scene, Step, take},
    svg::{Ground, svg},
};

/// The sizes at which every view is shown, in columns and rows.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// Every scene.
const SCENES: &[Scene] = &[
    Scene {
        name: "first",
        about: "The first look: five services, and none of them runs",
        of: Of::First,
        steps: &[],
    },
    Scene {
        name: "panes",
        about: "Each service in a pane of its own, with its log; payments is unhealthy",
        of: Of::Five,
        steps: &[Step::Select("payments")],
    },
    Scene {
        name: "table",
        about: "Nine services as a table, the log of one below it",
        of: Of::Nine,
        steps: &[Step::Table, Step::Select("payments")],
    },
    Scene {
        name: "grid",
        about: "Five hundred services, one cell each, and a row for each in trouble",
        of: Of::Many,
        steps: &[],
    },
    Scene {
        name: "detail",
        about: "The page of one service: its process, its port, its probe, how it fared, what happened to it",
        of: Of::Nine,
        steps: &[Step::Select("payments"), Step::Press(Command::ServiceOpen)],
    },
    Scene {
        name: "log",
        about: "The log of one service on the whole screen",
        of: Of::Nine,
        steps: &[
            Step::Select("gateway"),
            Step::Press(Command::LogsOpen),
            Step::Press(Command::Log(LogCommand::Step(Move::PageUp))),
        ],
    },
    Scene {
        name: "events",
        about: "What happened, who did it, and what came of it",
        of: Of::Nine,
        steps: &[Step::Press(Command::ViewEvents)],
    },
    Scene {
        name: "menu",
        about: "Everything that can be done to a service, with the reason for what cannot",
        of: Of::Nine,
        steps: &[Step::Select("importer"), Step::Press(Command::ActionsOpen)],
    },
    Scene {
        name: "port",
        about: "Who holds the port of a service, and the ways out",
        of: Of::Nine,
        steps: &[Step::Select("admin"), Step::Press(Command::PortShow)],
    },
    Scene {
        name: "palette",
        about: "Any command by its name",
        of: Of::Nine,
        steps: &[Step::Press(Command::PaletteOpen), Step::Type("st")],
    },
    Scene {
        name: "help",
        about: "All keys",
        of: Of::Nine,
        steps: &[Step::Press(Command::HelpShow)],
    },
    Scene {
        name: "question",
        about: "The question before something that cannot be undone; the harmless choice is focused",
        of: Of::Nine,
        steps: &[Step::Select("orders"), Step::Press(Command::ServiceKill)],
    },
    Scene {
        name: "refused",
        about: "A key that cannot work says why",
        of: Of::Nine,
        steps: &[
            Step::Select("importer"),
            Step::Press(Command::ServiceRecover),
        ],
    },
    Scene {
        name: "filter",
        about: "Only the services that match a text",
        of: Of::Nine,
        steps: &[Step::Press(Command::FilterEdit), Step::Type("back")],
    },
    Scene {
        name: "lost",
        about: "A window whose owner has gone away: what it shows is the owner's last word",
        of: Of::Five,
        steps: &[Step::Lost],
    },
    Scene {
        name: "empty",
        about: "A project without services",
        of: Of::None,
        steps: &[],
    },
];

/// What is shown in other colours, with other characters, and very small.
const LOOK: Scene = Scene {
    name: "look",
    about: "Nine services, most of them in some trouble",
    of: Of::Nine,
    steps: &[Step::Select("payments")],
};

/// The other ways in which a screen may look.
fn looks() -> Vec<(&'static str, Camera)> {
    let at = |size| Camera::plain(size);
    let with = |ground, colour, glyphs| {
        let mut camera = at((100, 30));
        camera.ground = ground;
        camera.theme.colour = colour;
        camera.theme.glyphs = glyphs;
        camera
    };
    vec![
        ("dark", with(Ground::Dark, Colour::Ansi, Glyphs::Unicode)),
        ("light", with(Ground::Light, Colour::Ansi, Glyphs::Unicode)),
        ("mono", with(Ground::Dark, Colour::Mono, Glyphs::Unicode)),
        ("ascii", with(Ground::Dark, Colour::Ansi, Glyphs::Ascii)),
        ("compact", at((40, 12))),
        ("floor", at((30, 3))),
    ]
}

/// A picture: its file and what is in it.
pub(crate) struct Picture {
    /// The name of its file.
    pub(crate) file: String,
    /// The SVG.
    pub(crate) svg: String,
}

/// Takes every picture; `data` holds the records.
///
/// # Errors
///
/// A record cannot be read, or a scene asks for what is not there.
pub(crate) fn all(data: &Path) -> Result<Vec<Picture>, Failed> {
    let mut pictures = Vec::new();
    for scene in SCENES {
        let record = record(data, scene.of)?;
        for size in SIZES {
            let camera = Camera::plain(size);
            let buffer = take(scene, &record, &camera)?;
            let (columns, rows) = size;
            pictures.push(Picture {
                file: format!("{}-{columns}x{rows}.svg", scene.name),
                svg: svg(&buffer, camera.ground, scene.about),
            });
        }
    }
    for (name, camera) in looks() {
        let buffer = take(&LOOK, &record(data, LOOK.of)?, &camera)?;
        pictures.push(Picture {
            file: format!("look-{name}.svg"),
            svg: svg(&buffer, camera.ground, LOOK.about),
        });
    }
    Ok(pictures)
}

/// The record that a scene is taken from.
fn record(data: &Path, of: Of) -> Result<Record, Failed> {
    let read = |name: &str| Record::read(&data.join(name));
    match of {
        Of::First => read("first"),
        Of::Five => Ok(read("trouble")?.only(|group| group == Some("shop"))),
        Of::Nine => read("trouble"),
        Of::Many => Ok(read("trouble")?.many()),
        Of::None => Ok(read("first")?.only(|_group| false)),
    }
}
