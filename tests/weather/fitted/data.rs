//! Recordings that are not part of the project.

use std::path::PathBuf;

use plimsoll::trace::Source;

/// The recordings in `files` of the data folder, or `None` with a word about the first that is not there.
pub(crate) fn open(files: &[String]) -> Option<Vec<Source<'static>>> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("PLIMSOLL_DATA").map_or(default, PathBuf::from);
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    if let Some(absent) = paths.iter().find(|path| !path.exists()) {
        println!("skipped: no data at {}", absent.display());
        return None;
    }
    Some(Source::open_all(&paths).unwrap())
}
