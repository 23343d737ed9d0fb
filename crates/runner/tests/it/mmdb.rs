//! Writes databases in MaxMind's format, version 2.0: <https://maxmind.github.io/MaxMind-DB/>.

use std::net::{IpAddr, Ipv6Addr};

/// A value of the data section.
pub enum Value<'a> {
    Text(&'a str),
    Number(u32),
    Map(Vec<(&'a str, Value<'a>)>),
}

impl Value<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Value::Text(text) => {
                control(out, 2, text.len());
                out.extend(text.as_bytes());
            }
            Value::Number(number) => {
                control(out, 6, 4);
                out.extend(number.to_be_bytes());
            }
            Value::Map(pairs) => {
                control(out, 7, pairs.len());
                for (key, value) in pairs {
                    Value::Text(key).write(out);
                    value.write(out);
                }
            }
        }
    }
}

fn control(out: &mut Vec<u8>, kind: u8, size: usize) {
    match size {
        0..29 => out.push(kind << 5 | u8::try_from(size).unwrap()),
        _ => out.extend([kind << 5 | 29, u8::try_from(size - 29).unwrap()]),
    }
}

/// Types above 7 and what metadata needs beside.
fn metadata(nodes: usize, kind: &str, built: u64) -> Vec<u8> {
    let mut out = b"\xab\xcd\xefMaxMind.com".to_vec();
    let mut pairs = 0;
    let mut body = Vec::new();
    let mut pair = |key: &str, bytes: &[u8]| {
        Value::Text(key).write(&mut body);
        body.extend(bytes);
        pairs += 1;
    };
    let number = |kind: u8, number: u64, size: usize| {
        let bytes = &number.to_be_bytes()[8 - size..];
        [&[kind << 5 | u8::try_from(size).unwrap()], bytes].concat()
    };
    let text = |text: &str| {
        let mut out = Vec::new();
        Value::Text(text).write(&mut out);
        out
    };
    pair("binary_format_major_version", &number(5, 2, 2));
    pair("binary_format_minor_version", &number(5, 0, 2));
    // Type 9, uint64, is written as an extended type.
    pair("build_epoch", &[&[8, 2][..], &built.to_be_bytes()].concat());
    pair("database_type", &text(kind));
    pair("description", &[&[7 << 5 | 1][..], &text("en"), &text("made for a test")].concat());
    pair("ip_version", &number(5, 6, 2));
    // An array with one text.
    pair("languages", &[&[1, 4][..], &text("en")].concat());
    pair("node_count", &number(6, nodes as u64, 4));
    pair("record_size", &number(5, 32, 2));
    control(&mut out, 7, pairs);
    out.extend(body);
    out
}

/// A database of networks and what is said of each.
pub fn database(kind: &str, built: u64, networks: &[(&str, Value<'_>)]) -> Vec<u8> {
    enum To {
        Nothing,
        Node(usize),
        Data(usize),
    }
    let mut nodes = vec![[To::Nothing, To::Nothing]];
    let mut data = Vec::new();
    for (network, value) in networks {
        let (address, length) = network.split_once('/').unwrap();
        let (bits, length) = match address.parse().unwrap() {
            // IPv4 stands at ::/96.
            IpAddr::V4(address) => (u128::from(address.to_bits()), length.parse::<usize>().unwrap() + 96),
            IpAddr::V6(address) => (Ipv6Addr::to_bits(address), length.parse().unwrap()),
        };
        let offset = data.len();
        value.write(&mut data);
        let mut node = 0;
        for depth in 0..length {
            let bit = usize::from(bits >> (127 - depth) & 1 == 1);
            if depth + 1 == length {
                nodes[node][bit] = To::Data(offset);
                break;
            }
            node = match nodes[node][bit] {
                To::Node(next) => next,
                _ => {
                    nodes.push([To::Nothing, To::Nothing]);
                    let next = nodes.len() - 1;
                    nodes[node][bit] = To::Node(next);
                    next
                }
            };
        }
    }
    let count = nodes.len();
    let mut out = Vec::new();
    for to in nodes.iter().flatten() {
        let record = match to {
            To::Nothing => count,
            To::Node(node) => *node,
            To::Data(offset) => count + 16 + offset,
        };
        out.extend(u32::try_from(record).unwrap().to_be_bytes());
    }
    out.extend([0; 16]);
    out.extend(data);
    out.extend(metadata(count, kind, built));
    out
}
