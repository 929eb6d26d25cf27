//! The whole command as a shell starts it: processor time by thread as the system counts it, and time by the clock.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::words::{ESTATE, RULES_ABOUT, put, rules};

/// The system counts processor time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;
/// How often a running command is asked how much its threads took.
const LOOK: Duration = Duration::from_millis(4);
/// The thread that writes evidence, by its name.
const WRITER: &str = "evidence";
/// Jobs of a day: with run times of .0862 the load is .88 of the owned GPUs.
const JOBS_PER_DAY: u32 = 34_000;

/// What one run took, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    /// Processor time of all threads.
    pub all: f64,
    /// Of that, of the thread that writes evidence.
    pub writer: f64,
    /// By the clock.
    pub wall: f64,
}

impl Took {
    /// Processor time of all but the writer, which is beside the others.
    pub fn beside(self) -> f64 {
        self.all - self.writer
    }
}

/// Two scenarios on disk: without rules, and with sixteen.
pub struct Whole {
    folder: PathBuf,
}

impl Whole {
    /// Writes them, for so many jobs.
    pub fn new(jobs: u32) -> Self {
        let folder = std::env::temp_dir().join(format!("plimsoll-whole-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for scenarios");
        let hours = f64::from(jobs) / f64::from(JOBS_PER_DAY) * 24.0;
        let demand = format!("jobs_per_day = {JOBS_PER_DAY}, run_time = 0.0862");
        let sized = ESTATE
            .replace("jobs_per_day = 100, run_time = 1.0", &demand)
            .replace("\"7 d\"", &format!("\"{hours:.2} h\""));
        let bare = put(&sized, &RULES_ABOUT);
        fs::write(folder.join("bare.toml"), &bare).expect("a scenario");
        fs::write(folder.join("ruled.toml"), bare + &rules()).expect("a scenario");
        Self { folder }
    }

    /// Runs one of them once, the one with rules with evidence; `None` where the system does not tell what threads took.
    pub fn run(&self, ruled: bool) -> Option<Took> {
        let name = if ruled { "ruled" } else { "bare" };
        let out = self.folder.join(format!("out-{name}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command
            .arg("run")
            .arg(self.folder.join(format!("{name}.toml")))
            .args(["--replications", "1", "--quiet", "--out"])
            .arg(&out)
            .stdout(Stdio::null());
        if ruled {
            command.arg("--evidence");
        }
        let before = of_children()?;
        let begun = Instant::now();
        let mut child = command.spawn().expect("the command");
        let mut writer = 0.0;
        while child.try_wait().expect("a child").is_none() {
            writer = of_writer(child.id()).unwrap_or(writer);
            std::thread::sleep(LOOK);
        }
        let wall = begun.elapsed().as_secs_f64();
        let status = child.wait().expect("a child");
        assert!(status.success(), "{name}: {status}");
        let all = of_children()? - before;
        fs::remove_dir_all(&out).expect("what was written");
        Some(Took { all, writer, wall })
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // Whoever cannot be removed lies among what is temporary.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Processor time of all children that were waited for.
fn of_children() -> Option<f64> {
    spent(Path::new("/proc/self/stat"), 15)
}

/// Processor time of the thread that writes evidence, while there is one.
fn of_writer(process: u32) -> Option<f64> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let mut tasks = tasks.flatten();
    let writer = tasks.find(|task| {
        let name = fs::read_to_string(task.path().join("comm"));
        name.is_ok_and(|name| name.trim_end() == WRITER)
    })?;
    spent(&writer.path().join("stat"), 13)
}

/// The sum of two fields of a status, counted from 0, in seconds.
fn spent(status: &Path, first: usize) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    // A name may hold anything; what follows its closing bracket is the third field.
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(first - 2);
    let own: f64 = fields.next()?.parse().ok()?;
    let of_system: f64 = fields.next()?.parse().ok()?;
    Some((own + of_system) / TICKS_PER_SECOND)
}
