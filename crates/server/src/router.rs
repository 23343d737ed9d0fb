//! Every endpoint, what it goes through, and the OpenAPI document of it all.

use crate::app::App;
use crate::audit_log::{self, Recorder};
use crate::core::oidc::CALLBACK;
use crate::routes::{
    apis, audit_log as log, bans, contract, controllers, corrections, drift, events, findings, gates, gateways, jobs,
    keys, meta, networks, oidc, operations, overview, projects, proposals, protection, schedules, session, stream,
    telemetry, third_parties, tokens, trace_sources, users,
};
use crate::{auth, problem, representation, shield, ui};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest body of an ordinary request.
const MAX_BODY: usize = 64 << 10;

#[derive(OpenApi)]
#[openapi(
    info(title = "Palisade control plane", description = "What the console reads and changes. Times are RFC 3339 UTC; lists are cut by `limit` and `cursor`, narrowed by `filter` and ordered by `sort`; `fields` chooses members; GET answers have an entity tag, for `If-None-Match` and `If-Match`; the header `Palisade-Project` chooses the project of one request of a session, by name or id; errors are RFC 9457 problem documents.", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    security(("token" = []), ("key_pair" = []), ("session" = [])),
    modifiers(&Security)
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token: `Authorization: Bearer TOKEN`."));
        components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
        let basic = HttpBuilder::new()
            .scheme(HttpAuthScheme::Basic)
            .description(Some("A key pair: the access key is the user name, the secret key the password."));
        components.add_security_scheme("key_pair", SecurityScheme::Http(basic.build()));
        let cookie = ApiKeyValue::with_description(auth::COOKIE, "A browser's session.");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let header = ApiKeyValue::with_description(auth::TRACE_SOURCE, "The token of a trace source.");
        components.add_security_scheme("trace_source", SecurityScheme::ApiKey(ApiKey::Header(header)));
    }
}

fn api() -> OpenApiRouter<Arc<App>> {
    let contracts = OpenApiRouter::new()
        .routes(routes!(contract::get, contract::put))
        .layer(DefaultBodyLimit::max(contract::MAX_CONTRACT));
    let additions = OpenApiRouter::new().routes(routes!(apis::add)).layer(DefaultBodyLimit::max(apis::MAX_NEW));
    let deliveries =
        OpenApiRouter::new().routes(routes!(gateways::exchanges)).layer(DefaultBodyLimit::max(gateways::MAX_DELIVERY));
    let asked = OpenApiRouter::new().routes(routes!(jobs::list, jobs::add)).layer(DefaultBodyLimit::max(jobs::MAX_JOB));
    let ends = OpenApiRouter::new()
        .routes(routes!(controllers::end))
        .routes(routes!(controllers::heartbeat))
        .layer(DefaultBodyLimit::max(controllers::MAX_END));
    let lists = OpenApiRouter::new()
        .routes(routes!(networks::list, networks::add))
        .routes(routes!(networks::get, networks::put, networks::remove))
        .routes(routes!(networks::export, networks::import))
        .layer(DefaultBodyLimit::max(networks::MAX_LIST));
    let policies = OpenApiRouter::new()
        .routes(routes!(protection::get, protection::put))
        .routes(routes!(protection::preview))
        .layer(DefaultBodyLimit::max(protection::MAX_CHANGE));
    let timed = OpenApiRouter::new()
        .routes(routes!(schedules::list, schedules::add))
        .routes(routes!(schedules::get, schedules::put, schedules::remove))
        .layer(DefaultBodyLimit::max(schedules::MAX_SCHEDULE));
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(session::session, session::sign_in, session::choose_project, session::sign_out))
        .routes(routes!(session::change_password))
        .routes(routes!(session::sessions, session::sign_out_everywhere))
        .routes(routes!(session::end_session))
        .routes(routes!(users::list, users::make))
        .routes(routes!(users::get, users::patch, users::remove))
        .routes(routes!(users::reset))
        .routes(routes!(oidc::providers))
        .routes(routes!(oidc::get, oidc::put, oidc::remove))
        .routes(routes!(oidc::put_secret))
        .routes(routes!(overview::overview))
        .routes(routes!(apis::list))
        .routes(routes!(apis::get, apis::patch, apis::remove))
        .routes(routes!(projects::list, projects::add))
        .routes(routes!(projects::get, projects::put, projects::remove))
        .routes(routes!(stream::stream))
        .routes(routes!(apis::findings))
        .routes(routes!(gates::compliance))
        .routes(routes!(apis::preview))
        .routes(routes!(apis::exceptions))
        .routes(routes!(apis::undo))
        .routes(routes!(operations::inventory))
        .routes(routes!(operations::list))
        .routes(routes!(operations::get, operations::patch))
        .routes(routes!(corrections::get, corrections::put))
        .routes(routes!(proposals::list))
        .routes(routes!(proposals::get))
        .routes(routes!(proposals::accept))
        .routes(routes!(proposals::reject))
        .routes(routes!(proposals::reopen))
        .routes(routes!(drift::changes_of_operation))
        .routes(routes!(drift::list))
        .routes(routes!(drift::changes))
        .routes(routes!(contract::approve))
        .routes(routes!(contract::audit))
        .routes(routes!(protection::versions))
        .routes(routes!(log::list))
        .routes(routes!(log::export))
        .routes(routes!(log::check))
        .routes(routes!(bans::list))
        .routes(routes!(bans::lift))
        .routes(routes!(protection::restore))
        .routes(routes!(networks::proxies, networks::set_proxies))
        .routes(routes!(events::list))
        .routes(routes!(events::summary))
        .routes(routes!(events::allow))
        .routes(routes!(keys::list, keys::make))
        .routes(routes!(keys::revoke))
        .routes(routes!(findings::list))
        .routes(routes!(findings::summary))
        .routes(routes!(findings::acknowledge_many))
        .routes(routes!(findings::get))
        .routes(routes!(findings::acknowledge))
        .routes(routes!(findings::reopen))
        .routes(routes!(gates::job_compliance))
        .routes(routes!(schedules::run, schedules::runs))
        .routes(routes!(schedules::compare_runs))
        .routes(routes!(schedules::compare_jobs))
        .routes(routes!(gates::list, gates::add))
        .routes(routes!(gates::get, gates::put, gates::remove))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::revoke))
        .routes(routes!(trace_sources::list, trace_sources::make))
        .routes(routes!(trace_sources::revoke))
        .routes(routes!(telemetry::telemetry))
        .routes(routes!(telemetry::hosts_to_trace))
        .routes(routes!(telemetry::discovered))
        .routes(routes!(third_parties::list, third_parties::add))
        .routes(routes!(third_parties::get, third_parties::patch, third_parties::remove))
        .routes(routes!(third_parties::assessments, third_parties::start))
        .routes(routes!(third_parties::assessment_detail))
        .routes(routes!(third_parties::cancel))
        .routes(routes!(third_parties::changes))
        .routes(routes!(third_parties::availability))
        .routes(routes!(jobs::get, jobs::cancel))
        .routes(routes!(jobs::findings))
        .routes(routes!(jobs::report))
        .routes(routes!(jobs::log))
        .routes(routes!(jobs::events))
        .routes(routes!(jobs::controllers))
        .routes(routes!(controllers::hello))
        .routes(routes!(controllers::lease))
        .routes(routes!(controllers::bye))
        .routes(routes!(controllers::document))
        .routes(routes!(meta::openapi))
        .routes(routes!(meta::rules))
        .routes(routes!(gateways::snapshot))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .merge(timed)
        .merge(contracts)
        .merge(deliveries)
        .merge(asked)
        .merge(ends)
        .merge(additions)
        .merge(lists)
        .merge(policies)
}

