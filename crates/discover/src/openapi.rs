//! The contract that was learned, as OpenAPI.

use crate::induce::Variable;
use crate::inventory::{Authenticated, Direction, Inventory, Learned, Noise, OpenApiVersion};
use crate::naming;
use crate::oauth;
use crate::operation::{Media, Operation};
use crate::recursion;
use crate::schema::{Components, Support, parameter_type, path_type};
use crate::sketch::Sketch;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

impl Inventory {
    /// The learned contract. Noise is left out; what the evidence does not bear yet (always-present members,
    /// few distinct words) stands under `x-palisade` and constrains nobody.
    pub fn to_openapi(&self, version: OpenApiVersion) -> Value {
        self.written(version, false)
    }

    /// The learned contract, in which each schema also says under `x-palisade` how many values were seen and how long or
    /// large they were: the evidence for limits. It changes with every exchange.
    pub fn to_evidence(&self, version: OpenApiVersion) -> Value {
        self.written(version, true)
    }

    fn written(&self, version: OpenApiVersion, observed: bool) -> Value {
        let believed = |learned: &Learned| {
            let mut known = learned.known.clone().believed();
            let answers = known.answers.values_mut().flat_map(|answers| answers.media.iter_mut());
            for (_, media) in known.request.iter_mut().chain(answers) {
                recursion::close(&mut media.sketch);
            }
            Learned { known, ..learned.clone() }
        };
        let believed: Vec<Learned> =
            self.operations.iter().filter(|learned| in_contract(learned)).map(believed).collect();
        let kept: Vec<&Learned> = believed.iter().collect();
        let mut components = Components::new(version, observed);
        for learned in &kept {
            for (direction, name, media) in bodies(learned) {
                components.gather(&media.sketch, direction, &name);
            }
        }
        components.settle();
        let bearer = self.bearer(&kept);
        let mut writer = Writer { components, bearer, schemes: BTreeMap::new(), ids: Vec::new() };
        let mut paths: BTreeMap<&str, BTreeMap<String, (&Learned, Value)>> = BTreeMap::new();
        for learned in &kept {
            let operation = writer.operation(learned);
            let item = paths.entry(&learned.view.template).or_default();
            let method = learned.view.method.to_ascii_lowercase();
            // Hosts that share method and template: the busier one speaks.
            if item.get(&method).is_none_or(|(other, _)| other.view.hits < learned.view.hits) {
                item.insert(method, (learned, operation));
            }
        }
        let mut document = Map::new();
        let number = match version {
            OpenApiVersion::V30 => "3.0.3",
            OpenApiVersion::V31 => "3.1.1",
        };
        let hosts: BTreeSet<&str> =
            kept.iter().filter_map(|learned| self.hosts.get(learned.host)).map(|site| site.name.as_str()).collect();
        let title = hosts
            .iter()
            .find(|host| !host.is_empty())
            .map_or("Learned API".to_owned(), |host| format!("Learned API of {host}"));
        document.insert("openapi".to_owned(), json!(number));
        document.insert(
            "info".to_owned(),
            json!({
                "title": title,
                "version": "0.1.0",
                "description": format!("Reconstructed from {} exchanges.", self.exchanges),
            }),
        );
        let mut servers = self.servers(&hosts);
        let base = match servers.as_slice() {
            [only] if only != "/" => base_path(paths.keys().copied()),
            _ => String::new(),
        };
        servers.iter_mut().for_each(|server| server.push_str(&base));
        let servers: Vec<Value> = servers.into_iter().map(|url| json!({"url": url})).collect();
        document.insert("servers".to_owned(), Value::Array(servers));
        let mut written = Map::new();
        for (path, methods) in paths {
            let item: Map<String, Value> =
                methods.into_iter().map(|(method, (_, operation))| (method, operation)).collect();
            written.insert(path.get(base.len()..).unwrap_or(path).to_owned(), Value::Object(item));
        }
        document.insert("paths".to_owned(), Value::Object(written));
        let mut parts = Map::new();
        let schemas = writer.components.schemas();
        if !schemas.is_empty() {
            parts.insert("schemas".to_owned(), Value::Object(schemas));
        }
        if !writer.schemes.is_empty() {
            let schemes: Map<String, Value> = writer.schemes.into_iter().collect();
            parts.insert("securitySchemes".to_owned(), Value::Object(schemes));
        }
        if !parts.is_empty() {
            document.insert("components".to_owned(), Value::Object(parts));
        }
        Value::Object(document)
    }

