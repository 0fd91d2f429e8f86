use std::{fs, io::Write, time::Duration};

use tokio::{sync::mpsc, time::timeout};

use super::*;
use crate::{
    io::files,
    model::reading::{Kind, Needle},
};

/// What serves, and what it says.
struct Served {
    _dir: tempfile::TempDir,
    root: Arc<Root>,
    looker: Looker,
    feed: mpsc::Receiver<Feed>,
}

impl Served {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Arc::new(Root::new(dir.path()));
        files::prepare(&root).unwrap();
        let (to_feed, feed) = mpsc::channel(64);
        let looker = open(root.clone(), to_feed);
        Self {
            _dir: dir,
            root,
            looker,
            feed,
        }
    }

    fn log(&self, text: &str) {
        let path = self.root.log_file(&web(), Stream::Stdout).unwrap();
        fs::File::create(path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }

    fn ask(&self, number: u64, want: Reading) {
        let look = Look {
            number,
            service: web(),
            streams: None,
            want,
        };
        self.looker.try_send(look).unwrap();
    }

    /// The next answer that is not about how far it is.
    async fn answer(&mut self) -> (u64, Told) {
        loop {
            let next = timeout(Duration::from_secs(20), self.feed.recv()).await;
            let Feed::Book(leaf) = next.unwrap().unwrap() else {
                panic!("not about a log");
            };
            if !matches!(leaf.told, Told::Progress(_)) {
                return (leaf.number, leaf.told);
            }
        }
    }
}

fn web() -> ServiceName {
    "web".parse().unwrap()
}

fn search(needle: &str) -> Reading {
    let needle = Needle::new(needle, Kind::Text).unwrap();
    Reading::Search {
        spot: Spot::End,
        towards: Towards::Older,
        sought: Box::new(Sought {
            needle: Some(needle),
            level: None,
        }),
        most: 3,
    }
}

#[tokio::test]
async fn pages_and_what_is_found_carry_the_number_of_their_request() {
    let mut served = Served::new();
    served.log("one\ntwo\nthree\nfour\n");
    let (spot, towards) = (Spot::Start, Towards::Newer);
    served.ask(
        7,
        Reading::Page {
            spot,
            towards,
            most: 2,
        },
    );
    let (number, told) = served.answer().await;
    let Told::Page(page) = told else {
        panic!("{told:?}");
    };
    assert_eq!((number, page.lines.len()), (7, 2));
    served.ask(8, search("tw"));
    let (number, told) = served.answer().await;
    let Told::Found { pos, page, .. } = told else {
        panic!("{told:?}");
    };
    let texts: Vec<_> = page.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!((number, pos), (8, 4));
    assert_eq!(texts, ["one", "two", "three"]);
    served.ask(9, search("absent"));
    assert_eq!(served.answer().await, (9, Told::Nothing));
}

#[tokio::test]
async fn a_search_ends_when_it_is_stopped() {
    let mut served = Served::new();
    served.log(&"a line that does not hold it\n".repeat(2_000_000));
    served.ask(1, search("absent"));
    served.ask(2, Reading::Stop);
    assert_eq!(served.answer().await, (1, Told::Stopped));
}

#[tokio::test]
async fn what_cannot_be_read_is_one_sentence() {
    let mut served = Served::new();
    fs::create_dir(served.root.log_file(&web(), Stream::Stdout).unwrap()).unwrap();
    served.ask(1, search("absent"));
    let (_, told) = served.answer().await;
    let Told::Failed(why) = told else {
        panic!("{told:?}");
    };
    assert!(
        why.starts_with("Could not read ") && why.ends_with("web_stdout.log: not a regular file."),
        "{why}"
    );
}