/// The OpenAPI document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = api().into_openapi();
    let login = OpenApiRouter::<Arc<App>>::new()
        .routes(routes!(session::login_link))
        .routes(routes!(oidc::begin))
        .routes(routes!(oidc::callback))
        .routes(routes!(oidc::signed_out))
        .into_openapi();
    document.merge(login);
    representation::describe(&mut document);
    document
}

/// The whole console: API, login link, UI.
pub fn router(app: Arc<App>) -> Router {
    let (api, _) = api().split_for_parts();
    let recorder = Recorder { app: Arc::clone(&app), routes: api.clone().with_state(Arc::clone(&app)) };
    let members = Arc::new(representation::Members::of(&document()));
    let unknown = || async { problem::ApiError::not_found("endpoint") };
    let api = api
        .route("/api/{*rest}", axum::routing::any(unknown))
        .layer(from_fn_with_state(members, representation::shape))
        .layer(from_fn_with_state(recorder, audit_log::record))
        .layer(from_fn_with_state(Arc::clone(&app), auth::authorise));
    let current = representation::Current::new(api.clone(), Arc::clone(&app));
    let api = api
        .layer(from_fn_with_state(current, representation::conditional))
        .layer(from_fn_with_state(Arc::clone(&app), audit_log::watch))
        .layer(from_fn(problem::finish));
    let (login, back) = (axum::routing::get(session::login_link), axum::routing::get(oidc::callback));
    Router::new()
        .route("/login", login.layer(from_fn_with_state(Arc::clone(&app), audit_log::watch)))
        .route("/login/oidc", axum::routing::get(oidc::begin))
        .route(CALLBACK, back.layer(from_fn_with_state(Arc::clone(&app), audit_log::watch)))
        .route("/login/oidc/signed-out", axum::routing::get(oidc::signed_out))
        .merge(api)
        .fallback(ui::serve)
        .layer(from_fn_with_state(Arc::clone(&app), shield::guard))
        .with_state(app)
}
