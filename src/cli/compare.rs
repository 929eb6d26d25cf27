//! `plimsoll compare` and `plimsoll run`: play, record, answer.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::Context as _;

use crate::dice::Dice;
use crate::experiment::{
    Control, EvidenceInto, ExperimentError, GateTally, Plan, Replicated, judge_gates, layout_of,
    left_of, promise_sentences, replicate, replicate_telling, rule_price_sentences, rule_prices,
    sentences, stable_load, summarise, what_would_change,
};
use crate::metrics::Layout;
use crate::model::Timeline;
use crate::record::{
    Folder, Manifest, Replications, RunsWriter, SCHEMA_VERSION, Summary, folder_name, is_complete,
    write_estate, write_state, write_whole,
};
use crate::stats::CONFIDENCE;
use crate::units::StrategyId;

use super::arguments::{OutputFormat, StudyArguments};
use super::exit::Failure;
use super::study::{Study, counted};
use super::{answer, evidence, gates, jobs, output, progress};

/// Where records go unless somebody says otherwise.
const REPORTS: &str = "reports";

/// What is to be done, all defaults worked out.
struct Job<'a> {
    study: &'a Study,
    plan: Plan<'a>,
    names: Vec<String>,
    layout: Layout,
    jobs_of: Vec<u32>,
    evidence_of: Vec<u32>,
    read: Vec<String>,
}

/// Plays all strategies.
pub(super) fn compare(arguments: &StudyArguments) -> Result<(), Failure> {
    let study = Study::open(&arguments.scenario, arguments.seed)?;
    let all = (0..study.model.strategies.len()).map(StrategyId::from);
    play(&study, arguments, &all.collect::<Vec<_>>(), "compare")
}

/// Plays one strategy.
pub(super) fn run(
    arguments: &StudyArguments,
    strategy: Option<&str>,
    state_out: Option<&Path>,
) -> Result<(), Failure> {
    let study = Study::open(&arguments.scenario, arguments.seed)?;
    let strategy = study.strategy(strategy)?;
    play(&study, arguments, &[strategy], "run")?;
    state_out.map_or(Ok(()), |path| write_left(&study, strategy, path))
}

/// Writes the jobs that the first world leaves at its horizon, and beside them all else that it leaves.
fn write_left(study: &Study, strategy: StrategyId, path: &Path) -> Result<(), Failure> {
    let sample = |dice: &Dice, timeline: &mut Timeline| study.sample(dice, timeline);
    let plan = Plan {
        model: &study.model,
        strategies: &[strategy],
        replications: 1,
        seed: study.seed,
        threads: 1,
        sample: &sample,
    };
    let (jobs, estate) = left_of(&plan, strategy, 0).map_err(|error| failed(error, path))?;
    write_whole(path, |out| write_state(out, &jobs))
        .with_context(|| format!("cannot write {}", path.display()))?;
    let words = path.with_extension("toml");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    write_whole(&words, |out| write_estate(out, &estate, &name))
        .with_context(|| format!("cannot write {}", words.display()))?;
    let left = counted(jobs.len() as u64, "job");
    let (path, words) = (path.display(), words.display());
    output::message(&format!(
        "{left} left at the horizon: {path}; all else: {words}"
    ));
    Ok(())
}

