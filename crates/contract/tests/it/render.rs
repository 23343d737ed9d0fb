//! A contract's model as text.

use palisade_contract::{Contract, MediaType, Operation, Parameter, SecurityKind, SecurityRequirement};
use palisade_document::{NodeId, Problem};
use std::fmt::Write;

pub fn problems(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |mut out, problem| {
        let place = problem.position;
        let pointer = problem.pointer.as_deref().unwrap_or("?");
        let _ = writeln!(out, "{}:{} {} [{pointer}] {}", place.line, place.column, problem.code, problem.message);
        out
    })
}

fn at(contract: &Contract, node: Option<NodeId>) -> String {
    node.map_or("-".to_owned(), |id| format!("#{}", contract.node(id).pointer()))
}

fn requirements(list: &[SecurityRequirement]) -> String {
    let one = |requirement: &SecurityRequirement| format!("{:?}", requirement.schemes);
    list.iter().map(one).collect::<Vec<_>>().join(" or ")
}

fn media(contract: &Contract, out: &mut String, content: &[MediaType]) {
    for media in content {
        let _ = write!(out, "      {} {}", media.range, at(contract, media.schema));
        if let Some(item) = media.item_schema {
            let _ = write!(out, " items {}", at(contract, Some(item)));
        }
        for field in &media.form_fields {
            let _ = write!(
                out,
                " {}{}{}:{:?}/{}",
                field.name,
                if field.required { "!" } else { "" },
                if field.file { "(file)" } else { "" },
                field.style,
                field.explode
            );
        }
        for encoding in &media.encoding {
            let _ = write!(
                out,
                " [{} {:?} {:?}/{}]",
                encoding.property, encoding.content_type, encoding.style, encoding.explode
            );
        }
        out.push('\n');
    }
}

fn parameter(contract: &Contract, out: &mut String, parameter: &Parameter) {
    let _ = writeln!(
        out,
        "    {} {}{} {:?}/{} {}{}{}",
        parameter.location.as_str(),
        parameter.name,
        if parameter.required { "!" } else { "" },
        parameter.style,
        parameter.explode,
        at(contract, parameter.schema),
        if parameter.on_path { " (path)" } else { "" },
        if parameter.deprecated { " (deprecated)" } else { "" },
    );
    if let Some(content) = &parameter.content {
        media(contract, out, std::slice::from_ref(content));
    }
}

fn operation(contract: &Contract, out: &mut String, operation: &Operation) {
    let _ = writeln!(
        out,
        "  {} id={:?} deprecated={} tags={:?} #{}",
        operation.label(),
        operation.operation_id.as_deref().unwrap_or_default(),
        operation.deprecated,
        operation.tags,
        contract.node(operation.node).pointer()
    );
    let servers: Vec<&str> = contract.servers_of(operation).iter().map(|server| server.url.as_str()).collect();
    let _ = writeln!(out, "    on {servers:?}, needs {}", requirements(contract.security_of(operation)));
    for one in &operation.parameters {
        parameter(contract, out, one);
    }
    if let Some(body) = &operation.request_body {
        let _ = writeln!(out, "    body{} {}", if body.required { "!" } else { "" }, at(contract, Some(body.node)));
        media(contract, out, &body.content);
    }
    for response in &operation.responses {
        let headers: Vec<String> = response
            .headers
            .iter()
            .map(|header| {
                format!("{}{} {}", header.name, if header.required { "!" } else { "" }, at(contract, header.schema))
            })
            .collect();
        let _ = writeln!(out, "    {} {} headers {headers:?}", response.status, at(contract, Some(response.node)));
        media(contract, out, &response.content);
    }
}

pub fn contract(contract: &Contract) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} ({}) {:?} {:?} readable={}",
        contract.version, contract.openapi, contract.title, contract.api_version, contract.readable
    );
    for server in &contract.servers {
        let _ = writeln!(out, "server {} base {:?}", server.url, server.base_path);
    }
    for scheme in &contract.security_schemes {
        let kind = match &scheme.kind {
            SecurityKind::OAuth2 { flows } => {
                let flows: Vec<String> = flows.iter().map(|flow| format!("{} {:?}", flow.kind, flow.scopes)).collect();
                format!("OAuth2 {flows:?}")
            }
            other => format!("{other:?}"),
        };
        let _ = writeln!(out, "scheme {} {kind}", scheme.name);
    }
    let names = |list: &[(String, NodeId)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let _ = writeln!(out, "schemas {:?}", names(&contract.components.schemas));
    for (title, list) in
        [("operations", &contract.operations), ("webhooks", &contract.webhooks), ("callbacks", &contract.callbacks)]
    {
        let _ = writeln!(out, "{title}:");
        for one in list {
            operation(contract, &mut out, one);
        }
    }
    out
}
