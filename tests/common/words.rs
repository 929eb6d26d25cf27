//! Small estates in the words of a scenario, and folders in which they lie beside the files that they name.

use std::path::{Path, PathBuf};

use plimsoll::model::{Model, compile};
use plimsoll::scenario::load;

/// When small scenarios start, unless they have a reason.
pub const START: &str = "2026-01-05T00:00:00Z";

/// How every small scenario begins: when, for how long, and with a site `dc` of our own.
pub fn begins(name: &str, start: &str, horizon: &str) -> String {
    format!(
        "[scenario]\nname = \"{name}\"\nstart = {start}\nhorizon = \"{horizon}\"\n\n\
         [[site]]\nname = \"dc\"\nkind = \"private\"\njurisdiction = \"DE\"\n\n"
    )
}

/// A folder of one test, removed when it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = format!("plimsoll-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), bytes).unwrap();
    }

    /// What these words mean here, or what is wrong with them.
    pub fn compiled(&self, text: &str) -> Result<Model, String> {
        self.write("x.toml", text);
        let scenario = load(&self.0.join("x.toml"), &[]);
        let compiled = scenario.and_then(|scenario| compile(&scenario));
        let compiled = compiled.map_err(|problems| problems.render(false))?;
        Ok(compiled.model)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
