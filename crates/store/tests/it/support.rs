//! Empty stores on every engine.

use palisade_store::{ApiRow, Bounds, Store};

/// Bounds that few rows reach.
pub const BOUNDS: Bounds = Bounds {
    events: 5,
    event_uuids: 8,
    findings: 3,
    contracts: 2,
    assessments: 5,
    assessment_results: 3,
    protection_versions: 3,
};

/// An empty database of a test's own.
pub struct Database {
    /// What leads there.
    pub url: String,
    _dir: Option<tempfile::TempDir>,
}

impl Database {
    /// A file.
    pub fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("palisade.db").display());
        Self { url, _dir: Some(dir) }
    }

    /// A database of a server.
    pub fn postgres() -> Self {
        Self { url: palisade_testbed::postgres(), _dir: None }
    }

    /// Opens it.
    pub async fn open(&self) -> Store {
        Store::open_bounded(&self.url, BOUNDS).await.unwrap()
    }

    /// Opens it, with the API `a1` in it.
    pub async fn with_api(&self) -> Store {
        let store = self.open().await;
        store.put_api(&api()).await.unwrap();
        store
    }
}

/// The API `a1`.
pub fn api() -> ApiRow {
    ApiRow {
        id: "a1".into(),
        name: "shop".into(),
        hosts: "[]".into(),
        base_path: "/".into(),
        upstreams: "[\"http://127.0.0.1:1\"]".into(),
        upstream_ca: None,
        mode: "observe".into(),
        managed_by: "flags".into(),
        created_at: 7,
    }
}