    /// The scheme of bearer tokens, with its name: OAuth 2 where an endpoint of the API gives them.
    fn bearer(&self, kept: &[&Learned]) -> (String, Value) {
        let shown = |word: &str| kept.iter().any(|learned| learned.view.credentials.contains_key(word));
        let jwt = shown("bearer jwt") && !shown("bearer");
        let mut plain = json!({"type": "http", "scheme": "bearer"});
        if jwt {
            plain["bearerFormat"] = json!("JWT");
        }
        if let Some(issuer) = oauth::issuer(kept) {
            let site = self.hosts.get(issuer.learned.host).filter(|site| !site.name.is_empty());
            let origin = site.map(|site| {
                let scheme = site.schemes.iter().max().map_or("https", String::as_str);
                format!("{scheme}://{}", site.name)
            });
            let origin = origin.unwrap_or_default();
            if let Some(scheme) = issuer.scheme(&origin, jwt) {
                return ("oauth2".to_owned(), scheme);
            }
            plain["x-palisade"] = issuer.hint(&origin);
        }
        ("bearerAuth".to_owned(), plain)
    }

    /// URLs without paths; `/` where no host is known.
    fn servers(&self, hosts: &BTreeSet<&str>) -> Vec<String> {
        let mut servers = Vec::new();
        for site in self.hosts.iter().filter(|site| hosts.contains(site.name.as_str()) && !site.name.is_empty()) {
            for scheme in &site.schemes {
                servers.push(format!("{scheme}://{}", site.name));
            }
        }
        if servers.is_empty() { vec!["/".to_owned()] } else { servers }
    }
}

/// What all paths begin with that names no resource: `/api/v1`. Empty where one of them ends there.
fn base_path<'a>(paths: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut base = String::new();
    loop {
        let mut next = paths.clone().map(|path| {
            let (segment, rest) = path.get(base.len() + 1..)?.split_once('/')?;
            (naming::empty_word(segment) && !rest.is_empty()).then_some(segment)
        });
        let Some(Some(first)) = next.next() else { return base };
        if !next.all(|segment| segment == Some(first)) {
            return base;
        }
        base.push('/');
        base.push_str(first);
    }
}

/// Preflights stay where the place has real operations: a contract without them would turn browsers away.
fn in_contract(learned: &Learned) -> bool {
    match learned.view.noise {
        None => learned.view.method != "TRACE" && learned.view.method != "QUERY",
        Some(Noise::Preflight) => learned.known.successes > 0,
        Some(_) => false,
    }
}

fn status_kind(status: u16) -> bool {
    (200..300).contains(&status)
}

/// The bodies of an operation with the name each would get.
fn bodies(learned: &Learned) -> Vec<(Direction, String, &Media)> {
    let resource =
        naming::resource(&learned.literals).map(|word| naming::pascal(&naming::singular(word))).unwrap_or_default();
    let resource = if resource.is_empty() { "Root".to_owned() } else { resource };
    let mut found = Vec::new();
    for (_, media) in learned.known.request.iter() {
        let name = match learned.view.method.as_str() {
            "POST" => format!("{resource}Create"),
            "PUT" | "PATCH" => format!("{resource}Update"),
            _ => format!("{resource}Query"),
        };
        found.push((Direction::Request, name, media));
    }
    for (status, answers) in &learned.known.answers {
        for (_, media) in answers.media.iter() {
            let list = media
                .sketch
                .members
                .iter()
                .filter(|((_, name), _)| naming::wrapper(name) || naming::pascal(&naming::singular(name)) == resource)
                .any(|(_, member)| member.items.as_ref().is_some_and(|items| items.object > 0));
            let name = match (status_kind(*status), list) {
                (false, _) => "Error".to_owned(),
                (true, true) => format!("{resource}List"),
                (true, false) => resource.clone(),
            };
            found.push((Direction::Response, name, media));
        }
    }
    found
}

