//! Lists of addresses and of domains, one entry a line.
//!
//! `#` and `;` begin a comment, at the start of a line or after white space. An entry is an address, a network
//! (`192.0.2.0/24`), or a domain, which stands for the names below it too. A line of a `hosts` file, an address and
//! names, counts as its names in a list of domains.

use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Mistakes that are told of one file.
const MISTAKES: usize = 20;
/// Characters of a wrong entry that are shown.
const SHOWN: usize = 60;

/// A line that is no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// What is wrong and what to write.
    pub message: String,
}

/// Addresses and networks, each with its line.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// By length of the prefix, then by the network's first address.
    four: BTreeMap<u8, BTreeMap<u32, u64>>,
    six: BTreeMap<u8, BTreeMap<u128, u64>>,
    entries: u64,
}

/// Domains, each with its line.
#[derive(Debug, Clone, Default)]
pub struct Domains {
    names: BTreeMap<String, u64>,
}

/// The words of a line before its comment, with their columns in characters.
fn words(line: &str) -> impl Iterator<Item = (u64, &str)> {
    let comment = line
        .char_indices()
        .find(|(at, c)| matches!(c, '#' | ';') && line[..*at].chars().next_back().is_none_or(char::is_whitespace));
    let line = &line[..comment.map_or(line.len(), |(at, _)| at)];
    let start = line.as_ptr() as usize;
    line.split_whitespace().map(move |word| {
        let at = word.as_ptr() as usize - start;
        (line[..at].chars().count() as u64 + 1, word)
    })
}

/// Reads the lines of a list; the first words that are no entries are the mistakes.
fn read(text: &str, mut entry: impl FnMut(u64, &[(u64, &str)]) -> Result<(), (u64, String)>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let words: Vec<(u64, &str)> = words(line).collect();
        if words.is_empty() {
            continue;
        }
        if let Err((column, message)) = entry(number, &words) {
            mistakes.push(Mistake { line: number, column, message });
            if mistakes.len() == MISTAKES {
                break;
            }
        }
    }
    mistakes
}

fn shown(word: &str) -> String {
    word.chars().take(SHOWN).collect::<String>().escape_debug().to_string()
}

impl Addresses {
    /// Reads a list.
    ///
    /// # Errors
    /// The lines that are no entries, the first of them.
    pub fn read(text: &str) -> Result<Addresses, Vec<Mistake>> {
        let mut addresses = Addresses::default();
        let mistakes = read(text, |line, words| {
            let (column, word) = words[0];
            let network = network(word).ok_or_else(|| {
                (column, format!("{} is no address and no network such as 192.0.2.0/24", shown(word)))
            })?;
            if let Some((column, more)) = words.get(1) {
                return Err((*column, format!("{} follows the entry: write a comment after #", shown(more))));
            }
            addresses.add(network, line);
            Ok(())
        });
        if mistakes.is_empty() { Ok(addresses) } else { Err(mistakes) }
    }

    fn add(&mut self, network: IpNet, line: u64) {
        let length = network.prefix_len();
        let new = match network.network() {
            IpAddr::V4(first) => self.four.entry(length).or_default().entry(first.to_bits()).or_insert(line),
            IpAddr::V6(first) => self.six.entry(length).or_default().entry(first.to_bits()).or_insert(line),
        };
        self.entries += u64::from(*new == line);
    }

    /// Addresses and networks in it.
    pub fn len(&self) -> u64 {
        self.entries
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// The closest entry that an address is in, with its line.
    pub fn find(&self, address: IpAddr) -> Option<(String, u64)> {
        let address = address.to_canonical();
        match address {
            IpAddr::V4(address) => self.four.iter().rev().find_map(|(length, networks)| {
                let first = address.to_bits() & u32::MAX.checked_shl(32 - u32::from(*length)).unwrap_or(0);
                let line = networks.get(&first)?;
                Some((named(Ipv4Addr::from_bits(first).into(), *length, 32), *line))
            }),
            IpAddr::V6(address) => self.six.iter().rev().find_map(|(length, networks)| {
                let first = address.to_bits() & u128::MAX.checked_shl(128 - u32::from(*length)).unwrap_or(0);
                let line = networks.get(&first)?;
                Some((named(Ipv6Addr::from_bits(first).into(), *length, 128), *line))
            }),
        }
    }
}

fn named(first: IpAddr, length: u8, whole: u8) -> String {
    if length == whole { first.to_string() } else { format!("{first}/{length}") }
}

fn network(word: &str) -> Option<IpNet> {
    match word.parse::<IpAddr>() {
        Ok(address) => Some(IpNet::from(address.to_canonical())),
        Err(_) => word.parse().ok(),
    }
}

impl Domains {
    /// Reads a list.
    ///
    /// # Errors
    /// The lines that are no entries, the first of them.
    pub fn read(text: &str) -> Result<Domains, Vec<Mistake>> {
        let mut domains = Domains::default();
        let mistakes = read(text, |line, words| {
            let is_hosts = words.len() > 1 && words[0].1.parse::<IpAddr>().is_ok();
            let names = if is_hosts { &words[1..] } else { words };
            for (column, word) in names {
                let name = domain(word)
                    .ok_or_else(|| (*column, format!("{} is no domain such as bad.example", shown(word))))?;
                // What hosts files say of the machine itself.
                if is_hosts && !name.contains('.') {
                    continue;
                }
                domains.names.entry(name).or_insert(line);
            }
            if let Some((column, more)) = names.get(1).filter(|_| !is_hosts) {
                return Err((*column, format!("{} follows the entry: write a comment after #", shown(more))));
            }
            Ok(())
        });
        if mistakes.is_empty() { Ok(domains) } else { Err(mistakes) }
    }

