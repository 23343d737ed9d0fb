//! Options stand before or behind the verb they belong to, and are written with one dash or two.

use clap::Command;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

/// The words of a command line in the order that the parser wants: the group's name, the verb, options, operands. What
/// is unknown stays where it is, for the parser to say so. `args` are the words behind the name of the program.
pub fn arrange(root: &Command, group: &str, args: Vec<OsString>) -> Vec<OsString> {
    let Some(job) = root.find_subcommand(group) else { return args };
    let commands = || std::iter::once(root).chain([job]).chain(job.get_subcommands());
    let options: BTreeMap<&str, bool> = commands()
        .flat_map(Command::get_arguments)
        .filter_map(|arg| Some((arg.get_long()?, arg.get_action().takes_values())))
        .collect();
    let verbs: BTreeSet<&str> = job.get_subcommands().map(Command::get_name).chain(["help"]).collect();

    let (mut words, mut before, mut behind) = (Vec::new(), Vec::new(), Vec::new());
    let (mut in_group, mut verb) = (false, None);
    let mut rest = args.iter().cloned();
    while let Some(word) = rest.next() {
        let text = word.to_string_lossy().into_owned();
        if text == "--" {
            behind.push(word);
            behind.extend(rest);
            break;
        }
        if let Some((name, value, takes)) = known(&text, &options) {
            let placed = if verb.is_some() { &mut behind } else { &mut before };
            match (takes, value) {
                (true, Some(value)) => placed.push(format!("--{name}={value}").into()),
                (true, None) => {
                    placed.push(format!("--{name}").into());
                    placed.extend(rest.next());
                }
                (false, None | Some("true")) => placed.push(format!("--{name}").into()),
                (false, Some("false")) => {}
                (false, Some(_)) => placed.push(word),
            }
        } else if verb.is_some() {
            behind.push(word);
        } else if text.starts_with('-') {
            words.push(word);
        } else if !in_group {
            if text != group {
                return args;
            }
            in_group = true;
            words.push(word);
        } else {
            let text = if text == "h" { "help".to_owned() } else { text };
            if verbs.contains(text.as_str()) {
                verb = Some(text.clone());
            }
            words.push(text.into());
        }
    }
    if verb.as_deref() == Some("help") {
        before.clear();
    }
    [words, before, behind].concat()
}

/// The name of an option that exists, the value that is joined to it, and whether it takes one.
fn known<'a>(word: &'a str, options: &BTreeMap<&str, bool>) -> Option<(&'a str, Option<&'a str>, bool)> {
    let text = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    options.get(name).map(|takes| (name, value, *takes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(line: &str) -> String {
        let root = super::super::apisec();
        let args = line.split(' ').map(OsString::from).collect();
        let words: Vec<String> =
            arrange(&root, "apisec-job", args).iter().map(|word| word.to_string_lossy().into_owned()).collect();
        words.join(" ")
    }

    #[test]
    fn options_stand_before_between_and_behind() {
        let wanted = "apisec-job get --json --summary 7";
        for line in [
            "apisec-job --json get --summary 7",
            "--json apisec-job --summary get 7",
            "apisec-job -json -summary get 7",
            "apisec-job --json=true --summary get 7",
        ] {
            assert_eq!(arranged(line), wanted, "{line}");
        }
        assert_eq!(arranged("apisec-job get 7 -poll --json=false"), "apisec-job get 7 --poll");
        assert_eq!(
            arranged("apisec-job --url get start-fuzzing --fuzzing-depth=Quick list"),
            "apisec-job start-fuzzing --url get --fuzzing-depth=Quick list"
        );
    }

    #[test]
    fn help_goes_by_a_letter() {
        assert_eq!(arranged("apisec-job h get"), "apisec-job help get");
        assert_eq!(arranged("apisec-job --json help"), "apisec-job help");
    }

    #[test]
    fn what_is_unknown_stays() {
        for line in ["apisec-job --what get", "other --json", "apisec-job fly 7", "apisec-job get -- --json", "-h"] {
            assert_eq!(arranged(line), line);
        }
    }
}
