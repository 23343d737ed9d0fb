//! What stands where: the role of every object of a contract, and what does not fit.
//!
//! [`table`] says for each role and version which members there are, of which kind, and which of them must be there.
//! [`Roles::of`] walks a document by that table, over references and files, and gives every object its role and a
//! list of [`Misfit`]s. It never stops at one: what does not fit is left out and the walk goes on.

mod table;
mod walk;

pub use walk::{Misfit, MisfitKind, Roles};

use crate::model::Version;
use std::sync::LazyLock;

/// What an object of a contract is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// The root.
    Root = 1,
    /// `info`.
    Info,
    /// `contact`.
    Contact,
    /// `license`.
    License,
    /// A server.
    Server,
    /// A variable of a server's URL.
    ServerVariable,
    /// `components`.
    Components,
    /// `paths`.
    Paths,
    /// A path item.
    PathItem,
    /// An operation.
    Operation,
    /// `externalDocs`.
    ExternalDocs,
    /// A parameter.
    Parameter,
    /// `items` of a parameter or header of 2.0.
    Items,
    /// A header.
    Header,
    /// A request body.
    RequestBody,
    /// A media type.
    MediaType,
    /// An encoding.
    Encoding,
    /// `responses`.
    Responses,
    /// A response.
    Response,
    /// A callback.
    Callback,
    /// An example.
    Example,
    /// A link.
    Link,
    /// A tag.
    Tag,
    /// A schema.
    Schema,
    /// `discriminator`.
    Discriminator,
    /// `xml`.
    Xml,
    /// A security scheme.
    SecurityScheme,
    /// A security requirement.
    SecurityRequirement,
    /// `flows` of OAuth 2.
    Flows,
    /// The implicit flow.
    ImplicitFlow,
    /// The password or client credentials flow.
    TokenFlow,
    /// The authorization code flow.
    CodeFlow,
    /// The device authorization flow.
    DeviceFlow,
}

/// What a member's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Anything.
    Any,
    /// A string.
    Text,
    /// A boolean.
    Flag,
    /// A number.
    Number,
    /// A whole number from 0 on.
    Count,
    /// A string that is often written without quotes, so that it is a number.
    Version,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A list of some of these strings.
    Words(&'static [&'static str]),
    /// One of these strings, or a list of them.
    Types(&'static [&'static str]),
    /// A list of strings.
    Texts,
    /// A list of anything.
    Array,
    /// An object of anything.
    Object,
    /// An object of strings.
    TextMap,
    /// An object of lists of strings.
    TextsMap,
    /// An object with this role.
    One(Role),
    /// A list of objects with this role.
    List(Role),
    /// An object of objects with this role.
    Map(Role),
    /// An object with this role, or a list of them.
    OneOrList(Role),
    /// An object with this role, or a boolean.
    OneOrFlag(Role),
}

/// Whether a member must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It may be left out.
    No,
    /// It must be there.
    Always,
    /// It must be there when another member has one of these values.
    When(&'static str, &'static [&'static str]),
    /// It must be there when none of these is.
    Unless(&'static [&'static str]),
}

/// A member that a role may have, in some versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The first version that has it.
    pub since: Version,
    /// The last version that has it.
    pub until: Version,
    /// What its value must be.
    pub value: Value,
    /// Whether it must be there.
    pub need: Need,
}

const fn field(name: &'static str, value: Value) -> Field {
    Field { name, since: Version::V2_0, until: Version::V3_2, value, need: Need::No }
}

impl Field {
    const fn since(mut self, version: Version) -> Self {
        self.since = version;
        self
    }

    const fn until(mut self, version: Version) -> Self {
        self.until = version;
        self
    }

    const fn only(self, version: Version) -> Self {
        self.since(version).until(version)
    }

    const fn need(mut self) -> Self {
        self.need = Need::Always;
        self
    }

    const fn need_when(mut self, key: &'static str, words: &'static [&'static str]) -> Self {
        self.need = Need::When(key, words);
        self
    }

    const fn need_unless(mut self, keys: &'static [&'static str]) -> Self {
        self.need = Need::Unless(keys);
        self
    }
}

const VERSIONS: [Version; 4] = [Version::V2_0, Version::V3_0, Version::V3_1, Version::V3_2];

/// The fields of a role in one version.
struct Shape {
    /// By length and name.
    sorted: Vec<&'static Field>,
    needed: Vec<&'static Field>,
}

/// For each version the shapes by role.
static SHAPES: LazyLock<Vec<Vec<Shape>>> = LazyLock::new(|| {
    let shape = |role: &Role, version: &Version| {
        let has = |field: &&Field| field.since <= *version && *version <= field.until;
        let mut sorted: Vec<&'static Field> = role.table().iter().filter(has).collect();
        let needed = sorted.iter().copied().filter(|field| field.need != Need::No).collect();
        sorted.sort_by_key(|field| (field.name.len(), field.name));
        Shape { sorted, needed }
    };
    VERSIONS.iter().map(|version| Role::ALL.iter().map(|role| shape(role, version)).collect()).collect()
});

impl Role {
    /// Every role.
    pub const ALL: [Role; 33] = [
        Role::Root,
        Role::Info,
        Role::Contact,
        Role::License,
        Role::Server,
        Role::ServerVariable,
        Role::Components,
        Role::Paths,
        Role::PathItem,
        Role::Operation,
        Role::ExternalDocs,
        Role::Parameter,
        Role::Items,
        Role::Header,
        Role::RequestBody,
        Role::MediaType,
        Role::Encoding,
        Role::Responses,
        Role::Response,
        Role::Callback,
        Role::Example,
        Role::Link,
        Role::Tag,
        Role::Schema,
        Role::Discriminator,
        Role::Xml,
        Role::SecurityScheme,
        Role::SecurityRequirement,
        Role::Flows,
        Role::ImplicitFlow,
        Role::TokenFlow,
        Role::CodeFlow,
        Role::DeviceFlow,
    ];

