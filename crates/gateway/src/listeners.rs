//! The listeners of a gateway's file: opened, changed and closed as the file says, without a restart.

use crate::listener::{Front, Listener};
use crate::state::Gateway;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// One open listener.
struct Open {
    /// As the file has it.
    wanted: SocketAddr,
    /// Where it listens.
    bound: SocketAddr,
    front: Arc<Front>,
    /// Until it is served.
    socket: Option<TcpListener>,
    stop: CancellationToken,
}

impl Open {
    fn bind(listener: &Listener) -> Result<Open, String> {
        let address = listener.address;
        let front = Front::new(listener).map_err(|error| format!("the TLS of {address} cannot be set up: {error}"))?;
        let cannot = |error: std::io::Error| format!("cannot listen on {address}: {error}");
        let socket = TcpListener::bind(address).map_err(cannot)?;
        socket.set_nonblocking(true).map_err(cannot)?;
        let bound = socket.local_addr().map_err(cannot)?;
        let (front, stop) = (Arc::new(front), CancellationToken::new());
        Ok(Open { wanted: address, bound, front, socket: Some(socket), stop })
    }
}

/// The listeners of a gateway's file.
#[derive(Default)]
pub struct Listeners {
    open: Mutex<Vec<Open>>,
    served: TaskTracker,
}

impl std::fmt::Debug for Listeners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.urls()).finish()
    }
}

impl Listeners {
    /// Opens all of them; clients that connect wait until they are served.
    ///
    /// # Errors
    /// The first that cannot be opened, and why.
    pub fn bind(listeners: &[Listener]) -> Result<Listeners, String> {
        let open = listeners.iter().map(Open::bind).collect::<Result<_, _>>()?;
        Ok(Listeners { open: Mutex::new(open), served: TaskTracker::new() })
    }

    /// The URL of each that people can open: an address of every interface is shown as loopback.
    pub fn urls(&self) -> Vec<String> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let url = |open: &Open| {
            let scheme = if open.front.is_secure() { "https" } else { "http" };
            let any = open.bound.ip().is_unspecified();
            let ip = if any { Ipv4Addr::LOCALHOST.into() } else { open.bound.ip() };
            format!("{scheme}://{}", SocketAddr::new(ip, open.bound.port()))
        };
        open.iter().map(url).collect()
    }

    /// Serves them until `stop`. Must be called inside a tokio runtime.
    pub fn serve(&self, gateway: &Arc<Gateway>, stop: &CancellationToken) {
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for open in all.iter_mut() {
            self.serve_one(open, gateway, stop);
        }
    }

    fn serve_one(&self, open: &mut Open, gateway: &Arc<Gateway>, stop: &CancellationToken) {
        let Some(socket) = open.socket.take() else { return };
        match tokio::net::TcpListener::from_std(socket) {
            Ok(socket) => {
                tracing::info!(address = %open.bound, "gateway listens");
                open.stop = stop.child_token();
                self.served.spawn(Arc::clone(gateway).serve_front(socket, Arc::clone(&open.front), open.stop.clone()));
            }
            Err(error) => tracing::error!(address = %open.bound, %error, "the listener cannot be served"),
        }
    }

    /// Follows the file as it is now: new listeners are opened, those that are gone take no more connections and drain,
    /// and what changed of one is so for the connections to come. Gives what could not be done; there the last good
    /// state stays.
    pub fn follow(&self, listeners: &[Listener], gateway: &Arc<Gateway>, stop: &CancellationToken) -> Vec<String> {
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut problems = Vec::new();
        let mut before = std::mem::take(&mut *all);
        for listener in listeners {
            match before.iter().position(|open| open.wanted == listener.address) {
                Some(at) => {
                    let open = before.remove(at);
                    if let Err(error) = open.front.renew(listener) {
                        problems.push(format!("the TLS of {} cannot be set up: {error}", listener.address));
                    }
                    all.push(open);
                }
                None => match Open::bind(listener) {
                    Ok(mut open) => {
                        self.serve_one(&mut open, gateway, stop);
                        all.push(open);
                    }
                    Err(error) => problems.push(error),
                },
            }
        }
        for gone in before {
            tracing::info!(address = %gone.bound, "the listener is closed");
            gone.stop.cancel();
        }
        problems
    }

    /// Waits until all of them have drained.
    pub async fn ended(&self) {
        self.served.close();
        self.served.wait().await;
    }
}
