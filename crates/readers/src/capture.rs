//! Packet captures, pcap and pcapng: the exchanges of cleartext HTTP/1 and HTTP/2 connections.
//!
//! Segments are put into order; what was not captured is told from what is late by what the receiver acknowledges.
//! Where bytes are missing inside a body the exchange is kept with its body cut, elsewhere the reader looks for the
//! next message. TLS and whatever else is no HTTP is counted by connection.

mod connection;
mod flow;
mod fragments;
mod http1;
mod http2;

use crate::tally::{Limits, ReadError, Reason, Tally};
use connection::{Connection, Side, Told};
use etherparse::{EtherType, IpNumber, LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice, UdpSlice};
use fragments::{Fragment, Fragments};
use palisade_exchange::{Exchange, Redactor};
use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, LegacyPcapReader, Linktype, PcapBlockOwned, PcapError, PcapNGReader};
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Read};
use std::net::{IpAddr, SocketAddr};

/// Microseconds since the Unix epoch.
type Micros = i64;

/// Longest block of a capture, in bytes: jumbo packets are 9000, offloaded ones 64 KiB.
const MAX_BLOCK: usize = 1 << 20;
/// Connections that are followed at a time; the one that was silent the longest makes room.
const MAX_CONNECTIONS: usize = 10_000;
/// Bytes that all connections hold together; the one that was silent the longest makes room.
const MAX_HELD: usize = 256 << 20;
/// Packets inside packets.
const MAX_TUNNELS: u32 = 2;
/// UDP ports of VXLAN (RFC 7348) and GENEVE (RFC 8926).
const VXLAN: u16 = 4789;
const GENEVE: u16 = 6081;

/// Reads a packet capture.
///
/// # Errors
/// When the input cannot be read or is neither pcap nor pcapng.
pub fn read_capture<R: BufRead>(
    mut input: R,
    redactor: &Redactor,
    limits: &Limits,
    sink: &mut dyn FnMut(Exchange),
) -> Result<Tally, ReadError> {
    let sections = input.fill_buf().map_err(ReadError::Io)?.starts_with(&PCAPNG);
    let input = Whole(input);
    let mut reading = Reading::new(redactor, limits);
    match sections {
        true => reading.blocks(PcapNGReader::new(MAX_BLOCK, input).map_err(|error| structure(0, &error))?, sink)?,
        false => {
            reading.blocks(LegacyPcapReader::new(MAX_BLOCK, input).map_err(|error| structure(0, &error))?, sink)?
        }
    }
    reading.finish();
    reading.found.drain(..).for_each(sink);
    Ok(reading.tally)
}

/// A capture that goes on: packets in, exchanges out.
pub struct LiveCapture(Reading);

impl LiveCapture {
    /// Nothing was seen yet. Connections of other ports than these are passed over; without any, none are.
    pub fn new(redactor: &Redactor, limits: &Limits, ports: &[u16]) -> Self {
        LiveCapture(Reading { ports: ports.to_vec(), ..Reading::new(redactor, limits) })
    }

    /// Takes a packet from its network header on. `protocol` is its EtherType, `time` in microseconds since the Unix
    /// epoch. Gives the exchanges that it completes.
    pub fn packet(&mut self, protocol: u16, bytes: &[u8], time: i64) -> impl Iterator<Item = Exchange> {
        self.0.packets += 1;
        self.0.sliced(&LaxSlicedPacket::from_ether_type(EtherType(protocol), bytes), time, 0);
        self.0.found.drain(..)
    }

    /// What was read so far, and what was not.
    pub fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Nothing more comes: gives what waited for more.
    pub fn finish(mut self) -> (Vec<Exchange>, Tally) {
        self.0.finish();
        (self.0.found, self.0.tally)
    }
}

/// Gives as much as is asked for, but at the end: a pipe gives less, and a header has to be there at once.
struct Whole<R>(R);

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.0.read(rest)? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }
}

