//! `palisade lsp` with a real editor at the other end.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Lines that the editor is sent to, from 1: server 4, operation 7, reference 14.
const CONTRACT: &str = "\
openapi: 3.0.3
info: {title: Pets 😀, version: '1'}
servers:
  - url: http://api.example.com # the only one
paths:
  /pets:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Pet'
components:
  schemas:
    Pet:
      type: object
      properties:
        name: {type: string}
";

/// The first block of Lua in the guide.
fn setup() -> String {
    let guide = include_str!("../../../../docs/guide/editors.md");
    let block = guide.split("```lua\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

#[test]
fn neovim_set_up_as_the_guide_says_shows_mends_and_finds() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("setup.lua"), setup()).unwrap();
    std::fs::write(file("api.yaml"), CONTRACT).unwrap();
    std::fs::write(file(".palisade.yaml"), "audit: {profile: strict}\n").unwrap();
    // The guide's lines look the program up in PATH.
    let binary = Path::new(env!("CARGO_BIN_EXE_palisade")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/editors/neovim.lua");
    let output = Command::new("nvim")
        .args(["--headless", "--clean", "-n", "-c", &format!("luafile {script}")])
        .env("PATH", path)
        .env("XDG_STATE_HOME", file("state"))
        .env("XDG_CACHE_HOME", file("cache"))
        .env("SETUP", file("setup.lua"))
        .env("CONTRACT", file("api.yaml"))
        .env("RESULT", file("seen.json"))
        .envs([("SERVER_LINE", "4"), ("OPERATION_LINE", "7"), ("REF_LINE", "14")])
        .current_dir(folder.path())
        .output()
        .expect("neovim is installed: make test does it");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let seen = std::fs::read_to_string(file("seen.json")).unwrap_or_else(|_| panic!("{said}"));
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert!(seen.get("problem").is_none(), "{seen:#}\n{said}");

    let opened = seen["opened"].as_array().unwrap();
    let tls = opened.iter().find(|one| one["line"] == 3).unwrap_or_else(|| panic!("{opened:#?}"));
    assert_eq!(tls["code"], "STR001", "{tls}");
    let edited = seen["edited"].as_array().unwrap();
    assert!(!edited.iter().any(|one| one["code"] == "STR001"), "{edited:#?}");
    assert!(text(&seen["hover"]).starts_with("**GET /pets** · score "), "{}", seen["hover"]);
    assert_eq!(seen["definition"][0], 17, "the line of Pet");
    let symbols: Vec<&str> = seen["symbols"].as_array().unwrap().iter().map(text).collect();
    assert!(symbols.iter().any(|symbol| symbol.contains("GET /pets")), "{symbols:?}");
    assert!(symbols.iter().any(|symbol| symbol.contains("Pet")), "{symbols:?}");
    assert!(text(&seen["outline"]).starts_with("score "), "{}", seen["outline"]);
    for kind in ["quickfix", "source.fixAll"] {
        assert_eq!(text(&seen[kind][0]["kind"]).split('.').next(), kind.split('.').next(), "{}", seen[kind]);
        assert_eq!(seen[format!("{kind} changed")], true, "{seen:#}");
    }
    assert!(text(&seen["text"]).contains("https://api.example.com # the only one"), "{}", seen["text"]);
}

#[test]
fn an_editor_that_goes_away_ends_the_server() {
    let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["lsp", "--stdio"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("without saying goodbye"));
}
