//! Which world is explained: one strategy in one replication, of a scenario or of a run that was recorded.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::experiment::{Replay, amount};
use crate::metrics::{Fold, Layout};
use crate::model::Model;
use crate::record::{Recorded, plain};
use crate::scenario;
use crate::units::StrategyId;

use super::super::arguments::{ScenarioArguments, assumption};
use super::super::exit::Failure;
use super::super::labels;
use super::super::output::{width, wrapped};
use super::super::study::Study;

/// Where to look.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct SceneArguments {
    /// The scenario file, where no run is named
    #[arg(value_name = "FILE", required_unless_present = "run")]
    file: Option<PathBuf>,
    /// The folder of a recorded run: its scenario, settings and seed are played again
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["file", "sets", "assumes", "seed"])]
    run: Option<PathBuf>,
    /// Change a value of the scenario; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Take an attribute to be so of all of whom nobody says it, as in `classification=["health"]`; may be repeated
    #[arg(long = "assume", value_name = "ATTRIBUTE=VALUE", value_parser = assumption)]
    assumes: Vec<String>,
    /// Which strategy, by name; the first if not given
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// Which sampled world; the first is 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u32,
    /// The seed of all randomness; the scenario's own if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// A world that is ready to be played again.
pub(super) struct Scene {
    pub(super) study: Study,
    pub(super) strategy: StrategyId,
    pub(super) replay: Replay,
    /// The scenario file.
    pub(super) file: PathBuf,
    /// What was set on the command line.
    pub(super) sets: Vec<String>,
    /// What is to be known before what follows is believed.
    notes: Vec<String>,
}

impl Scene {
    /// Opens what the arguments name.
    pub(super) fn open(arguments: &SceneArguments) -> Result<Self, Failure> {
        match (&arguments.run, &arguments.file) {
            (Some(folder), _) => Self::recorded(folder, arguments),
            (None, Some(file)) => {
                let assumes = arguments.assumes.iter();
                let assumes = assumes.map(|words| scenario::assumption(words));
                let sets = arguments.sets.iter().cloned().chain(assumes).collect();
                Self::of(file, sets, arguments.seed, arguments)
            }
            (None, None) => Err(Failure::Usage(
                "name a scenario file, or a recorded run with --run".to_owned(),
            )),
        }
    }

    fn of(
        file: &Path,
        sets: Vec<String>,
        seed: Option<u64>,
        arguments: &SceneArguments,
    ) -> Result<Self, Failure> {
        let scenario = ScenarioArguments {
            file: file.to_owned(),
            sets: sets.clone(),
            assumes: Vec::new(),
        };
        let study = Study::open(&scenario, seed)?;
        let strategy = study.strategy(arguments.strategy.as_deref())?;
        if arguments.replication > 0 && !study.rolls_dice() {
            return Err(Failure::Usage(format!(
                "--replication {}: nothing rolls dice here, so there is one world, 0",
                arguments.replication
            )));
        }
        let replay = Replay::of(&study.model, study.seed, arguments.replication);
        Ok(Self {
            study,
            strategy,
            replay,
            file: file.to_owned(),
            sets,
            notes: Vec::new(),
        })
    }

    fn recorded(folder: &Path, arguments: &SceneArguments) -> Result<Self, Failure> {
        let recorded = Recorded::open(folder).map_err(Failure::Input)?;
        if !recorded.file.is_file() {
            return Err(Failure::Input(format!(
                "the run in {} was made of {}, which is not to be found from here; go to the folder in which it was \
                 made, or bring the file back",
                folder.display(),
                recorded.file.display()
            )));
        }
        if recorded.replications <= arguments.replication {
            return Err(Failure::Usage(format!(
                "--replication {}: the run in {} has {}, the first is 0",
                arguments.replication,
                folder.display(),
                recorded.replications
            )));
        }
        let mut asked = arguments.clone();
        if asked.strategy.is_none() {
            asked.strategy = recorded.strategies.first().cloned();
        }
        let mut scene = Self::of(
            &recorded.file,
            recorded.sets.clone(),
            Some(recorded.seed),
            &asked,
        )?;
        scene.compare_with(&recorded);
        scene.check_cost(folder)?;
        Ok(scene)
    }

