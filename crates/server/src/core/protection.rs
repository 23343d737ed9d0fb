//! What people set for the protection of APIs, checked before it is kept: a policy that cannot work is never published.

use crate::types::{FieldError, Mode, ProtectionSettings, RateRule, SettingChange};
use ipnet::IpNet;
use palisade_guard::Protection;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Networks of one list.
pub const MAX_NETWORKS: usize = 20_000;
/// Places told of one version.
const MAX_CHANGES: usize = 200;
/// A month of seconds: the longest ban.
const MAX_BAN: u32 = 2_592_000;

/// The protection of an API that is in force.
#[derive(Debug, Clone, Default)]
pub struct Protected {
    /// Counts every change; 0: nothing was set yet.
    pub version: i64,
    /// What is set.
    pub settings: Protection,
    /// Microseconds.
    pub made_at: Option<i64>,
    /// Who set it.
    pub made_by: Option<String>,
    /// Why what was stored is not in force.
    pub problem: Option<String>,
}

impl Protected {
    /// Takes up what was stored.
    pub fn stored(row: palisade_store::ProtectionRow) -> Self {
        let (settings, problem) = match serde_json::from_str(&row.settings) {
            Ok(settings) => (settings, None),
            Err(error) => {
                let problem = format!("what was stored cannot be read, the defaults are in force: {error}");
                (Protection::default(), Some(problem))
            }
        };
        Self { version: row.version, settings, made_at: Some(row.made_at), made_by: Some(row.made_by), problem }
    }
}

/// A network list as the control plane holds it.
#[derive(Debug, Clone)]
pub struct List {
    /// The row's id; the name where a file manages the list.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// Name and networks.
    pub list: palisade_guard::NetworkList,
    /// When it was made, microseconds.
    pub created_at: i64,
    /// When it was last changed, and by whom; `None` where a file manages it.
    pub updated: Option<(i64, String)>,
}

impl List {
    /// Takes up what was stored.
    pub fn stored(row: palisade_store::NetworkListRow) -> Self {
        let networks = serde_json::from_str(&row.networks).unwrap_or_else(|error| {
            tracing::error!(list = %row.name, %error, "a stored network list cannot be read: it is empty");
            Vec::new()
        });
        Self {
            id: row.id,
            description: row.description,
            list: palisade_guard::NetworkList { name: row.name, networks },
            created_at: row.created_at,
            updated: Some((row.updated_at, row.updated_by)),
        }
    }
}

/// The lists and proxies that every API shares.
#[derive(Debug, Clone, Default)]
pub struct Networks {
    /// By name.
    pub lists: Vec<List>,
    /// Proxies whose word on the client's address is taken.
    pub proxies: Vec<IpNet>,
    /// True when a file names the proxies.
    pub proxies_read_only: bool,
}

/// Where a list is named in a protection: `allow`, `deny`, or `except` and the rate's name.
pub fn uses_of(list: &str, protection: &Protection) -> Vec<String> {
    let mut uses = Vec::new();
    for (role, names) in [("allow", &protection.networks.allow), ("deny", &protection.networks.deny)] {
        if names.iter().any(|name| name == list) {
            uses.push(role.to_owned());
        }
    }
    let own = protection.operations.iter().flat_map(|rule| &rule.rates);
    let rates = protection.rates.iter().chain(own).filter(|rate| rate.except.iter().any(|name| name == list));
    uses.extend(rates.map(|rate| format!("except of rate {}", rate.name)));
    uses
}

/// A network as people write it: an address stands for itself alone.
///
/// # Errors
/// What is wrong with it.
pub fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let shown: String = text.chars().take(60).collect();
    let wrong = || format!("{shown:?} is no address or network such as 192.0.2.0/24 or 2001:db8::/32");
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    let network: IpNet = text.parse().map_err(|_| wrong())?;
    if network.trunc() == network {
        Ok(network)
    } else {
        Err(format!("{shown:?} has bits set beyond its prefix: write {}", network.trunc()))
    }
}

/// Networks as people write them, in order and each once.
///
/// # Errors
/// The places in error.
pub fn networks(texts: &[String]) -> Result<Vec<IpNet>, Vec<FieldError>> {
    let mut mistakes = Mistakes::default();
    let mut networks = BTreeSet::new();
    for (at, text) in texts.iter().enumerate() {
        match network(text) {
            Ok(network) => drop(networks.insert(network)),
            Err(message) => mistakes.add(format!("/networks/{at}"), "network", message),
        }
    }
    if networks.len() > MAX_NETWORKS {
        mistakes.add("/networks".to_owned(), "too_many", format!("a list has at most {MAX_NETWORKS} networks"));
    }
    mistakes.or(networks.into_iter().collect())
}

