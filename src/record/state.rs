//! What a run left behind, as a scenario's `[initial]` reads it: its jobs in a csv, all else in words.

use std::io::{self, Write};

use crate::units::{Money, Price};

use super::decimal::{decimal, seconds};
use super::text::csv_text;

/// A job that the horizon found alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLeft {
    /// Its name.
    pub job: String,
    /// Its class.
    pub class: String,
    /// Who pays.
    pub tenant: String,
    /// What it asked for, in milli-GPUs.
    pub milli_gpus: u64,
    /// Larger is more urgent.
    pub priority: i32,
    /// How long its owner says that it runs in all, in ms.
    pub requested: u64,
    /// How long it runs in all, in ms: what nobody could know in the simulated world.
    pub duration: u64,
    /// How much of that is done, in ms.
    pub done: u64,
    /// How much of what is done is in no checkpoint, in ms.
    pub unsaved: u64,
    /// Where it runs; empty if it waits.
    pub pool: String,
    /// Which nodes of an owned pool it holds, with how many GPUs of each.
    pub nodes: Vec<(u32, u32)>,
    /// How it will end.
    pub outcome: &'static str,
}

/// Writes the jobs that are left, in order of arrival.
pub fn write_state(out: impl Write, jobs: &[JobLeft]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let header =
        "job class tenant gpus priority requested_s duration_s done_s unsaved_s pool nodes outcome";
    csv.write_record(header.split(' '))?;
    for job in jobs {
        csv.write_record([
            csv_text(&job.job).as_ref(),
            csv_text(&job.class).as_ref(),
            csv_text(&job.tenant).as_ref(),
            &decimal(i128::from(job.milli_gpus), 1000, 3),
            &job.priority.to_string(),
            &seconds(job.requested),
            &seconds(job.duration),
            &seconds(job.done),
            &seconds(job.unsaved),
            csv_text(&job.pool).as_ref(),
            &nodes(&job.nodes),
            job.outcome,
        ])?;
    }
    csv.flush()
}

fn nodes(parts: &[(u32, u32)]) -> String {
    let parts = parts.iter().map(|(node, gpus)| format!("{node}:{gpus}"));
    parts.collect::<Vec<_>>().join(" ")
}

/// All that a run left but its jobs; places by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EstateLeft {
    /// When, as UTC.
    pub at: String,
    /// The scenario's currency.
    pub currency: String,
    /// Nodes that are down: pool, first, how many, for how many ms more.
    pub down: Vec<(String, u32, u32, u64)>,
    /// Bytes that left in the month: a site of the provider.
    pub egress: Vec<(String, u64)>,
    /// What is in caches, by when it was last used: site, data set.
    pub cached: Vec<(String, String)>,
    /// What a provider was paid in the month: a site of it.
    pub paid: Vec<(String, Money)>,
    /// What was spent of budgets in the period that goes on: name, amount.
    pub budgets: Vec<(String, Money)>,
    /// How commitments stand: name, for how many ms they have been counted, paid, settled.
    pub balances: Vec<(String, u64, Money, Money)>,
    /// What tenants used as it counts now, in milli-GPU·ms.
    pub used: Vec<(String, u128)>,
    /// Prices that move: pool, per GPU-hour.
    pub prices: Vec<(String, Price)>,
    /// The regime of the market's cycle.
    pub regime: Option<String>,
}

/// Writes what a run left but its jobs, which are in the file `jobs` beside.
pub fn write_estate(mut out: impl Write, estate: &EstateLeft, jobs: &str) -> io::Result<()> {
    let money = |amount: Money| decimal(amount.0, Money::TICKS_PER_UNIT as u128, 18);
    let currency = &estate.currency;
    writeln!(
        out,
        "# What a run left on {}. To go on from here: a scenario that begins then, with",
        estate.at
    )?;
    writeln!(out, "# [initial]\n# from = \"…\"   (this file)\n[initial]")?;
    writeln!(out, "jobs = {}", quoted(jobs))?;
    list(
        &mut out,
        "down",
        &estate.down,
        |(pool, first, nodes, ms)| {
            let pool = quoted(pool);
            format!(
                "pool = {pool}, first = {first}, nodes = {nodes}, lasts = \"{} s\"",
                seconds(*ms)
            )
        },
    )?;
    list(&mut out, "egress", &estate.egress, |(site, bytes)| {
        format!("site = {}, size = \"{bytes} B\"", quoted(site))
    })?;
    list(&mut out, "cached", &estate.cached, |(site, dataset)| {
        format!("site = {}, dataset = {}", quoted(site), quoted(dataset))
    })?;
    list(&mut out, "paid", &estate.paid, |(site, paid)| {
        format!(
            "site = {}, amount = \"{} {currency}\"",
            quoted(site),
            money(*paid)
        )
    })?;
    list(&mut out, "budget", &estate.budgets, |(name, spent)| {
        let spent = money(*spent);
        format!("name = {}, spent = \"{spent} {currency}\"", quoted(name))
    })?;
    list(
        &mut out,
        "balance",
        &estate.balances,
        |(name, since, paid, settled)| {
            let (name, since) = (quoted(name), seconds(*since));
            let (paid, settled) = (money(*paid), money(*settled));
            format!(
                "commitment = {name}, since = \"{since} s\", paid = \"{paid} {currency}\", settled = \"{settled} {currency}\""
            )
        },
    )?;
    list(&mut out, "used", &estate.used, |(tenant, used)| {
        let hours = decimal(
            i128::try_from(*used).unwrap_or(i128::MAX),
            3_600_000_000,
            12,
        );
        format!("tenant = {}, gpu_hours = {hours}", quoted(tenant))
    })?;
    list(&mut out, "price", &estate.prices, |(pool, price)| {
        let price = decimal(i128::from(price.0), 1_000_000, 6);
        format!(
            "pool = {}, price = \"{price} {currency}/GPU-h\"",
            quoted(pool)
        )
    })?;
    if let Some(regime) = &estate.regime {
        writeln!(out, "regime = {}", quoted(regime))?;
    }
    out.flush()
}

fn list<T>(
    out: &mut impl Write,
    name: &str,
    entries: &[T],
    words: impl Fn(&T) -> String,
) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "{name} = [")?;
    for entry in entries {
        writeln!(out, "  {{ {} }},", words(entry))?;
    }
    writeln!(out, "]")
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => {
                out.push_str("\\u");
                let code = format!("{:04X}", u32::from(control));
                out.push_str(&code);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_job() {
        let job = JobLeft {
            job: "a".to_owned(),
            class: "large".to_owned(),
            tenant: "=x".to_owned(),
            milli_gpus: 16_500,
            priority: -1,
            requested: 7_200_000,
            duration: 3_600_001,
            done: 1,
            unsaved: 0,
            pool: String::new(),
            nodes: vec![(0, 8), (3, 4)],
            outcome: "finished",
        };
        let mut out = Vec::new();
        write_state(&mut out, &[job]).unwrap();
        let text = String::from_utf8(out).unwrap();
        let line = "a,large,'=x,16.500,-1,7200.000,3600.001,0.001,0.000,,0:8 3:4,finished\n";
        assert!(text.ends_with(line), "{text}");
    }
}