fn play(
    study: &Study,
    arguments: &StudyArguments,
    strategies: &[StrategyId],
    command: &str,
) -> Result<(), Failure> {
    let began = Instant::now();
    let sample = |dice: &Dice, timeline: &mut Timeline| study.sample(dice, timeline);
    let asked = arguments.replications.unwrap_or(study.replications);
    let plan = Plan {
        model: &study.model,
        strategies,
        replications: if study.rolls_dice() { asked } else { 1 },
        seed: study.seed,
        threads: usize::from(arguments.threads),
        sample: &sample,
    };
    let jobs_of = replications_to_record(("--jobs ", &arguments.jobs), plan.replications)?;
    let mut evidence = arguments.evidence.clone();
    if study.evidence && evidence.is_empty() {
        evidence.push(0);
    }
    let evidence_of = replications_to_record(("--evidence=", &evidence), plan.replications)?;
    let mut job = Job {
        study,
        names: strategies
            .iter()
            .map(|id| study.model.strategies[id.index()].name.clone())
            .collect(),
        layout: layout_of(&study.model),
        jobs_of,
        evidence_of,
        read: study.read.clone(),
        plan,
    };
    job.read.extend(stable_load_line(&job.plan)?);
    if arguments.format == OutputFormat::Table {
        output::data(&answer::head(&job.read, study))?;
    } else if !arguments.quiet {
        output::message(&job.read.join("\n"));
    }
    let mut manifest = manifest(&job, arguments, command);
    manifest.seal();
    let place = arguments
        .out
        .clone()
        .unwrap_or_else(|| default_place(&manifest));
    let interrupted = super::interrupt::flag()?;
    let summary = record(&job, &mut manifest, &place, arguments.quiet, &interrupted)?;
    if !arguments.quiet {
        let seconds = began.elapsed().as_secs_f64();
        output::message(&format!(
            "{} × {} in {seconds:.1} s",
            counted(u64::from(summary.replications.done), "replication"),
            counted(summary.strategies.len() as u64, "strategy")
        ));
    }
    output::data(&answer::body(&summary, &place, arguments.format)?)?;
    let kept = gates::kept(&summary.gates).map_err(Failure::Gate);
    if summary.replications.partial {
        let of = if manifest.jobs_of.len() < job.jobs_of.len() {
            let (written, asked) = (manifest.jobs_of.len(), job.jobs_of.len());
            format!(" and with the jobs of {written} of {asked}")
        } else {
            String::new()
        };
        return Err(Failure::Interrupted(format!(
            "interrupted after {} of {} replications{of}; what was finished is in {}, marked partial",
            summary.replications.done,
            summary.replications.asked,
            place.display()
        )));
    }
    if arguments.exit_zero { Ok(()) } else { kept }
}

fn replications_to_record(
    (word, wanted): (&str, &[u32]),
    replications: u32,
) -> Result<Vec<u32>, Failure> {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    match wanted.last() {
        Some(last) if replications <= *last => Err(Failure::Usage(format!(
            "{word}{last}: the first replication is 0 and the last of this run {}",
            replications - 1
        ))),
        _ => Ok(wanted),
    }
}

/// What a first-come, first-served line could bear at most, from the first sampled world.
fn stable_load_line(plan: &Plan<'_>) -> Result<Option<String>, Failure> {
    let dice = Dice {
        seed: plan.seed,
        replication: 0,
    };
    let mut timeline = Timeline::default();
    (plan.sample)(&dice, &mut timeline);
    let loads = stable_load(plan.model, &timeline, &dice).map_err(anyhow::Error::from)?;
    let parts: Vec<String> = loads
        .iter()
        .map(|load| format!("{} {:.2}", load.gpu, load.share))
        .collect();
    Ok((!parts.is_empty()).then(|| {
        format!(
            "maximum stable load  {}  of owned capacity under FIFO with this mix of gangs",
            parts.join(", ")
        )
    }))
}

fn manifest(job: &Job<'_>, arguments: &StudyArguments, command: &str) -> Manifest {
    let study = job.study;
    Manifest {
        command: command_line(job, arguments, command),
        inputs: study.inputs.clone(),
        seed: job.plan.seed,
        replications_asked: job.plan.replications,
        strategies: job.names.clone(),
        jobs_of: job.jobs_of.clone(),
        evidence_of: job.evidence_of.clone(),
        assumptions: study.assumptions.clone(),
        ..Manifest::new(study.model.name.clone(), study.resolved.clone())
    }
}

/// The command that repeats the run: threads and places do not change its numbers and are left out.
fn command_line(job: &Job<'_>, arguments: &StudyArguments, command: &str) -> String {
    let mut words = vec![
        "plimsoll".to_owned(),
        command.to_owned(),
        quoted(&arguments.scenario.file.to_string_lossy()),
    ];
    if command == "run" {
        words.extend(["--strategy".to_owned(), quoted(&job.names[0])]);
    }
    for set in &arguments.scenario.sets {
        words.extend(["--set".to_owned(), quoted(set)]);
    }
    for assumed in &arguments.scenario.assumes {
        words.extend(["--assume".to_owned(), quoted(assumed)]);
    }
    words.push(format!(
        "--replications {} --seed {}",
        job.plan.replications, job.plan.seed
    ));
    for replication in &job.jobs_of {
        words.push(format!("--jobs {replication}"));
    }
    for replication in &job.evidence_of {
        words.push(format!("--evidence={replication}"));
    }
    words.join(" ")
}

/// A word as a POSIX shell reads it.
pub(super) fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn default_place(manifest: &Manifest) -> PathBuf {
    Path::new(REPORTS)
        .join(folder_name(&manifest.scenario))
        .join(&manifest.run_id)
}

