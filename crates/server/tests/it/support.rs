//! A control plane in a temporary directory, and a way to call it.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderMap, Method, Request, StatusCode};
use palisade_exchange::{Exchange, Message, Response, Source};
use palisade_gateway::Captured;
use palisade_guard::{Decision, Effect, FieldError, Policy};
use palisade_runner::posture::Manners;
use palisade_server::{ApiSpec, App, ManagedBy, Settings};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

pub const HOST: &str = "localhost:8600";

pub const CONTRACT: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /orders/{orderId}:
    get:
      summary: One order
      parameters: [{name: orderId, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: good}}
  /old:
    get: {deprecated: true, responses: {'200': {description: good}}}
  /never:
    get: {responses: {'200': {description: good}}}
";

pub struct Plane {
    pub app: Arc<App>,
    pub router: Router,
    pub admin: String,
    pub dir: tempfile::TempDir,
}

pub fn settings(dir: &Path) -> Settings {
    Settings {
        data_dir: dir.join("data"),
        store: None,
        listen: "127.0.0.1:8600".parse().unwrap(),
        allowed_hosts: vec!["console.example".to_owned()],
        gateway_url: "http://127.0.0.1:8601".to_owned(),
        control_url: "http://localhost:8600".to_owned(),
        demo: false,
        sensitive: Arc::default(),
        // Nobody is to be spared here, and every answer comes from this machine.
        manners: Manners { allow_private: true, pause: Duration::ZERO, ..Manners::default() },
        jobs: palisade_server::JobSettings::default(),
    }
}

