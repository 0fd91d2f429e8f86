//! Files that are edited while a console runs.

use crate::{shop::Shop, support::isolated};

#[test]
fn keys_change_with_their_files_and_stay_when_those_are_wrong() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("G");
        console.sees("orders  x Stop");
        let file = "keymaps/default.toml";
        shop.project
            .file(file, "[services]\n\"service.stop\" = [\"Z\"]\n");
        console.sees("orders  Z Stop");
        shop.project
            .file(file, "[services]\n\"service.stop\" = [\"no such key\"]\n");
        console.sees("keys stay as they were");
        // A key that does nothing takes the message away.
        console.press("\x1b");
        console.sees("orders  Z Stop");
        shop.project.file(file, "");
        console.sees("orders  x Stop");
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn a_wrong_service_file_is_told_until_it_is_right_and_a_change_is_marked() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        let file = "services/orders.toml";
        let good = shop.project.read(file);
        shop.project.file(file, &format!("prot = 1\n{good}"));
        console.sees("services/orders.toml line 1: unknown key \"prot\"");
        shop.project
            .file(file, &format!("env = {{ A = \"b\" }}\n{good}"));
        console.misses("unknown key");
        console.press("G");
        console.sees("restart to apply env");
        assert_eq!(shop.field("orders", "pid"), pids[1]);
        shop.leave_stopped(console, pids);
    });
}
