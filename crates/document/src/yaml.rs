//! YAML 1.2 with the core schema, from parser events. Anchors and aliases become edges.

use crate::arena::Arena;
use crate::json::Outcome;
use crate::problem::{Limits, Raws, code, quote};
use crate::tree::{Kind, NONE, Span, Text};
use crate::window::{WINDOW, Window};
use palisade_finding::Severity;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use std::borrow::Cow;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Flow collections inside each other: the parser's time for each token grows with them.
const FLOW_DEPTH: usize = 64;

type YamlSpan = saphyr_parser::Span;

/// Reads the first YAML document of the text; what was read before an error stays.
pub(crate) fn read(source: &str, limits: &Limits) -> Outcome {
    match crate::block::read(source, limits) {
        Some((arena, problems)) => {
            Outcome { arena, problems, complete: true, syntax: false, end: source.len() as u32, plain: true }
        }
        None => read_any(source, limits),
    }
}

/// Reads any YAML by the general parser.
pub(crate) fn read_any(source: &str, limits: &Limits) -> Outcome {
    let mut reader = Reader {
        source,
        places: Places::of(source),
        limits,
        arena: Arena::for_source(source.len()),
        problems: Raws::new(limits),
        frames: Vec::new(),
        anchors: Vec::new(),
        aliases: 0,
        skip: None,
        key_end: None,
        last_end: 0,
        previous_end: 0,
        end: 0,
    };
    let stop = reader.stream().err();
    Outcome {
        complete: stop.is_none(),
        syntax: stop.is_some_and(|stop| stop.0 != code::LIMIT_EXCEEDED),
        end: if stop.is_none() { source.len() as u32 } else { reader.end },
        plain: false,
        arena: reader.arena,
        problems: reader.problems,
    }
}

/// Reading has to end; the problem is listed.
#[derive(Clone, Copy)]
struct Stop(&'static str);

/// An open collection.
struct Frame {
    object: bool,
    /// The next node is a key.
    key: bool,
    /// Written in brackets or braces.
    flow: bool,
}

/// Nodes being left out: a key that is no scalar, and its value.
struct Skip {
    depth: usize,
    nodes: u8,
}

struct Reader<'a> {
    source: &'a str,
    places: Places<'a>,
    limits: &'a Limits,
    arena: Arena,
    problems: Raws,
    frames: Vec<Frame>,
    /// Node of each anchor id.
    anchors: Vec<u32>,
    aliases: usize,
    skip: Option<Skip>,
    /// End of the key whose value comes next.
    key_end: Option<u32>,
    /// End of the event before this one, and of this one.
    last_end: u32,
    previous_end: u32,
    end: u32,
}

