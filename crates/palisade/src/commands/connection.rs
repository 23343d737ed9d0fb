//! Which control plane a command asks, and as whom.

use super::profiles::{self, DEFAULT, Profile, Profiles};
use super::score::certificates;
use palisade_client::{Client, Credentials, Settings};
use std::path::PathBuf;

/// Where a control plane is when nothing says otherwise: `palisade serve` on this machine.
const SERVER: &str = "http://127.0.0.1:8600";
/// What the environment calls each setting, the first that is set counts.
const ACCESS_KEY: &[&str] = &["PALISADE_ACCESS_KEY", "PANOPTICA_CLI_ACCESS_KEY"];
const SECRET_KEY: &[&str] = &["PALISADE_SECRET_KEY", "PANOPTICA_CLI_SECRET_KEY"];
const TOKEN: &str = "PALISADE_TOKEN";
const URL: &str = "PALISADE_URL";
const CA: &str = "PALISADE_CA";
const PROFILE: &str = "PALISADE_PROFILE";

/// Which control plane is asked, and as whom.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ConnectionArgs {
    /// Access key [env: PALISADE_ACCESS_KEY, PANOPTICA_CLI_ACCESS_KEY].
    #[arg(long, value_name = "KEY", global = true, help_heading = "Authentication")]
    access_key: Option<String>,
    /// Secret key [env: PALISADE_SECRET_KEY, PANOPTICA_CLI_SECRET_KEY]. Others on this machine see what is given here:
    /// better set the environment, or sign in once with `palisade login`.
    #[arg(long, value_name = "KEY", global = true, help_heading = "Authentication")]
    secret_key: Option<String>,
    /// Address of the control plane [env: PALISADE_URL] [default: http://127.0.0.1:8600].
    #[arg(long, value_name = "URL", global = true, help_heading = "Authentication")]
    server: Option<String>,
    /// Control plane and keys that `palisade login --profile NAME` has kept [env: PALISADE_PROFILE].
    #[arg(long, value_name = "NAME", global = true, help_heading = "Authentication")]
    pub profile: Option<String>,
    /// PEM file of certificates that are trusted instead of the system's [env: PALISADE_CA].
    #[arg(long, value_name = "FILE", global = true, help_heading = "Authentication")]
    ca: Option<PathBuf>,
    /// Sends the keys unencrypted to another machine, too.
    #[arg(long, global = true, help_heading = "Authentication")]
    allow_http: bool,
}

/// What was found out: where to, with which keys, trusting whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Address of the control plane, as it was given.
    pub server: String,
    /// Who asks.
    pub credentials: Credentials,
    /// File of certificates that are trusted instead of the system's.
    pub ca: Option<PathBuf>,
    /// Sends the keys unencrypted to another machine.
    pub allow_http: bool,
}

impl Target {
    /// A client for it.
    ///
    /// # Errors
    /// When address, certificates or keys cannot be used.
    pub fn client(&self) -> Result<Client, String> {
        let address = self.server.parse().map_err(|error: palisade_client::BadAddress| error.to_string())?;
        let roots = self.ca.as_deref().map(certificates).transpose()?.unwrap_or_default();
        let settings = Settings::new(address, self.credentials.clone());
        Client::new(&Settings { roots, allow_http: self.allow_http, ..settings }).map_err(|error| error.to_string())
    }
}

/// What the process was started with.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn first(names: &[&str], environment: &impl Fn(&str) -> Option<String>) -> Option<String> {
    names.iter().find_map(|name| environment(name))
}

impl ConnectionArgs {
    /// A client for the control plane that command line, environment and profiles name.
    ///
    /// # Errors
    /// When there are no keys, or what there is does not fit together.
    pub fn client(&self) -> Result<Client, String> {
        // Without a place for profiles there are none.
        let profiles = profiles::directory(environment).ok().map(|directory| Profiles::read(&directory)).transpose()?;
        self.target(environment, profiles.as_ref())?.client()
    }

    /// The server that was named, and the one asked otherwise.
    pub fn server(&self, environment: impl Fn(&str) -> Option<String>) -> String {
        self.server.clone().or_else(|| environment(URL)).unwrap_or_else(|| SERVER.to_owned())
    }

