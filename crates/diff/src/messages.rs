//! Parameters, bodies, responses, headers and links.

use crate::check::{Base, Keyword, Structure};
use crate::life::sunset;
use crate::schemas::{Found, Subject, short};
use crate::side::{Side, schema_of};
use crate::walk::{Nodes, Walk, names};
use palisade_contract::{Header, Location, MediaType, Operation, Parameter, Response, Status, Style, Version};
use palisade_document::{NodeRef, refs};
use palisade_schema::{TypeSet, canonical};
use std::collections::{BTreeMap, BTreeSet};

/// References followed to a link.
const HOPS: usize = 32;
/// Work spent on one link.
const LINK_STEPS: u64 = 10_000;

/// Headers that a contract describes elsewhere; as parameters they mean nothing.
const DESCRIBED_ELSEWHERE: [&str; 3] = ["accept", "content-type", "authorization"];

/// A pair of media types, and how their ranges stand to each other.
struct MediaPair<'m> {
    old: &'m MediaType,
    new: &'m MediaType,
    /// True when the new range holds the old one, false when the old one holds the new one.
    wider: Option<bool>,
}

/// Pairs of media types: of one range, else one within the other. Then those that are only old, and only new.
fn paired_media<'m>(
    old: &'m [MediaType],
    new: &'m [MediaType],
) -> (Vec<MediaPair<'m>>, Vec<&'m MediaType>, Vec<&'m MediaType>) {
    let mut pairs = Vec::new();
    let mut removed = Vec::new();
    let mut added: Vec<&MediaType> =
        new.iter().filter(|media| !old.iter().any(|one| one.range == media.range)).collect();
    let mut narrowed: Vec<&MediaType> = Vec::new();
    for media in old {
        if let Some(same) = new.iter().find(|other| other.range == media.range) {
            pairs.push(MediaPair { old: media, new: same, wider: None });
        } else if let Some(wide) =
            new.iter().filter(|other| covers(&other.range, &media.range)).max_by_key(|m| m.range.len())
        {
            pairs.push(MediaPair { old: media, new: wide, wider: Some(true) });
            added.retain(|other| other.range != wide.range);
        } else {
            removed.push(media);
        }
    }
    added.retain(|media| {
        let wide = old.iter().filter(|one| covers(&one.range, &media.range)).max_by_key(|one| one.range.len());
        let Some(wide) = wide else { return true };
        // A range that is still there keeps its own partner.
        if !new.iter().any(|other| other.range == wide.range) {
            pairs.push(MediaPair { old: wide, new: media, wider: Some(false) });
            narrowed.push(wide);
        }
        false
    });
    removed.retain(|media| !narrowed.iter().any(|wide| wide.range == media.range));
    (pairs, removed, added)
}