struct Writer {
    components: Components,
    /// Name and scheme of bearer tokens.
    bearer: (String, Value),
    schemes: BTreeMap<String, Value>,
    ids: Vec<String>,
}

impl Writer {
    fn operation(&mut self, learned: &Learned) -> Value {
        let view = &learned.view;
        let known = &learned.known;
        let mut operation = Map::new();
        let id = naming::unique(&self.ids, &operation_id(learned));
        self.ids.push(id.clone());
        operation.insert("operationId".to_owned(), json!(id));
        operation.insert("summary".to_owned(), json!(summary(learned)));
        if let Some(tag) = learned.literals.iter().find(|word| !naming::empty_word(word)) {
            operation.insert("tags".to_owned(), json!([tag]));
        }
        if known.deprecated > 0 && known.deprecated == known.successes {
            operation.insert("deprecated".to_owned(), json!(true));
        }
        if let Some(end) = known.sunset.and_then(|end| jiff::Timestamp::from_second(end).ok()) {
            operation.insert("x-sunset".to_owned(), json!(end.strftime("%Y-%m-%d").to_string()));
        }
        let parameters = self.parameters(learned);
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
        if let Some(body) = self.request_body(known) {
            operation.insert("requestBody".to_owned(), body);
        }
        operation.insert("responses".to_owned(), self.responses(known));
        if let Some(security) = self.security(learned) {
            operation.insert("security".to_owned(), security);
        }
        let mut seen = json!({
            "hits": view.hits,
            "first_observed": moment(view.first_observed),
            "last_observed": moment(view.last_observed),
            "confidence": view.confidence,
            "successes": view.evidence.successes,
            "callers": view.principals,
            "evidence": if view.evidence.thin { "thin" } else { "sufficient" },
            "authenticated": view.authenticated.as_str(),
        });
        let (open, limited) = (view.refused_without_credential, view.statuses.get(&429).copied().unwrap_or(0));
        if let (true, Some(seen)) = (open + limited > 0, seen.as_object_mut()) {
            seen.insert("refused".to_owned(), json!({"unauthenticated": open, "rate_limited": limited}));
        }
        if let Some(seen) = seen.as_object_mut() {
            let candidates = candidates(known);
            if !candidates.is_empty() {
                seen.insert("candidates".to_owned(), Value::Object(candidates));
            }
            if !view.sample_path.is_empty() {
                seen.insert("example".to_owned(), json!(view.sample_path));
            }
            if !view.sensitive.is_empty() {
                let fields = view.sensitive.iter().map(|field| {
                    json!({
                        "in": field.direction,
                        "part": field.part.as_str(),
                        "place": field.pointer,
                        "kind": field.kind.as_str(),
                        "count": field.count,
                    })
                });
                seen.insert("sensitive".to_owned(), fields.collect());
            }
            if !view.ambiguous.is_empty() {
                seen.insert("ambiguous".to_owned(), json!(view.ambiguous));
            }
            if !view.reasons.is_empty() {
                seen.insert("path".to_owned(), json!(view.reasons));
            }
        }
        operation.insert("x-palisade".to_owned(), seen);
        Value::Object(operation)
    }

    fn parameters(&self, learned: &Learned) -> Vec<Value> {
        let mut found: Vec<Value> = learned.variables.iter().map(|variable| self.path_parameter(variable)).collect();
        let successes = learned.known.successes;
        let known = &learned.known;
        let support = Support::of(Direction::Request);
        for name in &learned.matrix {
            let sketch = known.matrix.iter().find(|((_, known), _)| **known == **name).map(|(_, known)| &known.sketch);
            let schema = sketch.map_or_else(|| json!({"type": "string"}), |sketch| self.scalar(sketch));
            found.push(json!({"name": name, "in": "path", "required": true, "style": "matrix", "schema": schema}));
        }
        for (location, parameters) in [("query", &known.query), ("header", &known.headers), ("cookie", &known.cookies)]
        {
            let mut sorted: Vec<_> = parameters.iter().map(|((_, name), parameter)| (&**name, parameter)).collect();
            sorted.sort_by_key(|(name, _)| *name);
            for (name, parameter) in sorted {
                let schema = self.scalar(&parameter.sketch);
                let schema = match parameter.repeated {
                    0 => schema,
                    _ => json!({"type": "array", "items": schema}),
                };
                let required = parameter.seen == successes && successes >= support.required;
                found.push(json!({"name": name, "in": location, "required": required, "schema": schema}));
            }
        }
        found
    }