    /// Every member that the role has in any version. A member that changed has a row for each of its forms.
    pub fn table(self) -> &'static [Field] {
        match self {
            Role::Root => table::ROOT,
            Role::Info => table::INFO,
            Role::Contact => table::CONTACT,
            Role::License => table::LICENSE,
            Role::Server => table::SERVER,
            Role::ServerVariable => table::SERVER_VARIABLE,
            Role::Components => table::COMPONENTS,
            Role::PathItem => table::PATH_ITEM,
            Role::Operation => table::OPERATION,
            Role::ExternalDocs => table::EXTERNAL_DOCS,
            Role::Parameter => table::PARAMETER,
            Role::Items => table::ITEMS,
            Role::Header => table::HEADER,
            Role::RequestBody => table::REQUEST_BODY,
            Role::MediaType => table::MEDIA_TYPE,
            Role::Encoding => table::ENCODING,
            Role::Response => table::RESPONSE,
            Role::Example => table::EXAMPLE,
            Role::Link => table::LINK,
            Role::Tag => table::TAG,
            Role::Schema => table::SCHEMA_OBJECT,
            Role::Discriminator => table::DISCRIMINATOR,
            Role::Xml => table::XML,
            Role::SecurityScheme => table::SECURITY_SCHEME,
            Role::Flows => table::FLOWS,
            Role::ImplicitFlow => table::IMPLICIT_FLOW,
            Role::TokenFlow => table::TOKEN_FLOW,
            Role::CodeFlow => table::CODE_FLOW,
            Role::DeviceFlow => table::DEVICE_FLOW,
            // Their members have names of their own: see `others`.
            Role::Paths | Role::Responses | Role::Callback | Role::SecurityRequirement => &[],
        }
    }

    fn shape(self, version: Version) -> Option<&'static Shape> {
        SHAPES.get(version as usize)?.get(self as usize - 1)
    }

    /// The member of this name in a version.
    pub fn field(self, version: Version, name: &str) -> Option<&'static Field> {
        let sorted = &self.shape(version)?.sorted;
        let at = sorted.binary_search_by_key(&(name.len(), name), |field| (field.name.len(), field.name)).ok()?;
        sorted.get(at).copied()
    }

    /// The members that must be there in a version, if only on a condition.
    pub fn needed(self, version: Version) -> &'static [&'static Field] {
        self.shape(version).map_or(&[], |shape| &shape.needed)
    }

    /// What members are whose names are not fixed: paths, statuses, expressions, schemes.
    pub fn others(self) -> Option<Value> {
        match self {
            Role::Paths | Role::Callback => Some(Value::One(Role::PathItem)),
            Role::Responses => Some(Value::One(Role::Response)),
            Role::SecurityRequirement => Some(Value::Texts),
            _ => None,
        }
    }

    /// Whether members beside those of the table are as good as comments: schemas since 3.1.
    pub fn is_open(self, version: Version) -> bool {
        self == Role::Schema && version >= Version::V3_1
    }

    /// Whether a reference may stand in place of the object.
    pub fn is_referable(self, version: Version) -> bool {
        match self {
            Role::PathItem | Role::Schema | Role::Parameter | Role::Response => true,
            Role::Example | Role::RequestBody | Role::Header | Role::SecurityScheme | Role::Link | Role::Callback => {
                version >= Version::V3_0
            }
            Role::MediaType => version >= Version::V3_2,
            _ => false,
        }
    }

    /// The object in a sentence, with its article where it takes one: `a path item`, `info`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Root => "the root",
            Role::Info => "info",
            Role::Contact => "contact",
            Role::License => "license",
            Role::Server => "a server",
            Role::ServerVariable => "a server variable",
            Role::Components => "components",
            Role::Paths => "paths",
            Role::PathItem => "a path item",
            Role::Operation => "an operation",
            Role::ExternalDocs => "externalDocs",
            Role::Parameter => "a parameter",
            Role::Items => "items",
            Role::Header => "a header",
            Role::RequestBody => "a request body",
            Role::MediaType => "a media type",
            Role::Encoding => "an encoding",
            Role::Responses => "responses",
            Role::Response => "a response",
            Role::Callback => "a callback",
            Role::Example => "an example",
            Role::Link => "a link",
            Role::Tag => "a tag",
            Role::Schema => "a schema",
            Role::Discriminator => "discriminator",
            Role::Xml => "xml",
            Role::SecurityScheme => "a security scheme",
            Role::SecurityRequirement => "a security requirement",
            Role::Flows => "flows",
            Role::ImplicitFlow => "the implicit flow",
            Role::TokenFlow | Role::CodeFlow | Role::DeviceFlow => "an OAuth flow",
        }
    }

    fn from_index(index: u8) -> Option<Role> {
        Role::ALL.get((index as usize).checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{Role, VERSIONS};
    use std::collections::HashSet;

    #[test]
    fn every_role_has_its_place_and_each_member_one_form_in_a_version() {
        for (at, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, at + 1);
            for version in VERSIONS {
                let mut seen = HashSet::new();
                for field in role.table().iter().filter(|field| (field.since..=field.until).contains(&version)) {
                    assert!(seen.insert(field.name), "{} stands twice in {role:?} of {version}", field.name);
                    assert_eq!(role.field(version, field.name), Some(field));
                }
                assert_eq!(role.field(version, "no-such-member"), None);
            }
        }
    }
}