    /// The certificates that were named; the file's path does not depend on where a command runs.
    pub fn ca(&self, environment: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        let given = self.ca.clone().or_else(|| environment(CA).map(PathBuf::from));
        given.map(|file| std::path::absolute(&file).unwrap_or(file))
    }

    /// Whether keys may travel unencrypted.
    pub fn allow_http(&self) -> bool {
        self.allow_http
    }

    /// The access key of the command line.
    pub fn access_key(&self) -> Option<&str> {
        self.access_key.as_deref()
    }

    /// The secret key of the command line.
    pub fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }

    /// What command line, environment and profiles say together. The command line counts before a profile that it
    /// names, this before the environment, this before the default profile. Keys of a profile go to its server alone.
    fn target(
        &self,
        environment: impl Fn(&str) -> Option<String>,
        profiles: Option<&Profiles>,
    ) -> Result<Target, String> {
        let named = self.profile.clone();
        let given = self.access_key.is_some() || self.secret_key.is_some();
        let surrounding = named.is_none()
            && (first(ACCESS_KEY, &environment).is_some()
                || first(SECRET_KEY, &environment).is_some()
                || environment(TOKEN).is_some());
        if !given && !surrounding {
            let name = named.or_else(|| environment(PROFILE));
            return self.of_profile(name.as_deref(), &environment, profiles);
        }
        let access = self.access_key.clone().or_else(|| first(ACCESS_KEY, &environment));
        let secret = self.secret_key.clone().or_else(|| first(SECRET_KEY, &environment));
        let credentials = match (access, secret) {
            (Some(access), Some(secret)) => Credentials::Keys { access, secret },
            (Some(_), None) => {
                return Err(
                    "there is an access key and no secret key: give --secret-key or set PANOPTICA_CLI_SECRET_KEY"
                        .to_owned(),
                );
            }
            (None, Some(_)) => {
                return Err(
                    "there is a secret key and no access key: give --access-key or set PANOPTICA_CLI_ACCESS_KEY"
                        .to_owned(),
                );
            }
            (None, None) => Credentials::Token(environment(TOKEN).unwrap_or_default()),
        };
        // A profile that is named beside keys says where to.
        let profile = named.map(|name| found(&name, profiles)).transpose()?;
        let server = self.server.clone().or_else(|| profile.map(|profile| profile.server.clone()));
        Ok(Target {
            server: server.unwrap_or_else(|| self.server(&environment)),
            credentials,
            ca: self.ca(&environment).or_else(|| profile.and_then(|profile| profile.ca.clone())),
            allow_http: self.allow_http,
        })
    }

    fn of_profile(
        &self,
        name: Option<&str>,
        environment: &impl Fn(&str) -> Option<String>,
        profiles: Option<&Profiles>,
    ) -> Result<Target, String> {
        let profile = match name {
            Some(name) => found(name, profiles)?,
            None => profiles.and_then(|profiles| profiles.get(DEFAULT)).ok_or(
                "no keys: set PANOPTICA_CLI_ACCESS_KEY and PANOPTICA_CLI_SECRET_KEY, give --access-key and --secret-key, \
                 or sign in with `palisade login`",
            )?,
        };
        let wanted = self.server.clone().or_else(|| environment(URL).filter(|_| name.is_none()));
        let same = |a: &str, b: &str| a.trim_end_matches('/') == b.trim_end_matches('/');
        if let Some(wanted) = wanted.filter(|wanted| !same(wanted, &profile.server)) {
            let name = name.unwrap_or(DEFAULT);
            return Err(format!(
                "the keys of the profile {name} are for {}, not for {}: sign in there with `palisade login`",
                palisade_report::terminal(&profile.server),
                palisade_report::terminal(&wanted)
            ));
        }
        Ok(Target {
            server: profile.server.clone(),
            credentials: Credentials::Keys { access: profile.access_key.clone(), secret: profile.secret_key.clone() },
            ca: self.ca(environment).or_else(|| profile.ca.clone()),
            allow_http: self.allow_http || profile.allow_http,
        })
    }
}

