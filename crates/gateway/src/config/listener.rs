//! The listeners of the gateway's file.

use super::reader::Reader;
use crate::listener::{Listener, Protocols};
use crate::tls::{ClientAuth, IdentityError, ListenerTls, MinVersion, NamedIdentity, certified, names_of, roots};
use palisade_document::{NodeRef, quote};
use palisade_guard::TlsIdentity;

impl<'a> Reader<'a> {
    pub(super) fn listeners(&mut self, root: NodeRef<'a>) -> Vec<Listener> {
        let mut listeners: Vec<Listener> = Vec::new();
        for node in self.list(root, "listeners") {
            if !node.is_object() {
                self.wrong(node, "listener", "a mapping with `address`");
                continue;
            }
            self.known(node, &["address", "tls", "protocols", "on_error"]);
            let address = self.required(node, "address");
            let protocols = self.protocols(node);
            let tls = node.get("tls").map(|tls| self.listener_tls(tls));
            let on_error = self.on_error(node);
            let Some((text, place)) = address else { continue };
            match text.parse() {
                Ok(address) if listeners.iter().any(|other| other.address == address && address.port() != 0) => {
                    self.error(place.span().start, format!("{} is listed twice", quote(&text)));
                }
                Ok(address) => listeners.push(Listener { address, tls: tls.flatten(), protocols, on_error }),
                Err(_) => {
                    let message = format!("{} is not ADDRESS:PORT, for example 127.0.0.1:8601", quote(&text));
                    self.error(place.span().start, message);
                }
            }
        }
        listeners
    }

    fn protocols(&mut self, listener: NodeRef<'a>) -> Protocols {
        let Some(node) = listener.get("protocols") else { return Protocols::default() };
        let mut protocols = Protocols { http1: false, http2: false };
        for item in self.list(listener, "protocols") {
            match item.as_str() {
                Some("http/1.1") => protocols.http1 = true,
                Some("h2") => protocols.http2 = true,
                Some(other) => {
                    let message = format!("{} is not a protocol: it is `http/1.1` or `h2`", quote(other));
                    self.error(item.span().start, message);
                }
                None => self.wrong(item, "protocol", "a string"),
            }
        }
        if node.is_array() && node.items().next().is_none() {
            self.error(node.span().start, "`protocols` is empty: leave it out for `[http/1.1, h2]`");
        }
        protocols
    }

    fn listener_tls(&mut self, node: NodeRef<'a>) -> Option<ListenerTls> {
        if !node.is_object() {
            self.wrong(node, "tls", "a mapping with `certificate` and `key`");
            return None;
        }
        self.known(node, &["certificate", "key", "more", "client_ca", "client_auth", "min_version"]);
        let identity = self.identity(node);
        let mut more = Vec::new();
        for item in self.list(node, "more") {
            if !item.is_object() {
                self.wrong(item, "more", "a list of mappings with `certificate` and `key`");
                continue;
            }
            self.known(item, &["hosts", "certificate", "key"]);
            let hosts = self.tls_hosts(item);
            if let Some(identity) = self.identity(item) {
                if hosts.is_empty() && item.get("hosts").is_none() && names_of(&identity).is_empty() {
                    let message = "the certificate names no host: say by `hosts` which ones it is for";
                    self.error(item.span().start, message);
                }
                more.push(NamedIdentity { hosts, identity });
            }
        }
        let client_ca = self.file(node, "client_ca");
        if let (Some(pem), Some(place)) = (&client_ca, node.get("client_ca"))
            && let Err(error) = roots(pem)
        {
            self.error(place.span().start, format!("`client_ca` cannot be used: {error}"));
        }
        let client_auth = match self.text(node, "client_auth") {
            None => ClientAuth::Required,
            Some((text, place)) => {
                if node.get("client_ca").is_none() {
                    let message = "`client_auth` needs a `client_ca`, which says whose certificates are good";
                    self.error(place.span().start, message);
                }
                match text.as_str() {
                    "required" => ClientAuth::Required,
                    "optional" => ClientAuth::Optional,
                    _ => {
                        let message = format!("{} is neither `required` nor `optional`", quote(&text));
                        self.error(place.span().start, message);
                        ClientAuth::Required
                    }
                }
            }
        };
        let min_version = match node.get("min_version").map(|version| (version.scalar_text(), version)) {
            None | Some(("1.2", _)) => MinVersion::Tls12,
            Some(("1.3", _)) => MinVersion::Tls13,
            Some((_, place)) => {
                self.error(place.span().start, "`min_version` is `\"1.2\"` or `\"1.3\"`");
                MinVersion::Tls12
            }
        };
        Some(ListenerTls { identity: identity?, more, client_ca, client_auth, min_version })
    }

