//! Feeds: imported, told about, replaced, refused.

use crate::mmdb::{Value, database};
use palisade_posture::reputation::{Facts, judge};
use palisade_posture::{Part, Target};
use palisade_runner::posture::feeds::{Folder, Kind};
use std::fs;
use std::net::IpAddr;
use std::path::Path;

const NOW: i64 = 1_790_000_000;
const DAY: i64 = 86_400;

fn country(code: &str) -> Value<'_> {
    Value::Map(vec![("country", Value::Map(vec![("iso_code", Value::Text(code))]))])
}

fn network(number: u32, name: &str) -> Value<'_> {
    Value::Map(vec![
        ("autonomous_system_number", Value::Number(number)),
        ("autonomous_system_organization", Value::Text(name)),
    ])
}

fn write(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) -> std::path::PathBuf {
    let path = dir.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn looked_up(folder: &Folder, host: &str, addresses: &[&str], now: i64) -> Facts {
    let target = Target::parse(&format!("https://{host}")).unwrap();
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    match folder.look_up(&target, &addresses, now) {
        Part::Assessed(facts) => facts,
        Part::NotAssessed(reason) => panic!("{reason}"),
    }
}

#[test]
fn feeds_tell_country_network_and_reputation() {
    let dir = tempfile::tempdir().unwrap();
    let (files, data) = (dir.path().join("files"), dir.path().join("data"));
    fs::create_dir(&files).unwrap();
    let folder = Folder::new(&data);
    let target = Target::parse("https://api.example.com").unwrap();
    let none = folder.look_up(&target, &[], NOW);
    assert_eq!(none, Part::NotAssessed("no feeds were imported (palisade feeds import FILE)".to_owned()));

    let built = u64::try_from(NOW - 3 * DAY).unwrap();
    let places = database("Test-Country", built, &[("192.0.2.0/24", country("CH")), ("2001:db8::/32", country("DE"))]);
    let networks = database("Test-ASN", built, &[("192.0.2.0/25", network(64496, "Example Network"))]);
    let flat = Value::Map(vec![
        ("country_code", Value::Text("se")),
        ("asn", Value::Text("AS64500")),
        ("as_name", Value::Text("Flat")),
    ]);
    let other = database("other standard_location", built, &[("198.51.100.0/24", flat)]);
    for (name, bytes, tells) in [
        ("Places.mmdb", places, &["country"][..]),
        ("networks.mmdb", networks, &["network"]),
        ("flat.mmdb", other, &["country", "network"]),
    ] {
        let imported = folder.import(&write(&files, name, bytes), None, None, NOW - DAY).unwrap();
        assert_eq!((imported.entry.kind, imported.replaced), (Kind::Database, false));
        assert_eq!(imported.entry.tells, tells);
    }
    let facts =
        looked_up(&folder, "api.example.com", &["192.0.2.1", "2001:db8::1", "198.51.100.7", "203.0.113.1"], NOW);
    let told: Vec<String> = facts
        .addresses
        .iter()
        .map(|place| {
            let asn = place.asn.map(|asn| asn.to_string());
            let words = [place.country.as_deref(), asn.as_deref(), place.network.as_deref()];
            format!(
                "{} {} by {}",
                place.address,
                words.map(|word| word.unwrap_or("-")).join(" "),
                place.told_by.join("+")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "192.0.2.1 CH 64496 Example Network by networks+places",
            "2001:db8::1 DE - - by places",
            "198.51.100.7 SE 64500 Flat by flat",
            "203.0.113.1 - - - by ",
        ]
    );
    // What no feed tells is said, and is not clean.
    assert_eq!(
        facts.not_assessed,
        ["reputation of addresses: no list was imported", "reputation of domains: no list was imported",]
    );

    folder.import(&write(&files, "drop.txt", "# bad\n192.0.2.0/24\n"), None, None, NOW - 40 * DAY).unwrap();
    let domains = write(&files, "domains.txt", "0.0.0.0 example.com\n");
    assert_eq!(folder.import(&domains, Some("phish"), None, NOW).unwrap().entry.kind, Kind::Domains);
    let facts = looked_up(&folder, "api.example.com", &["192.0.2.1"], NOW);
    assert_eq!(facts.not_assessed, Vec::<String>::new());
    let told: Vec<_> = judge(&target, &facts).into_iter().map(|seen| (seen.rule.id, seen.evidence.unwrap())).collect();
    let imported = jiff::Timestamp::from_second(NOW - 40 * DAY).unwrap();
    assert_eq!(
        told,
        [
            ("PST501", "drop:2: 192.0.2.0/24 (the list is stale)".to_owned()),
            ("PST502", "phish:1: example.com".to_owned()),
            ("PST503", format!("drop: imported {imported}, 40 days ago")),
        ]
    );
    // A database is as old as it was made, whenever it was imported.
    let later = looked_up(&folder, "api.example.com", &[], NOW + 28 * DAY);
    let stale: Vec<&str> = later.feeds.iter().filter(|feed| feed.stale).map(|feed| feed.name.as_str()).collect();
    assert_eq!(stale, ["drop", "flat", "networks", "places"]);
}

#[test]
fn feeds_are_replaced_and_removed_without_leaving_anything() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    let names = || {
        let mut names: Vec<String> = fs::read_dir(dir.path().join("feeds"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let list = write(dir.path(), "list.txt", "192.0.2.1\n");
    let first = folder.import(&list, None, None, NOW).unwrap().entry;
    assert_eq!(names().len(), 3, "{:?}", names());
    assert!(!folder.import(&list, Some("same"), None, NOW).unwrap().replaced);
    write(dir.path(), "list.txt", "192.0.2.1\n192.0.2.2\n");
    let second = folder.import(&list, None, None, NOW + 1).unwrap();
    assert!(second.replaced && second.entry.entries == 2 && second.entry.sha256 != first.sha256);
    assert_eq!(folder.list().unwrap().len(), 2);
    assert_eq!(names().len(), 4, "{:?}", names());
    #[cfg(unix)]
    for name in names() {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(dir.path().join("feeds").join(&name)).unwrap().permissions().mode();
        assert!(name == "lock" || mode & 0o077 == 0, "{name} {mode:o}");
    }
    // A file that was changed behind the index is not believed.
    let file = names().into_iter().find(|name| name.starts_with("list-")).unwrap();
    write(&dir.path().join("feeds"), &file, "203.0.113.1\n");
    let facts = looked_up(&folder, "api.example.com", &["203.0.113.1"], NOW);
    assert_eq!(facts.hits, []);
    assert!(facts.not_assessed[0].ends_with("changed since it was imported: import it again"), "{facts:?}");
    folder.remove("list").unwrap();
    folder.remove("same").unwrap();
    assert_eq!(names(), ["index.json", "lock"]);
    assert_eq!(
        folder.remove("list").unwrap_err().to_string(),
        "there is no feed \"list\"; `palisade feeds list` lists them"
    );
}

#[test]
fn what_is_no_feed_is_refused_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(&dir.path().join("data"));
    let good = database("Test-Country", 1, &[("192.0.2.0/24", country("CH"))]);
    let mut cut = good.clone();
    cut.drain(0..40);
    let nothing = database("Test-Other", 1, &[("192.0.2.0/24", Value::Map(vec![("risk", Value::Number(7))]))]);
    let wide = database("Test-Loop", 1, &[("192.0.2.0/24", country("CH"))]);
    let mut circle = wide.clone();
    // The first node leads to itself.
    circle[..8].fill(0);
    for (name, bytes, kind, told) in [
        (
            "bad.txt",
            b"192.0.2.1\n  192.0.2.0/33\n".to_vec(),
            None,
            "bad.txt:2:3: 192.0.2.0/33 is no address and no network such as 192.0.2.0/24",
        ),
        (
            "latin.txt",
            b"a.example\nb\xe4r.example\n".to_vec(),
            None,
            "latin.txt:2:2: this is no UTF-8: save the list as UTF-8 text",
        ),
        ("empty.txt", b"# nothing\n".to_vec(), None, "empty.txt: there is no entry in it"),
        ("cut.mmdb", cut, None, "cut.mmdb: "),
        ("circle.mmdb", circle, None, "circle.mmdb: "),
        ("other.mmdb", nothing, None, "other.mmdb: it tells neither countries (country.iso_code) nor networks"),
        (
            "text.mmdb",
            b"192.0.2.1\n".to_vec(),
            Some(Kind::Database),
            "text.mmdb: no usable database in MaxMind's format: ",
        ),
        ("Bad Name.txt", b"192.0.2.1\n".to_vec(), None, "\"bad name\" is no name of a feed"),
    ] {
        let path = write(dir.path(), name, bytes);
        let error = folder.import(&path, None, kind, NOW).unwrap_err().to_string();
        let error = error.replace(&format!("{}/", dir.path().display()), "");
        assert!(error.starts_with(told), "{name}: {error}");
    }
    assert_eq!(folder.list().unwrap(), []);
    let absent = folder.import(&dir.path().join("absent.txt"), None, None, NOW).unwrap_err().to_string();
    assert!(absent.starts_with("cannot read "), "{absent}");
    fs::create_dir_all(dir.path().join("data/feeds")).unwrap();
    write(dir.path(), "data/feeds/index.json", "{\n  \"feeds\": [}");
    let broken = folder.list().unwrap_err().to_string();
    assert!(broken.contains("index.json:2:13: this is no index of feeds"), "{broken}");
}