impl<'a> Reader<'a> {
    fn stream(&mut self) -> Result<(), Stop> {
        let left = Cell::new(WINDOW);
        let mut parser = Parser::new(Window::new(self.source, &left));
        let mut documents = 0;
        loop {
            // The parser is not ours: should it panic on some input, that is one more way to end early.
            let event = catch_unwind(AssertUnwindSafe(|| parser.next_event()));
            if left.replace(WINDOW) == 0 {
                let message = format!("the value after this is longer than {WINDOW} characters: the rest was not read");
                return Err(self.stop(code::LIMIT_EXCEEDED, self.previous_end, message));
            }
            let Ok(event) = event else {
                let message = "the YAML parser gave up here".to_owned();
                return Err(self.stop(code::YAML_SYNTAX, self.end, message));
            };
            match event {
                None => break,
                Some(Err(error)) => return Err(self.syntax(&error)),
                Some(Ok((Event::DocumentStart(_), span))) => {
                    documents += 1;
                    if documents > 1 {
                        let span = self.span(span);
                        self.problems.add(code::SEVERAL_DOCUMENTS, Severity::Medium, span, || {
                            "a second YAML document begins here; only the first one is read".to_owned()
                        });
                        return Ok(());
                    }
                }
                Some(Ok((event, span))) => self.event(event, span)?,
            }
        }
        if self.arena.nodes.is_empty() {
            return Err(self.stop(code::NO_DOCUMENT, 0, "there is no document: the input is empty".to_owned()));
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: YamlSpan) -> Result<(), Stop> {
        if self.skip.is_some() && self.skipped(&event) {
            return Ok(());
        }
        let at_key = self.frames.last().is_some_and(|frame| frame.key);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let mut span = self.span(span);
                if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
                    // The parser's span may go on over a comment.
                    span.end = self.closing_quote(span);
                }
                if at_key {
                    return self.key(&text, style, anchor, span);
                }
                if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    // The parser's span begins behind the indicator.
                    let from = self.key_end.unwrap_or(self.last_end).min(span.start);
                    let header = self.source.get(from as usize..span.start as usize).unwrap_or_default();
                    span.start = header.find(['|', '>']).map_or(span.start, |at| from + at as u32);
                }
                self.room(span)?;
                self.scalar(&text, style, anchor, tag.as_deref(), span);
            }
            Event::Alias(anchor) => {
                let span = self.span(span);
                self.aliases += 1;
                if self.aliases > self.limits.aliases {
                    let message = format!("more than {} aliases: the rest was not read", self.limits.aliases);
                    return Err(self.stop(code::LIMIT_EXCEEDED, span.start, message));
                }
                if at_key {
                    return self.alias_key(anchor, span);
                }
                self.room(span)?;
                self.alias(anchor, span);
            }
            Event::SequenceStart(anchor, tag) => self.open(Kind::Array, anchor, tag.as_deref(), span, at_key)?,
            Event::MappingStart(anchor, tag) => self.open(Kind::Object, anchor, tag.as_deref(), span, at_key)?,
            Event::SequenceEnd | Event::MappingEnd => {
                self.frames.pop();
                let end = (!span.is_empty()).then(|| self.places.offset(&span.end));
                for (again, first) in self.arena.close(self.source, end) {
                    crate::read::duplicate(&self.arena, self.source, &mut self.problems, again, first);
                }
                self.done();
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// Counts an event inside a left-out node. False when it closes the collection around it.
    fn skipped(&mut self, event: &Event<'_>) -> bool {
        let Some(skip) = &mut self.skip else { return false };
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => skip.depth += 1,
            Event::SequenceEnd | Event::MappingEnd => skip.depth = skip.depth.saturating_sub(1),
            Event::Scalar(..) | Event::Alias(..) => {}
            _ => return true,
        }
        if skip.depth == 0 {
            skip.nodes -= 1;
            if skip.nodes == 0 {
                self.skip = None;
            }
        }
        true
    }

    /// A value is complete: in an object a key comes next.
    fn done(&mut self) {
        self.key_end = None;
        if let Some(frame) = self.frames.last_mut() {
            frame.key = frame.object;
        }
    }

    fn room(&mut self, span: Span) -> Result<(), Stop> {
        self.end = self.end.max(span.start);
        if self.arena.nodes.len() >= self.limits.nodes {
            let message = format!("more than {} values: the rest was not read", self.limits.nodes);
            return Err(self.stop(code::LIMIT_EXCEEDED, span.start, message));
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind, anchor: usize, tag: Option<&Tag>, span: YamlSpan, at_key: bool) -> Result<(), Stop> {
        let span = self.span(span);
        self.room(span)?;
        if at_key {
            self.problems.add(code::COMPLEX_KEY, Severity::High, span, || {
                "a key must be a scalar; this member was left out".to_owned()
            });
            self.skip = Some(Skip { depth: 1, nodes: 2 });
            return Ok(());
        }
        if self.frames.len() >= self.limits.depth {
            let message = format!("more than {} values inside each other: the rest was not read", self.limits.depth);
            return Err(self.stop(code::LIMIT_EXCEEDED, span.start, message));
        }
        let flow = matches!(self.source.as_bytes().get(span.start as usize), Some(b'[' | b'{'));
        if flow && self.frames.iter().filter(|frame| frame.flow).count() >= FLOW_DEPTH {
            return Err(self.too_deep_flow(span.start));
        }
        if let Some(tag) = tag.filter(|tag| tag.handle != "!" || !tag.suffix.is_empty()) {
            let core = if kind == Kind::Array { "seq" } else { "map" };
            if !tag.is_yaml_core_schema() || tag.suffix != core {
                self.unknown_tag(tag, span);
            }
        }
        let id = self.arena.open(kind, span);
        self.anchor(anchor, id);
        self.key_end = None;
        self.frames.push(Frame { object: kind == Kind::Object, key: kind == Kind::Object, flow });
        Ok(())
    }

    fn anchor(&mut self, anchor: usize, id: u32) {
        if anchor > 0 {
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, NONE);
            }
            if let Some(slot) = self.anchors.get_mut(anchor) {
                *slot = id;
            }
        }
    }

    fn key(&mut self, text: &str, style: ScalarStyle, anchor: usize, span: Span) -> Result<(), Stop> {
        self.end = self.end.max(span.start);
        let next = self.arena.nodes.len() as u32;
        if text.len() > self.limits.key_bytes {
            let max = self.limits.key_bytes;
            self.problems.add(code::KEY_TOO_LONG, Severity::Medium, span, || format!("a key longer than {max} bytes"));
        }
        if text == "<<" && style == ScalarStyle::Plain {
            self.problems.add(code::MERGE_KEY, Severity::Low, span, || {
                "merge keys are not part of YAML 1.2; kept as an ordinary member named `<<`".to_owned()
            });
            self.problems.about(Some(next), None);
        }
        let kept = self.keep(text, style, span);
        if anchor > 0 {
            // An anchored key is a scalar of its own that aliases may lead to: kept outside the tree.
            self.anchor(anchor, NONE);
        }
        self.arena.key(kept, span, crate::tree::tag(text));
        self.key_end = Some(span.end);
        if let Some(frame) = self.frames.last_mut() {
            frame.key = false;
        }
        Ok(())
    }

    fn alias_key(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        let target = self.anchors.get(anchor).copied().unwrap_or(NONE);
        let text = match self.arena.nodes.get(target as usize) {
            Some(node) if !matches!(node.kind, Kind::Array | Kind::Object) => {
                self.arena.text(self.source, node.text).to_owned()
            }
            _ => {
                self.problems.add(code::COMPLEX_KEY, Severity::High, span, || {
                    "a key must be a scalar; this member was left out".to_owned()
                });
                self.skip = Some(Skip { depth: 0, nodes: 1 });
                return Ok(());
            }
        };
        self.key(&text, ScalarStyle::DoubleQuoted, 0, span)
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let target = self.anchors.get(anchor).copied().unwrap_or(NONE);
        let next = self.arena.nodes.len() as u32;
        if target == NONE {
            self.problems.add(code::ALIAS_UNKNOWN, Severity::High, span, || {
                "this alias leads to a node that is not part of the tree; read as null".to_owned()
            });
            self.problems.about(Some(next), None);
            self.arena.push(Kind::Null, Text::default(), span);
        } else if self.arena.open_ids().any(|open| open == target) {
            self.problems.add(code::ALIAS_CYCLE, Severity::High, span, || {
                "this alias stands inside its own anchor: a cycle; read as null".to_owned()
            });
            let start = self.arena.nodes.get(target as usize).map(|node| node.span.start);
            self.problems.about(Some(next), start);
            self.arena.push(Kind::Null, Text::default(), span);
        } else {
            self.arena.push_alias(target, span);
        }
        self.done();
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, mut span: Span) {
        if text.is_empty() && style == ScalarStyle::Plain {
            // An empty value has no place of its own: it stands behind its key.
            let place = self.key_end.unwrap_or(span.start);
            span = Span { start: place, end: place };
        }
        let (kind, respelt) = self.resolve(text, style, tag, span);
        let text = match respelt {
            Some(spelling) if spelling != text => self.arena.side(&spelling),
            _ => self.keep(text, style, span),
        };
        let id = self.arena.push(kind, text, span);
        self.anchor(anchor, id);
        self.done();
    }

    /// A reference to the source where it spells the text, else a copy.
    fn keep(&mut self, text: &str, style: ScalarStyle, span: Span) -> Text {
        let quote = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
            _ => 0,
        };
        let start = span.start as usize + quote;
        match self.source.get(start..start + text.len()) {
            Some(spelt) if spelt == text => Text::source(start as u32, text.len() as u32),
            _ => self.arena.side(text),
        }
    }

    /// The core schema: which kind a scalar is, and how JSON spells it.
    fn resolve<'t>(
        &mut self,
        text: &'t str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> (Kind, Option<Cow<'t, str>>) {
        if let Some(tag) = tag {
            if tag.handle == "!" && tag.suffix.is_empty() {
                return (Kind::String, None);
            }
            let plain = core(text);
            match (tag.is_yaml_core_schema(), tag.suffix.as_str(), plain) {
                (true, "str", _) => return (Kind::String, None),
                (true, "int" | "float", Core::Number(spelling)) => return (Kind::Number, Some(spelling)),
                (true, "bool", Core::Bool(value)) => {
                    return (Kind::Bool, Some(Cow::Borrowed(if value { "true" } else { "false" })));
                }
                (true, "null", Core::Null) => return (Kind::Null, None),
                _ => {
                    self.unknown_tag(tag, span);
                    return (Kind::String, None);
                }
            }
        }
        if style != ScalarStyle::Plain {
            return (Kind::String, None);
        }
        match core(text) {
            Core::Null => (Kind::Null, None),
            Core::Bool(true) => (Kind::Bool, Some(Cow::Borrowed("true"))),
            Core::Bool(false) => (Kind::Bool, Some(Cow::Borrowed("false"))),
            Core::Number(spelling) => (Kind::Number, Some(spelling)),
            Core::NotFinite => {
                let next = self.arena.nodes.len() as u32;
                self.problems.add(code::NOT_A_JSON_NUMBER, Severity::Medium, span, || {
                    format!("{} is a number that JSON cannot carry; kept as a string", quote(text))
                });
                self.problems.about(Some(next), None);
                (Kind::String, None)
            }
            Core::String => (Kind::String, None),
        }
    }

    fn unknown_tag(&mut self, tag: &Tag, span: Span) {
        let next = self.arena.nodes.len() as u32;
        self.problems.add(code::UNKNOWN_TAG, Severity::Low, span, || {
            format!("the tag {} does not fit this value in JSON's terms; ignored", quote(&tag.to_string()))
        });
        self.problems.about(Some(next), None);
    }

    fn span(&mut self, span: YamlSpan) -> Span {
        let start = self.places.offset(&span.start);
        let end = self.places.offset(&span.end).max(start);
        let text = self.source.get(start as usize..end as usize).unwrap_or_default();
        let end = start + text.trim_end().len() as u32;
        self.last_end = self.previous_end;
        self.previous_end = end;
        Span { start, end }
    }

    /// One past the closing quote of a quoted scalar.
    fn closing_quote(&self, span: Span) -> u32 {
        let bytes = self.source.as_bytes().get(span.start as usize..span.end as usize).unwrap_or_default();
        let Some((quote, rest)) = bytes.split_first() else { return span.end };
        let mut at = 0;
        while let Some(found) = rest.get(at..).and_then(|rest| memchr::memchr2(*quote, b'\\', rest)) {
            at += found;
            match (rest.get(at), rest.get(at + 1)) {
                (Some(b'\\'), _) if *quote == b'"' => at += 2,
                (Some(b'\\'), _) => at += 1,
                (Some(_), Some(next)) if *quote == b'\'' && next == quote => at += 2,
                _ => return span.start + at as u32 + 2,
            }
        }
        span.end
    }

    fn syntax(&mut self, error: &ScanError) -> Stop {
        let at = self.places.offset(error.marker());
        if error.info() == "recursion limit exceeded" {
            return self.too_deep_flow(at);
        }
        if let Some(tab) = self.places.tab_indentation(at) {
            let message = "a tab is used for indentation, which YAML does not allow".to_owned();
            return self.stop(code::TAB_INDENTATION, tab, message);
        }
        let code = if at as usize >= self.source.trim_end().len() && !self.frames.is_empty() {
            code::UNEXPECTED_END
        } else {
            code::YAML_SYNTAX
        };
        self.stop(code, at, format!("not YAML: {}", error.info()))
    }

    fn too_deep_flow(&mut self, at: u32) -> Stop {
        let message = format!("more than {FLOW_DEPTH} flow collections inside each other: the rest was not read");
        self.stop(code::LIMIT_EXCEEDED, at, message)
    }

    fn stop(&mut self, code: &'static str, at: u32, message: String) -> Stop {
        self.end = at;
        self.problems.add_fatal(code, Span { start: at, end: at }, message);
        if let Some((top, _)) = self.arena.top() {
            self.problems.about(Some(top), None);
        }
        Stop(code)
    }
}

