use super::told;
use palisade_document::{Limits, Reading};
use palisade_runner::{Bounds, Disk, Loader, Source};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// A folder with these files, `root/api.yaml` read from it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn load(folder: &Path, loader: &Loader) -> Reading {
    let root = folder.join("root");
    loader.read(Some(&root), "root/api.yaml", fs::read(root.join("api.yaml")).unwrap())
}

#[test]
fn files_below_the_folder_are_read_in_chains_and_circles() {
    let folder = folder(&[
        ("root/api.yaml", "a: {$ref: 'x/one.json#/definitions/a'}\nb: {$ref: './x/../x/one.json'}\n"),
        ("root/x/one.json", r##"{"definitions": {"a": {"$ref": "y%20y/two.yaml"}}}"##),
        ("root/x/y y/two.yaml", "c: {$ref: ../../api.yaml#/d}\ne: {$ref: ../one.json}\n"),
    ]);
    let (names, problems) = told(&load(folder.path(), &Loader::default()));
    assert_eq!(names, ["root/api.yaml", "root/x/one.json", "root/x/y y/two.yaml"]);
    assert_eq!(
        problems,
        [
            r##"root/x/y y/two.yaml:1:11 unresolved-reference unresolved reference: "../../api.yaml#/d": there is no such place in "root/api.yaml""##
        ]
    );
}

#[test]
fn nothing_outside_the_folder_is_opened() {
    let secret = "secret: hunter2\n";
    let folder = folder(&[
        (
            "root/api.yaml",
            "a: {$ref: ../secret.yaml}\nb: {$ref: /etc/passwd}\nc: {$ref: 'file:///etc/passwd'}\nd: {$ref: link.yaml}\n\
             e: {$ref: 'dir/secret.yaml'}\nf: {$ref: '%2e%2e/secret.yaml'}\ng: {$ref: 'in/../../secret.yaml'}\n\
             h: {$ref: inside.yaml}\ni: {$ref: 'http://127.0.0.1:1/x'}\nj: {$ref: 'pipe'}\nk: {$ref: in}\nl: {$ref: 'a%00b'}\n",
        ),
        ("root/in/x.yaml", "x: 1\n"),
        ("secret.yaml", secret),
    ]);
    symlink(folder.path().join("secret.yaml"), folder.path().join("root/link.yaml")).unwrap();
    symlink(folder.path(), folder.path().join("root/dir")).unwrap();
    symlink("in/x.yaml", folder.path().join("root/inside.yaml")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("root/pipe")).status().unwrap();
    assert!(made.success());
    let reading = load(folder.path(), &Loader::default());
    let (names, problems) = told(&reading);
    assert_eq!(names, ["root/api.yaml", "root/inside.yaml"]);
    assert!(
        reading.document.files().all(|file| !file.source().contains("hunter2") && !file.source().contains("root:"))
    );
    assert_eq!(
        problems,
        [
            r#"root/api.yaml:1:11 reference-outside-root reference outside the contract's folder not allowed: "../secret.yaml""#,
            r#"root/api.yaml:2:11 reference-outside-root reference outside the contract's folder not allowed: "/etc/passwd""#,
            r#"root/api.yaml:3:11 external-reference external reference not allowed: "file:///etc/passwd""#,
            r#"root/api.yaml:4:11 reference-outside-root reference outside the contract's folder not allowed: "link.yaml": "link.yaml" is a link that leads out of it"#,
            r#"root/api.yaml:5:11 reference-outside-root reference outside the contract's folder not allowed: "dir/secret.yaml": "dir/secret.yaml" is a link that leads out of it"#,
            r#"root/api.yaml:6:11 reference-outside-root reference outside the contract's folder not allowed: "%2e%2e/secret.yaml""#,
            r#"root/api.yaml:7:11 reference-outside-root reference outside the contract's folder not allowed: "in/../../secret.yaml""#,
            r#"root/api.yaml:9:11 external-reference external reference not allowed: "http://127.0.0.1:1/x""#,
            r#"root/api.yaml:10:11 unresolved-reference unresolved reference: "pipe": "pipe" is no regular file"#,
            r#"root/api.yaml:11:11 unresolved-reference unresolved reference: "in": "in" is no regular file"#,
            r#"root/api.yaml:12:11 unresolved-reference unresolved reference: "a%00b": the file "a\u{0}b" cannot be read: invalid input parameter"#,
        ]
    );
}

#[test]
fn without_a_folder_no_file_is_opened() {
    let reading = Loader::default().read(None, "<stdin>", b"a: {$ref: Cargo.toml}\n".to_vec());
    let (names, problems) = told(&reading);
    assert_eq!(names, ["<stdin>"]);
    assert_eq!(problems, [r#"<stdin>:1:11 reference-to-file reference to another file is not followed: "Cargo.toml""#]);
}

#[test]
fn files_chains_and_bytes_are_bounded() {
    let folder = folder(&[
        ("root/api.yaml", "a: {$ref: f1.yaml}\nb: {$ref: big.yaml}\nc: {$ref: z.yaml}\n"),
        ("root/z.yaml", "z: 1\n"),
    ]);
    for at in 1..10 {
        let text = format!("a: {{$ref: f{}.yaml}}\n", at + 1);
        fs::write(folder.path().join(format!("root/f{at}.yaml")), text).unwrap();
    }
    fs::write(folder.path().join("root/big.yaml"), vec![b' '; 5000]).unwrap();
    let bounds = Bounds { files: 1000, chain: 3, ..Bounds::default() };
    let limits = Limits { bytes: 4000, ..Limits::default() };
    let (names, problems) = told(&load(folder.path(), &Loader { bounds, limits, ..Loader::default() }));
    assert_eq!(names, ["root/api.yaml", "root/f1.yaml", "root/z.yaml", "root/f2.yaml", "root/f3.yaml"]);
    assert_eq!(
        problems,
        [
            r#"root/api.yaml:2:11 limit-exceeded reference not followed: "big.yaml": with "big.yaml" the files of this contract are too large together"#,
            r#"root/f3.yaml:1:11 limit-exceeded reference not followed: "f4.yaml": more than 3 files in a chain"#,
        ]
    );
    let bounds = Bounds { files: 2, ..Bounds::default() };
    let (names, problems) = told(&load(folder.path(), &Loader { bounds, ..Loader::default() }));
    assert_eq!(names.len(), 3);
    assert_eq!(
        problems[1..],
        [
            r#"root/api.yaml:3:11 limit-exceeded reference not followed: "z.yaml": the contract has more than 2 files"#,
            r#"root/f1.yaml:1:11 limit-exceeded reference not followed: "f2.yaml": the contract has more than 2 files"#,
        ]
    );
}

/// An editor that has one file open.
struct Editor(&'static str, &'static str);

impl Source for Editor {
    fn buffer(&self, path: &Path) -> Option<Vec<u8>> {
        path.ends_with(self.0).then(|| self.1.as_bytes().to_vec())
    }

    fn read(&self, path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
        self.buffer(path).map_or_else(|| Disk.read(path, most), Ok)
    }
}

#[test]
fn buffers_count_instead_of_the_disk_and_to_the_same_limits() {
    let folder =
        folder(&[("root/api.yaml", "a: {$ref: x.yaml#/new}\nb: {$ref: ../out.yaml}\n"), ("root/x.yaml", "old: 1\n")]);
    let root = folder.path().join("root");
    let read = |source: &Editor, bytes: usize| {
        let loader = Loader { limits: Limits { bytes, ..Limits::default() }, ..Loader::default() };
        told(&loader.read_from(source, Some(&root), "api.yaml", fs::read(root.join("api.yaml")).unwrap()))
    };
    let outside =
        r#"api.yaml:2:11 reference-outside-root reference outside the contract's folder not allowed: "../out.yaml""#;
    let (names, problems) = read(&Editor("x.yaml", "new: 1\n"), 1000);
    assert_eq!((names, problems), (vec!["api.yaml".to_owned(), "x.yaml".to_owned()], vec![outside.to_owned()]));
    let (_, problems) = read(&Editor("out.yaml", "secret: 1\n"), 1000);
    assert_eq!(problems[1..], [outside]);
    let (_, problems) = read(&Editor("x.yaml", "new: 1 # and more than there may be\n"), 60);
    assert!(problems[0].ends_with(r#""x.yaml" the files of this contract are too large together"#), "{problems:?}");
}
