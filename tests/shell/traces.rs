//! The shipped traces: each recipe makes its file again, byte by byte.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn unpacked(path: &Path) -> Vec<u8> {
    let file = std::fs::File::open(path).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(file)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

#[test]
fn recipes_make_the_shipped_traces() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("traces");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let packed = entry.unwrap().path();
        let name = packed.file_name().unwrap().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".csv.gz") else {
            continue;
        };
        seen += 1;
        let made = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .arg("generate")
            .arg(folder.join(format!("{stem}.toml")))
            .output()
            .unwrap();
        assert!(made.status.success(), "{stem}: the recipe fails");
        assert!(
            made.stdout == unpacked(&packed),
            "{stem}: the recipe makes another trace; make it again with the command in traces/README.md, \
             and say why in the changelog"
        );
        assert!(
            readme.contains(&name),
            "traces/README.md does not name {name}"
        );
    }
    assert_eq!(seen, 2);
}