/// Plays everything into a folder and says what came of it.
fn record(
    job: &Job<'_>,
    manifest: &mut Manifest,
    place: &Path,
    quiet: bool,
    interrupted: &AtomicBool,
) -> Result<Summary, Failure> {
    let cannot = || format!("cannot write the record to {}", place.display());
    let mut folder = Folder::begin(place).with_context(cannot)?;
    let mut tally = GateTally::new(&job.study.gates, job.names.len());
    let played = play_into(job, manifest, &mut folder, &mut tally, (quiet, interrupted))
        .map_err(|e| failed(e, place))?;
    manifest.replications_done = played.done;
    manifest.partial = played.done < job.plan.replications;
    if played.done == 0 {
        return Err(Failure::Interrupted(
            "interrupted before the first replication was finished; nothing was written".to_owned(),
        ));
    }
    manifest.jobs_of = jobs::write(
        &job.plan,
        &job.names,
        &job.jobs_of,
        &mut folder,
        interrupted,
    )
    .map_err(|error| failed(error, place))?;
    manifest.partial |= manifest.jobs_of.len() < job.jobs_of.len();
    manifest.partial |= manifest.evidence_of.len() < job.evidence_of.len();
    let summary = summary(job, manifest, &played, &tally);
    if manifest.partial && is_complete(place, &manifest.run_id) {
        return Err(Failure::Interrupted(format!(
            "interrupted; the complete record of an earlier run of the same is left in {}",
            place.display()
        )));
    }
    folder
        .write_json("summary.json", &summary)
        .with_context(cannot)?;
    folder
        .write_json("manifest.json", manifest)
        .with_context(cannot)?;
    folder.finish().with_context(cannot)?;
    Ok(summary)
}

fn failed(error: ExperimentError, place: &Path) -> Failure {
    let context = format!("the run into {} was given up", place.display());
    anyhow::Error::new(error).context(context).into()
}

fn play_into(
    job: &Job<'_>,
    manifest: &mut Manifest,
    folder: &mut Folder,
    tally: &mut GateTally,
    (quiet, interrupted): (bool, &AtomicBool),
) -> Result<Replicated, ExperimentError> {
    let bar = progress::bar(job.plan.replications, "replications", quiet);
    let mut runs = RunsWriter::new(folder.create("runs.csv")?, &job.layout)?;
    let control = Control {
        cancelled: interrupted,
        progress: &|played| bar.set_position(u64::from(played)),
    };
    let gates = job.study.gates.as_slice();
    let mut write = |strategy: usize, replication, cells: &[_]| -> io::Result<()> {
        tally.note(gates, strategy, cells);
        runs.row(&job.names[strategy], replication, cells)
    };
    let (plan, layout, wanted) = (&job.plan, &job.layout, job.evidence_of.as_slice());
    let played = if wanted.is_empty() {
        replicate(plan, layout, &control, &mut write)?
    } else {
        let sink = evidence::create(folder)?;
        let play = |into: &mut EvidenceInto<'_, _>| {
            replicate_telling(plan, layout, &control, &mut write, Some(into))
        };
        evidence::write((plan, wanted), manifest, sink, play)?
    };
    bar.finish_and_clear();
    runs.finish()?;
    Ok(played)
}

fn summary(job: &Job<'_>, manifest: &Manifest, played: &Replicated, tally: &GateTally) -> Summary {
    let currency = job.study.model.currency.to_string();
    let (layout, names, columns) = (&job.layout, &job.names, &played.columns);
    let rule_prices = rule_prices(&job.study.model, layout, names, played);
    let kept = promise_sentences(&job.study.model, layout, names, columns);
    let rule_words = rule_price_sentences(&rule_prices, &currency);
    let strategies = summarise(layout, names, columns, &currency);
    let of = (job.study.gates.as_slice(), job.plan.strategies);
    let gates = judge_gates(of.0, tally, of.1, &strategies, !job.study.rolls_dice());
    Summary {
        schema_version: SCHEMA_VERSION,
        scenario: manifest.scenario.clone(),
        run_id: manifest.run_id.clone(),
        seed: manifest.seed,
        currency: currency.clone(),
        replications: Replications {
            asked: manifest.replications_asked,
            done: manifest.replications_done,
            partial: manifest.partial,
        },
        deterministic: !job.study.rolls_dice(),
        confidence: CONFIDENCE,
        read: job.read.clone(),
        strategies,
        sentences: [sentences(layout, names, columns), rule_words, kept].concat(),
        what_would_change_it: what_would_change(layout, names, columns, &currency),
        gates,
        rule_prices,
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("scenarios/a.toml"), "scenarios/a.toml");
        assert_eq!(quoted("burst after 30 min"), "'burst after 30 min'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