    /// The schema of a parameter that is one value.
    fn scalar(&self, sketch: &Sketch) -> Value {
        let support = Support::of(Direction::Request);
        let (kind, format) = parameter_type(sketch);
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!(kind));
        if let Some(format) = format {
            schema.insert("format".to_owned(), json!(format));
        }
        if matches!(kind, "integer" | "number") && sketch.never_below_zero() {
            schema.insert("minimum".to_owned(), json!(0));
        }
        if kind == "string"
            && let Some(words) = sketch.enumeration(support.enumeration.0, support.enumeration.1)
            && words.len() >= 2
        {
            schema.insert("enum".to_owned(), json!(words));
        }
        if let Some(seen) = self.components.seen(sketch) {
            schema.insert("x-palisade".to_owned(), seen);
        }
        Value::Object(schema)
    }

    fn path_parameter(&self, variable: &Variable) -> Value {
        let (kind, format) = path_type(variable);
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!(kind));
        if let Some(format) = format {
            schema.insert("format".to_owned(), json!(format));
        }
        if let Some(seen) = self.components.seen_in_path(variable, kind) {
            schema.insert("x-palisade".to_owned(), seen);
        }
        json!({"name": variable.name, "in": "path", "required": true, "schema": schema})
    }

    fn request_body(&self, known: &Operation) -> Option<Value> {
        if known.request.is_empty() {
            return None;
        }
        let mut sorted: Vec<(&str, &Media)> = known.request.iter().map(|((_, name), media)| (&**name, media)).collect();
        sorted.sort_by_key(|(name, _)| *name);
        let mut content = Map::new();
        for (name, media) in sorted {
            let name = if name.is_empty() { "*/*" } else { name };
            content.insert(name.to_owned(), self.media(media, Direction::Request));
        }
        let required =
            known.with_body == known.successes && known.successes >= Support::of(Direction::Request).required;
        Some(json!({"required": required, "content": content}))
    }

    fn media(&self, media: &Media, direction: Direction) -> Value {
        if media.read == 0 { json!({}) } else { json!({"schema": self.components.schema(&media.sketch, direction, 0)}) }
    }

    fn responses(&self, known: &Operation) -> Value {
        let mut responses = Map::new();
        for (status, answers) in &known.answers {
            let mut response = Map::new();
            response.insert("description".to_owned(), json!(reason(*status)));
            let mut sorted: Vec<(&str, &Media)> =
                answers.media.iter().map(|((_, name), media)| (&**name, media)).collect();
            sorted.sort_by_key(|(name, _)| *name);
            if !sorted.is_empty() {
                let content: Map<String, Value> = sorted
                    .into_iter()
                    .map(|(name, media)| (name.to_owned(), self.media(media, Direction::Response)))
                    .collect();
                response.insert("content".to_owned(), Value::Object(content));
            }
            responses.insert(status.to_string(), Value::Object(response));
        }
        Value::Object(responses)
    }

    fn security(&mut self, learned: &Learned) -> Option<Value> {
        let mut names = Vec::new();
        for word in learned.view.credentials.keys() {
            let (kind, rest) = word.split_once(' ').unwrap_or((word, ""));
            let (name, scheme) = match kind {
                "bearer" => self.bearer.clone(),
                "basic" => ("basicAuth".to_owned(), json!({"type": "http", "scheme": "basic"})),
                "scheme" if !rest.is_empty() => {
                    (format!("{}Auth", naming::camel(rest)), json!({"type": "http", "scheme": rest}))
                }
                "header" | "cookie" | "query" => (
                    format!("{}{}", naming::camel(rest), naming::pascal(kind)),
                    json!({"type": "apiKey", "in": kind, "name": rest}),
                ),
                _ => continue,
            };
            self.schemes.entry(name.clone()).or_insert(scheme);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut alternatives: Vec<Value> = Vec::new();
        let settled = learned.view.authenticated == Authenticated::Always && !learned.view.evidence.thin;
        if !settled {
            alternatives.push(json!({}));
        }
        alternatives.extend(names.iter().map(|name| json!({name: []})));
        (!names.is_empty()).then_some(Value::Array(alternatives))
    }
}

