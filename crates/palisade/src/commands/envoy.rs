//! `palisade envoy`: the gateway's decisions for proxies of others.

use super::gateway::{self, Doors};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Answers Envoy with the decisions of the gateway: ext_proc, ext_authz and access logs over gRPC; nginx over HTTP.
///
/// The file is the gateway's own; its listeners are not served. Exit codes: 0 asked to end; 1 the file cannot be used,
/// or an address cannot be listened on; 2 wrong usage.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The gateway's file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Address for Envoy: gRPC without TLS.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8604")]
    listen: SocketAddr,
    /// Address for nginx (`auth_request`, `mirror`): HTTP without TLS. Without it there is none.
    #[arg(long, value_name = "ADDR")]
    http: Option<SocketAddr>,
    /// Address of health, readiness and metrics; `off` for none.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8603")]
    admin: String,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    let doors = Doors::Proxies { grpc: args.listen, http: args.http };
    super::on_runtime(gateway::serve(args.config, args.admin, doors))
}
