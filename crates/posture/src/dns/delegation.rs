//! Where a name leads: aliases, name servers, and what leads nowhere.

use super::known::{Data, Kind, Known, Outcome, Reply};
use super::mail::Exchanges;
use serde::{Deserialize, Serialize};

/// Name servers and exchanges whose addresses are asked for.
const SERVERS: usize = 6;
/// A name that nobody has made.
const NOBODYS: &str = "palisade-no-such-name";

/// Hosters whose names anyone may register, so that an alias to one that was given up can be taken over.
const SHARED_HOSTS: &[&str] = &[
    "azure-api.net",
    "azureedge.net",
    "azurefd.net",
    "azurewebsites.net",
    "bitbucket.io",
    "blob.core.windows.net",
    "cloudapp.azure.com",
    "cloudapp.net",
    "cloudfront.net",
    "elasticbeanstalk.com",
    "fastly.net",
    "ghost.io",
    "github.io",
    "helpscoutdocs.com",
    "herokuapp.com",
    "herokudns.com",
    "myshopify.com",
    "netlify.app",
    "pages.dev",
    "pantheonsite.io",
    "readme.io",
    "s3.amazonaws.com",
    "statuspage.io",
    "surge.sh",
    "trafficmanager.net",
    "unbouncepages.com",
    "vercel.app",
    "wpengine.com",
    "zendesk.com",
];

/// A name that leads to one that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dangling {
    /// What points there: `CNAME`, `NS` or `MX`.
    pub by: String,
    /// The name that points.
    pub from: String,
    /// The name that does not exist, or has no address.
    pub to: String,
    /// Whether the registered domain of that name does not exist either: anyone can register it.
    pub registrable: bool,
}

/// Where a name leads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delegation {
    /// Names that the host leads to by CNAME, one after the other.
    pub aliases: Vec<String>,
    /// Whether the host's name exists; none where it is not known.
    pub exists: Option<bool>,
    /// Name servers of the domain.
    pub name_servers: Vec<String>,
    /// What leads nowhere.
    pub dangling: Vec<Dangling>,
    /// Whether a name that nobody made has an address; none where it is not known.
    pub wildcard: Option<bool>,
}

impl Delegation {
    /// Whether the host is an alias that leads nowhere.
    pub fn is_dangling(&self) -> bool {
        self.dangling.iter().any(|dangling| dangling.by == "CNAME")
    }
}

/// The hoster that an alias leads to, if its names can be registered by anyone.
pub fn shared_host(alias: &str) -> Option<&'static str> {
    SHARED_HOSTS.iter().copied().find(|suffix| {
        alias.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))
            // Buckets of a region: NAME.s3.REGION.amazonaws.com, NAME.s3-website-REGION.amazonaws.com.
            || *suffix == "s3.amazonaws.com" && alias.ends_with(".amazonaws.com") && alias.contains(".s3")
    })
}

pub(super) fn assess(host: &str, domain: &str, exchanges: &Exchanges, known: &mut Known) -> Delegation {
    let own = address(host, known);
    let servers = known.ask(domain, Kind::Ns);
    let mut name_servers: Vec<String> = servers
        .data()
        .iter()
        .filter_map(|data| match data {
            Data::Name(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    name_servers.sort();
    name_servers.dedup();
    let mut dangling = Vec::new();
    if let Some(last) = own.aliases.last()
        && own.is_void()
    {
        dangling.push(Dangling {
            by: "CNAME".to_owned(),
            from: host.to_owned(),
            to: last.clone(),
            registrable: is_registrable(last, known),
        });
    }
    let mail = exchanges.names.iter().map(|(_, name)| ("MX", name));
    let named = name_servers.iter().map(|name| ("NS", name)).take(SERVERS).chain(mail.take(SERVERS));
    for (by, name) in named.collect::<Vec<_>>() {
        if address(name, known).is_void() {
            let registrable = is_registrable(name, known);
            dangling.push(Dangling { by: by.to_owned(), from: domain.to_owned(), to: name.clone(), registrable });
        }
    }
    let exists = match own.outcome {
        Outcome::Unknown(_) => None,
        Outcome::NoSuchName => Some(!own.aliases.is_empty()),
        Outcome::Found(_) | Outcome::Nothing => Some(true),
    };
    let nobodys = known.ask(&format!("{NOBODYS}.{domain}"), Kind::A);
    let wildcard = nobodys.unknown().is_none().then_some(!nobodys.data().is_empty() || !nobodys.aliases.is_empty());
    Delegation { aliases: own.aliases, exists, name_servers, dangling, wildcard }
}

/// The addresses of a name: IPv4, and IPv6 where there is none.
fn address(name: &str, known: &mut Known) -> Reply {
    let first = known.ask(name, Kind::A);
    if first.outcome == Outcome::Nothing { known.ask(name, Kind::Aaaa) } else { first }
}

fn is_registrable(name: &str, known: &mut Known) -> bool {
    let domain = super::organisational_domain(name);
    known.ask(domain, Kind::Ns).outcome == Outcome::NoSuchName
}