const PCAPNG: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// Whether an input that begins like this is a capture.
pub(crate) fn is_capture(head: &[u8]) -> bool {
    let orders =
        [[0xa1, 0xb2, 0xc3, 0xd4], [0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0x3c, 0x4d], [0x4d, 0x3c, 0xb2, 0xa1]];
    head.starts_with(&PCAPNG) || orders.iter().any(|magic| head.starts_with(magic))
}

fn structure(offset: u64, error: &PcapError<&[u8]>) -> ReadError {
    let message = match error {
        PcapError::Eof | PcapError::UnexpectedEof | PcapError::Incomplete(_) => "the capture ends inside a block",
        PcapError::BufferTooSmall => "a block is longer than 1 MiB",
        PcapError::ReadError => "the capture could not be read",
        _ => "this is no block of a capture",
    };
    ReadError::Structure { offset, message: message.to_owned() }
}

/// The packet that begins at a byte, where its protocol is said at another.
fn behind(data: &[u8], protocol: usize, from: usize) -> Option<LaxSlicedPacket<'_>> {
    let [high, low, ..] = data.get(protocol..)? else { return None };
    let protocol = EtherType(u16::from_be_bytes([*high, *low]));
    Some(LaxSlicedPacket::from_ether_type(protocol, data.get(from..)?))
}

/// Both ends of a connection, the lower one first.
type Ends = (SocketAddr, SocketAddr);

struct Reading {
    redactor: Redactor,
    limits: Limits,
    /// Ports of the connections that are followed; empty for all.
    ports: Vec<u16>,
    /// Exchanges that were not given on yet.
    found: Vec<Exchange>,
    tally: Tally,
    fragments: Fragments,
    connections: HashMap<Ends, Connection>,
    /// Connections by the packet that was their last.
    order: BTreeMap<u64, Ends>,
    held: usize,
    packets: u64,
    offset: u64,
}

/// What an interface of a capture says of its packets.
#[derive(Clone, Copy)]
struct Interface {
    link: Linktype,
    /// Ticks of the clock in a second.
    resolution: u64,
    /// Seconds to be added.
    offset: i64,
}

impl Reading {
    fn new(redactor: &Redactor, limits: &Limits) -> Self {
        Reading {
            redactor: redactor.clone(),
            limits: *limits,
            ports: Vec::new(),
            found: Vec::new(),
            tally: Tally::default(),
            fragments: Fragments::default(),
            connections: HashMap::new(),
            order: BTreeMap::new(),
            held: 0,
            packets: 0,
            offset: 0,
        }
    }

    fn blocks(&mut self, mut reader: impl PcapReaderIterator, sink: &mut dyn FnMut(Exchange)) -> Result<(), ReadError> {
        let mut interfaces: Vec<Interface> = Vec::new();
        let mut refilled = false;
        loop {
            match reader.next() {
                Ok((consumed, block)) => {
                    refilled = false;
                    self.block(&block, &mut interfaces);
                    self.found.drain(..).for_each(&mut *sink);
                    self.offset += consumed as u64;
                    reader.consume(consumed);
                    if self.tally.read >= self.limits.records {
                        return Ok(());
                    }
                }
                Err(PcapError::Eof) => return Ok(()),
                Err(PcapError::Incomplete(_)) if !refilled => {
                    refilled = true;
                    if reader.refill().is_err() {
                        return self.broken(structure(self.offset, &PcapError::ReadError));
                    }
                }
                Err(error) => {
                    let error = structure(self.offset, &error);
                    return self.broken(error);
                }
            }
        }
    }

