//! Every kind of change there is: its id, its level, its words.
//!
//! Ids are composed. A change inside a schema is a [`Keyword`] change at a [`Base`]: `request-property` and
//! `max-length-decreased`. What is a change for better or worse depends on the direction that the base is sent in. All
//! other changes are [`Structure`], with a level of their own.

use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

/// What a change means to a client that was written by the old contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Whatever the client did by the old contract, it may go on doing.
    Compatible,
    /// A client may fail that relied on more than the contract promised, or on what the contract left open; or it
    /// cannot be decided here.
    Risky,
    /// A client that keeps the old contract to the letter can fail: what it sends may be refused, or what it gets may
    /// be something that the old contract did not allow.
    Breaking,
}

impl Level {
    /// Every level, the worst first.
    pub const WORST_FIRST: [Level; 3] = [Level::Breaking, Level::Risky, Level::Compatible];

    /// The word of reports and of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Breaking => "breaking",
            Level::Risky => "risky",
            Level::Compatible => "compatible",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which way a value goes, seen from the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Way {
    /// From the client to the API.
    In,
    /// From the API to the client.
    Out,
}

/// Where a schema is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Base {
    RequestBody,
    RequestProperty,
    PathParameter,
    QueryParameter,
    HeaderParameter,
    CookieParameter,
    ParameterProperty,
    ResponseBody,
    ResponseProperty,
    ResponseHeader,
    ResponseHeaderProperty,
    WebhookParameter,
    WebhookParameterProperty,
    WebhookRequestBody,
    WebhookRequestProperty,
    WebhookResponseBody,
    WebhookResponseProperty,
}

impl Base {
    pub(crate) const ALL: [Base; 17] = [
        Base::RequestBody,
        Base::RequestProperty,
        Base::PathParameter,
        Base::QueryParameter,
        Base::HeaderParameter,
        Base::CookieParameter,
        Base::ParameterProperty,
        Base::ResponseBody,
        Base::ResponseProperty,
        Base::ResponseHeader,
        Base::ResponseHeaderProperty,
        Base::WebhookParameter,
        Base::WebhookParameterProperty,
        Base::WebhookRequestBody,
        Base::WebhookRequestProperty,
        Base::WebhookResponseBody,
        Base::WebhookResponseProperty,
    ];

    pub(crate) fn id(self) -> &'static str {
        match self {
            Base::RequestBody => "request-body",
            Base::RequestProperty => "request-property",
            Base::PathParameter => "path-parameter",
            Base::QueryParameter => "query-parameter",
            Base::HeaderParameter => "header-parameter",
            Base::CookieParameter => "cookie-parameter",
            Base::ParameterProperty => "parameter-property",
            Base::ResponseBody => "response-body",
            Base::ResponseProperty => "response-property",
            Base::ResponseHeader => "response-header",
            Base::ResponseHeaderProperty => "response-header-property",
            Base::WebhookParameter => "webhook-parameter",
            Base::WebhookParameterProperty => "webhook-parameter-property",
            Base::WebhookRequestBody => "webhook-request-body",
            Base::WebhookRequestProperty => "webhook-request-property",
            Base::WebhookResponseBody => "webhook-response-body",
            Base::WebhookResponseProperty => "webhook-response-property",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Base::RequestBody => "in a request body",
            Base::RequestProperty => "inside a request body",
            Base::PathParameter => "in a path parameter",
            Base::QueryParameter => "in a query parameter",
            Base::HeaderParameter => "in a header parameter",
            Base::CookieParameter => "in a cookie",
            Base::ParameterProperty => "inside a parameter",
            Base::ResponseBody => "in a response body",
            Base::ResponseProperty => "inside a response body",
            Base::ResponseHeader => "in a response header",
            Base::ResponseHeaderProperty => "inside a response header",
            Base::WebhookParameter => "in a parameter of a webhook or callback",
            Base::WebhookParameterProperty => "inside a parameter of a webhook or callback",
            Base::WebhookRequestBody => "in the body of a webhook or callback",
            Base::WebhookRequestProperty => "inside the body of a webhook or callback",
            Base::WebhookResponseBody => "in the answer to a webhook or callback",
            Base::WebhookResponseProperty => "inside the answer to a webhook or callback",
        }
    }

    pub(crate) fn way(self) -> Way {
        match self {
            Base::ResponseBody
            | Base::ResponseProperty
            | Base::ResponseHeader
            | Base::ResponseHeaderProperty
            | Base::WebhookParameter
            | Base::WebhookParameterProperty
            | Base::WebhookRequestBody
            | Base::WebhookRequestProperty => Way::Out,
            _ => Way::In,
        }
    }

    /// The base of what lies inside.
    pub(crate) fn inside(self) -> Base {
        match self {
            Base::RequestBody | Base::RequestProperty => Base::RequestProperty,
            Base::ResponseBody | Base::ResponseProperty => Base::ResponseProperty,
            Base::WebhookRequestBody | Base::WebhookRequestProperty => Base::WebhookRequestProperty,
            Base::WebhookResponseBody | Base::WebhookResponseProperty => Base::WebhookResponseProperty,
            Base::ResponseHeader | Base::ResponseHeaderProperty => Base::ResponseHeaderProperty,
            Base::WebhookParameter | Base::WebhookParameterProperty => Base::WebhookParameterProperty,
            _ => Base::ParameterProperty,
        }
    }
}

