//! What the store must do, on every engine alike: each suite runs in a database of its own, which holds the API `a1`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod apis;
mod audit_log;
mod copies;
mod credentials;
mod engines;
mod events;
mod findings;
mod gates;
mod identity;
mod inventory;
mod jobs;
mod lists;
mod plans;
mod protection;
mod retention;
mod schedules;
mod secrets;
mod states;
mod support;
mod third_parties;

/// Runs each suite on each engine.
macro_rules! on_every_engine {
    ($($suite:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $suite() {
                let database = crate::support::Database::sqlite();
                crate::$suite::suite(&database.with_api().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $suite() {
                let database = crate::support::Database::postgres();
                crate::$suite::suite(&database.with_api().await).await;
            })*
        }
    };
}

on_every_engine!(
    apis,
    audit_log,
    credentials,
    events,
    findings,
    gates,
    identity,
    inventory,
    jobs,
    lists,
    protection,
    retention,
    schedules,
    secrets,
    states,
    third_parties
);
