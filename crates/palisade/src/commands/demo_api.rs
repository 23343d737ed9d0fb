//! `palisade demo-api`: the demo shop, with or without its traffic.

use palisade_demo::{Switches, Traffic};
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// Serves the demo shop: a small API with defects that can be switched off.
#[derive(Debug, clap::Args)]
pub struct DemoApiArgs {
    /// Address to listen on.
    #[arg(long, value_name = "ADDR", default_value = palisade_demo::LISTEN)]
    pub listen: SocketAddr,
    /// Defects to switch on: all, none, or names with commas between them.
    #[arg(long, value_name = "LIST", default_value = "all")]
    pub vuln: Switches,
    /// Also send honest and hostile traffic to this URL: the shop itself or a gateway before it.
    #[arg(long, value_name = "URL")]
    pub traffic: Option<String>,
    /// Requests a second of the traffic.
    #[arg(long, value_name = "N", default_value_t = palisade_demo::RATE, requires = "traffic", value_parser = rate)]
    pub rate: f64,
    /// What the traffic's clients do follows from this number.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "traffic")]
    pub seed: u64,
    /// Print the shop's contract (OpenAPI 3.1, YAML) and end.
    #[arg(long)]
    pub contract: bool,
    /// Print the names of the defects and end.
    #[arg(long)]
    pub list: bool,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate <= 1000.0 => Ok(rate),
        _ => Err("a number above 0, at most 1000".to_owned()),
    }
}

/// Runs until Ctrl-C or SIGTERM. Exit code 1 when the address cannot be had or the traffic's URL is no good.
pub async fn run(args: DemoApiArgs) -> ExitCode {
    let mut out = anstream::stdout();
    if args.contract {
        return written(out.write_all(palisade_demo::CONTRACT.as_bytes()));
    }
    if args.list {
        return written(Switches::LIST.iter().try_for_each(|(name, about)| writeln!(out, "{name:<18} {about}")));
    }
    match serve(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "palisade: {error}");
            ExitCode::from(1)
        }
    }
}

fn written(result: std::io::Result<()>) -> ExitCode {
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

async fn serve(args: DemoApiArgs) -> Result<(), String> {
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .map_err(|error| format!("the demo API cannot listen on {}: {error}", args.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let names = args.vuln.names();
    let defects = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let _ = writeln!(anstream::stdout(), "demo API on http://{address}\ndefects: {defects}");

    let shutdown = CancellationToken::new();
    let traffic = args.traffic.map(|url| {
        let shutdown = shutdown.clone();
        tokio::spawn(async move {
            let end = shutdown.clone();
            let result = Traffic::run(&url, args.seed, args.rate, shutdown).await;
            end.cancel();
            result
        })
    });
    let stop = shutdown.clone();
    tokio::spawn(async move {
        super::asked_to_end().await;
        stop.cancel();
    });
    palisade_demo::serve(listener, args.vuln, shutdown).await.map_err(|error| error.to_string())?;
    if let Some(traffic) = traffic {
        let report = traffic.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let _ = writeln!(
            anstream::stdout(),
            "traffic: {} requests answered, {} without an answer",
            report.answered,
            report.failed
        );
    }
    Ok(())
}