/// Where a keyword's change can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Everywhere.
    Any,
    /// At members of objects that go towards the API.
    MembersIn,
    /// At members of objects that come from the API.
    MembersOut,
    /// In bodies: XML is written nowhere else.
    Bodies,
}

/// Levels towards the API and from it.
type Levels = (Level, Level);

const NARROWS: Levels = (Level::Breaking, Level::Compatible);
const WIDENS: Levels = (Level::Compatible, Level::Breaking);
const BOTH: Levels = (Level::Breaking, Level::Breaking);
const UNSURE: Levels = (Level::Risky, Level::Risky);
const NOTE: Levels = (Level::Compatible, Level::Compatible);
const RISKY_IN: Levels = (Level::Risky, Level::Compatible);
const RISKY_OUT: Levels = (Level::Compatible, Level::Risky);

macro_rules! keywords {
    ($($name:ident $id:literal $levels:ident $scope:ident $what:literal;)*) => {
        /// A change inside a schema.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Keyword { $($name),* }

        impl Keyword {
            pub(crate) const ALL: &'static [Keyword] = &[$(Keyword::$name),*];

            pub(crate) fn id(self) -> &'static str {
                match self { $(Keyword::$name => $id),* }
            }

            pub(crate) fn what(self) -> &'static str {
                match self { $(Keyword::$name => $what),* }
            }

            fn levels(self) -> Levels {
                match self { $(Keyword::$name => $levels),* }
            }

            fn scope(self) -> Scope {
                match self { $(Keyword::$name => Scope::$scope),* }
            }
        }
    };
}

