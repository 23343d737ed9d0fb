//! Feeds that a user imported: databases of places and networks, lists of addresses, of domains and of vulnerable
//! versions. They lie in the data directory; no network is asked, ever.
//!
//! `feeds/index.json` names each feed with its file, and a file is named by what is in it. A feed is replaced by writing
//! the new file, then the index in one step, then removing the old file: who reads meanwhile has the old or the new.

use maxminddb::{MaxMindDbError, PathElement, Reader, WithinOptions};
use palisade_posture::http::versions;
use palisade_posture::reputation::list::{Addresses, Domains, Mistake};
use palisade_posture::reputation::{Facts, Feed, Hit, Located};
use palisade_posture::{Part, Target};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Days after which a feed is stale.
pub const STALE_DAYS: u64 = 30;
/// Bytes of a database.
const MAX_DATABASE: u64 = 512 << 20;
/// Bytes of a list.
const MAX_LIST: u64 = 128 << 20;
/// Bytes of the index.
const MAX_INDEX: u64 = 1 << 20;
/// Feeds that may be there.
const FEEDS: usize = 200;
/// Networks of a database that are looked at to learn what it tells.
const SAMPLES: usize = 2000;
/// Hits of one list for one target.
const HITS: usize = 20;
/// The folder in the data directory, the index in it, and what is locked while it changes.
const FOLDER: &str = "feeds";
const INDEX: &str = "index.json";
const LOCK: &str = "lock";

/// What a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A database in MaxMind's format: country, network, or both.
    Database,
    /// A list of addresses and networks with a bad reputation.
    Addresses,
    /// A list of domains with a bad reputation.
    Domains,
    /// A list of versions of server software that are known to be vulnerable.
    Versions,
}

impl Kind {
    /// The lower-case word used on the command line and in the index.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Database => "database",
            Kind::Addresses => "addresses",
            Kind::Domains => "domains",
            Kind::Versions => "versions",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Kind::Database, Kind::Addresses, Kind::Domains, Kind::Versions]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("unknown kind {text:?}: use database, addresses, domains or versions"))
    }
}

/// One feed, as the index names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What a database tells: `country`, `network`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tells: Vec<String>,
    /// Its file in the folder.
    file: String,
    /// SHA-256 of that file, in hexadecimal.
    pub sha256: String,
    /// Entries: lines of a list that count, nodes of a database.
    pub entries: u64,
    /// When it was imported, in seconds since 1970.
    pub imported: i64,
    /// When a database was made, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built: Option<i64>,
}

impl Entry {
    /// Whole days since what it says was so: since a database was made, since a list was imported.
    pub fn age_days(&self, now: i64) -> u64 {
        let since = self.built.map_or(self.imported, |built| built.min(self.imported));
        u64::try_from(now.saturating_sub(since) / 86_400).unwrap_or(0)
    }

    /// Whether that is too long ago.
    pub fn is_stale(&self, now: i64) -> bool {
        self.age_days(now) > STALE_DAYS
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    feeds: Vec<Entry>,
}

/// What is wrong with a feed or its folder; one line for everything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct FeedError(Vec<String>);

impl FeedError {
    fn one(text: impl Into<String>) -> FeedError {
        FeedError(vec![text.into()])
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> FeedError {
    FeedError::one(format!("cannot {what} {}: {error}", path.display()))
}

/// A feed that was read.
enum Content {
    Database(Reader<Vec<u8>>),
    Addresses(Addresses),
    Domains(Domains),
    Versions(versions::List),
}

fn read_whole(path: &Path, most: u64) -> Result<Vec<u8>, FeedError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed("read", path, &error))?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| failed("read", path, &error))?;
    if bytes.len() as u64 > most {
        return Err(FeedError::one(format!("{}: longer than {} MiB", path.display(), most >> 20)));
    }
    Ok(bytes)
}

/// What a file most likely is.
fn guess(bytes: &[u8]) -> Kind {
    const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
    // The format puts its marker into the last 128 KiB.
    let tail = &bytes[bytes.len().saturating_sub(128 << 10)..];
    if tail.windows(MARKER.len()).any(|window| window == MARKER) {
        return Kind::Database;
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(64 << 10)]);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut words = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let first = words.next().filter(|word| !word.starts_with(['#', ';']))?;
        Some((first, words.next().is_some_and(|word| !word.starts_with(['#', ';']))))
    });
    match words.next() {
        // One JSON object a line.
        Some((first, _)) if first.starts_with('{') => Kind::Versions,
        // An address alone; with a name after it, the line is one of a hosts file.
        Some((first, false)) if first.parse::<IpAddr>().is_ok() || first.parse::<ipnet::IpNet>().is_ok() => {
            Kind::Addresses
        }
        _ => Kind::Domains,
    }
}

