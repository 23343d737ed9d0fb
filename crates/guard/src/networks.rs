//! Sets of networks, for fast lookup, and named lists of them.

use crate::NetworkList;
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

/// A set of addresses: sorted ranges that do not touch. A lookup takes one binary search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkSet {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl NetworkSet {
    /// The addresses of all these networks. IPv4 networks written as IPv6 (`::ffff:10.0.0.0/104`) are IPv4 networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> NetworkSet {
        let mut set = NetworkSet::default();
        for network in networks {
            match network {
                IpNet::V4(network) => set.v4.push((network.network().to_bits(), network.broadcast().to_bits())),
                IpNet::V6(network) => {
                    let (first, last) = (network.network(), network.broadcast());
                    match (first.to_ipv4_mapped(), last.to_ipv4_mapped()) {
                        (Some(first), Some(last)) => set.v4.push((first.to_bits(), last.to_bits())),
                        _ => set.v6.push((first.to_bits(), last.to_bits())),
                    }
                }
            }
        }
        merge(&mut set.v4, |end| end.checked_add(1));
        merge(&mut set.v6, |end| end.checked_add(1));
        set
    }

    /// Whether an address belongs to the set.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => within(&self.v4, address.to_bits()),
            IpAddr::V6(address) => within(&self.v6, address.to_bits()),
        }
    }

    /// True when it holds no address.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }
}

fn merge<T: Copy + Ord>(ranges: &mut Vec<(T, T)>, next: impl Fn(T) -> Option<T>) {
    ranges.sort_unstable();
    let mut merged: Vec<(T, T)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges.drain(..) {
        match merged.last_mut() {
            Some((_, end)) if next(*end).is_none_or(|next| first <= next) => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged.shrink_to_fit();
    *ranges = merged;
}

fn within<T: Copy + Ord>(ranges: &[(T, T)], address: T) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= address);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, last)| address <= *last)
}

/// What callers from one place have in common: an IPv4 address, of an IPv6 address its /64.
pub fn client_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address => address,
    }
}

/// The network lists of a snapshot, compiled, by name.
#[derive(Debug, Clone, Default)]
pub struct Lists(BTreeMap<String, Arc<List>>);

#[derive(Debug)]
struct List {
    source: NetworkList,
    set: Arc<NetworkSet>,
}

impl Lists {
    /// Compiles the lists; those that are the same in `earlier` are taken from there. Of two with one name the later
    /// one counts.
    pub fn new(lists: &[NetworkList], earlier: &Lists) -> Lists {
        let compile = |list: &NetworkList| {
            let known = earlier.0.get(&list.name).filter(|known| known.source == *list);
            let list = known.cloned().unwrap_or_else(|| {
                Arc::new(List { set: Arc::new(NetworkSet::new(list.networks.iter().copied())), source: list.clone() })
            });
            (list.source.name.clone(), list)
        };
        Lists(lists.iter().map(compile).collect())
    }

    /// The set of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<NetworkSet>> {
        self.0.get(name).map(|list| &list.set)
    }

    /// The sets of these names, as far as there are any.
    pub(crate) fn named(&self, names: &[String]) -> Vec<(String, Arc<NetworkSet>)> {
        names.iter().filter_map(|name| Some((name.clone(), Arc::clone(self.get(name)?)))).collect()
    }

    /// These lists alone.
    pub(crate) fn only(&self, names: &[&str]) -> Lists {
        Lists(names.iter().filter_map(|name| Some(((*name).to_owned(), Arc::clone(self.0.get(*name)?)))).collect())
    }

    /// True when the lists of these names are the same here and there.
    pub(crate) fn same(&self, other: &Lists, names: &[&str]) -> bool {
        names.iter().all(|name| match (self.0.get(*name), other.0.get(*name)) {
            (Some(here), Some(there)) => Arc::ptr_eq(here, there) || here.source == there.source,
            (None, None) => true,
            _ => false,
        })
    }
}