keywords! {
    TypeNarrowed "type-narrowed" NARROWS Any "fewer types are allowed";
    TypeWidened "type-widened" WIDENS Any "more types are allowed";
    TypeChanged "type-changed" BOTH Any "the type is another one";
    BecameNullable "became-nullable" WIDENS Any "null became allowed";
    BecameNotNullable "became-not-nullable" NARROWS Any "null is no longer allowed";
    BecameImpossible "became-impossible" NARROWS Any "no value is allowed any more";
    BecamePossible "became-possible" WIDENS Any "values became allowed where there were none";
    EnumAdded "enum-added" NARROWS Any "only listed values are allowed now";
    EnumRemoved "enum-removed" WIDENS Any "other values than the listed ones became allowed";
    EnumValueAdded "enum-value-added" WIDENS Any "a value was added to the list";
    EnumValueRemoved "enum-value-removed" NARROWS Any "a value was taken from the list";
    ExtensibleEnumValueAdded "extensible-enum-value-added" NOTE Any "a value was added to the list that may grow";
    ExtensibleEnumValueRemoved "extensible-enum-value-removed" RISKY_IN Any "a value was taken from the list that may grow";
    MinimumAdded "minimum-added" NARROWS Any "a minimum was added";
    MinimumRemoved "minimum-removed" WIDENS Any "the minimum was removed";
    MinimumIncreased "minimum-increased" NARROWS Any "the minimum went up";
    MinimumDecreased "minimum-decreased" WIDENS Any "the minimum went down";
    MinimumBecameExclusive "minimum-became-exclusive" NARROWS Any "the minimum itself is no longer allowed";
    MinimumBecameInclusive "minimum-became-inclusive" WIDENS Any "the minimum itself became allowed";
    MaximumAdded "maximum-added" NARROWS Any "a maximum was added";
    MaximumRemoved "maximum-removed" WIDENS Any "the maximum was removed";
    MaximumIncreased "maximum-increased" WIDENS Any "the maximum went up";
    MaximumDecreased "maximum-decreased" NARROWS Any "the maximum went down";
    MaximumBecameExclusive "maximum-became-exclusive" NARROWS Any "the maximum itself is no longer allowed";
    MaximumBecameInclusive "maximum-became-inclusive" WIDENS Any "the maximum itself became allowed";
    MultipleOfAdded "multiple-of-added" NARROWS Any "only multiples are allowed now";
    MultipleOfRemoved "multiple-of-removed" WIDENS Any "other numbers than multiples became allowed";
    MultipleOfNarrowed "multiple-of-narrowed" NARROWS Any "fewer multiples are allowed";
    MultipleOfWidened "multiple-of-widened" WIDENS Any "more multiples are allowed";
    MultipleOfChanged "multiple-of-changed" BOTH Any "multiples of another number are allowed";
    MinLengthAdded "min-length-added" NARROWS Any "a shortest length was added";
    MinLengthRemoved "min-length-removed" WIDENS Any "the shortest length was removed";
    MinLengthIncreased "min-length-increased" NARROWS Any "the shortest length went up";
    MinLengthDecreased "min-length-decreased" WIDENS Any "the shortest length went down";
    MaxLengthAdded "max-length-added" NARROWS Any "a longest length was added";
    MaxLengthRemoved "max-length-removed" WIDENS Any "the longest length was removed";
    MaxLengthIncreased "max-length-increased" WIDENS Any "the longest length went up";
    MaxLengthDecreased "max-length-decreased" NARROWS Any "the longest length went down";
    PatternAdded "pattern-added" NARROWS Any "a pattern was added";
    PatternRemoved "pattern-removed" WIDENS Any "the pattern was removed";
    PatternNarrowed "pattern-narrowed" NARROWS Any "the pattern allows fewer texts";
    PatternWidened "pattern-widened" WIDENS Any "the pattern allows more texts";
    PatternChanged "pattern-changed" BOTH Any "the pattern allows other texts";
    PatternUndecided "pattern-undecided" UNSURE Any "the pattern changed, and how is not decided";
    FormatAdded "format-added" NARROWS Any "a format was added";
    FormatRemoved "format-removed" WIDENS Any "the format was removed";
    FormatNarrowed "format-narrowed" NARROWS Any "the format allows fewer values";
    FormatWidened "format-widened" WIDENS Any "the format allows more values";
    FormatChanged "format-changed" BOTH Any "the format is another one";
    FormatUndecided "format-undecided" UNSURE Any "a format changed that no standard describes";
    ContentEncodingChanged "content-encoding-changed" BOTH Any "the encoding of the text is another one";
    ContentMediaTypeChanged "content-media-type-changed" BOTH Any "the media type of the text is another one";
    MinItemsAdded "min-items-added" NARROWS Any "a fewest number of items was added";
    MinItemsRemoved "min-items-removed" WIDENS Any "the fewest number of items was removed";
    MinItemsIncreased "min-items-increased" NARROWS Any "the fewest number of items went up";
    MinItemsDecreased "min-items-decreased" WIDENS Any "the fewest number of items went down";
    MaxItemsAdded "max-items-added" NARROWS Any "a largest number of items was added";
    MaxItemsRemoved "max-items-removed" WIDENS Any "the largest number of items was removed";
    MaxItemsIncreased "max-items-increased" WIDENS Any "the largest number of items went up";
    MaxItemsDecreased "max-items-decreased" NARROWS Any "the largest number of items went down";
    UniqueItemsAdded "unique-items-added" NARROWS Any "items must differ now";
    UniqueItemsRemoved "unique-items-removed" WIDENS Any "items need not differ any more";
    ContainsAdded "contains-added" NARROWS Any "some items must be of a kind now";
    ContainsRemoved "contains-removed" WIDENS Any "no items need to be of a kind any more";
    ContainsChanged "contains-changed" UNSURE Any "the kind that some items must be of changed";
    MinContainsIncreased "min-contains-increased" NARROWS Any "more items must be of the kind";
    MinContainsDecreased "min-contains-decreased" WIDENS Any "fewer items must be of the kind";
    MaxContainsAdded "max-contains-added" NARROWS Any "a largest number of items of the kind was added";
    MaxContainsRemoved "max-contains-removed" WIDENS Any "the largest number of items of the kind was removed";
    MaxContainsIncreased "max-contains-increased" WIDENS Any "more items may be of the kind";
    MaxContainsDecreased "max-contains-decreased" NARROWS Any "fewer items may be of the kind";
    MinPropertiesAdded "min-properties-added" NARROWS Any "a fewest number of members was added";
    MinPropertiesRemoved "min-properties-removed" WIDENS Any "the fewest number of members was removed";
    MinPropertiesIncreased "min-properties-increased" NARROWS Any "the fewest number of members went up";
    MinPropertiesDecreased "min-properties-decreased" WIDENS Any "the fewest number of members went down";
    MaxPropertiesAdded "max-properties-added" NARROWS Any "a largest number of members was added";
    MaxPropertiesRemoved "max-properties-removed" WIDENS Any "the largest number of members was removed";
    MaxPropertiesIncreased "max-properties-increased" WIDENS Any "the largest number of members went up";
    MaxPropertiesDecreased "max-properties-decreased" NARROWS Any "the largest number of members went down";
    AdditionalPropertiesClosed "additional-properties-closed" NARROWS Any "members that are not declared are no longer allowed";
    AdditionalPropertiesOpened "additional-properties-opened" WIDENS Any "members that are not declared became allowed";
    AdditionalPropertiesTyped "additional-properties-typed" NARROWS Any "members that are not declared must fit a schema now";
    AdditionalPropertiesUntyped "additional-properties-untyped" WIDENS Any "members that are not declared may be anything now";
    PatternPropertyAdded "pattern-property-added" UNSURE Any "members whose names match a pattern got a schema";
    PatternPropertyRemoved "pattern-property-removed" UNSURE Any "members whose names match a pattern lost their schema";
    DependentRequiredAdded "dependent-required-added" NARROWS Any "a member needs another one now";
    DependentRequiredRemoved "dependent-required-removed" WIDENS Any "a member no longer needs another one";
    DependentSchemaAdded "dependent-schema-added" NARROWS Any "a schema holds now when a member is there";
    DependentSchemaRemoved "dependent-schema-removed" WIDENS Any "a schema no longer holds when a member is there";
    AnyOfAdded "any-of-added" NARROWS Any "one of several schemas must fit now (anyOf)";
    AnyOfRemoved "any-of-removed" WIDENS Any "none of several schemas needs to fit any more (anyOf)";
    AnyOfBranchAdded "any-of-branch-added" WIDENS Any "a schema was added to the choice (anyOf)";
    AnyOfBranchRemoved "any-of-branch-removed" NARROWS Any "a schema was taken from the choice (anyOf)";
    OneOfAdded "one-of-added" NARROWS Any "exactly one of several schemas must fit now (oneOf)";
    OneOfRemoved "one-of-removed" WIDENS Any "none of several schemas needs to fit any more (oneOf)";
    OneOfBranchAdded "one-of-branch-added" WIDENS Any "a schema was added to the choice (oneOf)";
    OneOfBranchRemoved "one-of-branch-removed" NARROWS Any "a schema was taken from the choice (oneOf)";
    OneOfBecameAnyOf "one-of-became-any-of" WIDENS Any "more than one schema of the choice may fit now";
    AnyOfBecameOneOf "any-of-became-one-of" NARROWS Any "only one schema of the choice may fit now";
    BecameChoice "became-choice" WIDENS Any "the schema became one of several";
    ChoiceBecameOne "choice-became-one" NARROWS Any "of several schemas one is left";
    NotAdded "not-added" NARROWS Any "values of a schema are forbidden now";
    NotRemoved "not-removed" WIDENS Any "values of a schema are no longer forbidden";
    NotChanged "not-changed" UNSURE Any "the schema whose values are forbidden changed";
    ConditionAdded "condition-added" NARROWS Any "a condition was added (if, then, else)";
    ConditionRemoved "condition-removed" WIDENS Any "a condition was removed (if, then, else)";
    ConditionChanged "condition-changed" UNSURE Any "a condition changed (if, then, else)";
    DiscriminatorAdded "discriminator-added" UNSURE Any "a discriminator was added";
    DiscriminatorRemoved "discriminator-removed" UNSURE Any "the discriminator was removed";
    DiscriminatorPropertyChanged "discriminator-property-changed" BOTH Any "another member is the discriminator";
    DiscriminatorMappingAdded "discriminator-mapping-added" RISKY_OUT Any "the discriminator knows one more word";
    DiscriminatorMappingRemoved "discriminator-mapping-removed" NARROWS Any "the discriminator knows a word no more";
    DiscriminatorMappingChanged "discriminator-mapping-changed" BOTH Any "a word of the discriminator means another schema";
    DefaultAdded "default-added" NOTE Any "a default was added";
    DefaultRemoved "default-removed" RISKY_IN Any "the default was removed";
    DefaultChanged "default-changed" RISKY_IN Any "the default is another one";
    BecameDeprecated "became-deprecated" NOTE Any "it became deprecated";
    BecameNotDeprecated "became-not-deprecated" NOTE Any "it is no longer deprecated";
    BecameReadOnly "became-read-only" RISKY_IN Any "it became read-only";
    BecameNotReadOnly "became-not-read-only" NOTE Any "it is no longer read-only";
    BecameWriteOnly "became-write-only" WIDENS Any "it became write-only";
    BecameNotWriteOnly "became-not-write-only" NOTE Any "it is no longer write-only";
    XmlChanged "xml-changed" BOTH Bodies "it is written in another way in XML";
    Added "added" NOTE MembersIn "an optional member was added";
    AddedRequired "added-required" NARROWS MembersIn "a required member was added";
    AddedRequiredWithDefault "added-required-with-default" RISKY_IN MembersIn "a required member with a default was added";
    Removed "removed" RISKY_IN MembersIn "the member was removed, and others than the declared ones are allowed";
    RemovedFromClosed "removed-from-closed-object" NARROWS MembersIn "the member was removed, and only declared ones are allowed";
    BecameRequired "became-required" NARROWS MembersIn "the member became required";
    BecameRequiredWithDefault "became-required-with-default" RISKY_IN MembersIn "the member became required and has a default";
    BecameOptional "became-optional" WIDENS MembersIn "the member became optional";
    GotAdded "added" NOTE MembersOut "a member was added";
    GotAddedToClosed "added-to-closed-object" WIDENS MembersOut "a member was added where only declared ones were allowed";
    GotRemoved "removed" RISKY_OUT MembersOut "an optional member was removed";
    GotRemovedRequired "removed-required" WIDENS MembersOut "a required member was removed";
    GotBecameRequired "became-required" NARROWS MembersOut "the member became required";
    GotBecameOptional "became-optional" WIDENS MembersOut "the member became optional";
}