fn read(name: &str, kind: Kind, bytes: Vec<u8>) -> Result<Content, FeedError> {
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
            FeedError::one(format!("{name}:{line}:{column}: this is no UTF-8: save the list as UTF-8 text"))
        })
    };
    let mistaken = |mistakes: Vec<Mistake>| {
        let line = |mistake: &Mistake| format!("{name}:{}:{}: {}", mistake.line, mistake.column, mistake.message);
        FeedError(mistakes.iter().map(line).collect())
    };
    let content = match kind {
        Kind::Database => {
            let broken = |error: MaxMindDbError| {
                FeedError::one(format!("{name}: no usable database in MaxMind's format: {error}"))
            };
            Content::Database(Reader::from_source(bytes).map_err(broken)?)
        }
        Kind::Addresses => Content::Addresses(Addresses::read(&text(bytes)?).map_err(mistaken)?),
        Kind::Domains => Content::Domains(Domains::read(&text(bytes)?).map_err(mistaken)?),
        Kind::Versions => {
            let mistaken = |mistake: versions::ListError| {
                FeedError::one(format!("{name}:{}:{}: {}", mistake.line, mistake.column, mistake.reason))
            };
            Content::Versions(versions::List::parse(&text(bytes)?).map_err(mistaken)?)
        }
    };
    let is_empty = match &content {
        Content::Addresses(list) => list.is_empty(),
        Content::Domains(list) => list.is_empty(),
        Content::Versions(list) => list.is_empty(),
        Content::Database(_) => false,
    };
    if is_empty { Err(FeedError::one(format!("{name}: there is no entry in it"))) } else { Ok(content) }
}

/// What a database tells, by its first networks.
fn tells(name: &str, reader: &Reader<Vec<u8>>) -> Result<Vec<String>, FeedError> {
    let broken = |error| FeedError::one(format!("{name}: a broken database: {error}"));
    reader.verify().map_err(broken)?;
    let (mut country, mut network) = (false, false);
    let networks = reader.networks(WithinOptions::default().skip_empty_values()).map_err(broken)?;
    for found in networks.take(SAMPLES) {
        let located = located(&found.map_err(broken)?);
        country |= located.0.is_some();
        network |= located.1.is_some();
        if country && network {
            break;
        }
    }
    let told: Vec<String> = [("country", country), ("network", network)]
        .iter()
        .filter(|(_, told)| *told)
        .map(|(word, _)| (*word).to_owned())
        .collect();
    if told.is_empty() {
        let reason = "it tells neither countries (country.iso_code) nor networks (autonomous_system_number)";
        return Err(FeedError::one(format!("{name}: {reason}: import a country, city or ASN database")));
    }
    Ok(told)
}

/// Country, number and name of the network, as GeoLite2, DB-IP and IPinfo write them.
fn located(found: &maxminddb::LookupResult<'_, Vec<u8>>) -> (Option<String>, Option<u32>, Option<String>) {
    let text = |path: &[&str]| -> Option<String> {
        let path: Vec<PathElement<'_>> = path.iter().copied().map(PathElement::Key).collect();
        found.decode_path::<String>(&path).ok().flatten()
    };
    let number = found.decode_path::<u32>(&[PathElement::Key("autonomous_system_number")]).ok().flatten();
    let code = |text: &String| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let country = text(&["country", "iso_code"]).or_else(|| text(&["country_code"])).or_else(|| text(&["country"]));
    let written = || text(&["asn"])?.trim_start_matches(['A', 'S', 'a', 's']).parse().ok();
    let name = text(&["autonomous_system_organization"]).or_else(|| text(&["as_name"]));
    let name = name.map(|name| name.chars().filter(|c| !c.is_control()).take(100).collect());
    (country.filter(code).map(|code| code.to_ascii_uppercase()), number.or_else(written), name)
}

/// The feeds in a data directory.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The feed.
    pub entry: Entry,
    /// Whether it took the place of another of its name.
    pub replaced: bool,
}

