//! TLS of `palisade serve`: one certificate for console, admin listener and gateway.

use palisade_gateway::{Gateway, Listener, Listeners, TlsFiles};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How the process is reached.
#[derive(Debug, clap::Args)]
pub struct TlsArgs {
    /// PEM file of a certificate and what leads to its authority: console, admin listener and gateway speak TLS. It is
    /// read again when it changes, and on SIGHUP. Listeners of --gateway-config have TLS of their own; the demo's gateway
    /// has none.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file of the certificate's private key.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Where people reach the console, for example https://palisade.example.com behind a proxy that ends TLS
    /// [default: the address it listens on].
    #[arg(long, value_name = "URL", value_parser = origin)]
    public_url: Option<String>,
}

/// `http(s)://host[:port]`, without a slash at its end.
fn origin(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    match rest {
        Some(host) if !host.is_empty() && host.bytes().all(plain) => Ok(text.to_ascii_lowercase()),
        _ => Err("it is no URL such as https://palisade.example.com, without a path".to_owned()),
    }
}

impl TlsArgs {
    /// The certificate, where one is given.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn load(&self) -> Result<Option<Arc<TlsFiles>>, String> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => TlsFiles::load(certificate, key).map(Arc::new).map(Some),
            _ => Ok(None),
        }
    }

    /// Where people reach the console that listens at `listened`, and the host of that URL when it was given.
    pub fn reached(&self, listened: String) -> (String, Option<String>) {
        match &self.public_url {
            Some(url) => (url.clone(), url.split_once("://").map(|(_, host)| host.to_owned())),
            None => (listened, None),
        }
    }
}

/// The gateway's listener where no file names any.
pub fn listener(address: SocketAddr, tls: Option<&TlsFiles>) -> Listener {
    Listener { tls: tls.map(TlsFiles::listener), ..Listener::plain(address) }
}

/// Reads the certificate again when it changes and on SIGHUP; connections that are open go on as they began.
/// `gateway` is the address of the gateway's listener that shows the same certificate.
pub async fn follow(
    tls: Arc<TlsFiles>,
    gateway: Option<(SocketAddr, Arc<Listeners>, Arc<Gateway>)>,
    stop: CancellationToken,
) {
    #[cfg(unix)]
    let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
    let files = tls.paths();
    let mut known = super::gateway::stamps(&files);
    loop {
        #[cfg(unix)]
        let hung_up = async {
            match &mut hangup {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        #[cfg(not(unix))]
        let hung_up = std::future::pending::<()>();
        tokio::select! {
            () = stop.cancelled() => return,
            () = hung_up => {}
            () = tokio::time::sleep(LOOK) => if super::gateway::stamps(&files) == known { continue },
        }
        known = super::gateway::stamps(&files);
        match tls.renew() {
            Ok(false) => continue,
            Ok(true) => tracing::info!("the certificate was read again"),
            Err(error) => {
                // A key that is written a moment after its certificate: the next look finds both.
                tracing::error!(error, "the certificate stays what it was");
                continue;
            }
        }
        if let Some((address, listeners, gateway)) = &gateway {
            for problem in listeners.follow(&[listener(*address, Some(&tls))], gateway, &stop) {
                tracing::error!(problem, "the gateway's certificate stays what it was");
            }
        }
    }
}
