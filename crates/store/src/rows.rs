//! Many rows in one statement.

use std::fmt::Write;

/// `($1, $2), ($3, $4)`: places for rows of so many columns.
pub(crate) fn places(rows: usize, columns: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            // Writing to a string does not fail.
            let _ = write!(text, "{}${}", if column == 0 { "" } else { ", " }, row * columns + column + 1);
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_counted_through() {
        assert_eq!(super::places(2, 2), "($1, $2), ($3, $4)");
    }
}
