//! Which addresses are out on the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to a network of its own: this machine, a private or link-local network, a group, or
/// anything else that no public host has. An IPv4 address inside an IPv6 one counts as itself.
///
/// Source: the IANA special-purpose address registries for IPv4 and IPv6.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => private_v4(address),
        IpAddr::V6(address) => private_v6(address),
    }
}

fn private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        // This network, shared address space, protocol assignments, benchmarks, groups and what is reserved.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 224
}

fn private_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return private_v4(inner);
    }
    let [a, b, c, .., y, z] = address.segments();
    let four = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b) {
        // NAT64 and 6to4 carry an IPv4 address.
        (0x64, 0xff9b) => private_v4(four(y, z)) || c == 1,
        (0x2002, _) => private_v4(four(b, c)),
        // Teredo and other protocol assignments, documentation.
        (0x2001, b) => b < 0x200 || b == 0xdb8,
        // Global unicast is 2000::/3; the rest is this machine, unique local, link-local, groups, or reserved.
        (a, _) => !(0x2000..0x4000).contains(&a) || a == 0x3fff,
    }
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn only_public_addresses_are_public() {
        for text in [
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(is_private(text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(!is_private(text.parse().unwrap()), "{text}");
        }
    }
}
