use crate::support::changes;

const OLD: &str = "openapi: 3.0.3
info: {title: Orders, version: '1'}
paths:
  /orders/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - name: limit
          in: query
          schema: {type: integer, maximum: 100}
      responses:
        '200':
          description: One order.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Order'}
    delete:
      responses: {'204': {description: Gone.}}
components:
  schemas:
    Order:
      type: object
      required: [id, lines]
      properties:
        id: {type: string}
        lines:
          type: array
          items:
            type: object
            properties:
              price: {type: number, minimum: 0}
";

#[test]
fn a_change_names_its_places_in_both_contracts() {
    let new = "# A comment.
openapi: 3.1.0
info: {title: Orders, version: '2'}
paths:
  /orders/{orderId}:
    get:
      parameters:
        - name: limit
          in: query
          schema: {type: integer, maximum: 50}
        - {name: orderId, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: One order.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/OrderView'}
components:
  schemas:
    OrderView:
      type: object
      required: [id]
      properties:
        id: {type: string}
        lines:
          type: array
          items:
            type: object
            properties:
              price: {type: [number, 'null'], minimum: -1}
";
    let lines: Vec<String> = changes(OLD, new)
        .iter()
        .map(|change| {
            let place = |place: &palisade_diff::Place| {
                format!("{}:{}:{} {}", place.file, place.line, place.column, place.pointer)
            };
            format!(
                "{} {}\n  {}\n  {}\n  {}\n  {}",
                change.level,
                change.id,
                change.operations.join(", "),
                change.message,
                place(&change.old),
                place(&change.new)
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn fingerprints_survive_moves_of_lines_and_names_of_parameters() {
    let new = OLD.replace("maximum: 100", "maximum: 50");
    let moved = |text: &str| {
        format!("# moved\n\n{}", text.replace("/orders/{id}", "/orders/{nr}").replace("name: id", "name: nr"))
    };
    let one = changes(OLD, &new);
    let other = changes(&moved(OLD), &moved(&new));
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].fingerprint, other[0].fingerprint);
}
