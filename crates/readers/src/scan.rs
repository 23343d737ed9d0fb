//! Finds values in a stream of JSON, without building a tree and without recursion.

use crate::tally::ReadError;
use std::io::BufRead;

/// Whether a value fitted.
pub(crate) enum Captured {
    /// All of it is in the buffer.
    Whole,
    /// It is longer than allowed; it was passed over.
    TooLong,
}

/// Longest member name that is compared.
const MAX_NAME: usize = 256;

pub(crate) struct Scanner<R> {
    input: R,
    offset: u64,
}

impl<R: BufRead> Scanner<R> {
    pub(crate) fn new(input: R) -> Self {
        Scanner { input, offset: 0 }
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) fn error(&self, message: &str) -> ReadError {
        ReadError::Structure { offset: self.offset, message: message.to_owned() }
    }

    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        Ok(self.input.fill_buf().map_err(ReadError::Io)?.first().copied())
    }

    fn step(&mut self) {
        self.input.consume(1);
        self.offset += 1;
    }

    fn some(&mut self) -> Result<u8, ReadError> {
        self.peek()?.ok_or_else(|| self.error("the input ends too early"))
    }

    /// The next byte that is not white space, not consumed.
    fn significant(&mut self) -> Result<u8, ReadError> {
        loop {
            match self.some()? {
                b' ' | b'\t' | b'\r' | b'\n' => self.step(),
                byte => return Ok(byte),
            }
        }
    }

    pub(crate) fn skip_bom(&mut self) -> Result<(), ReadError> {
        for byte in [0xef, 0xbb, 0xbf] {
            if self.peek()? == Some(byte) {
                self.step();
            }
        }
        Ok(())
    }

    pub(crate) fn expect(&mut self, wanted: u8, message: &str) -> Result<(), ReadError> {
        if self.significant()? != wanted {
            return Err(self.error(message));
        }
        self.step();
        Ok(())
    }

    /// Inside an object: passes over members until the value of `name`; false at the object's end.
    pub(crate) fn enter(&mut self, name: &str) -> Result<bool, ReadError> {
        loop {
            match self.significant()? {
                b'}' => {
                    self.step();
                    return Ok(false);
                }
                b',' => self.step(),
                b'"' => {
                    let mut key = Vec::new();
                    self.string(Some(&mut key), MAX_NAME)?;
                    self.expect(b':', "a colon must follow a member's name")?;
                    if key == format!("\"{name}\"").as_bytes() {
                        return Ok(true);
                    }
                    self.value(None, 0)?;
                }
                _ => return Err(self.error("a member's name in quotes, a comma or a closing brace must stand here")),
            }
        }
    }

    /// Inside an array: goes to the next item; false at the array's end.
    pub(crate) fn next_item(&mut self, first: bool) -> Result<bool, ReadError> {
        match self.significant()? {
            b']' => {
                self.step();
                Ok(false)
            }
            b',' if !first => {
                self.step();
                self.significant()?;
                Ok(true)
            }
            _ if first => Ok(true),
            _ => Err(self.error("a comma or a closing bracket must stand between entries")),
        }
    }

    /// Between values that stand one behind the other, in an array or not: goes to the next one; false at the end.
    pub(crate) fn next_of_stream(&mut self) -> Result<bool, ReadError> {
        loop {
            match self.peek()? {
                None | Some(b']') => return Ok(false),
                Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[') => self.step(),
                Some(b'{') => return Ok(true),
                Some(_) => return Err(self.error("an object must stand here")),
            }
        }
    }

    /// Copies one value's text.
    pub(crate) fn capture(&mut self, into: &mut Vec<u8>, most: usize) -> Result<Captured, ReadError> {
        self.significant()?;
        self.value(Some(into), most)?;
        Ok(if into.len() > most { Captured::TooLong } else { Captured::Whole })
    }

    /// Takes one value: nesting is counted, not recursed into. At most `most + 1` bytes are kept.
    fn value(&mut self, mut into: Option<&mut Vec<u8>>, most: usize) -> Result<(), ReadError> {
        let mut depth = 0u64;
        self.significant()?;
        loop {
            let byte = match self.peek()? {
                Some(byte) => byte,
                None if depth == 0 => return Ok(()),
                None => return Err(self.error("the input ends inside a value")),
            };
            match byte {
                b'"' => {
                    self.string(into.as_deref_mut(), most)?;
                    if depth == 0 {
                        return Ok(());
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return Ok(()),
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        keep(&mut into, most, byte);
                        self.step();
                        return Ok(());
                    }
                }
                b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return Ok(()),
                _ => {}
            }
            keep(&mut into, most, byte);
            self.step();
        }
    }

    /// Takes one string with its quotes.
    fn string(&mut self, mut into: Option<&mut Vec<u8>>, most: usize) -> Result<(), ReadError> {
        keep(&mut into, most, b'"');
        self.step();
        let mut escaped = false;
        loop {
            let chunk = self.input.fill_buf().map_err(ReadError::Io)?;
            if chunk.is_empty() {
                return Err(self.error("the input ends inside a string"));
            }
            let mut taken = 0;
            let mut closed = false;
            for byte in chunk {
                taken += 1;
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => {
                        closed = true;
                        break;
                    }
                    _ => {}
                }
            }
            if let Some(into) = into.as_deref_mut() {
                let room = (most + 1).saturating_sub(into.len()).min(taken);
                into.extend(chunk.iter().take(room));
            }
            self.input.consume(taken);
            self.offset += taken as u64;
            if closed {
                return Ok(());
            }
        }
    }
}

fn keep(into: &mut Option<&mut Vec<u8>>, most: usize, byte: u8) {
    if let Some(into) = into
        && into.len() <= most
    {
        into.push(byte);
    }
}
