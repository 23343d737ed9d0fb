//! Where requests come from, which networks that is, how often they come, and who is banned.

use ipnet::IpNet;
use palisade_exchange::HeadersView;
use palisade_guard::{BanOrder, Bans, CounterKey, Counters, NetworkSet, RateAsk, client_address};
use proptest::prelude::*;
use std::net::IpAddr;

fn set(networks: &[&str]) -> NetworkSet {
    NetworkSet::new(networks.iter().map(|network| network.parse::<IpNet>().unwrap()))
}

#[test]
fn only_trusted_proxies_say_where_a_request_comes_from() {
    let trusted = set(&["10.0.0.0/8", "2001:db8:ffff::/48"]);
    type Fields = &'static [(&'static str, &'static [u8])];
    let cases: &[(&str, Fields, &str)] = &[
        // A stranger is who it is, whatever it says.
        ("203.0.113.9", &[("X-Forwarded-For", b"1.1.1.1")], "203.0.113.9"),
        ("203.0.113.9", &[("Forwarded", b"for=1.1.1.1")], "203.0.113.9"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &[("X-Forwarded-For", b"203.0.113.9")], "203.0.113.9"),
        ("::ffff:10.0.0.1", &[("X-Forwarded-For", b"203.0.113.9")], "203.0.113.9"),
        // What stands before the first hop that is not trusted was written by that hop.
        ("10.0.0.1", &[("X-Forwarded-For", b"1.1.1.1, 203.0.113.9")], "203.0.113.9"),
        ("10.0.0.1", &[("X-Forwarded-For", b"1.1.1.1, 203.0.113.9, 10.0.0.2")], "203.0.113.9"),
        ("10.0.0.1", &[("X-Forwarded-For", b"10.0.0.3, 10.0.0.2")], "10.0.0.3"),
        // Several fields are one list.
        ("10.0.0.1", &[("X-Forwarded-For", b"1.1.1.1"), ("x-forwarded-for", b"203.0.113.9")], "203.0.113.9"),
        // What cannot be read leads no further than to the hop that passed it on.
        ("10.0.0.1", &[("X-Forwarded-For", b"203.0.113.9, unknown")], "10.0.0.1"),
        ("10.0.0.1", &[("X-Forwarded-For", b"203.0.113.9, evil.test, 10.0.0.2")], "10.0.0.2"),
        ("10.0.0.1", &[("X-Forwarded-For", b"203.0.113.9,")], "10.0.0.1"),
        ("10.0.0.1", &[("X-Forwarded-For", b"\xff")], "10.0.0.1"),
        ("10.0.0.1", &[("X-Forwarded-For", b"203.0.113.9:4711")], "203.0.113.9"),
        ("10.0.0.1", &[("X-Forwarded-For", b"2001:db8::9")], "2001:db8::9"),
        ("10.0.0.1", &[("X-Forwarded-For", b"[2001:db8::9]:80")], "2001:db8::9"),
        ("2001:db8:ffff::1", &[("X-Forwarded-For", b"::ffff:203.0.113.9")], "203.0.113.9"),
        // RFC 7239.
        ("10.0.0.1", &[("Forwarded", b"for=203.0.113.9;proto=https, for=\"[2001:db8:ffff::2]:80\"")], "203.0.113.9"),
        ("10.0.0.1", &[("Forwarded", b"For=\"203.0.113.9:80\"; by=10.0.0.1")], "203.0.113.9"),
        ("10.0.0.1", &[("Forwarded", b"for=1.1.1.1;for=203.0.113.9")], "10.0.0.1"),
        ("10.0.0.1", &[("Forwarded", b"for=_hidden")], "10.0.0.1"),
        ("10.0.0.1", &[("Forwarded", b"proto=https")], "10.0.0.1"),
        ("10.0.0.1", &[("Forwarded", b"for=1.1.1.1"), ("X-Forwarded-For", b"203.0.113.9")], "203.0.113.9"),
    ];
    for (peer, fields, expected) in cases {
        let client = client_address(peer.parse().unwrap(), HeadersView(fields), &trusted);
        assert_eq!(client, expected.parse::<IpAddr>().unwrap(), "{peer} {fields:?}");
    }
    let long = "10.0.0.2, ".repeat(1000) + "10.0.0.2";
    let fields: &[(&str, &[u8])] = &[("X-Forwarded-For", long.as_bytes())];
    let peer = "10.0.0.1".parse().unwrap();
    assert_eq!(client_address(peer, HeadersView(fields), &trusted), peer, "a list without end is not followed");
}

#[test]
fn a_hundred_thousand_networks_are_looked_up_quickly() {
    let networks = (0..100_000u32).map(|at| format!("{}.{}.{}.0/25", 1 + at / 65536, at / 256 % 256, at % 256));
    let set = NetworkSet::new(networks.map(|network| network.parse().unwrap()));
    // One that is not in the set lies between any two that are.
    assert!(set.contains("1.7.9.3".parse().unwrap()) && !set.contains("1.7.9.200".parse().unwrap()));
    assert!(set.contains("2.0.0.127".parse().unwrap()) && !set.contains("2.0.0.128".parse().unwrap()));
}

