//! What a shell sees: commands, files, documents.

#[path = "../common/hostile.rs"]
mod hostile;
#[path = "../common/shell.rs"]
mod shell;
#[path = "../common/told.rs"]
mod told;

mod check;
mod command;
mod coupling;
mod evidence;
mod evidence_of_budgets;
mod example;
mod explain;
mod explain_data;
mod explain_failover;
mod explain_page;
mod fuzz_smoke;
mod gates;
mod glossary;
mod imports;
mod records;
mod retained;
mod runbook;
mod trace_oracles;
mod traces;
