//! Whether this process runs in a container.

use std::path::Path;

/// True inside a container, as the usual engines and Kubernetes show it.
pub fn in_container() -> bool {
    std::env::var_os("container").is_some()
        || std::env::var_os("KUBERNETES_SERVICE_HOST").is_some()
        || Path::new("/.dockerenv").exists()
        || Path::new("/run/.containerenv").exists()
}
