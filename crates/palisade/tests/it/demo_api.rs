//! `palisade demo-api` as a user starts it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn palisade(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Ends the process when the test ends, however it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn status(url: &str) -> u16 {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    agent.get(url).call().unwrap().status().as_u16()
}

#[test]
fn the_shop_serves_with_the_defects_that_were_named_and_ends_on_sigterm() {
    let args = ["demo-api", "--listen", "127.0.0.1:0", "--vuln", "shadow-export"];
    let mut shop = Running(palisade(&args).spawn().unwrap());
    let mut out = BufReader::new(shop.0.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("demo API on ").expect("the first line says where").to_owned();
    assert_eq!(status(&format!("{url}/health")), 200);
    assert_eq!(status(&format!("{url}/internal/export/customers")), 200);
    assert_eq!(status(&format!("{url}/v1/products")), 404);

    let asked = Instant::now();
    Command::new("kill").arg(shop.0.id().to_string()).status().unwrap();
    assert!(shop.0.wait().unwrap().success());
    assert!(asked.elapsed() < Duration::from_secs(5));
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "defects: shadow-export\n");
}

#[test]
fn the_shop_sends_its_own_traffic_when_asked() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let url = format!("http://{address}");
    let args = ["demo-api", "--listen", &address, "--traffic", &url, "--rate", "500"];
    let mut shop = Running(palisade(&args).spawn().unwrap());
    let mut out = BufReader::new(shop.0.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    Command::new("kill").arg(shop.0.id().to_string()).status().unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    let last = rest.lines().last().unwrap();
    let answered: u64 = last.strip_prefix("traffic: ").unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(answered > 50, "{last}");
}

#[test]
fn an_address_in_use_and_an_unknown_defect_are_said_plainly() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = palisade(&["demo-api", "--listen", &address]).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&format!("cannot listen on {address}")));

    let output = palisade(&["demo-api", "--vuln", "everything"]).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no defect is called \"everything\""));
}

#[test]
fn the_contract_on_stdout_is_the_one_in_the_examples() {
    let output = palisade(&["demo-api", "--contract"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), include_str!("../../../../examples/shop/shop.openapi.yaml"));
}