/// What a plain scalar is in the core schema.
pub(crate) enum Core<'t> {
    Null,
    Bool(bool),
    Number(Cow<'t, str>),
    NotFinite,
    String,
}

pub(crate) fn core(text: &str) -> Core<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Core::Null,
        "true" | "True" | "TRUE" => Core::Bool(true),
        "false" | "False" | "FALSE" => Core::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Core::NotFinite,
        _ => match text.as_bytes() {
            [b'0'..=b'9' | b'-' | b'+' | b'.', ..] => number(text),
            _ => Core::String,
        },
    }
}

fn number(text: &str) -> Core<'_> {
    let radix = match text.get(..2) {
        Some("0o") => 8,
        Some("0x") => 16,
        _ => 10,
    };
    if radix != 10 {
        let digits = text.get(2..).unwrap_or_default();
        return match u128::from_str_radix(digits, radix) {
            Ok(value) if !digits.starts_with('+') => Core::Number(Cow::Owned(value.to_string())),
            _ => Core::String,
        };
    }
    let (minus, body) = match text.as_bytes() {
        [b'-', ..] => (true, text.get(1..).unwrap_or_default()),
        [b'+', ..] => (false, text.get(1..).unwrap_or_default()),
        _ => (false, text),
    };
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        return Core::NotFinite;
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(body);
    let mut rest = body.get(whole..).unwrap_or_default();
    let mut fraction = "";
    let mut point = false;
    if let Some(after) = rest.strip_prefix('.') {
        point = true;
        let count = digits(after);
        fraction = after.get(..count).unwrap_or_default();
        rest = after.get(count..).unwrap_or_default();
    }
    if whole == 0 && fraction.is_empty() {
        return Core::String;
    }
    if let Some(after) = rest.strip_prefix(['e', 'E']) {
        let after = after.strip_prefix(['+', '-']).unwrap_or(after);
        if after.is_empty() || digits(after) != after.len() {
            return Core::String;
        }
    } else if !rest.is_empty() {
        return Core::String;
    }
    let whole_digits = body.get(..whole).unwrap_or_default();
    let json = !text.starts_with('+')
        && whole > 0
        && (whole == 1 || !whole_digits.starts_with('0'))
        && (!point || !fraction.is_empty());
    if json {
        return Core::Number(Cow::Borrowed(text));
    }
    let trimmed = whole_digits.trim_start_matches('0');
    let mut spelling = String::new();
    if minus {
        spelling.push('-');
    }
    spelling.push_str(if trimmed.is_empty() { "0" } else { trimmed });
    if !fraction.is_empty() {
        spelling.push('.');
        spelling.push_str(fraction);
    }
    spelling.push_str(rest);
    Core::Number(Cow::Owned(spelling))
}

