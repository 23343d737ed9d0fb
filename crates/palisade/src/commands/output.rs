//! Where results go.

use palisade_finding::Severity;
use palisade_report::Format;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How a command gives its findings, and which of them fail it.
#[derive(Debug, clap::Args)]
pub struct ResultArgs {
    /// Format of the result: text, json, sarif, junit, md, html or github (annotations).
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Writes the result to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Fails (exit code 4) when there is a finding at or above: critical, high, medium, low or info.
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
}

/// Where the result goes: the file asked for, else standard output. A reader of it that went away is no error.
///
/// # Errors
/// When the file cannot be made.
pub fn open(output: Option<&Path>, format: Format) -> Result<Box<dyn Write>, String> {
    Ok(match output {
        Some(file) => {
            let made = std::fs::File::create(file);
            Box::new(BufWriter::new(made.map_err(|error| format!("cannot write {}: {error}", shown(file)))?))
        }
        None if format == Format::Text => Box::new(BufWriter::new(Forgiving(anstream::stdout()))),
        None => Box::new(BufWriter::new(Forgiving(io::stdout()))),
    })
}

/// Swallows what a reader that went away does not want.
struct Forgiving<W>(W);

impl<W: Write> Forgiving<W> {
    fn forgive<T>(result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(instead),
            result => result,
        }
    }
}

impl<W: Write> Write for Forgiving<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::forgive(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::forgive(self.0.flush(), ())
    }
}

/// Writes a text to standard output; colours go only to a terminal.
///
/// # Errors
/// When it cannot be written.
pub fn print(text: &str) -> Result<(), String> {
    let mut out = Forgiving(anstream::stdout());
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| format!("cannot write: {error}"))
}

/// A path made fit for a message.
pub fn shown(path: &Path) -> String {
    palisade_report::terminal(&path.to_string_lossy())
}
