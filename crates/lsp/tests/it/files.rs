//! Contracts of several files.

use crate::client::{Client, everything, uri};
use serde_json::{Value, json};
use std::path::Path;

const MAIN: &str = "\
openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: https://api.example.com}]
paths:
  /pets:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {$ref: 'schemas/pet.yaml#/Pet'}
";
const PET: &str = "\
Pet:
  type: object
  properties:
    tag: {$ref: '#/Tag'}
Tag: {type: string}
";

fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("api/schemas")).unwrap();
    std::fs::write(folder.path().join("api/main.yaml"), MAIN).unwrap();
    std::fs::write(folder.path().join("api/schemas/pet.yaml"), PET).unwrap();
    std::fs::write(folder.path().join("secret.yaml"), "Pet: {type: object}\n").unwrap();
    folder
}

fn start(root: &Path) -> (Client, String, String) {
    let client = Client::start(Some(root), everything(), json!({}));
    (client, uri(&root.join("api/main.yaml")), uri(&root.join("api/schemas/pet.yaml")))
}

fn missing(diagnostics: &[Value]) -> Vec<&str> {
    let messages = diagnostics.iter().filter_map(|one| one["message"].as_str());
    messages.filter(|message| message.contains("reference")).collect()
}

#[test]
fn a_definition_is_found_in_another_file() {
    let folder = workspace();
    let (mut client, main, pet) = start(folder.path());
    client.open(&main, MAIN);
    assert_eq!(missing(&client.diagnostics(&main)), Vec::<&str>::new());
    let target = client.at("textDocument/definition", &main, 11, 30);
    assert_eq!((&target["uri"], &target["range"]["start"]["line"]), (&json!(pet), &json!(0)));
    // The uses of what stands in the other file, asked where it is used.
    let places = client.at("textDocument/references", &main, 11, 30);
    let uris: Vec<&str> = places.as_array().unwrap().iter().map(|one| one["uri"].as_str().unwrap()).collect();
    assert_eq!(uris, [&pet, &main]);
    client.end();
}

#[test]
fn what_is_not_saved_counts_instead_of_what_is_on_the_disk() {
    let folder = workspace();
    let (mut client, main, pet) = start(folder.path());
    client.open(&main, MAIN);
    client.diagnostics(&main);
    client.open(&pet, &PET.replace("Pet:", "Dog:"));
    client.wait(|message| {
        message["params"]["uri"] == main.as_str()
            && missing(message["params"]["diagnostics"].as_array().unwrap_or(&Vec::new())).len() == 1
    });
    // The name comes back in the buffer: the contract is whole again.
    client.edit(&pet, 2, [0, 0, 0, 3], "Pet");
    client.wait(|message| {
        message["params"]["uri"] == main.as_str()
            && message["params"]["diagnostics"].as_array().is_some_and(|list| missing(list).is_empty())
    });
    // A definition inside of the part, which is no contract itself.
    let target = client.at("textDocument/definition", &pet, 3, 18);
    assert_eq!((&target["uri"], &target["range"]["start"]["line"]), (&json!(pet), &json!(4)));
    client.end();
}

#[test]
fn files_that_change_on_the_disk_are_read_again() {
    let folder = workspace();
    let (mut client, main, pet) = start(folder.path());
    client.open(&main, MAIN);
    assert!(missing(&client.diagnostics(&main)).is_empty());
    std::fs::write(folder.path().join("api/schemas/pet.yaml"), "Cat: {type: object}\n").unwrap();
    client.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": pet, "type": 2}]}));
    assert_eq!(missing(&client.diagnostics(&main)).len(), 1);
    client.end();
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_folder_of_the_contract_is_read() {
    let folder = workspace();
    let root = folder.path().join("api");
    std::os::unix::fs::symlink(folder.path().join("secret.yaml"), root.join("schemas/link.yaml")).unwrap();
    let mut client = Client::start(Some(&root), everything(), json!({}));
    let main = uri(&root.join("main.yaml"));
    for (version, target) in
        ["../secret.yaml", "schemas/link.yaml", "file:///etc/passwd", "https://example.com/x.yaml", "/etc/hosts"]
            .iter()
            .enumerate()
    {
        let text = MAIN.replace("schemas/pet.yaml", target);
        if version == 0 {
            client.open(&main, &text);
        } else {
            client.tell(
                "textDocument/didChange",
                json!({"textDocument": {"uri": main, "version": version + 1},
                "contentChanges": [{"text": text}]}),
            );
        }
        assert_eq!(missing(&client.diagnostics(&main)).len(), 1, "{target}");
        assert_eq!(client.at("textDocument/definition", &main, 11, 30), Value::Null, "{target}");
    }
    client.end();
}