impl Folder {
    /// The feeds of this data directory.
    pub fn new(data: &Path) -> Folder {
        Folder { path: data.join(FOLDER) }
    }

    /// Every feed, by name.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, FeedError> {
        let path = self.path.join(INDEX);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = read_whole(&path, MAX_INDEX)?;
        let index: Index = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("{}:{}:{}", path.display(), error.line(), error.column());
            FeedError::one(format!("{place}: this is no index of feeds: remove the file and import them again"))
        })?;
        Ok(index.feeds)
    }

    /// Validates a file and copies it in. Without a name it gets that of the file, without a kind the one it looks like.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its line and column.
    pub fn import(&self, file: &Path, name: Option<&str>, kind: Option<Kind>, now: i64) -> Result<Imported, FeedError> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => file.file_stem().map(|stem| stem.to_string_lossy().to_ascii_lowercase()).unwrap_or_default(),
        };
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(good) {
            return Err(FeedError::one(format!(
                "{:?} is no name of a feed: give one with --name, of lower-case letters, digits, - and _",
                name.chars().take(64).collect::<String>()
            )));
        }
        let shown = file.display().to_string();
        let bytes = read_whole(file, MAX_DATABASE)?;
        let kind = kind.unwrap_or_else(|| guess(&bytes));
        if kind != Kind::Database && bytes.len() as u64 > MAX_LIST {
            return Err(FeedError::one(format!("{shown}: a list longer than {} MiB", MAX_LIST >> 20)));
        }
        let sha256 = hex(&Sha256::digest(&bytes));
        let kept = bytes.clone();
        let (mut told, mut built) = (Vec::new(), None);
        let entries = match read(&shown, kind, bytes)? {
            Content::Database(reader) => {
                told = tells(&shown, &reader)?;
                built = i64::try_from(reader.metadata().build_epoch).ok();
                u64::from(reader.metadata().node_count)
            }
            Content::Addresses(list) => list.len(),
            Content::Domains(list) => list.len(),
            Content::Versions(list) => list.len() as u64,
        };
        let file = format!("{name}-{}.{}", &sha256[..16], if kind == Kind::Database { "mmdb" } else { "txt" });
        let entry = Entry { name, kind, tells: told, file, sha256, entries, imported: now, built };
        let replaced = self.change(|feeds| {
            write(&self.path, &entry.file, &kept)?;
            let before = feeds.len();
            feeds.retain(|feed| feed.name != entry.name);
            let replaced = feeds.len() < before;
            if feeds.len() >= FEEDS {
                return Err(FeedError::one(format!("there are {FEEDS} feeds already: remove one")));
            }
            feeds.push(entry.clone());
            Ok(replaced)
        })?;
        Ok(Imported { entry, replaced })
    }

    /// Removes a feed.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn remove(&self, name: &str) -> Result<(), FeedError> {
        self.change(|feeds| {
            let before = feeds.len();
            feeds.retain(|feed| feed.name != name);
            if feeds.len() < before {
                return Ok(());
            }
            Err(FeedError::one(format!("there is no feed {name:?}; `palisade feeds list` lists them")))
        })
    }

    /// Changes the index, one change at a time, and removes the files it names no more.
    fn change<T>(&self, work: impl FnOnce(&mut Vec<Entry>) -> Result<T, FeedError>) -> Result<T, FeedError> {
        make_private(&self.path).map_err(|error| failed("make", &self.path, &error))?;
        let path = self.path.join(LOCK);
        let lock = File::create(&path).map_err(|error| failed("write", &path, &error))?;
        lock.lock().map_err(|error| failed("lock", &path, &error))?;
        let mut feeds = self.list()?;
        let before: Vec<String> = feeds.iter().map(|feed| feed.file.clone()).collect();
        let out = work(&mut feeds)?;
        feeds.sort_by(|a, b| a.name.cmp(&b.name));
        let still = |file: &String| feeds.iter().any(|feed| feed.file == *file);
        let gone: Vec<&String> = before.iter().filter(|file| !still(file)).collect();
        let index = serde_json::to_vec_pretty(&Index { feeds: feeds.clone() })
            .map_err(|error| FeedError::one(format!("cannot write the index: {error}")))?;
        write(&self.path, INDEX, &index)?;
        for file in gone {
            // What stays behind is named by nothing, and is never read.
            let _ = fs::remove_file(self.path.join(file));
        }
        Ok(out)
    }

    fn content(&self, entry: &Entry) -> Result<Content, FeedError> {
        let path = self.path.join(&entry.file);
        let bytes = read_whole(&path, MAX_DATABASE)?;
        if hex(&Sha256::digest(&bytes)) != entry.sha256 {
            return Err(FeedError::one(format!("{}: changed since it was imported: import it again", path.display())));
        }
        read(&path.display().to_string(), entry.kind, bytes)
    }

    /// The lists of vulnerable versions, joined; none where none was imported.
    ///
    /// # Errors
    /// When one cannot be read any more.
    pub fn versions(&self) -> Result<Option<versions::List>, FeedError> {
        let mut joined: Option<versions::List> = None;
        for entry in self.list()?.iter().filter(|entry| entry.kind == Kind::Versions) {
            if let Content::Versions(list) = self.content(entry)? {
                joined.get_or_insert_default().join(list);
            }
        }
        Ok(joined)
    }

    /// What the feeds say of a target and its addresses.
    pub fn look_up(&self, target: &Target, addresses: &[IpAddr], now: i64) -> Part<Facts> {
        let feeds = match self.list() {
            Ok(feeds) => feeds,
            Err(error) => return Part::NotAssessed(error.to_string()),
        };
        // Versions are judged with the answers that tell them.
        let feeds: Vec<Entry> = feeds.into_iter().filter(|feed| feed.kind != Kind::Versions).collect();
        if feeds.is_empty() {
            return Part::NotAssessed("no feeds were imported (palisade feeds import FILE)".to_owned());
        }
        let mut facts = Facts::default();
        facts.addresses.extend(addresses.iter().map(|address| Located {
            address: *address,
            country: None,
            asn: None,
            network: None,
            told_by: Vec::new(),
        }));
        let mut told: Vec<&str> = Vec::new();
        for feed in &feeds {
            let content = match self.content(feed) {
                Ok(content) => content,
                Err(error) => {
                    facts.not_assessed.push(format!("the feed {}: {error}", feed.name));
                    continue;
                }
            };
            let stale = feed.is_stale(now);
            facts.feeds.push(Feed {
                name: feed.name.clone(),
                kind: feed.kind.as_str().to_owned(),
                imported: day(feed.imported),
                age_days: feed.age_days(now),
                stale,
            });
            match &content {
                Content::Database(reader) => {
                    told.extend(feed.tells.iter().map(String::as_str));
                    facts.addresses.iter_mut().for_each(|located| locate(located, reader, &feed.name));
                }
                Content::Addresses(list) => {
                    told.push("addresses");
                    let hits = addresses.iter().filter_map(|address| {
                        let (entry, line) = list.find(*address)?;
                        let subject = address.to_canonical().to_string();
                        Some(Hit { feed: feed.name.clone(), line, entry, subject, stale })
                    });
                    facts.hits.extend(hits.take(HITS));
                }
                Content::Domains(list) => {
                    told.push("domains");
                    if let Some((entry, line)) = list.find(&target.host).filter(|_| target.address().is_none()) {
                        let (entry, subject) = (entry.to_owned(), target.host.clone());
                        facts.hits.push(Hit { feed: feed.name.clone(), line, entry, subject, stale });
                    }
                }
                Content::Versions(_) => {}
            }
        }
        for (word, lacking) in [
            ("country", "country: no database that tells it was imported"),
            ("network", "network (ASN): no database that tells it was imported"),
            ("addresses", "reputation of addresses: no list was imported"),
            ("domains", "reputation of domains: no list was imported"),
        ] {
            if !told.contains(&word) {
                facts.not_assessed.push(lacking.to_owned());
            }
        }
        Part::Assessed(facts)
    }
}

fn locate(place: &mut Located, reader: &Reader<Vec<u8>>, feed: &str) {
    let Ok(found) = reader.lookup(place.address.to_canonical()) else { return };
    let (country, asn, network) = located(&found);
    let before = (place.country.is_some(), place.asn.is_some());
    place.country = place.country.take().or(country);
    if place.asn.is_none() && asn.is_some() {
        (place.asn, place.network) = (asn, network);
    }
    if before != (place.country.is_some(), place.asn.is_some()) {
        place.told_by.push(feed.to_owned());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file beside its place, for its owner alone, and puts it there in one step.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), FeedError> {
    let (path, beside) = (folder.join(name), folder.join(format!("{name}.new")));
    let written = || -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    };
    written().map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed("write", &path, &error)
    })
}
