//! `palisade login` and `palisade logout`.

use super::connection::{ConnectionArgs, Target, environment};
use super::output::{print, shown};
use super::profiles::{self, DEFAULT, Profile, Profiles};
use palisade_client::{Client, Credentials, Error};
use palisade_report::terminal;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::process::ExitCode;

/// Bytes read from standard input.
const MOST: u64 = 64 << 10;

/// Keeps the key pair of a control plane, for `palisade job` and `apisec_cli`.
///
/// Asks for the keys at a terminal; else it reads them from standard input: the access key and the secret key, each on a
/// line of its own, or the two lines that `palisade keys create` prints. They are tried at the control plane first, and
/// kept in $XDG_CONFIG_HOME/palisade/profiles.json (or ~/.config/palisade), which its owner alone can read. They are sent
/// to that control plane and nowhere else.
#[derive(Debug, clap::Args)]
pub struct LoginArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Forgets a key pair that `palisade login` has kept.
///
/// The pair stays valid: `palisade keys` or the console revokes it.
#[derive(Debug, clap::Args)]
pub struct LogoutArgs {
    /// The profile to forget [default: default].
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    profile: Option<String>,
    /// Forgets all of them.
    #[arg(long)]
    all: bool,
}

/// Signs in.
pub async fn login(args: LoginArgs) -> ExitCode {
    match keep(&args.connection).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(error),
    }
}

/// Signs out.
pub fn logout(args: &LogoutArgs) -> ExitCode {
    match forget(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(error),
    }
}

async fn keep(connection: &ConnectionArgs) -> Result<(), String> {
    let directory = profiles::directory(environment)?;
    let mut profiles = Profiles::read(&directory)?;
    let name = connection.profile.as_deref().unwrap_or(DEFAULT);
    if name.is_empty() || name.chars().any(|c| c.is_control()) {
        return Err("the profile needs a name".to_owned());
    }
    let server = connection.server(environment);
    let (access_key, secret_key) = keys(connection, &server)?;
    let (ca, allow_http) = (connection.ca(environment), connection.allow_http());
    let credentials = Credentials::Keys { access: access_key.clone(), secret: secret_key.clone() };
    let target = Target { server, credentials, ca, allow_http };
    check(&target.client()?).await?;
    let Target { server, ca, allow_http, .. } = target;
    let said = format!("{} keeps the keys for {}", shown(profiles.file()), terminal(&server));
    profiles.set(name, Profile { server, access_key, secret_key, ca, allow_http });
    profiles.write()?;
    print(&match name {
        DEFAULT => format!("{said}\n"),
        name => format!("{said}; use them with --profile {}\n", terminal(name)),
    })
}

/// Whether the control plane knows the keys. One that knows them and allows them nothing here is told as that.
async fn check(client: &Client) -> Result<(), String> {
    match client.get::<serde_json::Value>("/api/v1/jobs?limit=1").await {
        Ok(_) => Ok(()),
        Err(error) if error.status() == Some(http::StatusCode::FORBIDDEN) => {
            Err(format!("the control plane knows these keys, but they may not see jobs: {error}"))
        }
        Err(error @ Error::Refused(_)) => Err(format!("the keys are not kept: {error}")),
        Err(error) => Err(error.to_string()),
    }
}

fn keys(connection: &ConnectionArgs, server: &str) -> Result<(String, String), String> {
    if let (Some(access), Some(secret)) = (connection.access_key(), connection.secret_key()) {
        return Ok((access.to_owned(), secret.to_owned()));
    }
    let input = std::io::stdin();
    if !input.is_terminal() {
        let mut text = String::new();
        let read = input.lock().take(MOST).read_to_string(&mut text);
        read.map_err(|error| format!("cannot read the keys from standard input: {error}"))?;
        return pair(&text, connection.access_key())
            .ok_or_else(|| "give the access key and the secret key on standard input, each on a line".to_owned());
    }
    let access = match connection.access_key() {
        Some(access) => access.to_owned(),
        None => {
            let mut err = anstream::stderr();
            let asked = write!(err, "Access key for {}: ", terminal(server)).and_then(|()| err.flush());
            asked.map_err(|error| format!("cannot ask for the keys: {error}"))?;
            let mut line = String::new();
            let read = input.lock().take(MOST).read_line(&mut line);
            read.map_err(|error| format!("cannot read the access key: {error}"))?;
            line.trim().to_owned()
        }
    };
    let secret = rpassword::prompt_password("Secret key: ");
    let secret = secret.map_err(|error| format!("cannot read the secret key: {error}"))?;
    Ok((access, secret.trim().to_owned()))
}

/// The keys in a text: one a line, or in the lines for a shell that `palisade keys create` prints.
fn pair(text: &str, access: Option<&str>) -> Option<(String, String)> {
    let mut plain = Vec::new();
    let (mut named_access, mut named_secret) = (None, None);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("export ").unwrap_or(line).split_once('=') {
            Some((name, value)) if name.ends_with("_ACCESS_KEY") => named_access = Some(unquoted(value)),
            Some((name, value)) if name.ends_with("_SECRET_KEY") => named_secret = Some(unquoted(value)),
            _ => plain.push(line.to_owned()),
        }
    }
    let mut plain = plain.into_iter();
    let access = access.map(str::to_owned).or(named_access).or_else(|| plain.next())?;
    let secret = named_secret.or_else(|| plain.next())?;
    Some((access, secret))
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = ['\'', '"'].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    inner.unwrap_or(value).to_owned()
}

fn forget(args: &LogoutArgs) -> Result<(), String> {
    let mut profiles = Profiles::read(&profiles::directory(environment)?)?;
    let names: Vec<String> = if args.all {
        profiles.names().into_iter().map(str::to_owned).collect()
    } else {
        vec![args.profile.clone().unwrap_or_else(|| DEFAULT.to_owned())]
    };
    for name in &names {
        if !profiles.remove(name) {
            let kept = terminal(&profiles.names().join(", "));
            let kept = if kept.is_empty() { "none is kept".to_owned() } else { format!("kept are {kept}") };
            return Err(format!("no profile {}: {kept}", terminal(name)));
        }
    }
    profiles.write()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(access: &str, secret: &str) -> Option<(String, String)> {
        Some((access.to_owned(), secret.to_owned()))
    }

    #[test]
    fn keys_are_read_line_by_line_or_as_the_lines_for_a_shell() {
        assert_eq!(pair("pal_ak_a\npal_sk_b\n", None), both("pal_ak_a", "pal_sk_b"));
        assert_eq!(pair("\r\npal_sk_b=\r\n", Some("x")), both("x", "pal_sk_b="));
        let exports = "export PANOPTICA_CLI_SECRET_KEY='pal_sk_b'\nexport PANOPTICA_CLI_ACCESS_KEY=pal_ak_a\n";
        assert_eq!(pair(exports, None), both("pal_ak_a", "pal_sk_b"));
        assert_eq!(pair("PALISADE_ACCESS_KEY=\"a\"\nPALISADE_SECRET_KEY=b", None), both("a", "b"));
        assert_eq!(pair("pal_ak_a\n", None), None);
        assert_eq!(pair("", None), None);
    }
}