/// The settings as the guard takes them.
///
/// # Errors
/// The places in error. `lists` are the names that exist.
pub fn check(settings: &ProtectionSettings, lists: &BTreeSet<&str>) -> Result<Protection, Vec<FieldError>> {
    let mut mistakes = Mistakes::default();
    for (at, name) in settings.networks.allow.iter().enumerate() {
        if settings.networks.deny.contains(name) {
            mistakes.add(format!("/settings/networks/allow/{at}"), "conflict", "is also kept out by deny");
        }
    }
    if settings.ban.seconds > MAX_BAN {
        mistakes.add("/settings/ban/seconds".to_owned(), "maximum", format!("is at most {MAX_BAN}"));
    }
    mistakes.bounds(settings);
    for (member, value) in [("identity", &settings.identity), ("profile", &settings.profile)] {
        for (name, value) in value.iter().flatten() {
            mistakes.files(&format!("/settings/{member}/{}", escape(name)), name, value);
        }
    }
    mistakes.rates("/settings/rates", &settings.rates);
    for (at, rule) in settings.operations.iter().enumerate() {
        mistakes.rates(&format!("/settings/operations/{at}/rates"), &rule.rates);
    }
    let guarded = serde_json::to_value(settings).and_then(serde_json::from_value::<Protection>);
    let protection = match guarded {
        Ok(protection) => protection,
        Err(error) => {
            mistakes.add("/settings".to_owned(), "unknown", error.to_string());
            return Err(mistakes.0);
        }
    };
    for mistake in protection.mistakes(&|name| lists.contains(name)) {
        mistakes.add(format!("/settings{}", mistake.pointer), "unusable", mistake.message);
    }
    mistakes.or(protection)
}

/// The settings of the REST API that say what the guard is told.
pub fn shown(protection: &Protection) -> ProtectionSettings {
    serde_json::to_value(protection).and_then(serde_json::from_value).unwrap_or_else(|error| {
        tracing::error!(%error, "a protection cannot be shown");
        ProtectionSettings::default()
    })
}

/// What differs between two versions, place by place.
pub fn changes(before: (Mode, &ProtectionSettings), after: (Mode, &ProtectionSettings)) -> Vec<SettingChange> {
    let value = |(mode, settings): (Mode, &ProtectionSettings)| serde_json::json!({"mode": mode, "settings": settings});
    let mut changes = Vec::new();
    differ(&mut String::new(), Some(&value(before)), Some(&value(after)), &mut changes);
    changes.truncate(MAX_CHANGES);
    changes
}

fn differ(place: &mut String, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<SettingChange>) {
    if before == after || changes.len() >= MAX_CHANGES {
        return;
    }
    let mut deeper = |step: &str, before: Option<&Value>, after: Option<&Value>| {
        let length = place.len();
        place.push('/');
        place.push_str(&escape(step));
        differ(place, before, after, changes);
        place.truncate(length);
    };
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for (name, value) in old {
                deeper(name, Some(value), new.get(name));
            }
            for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                deeper(name, None, Some(value));
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for at in 0..old.len().max(new.len()) {
                deeper(&at.to_string(), old.get(at), new.get(at));
            }
        }
        _ => changes.push(SettingChange { pointer: place.clone(), before: before.cloned(), after: after.cloned() }),
    }
}

fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

#[derive(Default)]
struct Mistakes(Vec<FieldError>);

impl Mistakes {
    fn add(&mut self, pointer: String, code: &str, message: impl Into<String>) {
        if self.0.len() < 100 {
            self.0.push(FieldError {
                location: "body".to_owned(),
                name: String::new(),
                pointer,
                code: code.to_owned(),
                message: message.into(),
            });
        }
    }

    fn or<T>(self, good: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() { Ok(good) } else { Err(self.0) }
    }

    fn count(&mut self, place: &str, count: usize, most: usize) {
        if count > most {
            self.add(place.to_owned(), "too_many", format!("has at most {most} entries"));
        }
    }

    /// How much there may be of everything, and of each text.
    fn bounds(&mut self, settings: &ProtectionSettings) {
        let mut counts = vec![
            ("/settings/networks/allow".to_owned(), settings.networks.allow.len(), 50),
            ("/settings/networks/deny".to_owned(), settings.networks.deny.len(), 50),
            ("/settings/headers".to_owned(), settings.headers.len(), 100),
            ("/settings/response/set".to_owned(), settings.response.set.len(), 50),
            ("/settings/operations".to_owned(), settings.operations.len(), 500),
        ];
        for (at, rule) in settings.headers.iter().enumerate() {
            counts.push((format!("/settings/headers/{at}/allow"), rule.allow.len(), 100));
            counts.push((format!("/settings/headers/{at}/deny"), rule.deny.len(), 100));
        }
        for (place, count, most) in counts {
            self.count(&place, count, most);
        }
        for (name, value) in settings.response.set.iter().filter(|(_, value)| value.len() > 4096) {
            let message = format!("has {} bytes: at most 4096", value.len());
            self.add(format!("/settings/response/set/{}", escape(name)), "too_long", message);
        }
        let limits = serde_json::to_value(&settings.limits).unwrap_or_default();
        for (name, limit) in limits.as_object().into_iter().flatten() {
            if limit.as_u64() == Some(0) {
                self.add(format!("/settings/limits/{name}"), "minimum", "is at least 1");
            }
        }
    }