    /// Says what is not as it was when the run was made.
    fn compare_with(&mut self, recorded: &Recorded) {
        let inputs = &self.study.inputs;
        for (path, sha256) in &recorded.inputs {
            let now = inputs.iter().find(|input| input.path == *path);
            if now.is_none_or(|input| input.sha256 != *sha256) {
                self.notes.push(format!(
                    "{path} is not what it was when run {} was made: what follows is told of it as it is now",
                    recorded.run_id
                ));
            }
        }
        if self.notes.is_empty() && self.study.resolved != recorded.resolved {
            self.notes.push(format!(
                "the scenario means something else than when run {} was made: what follows is told of it as it is now",
                recorded.run_id
            ));
        }
        let version = concat!("plimsoll ", env!("CARGO_PKG_VERSION"));
        if recorded.version != version {
            let then = &recorded.version;
            self.notes
                .push(format!("the run was made by {then}, this is {version}"));
        }
    }

    /// Plays the world and compares what it costs with what the record says, where nothing else tells of a change.
    fn check_cost(&mut self, folder: &Path) -> Result<(), Failure> {
        let name = &self.model().strategies[self.strategy.index()].name;
        let number = self.replay.dice.replication;
        let Some(then) = Recorded::figure(folder, name, number, "cost_total") else {
            return Ok(());
        };
        let layout = Layout::new(&[], &[]);
        let mut fold = Fold::new(&crate::experiment::layout_of(self.model()));
        fold.clear();
        self.play(&mut fold)?;
        let mut row = Vec::new();
        fold.row(&layout, &mut row);
        let cost = layout.position("cost_total").and_then(|at| row[at].value());
        if cost.is_none_or(|cost| cost != then) {
            let now = cost.map_or_else(|| "nothing".to_owned(), amount);
            self.notes.push(format!(
                "played again, replication {number} of \"{name}\" costs {now}, and its record says {}: it is another \
                 run",
                amount(then)
            ));
        }
        Ok(())
    }

    /// Tells `observer` all that happens.
    pub(super) fn play(&self, observer: &mut impl crate::journal::Observer) -> Result<(), Failure> {
        let played = self.replay.play(self.model(), self.strategy, observer);
        played.map_err(anyhow::Error::from)?;
        Ok(())
    }

    pub(super) const fn model(&self) -> &Model {
        &self.study.model
    }

    /// The name of the strategy.
    pub(super) fn name(&self) -> &str {
        &self.model().strategies[self.strategy.index()].name
    }

    /// Which world this is, and what is to be known of it.
    pub(super) fn head(&self) -> String {
        let title = format!(
            "{} · \"{}\" · replication {} (seed {})",
            self.study.title(),
            self.name(),
            self.replay.dice.replication,
            self.replay.dice.seed
        );
        let notes = self.notes.iter().map(|note| format!("note: {note}"));
        let assumed = labels::assumed(&self.study.labels);
        let lines = std::iter::once(title).chain(assumed).chain(notes);
        let lines = lines.map(|line| wrapped(&plain(&line), width()) + "\n");
        lines.collect::<String>() + "\n"
    }

    /// The words that repeat this with a change, but for the change.
    pub(super) fn change_words(&self) -> String {
        let file = quoted(&self.file.to_string_lossy());
        let sets = self
            .sets
            .iter()
            .map(|set| format!(" --both {}", quoted(set)));
        format!(
            "plimsoll explain change {file}{} --strategy {} --seed {}",
            sets.collect::<String>(),
            quoted(self.name()),
            self.replay.dice.seed
        )
    }
}

/// A word as a shell reads it.
pub(super) fn quoted(word: &str) -> String {
    super::super::compare::quoted(word)
}
