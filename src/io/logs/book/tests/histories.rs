use proptest::prelude::*;

use super::*;

/// Pieces of a log, with line ends, escapes and what is no text.
fn log() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[a-c ]{0,9}\n".prop_map(String::into_bytes),
        "[a-c]{0,3}(\u{1b}\\[3[0-7]m|\t|é|\u{200b})[a-c]{0,3}\n".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..9),
        (1..200_usize).prop_map(|count| b"abc".repeat(count)),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn cut(bytes: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.sort_unstable();
    let (mut parts, mut from) = (Vec::new(), 0);
    for to in cuts.into_iter().chain([bytes.len()]) {
        parts.push(bytes[from..to].to_vec());
        from = to;
    }
    parts
}

fn lines_of(bytes: &[u8]) -> Vec<String> {
    let whole = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    whole
        .split(|byte| *byte == b'\n')
        .map(clean::line)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pages_give_every_line_exactly_once_in_order(
        stdout in log(), stderr in log(),
        cuts in prop::collection::vec(0..9999_usize, 0..4),
        dropped in 0..1000_u64, most in 1..30_usize,
    ) {
        let place = Place::new();
        let parts = cut(&stdout, &cuts);
        let (live, packed) = parts.split_last().unwrap();
        for (number, part) in (1..).zip(packed.iter().rev()) {
            place.archive(Stream::Stdout, number, part);
        }
        let packed: u64 = packed.iter().map(|part| part.len() as u64).sum();
        place.base(dropped + packed, 7);
        place.write(Stream::Stdout, live);
        place.write(Stream::Stderr, &stderr);
        let mut book = place.book();
        for towards in [Towards::Older, Towards::Newer] {
            let lines = all(&mut book, towards, most);
            for (stream, bytes, first) in [(Stream::Stdout, &stdout, dropped), (Stream::Stderr, &stderr, 7)] {
                let of: Vec<_> = lines.iter().filter(|line| line.stream == stream).collect();
                let texts: Vec<_> = of.iter().map(|line| line.text.clone()).collect();
                prop_assert_eq!(texts, lines_of(bytes));
                for line in of {
                    let pos = usize::try_from(line.pos.unwrap() - first).unwrap();
                    prop_assert!(pos == 0 || bytes[pos - 1] == b'\n');
                }
            }
        }
    }

    #[test]
    fn a_search_finds_the_lines_that_a_look_at_each_finds(
        stdout in log(), needle in "[a-c]{1,4}", is_regex in any::<bool>(), from in 0..40_usize,
    ) {
        let place = Place::new();
        place.write(Stream::Stdout, &stdout);
        let mut book = place.book();
        let lines = all(&mut book, Towards::Newer, 99);
        let kind = if is_regex { Kind::Regex } else { Kind::Text };
        let needle = if is_regex { format!("^{needle}|[^x]{needle}$") } else { needle };
        let needle = Needle::new(&needle, kind).unwrap();
        let sought = Sought { needle: Some(needle.clone()), level: None };
        let from = lines.get(from).map_or(stdout.len() as u64, |line| line.pos.unwrap());
        let hits: Vec<u64> = lines.iter().filter(|line| needle.is_in(&line.text)).map(|line| line.pos.unwrap()).collect();
        let stream = Stream::Stdout;
        for (towards, hit) in [
            (Towards::Newer, hits.iter().find(|pos| **pos > from)),
            (Towards::Older, hits.iter().rfind(|pos| **pos < from)),
        ] {
            let expected = hit.map_or(Found::Nothing, |pos| Found::Line { stream, pos: *pos });
            prop_assert_eq!(find(&mut book, Spot::Line { stream, pos: from }, towards, &sought), expected);
        }
    }
}
