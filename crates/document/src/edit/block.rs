//! Edits of YAML in block style, where lines and indentation are the structure.

use super::write::{block_value, quoted, yaml_string};
use super::{Edit, Editor, Refusal};
use crate::tree::{Kind, NodeId, NodeRef};
use serde_json::Value;

/// Keys end at 1024 characters; this editor writes none that comes near.
const MAX_KEY: usize = 120;

/// Where a new line goes.
struct Gap {
    at: usize,
    /// The line break stands before the new line, not behind it.
    before: bool,
}

impl<'a> Editor<'a> {
    /// The column of a block mapping's keys.
    fn column(&self, object: NodeRef<'a>) -> Result<usize, Refusal> {
        let mut ids = self.children(object);
        let first = ids.next().ok_or(Refusal::Layout)?;
        let lead = |id: NodeId| -> Result<&'a str, Refusal> {
            let key = self.raw(id)?.key_span().start as usize;
            self.between(self.line_start(key), key)
        };
        let first = lead(first)?;
        if let Some(last) = ids.last() {
            let last = lead(last)?;
            let spaces = last.bytes().all(|byte| byte == b' ');
            return if spaces && last.len() == first.len() { Ok(last.len()) } else { Err(Refusal::Layout) };
        }
        // The only key may stand on the line of a dash.
        let plain = first.bytes().all(|byte| matches!(byte, b' ' | b'-')) && !first.starts_with("--");
        if plain { Ok(first.len()) } else { Err(Refusal::Layout) }
    }

    /// The column of a block sequence's dashes.
    fn dash_column(&self, id: NodeId) -> Result<usize, Refusal> {
        let item = self.raw(id)?.span().start as usize;
        let lead = self.between(self.line_start(item), item)?;
        let lead = lead.trim_end_matches(' ').strip_suffix('-').ok_or(Refusal::Layout)?;
        // A list that begins on the line of another list's dash has its own dashes there too.
        if lead.bytes().all(|byte| byte == b' ') { Ok(lead.len()) } else { Err(Refusal::Layout) }
    }

    /// The gap behind a child: where its lines end.
    fn gap(&self, child: NodeId) -> Result<Gap, Refusal> {
        let node = self.raw(child)?;
        let end = node.span().end as usize;
        let last = self.raw(self.last_of(child))?;
        if last.span().end as usize == end && self.is_block_scalar(last) {
            return self.gap_behind_text(last);
        }
        let at = self.line_end(end);
        let rest = self.between(end, at)?.trim_start();
        let rest = match rest.strip_prefix(':') {
            Some(rest) if last.kind() == Kind::Null => rest.trim_start(),
            _ => rest,
        };
        if rest.is_empty() || rest.starts_with('#') { Ok(Gap { at, before: true }) } else { Err(Refusal::Layout) }
    }

    /// The gap behind a block scalar, whose trailing empty lines may belong to it.
    fn gap_behind_text(&self, node: NodeRef<'a>) -> Result<Gap, Refusal> {
        let span = node.span();
        let header = self.between(span.start as usize, self.line_end(span.start as usize))?;
        let end = self.line_end(span.end as usize);
        // Without text the parser's end says nothing; without a final line break a new line would add one to the text.
        if node.scalar_text().trim().is_empty()
            || span.end as usize <= span.start as usize + header.len()
            || self.next_line(end) == end
        {
            return Err(Refusal::Layout);
        }
        let keep = self.keeps(node);
        let mut at = self.next_line(end);
        let mut spaces = false;
        loop {
            let line = self.between(at, self.line_end(at))?;
            if at >= self.source.len() || !line.trim().is_empty() {
                break;
            }
            spaces |= !line.is_empty();
            let next = self.next_line(at);
            if next == at {
                break;
            }
            at = next;
        }
        if !keep && !spaces {
            return Ok(Gap { at: end, before: true });
        }
        let whole = self.source.get(..at).is_some_and(|text| text.ends_with('\n'));
        if whole { Ok(Gap { at, before: false }) } else { Err(Refusal::Layout) }
    }

    /// Whether a node is a block scalar that keeps the empty lines behind it.
    fn keeps(&self, node: NodeRef<'a>) -> bool {
        let start = node.span().start as usize;
        self.is_block_scalar(node)
            && self
                .between(start, self.line_end(start))
                .is_ok_and(|header| header.split('#').next().is_some_and(|indicators| indicators.contains('+')))
    }

    fn line_in(&self, gap: &Gap, column: usize, text: &str) -> Edit {
        let indent = " ".repeat(column);
        let eol = self.style.eol;
        Edit::insert(gap.at, if gap.before { format!("{eol}{indent}{text}") } else { format!("{indent}{text}{eol}") })
    }

    pub(super) fn block_insert_member(
        &self,
        object: NodeRef<'a>,
        after: NodeId,
        key: &str,
        value: &Value,
    ) -> Result<Edit, Refusal> {
        let column = self.column(object)?;
        let gap = self.gap(after)?;
        let like = self.text(self.raw(after)?.key_span())?;
        let key = match like.chars().next() {
            Some(quote @ ('\'' | '"')) if self.quotes_matter(after, key) => quoted(key, quote),
            _ => yaml_string(key, self.style.quote, false),
        };
        if key.len() > MAX_KEY {
            return Err(Refusal::Layout);
        }
        Ok(self.line_in(&gap, column, &format!("{key}:{}", block_value(&self.style, value, column, false))))
    }

    pub(super) fn block_insert_item(&self, array: NodeRef<'a>, after: NodeId, value: &Value) -> Result<Edit, Refusal> {
        let first = self.children(array).next().ok_or(Refusal::Layout)?;
        let column = self.dash_column(first)?;
        if self.dash_column(after)? != column {
            return Err(Refusal::Layout);
        }
        let gap = self.gap(after)?;
        Ok(self.line_in(&gap, column, &format!("-{}", block_value(&self.style, value, column, true))))
    }

    /// Takes out the lines of a child and the comment lines right above them.
    pub(super) fn block_remove(&self, parent: NodeRef<'a>, child: NodeId) -> Result<Edit, Refusal> {
        let node = self.raw(child)?;
        let before = self.previous(parent, child);
        if before.is_none() && node.next_sibling().is_none() {
            let span = parent.span();
            let bare = node.span().start == node.span().end;
            if bare || self.is_block_scalar(self.raw(self.last_of(child))?) {
                return Err(Refusal::Layout);
            }
            let begin = node.span().start as usize;
            let (begin, text) = match parent.is_object() {
                true => (span.start as usize, "{}"),
                false => (self.line_start(begin) + self.dash_column(child)?, "[]"),
            };
            // A list may begin at the column of its key, brackets may not.
            let key = parent.key_span();
            let column = begin - self.line_start(begin);
            let deeper =
                key.end == 0 || column > (key.start as usize).saturating_sub(self.line_start(key.start as usize));
            let text = if deeper { text.to_owned() } else { format!(" {text}") };
            return Ok(Edit::replace(begin, span.end as usize, text));
        }
        let begin = if parent.is_object() { node.key_span().start } else { node.span().start } as usize;
        let line = self.line_start(begin);
        let lead = self.between(line, begin)?;
        let end = self.gap(child)?;
        let lead = if parent.is_object() {
            lead
        } else {
            lead.trim_end_matches(' ').strip_suffix('-').ok_or(Refusal::Layout)?
        };
        if !lead.bytes().all(|byte| byte == b' ') {
            // The first key on the line of a dash: the next one takes its place.
            let next = node.next_sibling().filter(|_| parent.is_object() && before.is_none()).ok_or(Refusal::Layout)?;
            let next = self.raw(next)?.key_span().start as usize;
            let between = self.between(node.span().end as usize, next)?;
            let only_dashes = lead.bytes().all(|byte| matches!(byte, b' ' | b'-'));
            let bare = between.trim().is_empty() || between.trim() == ":";
            let text = self.is_block_scalar(self.raw(self.last_of(child))?);
            return if only_dashes && bare && !text {
                Ok(Edit::replace(begin, next, String::new()))
            } else {
                Err(Refusal::Layout)
            };
        }
        let earlier = self.raw(NodeId(child.0.saturating_sub(1)))?;
        if self.keeps(earlier) || self.keeps(self.raw(self.last_of(child))?) {
            return Err(Refusal::Layout);
        }
        // Lines above the end of the node before are not between the two.
        let floor = if earlier.id() == parent.id() { parent.key_span().end } else { earlier.span().end };
        let floor = floor.max(earlier.key_span().end) as usize;
        let mut from = line;
        while from > 0 {
            let above = self.line_start(from - 1);
            let text = self.between(above, self.line_end(above))?;
            let comment = text.strip_prefix(lead).is_some_and(|rest| rest.starts_with('#'));
            if above <= floor || !comment {
                break;
            }
            from = above;
        }
        let to = if end.before { self.next_line(end.at) } else { end.at };
        let last_line = to == self.source.len() && !self.source.ends_with('\n');
        if last_line {
            // The line break before goes instead of the one behind that is not there.
            let cut = self.source.get(..from).map_or("", |text| text.strip_suffix('\n').unwrap_or(text));
            let cut = cut.strip_suffix('\r').unwrap_or(cut).len();
            return Ok(Edit::replace(cut, to, String::new()));
        }
        Ok(Edit::replace(from, to, String::new()))
    }
}