pub fn spec(contract: Option<&str>) -> ApiSpec {
    ApiSpec {
        name: "shop".to_owned(),
        hosts: vec![],
        base_path: "/".to_owned(),
        upstreams: vec!["http://127.0.0.1:9".to_owned()],
        upstream_ca: None,
        mode: None,
        contract: contract.map(str::to_owned),
        delivery: palisade_guard::Delivery::default(),
        protection: None,
        managed_by: ManagedBy::Flags,
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}

impl Plane {
    pub async fn new(contract: Option<&str>) -> Self {
        Self::of(&[spec(contract)]).await
    }

    pub async fn of(specs: &[ApiSpec]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::in_dir(dir, specs).await
    }

    pub async fn in_dir(dir: tempfile::TempDir, specs: &[ApiSpec]) -> Self {
        let settings = settings(dir.path());
        Self::open(dir, settings, specs).await
    }

    pub async fn open(dir: tempfile::TempDir, settings: Settings, specs: &[ApiSpec]) -> Self {
        let admin_token = settings.data_dir.join("admin.token");
        let app = App::open(settings, tokio_util::sync::CancellationToken::new()).await.unwrap();
        app.bring_up(specs).await.unwrap();
        let admin = std::fs::read_to_string(admin_token).unwrap().trim().to_owned();
        let router = palisade_server::router(Arc::clone(&app));
        Self { app, router, admin, dir }
    }

    /// Ends this control plane and starts another on the same data.
    pub async fn restart(self, specs: &[ApiSpec]) -> Self {
        self.app.close().await;
        Self::in_dir(self.dir, specs).await
    }

    pub async fn raw(&self, request: Request<Body>) -> Answer {
        let mut request = request;
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn call(&self, method: Method, path: &str, fields: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !fields.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", HOST);
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        self.raw(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// As admin, with a JSON body.
    pub async fn admin(&self, method: Method, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.admin);
        self.call(method, path, &[("authorization", &bearer), ("content-type", "application/json")], body).await
    }

    pub async fn get(&self, path: &str) -> Value {
        self.admin(Method::GET, path, "").await.ok()
    }

    pub async fn token(&self, role: &str) -> String {
        let body = format!("{{\"name\":\"{role}\",\"role\":\"{role}\"}}");
        self.admin(Method::POST, "/api/v1/tokens", &body).await.ok()["token"].as_str().unwrap().to_owned()
    }

    /// A project beside the default one: its id.
    pub async fn project(&self, name: &str) -> String {
        let row = palisade_store::ProjectRow {
            id: uuid::Uuid::now_v7().to_string(),
            name: name.to_owned(),
            description: String::new(),
            created_at: 0,
            created_by: "test".to_owned(),
            updated_at: 0,
        };
        assert!(self.app.store.add_project(&row).await.unwrap());
        row.id
    }

    /// The token of an admin of a project that is not the default one.
    pub async fn admin_elsewhere(&self) -> String {
        use sha2::Digest;
        let token = "pal_token-of-an-admin-elsewhere";
        let hash: String = sha2::Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let new = palisade_store::NewCredential {
            id: &uuid::Uuid::now_v7().to_string(),
            kind: palisade_store::Kind::Token,
            hash: &hash,
            name: "elsewhere",
            role: "admin",
            created_at: 0,
            expires_at: None,
        };
        let project = self.project("elsewhere").await;
        self.app.store.in_project(&project).add_credential(&new).await.unwrap();
        token.to_owned()
    }

    /// The token of a trace source just made.
    pub async fn trace_source(&self, body: &str) -> String {
        self.admin(Method::POST, "/api/v1/trace-sources", body).await.ok()["token"].as_str().unwrap().to_owned()
    }

    pub async fn api_id(&self) -> String {
        self.get("/api/v1/apis").await["items"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Judges an exchange as the gateway does, by the snapshot in force, and hands it in.
    pub async fn see(&self, method: &str, path: &str, status: u16) -> uuid::Uuid {
        let captured = self.captured(method, path, status).await;
        let id = captured.exchange.id;
        assert!(self.app.intake.offer(captured));
        id
    }

    pub async fn captured(&self, method: &str, path: &str, status: u16) -> Captured {
        let snapshot = self.app.snapshots().borrow().clone();
        let api = &snapshot.apis[0];
        let mut exchange = exchange(method, path, status);
        let decision = Policy::compile(api).0.judge(&exchange);
        let refused = decision.effect == Effect::Prevent;
        if refused {
            exchange.response = None;
        }
        Captured {
            api_id: api.id.as_str().into(),
            api_name: api.name.as_str().into(),
            status: if refused { decision.status } else { status },
            upstream_status: (!refused).then_some(status),
            exchange,
            decision,
            fault: None,
        }
    }
}

pub fn exchange(method: &str, path: &str, status: u16) -> Exchange {
    let id = uuid::Uuid::now_v7();
    let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
    let json = || vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = bytes::Bytes::from_static(b"{\"id\":7,\"state\":\"open\"}");
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (path, None),
    };
    Exchange {
        id,
        time: i64::try_from(seconds).unwrap() * 1_000_000 + i64::from(nanos / 1000),
        duration: Some(10),
        source: Source::Gateway,
        api: None,
        client: palisade_exchange::Client { address: "192.0.2.1".parse().ok(), principal: None },
        scheme: "http".to_owned(),
        host: "shop.example".to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query,
        request: Message::default(),
        response: Some(Response {
            status,
            message: Message {
                headers: json(),
                body: palisade_exchange::Body::Bytes { bytes: body, truncated: false },
            },
        }),
    }
}

/// A decision that refuses for one field.
pub fn refusal(name: &str) -> Decision {
    Decision {
        effect: Effect::Alert,
        uncapped: Effect::Prevent,
        status: 400,
        code: "type".to_owned(),
        title: "Bad parameter".to_owned(),
        operation: Some("GET /orders/{orderId}".to_owned()),
        errors: vec![FieldError {
            location: "query".to_owned(),
            name: name.to_owned(),
            pointer: String::new(),
            code: "type".to_owned(),
            message: "is no integer".to_owned(),
        }],
        ..Decision::allowed()
    }
}
