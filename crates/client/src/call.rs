//! Requests and their answers.

use crate::connect::{Pool, pool, reason};
use crate::error::inert;
use crate::events::Events;
use crate::{Address, Credentials, Error, Problem};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::pki_types::CertificateDer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Time for a whole answer, unless the call says otherwise.
const WITHIN: Duration = Duration::from_secs(30);
/// Bytes of an answer, unless the call says otherwise.
const MOST: usize = 64 << 20;
/// Bytes of an answer that refuses.
const MOST_REFUSING: usize = 1 << 20;

/// Whom a client asks, and as whom.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the control plane is.
    pub address: Address,
    /// Who asks.
    pub credentials: Credentials,
    /// Certificates that are trusted instead of the system's; empty: the system's.
    pub roots: Vec<CertificateDer<'static>>,
    /// Sends credentials unencrypted to other machines, too.
    pub allow_http: bool,
    /// What it calls itself: the header `User-Agent`.
    pub agent: String,
}

impl Settings {
    /// Settings with the system's certificates.
    pub fn new(address: Address, credentials: Credentials) -> Settings {
        let agent = concat!("palisade/", env!("CARGO_PKG_VERSION")).to_owned();
        Settings { address, credentials, roots: Vec::new(), allow_http: false, agent }
    }
}

/// A client of one control plane. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    pool: Pool,
    address: Address,
    name: String,
    headers: HeaderMap,
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Setup`] when certificates or credentials cannot be used, or credentials would travel unencrypted.
    pub fn new(settings: &Settings) -> Result<Client, Error> {
        let Settings { address, credentials, roots, allow_http, agent } = settings;
        let setup = |error: &dyn std::fmt::Display| Error::Setup(error.to_string());
        let mut headers = HeaderMap::new();
        if let Some(value) = credentials.header().map_err(|error| setup(&error))? {
            if !address.is_secure() && !address.is_local() && !allow_http {
                return Err(Error::Setup(format!(
                    "{address} is not encrypted: anyone on the way could read the keys; use https://, or allow it with --allow-http"
                )));
            }
            headers.insert(header::AUTHORIZATION, value);
        }
        let agent = HeaderValue::try_from(agent.as_str()).map_err(|error| setup(&error))?;
        headers.insert(header::USER_AGENT, agent);
        let pool = pool(address, roots)?;
        Ok(Client { pool, address: address.clone(), name: address.to_string(), headers })
    }

    /// Where the control plane is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// A request, not sent yet. `path` begins with `/` and may hold a query; what users give goes through [`encoded`].
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call {
            client: self,
            method,
            path: path.to_owned(),
            headers: self.headers.clone(),
            body: Ok(Bytes::new()),
            within: WITHIN,
            most: MOST,
        }
    }

    /// The JSON that a path answers with.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.call(Method::GET, path).send().await?.json()
    }

    /// Sends JSON and reads JSON.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.call(Method::POST, path).json(body).send().await?.json()
    }
}

/// A text as one segment of a path or one value of a query.
pub fn encoded(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    match text {
        // A path would be read as one without them.
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        text => utf8_percent_encode(text, KEPT).to_string(),
    }
}

/// A request that is being made.
#[derive(Debug)]
#[must_use = "nothing is sent before `send` or `events`"]
pub struct Call<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Result<Bytes, String>,
    within: Duration,
    most: usize,
}

impl Call<'_> {
    /// Adds a header, in place of one with that name.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sends a value as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(body).map(Bytes::from).map_err(|error| error.to_string());
        self.header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// Sends bytes of a media type.
    pub fn body(mut self, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = Ok(body.into());
        self.header(header::CONTENT_TYPE, HeaderValue::from_static(media_type))
    }

    /// Time for the whole answer (30 s). A long poll needs more than the server holds it.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// Bytes of the answer's body (64 MiB).
    pub fn most(mut self, bytes: usize) -> Self {
        self.most = bytes;
        self
    }

    /// Sends it and reads the whole answer. 304 is an answer; every other status but 2xx is an error.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<Answer, Error> {
        let (server, within, most) = (self.client.name.clone(), self.within, self.most);
        let work = async {
            let response = self.begin("application/json").await?;
            let (parts, body) = response.into_parts();
            let body = collect(&server, body, most).await?;
            Ok(Answer { server: server.clone(), status: parts.status, headers: parts.headers, body })
        };
        match tokio::time::timeout(within, work).await {
            Ok(result) => result,
            Err(_) => Err(Error::TimedOut { server, after: within }),
        }
    }

    /// Sends it and reads the answer as server-sent events as they come. `within` is the time until the answer begins,
    /// `silence` how long nothing may come, comments included.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn events(self, silence: Duration) -> Result<Events, Error> {
        let (server, within) = (self.client.name.clone(), self.within);
        let begun = tokio::time::timeout(within, self.begin("text/event-stream")).await;
        let response = begun.map_err(|_| Error::TimedOut { server: server.clone(), after: within })??;
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !kind.to_ascii_lowercase().starts_with("text/event-stream") {
            let reason = format!("instead of events it sent `{}`", inert(kind));
            return Err(Error::Unexpected { server, reason });
        }
        Ok(Events::new(server, response.into_body(), silence))
    }

    async fn begin(self, accept: &'static str) -> Result<Response<Incoming>, Error> {
        let server = &self.client.name;
        let body = self.body.map_err(Error::Setup)?;
        let uri = self.client.address.join(&self.path).map_err(|error| Error::Setup(error.to_string()))?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = self.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers;
        request.headers_mut().entry(header::ACCEPT).or_insert(HeaderValue::from_static(accept));
        let sent = self.client.pool.request(request).await;
        let response = sent.map_err(|error| Error::Unreachable { server: server.clone(), reason: reason(&error) })?;
        let status = response.status();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        // A refusal whose text is too long or breaks off still is that refusal.
        let body = collect(server, body, MOST_REFUSING).await.unwrap_or_default();
        Err(Error::Refused(Box::new(Problem::read(server, status, &parts.headers, &body))))
    }
}

async fn collect(server: &str, body: Incoming, most: usize) -> Result<Bytes, Error> {
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Error::TooLarge { server: server.to_owned(), most })
        }
        Err(error) => Err(Error::Unreachable { server: server.to_owned(), reason: reason(&*error) }),
    }
}

/// A whole answer: 2xx or 304.
#[derive(Debug, Clone)]
pub struct Answer {
    server: String,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Unexpected {
            server: self.server.clone(),
            reason: format!("its answer cannot be read: {}", inert(&error.to_string())),
        })
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
