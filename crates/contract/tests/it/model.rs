//! The model of each version.

use crate::{load, render};
use palisade_contract::Status;

#[test]
fn version_3_1_in_full() {
    let (contract, problems) = load("orders.yaml", include_bytes!("../fixtures/orders-3.1.yaml"));
    insta::assert_snapshot!(render::contract(&contract) + "problems:\n" + &render::problems(&problems));
}

#[test]
fn version_2_0_means_the_same() {
    let (contract, problems) = load("orders.yaml", include_bytes!("../fixtures/orders-2.0.yaml"));
    insta::assert_snapshot!(render::contract(&contract) + "problems:\n" + &render::problems(&problems));
}

#[test]
fn version_3_2_has_more_methods() {
    let text = include_bytes!("../../../document/tests/fixtures/v3.2.yaml");
    let (contract, problems) = load("v3.2.yaml", text);
    assert!(problems.is_empty(), "{problems:?}");
    let labels: Vec<String> = contract.operations.iter().map(|operation| operation.label()).collect();
    assert_eq!(labels, ["QUERY /q", "LINK /q"]);
    let media = contract.operations[0].responses[0].content.first().unwrap();
    assert!(media.item_schema.is_some() && media.schema.is_none());
}

#[test]
fn a_status_is_met_by_the_nearest_response() {
    let text = b"openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        default: {description: d}\n        '2XX': {description: r}\n        '201': {description: c}\n";
    let (contract, _) = load("a.yaml", text);
    let status = |code| contract.operations[0].response(code).unwrap().status;
    assert_eq!(status(201), Status::Code(201));
    assert_eq!(status(204), Status::Range(2));
    assert_eq!(status(404), Status::Default);
}

#[test]
fn shared_references_do_not_multiply_without_end() {
    // 2,000 paths that all refer to one path item with 8 operations of 200 responses with 60 headers.
    let mut text = String::from(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\ncomponents:\n  headers:\n    H: {schema: {}}\n  responses:\n    R:\n      description: r\n      headers:\n",
    );
    for n in 0..60 {
        text += &format!("        X-{n}: {{$ref: '#/components/headers/H'}}\n");
    }
    text += "  pathItems:\n    P:\n";
    for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
        text += &format!("      {method}:\n        responses:\n");
        for status in 200..400 {
            text += &format!("          '{status}': {{$ref: '#/components/responses/R'}}\n");
        }
    }
    text += "paths:\n";
    for n in 0..2000 {
        text += &format!("  /p{n}: {{$ref: '#/components/pathItems/P'}}\n");
    }
    let start = std::time::Instant::now();
    let (contract, problems) = load("bomb.yaml", text.as_bytes());
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["model-limit"]);
    assert!(contract.operations.len() > 100);
}