impl Keyword {
    pub(crate) fn level(self, way: Way) -> Level {
        let (inward, outward) = self.levels();
        match way {
            Way::In => inward,
            Way::Out => outward,
        }
    }

    /// Whether nothing is left of what it is about.
    pub(crate) fn takes_away(self) -> bool {
        use Keyword::{GotRemoved, GotRemovedRequired, Removed, RemovedFromClosed};
        matches!(self, Removed | RemovedFromClosed | GotRemoved | GotRemovedRequired)
    }

    /// Whether this change can stand there.
    pub(crate) fn fits(self, base: Base) -> bool {
        let members = base.inside() == base;
        match self.scope() {
            Scope::Any => true,
            Scope::MembersIn => members && base.way() == Way::In,
            Scope::MembersOut => members && base.way() == Way::Out,
            Scope::Bodies => {
                let inside = [
                    Base::RequestProperty,
                    Base::ResponseProperty,
                    Base::WebhookRequestProperty,
                    Base::WebhookResponseProperty,
                ];
                inside.contains(&base.inside())
            }
        }
    }
}

macro_rules! structures {
    ($($name:ident $id:literal $level:ident $what:literal;)*) => {
        /// A change outside of schemas.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Structure { $($name),* }

        impl Structure {
            pub(crate) const ALL: &'static [Structure] = &[$(Structure::$name),*];

            pub(crate) fn id(self) -> &'static str {
                match self { $(Structure::$name => $id),* }
            }

            pub(crate) fn what(self) -> &'static str {
                match self { $(Structure::$name => $what),* }
            }

            pub(crate) fn level(self) -> Level {
                match self { $(Structure::$name => Level::$level),* }
            }
        }
    };
}