fn network() -> impl Strategy<Value = IpNet> {
    // Few addresses, so that networks meet.
    prop_oneof![
        (0u32..4096, 18u8..=32)
            .prop_map(|(low, length)| IpNet::new(IpAddr::from((low << 3).to_be_bytes()), length).unwrap()),
        (0u128..4096, 112u8..=128)
            .prop_map(|(low, length)| IpNet::new(IpAddr::from((low << 3).to_be_bytes()), length).unwrap()),
    ]
}

#[derive(Debug, Clone)]
enum Event {
    Pass(i64),
    Count(u8),
    Read(u8),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        prop_oneof![0i64..700_000, 0i64..20_000_000, Just(130_000_000)].prop_map(Event::Pass),
        (0u8..3).prop_map(Event::Count),
        (0u8..3).prop_map(Event::Read),
    ]
}

fn key(caller: u32) -> CounterKey {
    let mut key = [0; 16];
    key[..4].copy_from_slice(&caller.to_be_bytes());
    CounterKey(key)
}

fn ask(key: CounterKey, count: bool) -> RateAsk {
    RateAsk { key, count, burst: Some(4), average: Some(9) }
}

/// Requests within the slots that end with the one of `now`.
fn within(seen: &[i64], now: i64, slot: i64, slots: i64) -> u64 {
    seen.iter().filter(|at| now.div_euclid(slot) - at.div_euclid(slot) < slots).count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_set_holds_what_its_networks_hold(networks in prop::collection::vec(network(), 0..12), probes in prop::collection::vec(0u32..40_000, 20)) {
        let set = NetworkSet::new(networks.iter().copied());
        for low in probes {
            for address in [IpAddr::from(low.to_be_bytes()), IpAddr::from(u128::from(low).to_be_bytes())] {
                let expected = networks.iter().any(|network| network.contains(&address));
                prop_assert_eq!(set.contains(address), expected, "{}", address);
            }
        }
    }

    #[test]
    fn counts_are_those_of_a_list_of_every_request(start in 0i64..1_000_000_000, events in prop::collection::vec(event(), 0..120)) {
        let mut counters = Counters::new(100);
        let mut seen: [Vec<i64>; 3] = Default::default();
        let mut now = start;
        for event in events {
            let (caller, count) = match event {
                Event::Pass(time) => { now += time; continue }
                Event::Count(caller) => (caller, true),
                Event::Read(caller) => (caller, false),
            };
            let list = &mut seen[usize::from(caller)];
            if count {
                list.push(now);
            }
            let rates = counters.ask(&[ask(key(caller.into()), count)], now)[0];
            prop_assert_eq!(rates.burst, within(list, now, 500_000, 10));
            prop_assert_eq!(rates.average, within(list, now, 5_000_000, 24));
            let below = |later: i64| within(list, later, 500_000, 10) < 4 && within(list, later, 5_000_000, 24) < 9;
            let later = now + i64::from(rates.wait) * 1_000_000;
            prop_assert!(below(later), "after {} s there is room", rates.wait);
            prop_assert!(rates.wait == 0 || !below(later - 1_000_001), "and not a second before");
        }
    }
}

#[test]
fn an_attack_from_everywhere_does_not_grow_memory_nor_hide_who_comes_often() {
    let mut counters = Counters::new(1000);
    for step in 0..100_000u32 {
        let now = i64::from(step) * 20;
        counters.ask(&[ask(key(step + 10), true)], now);
        if step % 100 == 0 {
            counters.ask(&[ask(key(1), true)], now);
        }
    }
    assert!(counters.len() <= 1000);
    assert!(counters.evicted() > 90_000, "{}", counters.evicted());
    let rates = counters.ask(&[ask(key(1), false)], 2_000_000)[0];
    assert_eq!((rates.burst, rates.average), (1000, 1000));
    // Nobody comes for a while: what is kept then is what came since.
    for minute in 1..8i64 {
        counters.ask(&[ask(key(2), true)], minute * 70_000_000);
    }
    assert_eq!(counters.len(), 1);
}

fn order(caller: u32, until: i64) -> BanOrder {
    BanOrder { key: key(caller), who: format!("192.0.2.{caller}"), until }
}

#[test]
fn bans_end_by_time_by_hand_and_never_early() {
    let mut bans = Bans::new(3);
    assert!(bans.begin(&order(1, 100), "shop", "unknown_path", 0));
    assert_eq!((bans.until(key(1), 99), bans.until(key(1), 100), bans.until(key(2), 0)), (Some(100), None, None));
    assert!(!bans.begin(&order(1, 150), "shop", "type", 50), "it lasts from the last attack");
    assert!(!bans.begin(&order(1, 120), "shop", "type", 60), "and gets no shorter");
    assert_eq!(bans.until(key(1), 140), Some(150));
    assert_eq!(bans.sweep(149), []);
    let ended = bans.sweep(150);
    assert_eq!((ended.len(), &*ended[0].code, ended[0].refused), (1, "unknown_path", 2));
    assert!(bans.begin(&order(1, 300), "shop", "type", 200), "a new one");
    assert!(bans.lift(key(1)).is_some() && bans.lift(key(1)).is_none() && bans.is_empty());
    for caller in 1..=4 {
        bans.begin(&order(caller, 1000 - i64::from(caller)), "shop", "type", 0);
    }
    assert_eq!(bans.evicted(), 1);
    let running: Vec<String> = bans.running(500).into_iter().map(|ban| ban.who).collect();
    assert_eq!(running, ["192.0.2.1", "192.0.2.2", "192.0.2.4"], "the one that ended first gave way");
}