    /// Domains in it.
    pub fn len(&self) -> u64 {
        self.names.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The closest entry that a name is, or is below, with its line.
    pub fn find(&self, name: &str) -> Option<(&str, u64)> {
        let mut rest = name;
        loop {
            if let Some((entry, line)) = self.names.get_key_value(rest) {
                return Some((entry, *line));
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

/// A domain in lower case; `*.` and a point in front are names below it, which an entry stands for anyway.
fn domain(word: &str) -> Option<String> {
    let name = word.strip_prefix("*.").or_else(|| word.strip_prefix('.')).unwrap_or(word);
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let good = name.len() <= 253 && name.split('.').all(label) && name.parse::<IpAddr>().is_err();
    good.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Addresses, Domains, Mistake};
    use proptest::prelude::*;

    #[test]
    fn addresses_are_found_in_the_closest_network() {
        let text = "\u{feff}# a list\n192.0.2.0/24 ; a network\n\n192.0.2.7\n2001:db8::/32\n::ffff:203.0.113.9\n0.0.0.0/0 # all\n";
        let list = Addresses::read(text).unwrap();
        assert_eq!(list.len(), 5);
        for (address, found) in [
            ("192.0.2.7", Some(("192.0.2.7", 4))),
            ("192.0.2.8", Some(("192.0.2.0/24", 2))),
            ("::ffff:192.0.2.8", Some(("192.0.2.0/24", 2))),
            ("203.0.113.9", Some(("203.0.113.9", 6))),
            ("198.51.100.1", Some(("0.0.0.0/0", 7))),
            ("2001:db8:1::1", Some(("2001:db8::/32", 5))),
            ("2001:db9::1", None),
        ] {
            let there = list.find(address.parse().unwrap());
            assert_eq!(there.as_ref().map(|(entry, line)| (entry.as_str(), *line)), found, "{address}");
        }
    }

    #[test]
    fn domains_stand_for_the_names_below() {
        let text = "Bad.example\n*.worse.example.\n0.0.0.0 evil.test www.evil.test localhost # hosts\n";
        let list = Domains::read(text).unwrap();
        assert_eq!(list.len(), 4);
        for (name, found) in [
            ("bad.example", Some(("bad.example", 1))),
            ("api.bad.example", Some(("bad.example", 1))),
            ("notbad.example", None),
            ("x.worse.example", Some(("worse.example", 2))),
            ("www.evil.test", Some(("www.evil.test", 3))),
            ("example", None),
        ] {
            assert_eq!(list.find(name), found, "{name}");
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        let mistake = |line, column, message: &str| Mistake { line, column, message: message.to_owned() };
        assert_eq!(
            Addresses::read("192.0.2.1\n  192.0.2.0/33\n1.2.3.4 spam\n").unwrap_err(),
            [
                mistake(2, 3, "192.0.2.0/33 is no address and no network such as 192.0.2.0/24"),
                mistake(3, 9, "spam follows the entry: write a comment after #"),
            ]
        );
        assert_eq!(
            Domains::read("ä.example\na.example b.example\n1.2.3.4\n").unwrap_err(),
            [
                mistake(1, 1, "ä.example is no domain such as bad.example"),
                mistake(2, 11, "b.example follows the entry: write a comment after #"),
                mistake(3, 1, "1.2.3.4 is no domain such as bad.example"),
            ]
        );
        assert_eq!(Domains::read(&"!\n".repeat(100)).unwrap_err().len(), 20);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[0-9a-f.:/#; \\n]){0,200}") {
            for mistakes in [Addresses::read(&text).err(), Domains::read(&text).err()].into_iter().flatten() {
                prop_assert!(mistakes.iter().all(|mistake| mistake.line >= 1 && mistake.column >= 1));
            }
        }

        #[test]
        fn what_is_in_a_network_is_found(address: u32, length in 0u8..=32) {
            let address = std::net::Ipv4Addr::from_bits(address);
            let list = Addresses::read(&format!("{address}/{length}")).unwrap();
            prop_assert!(list.find(address.into()).is_some());
        }
    }
}
