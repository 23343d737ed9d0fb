//! Chooses what is embedded as the web UI: `ui/dist` when it is built, else a page that says how to build it.

use std::path::Path;
use std::{env, fs};

const STUB: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Palisade</title>
<h1>Palisade is running</h1>
<p>This binary was built without the web UI. Run <code>make ui</code> and build again to have it.
The REST API below <code>/api/v1</code> works; <code>/api/v1/openapi.json</code> describes it.</p>
</html>
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let out = env::var("OUT_DIR")?;
    let built = Path::new(&root).join("../../ui/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", built.display());
    let chosen = if built.join("index.html").is_file() {
        built.canonicalize()?
    } else {
        // A missing directory is looked at again at every build; that costs nothing.
        let stub = Path::new(&out).join("ui");
        fs::create_dir_all(&stub)?;
        let page = stub.join("index.html");
        if fs::read_to_string(&page).ok().as_deref() != Some(STUB) {
            fs::write(&page, STUB)?;
        }
        stub
    };
    let mut files = Vec::new();
    list(&chosen, "", &mut files)?;
    files.sort();
    let rows: String =
        files.iter().map(|(name, path)| format!("    ({name:?}, include_bytes!({path:?})),\n")).collect();
    let assets = format!("/// The web UI's files by name, sorted.\nstatic ASSETS: &[(&str, &[u8])] = &[\n{rows}];\n");
    fs::write(Path::new(&out).join("assets.rs"), assets)?;
    Ok(())
}

/// Every file below `folder`: its name with `/` between the parts, and where it lies.
fn list(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> Result<(), Box<dyn std::error::Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.file_name().into_string().map_err(|_| "the name of a file of the web UI is not UTF-8")?;
        let name = format!("{prefix}{file}");
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else {
            let path =
                entry.path().into_os_string().into_string().map_err(|_| "the path of the web UI is not UTF-8")?;
            files.push((name, path));
        }
    }
    Ok(())
}
