//! What each endpoint asks for.
//!
//! [`access`] is the one table: everything below `/api/` needs at least a viewer to read and an admin to change,
//! unless it stands there otherwise. A path the table does not know is no exception.

use crate::types::Role;
use http::Method;
use palisade_store::DEFAULT_PROJECT;

/// What an endpoint asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Any credential.
    AnyRole,
    /// Viewer, developer, analyst or admin.
    Viewer,
    /// Developer, analyst or admin.
    Developer,
    /// Analyst or admin.
    Analyst,
    /// Admin.
    Admin,
    /// An admin of the default project, who administers the installation.
    Installation,
    /// Whoever may read, and ci.
    ReadJobs,
    /// Developer, analyst, admin, and ci.
    RunJobs,
    /// Gateway or admin.
    Gateway,
    /// Controller or admin.
    Controller,
    /// A trace source, and nobody else.
    TraceSource,
}

impl Access {
    /// True when `role` may pass; what the installation asks for besides, [`Access::in_project`] says.
    pub fn allows(self, role: Option<Role>) -> bool {
        let Some(role) = role else { return self == Access::Public };
        match self {
            Access::Public | Access::AnyRole => true,
            Access::Viewer => role.includes(Role::Viewer),
            Access::Developer => role.includes(Role::Developer),
            Access::Analyst => role.includes(Role::Analyst),
            Access::Admin | Access::Installation => role == Role::Admin,
            Access::ReadJobs => role == Role::Ci || role.includes(Role::Viewer),
            Access::RunJobs => role == Role::Ci || role.includes(Role::Developer),
            Access::Gateway => matches!(role, Role::Gateway | Role::Admin),
            Access::Controller => matches!(role, Role::Controller | Role::Admin),
            Access::TraceSource => false,
        }
    }

    /// True when it can be had in the project with this id.
    pub fn in_project(self, project: &str) -> bool {
        self != Access::Installation || project == DEFAULT_PROJECT
    }

    /// Who passes, in words.
    pub fn who(self) -> &'static str {
        match self {
            Access::Public | Access::AnyRole => "any role",
            Access::Viewer => "viewer, developer, analyst or admin",
            Access::Developer => "developer, analyst or admin",
            Access::Analyst => "analyst or admin",
            Access::Admin => "admin",
            Access::Installation => "admin of the default project",
            Access::ReadJobs => "ci, viewer, developer, analyst or admin",
            Access::RunJobs => "ci, developer, analyst or admin",
            Access::Gateway => "gateway or admin",
            Access::Controller => "controller or admin",
            Access::TraceSource => "the token of a trace source",
        }
    }
}

