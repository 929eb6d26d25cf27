//! A folder that is complete or not there.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The file whose presence says that a folder is complete.
const SEAL: &str = "manifest.json";

/// Files that a run may write; those of an earlier run that this one does not write are removed.
const OURS: [&str; 5] = [
    "runs.csv",
    "summary.json",
    "jobs.csv",
    "evidence.jsonl",
    SEAL,
];

/// A folder being written beside its final place. Dropped before [`Folder::finish`], it leaves nothing.
#[derive(Debug)]
pub struct Folder {
    draft: PathBuf,
    place: PathBuf,
    files: Vec<&'static str>,
}

impl Folder {
    /// Begins a folder that will stand at `place`. Parents are made as needed.
    pub fn begin(place: &Path) -> io::Result<Self> {
        // `.` and `..` have no name of their own.
        let place = if place.is_dir() {
            &fs::canonicalize(place)?
        } else {
            place
        };
        let name = place.file_name().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("`{}` names no folder", place.display()),
            )
        })?;
        let parent = match place.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        if place.exists() && !place.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!(
                    "`{}` is a file; name a folder to write into",
                    place.display()
                ),
            ));
        }
        fs::create_dir_all(parent)?;
        let draft = parent.join(format!(
            ".{}.{}.partial",
            name.to_string_lossy(),
            std::process::id()
        ));
        fs::create_dir_all(&draft)?;
        Ok(Self {
            draft,
            place: place.to_owned(),
            files: Vec::new(),
        })
    }

    /// Creates one of the files of a run.
    pub fn create(&mut self, name: &'static str) -> io::Result<BufWriter<File>> {
        debug_assert!(
            OURS.contains(&name),
            "{name} is not among the files of a run"
        );
        self.files.push(name);
        File::create(self.draft.join(name)).map(BufWriter::new)
    }

    /// Writes a value as indented JSON into one of the files of a run.
    pub fn write_json(
        &mut self,
        name: &'static str,
        value: &impl serde::Serialize,
    ) -> io::Result<()> {
        let mut file = self.create(name)?;
        serde_json::to_writer_pretty(&mut file, value)?;
        file.write_all(b"\n")?;
        file.flush()
    }

    /// Moves the folder into place: at once if nothing stands there, else file by file with `manifest.json`
    /// last, and nothing else in it is touched. Returns the names of the files.
    pub fn finish(mut self) -> io::Result<Vec<&'static str>> {
        let files = std::mem::take(&mut self.files);
        if !self.place.exists() {
            fs::rename(&self.draft, &self.place)?;
            return Ok(files);
        }
        remove_if_there(&self.place.join(SEAL))?;
        for name in OURS.iter().filter(|name| !files.contains(name)) {
            remove_if_there(&self.place.join(name))?;
        }
        for name in OURS.iter().filter(|name| files.contains(name)) {
            fs::rename(self.draft.join(name), self.place.join(name))?;
        }
        Ok(files)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Whatever is left of a draft is of no use; failing to remove it must not hide the first error.
        let _ = fs::remove_dir_all(&self.draft);
    }
}

/// Whether a complete record of the run called `run_id` stands at `place`.
pub fn is_complete(place: &Path, run_id: &str) -> bool {
    let manifest = fs::read(place.join(SEAL))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    manifest.is_some_and(|manifest| {
        manifest["run_id"].as_str() == Some(run_id) && manifest["partial"].as_bool() == Some(false)
    })
}

/// A name that cannot leave the folder it is put into: letters, digits, `.`, `_` and `-`, not hidden.
pub fn folder_name(name: &str) -> String {
    let kept: String = name
        .chars()
        .take(80)
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                c
            } else {
                '-'
            }
        })
        .collect();
    let visible = kept.trim_start_matches('.');
    if visible.is_empty() {
        "scenario".to_owned()
    } else {
        visible.to_owned()
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("plimsoll-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn names_stay_in_their_folder() {
        assert_eq!(folder_name("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(folder_name("hybrid-burst"), "hybrid-burst");
        assert_eq!(folder_name("..."), "scenario");
        assert_eq!(folder_name("a/b\\c:d"), "a-b-c-d");
    }

    #[test]
    fn a_dropped_draft_leaves_nothing() {
        let root = scratch("dropped");
        let mut folder = Folder::begin(&root.join("run")).unwrap();
        folder.create("runs.csv").unwrap();
        drop(folder);
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_second_run_replaces_its_files_and_no_others() {
        let root = scratch("second");
        let place = root.join("deep/run");
        let mut first = Folder::begin(&place).unwrap();
        first.create("jobs.csv").unwrap();
        first.write_json("manifest.json", &1).unwrap();
        first.finish().unwrap();
        fs::write(place.join("notes.txt"), "mine").unwrap();
        let mut second = Folder::begin(&place).unwrap();
        second.write_json("manifest.json", &2).unwrap();
        second.finish().unwrap();
        assert_eq!(
            fs::read_to_string(place.join("manifest.json")).unwrap(),
            "2\n"
        );
        assert!(!place.join("jobs.csv").exists() && place.join("notes.txt").exists());
        assert_eq!(fs::read_dir(root.join("deep")).unwrap().count(), 1);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_complete_record_is_known_by_its_manifest() {
        let root = scratch("complete");
        let text = r#"{"run_id": "ab", "partial": false}"#;
        assert!(!is_complete(&root, "ab"));
        fs::write(root.join(SEAL), text).unwrap();
        assert!(is_complete(&root, "ab") && !is_complete(&root, "cd"));
        fs::write(root.join(SEAL), text.replace("false", "true")).unwrap();
        assert!(!is_complete(&root, "ab"));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_file_in_the_way_is_an_error() {
        let root = scratch("file");
        fs::write(root.join("run"), "").unwrap();
        assert!(Folder::begin(&root.join("run")).is_err());
        fs::remove_dir_all(root).unwrap();
    }
}