    fn tls_hosts(&mut self, node: NodeRef<'a>) -> Vec<String> {
        let mut hosts = Vec::new();
        for host in self.list(node, "hosts") {
            match host.as_str() {
                Some(text) if text != "*" && super::host_pattern_is_valid(text) => {
                    hosts.push(text.to_ascii_lowercase())
                }
                Some(text) => {
                    let message = format!("{} is not a host or `*.DOMAIN` (without port)", quote(text));
                    self.error(host.span().start, message);
                }
                None => self.wrong(host, "host", "a string"),
            }
        }
        hosts
    }

    /// The files that `certificate` and `key` name, checked to belong together.
    pub(super) fn identity(&mut self, node: NodeRef<'a>) -> Option<TlsIdentity> {
        for key in ["certificate", "key"] {
            if node.get(key).is_none() {
                self.error(node.span().start, format!("`{key}` is missing"));
            }
        }
        let (certificate, key) = (self.file(node, "certificate"), self.file(node, "key"));
        let identity = TlsIdentity { certificate: certificate?, key: key? };
        if let Err(error) = certified(&identity) {
            let name = if matches!(error, IdentityError::Certificate(_)) { "certificate" } else { "key" };
            if let Some(place) = node.get(name) {
                self.error(place.span().start, format!("`{name}` cannot be used: {error}"));
            }
            return None;
        }
        Some(identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn load(dir: &tempfile::TempDir, tls: &str) -> Result<Config, String> {
        let path = dir.path().join("gateway.yaml");
        let text = format!(
            "listeners:\n  - address: 127.0.0.1:1\n{tls}apis:\n  - {{name: shop, upstream: http://127.0.0.1:2}}\n"
        );
        std::fs::write(&path, text).unwrap();
        Config::load(&path).map_err(|errors| {
            let lines: Vec<String> =
                errors.iter().map(|error| format!("{}:{} {}", error.line, error.column, error.message)).collect();
            lines.join("\n").replace(&dir.path().display().to_string(), "DIR")
        })
    }

    fn place() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["one", "two"] {
            let signed = rcgen::generate_simple_self_signed(vec![format!("{name}.test")]).unwrap();
            std::fs::write(dir.path().join(format!("{name}.pem")), signed.cert.pem()).unwrap();
            std::fs::write(dir.path().join(format!("{name}.key")), signed.signing_key.serialize_pem()).unwrap();
        }
        dir
    }

    #[test]
    fn a_listener_with_everything_is_read() {
        let config = load(
            &place(),
            "    protocols: [h2]\n    tls:\n      certificate: one.pem\n      key: one.key\n      more:\n        \
             - {certificate: two.pem, key: two.key}\n        - {hosts: [\"*.A.test\"], certificate: two.pem, key: two.key}\n      \
             client_ca: two.pem\n      client_auth: optional\n      min_version: \"1.3\"\n",
        )
        .unwrap();
        assert_eq!(config.files.len(), 8, "a change of any certificate is noticed: {:?}", config.files);
        let listener = &config.listeners[0];
        assert_eq!(listener.protocols, Protocols { http1: false, http2: true });
        let tls = listener.tls.as_ref().unwrap();
        assert_eq!((tls.client_auth, tls.min_version), (ClientAuth::Optional, MinVersion::Tls13));
        assert_eq!(tls.more[1].hosts, ["*.a.test"]);
        assert!(crate::Front::new(listener).is_ok());
    }

    #[test]
    fn every_mistake_has_its_place() {
        let dir = place();
        let tls =
            |lines: &str| load(&dir, &format!("    tls:\n      {}\n", lines.replace('\n', "\n      "))).unwrap_err();
        assert_eq!(tls("certificate: one.pem"), "4:7 `key` is missing");
        assert_eq!(
            tls("certificate: one.pem\nkey: two.key"),
            "5:12 `key` cannot be used: the private key does not belong to the certificate"
        );
        assert_eq!(
            tls("certificate: one.key\nkey: one.pem\nmin_version: 1.1\nclient_auth: maybe"),
            "4:20 `certificate` cannot be used: it holds no certificate in PEM\n\
             6:20 `min_version` is `\"1.2\"` or `\"1.3\"`\n\
             7:20 `client_auth` needs a `client_ca`, which says whose certificates are good\n\
             7:20 \"maybe\" is neither `required` nor `optional`"
        );
        assert_eq!(
            tls(
                "certificate: gone.pem\nkey: one.key\nclient_ca: one.key\nmore: [{hosts: [\"*\"], certificate: one.pem, key: one.key}]"
            ),
            "4:20 cannot read DIR/gone.pem: No such file or directory (os error 2)\n\
             6:18 `client_ca` cannot be used: it holds no certificate in PEM\n\
             7:23 \"*\" is not a host or `*.DOMAIN` (without port)"
        );
        assert_eq!(
            load(&dir, "    protocols: [h3]\n").unwrap_err(),
            "3:17 \"h3\" is not a protocol: it is `http/1.1` or `h2`"
        );
        assert!(load(&dir, "    protocols: []\n").unwrap_err().contains("is empty"));
    }
}
