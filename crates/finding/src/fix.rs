//! What belongs to a finding beside its own place: other places, and changes of the source that mend it.

/// A place that belongs to a finding besides its own, for example a use of the component it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What the place has to do with the finding.
    pub message: String,
    /// File the place lies in, as the user named it.
    pub file: String,
    /// JSON pointer (RFC 6901) of the place, without a leading `#`.
    pub pointer: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, counted in Unicode scalar values.
    pub column: u32,
}

/// Whether a fix may be made without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// It changes no meaning, and no request that was accepted before is refused after it.
    Safe,
    /// It tightens or changes what the contract says: honest clients may be refused if the value is wrong.
    Unsafe,
}

/// One way to mend a finding: text edits that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, in one phrase.
    pub what: String,
    /// Whether it may be made without asking.
    pub safety: Safety,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
    /// Identity of the one place that is mended: a finding may stand for several.
    pub place: u64,
}

/// Replaces a range of a file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// File, as the user named it.
    pub file: String,
    /// First byte of what is replaced, in the decoded text of the file.
    pub start: u32,
    /// One past the last byte of what is replaced; equal to `start` for an insertion.
    pub end: u32,
    /// Line and column of `start`, both from 1, columns in Unicode scalar values.
    pub from: (u32, u32),
    /// Line and column of `end`.
    pub to: (u32, u32),
    /// What stands there afterwards.
    pub text: String,
}
