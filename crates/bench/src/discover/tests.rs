use super::generator::{Form, Generator};
use super::operations;
use palisade_discover::{Discovery, Hosts, Overrides, Settings};
use palisade_exchange::Redactor;
use palisade_readers::{Limits, read_jsonl};
use std::collections::{BTreeMap, BTreeSet};

/// A template with the names of its parameters taken out.
fn plain(template: &str) -> String {
    let parts = template.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn learned(form: Form, count: u64) -> BTreeSet<(String, String)> {
    let (mut generator, mut lines) = (Generator::new(7, form), String::new());
    for number in 0..count {
        generator.line(number, &mut lines);
    }
    let redactor = Redactor::new(&[5; 32]);
    let mut discovery = Discovery::new(Settings::new(&redactor, Hosts::Separate));
    let tally = read_jsonl(lines.as_bytes(), &redactor, &Limits::default(), &mut |exchange| {
        discovery.absorb(&exchange);
    });
    let tally = tally.unwrap();
    assert_eq!((tally.read, tally.rejected), (count, BTreeMap::new()));
    let inventory = discovery.induce(&Overrides::default());
    inventory.api_operations().map(|view| (view.method.clone(), plain(&view.template))).collect()
}

#[test]
fn the_made_up_api_is_learned_operation_by_operation() {
    let truth: BTreeSet<(String, String)> =
        operations().map(|(method, template)| (method.to_owned(), plain(&template))).collect();
    assert_eq!(truth.len(), 300);
    let found = learned(Form::Json, 20_000);
    assert_eq!(found.difference(&truth).collect::<Vec<_>>(), truth.difference(&found).collect::<Vec<_>>());
    assert_eq!(learned(Form::Json, 2_000), learned(Form::Text, 2_000));
}

#[test]
fn every_exchange_brings_a_new_id() {
    let mut generator = Generator::new(7, Form::Json);
    let mut ids: BTreeSet<String> = BTreeSet::new();
    let (mut line, count) = (String::new(), 5_000);
    let mut bytes = 0;
    for number in 0..count {
        line.clear();
        generator.line(number, &mut line);
        bytes += line.len() as u64;
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        let path = value["path"].as_str().unwrap();
        ids.extend(path.split('/').skip(4).step_by(2).map(str::to_owned));
        let mut open = vec![&value["response"]["message"]["body"]];
        while let Some(value) = open.pop() {
            match value {
                serde_json::Value::Array(items) => open.extend(items),
                serde_json::Value::Object(members) => {
                    open.extend(members.values());
                    let own = ["id", "username", "slug"].iter().filter_map(|name| members.get(*name));
                    ids.extend(own.map(ToString::to_string));
                }
                _ => {}
            }
        }
    }
    assert!(ids.len() as u64 > count, "{}", ids.len());
    assert!((900..1100).contains(&(bytes / count)), "{}", bytes / count);
}
