//! Messages over standard input and output, bounded and forgiving.
//!
//! A message that is no JSON or no message of the protocol is passed over with an error answer, where the library's
//! own reader would end the session.

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lsp_server::Message;
use std::io::{self, BufRead, Read, Write};
use std::thread::JoinHandle;

/// Bytes of one message at most. A whole contract may be in it, escaped.
const MAX_MESSAGE: usize = 512 << 20;
/// Bytes of one line of a message's head.
const MAX_HEADER: u64 = 4096;

/// What goes to the client.
pub(crate) enum Out {
    /// A message.
    Message(Message),
    /// A message that is JSON already. Large ones are written without a tree in between.
    Json(String),
}

/// The two ends that a session holds.
pub(crate) struct Link {
    pub(crate) sender: Sender<Out>,
    pub(crate) receiver: Receiver<Message>,
}

/// The two threads that read and write.
pub(crate) struct Threads {
    reader: JoinHandle<io::Result<()>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Threads {
    /// Waits until everything is written. The reader is not waited for unless it has ended: it may hang in a read.
    pub(crate) fn join(self) -> io::Result<()> {
        let written = self.writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer failed")));
        let read = match self.reader.is_finished() {
            true => self.reader.join().unwrap_or_else(|_| Err(io::Error::other("the reader failed"))),
            false => Ok(()),
        };
        written.and(read)
    }
}

/// Connects a reader and a writer.
pub(crate) fn connect<R, W>(input: impl FnOnce() -> R + Send + 'static, output: W) -> (Link, Threads)
where
    R: BufRead,
    W: Write + Send + 'static,
{
    let (to_client, from_server): (Sender<Out>, Receiver<Out>) = unbounded();
    let (to_server, from_client) = bounded(64);
    let answer = to_client.clone();
    let reader = std::thread::spawn(move || read_all(&mut input(), &to_server, &answer));
    let writer = std::thread::spawn(move || write_all(output, &from_server));
    (Link { sender: to_client, receiver: from_client }, Threads { reader, writer })
}

fn read_all(input: &mut impl BufRead, to_server: &Sender<Message>, answer: &Sender<Out>) -> io::Result<()> {
    while let Some(body) = read_body(input)? {
        match serde_json::from_slice::<Message>(&body) {
            Ok(message) => {
                let exit = matches!(&message, Message::Notification(one) if one.method == "exit");
                if to_server.send(message).is_err() || exit {
                    break;
                }
            }
            Err(error) => {
                // The answer to what cannot be read has no id to give; clients show log messages.
                let text = format!("a message was passed over: {error}");
                let note = serde_json::json!({"type": 2, "message": text});
                let note = lsp_server::Notification { method: "window/logMessage".to_owned(), params: note };
                if answer.send(Out::Message(Message::Notification(note))).is_err() {
                    break;
                }
            }
        }
    }
    Ok(())
}

fn broken(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// The next message's bytes; `None` at the end of the input.
fn read_body(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut size = None;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(MAX_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let Some(line) = line.strip_suffix(b"\n") else { return Err(broken("a header line is too long or cut off")) };
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { return Err(broken("a header line has no colon")) };
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            size = Some(value.trim().parse::<usize>().map_err(|_| broken("Content-Length is no number"))?);
        }
    }
    let size = size.ok_or_else(|| broken("a message without Content-Length"))?;
    if size > MAX_MESSAGE {
        return Err(broken(format!("a message of {size} bytes is larger than {MAX_MESSAGE}")));
    }
    let mut body = Vec::new();
    // Grows with what really comes, not with what is announced.
    input.by_ref().take(size as u64).read_to_end(&mut body)?;
    if body.len() < size {
        return Err(broken("the input ended inside a message"));
    }
    Ok(Some(body))
}

fn write_all(mut output: impl Write, messages: &Receiver<Out>) -> io::Result<()> {
    for message in messages {
        match message {
            Out::Message(message) => message.write(&mut output)?,
            Out::Json(text) => {
                write!(output, "Content-Length: {}\r\n\r\n", text.len())?;
                output.write_all(text.as_bytes())?;
                output.flush()?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    fn read(bytes: &str) -> (Vec<Message>, Vec<Out>, io::Result<()>) {
        let ((to, from), (answer, answers)) = (unbounded(), unbounded());
        let result = read_all(&mut Cursor::new(bytes.as_bytes()), &to, &answer);
        drop((to, answer));
        (from.into_iter().collect(), answers.into_iter().collect(), result)
    }

    #[test]
    fn what_is_no_message_is_passed_over_with_a_note() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#);
        let bytes = format!("{}{}{}{good}", framed("{"), framed("7"), framed("\u{0}"));
        let (messages, notes, result) = read(&bytes);
        assert_eq!((messages.len(), notes.len()), (1, 3));
        assert!(result.is_ok());
    }

    #[test]
    fn broken_frames_end_the_session_with_an_error_and_no_large_buffer() {
        let huge = format!("Content-Length: {}\r\n\r\n", usize::MAX);
        let long = format!("X: {}\r\n\r\n", "y".repeat(10_000));
        for bytes in
            ["no colon\r\n", "Content-Length: x\r\n\r\n", "A: b\r\n\r\n", &huge, &long, "Content-Length: 5\r\n\r\n{}"]
        {
            assert!(read(bytes).2.is_err(), "{bytes:.40}");
        }
        assert!(read("").2.is_ok());
    }
}
