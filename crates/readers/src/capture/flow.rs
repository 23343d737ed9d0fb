//! One direction of a TCP connection: segments in any order, the stream in its own.

use std::collections::BTreeMap;

/// Bytes of one direction that wait for what comes before them.
const MAX_WAITING: usize = 1 << 20;
/// Segments that are taken while bytes before them are missing, until these count as lost.
const PATIENCE: u32 = 64;

/// A part of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Bytes that follow on those before.
    Bytes(Segment),
    /// So many bytes are missing.
    Gap(u64),
}

/// Bytes of one segment that were not seen before.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) bytes: Vec<u8>,
    /// Sequence number behind the last byte.
    pub(super) end: u32,
    /// What its sender had of the other direction: everything before this number.
    pub(super) has: u32,
}

/// The state of one direction.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// Sequence number of the next byte, and its place in the stream; none before the first segment.
    next: Option<(u32, u64)>,
    /// Segments behind a gap, by their place in the stream.
    waiting: BTreeMap<u64, Segment>,
    bytes: usize,
    waited: u32,
}

impl Flow {
    /// The connection begins with this number: the one of its SYN.
    pub(super) fn begin(&mut self, syn: u32) {
        *self = Flow { next: Some((syn.wrapping_add(1), 0)), ..Flow::default() };
    }

    /// Whether nothing was seen of it.
    pub(super) fn is_new(&self) -> bool {
        self.next.is_none()
    }

    /// Takes a segment. What can be read is added to `out`.
    pub(super) fn take(&mut self, number: u32, has: u32, payload: &[u8], out: &mut Vec<Part>) {
        let (next, place) = *self.next.get_or_insert((number, 0));
        // Half of the numbers lie before, half behind.
        let ahead = number.wrapping_sub(next) as i32;
        if ahead <= 0 {
            // What was seen before is passed over.
            let seen = ahead.unsigned_abs() as usize;
            if let Some(news) = payload.get(seen..).filter(|news| !news.is_empty()) {
                self.deliver(news.to_vec(), has, out);
                self.drain(out);
            }
            return;
        }
        let at = place + u64::from(ahead.unsigned_abs());
        let longer = |held: &Segment| held.bytes.len() < payload.len();
        if !payload.is_empty() && self.waiting.get(&at).is_none_or(longer) {
            self.bytes += payload.len();
            let segment = Segment { bytes: payload.to_vec(), end: 0, has };
            self.bytes -= self.waiting.insert(at, segment).map_or(0, |held| held.bytes.len());
        }
        self.waited += 1;
        if self.bytes > MAX_WAITING || self.waited > PATIENCE {
            self.give_up(out);
        }
    }

    /// Whether everything before this number was read.
    pub(super) fn reached(&self, number: u32) -> bool {
        self.next.is_some_and(|(next, _)| next == number)
    }

    /// Bytes that are held.
    pub(super) fn held(&self) -> usize {
        self.bytes
    }

    /// The other side has everything before this number: what is missing of it was not captured and never will be.
    pub(super) fn acknowledged(&mut self, number: u32, out: &mut Vec<Part>) {
        let Some((next, place)) = self.next else { return };
        let ahead = number.wrapping_sub(next) as i32;
        let Some((first, segment)) = self.waiting.first_key_value() else { return };
        // An acknowledgement may be captured before the segment it is about: this one has to be about what waits too.
        if ahead > 0 && first + segment.bytes.len() as u64 <= place + u64::from(ahead.unsigned_abs()) {
            self.give_up(out);
        }
    }

    /// What waits is read, whatever is missing before it.
    pub(super) fn give_up(&mut self, out: &mut Vec<Part>) {
        while let (Some((next, place)), Some((first, _))) = (self.next, self.waiting.first_key_value()) {
            let missing = first.saturating_sub(place);
            if missing > 0 {
                out.push(Part::Gap(missing));
                self.next = Some((next.wrapping_add(missing as u32), place + missing));
            }
            self.drain(out);
        }
        self.waited = 0;
    }

    fn deliver(&mut self, bytes: Vec<u8>, has: u32, out: &mut Vec<Part>) {
        let Some((next, place)) = &mut self.next else { return };
        *next = next.wrapping_add(bytes.len() as u32);
        *place += bytes.len() as u64;
        out.push(Part::Bytes(Segment { bytes, end: *next, has }));
    }

    /// Delivers what waits and now follows.
    fn drain(&mut self, out: &mut Vec<Part>) {
        while let Some((at, segment)) = self.waiting.pop_first() {
            let place = self.next.map_or(0, |next| next.1);
            if at > place {
                self.waiting.insert(at, segment);
                return;
            }
            self.bytes -= segment.bytes.len();
            let seen = (place - at) as usize;
            if let Some(news) = segment.bytes.get(seen..).filter(|news| !news.is_empty()) {
                self.deliver(news.to_vec(), segment.has, out);
            }
        }
        self.waited = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(parts: &[Part]) -> String {
        let part = |part: &Part| match part {
            Part::Bytes(segment) => String::from_utf8(segment.bytes.clone()).unwrap(),
            Part::Gap(missing) => format!("<{missing}>"),
        };
        parts.iter().map(part).collect()
    }

    #[test]
    fn a_gap_ends_when_it_is_filled_or_given_up() {
        let (mut flow, mut out) = (Flow::default(), Vec::new());
        flow.begin(u32::MAX - 1);
        flow.take(u32::MAX, 0, b"ab", &mut out);
        flow.take(4, 0, b"gh", &mut out);
        flow.take(1, 0, b"cd", &mut out);
        assert_eq!(text(&out), "abcd");
        flow.take(3, 0, b"e", &mut out);
        assert_eq!(text(&out), "abcdegh");
        flow.take(10, 0, b"z", &mut out);
        flow.give_up(&mut out);
        assert_eq!(text(&out), "abcdegh<4>z");
    }

    #[test]
    fn what_the_receiver_has_and_nobody_saw_is_lost() {
        let (mut flow, mut out) = (Flow::default(), Vec::new());
        flow.begin(0);
        for number in [5, 6, 7] {
            flow.take(number, 0, b"x", &mut out);
        }
        flow.acknowledged(5, &mut out);
        assert_eq!(text(&out), "");
        flow.acknowledged(6, &mut out);
        assert_eq!(text(&out), "<4>xxx");
    }

    proptest! {
        /// Any order, with segments sent again in other pieces, gives the stream.
        #[test]
        fn the_stream_is_put_together(
            start in any::<u32>(),
            cuts in prop::collection::vec((0usize..200, 1usize..40), 1..40),
            seed in prop::collection::vec(any::<u8>(), 200),
        ) {
            let (mut flow, mut out) = (Flow::default(), Vec::new());
            flow.begin(start);
            let whole = (0..200).step_by(20).map(|at| (at, 20));
            for (at, length) in cuts.into_iter().chain(whole) {
                let piece = &seed[at..(at + length).min(200)];
                flow.take(start.wrapping_add(1 + at as u32), 0, piece, &mut out);
            }
            let mut stream = Vec::new();
            for part in out {
                let Part::Bytes(segment) = part else { panic!("nothing is missing") };
                stream.extend(segment.bytes);
            }
            prop_assert_eq!(stream, seed);
        }
    }
}
