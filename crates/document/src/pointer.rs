//! Steps of JSON pointers (RFC 6901): `~` is written `~0` and `/` is written `~1`.

use std::borrow::Cow;

/// Adds `/` and a step, written as pointers write it.
pub fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    let mut rest = step;
    while let Some(at) = memchr::memchr2(b'~', b'/', rest.as_bytes()) {
        pointer.push_str(rest.get(..at).unwrap_or_default());
        pointer.push_str(if rest.get(at..at + 1) == Some("~") { "~0" } else { "~1" });
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    pointer.push_str(rest);
}

/// The pointer with one more step.
pub fn child(pointer: &str, step: &str) -> String {
    let mut longer = String::with_capacity(pointer.len() + step.len() + 1);
    longer.push_str(pointer);
    push_step(&mut longer, step);
    longer
}

/// A step as it is meant.
pub fn step(written: &str) -> Cow<'_, str> {
    match written.contains('~') {
        true => Cow::Owned(written.replace("~1", "/").replace("~0", "~")),
        false => Cow::Borrowed(written),
    }
}

#[cfg(test)]
mod tests {
    use super::{child, step};

    #[test]
    fn steps_are_written_and_read_as_rfc_6901_says() {
        for (meant, written) in
            [("a", "/a"), ("a/b", "/a~1b"), ("m~n", "/m~0n"), ("~1", "/~01"), ("", "/"), ("é/~", "/é~1~0")]
        {
            assert_eq!(child("", meant), written);
            assert_eq!(step(&written[1..]), meant);
        }
    }
}
