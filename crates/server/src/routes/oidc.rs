//! Single sign-on: the way to the provider and back, and its settings.

use super::session::{open_external, slowed};
use crate::app::App;
use crate::auth;
use crate::clock;
use crate::core::oidc::{self, Answered, Failure};
use crate::core::users::ExternalUser;
use crate::problem::ApiError;
use crate::types::{LoginProvider, Oidc, OidcSecret, OidcSettings, Page, Problem};
use axum::Json;
use axum::extract::{ConnectInfo, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::net::SocketAddr;
use std::sync::Arc;

/// How long a browser may be away at the provider, seconds.
const AWAY: u32 = 600;

/// The cookie that waits for the provider's answer: a browser sends it along when another site leads it here.
fn waiting(app: &App, kept: Option<&str>) -> HeaderValue {
    let (name, secure) = if app.secure() { ("__Host-palisade_oidc", "; Secure") } else { ("palisade_oidc", "") };
    let (kept, age) = kept.map_or(("", 0), |kept| (kept, AWAY));
    let text = format!("{name}={kept}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    // All of it is base64url and dots.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn kept<'a>(app: &App, headers: &'a HeaderMap) -> &'a str {
    let name = if app.secure() { "__Host-palisade_oidc" } else { "palisade_oidc" };
    auth::cookie(headers, name).unwrap_or("")
}

/// Leads back to the sign-in page, which says what went wrong and what to do.
fn told(app: &App, failure: &Failure) -> Response {
    let words = match failure {
        Failure::Unset => "Single sign-on is not set up.".to_owned(),
        Failure::Provider(why) => {
            tracing::error!(why, "the provider of single sign-on cannot be used");
            "The identity provider cannot be used now. Try again; the log of the control plane says why.".to_owned()
        }
        Failure::Stale => {
            "This sign-in took longer than ten minutes, or another browser began it. Begin again.".to_owned()
        }
        Failure::Refused(words) => {
            tracing::warn!(words, "the provider of single sign-on refused a sign-in");
            format!("The identity provider refused: {words}")
        }
        Failure::Forged(why) => {
            tracing::warn!(why, "an answer of single sign-on was not believed");
            "The answer is not what the identity provider may give. Begin again; the log of the control plane says why."
                .to_owned()
        }
        Failure::NoRole => "The identity provider knows you, but none of your groups has a role here. Ask an admin of \
                            Palisade for one."
            .to_owned(),
        Failure::Account(why) => why.clone(),
        Failure::Internal(why) => {
            tracing::error!(why, "single sign-on failed");
            "The control plane could not do this; its log says why.".to_owned()
        }
    };
    see_other(&format!("/?login_error={}", oidc::encode(&words)), &[waiting(app, None)])
}

fn see_other(to: &str, cookies: &[HeaderValue]) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    match HeaderValue::try_from(to) {
        Ok(to) => drop(headers.insert(header::LOCATION, to)),
        Err(_) => return StatusCode::BAD_GATEWAY.into_response(),
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// The page to go on to.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Next {
    /// A path of the console.
    #[serde(default)]
    #[param(max_length = 1000)]
    pub next: String,
}

/// Leads a browser to the identity provider.
#[utoipa::path(get, path = "/login/oidc", tag = "session", params(Next), security(()),
    responses((status = 303, description = "To the provider; to the sign-in page, which says why, when it cannot be used."),
              (status = 429, description = "Too many attempts.")))]
pub async fn begin(State(app): State<Arc<App>>, Query(next): Query<Next>) -> Response {
    if !app.sign_ins.take(clock::now()) {
        return ApiError::too_many("Too many attempts to sign in", 60).into_response();
    }
    match oidc::begin(&app, &next.next).await {
        Ok(begun) => see_other(&begun.url, &[waiting(&app, Some(&begun.kept))]),
        Err(failure) => told(&app, &failure),
    }
}

/// Where the identity provider leads a browser back to.
#[utoipa::path(get, path = "/login/oidc/callback", tag = "session", security(()),
    params(("code" = Option<String>, Query, description = "What the provider gives to be redeemed.", max_length = 4096),
           ("state" = Option<String>, Query, description = "What was sent along.", max_length = 200),
           ("iss" = Option<String>, Query, description = "The provider's issuer.", max_length = 500),
           ("error" = Option<String>, Query, description = "Why it refuses.", max_length = 200),
           ("error_description" = Option<String>, Query, description = "The same for people.", max_length = 2000)),
    responses((status = 303, description = "Signed in, with the cookie; else to the sign-in page, which says why."),
              (status = 429, description = "Too many attempts.")))]
