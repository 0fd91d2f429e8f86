use super::*;

fn shown(columns: usize, longest: usize) -> Vec<&'static str> {
    let plan = Plan::new(columns, longest);
    plan.columns
        .iter()
        .map(|(_, heading, _)| heading.trim())
        .collect()
}

#[test]
fn columns_leave_in_their_order_and_the_row_is_always_filled() {
    assert_eq!(
        shown(80, 9),
        ["PORT", "PID", "CPU", "MEM", "LAT", "10 MIN", "UP", "R#"]
    );
    assert_eq!(
        shown(80, 20),
        ["PORT", "PID", "CPU", "MEM", "LAT", "10 MIN"]
    );
    assert_eq!(shown(72, 63), ["PORT", "PID", "CPU", "MEM", "LAT"]);
    assert_eq!(shown(46, 63), ["PORT", "LAT"]);
    assert_eq!(shown(40, 63), ["PORT", "LAT"]);
    assert_eq!(shown(30, 63), ["PORT"]);
    for columns in 80..300 {
        for longest in [3, 12, 63] {
            let plan = Plan::new(columns, longest);
            let numbers: usize = plan.columns.iter().map(|(_, _, width)| width + 1).sum();
            let note = plan.note.map_or(0, |note| note + 2);
            assert_eq!(LEAD + plan.name + numbers + note, columns);
            assert!(plan.name >= NAME_MIN);
            assert!(columns < 120 || plan.note.is_some());
        }
    }
}

#[test]
fn the_position_is_said_only_when_rows_are_hidden() {
    assert_eq!(position(11, 22, 50).as_deref(), Some("12-33/50"));
    assert_eq!(position(45, 22, 50).as_deref(), Some("46-50/50"));
    assert_eq!(position(0, 5, 5), None);
    assert_eq!(position(0, 0, 0), None);
}
