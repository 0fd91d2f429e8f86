//! The mouse in a real terminal: asked for only when wanted, and given back.

use crate::{shop::Shop, support::isolated};

fn wrote(bytes: &[u8], wanted: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(wanted)
}

#[test]
fn the_mouse_is_asked_for_only_when_wanted_and_given_back() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        // Whether the wheel moves as the arrow keys do is left to the terminal.
        assert!(!wrote(console.bytes(), "\x1b[?1007"));
        assert!(!wrote(console.bytes(), "\x1b[?1000h"));
        console.press("M");
        console.sees("mouse: Shift selects text");
        assert!(wrote(console.bytes(), "\x1b[?1000h"));
        // The motion of the mouse would wake the console for nothing.
        assert!(!wrote(console.bytes(), "\x1b[?1003h"));
        console.press("M");
        console.misses("mouse: Shift selects text");
        assert!(wrote(console.bytes(), "\x1b[?1000l"));
        shop.leave_stopped(console, pids);
    });
}