    /// A gateway reads the files that are named to it: who may set a protection here need not have its machine.
    fn files(&mut self, place: &str, name: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.files(&format!("{place}/{}", escape(name)), name, value);
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    self.files(&format!("{place}/{at}"), name, value);
                }
            }
            Value::String(text) if name.ends_with("_file") && !text.is_empty() => {
                self.add(place.to_owned(), "file", "names a file of the gateway: only the gateway's own file may");
            }
            _ => {}
        }
    }

    fn rates(&mut self, place: &str, rates: &[RateRule]) {
        self.count(place, rates.len(), 50);
        let mut names = BTreeSet::new();
        for (at, rate) in rates.iter().enumerate() {
            let place = format!("{place}/{at}");
            let name = rate.name.trim();
            if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
                self.add(format!("{place}/name"), "required", "has 1 to 100 characters");
            } else if !names.insert(name) {
                self.add(format!("{place}/name"), "duplicate", "names another rate too");
            }
            let lists = [
                ("methods", rate.methods.len(), 20),
                ("paths", rate.paths.len(), 100),
                ("statuses", rate.statuses.len(), 50),
                ("except", rate.except.len(), 50),
            ];
            for (field, count, most) in lists {
                self.count(&format!("{place}/{field}"), count, most);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{CheckAction, CheckName, HeaderRule, OperationRule};

    #[test]
    fn what_the_guard_knows_can_be_set_and_what_can_be_set_the_guard_knows() {
        let guard = serde_json::to_value(Protection::default()).unwrap();
        let own = serde_json::to_value(ProtectionSettings::default()).unwrap();
        assert_eq!(guard, own);
        // One of everything, with its members.
        let full = serde_json::json!({
            "headers": [HeaderRule::default()], "rates": [RateRule::default()],
            "operations": [OperationRule { rates: vec![RateRule::default()], ..OperationRule::default() }],
        });
        let guard: Protection = serde_json::from_value(full.clone()).unwrap();
        let own: ProtectionSettings = serde_json::from_value(full).unwrap();
        assert_eq!(shown(&guard), own);
        assert_eq!(serde_json::to_value(guard).unwrap(), serde_json::to_value(own).unwrap());
    }

    #[test]
    fn mistakes_name_their_place() {
        let settings: ProtectionSettings = serde_json::from_value(serde_json::json!({
            "rollout": 101,
            "networks": {"allow": ["office", "gone"], "deny": ["office"]},
            "headers": [{"name": "bad name"}],
            "limits": {"cookies": 0},
            "rates": [{"name": "a"}, {"name": "a", "burst": 0, "methods": ["G T"], "paths": ["x"],
                       "statuses": ["4xx", "400-499", "499-400", "4x"], "except": ["gone"]}],
            "ban": {"seconds": 0},
            "response": {"set": {"Content-Length": "3", "X-A": "a\r\nb"}},
            "operations": [{"operation": "GET orders"}],
        }))
        .unwrap();
        let lists = BTreeSet::from(["office"]);
        let mistakes = check(&settings, &lists).unwrap_err();
        let told: Vec<String> =
            mistakes.iter().map(|error| format!("{} {}: {}", error.pointer, error.code, error.message)).collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn files_of_the_gateway_are_not_named_from_here() {
        let identity = serde_json::json!({"tokens": [{"hs_secret_file": "/etc/passwd", "other_file": ""}]});
        let settings: ProtectionSettings = serde_json::from_value(serde_json::json!({"identity": identity})).unwrap();
        let mistakes = check(&settings, &BTreeSet::new()).unwrap_err();
        assert_eq!(
            (mistakes[0].pointer.as_str(), mistakes[0].code.as_str()),
            ("/settings/identity/tokens/0/hs_secret_file", "file")
        );
    }

    #[test]
    fn networks_are_strict_in_order_and_kept_once() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let good = networks(&texts(&["2001:db8::/32", " 192.0.2.7 ", "192.0.2.0/24", "192.0.2.7/32"])).unwrap();
        let good: Vec<String> = good.iter().map(ToString::to_string).collect();
        assert_eq!(good, ["192.0.2.0/24", "192.0.2.7/32", "2001:db8::/32"]);
        let bad = networks(&texts(&["10.0.0.5/8", "10.0.0.0/33", "<script>", ""])).unwrap_err();
        let told: Vec<String> = bad.iter().map(|error| format!("{}: {}", error.pointer, error.message)).collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn a_version_tells_what_it_changed() {
        let mut after = ProtectionSettings::default();
        after.effects.insert(CheckName::UndeclaredQuery, CheckAction::Prevent);
        after.rollout = Some(25);
        let before = ProtectionSettings::default();
        let told: Vec<String> = changes((Mode::Observe, &before), (Mode::Block, &after))
            .iter()
            .map(|change| serde_json::to_string(change).unwrap())
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
