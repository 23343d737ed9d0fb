//! The engines' rules, joined.

use palisade_finding::Severity;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What reports say about a rule.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleInfo {
    /// Stable id.
    pub id: Cow<'static, str>,
    /// Short name by the bad pattern.
    pub name: Cow<'static, str>,
    /// How bad a finding is.
    pub severity: Severity,
    /// Family.
    pub category: Cow<'static, str>,
    /// What the rule looks for.
    pub what: Cow<'static, str>,
    /// Why that is bad.
    pub why: Cow<'static, str>,
    /// How to mend it.
    pub fix: Cow<'static, str>,
    /// How those live with it who cannot mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer: Option<Cow<'static, str>>,
    /// OWASP API Security Top 10 items.
    pub owasp: Vec<Cow<'static, str>>,
    /// CWE ids.
    pub cwe: Vec<Cow<'static, str>>,
    /// Where to read more.
    pub references: Vec<Cow<'static, str>>,
}

impl From<&palisade_audit::Rule> for RuleInfo {
    fn from(rule: &palisade_audit::Rule) -> Self {
        RuleInfo {
            id: rule.id.into(),
            name: rule.name.into(),
            severity: rule.severity,
            category: rule.category.into(),
            what: rule.what.into(),
            why: rule.why.into(),
            fix: rule.fix.into(),
            consumer: None,
            owasp: borrowed(rule.owasp),
            cwe: borrowed(rule.cwe),
            references: borrowed(rule.references),
        }
    }
}

impl From<&palisade_discover::Rule> for RuleInfo {
    fn from(rule: &palisade_discover::Rule) -> Self {
        RuleInfo {
            id: rule.id.into(),
            name: rule.name.into(),
            severity: rule.severity,
            category: rule.category.into(),
            what: rule.what.into(),
            why: rule.why.into(),
            fix: rule.fix.into(),
            consumer: None,
            owasp: borrowed(rule.owasp),
            cwe: borrowed(rule.cwe),
            references: Vec::new(),
        }
    }
}

impl From<&palisade_posture::Rule> for RuleInfo {
    fn from(rule: &palisade_posture::Rule) -> Self {
        RuleInfo {
            id: rule.id.into(),
            name: rule.name.into(),
            severity: rule.severity,
            category: rule.category.as_str().into(),
            what: rule.what.into(),
            why: rule.why.into(),
            fix: rule.fix.into(),
            consumer: Some(rule.consumer.into()),
            owasp: borrowed(rule.owasp),
            cwe: borrowed(rule.cwe),
            references: borrowed(rule.references),
        }
    }
}

impl From<&palisade_diff::Check> for RuleInfo {
    fn from(check: &palisade_diff::Check) -> Self {
        let fix = match check.level {
            palisade_diff::Level::Breaking => {
                "Keep what clients use and add the new form beside it; or deprecate it with a date, and publish a new \
                 major version."
            }
            palisade_diff::Level::Risky => "Ask the owners of the clients, or look in the traffic who uses it.",
            palisade_diff::Level::Compatible => "Nothing needs to be done.",
        };
        RuleInfo {
            id: check.id.clone(),
            name: check.id.clone(),
            severity: check.level.severity(),
            category: palisade_diff::CATEGORY.into(),
            what: format!("From the old contract to the new one: {}. Level: {}.", check.what, check.level).into(),
            why: check.level.meaning().into(),
            fix: fix.into(),
            consumer: None,
            owasp: Vec::new(),
            cwe: Vec::new(),
            references: Vec::new(),
        }
    }
}

impl From<&palisade_audit::policy::Custom> for RuleInfo {
    fn from(rule: &palisade_audit::policy::Custom) -> Self {
        let asked = format!("The configuration asks for it: {}:{}.", rule.origin.file, rule.origin.line);
        RuleInfo {
            id: rule.id.clone().into(),
            name: rule.name.clone().into(),
            severity: rule.severity,
            category: rule.category.clone().into(),
            what: rule.what.clone().into(),
            why: asked.into(),
            fix: rule.fix.clone().unwrap_or_else(|| "Change the contract so that the rule holds.".to_owned()).into(),
            consumer: None,
            owasp: Vec::new(),
            cwe: Vec::new(),
            references: rule.reference.iter().map(|reference| reference.clone().into()).collect(),
        }
    }
}

fn borrowed(list: &'static [&'static str]) -> Vec<Cow<'static, str>> {
    list.iter().map(|item| Cow::Borrowed(*item)).collect()
}

/// Rules by id.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    rules: BTreeMap<Cow<'static, str>, RuleInfo>,
}

impl Catalogue {
    /// The rules of the audit.
    pub fn audit() -> Self {
        Catalogue::default().with(palisade_audit::RULES.iter().map(|rule| RuleInfo::from(*rule)))
    }

    /// The rules over traffic.
    pub fn traffic() -> Self {
        let rules = palisade_discover::rules().iter().chain(palisade_drift::rules());
        Catalogue::default().with(rules.map(RuleInfo::from))
    }

    /// The rules over third parties.
    pub fn posture() -> Self {
        Catalogue::default().with(palisade_posture::rules().map(RuleInfo::from))
    }

    /// The changes between contracts.
    pub fn changes() -> Self {
        Catalogue::default().with(palisade_diff::checks().iter().map(RuleInfo::from))
    }

    /// The rules of every engine that judges. Changes between contracts are no judgements, and there are many.
    pub fn every() -> Self {
        Catalogue::audit().with(Catalogue::traffic().rules.into_values()).with(Catalogue::posture().rules.into_values())
    }

    /// The same catalogue with more rules; one with an id that is there already replaces it.
    #[must_use]
    pub fn with(mut self, rules: impl IntoIterator<Item = RuleInfo>) -> Self {
        self.rules.extend(rules.into_iter().map(|rule| (rule.id.clone(), rule)));
        self
    }

    /// A rule by its id.
    pub fn get(&self, id: &str) -> Option<&RuleInfo> {
        self.rules.get(id)
    }

    /// Every rule, by id.
    pub fn iter(&self) -> impl Iterator<Item = &RuleInfo> {
        self.rules.values()
    }
}
