//! HTTP Archive 1.2, read entry by entry: a recording of any size needs the memory of its largest entry.

mod entry;

use crate::scan::{Captured, Scanner};
use crate::tally::{Limits, ReadError, Reason, Tally};
use palisade_exchange::{Exchange, Redactor};
use std::io::BufRead;

/// Reads a HAR. An entry that is not usable is counted and passed over; a recording that breaks off gives
/// what came before and says so in [`Tally::broken`].
///
/// # Errors
/// When the input cannot be read or has no `log.entries`.
pub fn read_har<R: BufRead>(
    input: R,
    redactor: &Redactor,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    let mut scanner = Scanner::new(input);
    scanner.skip_bom()?;
    let mut tally = Tally::default();
    scanner.expect(b'{', "a HAR is an object with the member \"log\"")?;
    if !scanner.enter("log")? {
        return Err(scanner.error("there is no member \"log\": this is not a HAR"));
    }
    scanner.expect(b'{', "\"log\" must be an object")?;
    if !scanner.enter("entries")? {
        return Err(scanner.error("\"log\" has no member \"entries\""));
    }
    scanner.expect(b'[', "\"log.entries\" must be an array")?;
    let mut record = Vec::new();
    let mut number = 0u64;
    loop {
        match scanner.next_item(number == 0) {
            Ok(true) => {}
            Ok(false) => return Ok(tally),
            Err(error) => return broken(tally, number, error),
        }
        if tally.read >= limits.records {
            return Ok(tally);
        }
        number += 1;
        let offset = scanner.offset();
        record.clear();
        let captured = match scanner.capture(&mut record, limits.record_bytes) {
            Ok(captured) => captured,
            Err(error) => return broken(tally, number, error),
        };
        let outcome = match captured {
            Captured::TooLong => Err((Reason::TooLong, format!("more than {} bytes", limits.record_bytes))),
            Captured::Whole => entry::exchange(&record, number, redactor, limits),
        };
        match outcome {
            Ok(exchange) => {
                tally.read += 1;
                sink(exchange);
            }
            Err((reason, detail)) => tally.reject(limits, reason, number, offset, || detail),
        }
    }
}

/// The recording breaks off: an error when nothing at all could be read, else the truth in the tally.
fn broken(mut tally: Tally, number: u64, error: ReadError) -> Result<Tally, ReadError> {
    match error {
        ReadError::Structure { offset, message } if number > 0 => {
            tally.broken = Some(format!("at entry {number}, byte {offset}: {message}"));
            Ok(tally)
        }
        error => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> (Result<Tally, ReadError>, Vec<Exchange>) {
        let mut found = Vec::new();
        let limits = Limits { record_bytes: 64 << 10, ..Limits::default() };
        let tally = read_har(text, &Redactor::new(&[1; 32]), &limits, &mut |exchange| found.push(exchange));
        (tally, found)
    }

    fn entry(url: &str, more: &str) -> String {
        format!(
            r#"{{"startedDateTime":"2026-11-22T10:00:00.5+01:00","time":12.5,"request":{{"method":"POST","url":"{url}",
            "headers":[{{"name":"Authorization","value":"Bearer secret-CANARY"}},{{"name":"Content-Type","value":"application/json"}}],
            "postData":{{"mimeType":"application/json","text":"{{\"a\":1}}"}}}},
            "response":{{"status":200,"headers":[],"content":{{"size":2,"mimeType":"text/plain","text":"b2s=","encoding":"base64"}}{more}}}}}"#
        )
    }

    fn har(entries: &[String]) -> String {
        format!(
            r#"{{"log":{{"version":"1.2","creator":{{"name":"x","entries":[1]}},"entries":[{}]}}}}"#,
            entries.join(",\n")
        )
    }

    #[test]
    fn an_entry_becomes_an_exchange_without_its_credential() {
        let (tally, found) =
            read(har(&[entry("https://API.example.org:8443/a%20b?x=1&api_key=CANARY#f", "")]).as_bytes());
        assert_eq!(tally.unwrap().read, 1);
        let exchange = &found[0];
        assert_eq!(exchange.time, 1_795_338_000_500_000);
        assert_eq!(exchange.duration, Some(12_500));
        assert_eq!((exchange.scheme.as_str(), exchange.host.as_str()), ("https", "api.example.org:8443"));
        assert_eq!((exchange.path.as_str(), exchange.query.as_deref()), ("/a%20b", Some("x=1&api_key=redacted")));
        assert_eq!(exchange.request.header("authorization"), Some("Bearer redacted"));
        assert_eq!(exchange.request.body.complete().unwrap().as_ref(), br#"{"a":1}"#);
        assert_eq!(exchange.response.as_ref().unwrap().message.body.complete().unwrap().as_ref(), b"ok");
        assert!(exchange.client.principal.is_some());
        assert!(!format!("{exchange:?}").contains("CANARY"));
    }

    #[test]
    fn bad_entries_are_counted_with_number_and_offset_and_the_rest_is_read() {
        let good = entry("http://h/a", "");
        let entries = [
            good.clone(),
            "7".to_owned(),
            entry("data:text/plain,x", ""),
            good.replace("2026-11", "26-11"),
            good.clone(),
        ];
        let text = har(&entries);
        let (tally, found) = read(text.as_bytes());
        let tally = tally.unwrap();
        assert_eq!(found.len(), 2);
        let reasons: Vec<(u64, Reason)> =
            tally.problems.iter().map(|problem| (problem.record, problem.reason)).collect();
        assert_eq!(reasons, [(2, Reason::Shape), (3, Reason::Url), (4, Reason::Time)]);
        assert_eq!(text.as_bytes()[tally.problems[0].offset as usize], b'7');
    }

    #[test]
    fn what_came_before_a_break_is_kept() {
        let text = har(&[entry("http://h/a", ""), entry("http://h/b", "")]);
        let (tally, found) = read(&text.as_bytes()[..text.len() - 40]);
        assert_eq!(found.len(), 1);
        assert!(tally.unwrap().broken.unwrap().starts_with("at entry 2, byte "));
    }

    #[test]
    fn inputs_that_are_no_har_say_why() {
        for (text, wanted) in [
            ("{}", "no member \"log\""),
            ("[]", "a HAR is an object"),
            (r#"{"log":{"version":"1"}}"#, "no member \"entries\""),
            (r#"{"log":{"entries":{}}}"#, "must be an array"),
            ("", "ends too early"),
        ] {
            let (tally, _) = read(text.as_bytes());
            let message = tally.unwrap_err().to_string();
            assert!(message.contains(wanted), "{text}: {message}");
        }
    }

    #[test]
    fn hostile_entries_cost_no_more_than_their_limit() {
        let huge = format!("\"{}\"", "x".repeat(100 << 10));
        let deep = format!("{}{}", "[".repeat(30 << 10), "]".repeat(30 << 10));
        let (tally, found) = read(har(&[huge, deep, entry("http://h/a", "")]).as_bytes());
        let tally = tally.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(tally.rejected.get(&Reason::TooLong), Some(&1));
        assert_eq!(tally.rejected.values().sum::<u64>(), 2);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }

        #[test]
        fn any_cut_or_flip_of_a_har_is_read_without_panic(at in 0usize..900, byte in any::<u8>()) {
            let mut text = har(&[entry("http://h/a", ""), entry("http://h/b?c=d", "")]).into_bytes();
            let at = at % text.len();
            text[at] = byte;
            let _ = read(&text);
            text.truncate(at);
            let _ = read(&text);
        }
    }
}