pub async fn callback(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(answered): Query<Answered>,
) -> Response {
    if let Err(answer) = slowed(&app, from.ip()) {
        return answer.into_response();
    }
    let person = match oidc::finish(&app, kept(&app, &headers), &answered).await {
        Ok(person) => person,
        Err(failure) => return told(&app, &failure),
    };
    let user = ExternalUser {
        issuer: &person.issuer,
        subject: &person.subject,
        name: &person.name,
        display_name: &person.display_name,
        memberships: &person.memberships,
    };
    match open_external(&app, from.ip(), &headers, &user).await {
        Ok(cookie) => {
            app.sign_in_guesses.forgive(from.ip());
            see_other(&person.next, &[cookie, waiting(&app, None)])
        }
        Err(error) => told(&app, &Failure::Account(error.detail().to_owned())),
    }
}

/// Leads a browser, whose session here has ended, to where the identity provider signs out.
#[utoipa::path(get, path = "/login/oidc/signed-out", tag = "session", security(()),
    responses((status = 303, description = "To the provider, or to the sign-in page when it has no such place.")))]
pub async fn signed_out(State(app): State<Arc<App>>) -> Response {
    match oidc::signed_out_url(&app).await {
        Ok(Some(url)) => see_other(&url, &[]),
        Ok(None) | Err(_) => see_other("/login", &[]),
    }
}

/// The ways to sign in beside names and tokens.
#[utoipa::path(get, path = "/api/v1/session/providers", tag = "session", security(()),
    responses((status = 200, body = Page<LoginProvider>)))]
pub async fn providers(State(app): State<Arc<App>>) -> Result<Json<Page<LoginProvider>>, ApiError> {
    let set = oidc::settings(&app).await?;
    let items = set.into_iter().map(|set| LoginProvider {
        id: "oidc".to_owned(),
        name: set.name,
        url: "/login/oidc".to_owned(),
        signed_out_url: "/login/oidc/signed-out".to_owned(),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

async fn shown(app: &App) -> Result<Json<Oidc>, ApiError> {
    Ok(Json(Oidc {
        settings: oidc::settings(app).await?,
        has_secret: oidc::client_secret(app).await?.is_some(),
        managed_by_file: app.oidc.managed_by_file(),
        redirect_uri: oidc::redirect_uri(app),
        signed_out_uri: oidc::signed_out_uri(app),
    }))
}

fn writable(app: &App) -> Result<(), ApiError> {
    if app.oidc.managed_by_file() {
        return Err(ApiError::conflict("The file of --oidc holds these settings: change them there."));
    }
    Ok(())
}

/// Single sign-on as it is set.
#[utoipa::path(get, path = "/api/v1/oidc", tag = "single sign-on", responses((status = 200, body = Oidc)))]
pub async fn get(State(app): State<Arc<App>>) -> Result<Json<Oidc>, ApiError> {
    shown(&app).await
}

/// Sets up single sign-on. The client secret is set apart.
#[utoipa::path(put, path = "/api/v1/oidc", tag = "single sign-on", request_body = OidcSettings,
    responses((status = 200, body = Oidc),
              (status = 409, description = "A file holds the settings.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "They cannot work.", body = Problem, content_type = "application/problem+json")))]
pub async fn put(State(app): State<Arc<App>>, Json(settings): Json<OidcSettings>) -> Result<Json<Oidc>, ApiError> {
    writable(&app)?;
    oidc::check(&settings).map_err(|why| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{why}.")))?;
    oidc::set(&app, Some(&settings)).await?;
    shown(&app).await
}

/// Ends single sign-on, and forgets its client secret. Users and sessions stay.
#[utoipa::path(delete, path = "/api/v1/oidc", tag = "single sign-on",
    responses((status = 204, description = "It is gone."),
              (status = 409, description = "A file holds the settings.", body = Problem, content_type = "application/problem+json")))]
pub async fn remove(State(app): State<Arc<App>>) -> Result<StatusCode, ApiError> {
    writable(&app)?;
    oidc::set(&app, None).await?;
    oidc::set_secret(&app, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the client secret of single sign-on. It is sealed in the vault and never shown.
#[utoipa::path(put, path = "/api/v1/oidc/secret", tag = "single sign-on", request_body = OidcSecret,
    responses((status = 204, description = "It is kept."),
              (status = 409, description = "A file holds the settings.", body = Problem, content_type = "application/problem+json")))]
pub async fn put_secret(State(app): State<Arc<App>>, Json(body): Json<OidcSecret>) -> Result<StatusCode, ApiError> {
    writable(&app)?;
    oidc::set_secret(&app, Some(&body.client_secret)).await?;
    Ok(StatusCode::NO_CONTENT)
}