/// Whether a range of media types holds another one.
pub(crate) fn covers(wide: &str, narrow: &str) -> bool {
    wide == "*/*" && narrow != wide
        || wide
            .strip_suffix("/*")
            .is_some_and(|kind| narrow != wide && narrow.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/')))
}

/// The media type that 2.0 means when it names none.
fn unspecified(side: &Side<'_>, media: &MediaType) -> bool {
    side.contract.version == Version::V2_0 && media.range == "*/*"
}

fn subject<'m>(side: &Side<'_>, media: &'m MediaType) -> Subject<'m> {
    match media.form_fields.is_empty() {
        true => Subject::Schemas(side.conjunction(media.schema)),
        false => Subject::Form(&media.form_fields, media.node),
    }
}

fn is_xml(range: &str) -> bool {
    range.ends_with("/xml") || range.ends_with("+xml")
}

/// What tells a parameter from others: its place, its name, of path parameters the position.
pub(crate) fn parameters_of(operation: &Operation) -> BTreeMap<(Location, String), &Parameter> {
    let positions = names(&operation.template);
    let mut all = BTreeMap::new();
    for parameter in &operation.parameters {
        let (place, name) = match parameter.location {
            Location::Path => {
                let position = positions.iter().position(|name| *name == parameter.name);
                (Location::Path, position.map_or_else(|| parameter.name.clone(), |position| format!("{{{position}}}")))
            }
            Location::Header => (Location::Header, parameter.name.to_ascii_lowercase()),
            Location::QueryString => (Location::QueryString, String::new()),
            place => (place, parameter.name.clone()),
        };
        if place == Location::Header && DESCRIBED_ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        all.entry((place, name)).or_insert(parameter);
    }
    all
}

fn base_of(place: Location) -> Base {
    match place {
        Location::Path => Base::PathParameter,
        Location::Query | Location::QueryString => Base::QueryParameter,
        Location::Header => Base::HeaderParameter,
        Location::Cookie => Base::CookieParameter,
    }
}

fn about(parameter: &Parameter) -> String {
    format!("{} parameter {}", parameter.location.as_str(), short(&parameter.name))
}

/// Whether a style shows in a value that is no list and no object.
fn shows(style: Style) -> bool {
    matches!(style, Style::Label | Style::Matrix)
}

impl Walk<'_, '_> {
    pub(crate) fn parameters(&mut self, one: &Operation, other: &Operation) {
        let (old, new) = (parameters_of(one), parameters_of(other));
        for ((place, _), parameter) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            let word = match parameter.required && *place != Location::Path {
                false => "added",
                true => match self.schemas.types(&self.new.conjunction(schema_of(parameter)), true).1 {
                    true => "added-required-with-default",
                    false => "added-required",
                },
            };
            self.named(base_of(*place).id(), word, &about(parameter), "", (one.node, parameter.node));
        }
        for ((place, _), parameter) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
            let date = sunset_date(self.old.node(parameter.node));
            let word = match (place, parameter.deprecated, date) {
                (Location::Path, ..) | (_, false, _) => "removed",
                (_, true, Some(date)) if self.options.today.is_none_or(|today| date > today) => "removed-before-sunset",
                (_, true, _) => "removed-with-deprecation",
            };
            self.named(base_of(*place).id(), word, &about(parameter), "", (parameter.node, other.node));
        }
        for (key, a) in &old {
            if let Some(b) = new.get(key) {
                self.parameter(a, b);
            }
        }
    }

    fn parameter(&mut self, a: &Parameter, b: &Parameter) {
        let base = base_of(b.location);
        let (about, nodes) = (about(b), (a.node, b.node));
        match (a.required, b.required) {
            (false, true) => self.named(base.id(), "became-required", &about, "", nodes),
            (true, false) => self.named(base.id(), "became-optional", &about, "", nodes),
            _ => {}
        }
        if a.deprecated != b.deprecated {
            let keyword = if b.deprecated { Keyword::BecameDeprecated } else { Keyword::BecameNotDeprecated };
            let found = Found { keyword, path: String::new(), old: None, new: None, detail: String::new() };
            self.found(base, &about, &found, nodes);
        } else if a.deprecated {
            let (before, after) = (sunset(self.old.node(a.node)), sunset(self.new.node(b.node)));
            self.sunsets(base.id(), &about, before.as_ref(), after.as_ref(), nodes);
        }
        let (old, new) = (self.old.conjunction(schema_of(a)), self.new.conjunction(schema_of(b)));
        let many = TypeSet::ARRAY.union(TypeSet::OBJECT);
        let lists = self.schemas.types(&old, false).0.meets(many) || self.schemas.types(&new, true).0.meets(many);
        let range = |parameter: &Parameter| parameter.content.as_ref().map(|media| media.range.clone());
        if range(a) != range(b) {
            let word = |range: Option<String>| range.map_or_else(|| "plain text".to_owned(), |range| short(&range));
            let detail = format!(" from {} to {}", word(range(a)), word(range(b)));
            self.named(base.id(), "content-changed", &about, &detail, nodes);
        } else if a.content.is_none() {
            if a.style != b.style && (lists || shows(a.style) || shows(b.style)) {
                self.named(base.id(), "style-changed", &about, "", nodes);
            } else if a.explode != b.explode && lists && b.style != Style::DeepObject {
                self.named(base.id(), "explode-changed", &about, "", nodes);
            }
        }
        for (before, after, word) in [
            (a.allow_reserved, b.allow_reserved, "allow-reserved"),
            (a.allow_empty_value, b.allow_empty_value, "allow-empty-value"),
        ] {
            match (before, after) {
                (false, true) => self.named(base.id(), &format!("{word}-added"), &about, "", nodes),
                (true, false) => self.named(base.id(), &format!("{word}-removed"), &about, "", nodes),
                _ => {}
            }
        }
        self.inside(base, &about, (&Subject::Schemas(old), &Subject::Schemas(new)), nodes, false);
    }

    pub(crate) fn request(&mut self, one: &Operation, other: &Operation) {
        let (a, b) = match (&one.request_body, &other.request_body) {
            (None, None) => return,
            (None, Some(body)) => {
                let kind = match body.required {
                    true => Structure::RequestBodyAddedRequired,
                    false => Structure::RequestBodyAdded,
                };
                return self.structure(kind, "", "", (one.node, body.node));
            }
            (Some(body), None) => return self.gone(Structure::RequestBodyRemoved, "", "", (body.node, other.node)),
            (Some(a), Some(b)) => (a, b),
        };
        let nodes = (a.node, b.node);
        match (a.required, b.required) {
            (false, true) => self.structure(Structure::RequestBodyBecameRequired, "", "", nodes),
            (true, false) => self.structure(Structure::RequestBodyBecameOptional, "", "", nodes),
            _ => {}
        }
        self.media("request", "request body", (Base::RequestBody, &a.content, &b.content), nodes);
    }

    /// The media types of a body.
    fn media(&mut self, base: &str, word: &str, (inner, old, new): (Base, &[MediaType], &[MediaType]), nodes: Nodes) {
        let (pairs, removed, added) = paired_media(old, new);
        for media in added {
            let detail = format!(": {}", short(&media.range));
            self.named(base, "media-type-added", word, &detail, (nodes.0, media.node));
        }
        for media in removed {
            let detail = format!(": {}", short(&media.range));
            self.named(base, "media-type-removed", word, &detail, (media.node, nodes.1));
        }
        for MediaPair { old, new, wider } in pairs {
            let nodes = (old.node, new.node);
            if let Some(wider) = wider.filter(|_| !unspecified(self.old, old) && !unspecified(self.new, new)) {
                let detail = format!(" from {} to {}", short(&old.range), short(&new.range));
                let change = if wider { "media-type-widened" } else { "media-type-narrowed" };
                self.named(base, change, word, &detail, nodes);
            }
            let about = format!("{word} {}", short(&new.range));
            let subjects = (subject(self.old, old), subject(self.new, new));
            self.inside(inner, &about, (&subjects.0, &subjects.1), nodes, is_xml(&new.range));
            if old.item_schema.is_some() || new.item_schema.is_some() {
                let items = [(self.old, old), (self.new, new)]
                    .map(|(side, media)| Subject::Schemas(side.conjunction(media.item_schema)));
                let [one, other] = &items;
                self.inside(inner, &format!("{about}, each item"), (one, other), nodes, is_xml(&new.range));
            }
            if base == "request" {
                self.encodings(&about, old, new);
            }
        }
    }

    /// How single fields of a form are written.
    fn encodings(&mut self, about: &str, old: &MediaType, new: &MediaType) {
        let names: BTreeSet<&str> = old.encoding.iter().chain(&new.encoding).map(|one| one.property.as_str()).collect();
        for name in names {
            let of = |media: &MediaType| media.encoding.iter().find(|one| one.property == name).cloned();
            let (a, b) = (of(old), of(new));
            let content = |one: &Option<palisade_contract::Encoding>| {
                one.as_ref().filter(|one| !one.styled).and_then(|one| one.content_type.clone())
            };
            let detail = format!(": {}", short(name));
            if content(&a) != content(&b) {
                let kind = Structure::RequestEncodingContentTypeChanged;
                self.structure(kind, about, &detail, (old.node, new.node));
            }
            let style = |one: &Option<palisade_contract::Encoding>| {
                one.as_ref().filter(|one| one.styled).map_or((Style::Form, true), |one| (one.style, one.explode))
            };
            if style(&a) != style(&b) {
                self.structure(Structure::RequestEncodingStyleChanged, about, &detail, (old.node, new.node));
            }
        }
    }

    pub(crate) fn responses(&mut self, one: &Operation, other: &Operation) {
        let nodes = (one.node, other.node);
        let (pairs, removed, added) = paired_responses(&one.responses, &other.responses);
        for response in added {
            let detail = format!(": {}", response.status);
            let kind = match class(response.status) {
                Class::Success => Structure::ResponseSuccessStatusAdded,
                Class::Other => Structure::ResponseOtherStatusAdded,
                Class::Error => Structure::ResponseErrorStatusAdded,
                Class::Default => Structure::ResponseDefaultAdded,
            };
            self.structure(kind, "", &detail, (nodes.0, response.node));
        }
        for response in removed {
            let detail = format!(": {}", response.status);
            let kind = match class(response.status) {
                Class::Success => Structure::ResponseSuccessStatusRemoved,
                Class::Other => Structure::ResponseOtherStatusRemoved,
                Class::Error => Structure::ResponseErrorStatusRemoved,
                Class::Default => Structure::ResponseDefaultRemoved,
            };
            self.gone(kind, "", &detail, (response.node, nodes.1));
        }
        for (a, b, wider) in pairs {
            let nodes = (a.node, b.node);
            let about = format!("response {}", b.status);
            if let Some(wider) = wider {
                let detail = format!(" from {} to {}", a.status, b.status);
                let word = if wider { "status-widened" } else { "status-narrowed" };
                self.named("response", word, "", &detail, nodes);
            }
            match (a.content.is_empty(), b.content.is_empty()) {
                (true, true) => {}
                (true, false) => self.structure(Structure::ResponseBodyAdded, &about, "", nodes),
                (false, true) => self.gone(Structure::ResponseBodyRemoved, &about, "", nodes),
                (false, false) => self.media("response", &about, (Base::ResponseBody, &a.content, &b.content), nodes),
            }
            self.headers(&about, a, b);
            self.links(&about, a, b);
        }
    }

    fn headers(&mut self, about: &str, a: &Response, b: &Response) {
        let of = |response: &Response| -> BTreeMap<String, Header> {
            response.headers.iter().map(|header| (header.name.to_ascii_lowercase(), header.clone())).collect()
        };
        let (old, new) = (of(a), of(b));
        for (_, header) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let about = format!("{about}, header {}", short(&header.name));
            self.structure(Structure::ResponseHeaderAdded, &about, "", (a.node, header.node));
        }
        for (name, before) in &old {
            let about = format!("{about}, header {}", short(&before.name));
            let Some(after) = new.get(name) else {
                let kind = match before.required {
                    true => Structure::ResponseHeaderRemovedRequired,
                    false => Structure::ResponseHeaderRemoved,
                };
                self.gone(kind, &about, "", (before.node, b.node));
                continue;
            };
            let nodes = (before.node, after.node);
            match (before.required, after.required) {
                (false, true) => self.structure(Structure::ResponseHeaderBecameRequired, &about, "", nodes),
                (true, false) => self.structure(Structure::ResponseHeaderBecameOptional, &about, "", nodes),
                _ => {}
            }
            let deprecated = |side: &Side<'_>, header: &Header| {
                side.node(header.node).get("deprecated").and_then(NodeRef::as_bool) == Some(true)
            };
            let (was, is) = (deprecated(self.old, before), deprecated(self.new, after));
            if was != is {
                let keyword = if is { Keyword::BecameDeprecated } else { Keyword::BecameNotDeprecated };
                let found = Found { keyword, path: String::new(), old: None, new: None, detail: String::new() };
                self.found(Base::ResponseHeader, &about, &found, nodes);
            }
            let subjects = (
                Subject::Schemas(self.old.conjunction(before.schema)),
                Subject::Schemas(self.new.conjunction(after.schema)),
            );
            self.inside(Base::ResponseHeader, &about, (&subjects.0, &subjects.1), nodes, false);
        }
    }

    fn links(&mut self, about: &str, a: &Response, b: &Response) {
        let (old, new) = (links_of(self.old, a), links_of(self.new, b));
        for (name, link) in &new {
            let detail = format!(": {}", short(name));
            match old.get(name) {
                None => self.structure(Structure::ResponseLinkAdded, about, &detail, (a.node, link.id())),
                Some(before) if link_text(*before) != link_text(*link) => {
                    self.structure(Structure::ResponseLinkChanged, about, &detail, (before.id(), link.id()));
                }
                Some(_) => {}
            }
        }
        for (name, link) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
            self.gone(Structure::ResponseLinkRemoved, about, &format!(": {}", short(name)), (link.id(), b.node));
        }
    }

    pub(crate) fn outgoing_parameters(&mut self, one: &Operation, other: &Operation) {
        let (old, new) = (parameters_of(one), parameters_of(other));
        for (_, parameter) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            let nodes = (one.node, parameter.node);
            self.structure(Structure::WebhookParameterAdded, &about(parameter), "", nodes);
        }
        for (key, a) in &old {
            let about = about(a);
            let Some(b) = new.get(key) else {
                let kind = match a.required {
                    true => Structure::WebhookParameterRemovedRequired,
                    false => Structure::WebhookParameterRemoved,
                };
                self.gone(kind, &about, "", (a.node, other.node));
                continue;
            };
            let nodes = (a.node, b.node);
            match (a.required, b.required) {
                (false, true) => self.structure(Structure::WebhookParameterBecameRequired, &about, "", nodes),
                (true, false) => self.structure(Structure::WebhookParameterBecameOptional, &about, "", nodes),
                _ => {}
            }
            let range = |parameter: &Parameter| parameter.content.as_ref().map(|media| media.range.clone());
            let (old, new) = (self.old.conjunction(schema_of(a)), self.new.conjunction(schema_of(b)));
            let many = TypeSet::ARRAY.union(TypeSet::OBJECT);
            let lists = self.schemas.types(&old, false).0.meets(many) || self.schemas.types(&new, true).0.meets(many);
            let written = (a.style, a.explode) != (b.style, b.explode) && (lists || shows(a.style) || shows(b.style));
            if range(a) != range(b) || (a.content.is_none() && written) {
                self.structure(Structure::WebhookParameterStyleChanged, &about, "", nodes);
            }
            let subjects = (Subject::Schemas(old), Subject::Schemas(new));
            self.inside(Base::WebhookParameter, &about, (&subjects.0, &subjects.1), nodes, false);
        }
    }

    pub(crate) fn outgoing_request(&mut self, one: &Operation, other: &Operation) {
        let (a, b) = match (&one.request_body, &other.request_body) {
            (None, None) => return,
            (None, Some(body)) => {
                return self.structure(Structure::WebhookBodyAdded, "", "", (one.node, body.node));
            }
            (Some(body), None) => return self.gone(Structure::WebhookBodyRemoved, "", "", (body.node, other.node)),
            (Some(a), Some(b)) => (a, b),
        };
        let nodes = (a.node, b.node);
        match (a.required, b.required) {
            (false, true) => self.structure(Structure::WebhookBodyBecameRequired, "", "", nodes),
            (true, false) => self.structure(Structure::WebhookBodyBecameOptional, "", "", nodes),
            _ => {}
        }
        self.media("webhook-request", "body", (Base::WebhookRequestBody, &a.content, &b.content), nodes);
    }

    pub(crate) fn outgoing_responses(&mut self, one: &Operation, other: &Operation) {
        let nodes = (one.node, other.node);
        let (pairs, removed, added) = paired_responses(&one.responses, &other.responses);
        for response in added {
            let detail = format!(": {}", response.status);
            self.structure(Structure::WebhookStatusAdded, "", &detail, (nodes.0, response.node));
        }
        for response in removed {
            let detail = format!(": {}", response.status);
            self.gone(Structure::WebhookStatusRemoved, "", &detail, (response.node, nodes.1));
        }
        for (a, b, wider) in pairs {
            let nodes = (a.node, b.node);
            let about = format!("answer {}", b.status);
            if let Some(wider) = wider {
                let detail = format!(" from {} to {}", a.status, b.status);
                let word = if wider { "status-widened" } else { "status-narrowed" };
                self.named("webhook-response", word, "", &detail, nodes);
            }
            match (a.content.is_empty(), b.content.is_empty()) {
                (true, true) => {}
                (true, false) => self.structure(Structure::WebhookAnswerAdded, &about, "", nodes),
                (false, true) => self.gone(Structure::WebhookAnswerRemoved, &about, "", nodes),
                (false, false) => {
                    let content = (Base::WebhookResponseBody, a.content.as_slice(), b.content.as_slice());
                    self.media("webhook-response", &about, content, nodes);
                }
            }
        }
    }
}

