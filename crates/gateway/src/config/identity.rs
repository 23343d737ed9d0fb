//! Who may call, in the gateway's file: the files it names.

use super::read_file;
use super::reader::Reader;
use palisade_document::NodeRef;
use palisade_guard::identity::{Identity, KeySet};

impl<'a> Reader<'a> {
    /// Resolves the files that an identity names, and tells those that cannot be used.
    pub(super) fn identity_files(&mut self, node: NodeRef<'a>, identity: &mut Identity) {
        let issuers = node.get("issuers").into_iter().flat_map(NodeRef::items);
        for (place, issuer) in issuers.zip(&mut identity.issuers) {
            let jwks = |bytes: &[u8]| KeySet::jwks(bytes).map(drop).map_err(|error| error.to_string());
            let secret = |bytes: &[u8]| KeySet::secret(bytes).map(drop).map_err(|error| error.to_string());
            self.identity_file(place, "jwks_file", issuer.jwks_file.as_mut(), jwks);
            self.identity_file(place, "hs_secret_file", issuer.hs_secret_file.as_mut(), secret);
            self.identity_file(place, "ca_file", issuer.ca_file.as_mut(), |_| Ok(()));
        }
        let endpoints = node.get("introspection").into_iter().flat_map(NodeRef::items);
        for (place, endpoint) in endpoints.zip(&mut identity.introspection) {
            self.identity_file(place, "client_secret_file", Some(&mut endpoint.client_secret_file), |_| Ok(()));
            self.identity_file(place, "ca_file", endpoint.ca_file.as_mut(), |_| Ok(()));
        }
    }

    fn identity_file(
        &mut self,
        node: NodeRef<'a>,
        key: &str,
        name: Option<&mut String>,
        judge: impl Fn(&[u8]) -> Result<(), String>,
    ) {
        let (Some(name), Some(place)) = (name.filter(|name| !name.is_empty()), node.get(key)) else { return };
        let path = self.resolve(name);
        match read_file(&path) {
            Ok(bytes) => {
                if let Err(message) = judge(&bytes) {
                    self.error(place.span().start, format!("{}: {message}", path.display()));
                }
            }
            Err(message) => self.error(place.span().start, message),
        }
        *name = path.display().to_string();
    }
}
