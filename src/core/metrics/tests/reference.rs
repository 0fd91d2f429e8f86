//! Random histories, against a reference that looks at every second anew.

use proptest::prelude::*;

use super::*;

/// Something that happens, some seconds after the one before.
#[derive(Debug, Clone, Copy)]
enum Op {
    Start,
    Stop,
    Spawn,
    Healthy,
    Unhealthy,
    Dies,
    Completes,
    EndsAsked,
    OwnerLeaves,
    OwnerDies,
    Adopted,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        Just(Op::Start),
        Just(Op::Stop),
        Just(Op::Spawn),
        Just(Op::Healthy),
        Just(Op::Unhealthy),
        Just(Op::Dies),
        Just(Op::Completes),
        Just(Op::EndsAsked),
        Just(Op::OwnerLeaves),
        Just(Op::OwnerDies),
        Just(Op::Adopted),
    ]
}

fn write(story: Story, at: f64, op: Op) -> Story {
    match op {
        Op::Start => story.ask(at, Action::Start),
        Op::Stop => story.ask(at, Action::Stop),
        Op::Spawn => story.starts(at, Actor::HUMAN, Action::Start),
        Op::Healthy => story.health(at, "healthy"),
        Op::Unhealthy => story.health(at, "unhealthy"),
        Op::Dies => story.exit(at, false, false),
        Op::Completes => story.exit(at, false, true),
        Op::EndsAsked => story.exit(at, true, false),
        // The next owner comes at once; the line before was the last sign of life.
        Op::OwnerLeaves => story.owner(at, "left").owner(at, "came"),
        Op::OwnerDies => story.owner(at, "came"),
        Op::Adopted => story.line(at, EventKind::Adoption, |_| {}),
    }
}

/// How it is in the second that begins at `second`: w wanted and bad, h healthy, . anything else.
fn state_at(history: &[(u32, Op)], second: u32) -> char {
    let (mut want, mut life, mut died) = (None, '?', false);
    let mut blind_from = None;
    for (place, (at, op)) in history.iter().enumerate() {
        if let Op::OwnerDies = op {
            // Nobody watched from the line before on.
            let before = place.checked_sub(1).map_or(0, |before| history[before].0);
            if before <= second && second < *at {
                blind_from = Some(before);
            }
        }
        if *at > second {
            continue;
        }
        match op {
            Op::Start => {
                want = Some(true);
                if life == '?' {
                    life = 'd';
                }
            }
            Op::Stop => want = Some(false),
            Op::Spawn => {
                want = want.or(Some(true));
                life = 'y';
            }
            Op::Healthy => {
                want = want.or(Some(true));
                life = 'h';
            }
            Op::Unhealthy => {
                want = want.or(Some(true));
                life = 'u';
            }
            Op::Dies => {
                want = want.or(Some(true));
                (life, died) = ('d', true);
            }
            Op::Completes => (want, life, died) = (Some(false), 'd', false),
            Op::EndsAsked => (life, died) = ('d', false),
            Op::Adopted => (want, life) = (Some(true), '?'),
            Op::OwnerLeaves | Op::OwnerDies if life == 'd' => {
                if !died {
                    want = want.and(Some(false));
                }
            }
            Op::OwnerLeaves | Op::OwnerDies => life = '?',
        }
    }
    match (blind_from, want, life) {
        (None, Some(true), 'h') => 'h',
        (None, Some(true), 'd' | 'y' | 'u') => 'w',
        _ => '.',
    }
}

proptest! {
    #[test]
    fn availability_is_what_a_look_at_every_second_counts(
        steps in prop::collection::vec((0_u32..90, op()), 1..40),
        rest in 0_u32..700,
    ) {
        let mut history = Vec::new();
        let mut story = Story::new();
        let mut at = 0;
        for (wait, op) in steps {
            at += wait;
            history.push((at, op));
            story = write(story, f64::from(at), op);
        }
        let end = at + rest;
        let report = story.report(f64::from(end)).availability;
        for (window, share) in [(600, report.ten_minutes), (3600, report.hour)] {
            let seconds = end.saturating_sub(window)..end;
            let states: Vec<char> = seconds.map(|second| state_at(&history, second)).collect();
            let count = |wanted: char| states.iter().filter(|it| **it == wanted).count();
            let healthy = f64::from(u32::try_from(count('h')).unwrap());
            let bad = f64::from(u32::try_from(count('w')).unwrap());
            prop_assert!(near(share.healthy_s, healthy), "{} is not {}", share.healthy_s, healthy);
            prop_assert!(near(share.wanted_s, healthy + bad), "{} is not {}", share.wanted_s, healthy + bad);
        }
    }
}
