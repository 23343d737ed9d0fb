//! A store in a file.
//!
//! The line `palisade store 1`, then gzip of lines of JSON: the version of the tables; of each table its name with its
//! columns and then its rows, each a list (text, whole numbers, `null`, `{"b": base64}`, `{"f": "1.5"}`); at the end
//! the SHA-256 of all lines before.

use super::Value;
use super::schema::{Holds, Schema, Table};
use crate::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The first line.
const HEAD: &[u8] = b"palisade store 1\n";

/// Longest line that is read, in bytes: one row.
const LONGEST: u64 = 256 << 20;

fn broken(what: impl Into<String>) -> Error {
    Error::Backup(what.into())
}

fn failed(doing: &'static str, path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |source| Error::File { doing, path: path.to_owned(), source }
}

/// Writes beside the file first: what stands under its name is whole.
pub(super) struct Writer {
    path: PathBuf,
    beside: PathBuf,
    out: GzEncoder<BufWriter<File>>,
    sum: Sha256,
    done: bool,
}

impl Writer {
    pub fn make(path: &Path, schema: &Schema) -> Result<Self, Error> {
        if path.exists() {
            return Err(failed("making", path)(std::io::ErrorKind::AlreadyExists.into()));
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // One that is left of an attempt that broke off may have another mode.
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed("making", &beside)(error)),
            _ => {}
        }
        let mut file = BufWriter::new(options.open(&beside).map_err(failed("making", &beside))?);
        file.write_all(HEAD).map_err(failed("writing", &beside))?;
        let out = GzEncoder::new(file, Compression::fast());
        let mut writer = Self { path: path.to_owned(), beside, out, sum: Sha256::new(), done: false };
        writer.line(&serde_json::json!({ "version": schema.version }))?;
        Ok(writer)
    }

    fn line(&mut self, value: &Json) -> Result<(), Error> {
        let mut line = value.to_string();
        line.push('\n');
        self.sum.update(line.as_bytes());
        self.out.write_all(line.as_bytes()).map_err(failed("writing", &self.beside))
    }

    pub fn table(&mut self, table: &Table) -> Result<(), Error> {
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        self.line(&serde_json::json!({ "table": table.name, "columns": columns }))
    }

    pub fn row(&mut self, row: Vec<Value>) -> Result<(), Error> {
        let tagged = |tag: &str, text: String| Json::Object(Map::from_iter([(tag.to_owned(), Json::String(text))]));
        let row = row.into_iter().map(|value| match value {
            Value::Null => Json::Null,
            Value::Whole(number) => number.into(),
            Value::Real(number) => tagged("f", number.to_string()),
            Value::Text(text) => Json::String(text),
            Value::Bytes(bytes) => tagged("b", STANDARD.encode(bytes)),
        });
        self.line(&Json::Array(row.collect()))
    }

    pub fn finish(mut self) -> Result<(), Error> {
        let sum = hex(&std::mem::take(&mut self.sum).finalize());
        let end = format!("{}\n", serde_json::json!({ "sha256": sum }));
        let write = failed("writing", &self.beside);
        self.out.write_all(end.as_bytes()).map_err(&write)?;
        self.out.try_finish().map_err(&write)?;
        self.out.get_mut().flush().map_err(&write)?;
        self.out.get_ref().get_ref().sync_all().map_err(&write)?;
        // Fails where somebody made the file meanwhile.
        std::fs::hard_link(&self.beside, &self.path).map_err(failed("making", &self.path))?;
        self.done = true;
        std::fs::remove_file(&self.beside).map_err(write)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.done {
            // Where it stays the next attempt removes it.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`Writer`] wrote.
pub(super) struct Reader {
    lines: BufReader<GzDecoder<BufReader<File>>>,
    sum: Sha256,
    version: i64,
    holds: Vec<Holds>,
    columns: Vec<String>,
    /// The line after the rows of a table.
    next: Option<Json>,
}

impl Reader {
    #[expect(clippy::disallowed_methods, reason = "lines are read one at a time, each bounded")]
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut file = BufReader::new(File::open(path).map_err(failed("opening", path))?);
        let mut head = Vec::new();
        file.by_ref().take(HEAD.len() as u64).read_to_end(&mut head).map_err(failed("reading", path))?;
        if head != HEAD {
            let ours = head.starts_with(b"palisade store ");
            return Err(broken(if ours {
                "it is of a later version of Palisade"
            } else {
                "it is no backup of a store"
            }));
        }
        let lines = BufReader::new(GzDecoder::new(file));
        let (sum, holds, columns) = (Sha256::new(), Vec::new(), Vec::new());
        let mut reader = Self { lines, sum, version: 0, holds, columns, next: None };
        reader.version = reader.line()?["version"].as_i64().ok_or_else(|| broken("it names no version"))?;
        reader.next = Some(reader.line()?);
        Ok(reader)
    }

    pub fn version(&self) -> i64 {
        self.version
    }

    fn line(&mut self) -> Result<Json, Error> {
        let mut line = Vec::new();
        let read = self.lines.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        read.map_err(|error| broken(format!("it is damaged ({error})")))?;
        if line.last() != Some(&b'\n') {
            return Err(broken("it ends too early"));
        }
        let value: Json = serde_json::from_slice(&line).map_err(|error| broken(format!("it is damaged ({error})")))?;
        if value.get("sha256").is_none() {
            self.sum.update(&line);
        }
        Ok(value)
    }

    /// The name of the next table.
    pub fn table(&mut self) -> Result<Option<String>, Error> {
        let next = self.next.take().ok_or_else(|| broken("it is damaged"))?;
        if next.get("sha256").is_some() {
            self.next = Some(next);
            return Ok(None);
        }
        let columns = next["columns"].as_array().into_iter().flatten();
        self.columns = columns.filter_map(|column| column.as_str().map(str::to_owned)).collect();
        next["table"].as_str().map(|name| Some(name.to_owned())).ok_or_else(|| broken("a table has no name"))
    }

    /// Refuses a table whose columns are others.
    pub fn expect(&mut self, table: &Table) -> Result<(), Error> {
        if !self.columns.iter().eq(table.columns.iter().map(|(name, _)| name)) {
            return Err(broken(format!("its table {} has other columns", table.name)));
        }
        self.holds = table.columns.iter().map(|(_, holds)| *holds).collect();
        Ok(())
    }

    /// The next row of the table.
    pub fn row(&mut self) -> Result<Option<Vec<Value>>, Error> {
        match self.line()? {
            Json::Array(row) if row.len() == self.holds.len() => row
                .into_iter()
                .zip(&self.holds)
                .map(|(value, holds)| of(value, *holds))
                .collect::<Result<_, _>>()
                .map(Some),
            Json::Array(_) => Err(broken("a row has other columns than its table")),
            next => {
                self.next = Some(next);
                Ok(None)
            }
        }
    }

    /// Refuses a file whose lines are not those that were written.
    pub fn finish(mut self) -> Result<(), Error> {
        let end = self.next.take().unwrap_or_default();
        if end["sha256"].as_str() != Some(hex(&self.sum.finalize()).as_str()) {
            return Err(broken("its checksum differs"));
        }
        let mut rest = [0];
        match self.lines.read(&mut rest) {
            Ok(0) => Ok(()),
            _ => Err(broken("it goes on after its end")),
        }
    }
}

fn of(value: Json, holds: Holds) -> Result<Value, Error> {
    let tagged = |value: &Json, tag: &str| value[tag].as_str().map(str::to_owned);
    let read = match (value, holds) {
        (Json::Null, _) => Some(Value::Null),
        (Json::Number(number), Holds::Whole) => number.as_i64().map(Value::Whole),
        (Json::String(text), Holds::Text) => Some(Value::Text(text)),
        (value, Holds::Real) => tagged(&value, "f").and_then(|text| text.parse().ok()).map(Value::Real),
        (value, Holds::Bytes) => tagged(&value, "b").and_then(|text| STANDARD.decode(text).ok()).map(Value::Bytes),
        _ => None,
    };
    read.ok_or_else(|| broken("a row has a value that its column cannot hold"))
}
