//! Redacted exchanges to a file, a line each; body values never get there.

use crate::sink::{Captured, Sink};
use palisade_exchange::wire::{Form, to_line};
use palisade_exchange::{Exchange, Redactor};
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Exchanges that wait for the disk; what comes beyond them is dropped and counted.
const QUEUE: usize = 1024;
/// How long a line may wait in memory.
const FLUSH: Duration = Duration::from_millis(500);

/// Appends exchanges to a file from a thread of its own.
pub struct FileSink {
    sender: Mutex<Option<SyncSender<Exchange>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl FileSink {
    /// Opens the file (mode 0600 where it is made) and starts the writer. The redactor is the one that exchanges went
    /// through.
    ///
    /// # Errors
    /// When the file cannot be opened for appending.
    pub fn open(path: &Path, redactor: Redactor) -> io::Result<FileSink> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = BufWriter::new(options.open(path)?);
        let (sender, receiver) = sync_channel::<Exchange>(QUEUE);
        let name = path.display().to_string();
        let writer = std::thread::Builder::new().name("record".to_owned()).spawn(move || {
            let mut failing = false;
            loop {
                let result = match receiver.recv_timeout(FLUSH) {
                    Ok(exchange) => writeln!(file, "{}", to_line(&exchange, Form::Shapes, redactor.marker())),
                    Err(RecvTimeoutError::Timeout) => file.flush(),
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                match result {
                    Err(error) => {
                        metrics::counter!("palisade_gateway_record_errors_total").increment(1);
                        if !failing {
                            tracing::error!(file = name.as_str(), %error, "exchanges cannot be written");
                        }
                        failing = true;
                    }
                    Ok(()) => failing = false,
                }
            }
            if let Err(error) = file.flush() {
                tracing::error!(file = name.as_str(), %error, "exchanges cannot be written");
            }
        })?;
        Ok(FileSink { sender: Mutex::new(Some(sender)), writer: Mutex::new(Some(writer)) })
    }

    /// Writes what is queued and closes the file.
    pub fn close(&self) {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A writer that panicked has nothing left to write.
            let _ = writer.join();
        }
    }
}

impl Sink for FileSink {
    fn deliver(&self, captured: Captured) {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = sender.as_ref().is_some_and(|sender| sender.try_send(captured.exchange).is_ok());
        if !taken {
            crate::events::dropped();
        }
    }
}
