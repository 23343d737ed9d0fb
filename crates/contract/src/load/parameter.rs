//! Parameters, of 2.0 and 3.x alike.

use super::{Loader, code};
use crate::model::{FormField, Location, Parameter, Style, Version};
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// The parameters that a path item or operation declares; of 2.0 those of the body stand apart.
#[derive(Default)]
pub(super) struct Declared<'a> {
    pub(super) parameters: Vec<Parameter>,
    /// The body parameter of 2.0.
    pub(super) body: Option<NodeRef<'a>>,
    /// The form fields of 2.0.
    pub(super) form: Vec<FormField>,
}

/// True when two parameters are the same one: same place, same name (header names in any letter case).
pub(super) fn same(one: &Parameter, other: &Parameter) -> bool {
    one.location == other.location
        && match one.location {
            Location::Header => one.name.eq_ignore_ascii_case(&other.name),
            _ => one.name == other.name,
        }
}

impl<'a> Loader<'a> {
    pub(super) fn parameters(&mut self, holder: NodeRef<'a>, on_path: bool) -> Declared<'a> {
        let mut declared = Declared::default();
        let Some(list) = self.array(holder, "parameters") else { return declared };
        for item in list.items() {
            let Some(node) = self.resolve(item) else { continue };
            if !node.is_object() {
                self.wrong_type(node, "a parameter", "an object");
            } else if self.part(node) {
                self.parameter(node, on_path, &mut declared);
            }
        }
        declared
    }

    fn parameter(&mut self, node: NodeRef<'a>, on_path: bool, declared: &mut Declared<'a>) {
        for key in ["name", "in"] {
            if node.get(key).is_none() {
                self.missing(node, &format!("a parameter's `{key}`"));
            }
        }
        let (Some(name), Some(place)) = (self.string(node, "name"), self.text(node, "in")) else { return };
        let required = self.flag(node, "required").unwrap_or_default();
        let old = self.version == Version::V2_0;
        let location = match place {
            "path" => Location::Path,
            "query" => Location::Query,
            "header" => Location::Header,
            "cookie" if !old => Location::Cookie,
            "querystring" if self.version >= Version::V3_2 => Location::QueryString,
            "body" if old => {
                declared.body.get_or_insert(node);
                return;
            }
            "formData" if old => {
                let (style, explode) = self.collection_format(node, Style::Form);
                let file = node.get("type").and_then(|kind| kind.as_str()) == Some("file");
                declared.form.push(FormField { name, required, file, explode, style, schema: node.id() });
                return;
            }
            other => {
                let at = node.get("in").unwrap_or(node);
                let message = format!("a parameter cannot stand in {}", quote(other));
                self.problem(at, code::UNKNOWN_VALUE, Severity::High, message);
                return;
            }
        };
        // These three are described elsewhere in a contract; as parameters they mean nothing.
        let described_elsewhere = ["accept", "content-type", "authorization"];
        if !old && location == Location::Header && described_elsewhere.contains(&name.to_ascii_lowercase().as_str()) {
            return;
        }
        let usual = match location {
            Location::Path | Location::Header => Style::Simple,
            Location::Query | Location::QueryString | Location::Cookie => Style::Form,
        };
        let (style, explode) = match old {
            true => self.collection_format(node, usual),
            false => self.style(node, usual),
        };
        let schema = match old {
            true => Some(node.id()),
            false => self.schema(node, "schema"),
        };
        let content = match old {
            true => None,
            false => self.content(node).into_iter().next(),
        };
        declared.parameters.push(Parameter {
            name,
            location,
            required: required || location == Location::Path,
            deprecated: self.flag(node, "deprecated").unwrap_or_default(),
            allow_empty_value: self.flag(node, "allowEmptyValue").unwrap_or_default(),
            allow_reserved: self.flag(node, "allowReserved").unwrap_or_default(),
            style,
            explode,
            schema,
            content,
            on_path,
            node: node.id(),
        });
    }

    /// `style` and `explode` of 3.x.
    pub(super) fn style(&mut self, node: NodeRef<'a>, usual: Style) -> (Style, bool) {
        let style = match self.text(node, "style") {
            None => usual,
            Some("simple") => Style::Simple,
            Some("label") => Style::Label,
            Some("matrix") => Style::Matrix,
            Some("form") => Style::Form,
            Some("spaceDelimited") => Style::SpaceDelimited,
            Some("pipeDelimited") => Style::PipeDelimited,
            Some("deepObject") => Style::DeepObject,
            Some("cookie") if self.version >= Version::V3_2 => Style::Cookie,
            Some(other) => {
                let at = node.get("style").unwrap_or(node);
                self.problem(at, code::UNKNOWN_VALUE, Severity::Medium, format!("unknown style {}", quote(other)));
                usual
            }
        };
        let explode = self.flag(node, "explode").unwrap_or(matches!(style, Style::Form | Style::Cookie));
        (style, explode)
    }

    /// `collectionFormat` of 2.0 in the words of 3.x.
    pub(super) fn collection_format(&mut self, node: NodeRef<'a>, usual: Style) -> (Style, bool) {
        match self.text(node, "collectionFormat") {
            None | Some("csv") => (usual, false),
            Some("ssv") => (Style::SpaceDelimited, false),
            Some("tsv") => (Style::TabDelimited, false),
            Some("pipes") => (Style::PipeDelimited, false),
            Some("multi") => (Style::Form, true),
            Some(other) => {
                let at = node.get("collectionFormat").unwrap_or(node);
                let message = format!("unknown collectionFormat {}", quote(other));
                self.problem(at, code::UNKNOWN_VALUE, Severity::Medium, message);
                (usual, false)
            }
        }
    }
}
