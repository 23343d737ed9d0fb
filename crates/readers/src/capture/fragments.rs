//! Fragments of IP packets (RFC 791, RFC 8200), put together.

use super::Micros;
use etherparse::{IpNumber, Ipv6ExtensionSlice, LaxNetSlice};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// Packets that wait for their rest; the one that waits the longest makes room.
const MAX_WAITING: usize = 1024;
/// Bytes that wait together.
const MAX_HELD: usize = 16 << 20;
/// Longest payload of an IP packet.
const MAX_LENGTH: usize = 65_535;
/// How long a packet waits for its rest (RFC 8200, section 4.5): behind it the same number means another packet.
const PATIENCE: Micros = 60_000_000;

/// What fragments of one packet have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    from: IpAddr,
    to: IpAddr,
    /// Of IPv6 the first fragment alone says it.
    protocol: Option<IpNumber>,
    id: u32,
}

/// A fragment.
pub(super) struct Fragment<'p> {
    key: Key,
    protocol: IpNumber,
    offset: usize,
    more: bool,
    bytes: &'p [u8],
}

impl<'p> Fragment<'p> {
    /// What a packet holds a fragment of; none when it is whole, or cut.
    pub(super) fn of(net: &LaxNetSlice<'p>) -> Option<Self> {
        match net {
            LaxNetSlice::Ipv4(ip) if ip.is_payload_fragmented() && !ip.payload().incomplete => {
                let (header, payload) = (ip.header(), ip.payload());
                let (from, to) = (header.source_addr().into(), header.destination_addr().into());
                let id = u32::from(header.identification());
                Some(Fragment {
                    key: Key { from, to, protocol: Some(payload.ip_number), id },
                    protocol: payload.ip_number,
                    offset: usize::from(header.fragments_offset().byte_offset()),
                    more: header.more_fragments(),
                    bytes: payload.payload,
                })
            }
            LaxNetSlice::Ipv6(ip) if ip.is_payload_fragmented() && !ip.payload().incomplete => {
                let (header, payload) = (ip.header(), ip.payload());
                let said = ip.extensions().clone().into_iter().find_map(|extension| match extension {
                    Ipv6ExtensionSlice::Fragment(said) => Some(said),
                    _ => None,
                })?;
                let (from, to) = (header.source_addr().into(), header.destination_addr().into());
                Some(Fragment {
                    key: Key { from, to, protocol: None, id: said.identification() },
                    protocol: payload.ip_number,
                    offset: usize::from(said.fragment_offset().byte_offset()),
                    more: said.more_fragments(),
                    bytes: payload.payload,
                })
            }
            _ => None,
        }
    }
}

struct Waiting {
    pieces: BTreeMap<usize, Vec<u8>>,
    /// What the first fragment says.
    protocol: Option<IpNumber>,
    /// Length of the whole, once the last fragment was seen.
    length: Option<usize>,
    held: usize,
    since: Micros,
    number: u64,
}

/// Packets that wait for their rest.
#[derive(Default)]
pub(super) struct Fragments {
    waiting: HashMap<Key, Waiting>,
    /// The order in which they came.
    order: BTreeMap<u64, Key>,
    held: usize,
    came: u64,
    /// Packets that were given up.
    lost: u64,
}

impl Fragments {
    /// Takes a fragment. Gives the payload that it completes, with its protocol.
    pub(super) fn take(&mut self, fragment: &Fragment<'_>, time: Micros) -> Option<(IpNumber, Vec<u8>)> {
        let Fragment { key, protocol, offset, more, bytes } = fragment;
        if self.waiting.get(key).is_some_and(|old| time - old.since > PATIENCE) {
            self.give_up(key);
        }
        if !self.waiting.contains_key(key) {
            while self.waiting.len() >= MAX_WAITING {
                self.give_up_oldest();
            }
            self.came += 1;
            self.order.insert(self.came, *key);
            let (pieces, number) = (BTreeMap::new(), self.came);
            let new = Waiting { pieces, protocol: None, length: None, held: 0, since: time, number };
            self.waiting.insert(*key, new);
        }
        let packet = self.waiting.get_mut(key)?;
        let end = offset + bytes.len();
        let before = packet.pieces.range(..*offset).next_back();
        let overlaps = before.is_some_and(|(at, piece)| at + piece.len() > *offset)
            || packet.pieces.range(*offset..end).any(|(at, piece)| *at != *offset || piece != bytes);
        let ends_elsewhere = !more && packet.length.is_some_and(|length| length != end);
        let beyond = end > packet.length.unwrap_or(MAX_LENGTH) || bytes.is_empty();
        if overlaps || ends_elsewhere || beyond {
            // Nobody sends this without a purpose (RFC 5722).
            self.give_up(key);
            return None;
        }
        if *offset == 0 {
            packet.protocol = Some(*protocol);
        }
        if !more {
            packet.length = Some(end);
        }
        if packet.pieces.insert(*offset, bytes.to_vec()).is_none() {
            packet.held += bytes.len();
            self.held += bytes.len();
        }
        // Pieces do not overlap, so what is as long as the whole is the whole.
        if packet.length == Some(packet.held) {
            let whole = self.remove(key)?;
            return Some((whole.protocol?, whole.pieces.into_values().flatten().collect()));
        }
        while self.held > MAX_HELD {
            self.give_up_oldest();
        }
        None
    }

    /// Packets given up since this was last asked.
    pub(super) fn lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self) {
        while !self.order.is_empty() {
            self.give_up_oldest();
        }
    }

    fn remove(&mut self, key: &Key) -> Option<Waiting> {
        let packet = self.waiting.remove(key)?;
        self.order.remove(&packet.number);
        self.held -= packet.held;
        Some(packet)
    }

    fn give_up(&mut self, key: &Key) {
        self.lost += u64::from(self.remove(key).is_some());
    }

    fn give_up_oldest(&mut self) {
        if let Some((_, key)) = self.order.first_key_value() {
            let key = *key;
            self.give_up(&key);
        }
    }
}