/// From the parser's lines and columns, which count characters, to byte offsets.
struct Places<'a> {
    source: &'a str,
    ascii: bool,
    /// First byte of each line, lines ending as the parser sees them.
    lines: Vec<u32>,
    /// The last place asked for: line, column, byte offset. Places come nearly in order.
    last: (usize, usize, usize),
}

impl<'a> Places<'a> {
    fn of(source: &'a str) -> Self {
        let bytes = source.as_bytes();
        let mut lines = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n') {
                lines.push(at as u32 + 1);
            }
        }
        Places { source, ascii: source.is_ascii(), lines, last: (0, 0, 0) }
    }

    fn offset(&mut self, marker: &Marker) -> u32 {
        let line = marker.line().saturating_sub(1);
        let Some(start) = self.lines.get(line).map(|start| *start as usize) else { return self.source.len() as u32 };
        if self.ascii {
            return (start + marker.col()).min(self.source.len()) as u32;
        }
        let (mut column, mut at) = match self.last {
            (last, column, at) if last == line => (column, at),
            _ => (0, start),
        };
        while column < marker.col() {
            let Some(c) = self.source.get(at..).and_then(|rest| rest.chars().next()) else { break };
            at += c.len_utf8();
            column += 1;
        }
        while column > marker.col() {
            let Some(c) = self.source.get(..at).and_then(|before| before.chars().next_back()) else { break };
            at -= c.len_utf8();
            column -= 1;
        }
        self.last = (line, column, at);
        at as u32
    }

    /// The first tab among the white space that a line begins with: the line of an offset, or the next one.
    fn tab_indentation(&self, offset: u32) -> Option<u32> {
        let line = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        [line, line + 1].into_iter().find_map(|line| {
            let start = *self.lines.get(line)?;
            let text = self.source.get(start as usize..)?;
            let indent = text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let tab = text.get(..indent)?.find('\t')?;
            Some(start + tab as u32)
        })
    }
}
