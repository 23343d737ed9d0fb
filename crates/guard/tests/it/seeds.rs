//! Where fuzzing begins: requests of every kind. `FUZZ_SEEDS` names a folder that they are written to.

use crate::fuzz;
use std::path::PathBuf;

/// A target and its seeds.
type Target = (&'static str, fn(&[u8]), &'static [&'static str]);

/// What the fuzzer found once: the folder of each target in `tests/found`.
const FOUND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/found");

const TARGETS: [Target; 3] = [
    (
        "params",
        fuzz::params,
        &[
            "x=1/.1,2/;matrix=a;matrix=b\none=5&list=1&list=0.5&flat=true,false&space=1%202&pipe=a|1&deep[a][0][b]=1&deep[c]=x&k=v&json=%7B%22a%22%3A1%7D&text=5\nk=v,l=w\n2026-01-31T10:00:00Z\none=1; list=1; list=2; r=3",
            "x=a/1/;matrix=A\none=null&list[]=1&list[1]=x&flat=abc&deep=1&deep[a]=%ff&free[x]=1&one=1;list=2\nk\n\none=x; one=1; list=1&list=2",
        ],
    ),
    (
        "multipart",
        fuzz::multipart,
        &[
            "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nabc\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: image/png\r\nX-Width: 5\r\n\r\n\u{1}\u{2}\r\n--b--\r\n",
            "--b\r\ncontent-disposition: form-data; name=image\r\ncontent-type: image/png\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{\"k\":1}\r\n--b--",
        ],
    ),
    (
        "decision",
        fuzz::decision,
        &[
            "0 PUT /api/orders/6f9619ff-8b86-4d01-b42d-00cf4fc96401\nAuthorization: Basic eDp5\nContent-Type: application/json\n\n{\"kind\":\"Gift\",\"to\":\"a\",\"lines\":[{\"sku\":\"ABC\",\"count\":1}]}",
            "0 POST /api/logins\nContent-Type: application/x-www-form-urlencoded\n\nuser=abc&age=20&roles=x,y",
            "1 GET /v1/items?limit=5&ids=1&ids=2&filter[min]=1&flat=1,2\nX-Key: k\nX-Trace: 6f9619ff-8b86-4d01-b42d-00cf4fc96401\nCookie: lang=de; seen=1",
            "1 POST /v1/items\nX-Key: k\nContent-Type: application/xml\n\n<item size=\"s\"><name>tea</name><price>1.25</price><tags><tags>a</tags></tags></item>",
            "1 PUT /v1/items/5\nX-Key: k\nContent-Type: application/json\n\n{\"kind\":\"tom\",\"lives\":9}",
            "1 GET /v1/codes/abc/.5/;matrix=1;matrix=2\nX-Key: k",
            "2 POST /things?page=5&point=x,1,y,2\nAuthorization: Bearer x\nCookie: level=1\nContent-Type: application/json; charset=utf-8\n\n{\"id\":\"6f9619ff-8b86-4d01-b42d-00cf4fc96401\",\"kind\":\"thing\",\"part\":{\"x\":true},\"map\":{\"x-a\":1}}",
        ],
    ),
];

#[test]
fn what_fuzzing_checks_holds_for_its_seeds() {
    for (name, target, seeds) in TARGETS {
        for (number, seed) in seeds.iter().enumerate() {
            target(seed.as_bytes());
            if let Some(folder) = std::env::var_os("FUZZ_SEEDS").map(PathBuf::from) {
                let folder = folder.join(name);
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(format!("seed{number}")), seed).unwrap();
            }
        }
        for entry in std::fs::read_dir(PathBuf::from(FOUND).join(name)).into_iter().flatten() {
            target(&std::fs::read(entry.unwrap().path()).unwrap());
        }
    }
}