fn sunset_date(node: NodeRef<'_>) -> Option<crate::Date> {
    sunset(node)?.date
}

enum Class {
    Success,
    Other,
    Error,
    Default,
}

fn class(status: Status) -> Class {
    let hundred = match status {
        Status::Code(code) => code / 100,
        Status::Range(hundred) => u16::from(hundred),
        Status::Default => return Class::Default,
    };
    match hundred {
        2 => Class::Success,
        4 | 5 => Class::Error,
        _ => Class::Other,
    }
}

type PairedResponses<'r> = (Vec<(&'r Response, &'r Response, Option<bool>)>, Vec<&'r Response>, Vec<&'r Response>);

/// Pairs of responses: of one status, else one within a range of the other side (true: the new one is wider). Then those
/// that are only old, and only new.
fn paired_responses<'r>(old: &'r [Response], new: &'r [Response]) -> PairedResponses<'r> {
    let within = |code: Status, range: Status| match (code, range) {
        (Status::Code(code), Status::Range(hundred)) => code / 100 == u16::from(hundred),
        _ => false,
    };
    let mut pairs = Vec::new();
    let mut removed = Vec::new();
    let mut used: BTreeSet<Status> = BTreeSet::new();
    let alone = |list: &[Response], status: Status| !list.iter().any(|response| response.status == status);
    for response in old {
        if let Some(same) = new.iter().find(|other| other.status == response.status) {
            pairs.push((response, same, None));
        } else if let Some(wide) =
            new.iter().find(|other| within(response.status, other.status) && alone(old, other.status))
        {
            pairs.push((response, wide, Some(true)));
            used.insert(wide.status);
        } else if new.iter().any(|other| within(other.status, response.status) && alone(old, other.status)) {
            let narrow = new.iter().filter(|other| within(other.status, response.status) && alone(old, other.status));
            for other in narrow {
                pairs.push((response, other, Some(false)));
                used.insert(other.status);
            }
        } else {
            removed.push(response);
        }
    }
    let added = new.iter().filter(|response| alone(old, response.status) && !used.contains(&response.status));
    (pairs, removed, added.collect())
}

/// The links of a response, references followed.
fn links_of<'s>(side: &'s Side<'_>, response: &Response) -> BTreeMap<String, NodeRef<'s>> {
    let mut links = BTreeMap::new();
    for member in side.node(response.node).get("links").into_iter().flat_map(NodeRef::members) {
        let mut link = member.value;
        for _ in 0..HOPS {
            match refs::reference_of(link).and_then(|reference| refs::target(reference).ok()) {
                Some(target) => link = target,
                None => break,
            }
        }
        if !member.key.starts_with("x-") && link.is_object() {
            links.insert(member.key.to_owned(), link);
        }
    }
    links
}

/// What a link says, its words for people left out.
fn link_text(link: NodeRef<'_>) -> String {
    let mut out = String::new();
    let mut members: Vec<_> = link.members().collect();
    members.sort_by_key(|member| member.key);
    for member in members.iter().filter(|member| member.key != "description" && !member.key.starts_with("x-")) {
        out.push_str(member.key);
        out.push_str(&canonical(member.value, &mut LINK_STEPS.clone()));
    }
    out
}