structures! {
    OperationAdded "operation-added" Compatible "the operation was added";
    OperationRemoved "operation-removed-without-deprecation" Breaking "the operation was removed and had not been deprecated";
    OperationRemovedDeprecated "operation-removed-with-deprecation" Risky "the operation was removed; it had been deprecated without a date of sunset";
    OperationRemovedBeforeSunset "operation-removed-before-sunset" Breaking "the operation was removed before its sunset";
    OperationRemovedAfterSunset "operation-removed-after-sunset" Compatible "the operation was removed after its sunset";
    OperationDeprecated "operation-deprecated" Compatible "the operation became deprecated, with a date of sunset";
    OperationDeprecatedWithoutSunset "operation-deprecated-without-sunset" Compatible "the operation became deprecated, without a date of sunset";
    OperationReactivated "operation-reactivated" Compatible "the operation is no longer deprecated";
    OperationSunsetAdded "operation-sunset-added" Compatible "a date of sunset was added";
    OperationSunsetRemoved "operation-sunset-removed" Risky "the date of sunset was removed, and the operation is still deprecated";
    OperationSunsetEarlier "operation-sunset-moved-earlier" Risky "the sunset comes earlier";
    OperationSunsetLater "operation-sunset-moved-later" Compatible "the sunset comes later";
    OperationSunsetPassed "operation-sunset-passed" Risky "the new date of sunset has passed already";
    OperationSunsetInvalid "operation-sunset-invalid" Risky "the new date of sunset is no date";
    OperationStabilityDecreased "operation-stability-decreased" Risky "the operation became less stable";
    OperationStabilityIncreased "operation-stability-increased" Compatible "the operation became more stable";
    OperationStabilityInvalid "operation-stability-invalid" Risky "the new stability level is none that is known";
    OperationIdAdded "operation-id-added" Compatible "an operationId was added";
    OperationIdRemoved "operation-id-removed" Risky "the operationId was removed";
    OperationIdChanged "operation-id-changed" Risky "the operationId is another one";
    OperationTagAdded "operation-tag-added" Compatible "a tag was added";
    OperationTagRemoved "operation-tag-removed" Compatible "a tag was removed";
    PathParameterRenamed "path-parameter-renamed" Compatible "the path parameter has another name";
    PathParameterAdded "path-parameter-added" Compatible "the path parameter became declared";
    PathParameterRemoved "path-parameter-removed" Compatible "the path parameter is no longer declared";
    PathParameterStyleChanged "path-parameter-style-changed" Breaking "the value is written in another style";
    PathParameterExplodeChanged "path-parameter-explode-changed" Breaking "items or members are written in another way (explode)";
    PathParameterContentChanged "path-parameter-content-changed" Breaking "the value is written in another media type, or as one no more";
    QueryParameterAdded "query-parameter-added" Compatible "an optional parameter was added";
    QueryParameterAddedRequired "query-parameter-added-required" Breaking "a required parameter was added";
    QueryParameterAddedRequiredWithDefault "query-parameter-added-required-with-default" Risky "a required parameter with a default was added";
    QueryParameterRemoved "query-parameter-removed" Risky "the parameter was removed";
    QueryParameterRemovedDeprecated "query-parameter-removed-with-deprecation" Compatible "the parameter was removed after it had been deprecated";
    QueryParameterRemovedBeforeSunset "query-parameter-removed-before-sunset" Risky "the parameter was removed before its sunset";
    QueryParameterBecameRequired "query-parameter-became-required" Breaking "the parameter became required";
    QueryParameterBecameOptional "query-parameter-became-optional" Compatible "the parameter became optional";
    QueryParameterStyleChanged "query-parameter-style-changed" Breaking "the value is written in another style";
    QueryParameterExplodeChanged "query-parameter-explode-changed" Breaking "items or members are written in another way (explode)";
    QueryParameterContentChanged "query-parameter-content-changed" Breaking "the value is written in another media type, or as one no more";
    QueryParameterAllowReservedAdded "query-parameter-allow-reserved-added" Compatible "reserved characters may stand unescaped now";
    QueryParameterAllowReservedRemoved "query-parameter-allow-reserved-removed" Breaking "reserved characters must be escaped now";
    QueryParameterAllowEmptyAdded "query-parameter-allow-empty-value-added" Compatible "an empty value became allowed";
    QueryParameterAllowEmptyRemoved "query-parameter-allow-empty-value-removed" Breaking "an empty value is no longer allowed";
    QueryParameterSunsetRemoved "query-parameter-sunset-removed" Risky "the date of sunset was removed, and the parameter is still deprecated";
    QueryParameterSunsetEarlier "query-parameter-sunset-moved-earlier" Risky "the sunset comes earlier";
    QueryParameterSunsetLater "query-parameter-sunset-moved-later" Compatible "the sunset comes later";
    HeaderParameterAdded "header-parameter-added" Compatible "an optional header was added";
    HeaderParameterAddedRequired "header-parameter-added-required" Breaking "a required header was added";
    HeaderParameterAddedRequiredWithDefault "header-parameter-added-required-with-default" Risky "a required header with a default was added";
    HeaderParameterRemoved "header-parameter-removed" Risky "the header was removed";
    HeaderParameterRemovedDeprecated "header-parameter-removed-with-deprecation" Compatible "the header was removed after it had been deprecated";
    HeaderParameterRemovedBeforeSunset "header-parameter-removed-before-sunset" Risky "the header was removed before its sunset";
    HeaderParameterBecameRequired "header-parameter-became-required" Breaking "the header became required";
    HeaderParameterBecameOptional "header-parameter-became-optional" Compatible "the header became optional";
    HeaderParameterStyleChanged "header-parameter-style-changed" Breaking "the value is written in another style";
    HeaderParameterExplodeChanged "header-parameter-explode-changed" Breaking "items or members are written in another way (explode)";
    HeaderParameterContentChanged "header-parameter-content-changed" Breaking "the value is written in another media type, or as one no more";
    HeaderParameterSunsetRemoved "header-parameter-sunset-removed" Risky "the date of sunset was removed, and the header is still deprecated";
    HeaderParameterSunsetEarlier "header-parameter-sunset-moved-earlier" Risky "the sunset comes earlier";
    HeaderParameterSunsetLater "header-parameter-sunset-moved-later" Compatible "the sunset comes later";
    CookieParameterAdded "cookie-parameter-added" Compatible "an optional cookie was added";
    CookieParameterAddedRequired "cookie-parameter-added-required" Breaking "a required cookie was added";
    CookieParameterAddedRequiredWithDefault "cookie-parameter-added-required-with-default" Risky "a required cookie with a default was added";
    CookieParameterRemoved "cookie-parameter-removed" Risky "the cookie was removed";
    CookieParameterRemovedDeprecated "cookie-parameter-removed-with-deprecation" Compatible "the cookie was removed after it had been deprecated";
    CookieParameterRemovedBeforeSunset "cookie-parameter-removed-before-sunset" Risky "the cookie was removed before its sunset";
    CookieParameterBecameRequired "cookie-parameter-became-required" Breaking "the cookie became required";
    CookieParameterBecameOptional "cookie-parameter-became-optional" Compatible "the cookie became optional";
    CookieParameterStyleChanged "cookie-parameter-style-changed" Breaking "the value is written in another style";
    CookieParameterExplodeChanged "cookie-parameter-explode-changed" Breaking "items or members are written in another way (explode)";
    CookieParameterContentChanged "cookie-parameter-content-changed" Breaking "the value is written in another media type, or as one no more";
    CookieParameterSunsetRemoved "cookie-parameter-sunset-removed" Risky "the date of sunset was removed, and the cookie is still deprecated";
    CookieParameterSunsetEarlier "cookie-parameter-sunset-moved-earlier" Risky "the sunset comes earlier";
    CookieParameterSunsetLater "cookie-parameter-sunset-moved-later" Compatible "the sunset comes later";
    RequestBodyAdded "request-body-added" Compatible "an optional body was added";
    RequestBodyAddedRequired "request-body-added-required" Breaking "a required body was added";
    RequestBodyRemoved "request-body-removed" Risky "the body was removed";
    RequestBodyBecameRequired "request-body-became-required" Breaking "the body became required";
    RequestBodyBecameOptional "request-body-became-optional" Compatible "the body became optional";
    RequestMediaTypeAdded "request-media-type-added" Compatible "a media type was added";
    RequestMediaTypeRemoved "request-media-type-removed" Breaking "a media type was removed";
    RequestMediaTypeWidened "request-media-type-widened" Compatible "the range of media types is wider";
    RequestMediaTypeNarrowed "request-media-type-narrowed" Breaking "the range of media types is narrower";
    RequestEncodingContentTypeChanged "request-encoding-content-type-changed" Risky "a field of a form is written in another media type";
    RequestEncodingStyleChanged "request-encoding-style-changed" Breaking "a field of a form is written in another style";
    ResponseSuccessStatusAdded "response-success-status-added" Risky "a status of success was added";
    ResponseSuccessStatusRemoved "response-success-status-removed" Breaking "a status of success was removed";
    ResponseOtherStatusAdded "response-redirect-status-added" Risky "an informational or redirecting status was added";
    ResponseOtherStatusRemoved "response-redirect-status-removed" Risky "an informational or redirecting status was removed";
    ResponseErrorStatusAdded "response-error-status-added" Compatible "a status of an error was added";
    ResponseErrorStatusRemoved "response-error-status-removed" Compatible "a status of an error was removed";
    ResponseDefaultAdded "response-default-added" Compatible "a response for all other statuses was added";
    ResponseDefaultRemoved "response-default-removed" Compatible "the response for all other statuses was removed";
    ResponseStatusWidened "response-status-widened" Risky "one response stands for more statuses";
    ResponseStatusNarrowed "response-status-narrowed" Compatible "the response stands for fewer statuses";
    ResponseBodyAdded "response-body-added" Compatible "the response got a body";
    ResponseBodyRemoved "response-body-removed" Breaking "the response lost its body";
    ResponseMediaTypeAdded "response-media-type-added" Compatible "a media type was added";
    ResponseMediaTypeRemoved "response-media-type-removed" Breaking "a media type was removed";
    ResponseMediaTypeWidened "response-media-type-widened" Risky "the range of media types is wider";
    ResponseMediaTypeNarrowed "response-media-type-narrowed" Compatible "the range of media types is narrower";
    ResponseHeaderAdded "response-header-added" Compatible "a header was added";
    ResponseHeaderRemoved "response-header-removed" Risky "an optional header was removed";
    ResponseHeaderRemovedRequired "response-header-removed-required" Breaking "a required header was removed";
    ResponseHeaderBecameRequired "response-header-became-required" Compatible "the header became required";
    ResponseHeaderBecameOptional "response-header-became-optional" Breaking "the header became optional";
    ResponseLinkAdded "response-link-added" Compatible "a link was added";
    ResponseLinkRemoved "response-link-removed" Risky "a link was removed";
    ResponseLinkChanged "response-link-changed" Risky "a link leads elsewhere, or with other parameters";
    SecurityBecameRequired "security-became-required" Breaking "callers must authenticate now";
    SecurityBecameOptional "security-became-optional" Compatible "callers may authenticate, and need not any more";
    SecurityRemoved "security-removed" Compatible "callers need not authenticate any more";
    SecurityRequirementAdded "security-requirement-added" Compatible "another way to authenticate was added";
    SecurityRequirementRemoved "security-requirement-removed" Breaking "a way to authenticate was removed";
    SecurityRequirementExtended "security-requirement-extended" Breaking "a way to authenticate needs one more scheme";
    SecurityRequirementReduced "security-requirement-reduced" Compatible "a way to authenticate needs one scheme less";
    SecurityScopeAdded "security-scope-added" Breaking "one more scope is needed";
    SecurityScopeRemoved "security-scope-removed" Compatible "a scope is no longer needed";
    SchemeAdded "security-scheme-added" Compatible "a security scheme was declared";
    SchemeRemoved "security-scheme-removed" Compatible "a security scheme is no longer declared";
    SchemeTypeChanged "security-scheme-type-changed" Breaking "the security scheme is of another type";
    SchemeKeyNameChanged "security-scheme-key-name-changed" Breaking "the API key has another name";
    SchemeKeyLocationChanged "security-scheme-key-location-changed" Breaking "the API key stands elsewhere";
    SchemeHttpChanged "security-scheme-http-scheme-changed" Breaking "the HTTP authentication is another one";
    SchemeBearerFormatChanged "security-scheme-bearer-format-changed" Risky "the format of the bearer token is another one";
    SchemeOpenIdUrlChanged "security-scheme-openid-url-changed" Risky "the address of OpenID Connect discovery is another one";
    SchemeFlowAdded "security-scheme-oauth-flow-added" Compatible "an OAuth flow was added";
    SchemeFlowRemoved "security-scheme-oauth-flow-removed" Breaking "an OAuth flow was removed";
    SchemeAuthorizationUrlChanged "security-scheme-oauth-authorization-url-changed" Risky "the address where the user agrees is another one";
    SchemeTokenUrlChanged "security-scheme-oauth-token-url-changed" Risky "the address that tokens come from is another one";
    SchemeRefreshUrlChanged "security-scheme-oauth-refresh-url-changed" Risky "the address that refreshed tokens come from is another one";
    SchemeScopeAdded "security-scheme-oauth-scope-added" Compatible "a scope was declared";
    SchemeScopeRemoved "security-scheme-oauth-scope-removed" Risky "a scope is no longer declared";
    ServerAdded "server-added" Compatible "a server was added";
    ServerRemoved "server-removed" Risky "a server was removed";
    ServersReplaced "servers-replaced" Breaking "none of the servers is left";
    OperationServerAdded "operation-server-added" Compatible "a server of the operation was added";
    OperationServerRemoved "operation-server-removed" Risky "a server of the operation was removed";
    ServerVariableValueAdded "server-variable-value-added" Compatible "a server's variable may have one more value";
    ServerVariableValueRemoved "server-variable-value-removed" Breaking "a server's variable may have a value no more";
    TagAdded "tag-added" Compatible "a tag was declared";
    TagRemoved "tag-removed" Compatible "a tag is no longer declared";
    VersionDecreased "contract-version-decreased" Risky "the contract's version went down";
    WebhookAdded "webhook-added" Compatible "a webhook was added";
    WebhookRemoved "webhook-removed" Risky "a webhook was removed";
    CallbackAdded "callback-added" Compatible "a callback was added";
    CallbackRemoved "callback-removed" Risky "a callback was removed";
    WebhookParameterAdded "webhook-parameter-added" Compatible "a parameter was added";
    WebhookParameterRemoved "webhook-parameter-removed" Risky "an optional parameter was removed";
    WebhookParameterRemovedRequired "webhook-parameter-removed-required" Breaking "a required parameter was removed";
    WebhookParameterBecameRequired "webhook-parameter-became-required" Compatible "the parameter became required";
    WebhookParameterBecameOptional "webhook-parameter-became-optional" Breaking "the parameter became optional";
    WebhookParameterStyleChanged "webhook-parameter-style-changed" Breaking "the value is written in another style, or as another media type";
    WebhookBodyAdded "webhook-request-body-added" Compatible "a body was added";
    WebhookBodyRemoved "webhook-request-body-removed" Breaking "the body was removed";
    WebhookBodyBecameRequired "webhook-request-body-became-required" Compatible "the body became required";
    WebhookBodyBecameOptional "webhook-request-body-became-optional" Breaking "the body became optional";
    WebhookMediaTypeAdded "webhook-request-media-type-added" Risky "a media type was added";
    WebhookMediaTypeRemoved "webhook-request-media-type-removed" Compatible "a media type was removed";
    WebhookMediaTypeWidened "webhook-request-media-type-widened" Risky "the range of media types is wider";
    WebhookMediaTypeNarrowed "webhook-request-media-type-narrowed" Compatible "the range of media types is narrower";
    WebhookStatusAdded "webhook-response-status-added" Compatible "one more status may be answered";
    WebhookStatusRemoved "webhook-response-status-removed" Risky "a status can no longer be answered";
    WebhookStatusWidened "webhook-response-status-widened" Compatible "more statuses may be answered";
    WebhookStatusNarrowed "webhook-response-status-narrowed" Risky "fewer statuses may be answered";
    WebhookAnswerAdded "webhook-response-body-added" Risky "the answer got a body";
    WebhookAnswerRemoved "webhook-response-body-removed" Compatible "the answer lost its body";
    WebhookAnswerMediaTypeAdded "webhook-response-media-type-added" Compatible "a media type may be answered";
    WebhookAnswerMediaTypeRemoved "webhook-response-media-type-removed" Breaking "a media type can no longer be answered";
    WebhookAnswerMediaTypeWidened "webhook-response-media-type-widened" Compatible "the range of media types is wider";
    WebhookAnswerMediaTypeNarrowed "webhook-response-media-type-narrowed" Breaking "the range of media types is narrower";
    Incomplete "comparison-incomplete" Risky "the contracts are too large or too deep: a part was not compared";
}

