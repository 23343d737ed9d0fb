//! Security schemes and requirements.

use super::{Loader, code};
use crate::model::{Location, OAuthFlow, SecurityKind, SecurityRequirement, SecurityScheme, Version};
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

impl<'a> Loader<'a> {
    /// `security`. `None`: not declared, or not a list.
    pub(super) fn requirements(&mut self, holder: NodeRef<'a>) -> Option<Vec<SecurityRequirement>> {
        let list = self.array(holder, "security")?;
        let mut requirements = Vec::new();
        for item in list.items() {
            if !item.is_object() {
                self.wrong_type(item, "a security requirement", "an object");
                continue;
            }
            if !self.part(item) {
                break;
            }
            let mut schemes = Vec::new();
            for member in item.members() {
                let scopes = match member.value.is_array() {
                    true => member.value.items().filter_map(|scope| scope.as_str()).map(str::to_owned).collect(),
                    false => {
                        self.wrong_type(member.value, "the scopes of a security requirement", "an array");
                        Vec::new()
                    }
                };
                schemes.push((member.key.to_owned(), scopes));
            }
            requirements.push(SecurityRequirement { schemes, node: item.id() });
        }
        Some(requirements)
    }

    pub(super) fn security_schemes(&mut self, holder: NodeRef<'a>, key: &str) -> Vec<SecurityScheme> {
        let mut schemes = Vec::new();
        for (member, node) in self.map(holder, key) {
            if node.get("type").is_none() {
                self.missing(node, "a security scheme's `type`");
            }
            let kind = self.security_kind(node);
            schemes.push(SecurityScheme { name: member.key.to_owned(), kind, node: node.id() });
        }
        schemes
    }

    fn security_kind(&mut self, node: NodeRef<'a>) -> SecurityKind {
        let old = self.version == Version::V2_0;
        match self.text(node, "type").unwrap_or_default() {
            "basic" if old => SecurityKind::Http { scheme: "basic".to_owned(), bearer_format: None },
            "apiKey" => {
                let location = match self.text(node, "in") {
                    Some("query") => Location::Query,
                    Some("cookie") if !old => Location::Cookie,
                    Some("header") => Location::Header,
                    other => {
                        let message = format!("an API key cannot stand in {}", quote(other.unwrap_or_default()));
                        self.problem(node.get("in").unwrap_or(node), code::UNKNOWN_VALUE, Severity::Medium, message);
                        return SecurityKind::Unknown("apiKey".to_owned());
                    }
                };
                SecurityKind::ApiKey { name: self.string(node, "name").unwrap_or_default(), location }
            }
            "http" if !old => SecurityKind::Http {
                scheme: self.text(node, "scheme").unwrap_or_default().to_ascii_lowercase(),
                bearer_format: self.string(node, "bearerFormat"),
            },
            "oauth2" => {
                let flows = match old {
                    true => vec![self.old_flow(node)],
                    false => self.map(node, "flows").into_iter().map(|(m, node)| self.flow(m.key, node)).collect(),
                };
                SecurityKind::OAuth2 { flows }
            }
            "openIdConnect" if !old => {
                SecurityKind::OpenIdConnect { url: self.string(node, "openIdConnectUrl").unwrap_or_default() }
            }
            "mutualTLS" if self.version >= Version::V3_1 => SecurityKind::MutualTls,
            other => {
                if let Some(at) = node.get("type").filter(|at| at.as_str().is_some()) {
                    let message = format!("OpenAPI {} knows no security scheme of type {}", self.version, quote(other));
                    self.problem(at, code::UNKNOWN_VALUE, Severity::Medium, message);
                }
                SecurityKind::Unknown(other.to_owned())
            }
        }
    }

    fn old_flow(&mut self, node: NodeRef<'a>) -> OAuthFlow {
        let kind = match self.text(node, "flow").unwrap_or_default() {
            "application" => "clientCredentials",
            "accessCode" => "authorizationCode",
            other => other,
        };
        self.flow(kind, node)
    }

    fn flow(&mut self, kind: &str, node: NodeRef<'a>) -> OAuthFlow {
        let scopes = self.object(node, "scopes");
        OAuthFlow {
            kind: kind.to_owned(),
            authorization_url: self.string(node, "authorizationUrl"),
            token_url: self.string(node, "tokenUrl"),
            scopes: scopes.map_or_else(Vec::new, |map| map.members().map(|scope| scope.key.to_owned()).collect()),
            node: node.id(),
        }
    }
}
