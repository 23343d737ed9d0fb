use crate::support::contract;
use palisade_diff::proposals::{Proposal, ProposalKind, apply, propose};
use std::collections::BTreeSet;

const CONTRACT: &str = "openapi: 3.1.0
info: {title: t, version: '1'}
servers: [{url: 'https://api.example/v1'}]
paths:
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [id, at]
                properties:
                  id: {type: string, maxLength: 8, format: uuid}
                  at: {type: string}
                  total: {type: integer, minimum: 0}
                  note: {type: string}
                  state: {type: string, enum: [open]}
    delete:
      responses: {'204': {description: ok}}
    put:
      requestBody: {content: {application/json: {schema: {}}}}
      responses: {'200': {description: ok}}
  /never:
    get: {responses: {'200': {description: ok}}}
components: {}
";

/// As the room that learns writes it.
const LEARNED: &str = "openapi: 3.1.1
info: {title: learned, version: '1'}
paths:
  /v1/orders/{orderId}:
    get:
      x-palisade: {hits: 200, successes: 200, callers: 9, first_observed: '2026-01-01T00:00:00Z', last_observed: '2026-02-01T00:00:00Z', evidence: sufficient}
      security: [{bearerAuth: []}]
      parameters:
        - {name: orderId, in: path, required: true, schema: {type: string}}
        - {name: X-Trace, in: header, required: true, schema: {type: string}}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                type: object
                required: [id, total, note, state]
                properties:
                  id: {type: string, x-palisade: {values: 200, shortest: 9, longest: 30}}
                  at: {type: string, x-palisade: {values: 150}}
                  total: {type: number, x-palisade: {values: 200, digits: 3, negative: true}}
                  note: {type: [string, 'null'], x-palisade: {values: 200}}
                  state: {type: string, enum: [open, shut], x-palisade: {values: 200}}
                  lines: {type: array, items: {$ref: '#/components/schemas/Line'}}
            text/csv: {}
        '404': {description: Not found}
    delete:
      x-palisade: {hits: 20, successes: 20}
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {'204': {description: ok}}
    put:
      x-palisade: {hits: 20, successes: 20}
      requestBody: {required: true, content: {application/xml: {}}}
      responses: {'200': {description: ok}}
    patch:
      x-palisade: {hits: 7, successes: 7, evidence: thin}
      parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: ok}}
components:
  securitySchemes: {bearerAuth: {type: http, scheme: bearer}}
  schemas: {Line: {type: object, properties: {sku: {type: string, x-palisade: {values: 3}}}}}
";

fn found(contract_text: &str, learned: &str) -> Vec<Proposal> {
    propose(&contract("orders.yaml", contract_text), &contract("learned", learned))
}

