//! The overview of the verbs, in groups.

use clap::Command;
use std::fmt::Write;

/// The groups of verbs, in the order they are shown in.
const GROUPS: &[(&str, &[&str])] = &[
    ("Start jobs", &["start-oas-scoring", "start-third-party-api-scoring", "start-fuzzing"]),
    ("Manage jobs", &["get", "list", "log", "cancel", "delete"]),
    ("Controllers", &["list-controllers"]),
];

/// What stands below the options.
const END: &str = "Options may stand before or behind the verb.

Exit codes: 0 done, and where a job was waited for, compliant; 1 it could not be done, or the job failed; 2 wrong usage; \
4 the job is not compliant.

  export PANOPTICA_CLI_ACCESS_KEY=pal_ak_... PANOPTICA_CLI_SECRET_KEY=pal_sk_...
  NAME start-oas-scoring --poll --fail-on high openapi.yaml
  NAME --json get --summary JOB_ID | jq '.items[].severity'";

/// The command with its verbs in groups where its overview is asked for.
pub fn grouped(job: Command, name: &str) -> Command {
    let styles = job.get_styles();
    let (title, literal) = (*styles.get_header(), *styles.get_literal());
    let width = job.get_subcommands().map(|verb| verb.get_name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (group, verbs) in GROUPS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{title}{group}:{title:#}");
        for verb in verbs.iter().filter_map(|verb| job.find_subcommand(verb)) {
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            let about = about.lines().next().unwrap_or("");
            let _ = writeln!(text, "  {literal}{:<width$}{literal:#}  {about}", verb.get_name());
        }
    }
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{text}\n{{all-args}}{{after-help}}"
    );
    let verbs: Vec<String> = job.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    // They stand above, in groups.
    let job = verbs.iter().fold(job, |job, verb| job.mut_subcommand(verb, |verb| verb.hide(true)));
    job.disable_help_subcommand(false)
        .override_usage(format!("{name} [OPTIONS] VERB [ARGUMENTS]"))
        .help_template(clap::builder::StyledStr::from(template))
        .after_help(END.replace("NAME", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_stands_in_one_group() {
        let root = super::super::apisec();
        let mut verbs: Vec<&str> = root
            .find_subcommand("apisec-job")
            .into_iter()
            .flat_map(Command::get_subcommands)
            .map(Command::get_name)
            .collect();
        let mut shown: Vec<&str> = GROUPS.iter().flat_map(|(_, verbs)| *verbs).copied().collect();
        verbs.sort_unstable();
        shown.sort_unstable();
        assert_eq!(shown, verbs);
    }
}
