//! What a client may set.

use palisade_audit::Profile;
use serde::Deserialize;
use serde_json::Value;

/// The settings in force. Given as initialization options, or as the section `palisade` of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    /// Which findings are reported; without it what the configuration file says.
    pub(crate) profile: Option<Profile>,
    /// Whether operations carry their score as a lens.
    pub(crate) lens: bool,
    /// Diagnostics of one file at most; one more tells how many are left out.
    pub(crate) max_diagnostics: usize,
    /// Whether the notification `palisade/score` is sent.
    pub(crate) score_notifications: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { profile: None, lens: true, max_diagnostics: 500, score_notifications: false }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Given {
    profile: Option<String>,
    lens: Option<bool>,
    max_diagnostics: Option<usize>,
    score_notifications: Option<bool>,
}

impl Settings {
    /// Takes over what `value` sets; what it leaves out keeps its default, except for what only the start can say.
    /// Gives a sentence about what is wrong with it.
    pub(crate) fn update(&mut self, value: &Value) -> Option<String> {
        let value = value.get("palisade").unwrap_or(value);
        if value.is_null() {
            return None;
        }
        let given: Given = match serde_json::from_value(value.clone()) {
            Ok(given) => given,
            Err(error) => return Some(format!("the settings are not taken over: {error}")),
        };
        let mut problem = None;
        let profile = given.profile.filter(|text| !text.is_empty()).and_then(|text| match text.parse() {
            Ok(profile) => Some(profile),
            Err(error) => {
                problem = Some(format!("{error}"));
                None
            }
        });
        let default = Settings::default();
        *self = Settings {
            profile,
            lens: given.lens.unwrap_or(default.lens),
            max_diagnostics: given.max_diagnostics.unwrap_or(default.max_diagnostics).clamp(1, 100_000),
            score_notifications: given.score_notifications.unwrap_or(self.score_notifications),
        };
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_taken_with_and_without_their_section() {
        let mut settings = Settings::default();
        assert_eq!(settings.update(&json!({"profile": "strict", "scoreNotifications": true})), None);
        assert_eq!(settings.profile, Some(Profile::Strict));
        assert_eq!(settings.update(&json!({"palisade": {"profile": "minimal", "other": 1}})), None);
        assert_eq!(settings.profile, Some(Profile::Minimal));
        assert!(settings.score_notifications);
        assert_eq!(settings.update(&Value::Null), None);
        assert_eq!(settings.profile, Some(Profile::Minimal));
    }

    #[test]
    fn what_is_wrong_is_said_and_the_rest_works_on() {
        let mut settings = Settings::default();
        assert!(settings.update(&json!({"profile": "mild", "lens": false})).unwrap().contains("mild"));
        assert!(!settings.lens && settings.profile.is_none());
        assert!(settings.update(&json!({"profile": 7})).unwrap().contains("not taken over"));
        assert!(settings.update(&json!([1])).is_none() || !settings.lens);
    }
}
