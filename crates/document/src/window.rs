//! The YAML parser's input, cut off when too much is read for one event.
//!
//! In flow collections and long scalars the parser reads on and keeps what it read before it gives an event.
//! The window bounds that memory: whoever takes the events opens it again after each one.

use saphyr_parser::input::SkipTabs;
use saphyr_parser::{Input, StrInput};
use std::cell::Cell;

/// Characters that may be read between two events.
pub(crate) const WINDOW: usize = 2 << 20;

/// Input that ends once `left` is used up.
pub(crate) struct Window<'a> {
    inner: StrInput<'a>,
    left: &'a Cell<usize>,
}

impl<'a> Window<'a> {
    /// Reads `source` while `left` is not zero; it is counted down by the characters read.
    pub(crate) fn new(source: &'a str, left: &'a Cell<usize>) -> Self {
        Window { inner: StrInput::new(source), left }
    }

    fn took(&mut self, count: usize) {
        let left = self.left.get().saturating_sub(count);
        self.left.set(left);
        if left == 0 {
            self.inner = StrInput::new("");
        }
    }

    fn counted(&mut self, count: usize) -> usize {
        self.took(count);
        count
    }
}

impl Input for Window<'_> {
    fn lookahead(&mut self, count: usize) {
        self.inner.lookahead(count);
    }

    fn buflen(&self) -> usize {
        self.inner.buflen()
    }

    fn bufmaxlen(&self) -> usize {
        self.inner.bufmaxlen()
    }

    fn buf_is_empty(&self) -> bool {
        self.inner.buf_is_empty()
    }

    fn raw_read_ch(&mut self) -> char {
        let c = self.inner.raw_read_ch();
        self.took(1);
        c
    }

    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        let c = self.inner.raw_read_non_breakz_ch()?;
        self.took(1);
        Some(c)
    }

    fn skip(&mut self) {
        self.inner.skip();
        self.took(1);
    }

    fn skip_n(&mut self, count: usize) {
        self.inner.skip_n(count);
        self.took(count);
    }

    fn peek(&self) -> char {
        self.inner.peek()
    }

    fn peek_nth(&self, n: usize) -> char {
        self.inner.peek_nth(n)
    }

    fn peek_opt(&self) -> Option<char> {
        self.inner.peek_opt()
    }

    fn look_ch(&mut self) -> char {
        self.inner.look_ch()
    }

    fn next_char_is(&self, c: char) -> bool {
        self.inner.next_char_is(c)
    }

    fn nth_char_is(&self, n: usize, c: char) -> bool {
        self.inner.nth_char_is(n, c)
    }

    fn next_2_are(&self, c1: char, c2: char) -> bool {
        self.inner.next_2_are(c1, c2)
    }

    fn next_3_are(&self, c1: char, c2: char, c3: char) -> bool {
        self.inner.next_3_are(c1, c2, c3)
    }

    fn next_is_document_indicator(&self) -> bool {
        self.inner.next_is_document_indicator()
    }

    fn next_is_document_start(&self) -> bool {
        self.inner.next_is_document_start()
    }

    fn next_is_document_end(&self) -> bool {
        self.inner.next_is_document_end()
    }

    fn skip_ws_to_eol(&mut self, skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        let (count, result) = self.inner.skip_ws_to_eol(skip_tabs);
        (self.counted(count), result)
    }

    fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool {
        self.inner.next_can_be_plain_scalar(in_flow)
    }

    fn next_is_blank_or_break(&self) -> bool {
        self.inner.next_is_blank_or_break()
    }

    fn next_is_blank_or_breakz(&self) -> bool {
        self.inner.next_is_blank_or_breakz()
    }

    fn next_is_blank(&self) -> bool {
        self.inner.next_is_blank()
    }

    fn next_is_break(&self) -> bool {
        self.inner.next_is_break()
    }

    fn next_is_breakz(&self) -> bool {
        self.inner.next_is_breakz()
    }

    fn next_is_z(&self) -> bool {
        self.inner.next_is_z()
    }

    fn next_is_flow(&self) -> bool {
        self.inner.next_is_flow()
    }

    fn next_is_digit(&self) -> bool {
        self.inner.next_is_digit()
    }

    fn next_is_alpha(&self) -> bool {
        self.inner.next_is_alpha()
    }

    fn skip_while_non_breakz(&mut self) -> usize {
        let count = self.inner.skip_while_non_breakz();
        self.counted(count)
    }

    fn skip_while_blank(&mut self) -> usize {
        let count = self.inner.skip_while_blank();
        self.counted(count)
    }

    fn fetch_while_is_alpha(&mut self, out: &mut String) -> usize {
        let count = self.inner.fetch_while_is_alpha(out);
        self.counted(count)
    }

    fn fetch_while_is_yaml_non_space(&mut self, out: &mut String) -> usize {
        let count = self.inner.fetch_while_is_yaml_non_space(out);
        self.counted(count)
    }
}