    fn block(&mut self, block: &PcapBlockOwned<'_>, interfaces: &mut Vec<Interface>) {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let resolution = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
                *interfaces = vec![Interface { link: header.network, resolution, offset: 0 }];
            }
            PcapBlockOwned::Legacy(packet) => {
                let ticks = u64::from(packet.ts_usec);
                if let Some(interface) = interfaces.first().copied() {
                    let fraction = ticks.saturating_mul(1_000_000) / interface.resolution;
                    let time = i64::from(packet.ts_sec) * 1_000_000 + fraction as i64;
                    self.packet(interface.link, packet.data, time);
                }
            }
            PcapBlockOwned::NG(Block::SectionHeader(_)) => interfaces.clear(),
            PcapBlockOwned::NG(Block::InterfaceDescription(one)) => interfaces.push(Interface {
                link: one.linktype,
                resolution: one.ts_resolution().unwrap_or(1_000_000).max(1),
                offset: one.ts_offset(),
            }),
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                if let Some(interface) = interfaces.get(packet.if_id as usize).copied() {
                    let ticks = u128::from(u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low));
                    let time = ticks * 1_000_000 / u128::from(interface.resolution);
                    let time = i64::try_from(time).unwrap_or(i64::MAX);
                    let time = time.saturating_add(interface.offset.saturating_mul(1_000_000));
                    self.packet(interface.link, packet.packet_data(), time);
                }
            }
            PcapBlockOwned::NG(_) => {}
        }
    }

    /// The capture breaks off: an error when nothing at all could be read, else the truth in the tally.
    fn broken(&mut self, error: ReadError) -> Result<(), ReadError> {
        if self.packets == 0 {
            return Err(error);
        }
        self.tally.broken = Some(format!("behind packet {}: {error}", self.packets));
        Ok(())
    }

    /// Counts what is not read, by the packet that showed it.
    fn reject(&mut self, reason: Reason, detail: impl FnOnce() -> String) {
        self.tally.reject(&self.limits, reason, self.packets, self.offset, detail);
    }

    fn packet(&mut self, link: Linktype, data: &[u8], time: Micros) {
        self.packets += 1;
        let sliced = match link {
            Linktype::ETHERNET => LaxSlicedPacket::from_ethernet(data).ok(),
            Linktype::RAW | Linktype::IPV4 | Linktype::IPV6 | Linktype(12 | 14) => LaxSlicedPacket::from_ip(data).ok(),
            // The family of the address stands before the packet.
            Linktype::NULL | Linktype::LOOP => data.get(4..).and_then(|data| LaxSlicedPacket::from_ip(data).ok()),
            // What Linux puts before packets of interfaces of any kind names their protocol.
            Linktype::LINUX_SLL => behind(data, 14, 16),
            Linktype::LINUX_SLL2 => behind(data, 0, 20),
            _ => {
                self.reject(Reason::Packet, || format!("link type {} is not read", link.0));
                return;
            }
        };
        match sliced {
            Some(sliced) => self.sliced(&sliced, time, 0),
            None => self.reject(Reason::Packet, || "the headers of the packet are cut".to_owned()),
        }
    }

    fn sliced(&mut self, packet: &LaxSlicedPacket<'_>, time: Micros, depth: u32) {
        let Some(net) = &packet.net else { return };
        let ends: (IpAddr, IpAddr) = match net {
            LaxNetSlice::Ipv4(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
            LaxNetSlice::Ipv6(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
            LaxNetSlice::Arp(_) => return,
        };
        if let Some(transport) = &packet.transport {
            return self.carried(ends, transport, time, depth);
        }
        let Some(fragment) = Fragment::of(net) else {
            let cut = match net {
                LaxNetSlice::Ipv4(ip) => ip.is_payload_fragmented(),
                LaxNetSlice::Ipv6(ip) => ip.is_payload_fragmented(),
                LaxNetSlice::Arp(_) => false,
            };
            if cut {
                self.reject(Reason::Packet, || "a fragment of an IP packet that is cut".to_owned());
            }
            return;
        };
        let whole = self.fragments.take(&fragment, time);
        self.lost_fragments();
        match whole {
            Some((IpNumber::TCP, payload)) => {
                if let Ok(segment) = TcpSlice::from_slice(&payload) {
                    self.carried(ends, &TransportSlice::Tcp(segment), time, depth);
                }
            }
            Some((IpNumber::UDP, payload)) => {
                if let Ok(datagram) = UdpSlice::from_slice_lax(&payload) {
                    self.carried(ends, &TransportSlice::Udp(datagram), time, depth);
                }
            }
            _ => {}
        }
    }

    fn lost_fragments(&mut self) {
        for _ in 0..self.fragments.lost() {
            self.reject(Reason::Packet, || "fragments of an IP packet, not all or not of one".to_owned());
        }
    }

    /// A segment or a datagram between two addresses.
    fn carried(&mut self, (from, to): (IpAddr, IpAddr), carried: &TransportSlice<'_>, time: Micros, depth: u32) {
        match carried {
            TransportSlice::Tcp(segment) => {
                let ends =
                    (SocketAddr::new(from, segment.source_port()), SocketAddr::new(to, segment.destination_port()));
                self.segment(ends, segment, time);
            }
            TransportSlice::Udp(datagram) if depth < MAX_TUNNELS => {
                let inner = match datagram.destination_port() {
                    VXLAN => datagram.payload().get(8..),
                    // Six bits count the options in words.
                    GENEVE => datagram
                        .payload()
                        .first()
                        .and_then(|first| datagram.payload().get(8 + usize::from(first & 0x3f) * 4..)),
                    _ => None,
                };
                if let Some(inner) = inner.and_then(|inner| LaxSlicedPacket::from_ethernet(inner).ok()) {
                    self.sliced(&inner, time, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn segment(&mut self, (from, to): Ends, segment: &TcpSlice<'_>, time: Micros) {
        if !self.ports.is_empty() && !self.ports.contains(&from.port()) && !self.ports.contains(&to.port()) {
            return;
        }
        let (ends, side) = if from <= to { ((from, to), Side::Lower) } else { ((to, from), Side::Upper) };
        let opens = segment.syn() && !segment.ack();
        if opens {
            // The same ports again: another connection.
            self.finish_one(&ends);
        }
        if !self.connections.contains_key(&ends) {
            if segment.payload().is_empty() && !segment.syn() {
                return;
            }
            while self.connections.len() >= MAX_CONNECTIONS {
                self.finish_oldest();
            }
            self.connections.insert(ends, Connection::new(ends, self.limits.body_bytes));
        }
        let Some(connection) = self.connections.get_mut(&ends) else { return };
        self.order.remove(&connection.last);
        connection.last = self.packets;
        self.order.insert(self.packets, ends);
        let told = connection.segment(side, segment, time);
        let (over, held) = (connection.is_over(), connection.held());
        self.held = self.held + held - connection.held;
        connection.held = held;
        self.tell(told);
        if over {
            self.finish_one(&ends);
        }
        while self.held > MAX_HELD {
            self.finish_oldest();
        }
    }

    /// Tells what is left of a connection, and forgets it.
    fn finish_one(&mut self, ends: &Ends) {
        let Some(mut connection) = self.connections.remove(ends) else { return };
        self.order.remove(&connection.last);
        self.held -= connection.held;
        let told = connection.end();
        self.tell(told);
    }

    fn finish_oldest(&mut self) {
        if let Some(ends) = self.order.first_key_value().map(|(_, ends)| *ends) {
            self.finish_one(&ends);
        }
    }

    fn tell(&mut self, told: Vec<Told>) {
        for one in told {
            let found = match one {
                Told::Pair(request, answer, client) => {
                    connection::exchange(*request, *answer, client, &self.redactor, &self.limits, self.tally.read + 1)
                }
                Told::Rejected(reason, detail) => Err((reason, detail.to_owned())),
            };
            match found {
                Ok(exchange) => {
                    self.tally.read += 1;
                    self.found.push(exchange);
                }
                Err((reason, detail)) => self.reject(reason, || detail),
            }
        }
    }

    fn finish(&mut self) {
        self.fragments.end();
        self.lost_fragments();
        // In the order of their last packets, so that the same capture gives the same exchanges.
        while !self.order.is_empty() {
            self.finish_oldest();
        }
    }
}

#[cfg(test)]
mod tests;