impl Structure {
    /// The change with the id that a place and a word make together.
    pub(crate) fn named(base: &str, word: &str) -> Option<Structure> {
        let id = |structure: &&Structure| {
            structure.id().strip_prefix(base).and_then(|rest| rest.strip_prefix('-')) == Some(word)
        };
        Structure::ALL.iter().find(id).copied()
    }
}

/// One kind of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its id; once published it never changes meaning.
    pub id: Cow<'static, str>,
    /// What it means to clients.
    pub level: Level,
    /// What has changed, in a clause.
    pub what: Cow<'static, str>,
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Structure(Structure),
    Keyword(Base, Keyword),
}

/// Every kind of change with its place in the list of [`checks`].
static CHECKS: OnceLock<(Vec<Check>, HashMap<Kind, usize>)> = OnceLock::new();

fn catalogue() -> &'static (Vec<Check>, HashMap<Kind, usize>) {
    CHECKS.get_or_init(|| {
        let mut checks = Vec::new();
        let mut at = HashMap::new();
        for structure in Structure::ALL {
            at.insert(Kind::Structure(*structure), checks.len());
            checks.push(Check { id: structure.id().into(), level: structure.level(), what: structure.what().into() });
        }
        for base in Base::ALL {
            for keyword in Keyword::ALL.iter().filter(|keyword| keyword.fits(base)) {
                at.insert(Kind::Keyword(base, *keyword), checks.len());
                checks.push(Check {
                    id: format!("{}-{}", base.id(), keyword.id()).into(),
                    level: keyword.level(base.way()),
                    what: format!("{}, {}", keyword.what(), base.words()).into(),
                });
            }
        }
        (checks, at)
    })
}

/// Every kind of change there is.
pub fn checks() -> &'static [Check] {
    &catalogue().0
}

impl Kind {
    pub(crate) fn check(self) -> Option<&'static Check> {
        let (checks, at) = catalogue();
        checks.get(*at.get(&self)?)
    }

    pub(crate) fn what(self) -> &'static str {
        match self {
            Kind::Structure(structure) => structure.what(),
            Kind::Keyword(_, keyword) => keyword.what(),
        }
    }
}
