//! The shell lines of "API Security CLI Jobs", in their order, in bash, against `palisade serve`; and the recipes for CI.

use crate::support::{Message, Place, Serve, Upstream, json_answer};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The carts contract of the sock shop, a Swagger 2.0 document.
const CARTS: &str = include_str!("../../../audit/tests/data/carts.swagger2.json");
/// Id and pointer of each finding that was published for it.
const PUBLISHED: &str = include_str!("../../../audit/tests/data/carts.published.txt");
/// What differs from that; `docs/audit-panoptica.md` says why.
const ONLY_HERE: [&str; 3] = [
    "RDT003 #/paths/~1carts~1{customerId}/delete/responses",
    "RDT003 #/paths/~1carts~1{customerId}~1items~1{itemId}/delete/responses",
    "RDT004 #/paths/~1carts~1{customerId}~1items/patch/responses",
];

/// A key pair with the role ci, as the two lines for a shell.
fn keys(place: &Place) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.args(["keys", "create", "--name", "pipeline", "--role", "ci", "--data"]).arg(place.data());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A shell with the binary in `Downloads`, a home of its own, and nothing in its environment that is not said here.
fn shell(place: &Place, serve: &Serve, script: &str) -> Output {
    Command::new("bash")
        .args(["-c", script])
        .current_dir(place.path())
        .env_clear()
        .envs(std::env::vars().filter(|(name, _)| name == "PATH" || name.starts_with("LLVM")))
        .env("HOME", place.path())
        .env("PALISADE_URL", format!("http://{}", serve.console.trim_start_matches("http://").trim_end_matches('/')))
        .env("PALISADE", env!("CARGO_BIN_EXE_palisade"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What stands between two marks of a script's output.
fn between<'a>(text: &'a str, mark: &str) -> &'a str {
    let from = text.find(&format!("== {mark}\n")).unwrap_or_else(|| panic!("{mark}: {text}")) + mark.len() + 4;
    text[from..].split("== ").next().unwrap()
}

/// An API that a third party could have: it answers, and leaves out what protects.
fn third_party() -> Upstream {
    Upstream::new(|_: &Message| json_answer("200 OK", "{\"ok\":true}"))
}

fn quoted_id(line: &str) -> &str {
    line.split('"').nth(1).unwrap_or_else(|| panic!("{line}"))
}

#[test]
fn every_shell_line_works_as_it_is_written() {
    let place = Place::new();
    let serve = place.serve(&["--allow-private-targets"]);
    let api = third_party();
    std::fs::create_dir_all(place.path().join("Downloads")).unwrap();
    std::fs::create_dir_all(place.path().join("openapi")).unwrap();
    let (binary, download) = (env!("CARGO_BIN_EXE_palisade"), place.path().join("Downloads/apisec_cli"));
    if std::fs::hard_link(binary, &download).is_err() {
        std::fs::copy(binary, &download).unwrap();
    }
    place.file("openapi/carts.json", CARTS);
    place.file("spec-file.json", CARTS);
    let exports = keys(&place);
    let secret = exports.lines().find_map(|line| line.strip_prefix("export PANOPTICA_CLI_SECRET_KEY=")).unwrap();
    let access = exports.lines().find_map(|line| line.strip_prefix("export PANOPTICA_CLI_ACCESS_KEY=")).unwrap();
    let url = &api.url;
    let script = format!(
        r#"echo "== move"
mv ${{HOME}}/Downloads/apisec_cli ${{PWD}}
chmod u+x apisec_cli
export PANOPTICA_CLI_SECRET_KEY={secret}
export PANOPTICA_CLI_ACCESS_KEY={access}
echo "== controllers"
./apisec_cli apisec-job list-controllers
echo "== scoring"
./apisec_cli apisec-job start-oas-scoring openapi/carts.json 2>&1 | tee output.txt
export JOB_ID=$(cat output.txt | cut -d\" -f2)
echo "== poll"
./apisec_cli apisec-job get --poll ${{JOB_ID}}
echo "== summary"
./apisec_cli apisec-job get --summary ${{JOB_ID}}
echo "== json"
./apisec_cli apisec-job --json get --summary ${{JOB_ID}}
echo "== third"
./apisec_cli apisec-job start-third-party-api-scoring --poll --url {url} 2>&1 | tee output.txt
export JOB_ID=$(cat output.txt | cut -d\" -f2)
echo "== third summary"
./apisec_cli apisec-job get --summary ${{JOB_ID}}
echo "== third json"
./apisec_cli apisec-job --json get --summary ${{JOB_ID}}
echo "== controllers again"
export PANOPTICA_CLI_SECRET_KEY={secret}
export PANOPTICA_CLI_ACCESS_KEY={access}
./apisec_cli apisec-job list-controllers
export CONTROLLER_ID=$(./apisec_cli apisec-job --no-headers list-controllers | cut -d' ' -f1)
echo "== fuzzing"
./apisec_cli apisec-job start-fuzzing --url {url} --fuzzing-depth Quick --controller-id $CONTROLLER_ID --max-severity-allowed Info spec-file.json | tee output.txt
JOB_ID=$(cut -d\" -f2 output.txt)
echo "== fuzzing poll"
./apisec_cli apisec-job get --poll ${{JOB_ID}}
echo "exit $?"
echo "== list"
./apisec_cli apisec-job list
echo "== jq"
./apisec_cli apisec-job --json get --summary "${{JOB_ID}}" | jq
echo "== delete"
./apisec_cli apisec-job delete ${{JOB_ID}}
echo "exit $?"
"#
    );
    let output = shell(&place, &serve, &script);
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let part = |mark: &str| between(&text, mark);

    assert!(part("controllers").starts_with("ID ") && part("controllers").lines().count() == 2, "{text}\n{said}");
    assert_eq!(part("controllers again"), part("controllers"));

    let scoring = part("scoring");
    assert!(scoring.starts_with("Created scoring job with id \"") && scoring.lines().count() == 1, "{scoring}");
    let row = part("poll").lines().nth(1).unwrap_or_else(|| panic!("{text}\n{said}"));
    assert!(row.starts_with(&format!("{}  OasScoringJob  Completed  20", quoted_id(scoring))), "{row}");
    assert!(row.ends_with(" +0000 UTC  "), "{row}");

    let json: Value = serde_json::from_str(part("json")).unwrap();
    assert_eq!((&json["id"], &json["status"]), (&quoted_id(scoring).into(), &"Completed".into()));
    let items = json["items"].as_array().unwrap();
    assert_eq!(part("summary").lines().count(), items.len() + 1);
    let header = part("summary").lines().next().unwrap();
    assert!(part("summary").lines().skip(1).all(|line| line.len() == header.len() + 1), "{}", part("summary"));
    let found: BTreeSet<String> = items
        .iter()
        .filter(|item| !item["findingTypeId"].as_str().unwrap().starts_with("PAL-"))
        .map(|item| {
            format!(
                "{} {}",
                item["findingTypeId"].as_str().unwrap(),
                item["additionalInfo"]["specPath"].as_str().unwrap()
            )
        })
        .collect();
    // What the published run called an unknown member is an extension; what is only sent in answers is a matter of the
    // strict profile.
    let elsewhere = |line: &str| line.starts_with("FSE017 ") || line.contains("/Getcartresponse/");
    let published: BTreeSet<String> = PUBLISHED
        .lines()
        .filter(|line| !line.starts_with('#') && !elsewhere(line))
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
        .map(|(id, pointer)| format!("{id} #{pointer}"))
        .collect();
    let more: Vec<&str> = found.difference(&published).map(String::as_str).collect();
    let less: Vec<&str> = published.difference(&found).map(String::as_str).collect();
    assert_eq!((more, less), (ONLY_HERE.to_vec(), vec![]));

    let third = part("third");
    assert!(third.starts_with("Created job with id \"") && third.lines().count() == 1, "{third}");
    let json: Value = serde_json::from_str(part("third json")).unwrap();
    assert_eq!(json["status"], "Completed", "{text}\n{said}");
    let ids: BTreeSet<&str> =
        json["items"].as_array().unwrap().iter().map(|item| item["findingTypeId"].as_str().unwrap()).collect();
    assert!(ids.contains("MISSING_SECURITY_HEADER") && ids.contains("SECURITY_CONFIGURATION"), "{ids:?}");
    assert_eq!(part("third summary").lines().count(), json["items"].as_array().unwrap().len() + 1);

    // No fuzz engine is there: the job says so, sends nothing, and is no success.
    assert!(part("fuzzing").starts_with("Created job with id \""), "{text}\n{said}");
    let fuzzing = quoted_id(part("fuzzing"));
    assert!(
        part("fuzzing poll").contains("FuzzingJob  Failed ") && part("fuzzing poll").ends_with("exit 1\n"),
        "{text}"
    );
    assert!(said.contains("palisade: the job failed: this build of Palisade has no fuzz engine"), "{said}");
    let listed = part("list");
    assert_eq!(listed.lines().count(), 4, "{listed}");
    assert!(listed.lines().nth(3).unwrap().contains("  FuzzingJob  "), "the oldest first: {listed}");
    let json: Value = serde_json::from_str(part("jq")).unwrap();
    assert_eq!((&json["id"], &json["jobType"]), (&fuzzing.into(), &"FuzzingJob".into()));
    assert_eq!(part("delete"), format!("Job with id \"{fuzzing}\" had ended\nexit 0\n"));
}

fn recipe(place: &Place, serve: &Serve, line: &str) -> (String, Option<i32>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let output = shell(
        place,
        serve,
        &format!("{}\n{line}", keys(place)).replace("deploy/ci", &format!("{}/deploy/ci", root.display())),
    );
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (text, output.status.code())
}

/// The files of a folder, by their endings.
fn endings(folder: &Path) -> Vec<String> {
    let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().split_once('.').unwrap().1.to_owned();
    let mut names: Vec<String> = std::fs::read_dir(folder).unwrap().map(|entry| name(entry.unwrap().path())).collect();
    names.sort();
    names
}

#[test]
fn ci_judges_every_contract_of_a_repository() {
    let place = Place::new();
    let serve = place.serve(&[]);
    for folder in ["api/v1", "node_modules/x", ".hidden"] {
        std::fs::create_dir_all(place.path().join(folder)).unwrap();
        place.file(&format!("{folder}/carts.json"), CARTS);
    }
    place.file("api/no contract.json", "{\"name\": \"openapi\"}");
    place.file("api/good one.yaml", "openapi: 3.1.0\ninfo: {title: Empty, version: \"1\"}\npaths: {}\n");
    let line = "PALISADE_REPORTS=reports deploy/ci/jobs.sh specs";
    let (text, code) = recipe(&place, &serve, line);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("compliant      ./api/good one.yaml\n"), "{text}");
    assert!(text.contains("not compliant  ./api/v1/carts.json\n") && text.contains("  SAN001  "), "{text}");
    assert_eq!(text.matches("compliant  ").count(), 2, "{text}");
    assert_eq!(endings(&place.path().join("reports")), ["junit.xml", "junit.xml", "sarif", "sarif"]);
    let (text, code) = recipe(&place, &serve, "PALISADE_FAIL_ON=never deploy/ci/jobs.sh specs api");
    assert_eq!(code, Some(0), "{text}");
    place.file("broken.yaml", "openapi: 3.1.0\ninfo: [\n");
    let (text, code) = recipe(&place, &serve, "deploy/ci/jobs.sh specs broken.yaml");
    assert!(code == Some(1) && text.contains("not judged     broken.yaml\n"), "{text}");
}

#[test]
fn ci_grades_every_third_party() {
    let place = Place::new();
    let serve = place.serve(&["--allow-private-targets"]);
    let (one, two) = (third_party(), third_party());
    place.file("third-parties.txt", &format!("# payment\n{}\n\n{}\r\n", one.url, two.url));
    let (text, code) =
        recipe(&place, &serve, "PALISADE_FAIL_ON=info deploy/ci/jobs.sh third-parties third-parties.txt");
    assert_eq!(code, Some(4), "{text}");
    for url in [&one.url, &two.url] {
        assert!(text.contains(&format!("not compliant  {url}\n")), "{text}");
    }
    let (text, code) = recipe(&place, &serve, "deploy/ci/jobs.sh third-parties");
    assert!(code == Some(2) && text.contains("usage: jobs.sh specs"), "{text}");
}

#[test]
fn cd_fuzzes_staging_from_the_controller_that_reaches_it() {
    let place = Place::new();
    let serve = place.serve(&["--allow-private-targets"]);
    let api = third_party();
    place.file("carts.json", CARTS);
    place.file("staging.txt", &format!("carts.json {}\n", api.url));
    let line = "CONTROLLER_ID=$(\"$PALISADE\" job --no-headers list-controllers | cut -d' ' -f1) deploy/ci/jobs.sh staging staging.txt";
    let (text, code) = recipe(&place, &serve, line);
    // Without an engine nothing was judged, which is no success.
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(&format!("not judged     {}\n", api.url)), "{text}");
    assert!(text.contains("has no fuzz engine"), "{text}");
    assert_eq!(api.touched().0, 0, "nothing was sent");
}

/// The lines of a part of the guide that stand there to be copied.
fn lines_of_the_guide(from: &str, to: &str) -> Vec<&'static str> {
    let guide = include_str!("../../../../docs/guide/ci-jobs.md");
    let part = &guide[guide.find(from).unwrap()..guide.find(to).unwrap()];
    part.lines().filter_map(|line| line.strip_prefix("    ")).collect()
}

#[test]
fn the_guide_works_as_it_is_written() {
    let place = Place::new();
    let serve = place.serve(&["--allow-private-targets"]);
    let api = third_party();
    place.file("openapi.yaml", CARTS);
    for folder in ["bin", "share"] {
        std::fs::create_dir(place.path().join(folder)).unwrap();
    }
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_palisade"), place.path().join("bin/palisade")).unwrap();
    // Where the data are by default, in a container and outside.
    for name in ["palisade-data", "share/palisade"] {
        std::os::unix::fs::symlink(place.data(), place.path().join(name)).unwrap();
    }
    let mut script = "export PATH=\"$PWD/bin:$PATH\" XDG_DATA_HOME=\"$PWD/share\"\n".to_owned();
    let lines = lines_of_the_guide("## Keys", "## Three recipes");
    for line in &lines {
        let line = line
            .replace("https://palisade.example.com", "$PALISADE_URL")
            .replace("https://api.example.com", &api.url)
            .replace("http://127.0.0.1:8602", &api.url);
        script.push_str(&format!("{line} >>out 2>>err; echo $?\n"));
    }
    let output = shell(&place, &serve, &script);
    let codes = String::from_utf8_lossy(&output.stdout);
    let ended: Vec<(&str, &str)> = codes.lines().zip(lines.iter().copied()).collect();
    assert_eq!(ended.len(), lines.len(), "{output:?}");
    let said = || ["out", "err"].map(|name| std::fs::read_to_string(place.path().join(name)).unwrap()).concat();
    for (code, line) in ended {
        let wanted = match line {
            line if line.contains("--fail-on high") || line.contains("--max-severity-allowed") => "4",
            // No fuzz engine is there.
            line if line.contains("start-fuzzing") => "1",
            _ => "0",
        };
        assert_eq!(code, wanted, "{line}\n{}", said());
    }
    assert!(
        place.path().join("palisade.sarif").exists() && place.path().join(".config/palisade/profiles.json").exists()
    );
}
