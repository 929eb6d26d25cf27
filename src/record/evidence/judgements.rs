//! Attributes that change, and what becomes of work and copies against which rules turned, as evidence.

use crate::journal::{Consequence, Fact};
use crate::units::{DatasetId, SimTime, SiteId};

use super::scribe::Scribe;
use super::spelt::value;
use super::words::{FindingWords, FoundWords, SaidWords};

impl FindingWords {
    /// Who has which attribute at a stage while so much of what may be found holds; `None` where nothing may be found.
    fn row(&self, stage: usize, holding: usize) -> Option<&FoundWords> {
        self.rows.get((stage << self.names.len()) + holding)
    }
}

impl Scribe<'_> {
    pub(super) fn of_judgements(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::AttributesChanged(change) => self.attributes_changed(at, change),
            Fact::Found(finding, holds) => self.found(at, finding, holds),
            Fact::Rejudged(job, pool, rule, consequence) => {
                let says = (consequence.name(), becomes(consequence));
                self.in_pool((at, "judgement"), (job, pool), Some(rule), says);
            }
            Fact::ResultPassed(job, pool) => {
                let says = ("passed", "what came of it was looked at, and counts");
                self.in_pool((at, "validation"), (job, pool), None, says);
            }
            Fact::ResultRejected(job, pool) => {
                let says = (
                    "failed",
                    "what came of it does not pass: it does all of its work again",
                );
                self.in_pool((at, "validation"), (job, pool), None, says);
            }
            Fact::ResultFlawed(job, pool) => {
                let reason = "what came of it, and had counted, is not what it should be";
                self.in_pool((at, "judgement"), (job, pool), None, ("flawed", reason));
            }
            Fact::CopyRejudged(data, site, rule, consequence) => {
                let says = (consequence.name(), becomes_of_copy(consequence));
                self.of_copy((at, "judgement"), (data, site), Some(rule), says);
            }
            Fact::CopyUnlocked(data, site) => {
                let says = ("unlocked", "no rule speaks against it any more");
                self.of_copy((at, "judgement"), (data, site), None, says);
            }
            Fact::CopyDeleted(data, site) => {
                let says = ("deleted", "a rule had turned against it");
                self.of_copy((at, "deletion"), (data, site), None, says);
            }
            _ => {}
        }
    }

    fn attributes_changed(&mut self, at: SimTime, change: u16) {
        let words = self.words;
        self.stage = usize::from(change) + 1;
        let Some(change) = words.changes.get(usize::from(change)) else {
            return;
        };
        let reason = change.by.join(", ");
        let (known, said) = match words.findings.row(self.stage, self.holding) {
            Some(row) => (row.known, &row.changed),
            None => (change.known, &change.said),
        };
        self.turn(known);
        for said in said {
            self.attribute(at, said, &reason, true);
        }
    }

    /// Something is found, or said of nothing any more.
    fn found(&mut self, at: SimTime, finding: u16, holds: bool) {
        let (words, bit) = (self.words, usize::from(finding));
        let with = |holding: usize| words.findings.row(self.stage, holding);
        let with_it = with(self.holding | 1 << bit);
        self.holding = self.holding & !(1 << bit) | usize::from(holds) << bit;
        let known = with(self.holding).and_then(|row| row.known);
        self.turn(known);
        let name = words.findings.names.get(bit).map_or("", String::as_str);
        let reason = if holds {
            name.to_owned()
        } else {
            format!("no longer: {name}")
        };
        for said in with_it
            .and_then(|row| row.found.get(bit))
            .into_iter()
            .flatten()
        {
            self.attribute(at, said, &reason, holds);
        }
    }

    /// Somebody has an attribute otherwise than before; `forth`, or back as it was.
    fn attribute(&mut self, at: SimTime, said: &SaidWords, reason: &str, forth: bool) {
        let (mut before, mut after) = (&said.before, &said.after);
        if !forth {
            std::mem::swap(&mut before, &mut after);
        }
        self.page.line(at, "attribute", |line| {
            line.open("subject");
            line.text(said.kind, &said.name);
            line.close();
            line.text("attribute", &said.attribute);
            for (name, known) in [("before", before), ("after", after)] {
                let json = known.as_ref().map_or_else(|| "null".to_owned(), value);
                line.json(name, &json);
            }
            line.text("verdict", "changed");
            line.text("reason", reason);
        });
    }

    /// A copy at a site, and a rule if there is one to name.
    fn of_copy(
        &mut self,
        (at, kind): (SimTime, &str),
        (data, site): (DatasetId, SiteId),
        rule: Option<u16>,
        (verdict, reason): (&str, &str),
    ) {
        let (name, bytes) = &self.words.datasets[data.index()];
        let site = &self.words.sites[site.index()];
        let rule = rule.map(|rule| self.spelt.rules[usize::from(rule)].as_str());
        self.page.line(at, kind, |line| {
            line.open("subject");
            line.text("dataset", name);
            line.close();
            line.open("destination");
            line.text("site", site);
            line.close();
            if rule.is_some() {
                line.list("rules", rule.into_iter());
            }
            line.text("verdict", verdict);
            line.text("reason", reason);
            line.count("bytes", *bytes);
        });
    }
}

const fn becomes(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Finish => "a rule turned against it: it may finish",
        Consequence::Grace => "a rule turned against it: it may go on for a time",
        Consequence::Evict => "a rule turned against it: it has to go on elsewhere",
        Consequence::Stop => "a rule turned against it: it stops at once",
        Consequence::Quarantine => {
            "a rule turned against it: it stops at once, and what it wrote there is locked"
        }
    }
}

const fn becomes_of_copy(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Finish => "a rule turned against it: it stays, and nothing new reads it",
        Consequence::Grace => "a rule turned against it: it may stay for a time",
        Consequence::Evict | Consequence::Stop => "a rule turned against it: it is deleted",
        Consequence::Quarantine => "a rule turned against it: it is locked",
    }
}