/// What a method on a path below `/api/` asks for.
pub fn access(method: &Method, path: &str) -> Access {
    if matches!(path, "/api/telemetry" | "/api/hostsToTrace" | "/api/control/newDiscoveredAPIs") {
        return Access::TraceSource;
    }
    let rest = path.strip_prefix("/api/v1/").unwrap_or("");
    let segments: Vec<&str> = rest.split('/').collect();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let known =
        matches!(*method, Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    let changes = known && !reads;
    match segments.as_slice() {
        // Who one is, and what is one's own.
        ["session"] if *method == Method::POST => Access::Public,
        ["session", "providers"] if reads => Access::Public,
        ["session"] => Access::AnyRole,
        ["session", "password"] | ["sessions", ..] | ["keys", ..] if known => Access::Viewer,

        // Machines.
        ["gateway", ..] => Access::Gateway,
        ["controller", ..] => Access::Controller,

        // Work that is run.
        ["jobs", ..] if reads => Access::ReadJobs,
        ["jobs", ..] if changes => Access::RunJobs,
        ["controllers", ..] | ["gates", ..] if reads => Access::ReadJobs,
        ["schedules", ..] if changes => Access::Developer,
        ["third-parties", _, "assessments", ..] if changes => Access::Developer,
        ["apis", _, "contract"] if *method == Method::PUT => Access::Developer,
        ["apis", _, "proposals", ..] if changes => Access::Developer,

        // Judgement.
        ["gates" | "findings" | "third-parties" | "network-lists" | "bans" | "events", ..] if changes => {
            Access::Analyst
        }
        ["apis", _, "contract" | "corrections" | "exceptions" | "findings" | "operations" | "protection", ..]
            if changes =>
        {
            Access::Analyst
        }
        ["apis", _] if *method == Method::PATCH => Access::Analyst,

        // What opens doors, and the installation.
        ["tokens" | "trace-sources" | "audit-log" | "audit", ..] => Access::Admin,
        ["users" | "oidc" | "vault" | "store", ..] => Access::Installation,
        ["projects", ..] if !reads => Access::Installation,

        _ if reads => Access::Viewer,
        _ => Access::Admin,
    }
}

/// True when the scopes of a key pair let a method on a path through: one of them names the area, which is the first
/// part of the path, or `*`, and `write` includes `read`. No scopes narrow nothing.
pub fn in_scope(scopes: &[String], method: &Method, path: &str) -> bool {
    let area = path.strip_prefix("/api/v1/").unwrap_or("").split('/').next().unwrap_or("");
    let reads = matches!(*method, Method::GET | Method::HEAD);
    // Who one is, everybody may ask.
    let itself = reads && path == "/api/v1/session";
    scopes.is_empty()
        || itself
        || scopes.iter().filter_map(|scope| scope.split_once(':')).any(|(wanted, right)| {
            (wanted == "*" || wanted == area) && (right == "write" || (right == "read" && reads))
        })
}

/// True when a text is a scope: `AREA:read`, `AREA:write`, with `*` for every area.
pub fn is_scope(text: &str) -> bool {
    let Some((area, right)) = text.split_once(':') else { return false };
    let plain = |area: &str| {
        (1..=40).contains(&area.len()) && area.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    (area == "*" || plain(area)) && matches!(right, "read" | "write")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_table_does_not_know_needs_an_admin_to_change() {
        assert_eq!(access(&Method::PUT, "/api/v1/brand-new"), Access::Admin);
        assert_eq!(access(&Method::GET, "/api/v1/brand-new"), Access::Viewer);
        assert_eq!(access(&Method::POST, "/api/v1/session/else"), Access::Admin);
        assert_eq!(access(&Method::POST, "/api/v1/session"), Access::Public);
        let brew = Method::from_bytes(b"BREW").unwrap();
        for path in ["apis", "jobs", "keys", "findings/x", "third-parties", "sessions", "gates/x", "schedules"] {
            assert_eq!(access(&brew, &format!("/api/v1/{path}")), Access::Admin, "{path}");
        }
    }

    #[test]
    fn machines_see_only_what_is_theirs() {
        for (role, own) in [(Role::Controller, "/api/v1/controller/x"), (Role::Gateway, "/api/v1/gateway/x")] {
            assert!(access(&Method::POST, own).allows(Some(role)));
            for path in ["/api/v1/apis", "/api/v1/jobs", "/api/v1/keys", "/api/v1/rules", "/api/v1/else"] {
                assert!(!access(&Method::GET, path).allows(Some(role)), "{path}");
                assert!(!access(&Method::POST, path).allows(Some(role)), "{path}");
            }
        }
        assert!(!access(&Method::GET, "/api/v1/gateway/x").allows(Some(Role::Controller)));
    }

    #[test]
    fn scopes_narrow() {
        let scopes = |list: &[&str]| list.iter().map(|&scope| scope.to_owned()).collect::<Vec<_>>();
        let jobs = scopes(&["jobs:write", "gates:read"]);
        assert!(in_scope(&jobs, &Method::POST, "/api/v1/jobs") && in_scope(&jobs, &Method::GET, "/api/v1/jobs/7/log"));
        assert!(in_scope(&jobs, &Method::GET, "/api/v1/gates") && !in_scope(&jobs, &Method::PUT, "/api/v1/gates/x"));
        assert!(!in_scope(&jobs, &Method::GET, "/api/v1/apis") && !in_scope(&jobs, &Method::GET, "/api/v1/jobsX"));
        assert!(
            in_scope(&jobs, &Method::GET, "/api/v1/session") && !in_scope(&jobs, &Method::DELETE, "/api/v1/session")
        );
        let read = scopes(&["*:read"]);
        assert!(in_scope(&read, &Method::GET, "/api/v1/apis") && !in_scope(&read, &Method::PATCH, "/api/v1/apis/x"));
        assert!(in_scope(&[], &Method::DELETE, "/api/v1/apis/x"));
        for (text, good) in
            [("jobs:read", true), ("*:write", true), ("jobs", false), ("Jobs:read", false), (":read", false)]
        {
            assert_eq!(is_scope(text), good, "{text}");
        }
    }
}
