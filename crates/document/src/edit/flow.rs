//! Edits inside brackets and braces: JSON, and YAML in flow style.

use super::write::{Flow, quoted};
use super::{Edit, Editor, Refusal};
use crate::tree::{Format, NodeId, NodeRef};
use serde_json::Value;

impl<'a> Editor<'a> {
    fn json(&self) -> bool {
        self.document.format() == Format::Json
    }

    /// Where a child begins: its key, or the item itself.
    fn begin(&self, id: NodeId) -> Result<usize, Refusal> {
        let node = self.raw(id)?;
        let at = if node.key_span().end > 0 { node.key_span().start } else { node.span().start };
        Ok(at as usize)
    }

    /// Where a child of a flow collection ends.
    fn end(&self, id: NodeId) -> Result<usize, Refusal> {
        let span = self.raw(id)?.span();
        // An empty value has no end of its own.
        if span.start == span.end { Err(Refusal::Layout) } else { Ok(span.end as usize) }
    }

    /// The text before a child, from the comma or bracket on.
    fn lead(&self, parent: NodeRef<'a>, child: NodeId) -> Result<&'a str, Refusal> {
        let from = match self.previous(parent, child) {
            None => parent.span().start as usize + 1,
            Some(previous) => {
                let end = self.end(previous)?;
                let gap = self.between(end, self.begin(child)?)?;
                end + gap.find(',').ok_or(Refusal::Layout)? + 1
            }
        };
        let lead = self.between(from, self.begin(child)?)?;
        // A tag, an anchor or a comment stands there.
        if lead.chars().all(char::is_whitespace) { Ok(lead) } else { Err(Refusal::Layout) }
    }

    /// Text between the key and the value of a member.
    fn colon(&self, child: NodeId) -> &'a str {
        let between = self
            .raw(child)
            .ok()
            .and_then(|node| self.between(node.key_span().end as usize, node.span().start as usize).ok());
        let plain = |text: &&str| !text.contains('\n') && text.trim() == ":";
        between.filter(plain).unwrap_or(if self.json() && self.style.unit.is_none() { ":" } else { ": " })
    }

    /// The quote around a member's key.
    fn key_quote(&self, id: NodeId) -> Option<char> {
        let span = self.raw(id).ok()?.key_span();
        self.text(span).ok()?.chars().next().filter(|c| matches!(c, '\'' | '"'))
    }

    /// A key written as the key of a neighbour: in its quotes where it needs some, or where that one needed none.
    fn key_like(&self, neighbour: NodeId, key: &str, flow: &Flow<'_>) -> String {
        match self.key_quote(neighbour) {
            Some(quote) if !self.json() && self.quotes_matter(neighbour, key) => quoted(key, quote),
            _ => flow.key(key),
        }
    }

    /// A new child behind `after`.
    pub(super) fn flow_insert(
        &self,
        parent: NodeRef<'a>,
        after: NodeId,
        key: Option<&str>,
        value: &Value,
    ) -> Result<Edit, Refusal> {
        let end = self.end(after)?;
        // A comment inside of the brackets would swallow what is inserted; one behind them stays where it is.
        let rest = match self.raw(after)?.next_sibling() {
            Some(next) => self.between(end, self.line_end(end).min(self.begin(next)?))?,
            None => self.between(end, self.line_end(end))?.split([']', '}']).next().unwrap_or_default(),
        };
        if !self.json() && rest.contains('#') {
            return Err(Refusal::Layout);
        }
        let mut lead = self.lead(parent, after)?;
        let colon = if key.is_some() { self.colon(after) } else { self.colon_of_document() };
        if !lead.contains('\n') && self.previous(parent, after).is_none() {
            // The first one of a line: what follows a bracket is not what follows a comma.
            lead = match self.raw(after)?.next_sibling() {
                Some(second) => self.lead(parent, second)?,
                None if colon.ends_with(' ') || !self.json() => " ",
                None => "",
            };
        }
        let quote = self.key_quote(after);
        // Keys further inside are written as those inside the neighbour are.
        let inner = self.raw(after)?.first_child_id().and_then(|id| self.key_quote(id));
        let several = lead.contains('\n');
        let indent = lead.rsplit('\n').next().filter(|_| several).unwrap_or_default();
        let unit = several.then(|| self.unit(parent, indent));
        let flow = Flow {
            json: self.json(),
            quote: quote.unwrap_or(self.style.quote),
            quoted_keys: quote.is_some() && inner.is_some(),
            colon,
            space: if several || !lead.is_empty() { " " } else { "" },
            unit: unit.as_deref(),
            eol: self.style.eol,
        };
        let mut text = String::from(",");
        if several {
            text.push_str(self.style.eol);
            text.push_str(indent);
        } else {
            text.push_str(lead);
        }
        if let Some(key) = key {
            text.push_str(&self.key_like(after, key, &flow));
            text.push_str(colon);
        }
        text.push_str(&flow.value(value, indent));
        Ok(Edit::insert(end, text))
    }