/// A time in microseconds since the Unix epoch as RFC 3339 says it, in whole seconds.
fn moment(time: i64) -> String {
    let seconds = jiff::Timestamp::from_second(time.div_euclid(1_000_000));
    seconds.map(|time| time.to_string()).unwrap_or_default()
}

/// What would be constraints if there were more evidence.
fn candidates(known: &Operation) -> Map<String, Value> {
    let support = Support::of(Direction::Request);
    let mut found = Map::new();
    for ((_, name), media) in known.request.iter() {
        let sketch = &media.sketch;
        if sketch.object == 0 || sketch.object >= support.required {
            continue;
        }
        let mut always: Vec<&str> = sketch
            .members
            .iter()
            .filter(|(_, member)| member.seen == sketch.object)
            .map(|((_, name), _)| &**name)
            .collect();
        always.sort_unstable();
        if !always.is_empty() {
            found.insert(name.to_string(), json!({"bodies": sketch.object, "always": always}));
        }
    }
    found
}

fn operation_id(learned: &Learned) -> String {
    let method = learned.view.method.to_ascii_lowercase();
    let mut id = method;
    for segment in
        learned.view.template.split('/').filter(|segment| !segment.is_empty() && !naming::empty_word(segment))
    {
        match segment.strip_prefix('{') {
            Some(variable) => {
                id.push_str("By");
                id.push_str(&naming::pascal(variable));
            }
            None => id.push_str(&naming::pascal(segment)),
        }
    }
    if learned.view.template == "/" {
        id.push_str("Root");
    }
    // Versions stand at the end, so that they tell ids apart without hiding the resource.
    for version in learned
        .literals
        .iter()
        .filter(|word| naming::empty_word(word) && *word != "api" && *word != "rest" && *word != "v1")
    {
        id.push_str(&naming::pascal(version));
    }
    id
}

fn summary(learned: &Learned) -> String {
    let template = learned.view.template.as_str();
    let last = template.rsplit('/').next().unwrap_or_default();
    let resource = naming::resource(&learned.literals).unwrap_or("root").replace(['_', '-'], " ");
    let one = naming::singular(&resource);
    let by = last.strip_prefix('{').map(|variable| variable.split('}').next().unwrap_or_default());
    match (learned.view.method.as_str(), by) {
        ("GET", Some(variable)) => format!("Get {one} by {variable}"),
        ("GET", None) => format!("Get {resource}"),
        ("HEAD", _) => format!("Check {one}"),
        ("POST", None) if learned.variables.is_empty() && one != resource => format!("Create {one}"),
        ("POST", _) => format!("Post {resource}"),
        ("PUT", _) => format!("Replace {one}"),
        ("PATCH", _) => format!("Change {one}"),
        ("DELETE", _) => format!("Delete {one}"),
        ("OPTIONS", _) => "Ask for cross-origin rules".to_owned(),
        (method, _) => format!("{method} {resource}"),
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No content",
        206 => "Partial content",
        303 => "See other",
        304 => "Not modified",
        400 => "Bad request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not found",
        405 => "Method not allowed",
        406 => "Not acceptable",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition failed",
        413 => "Content too large",
        415 => "Unsupported media type",
        422 => "Unprocessable content",
        429 => "Too many requests",
        500 => "Internal server error",
        502 => "Bad gateway",
        503 => "Service unavailable",
        504 => "Gateway timeout",
        status if status < 300 => "Success",
        status if status < 400 => "Redirection",
        status if status < 500 => "Client error",
        _ => "Server error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_paths_name_no_resource() {
        for (paths, base) in [
            (&["/api/v1/users", "/api/v1/orders/{orderId}"][..], "/api/v1"),
            (&["/api/v1/users", "/api/v2/users"], "/api"),
            (&["/v1/users", "/health"], ""),
            (&["/v1/users", "/v1"], ""),
            (&["/users/v1", "/users/v1/{name}"], ""),
            (&["/"], ""),
            (&[], ""),
        ] {
            assert_eq!(base_path(paths.iter().copied()), base, "{paths:?}");
        }
    }
}
