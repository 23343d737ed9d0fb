//! What callers must show: the security requirements of operations, their schemes resolved.

use crate::model::{Contract, Location, Operation, SecurityKind};
use std::sync::Arc;

/// One scheme of a requirement, with what the contract asks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeUse {
    /// The name the contract gives the scheme.
    pub name: String,
    /// What the scheme is; `Unknown` with an empty word where the contract declares no scheme of this name.
    pub kind: Arc<SecurityKind>,
    /// The scopes (or, of 3.1, roles) that are needed, as written.
    pub scopes: Vec<String>,
}

/// Where a credential stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carrier<'s> {
    /// [`Location::Header`], [`Location::Query`] or [`Location::Cookie`].
    pub location: Location,
    /// The name there; of header fields letter case does not count.
    pub name: &'s str,
    /// The authentication scheme that the value begins with (RFC 9110 section 11.4), in lower case: `bearer`, `basic`.
    /// `None` where the whole value is the credential.
    pub scheme: Option<&'s str>,
}

impl SchemeUse {
    /// Where the credential stands; `None` for a client certificate and for what no version knows. `OAuth` 2 and OpenID
    /// Connect tokens are bearer tokens (RFC 6750).
    pub fn carrier(&self) -> Option<Carrier<'_>> {
        carrier(&self.kind)
    }
}

pub(super) fn carrier(kind: &SecurityKind) -> Option<Carrier<'_>> {
    let authorization = |scheme| Some(Carrier { location: Location::Header, name: "authorization", scheme });
    match kind {
        SecurityKind::ApiKey { name, location } => Some(Carrier { location: *location, name, scheme: None }),
        SecurityKind::Http { scheme, .. } => authorization(Some(scheme.as_str())),
        SecurityKind::OAuth2 { .. } | SecurityKind::OpenIdConnect { .. } => authorization(Some("bearer")),
        SecurityKind::MutualTls | SecurityKind::Unknown(_) => None,
    }
}

/// Where any scheme of a contract has its credential: fields and parameters of these names need no declaration.
pub(super) fn credentials(contract: &Contract) -> Arc<[(Location, String)]> {
    let carriers = contract.security_schemes.iter().filter_map(|scheme| carrier(&scheme.kind));
    carriers.map(|carrier| (carrier.location, carrier.name.to_owned())).collect()
}

/// The kinds of a contract's schemes, shared by the operations that use them.
pub(super) struct Kinds(Vec<(String, Arc<SecurityKind>)>);

impl Kinds {
    pub(super) fn of(contract: &Contract) -> Self {
        let schemes = contract.security_schemes.iter();
        Kinds(schemes.map(|scheme| (scheme.name.clone(), Arc::new(scheme.kind.clone()))).collect())
    }

    pub(super) fn alternatives(&self, contract: &Contract, operation: &Operation) -> Vec<Vec<SchemeUse>> {
        let one = |(name, scopes): &(String, Vec<String>)| {
            let declared = self.0.iter().find(|(known, _)| known == name);
            let kind =
                declared.map_or_else(|| Arc::new(SecurityKind::Unknown(String::new())), |(_, kind)| kind.clone());
            SchemeUse { name: name.clone(), kind, scopes: scopes.clone() }
        };
        let requirements = contract.security_of(operation).iter();
        requirements.map(|requirement| requirement.schemes.iter().map(one).collect()).collect()
    }
}