    /// The first child of an empty collection.
    pub(super) fn flow_fill(&self, parent: NodeRef<'a>, key: Option<&str>, value: &Value) -> Result<Edit, Refusal> {
        let span = parent.span();
        let inside = self.between(span.start as usize + 1, (span.end as usize).saturating_sub(1))?;
        if !inside.trim().is_empty() {
            return Err(Refusal::Layout);
        }
        let unit = self.style.unit.as_deref();
        let colon = self.colon_of_document();
        let flow = Flow {
            json: self.json(),
            quote: self.style.quote,
            quoted_keys: false,
            colon,
            space: if colon.ends_with(' ') { " " } else { "" },
            unit,
            eol: self.style.eol,
        };
        let (open, close) = if key.is_some() { ('{', '}') } else { ('[', ']') };
        let base = match unit {
            Some(_) => self.indent_at(span.start as usize),
            None => "",
        };
        let deeper = format!("{base}{}", unit.unwrap_or_default());
        let mut text = String::from(open);
        if unit.is_some() {
            text.push_str(self.style.eol);
            text.push_str(&deeper);
        }
        if let Some(key) = key {
            text.push_str(&flow.key(key));
            text.push_str(flow.colon);
        }
        text.push_str(&flow.value(value, &deeper));
        if unit.is_some() {
            text.push_str(self.style.eol);
            text.push_str(base);
        }
        text.push(close);
        Ok(Edit::replace(span.start as usize, span.end as usize, text))
    }

    /// How the first member of the document writes its colon.
    fn colon_of_document(&self) -> &'a str {
        match self.document.root().first_child_id() {
            Some(first) if self.json() && self.document.root().is_object() => self.colon(first),
            _ => ": ",
        }
    }

    /// The white space a line begins with.
    fn indent_at(&self, at: usize) -> &'a str {
        let start = self.line_start(at);
        let line = self.source.get(start..at).unwrap_or_default();
        let end = line.find(|c: char| c != ' ' && c != '\t').unwrap_or(line.len());
        line.get(..end).unwrap_or_default()
    }

    /// One level of indentation inside a collection whose children are indented by `indent`.
    fn unit(&self, parent: NodeRef<'a>, indent: &str) -> String {
        let outer = self.indent_at(parent.span().start as usize);
        match indent.strip_prefix(outer) {
            Some(unit) if !unit.is_empty() => unit.to_owned(),
            _ => self.style.unit.clone().unwrap_or_else(|| "  ".to_owned()),
        }
    }

    /// Takes children that follow each other out, with their commas.
    pub(super) fn flow_remove(&self, parent: NodeRef<'a>, first: NodeId, last: NodeId) -> Result<Edit, Refusal> {
        let begin = self.begin(first)?;
        let end = self.end(last)?;
        let next = self.raw(last)?.next_sibling();
        let (from, to) = match (self.previous(parent, first), next) {
            (_, Some(next)) => (begin, self.begin(next)?),
            (Some(previous), None) => (self.end(previous)?, end),
            (None, None) => {
                let open = parent.span().start as usize + 1;
                (open, (parent.span().end as usize).saturating_sub(1).max(open))
            }
        };
        // Comments, anchors and tags of neighbours would go too.
        let around = [self.between(from, begin.max(from))?, self.between(end.min(to), to)?];
        if around.iter().any(|text| text.chars().any(|c| !c.is_whitespace() && c != ',')) {
            return Err(Refusal::Layout);
        }
        // The lead of the children has to be all there is before them.
        self.lead(parent, first)?;
        Ok(Edit::replace(from, to, String::new()))
    }
}