#[test]
fn each_kind_is_found_with_its_evidence_and_its_edit() {
    let proposals = found(CONTRACT, LEARNED);
    let kinds: BTreeSet<ProposalKind> = proposals.iter().map(|proposal| proposal.kind).collect();
    let missing: Vec<_> = ProposalKind::ALL.into_iter().filter(|kind| !kinds.contains(kind)).collect();
    assert_eq!(missing, []);
    let all: Vec<&Proposal> = proposals.iter().collect();
    let applied = apply(&[("orders.yaml".to_owned(), CONTRACT.to_owned())], &all);
    assert_eq!(applied.refused, []);
    let lines: Vec<String> = proposals
        .iter()
        .map(|proposal| {
            let (evidence, place) = (&proposal.evidence, &proposal.place);
            format!(
                "{} {} {}\n  {}\n  {} ({}:{} {})",
                proposal.kind.as_str(),
                proposal.operation,
                evidence.count,
                proposal.message,
                proposal.edit.as_deref().unwrap_or("no edit"),
                place.line,
                place.column,
                place.pointer
            )
        })
        .collect();
    insta::assert_snapshot!(format!("{}\n\n{}", lines.join("\n"), applied.texts[0].1));
    // What was taken is not proposed again.
    let left = found(&applied.texts[0].1, LEARNED);
    assert_eq!(left.iter().map(|proposal| &proposal.message).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn ids_do_not_change_with_counts_limits_and_lines() {
    let more = LEARNED
        .replace("hits: 200", "hits: 900")
        .replace("longest: 30", "longest: 31")
        .replace("values: 200", "values: 900");
    let ids = |contract: &str, learned: &str| -> Vec<String> {
        found(contract, learned).into_iter().map(|proposal| proposal.id).collect()
    };
    assert_eq!(
        ids(CONTRACT, LEARNED),
        ids(&format!("# moved\n{}", CONTRACT.replace("{id}", "{nr}").replace("name: id, in", "name: nr, in")), &more)
    );
    let other = LEARNED.replace("[open, shut]", "[open, lost]");
    assert_ne!(ids(CONTRACT, LEARNED), ids(CONTRACT, &other));
}

#[test]
fn what_is_not_sure_is_not_proposed() {
    // Few numbers say little of whether they are whole, few objects little of what is always there.
    let few = LEARNED.replace("values: 200", "values: 5").replace("required: [id, total, note, state]", "x-none: 1");
    let kinds: Vec<ProposalKind> = found(CONTRACT, &few).into_iter().map(|proposal| proposal.kind).collect();
    for kind in [ProposalKind::TypeWidened, ProposalKind::FormatRemoved, ProposalKind::MemberAbsent] {
        assert!(!kinds.contains(&kind), "{kind:?}");
    }
    // Nothing was seen: then nothing is known of what was not.
    let nothing = "openapi: 3.1.1\ninfo: {title: t, version: '1'}\npaths: {}\n";
    assert_eq!(found(CONTRACT, nothing), []);
}

#[test]
fn edits_that_cannot_be_made_are_told_and_leave_the_text_alone() {
    let shared = CONTRACT
        .replace(
            "'200':\n          description: ok\n          content:",
            "'200': &answer\n          description: ok\n          content:",
        )
        .replace("delete:\n      responses: {'204'", "delete:\n      responses: {'203': *answer, '204'");
    let proposals = found(&shared, LEARNED);
    let all: Vec<&Proposal> = proposals.iter().filter(|one| one.kind == ProposalKind::PropertyAdded).collect();
    let applied = apply(&[("orders.yaml".to_owned(), shared.clone())], &all);
    assert_eq!((applied.made.len(), applied.refused.len()), (0, 1));
    assert!(applied.refused[0].1.contains("an alias leads to this place"), "{:?}", applied.refused);
    assert_eq!(applied.texts[0].1, shared);
}

/// An older contract of the same API, with what its words allow.
const OLD: &str = "swagger: '2.0' # kept
info: {title: orders, version: '1'}
basePath: /v1
consumes: [application/json]
produces: [application/json]
paths:
  /orders/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, type: string}
      responses:
        200:
          description: ok
          schema: {$ref: '#/definitions/Order'}
    delete:
      parameters:
        - {name: id, in: path, required: true, type: string}
      responses: {204: {description: ok}}
definitions:
  Order:
    type: object
    required: [id]
    properties:
      id: {type: string, maxLength: 20} # as printed on the bill
      total: {type: integer}
      note: {type: string}
      state: {type: string, enum: [open]}
";

#[test]
fn an_older_contract_is_edited_in_its_own_words() {
    let proposals = found(OLD, LEARNED);
    let able: Vec<&Proposal> = proposals.iter().filter(|proposal| proposal.edit.is_some()).collect();
    let applied = apply(&[("orders.yaml".to_owned(), OLD.to_owned())], &able);
    assert_eq!(applied.refused, []);
    insta::assert_snapshot!(applied.texts[0].1);
    let (_, problems) =
        palisade_contract::Contract::load(contract("orders.yaml", &applied.texts[0].1).document().clone());
    assert!(problems.is_empty(), "{problems:?}");
    // What was taken is not proposed again; what is left says why.
    let left = found(&applied.texts[0].1, LEARNED);
    let left: Vec<String> =
        left.iter().map(|one| format!("{}: {}", one.message, one.obstacle.as_deref().unwrap_or_default())).collect();
    assert_eq!(
        left,
        [
            "response 200 text/csv: it was seen and is not declared: OpenAPI 2.0 lists media types for a whole operation or \
          contract: add it to consumes or produces by hand"
        ]
    );
}

#[test]
fn forms_and_new_operations_of_an_older_contract() {
    let learned = "openapi: 3.1.1
info: {title: learned, version: '1'}
paths:
  /v1/photos/{photoId}:
    post:
      operationId: addPhoto
      x-palisade: {hits: 30, successes: 30}
      security: [{bearerAuth: []}]
      parameters:
        - {name: photoId, in: path, required: true, schema: {type: integer, minimum: 0}}
        - {name: tag, in: query, required: false, schema: {type: array, items: {type: string, enum: [a, b]}}}
        - {name: theme, in: cookie, required: false, schema: {type: string}}
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file]
              properties: {file: {type: string, format: binary}, album: {type: [integer, 'null']}}
      responses:
        '201': {description: Created, content: {application/json: {schema: {type: object, properties: {kind: {type: string, const: photo}, size: {type: [integer, string]}}}}}}
components:
  securitySchemes: {bearerAuth: {type: http, scheme: bearer}}
";
    let proposals = found(OLD, learned);
    let added: Vec<&Proposal> = proposals.iter().filter(|one| one.kind == ProposalKind::OperationAdded).collect();
    let applied = apply(&[("orders.yaml".to_owned(), OLD.to_owned())], &added);
    assert_eq!((applied.made.len(), applied.refused.len()), (1, 0));
    let text = &applied.texts[0].1;
    let (_, problems) = palisade_contract::Contract::load(contract("orders.yaml", text).document().clone());
    assert!(problems.is_empty(), "{problems:?}");
    let new = text.split("definitions:").next().unwrap().split("/photos").nth(1).unwrap();
    insta::assert_snapshot!(new);
}

#[test]
fn a_bearer_token_is_one_wherever_it_comes_from() {
    let contract = CONTRACT.replace(
        "components: {}",
        "components: {securitySchemes: {login: {type: openIdConnect, openIdConnectUrl: https://id.example/}}}",
    );
    let oauth = "{type: oauth2, flows: {clientCredentials: {tokenUrl: https://orders.example/token, scopes: {}}}}";
    let learned = LEARNED.replace("{bearerAuth: {type: http, scheme: bearer}}", &format!("{{bearerAuth: {oauth}}}"));
    let proposals = found(&contract, &learned);
    let proposal = proposals.iter().find(|proposal| proposal.kind == ProposalKind::SecuritySeen).unwrap();
    let applied = apply(&[("orders.yaml".to_owned(), contract.clone())], &[proposal]);
    let text = &applied.texts[0].1;
    assert!(text.contains("login: []") && !text.contains("bearerAuth"), "{text}");
}