fn found<'a>(name: &str, profiles: Option<&'a Profiles>) -> Result<&'a Profile, String> {
    profiles.and_then(|profiles| profiles.get(name)).ok_or_else(|| {
        let names = profiles.map(Profiles::names).unwrap_or_default().join(", ");
        let known = if names.is_empty() { "none is kept".to_owned() } else { format!("kept are {names}") };
        let known = palisade_report::terminal(&known);
        format!("no profile {}: {known}; `palisade login --profile NAME` keeps one", palisade_report::terminal(name))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use std::path::Path;

    fn profiles(directory: &Path) -> Profiles {
        let mut profiles = Profiles::read(directory).unwrap();
        for (name, server) in [(DEFAULT, "https://a.example"), ("b", "https://b.example")] {
            let (access_key, secret_key) = (format!("pal_ak_{name}"), format!("pal_sk_{name}"));
            profiles.set(name, Profile { server: server.into(), access_key, secret_key, ca: None, allow_http: false });
        }
        profiles
    }

    fn told(args: &ConnectionArgs, environment: &[(&str, &str)]) -> String {
        let directory = tempfile::tempdir().unwrap();
        let read = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        match args.target(read, Some(&profiles(directory.path()))) {
            Ok(target) => match target.credentials {
                Credentials::Keys { access, secret } => format!("{} {access} {secret}", target.server),
                Credentials::Token(token) => format!("{} {token}", target.server),
                Credentials::None => target.server,
            },
            Err(error) => error,
        }
    }

    #[test]
    fn the_command_line_counts_before_the_environment_and_that_before_a_profile() {
        let none = ConnectionArgs::default();
        assert_eq!(told(&none, &[]), "https://a.example pal_ak_default pal_sk_default");
        let keys = [("PANOPTICA_CLI_ACCESS_KEY", "ak"), ("PANOPTICA_CLI_SECRET_KEY", "sk")];
        assert_eq!(told(&none, &keys), "http://127.0.0.1:8600 ak sk");
        let both = [keys.as_slice(), &[("PALISADE_SECRET_KEY", "own"), ("PALISADE_URL", "https://c.example")]].concat();
        assert_eq!(told(&none, &both), "https://c.example ak own");
        let given = ConnectionArgs {
            access_key: Some("x".to_owned()),
            server: Some("https://d.example".to_owned()),
            ..ConnectionArgs::default()
        };
        assert_eq!(told(&given, &both), "https://d.example x own");
        assert_eq!(told(&none, &[("PALISADE_TOKEN", "pal_t")]), "http://127.0.0.1:8600 pal_t");
    }

    #[test]
    fn a_profile_that_is_named_counts_before_the_environment() {
        let named = ConnectionArgs { profile: Some("b".to_owned()), ..ConnectionArgs::default() };
        let keys = [("PANOPTICA_CLI_ACCESS_KEY", "ak"), ("PANOPTICA_CLI_SECRET_KEY", "sk")];
        assert_eq!(told(&named, &keys), "https://b.example pal_ak_b pal_sk_b");
        assert_eq!(told(&named, &[("PALISADE_URL", "https://c.example")]), "https://b.example pal_ak_b pal_sk_b");
        let none = ConnectionArgs::default();
        assert_eq!(told(&none, &[("PALISADE_PROFILE", "b")]), "https://b.example pal_ak_b pal_sk_b");
        let unknown = ConnectionArgs { profile: Some("c".to_owned()), ..ConnectionArgs::default() };
        assert!(told(&unknown, &[]).starts_with("no profile c: kept are b, default;"));
    }

    #[test]
    fn keys_of_a_profile_go_to_its_server_alone() {
        let elsewhere = ConnectionArgs { server: Some("https://c.example".to_owned()), ..ConnectionArgs::default() };
        assert!(told(&elsewhere, &[]).contains("are for https://a.example, not for https://c.example"));
        assert!(told(&ConnectionArgs::default(), &[("PALISADE_URL", "https://c.example")]).contains("palisade login"));
        assert_eq!(
            told(&ConnectionArgs::default(), &[("PALISADE_URL", "https://a.example/")]),
            "https://a.example pal_ak_default pal_sk_default"
        );
    }

    #[test]
    fn half_a_pair_is_told() {
        let half = told(&ConnectionArgs::default(), &[("PANOPTICA_CLI_ACCESS_KEY", "ak")]);
        assert!(half.contains("no secret key"), "{half}");
        let half = told(&ConnectionArgs::default(), &[("PANOPTICA_CLI_SECRET_KEY", "sk")]);
        assert!(half.contains("no access key") && !half.contains("sk "), "{half}");
    }
}
