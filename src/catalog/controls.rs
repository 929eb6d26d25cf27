//! Maps of controls: what a body of law or a standard asks for, and which rules and records can stand for it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

/// The controls of one law or standard that work, data and their evidence can meet, in our own words; no legal advice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlMap {
    /// What it is called on the command line.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Where its controls stand.
    pub source: String,
    /// When that was looked up.
    pub as_of: String,
    /// How long records are to be kept, in months.
    pub retention_months: u32,
    /// Its controls.
    #[serde(rename = "control")]
    pub controls: Vec<Control>,
}

/// One control.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its own number.
    pub id: String,
    /// What it asks for, in our own words.
    pub words: String,
    /// Rules can stand for it that read one of these attributes; any, if there are none.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Rules can stand for it that judge this: run or move; either, if it is not said.
    pub on: Option<String>,
    /// Rules can stand for it that have this effect.
    pub effect: Option<String>,
    /// Kinds of lines of evidence that show it at work.
    #[serde(default)]
    pub records: Vec<String>,
}

/// What of a rule decides for which controls it can stand.
#[derive(Clone, Copy, Debug)]
pub struct RuleFacts<'a> {
    /// What it judges.
    pub on: &'a str,
    /// What it does.
    pub effect: &'a str,
    /// Which attributes it reads, without whose they are.
    pub reads: &'a BTreeSet<String>,
    /// The controls for which it says that it stands.
    pub controls: &'a [String],
}

impl ControlMap {
    /// Reads a map.
    ///
    /// # Errors
    /// Says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let map: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut ids = BTreeSet::new();
        for control in &map.controls {
            let known = |word: &Option<String>, all: &[&str], key: &str| match word {
                Some(word) if !all.contains(&word.as_str()) => Err(format!(
                    "control `{}`: {key} = \"{word}\" means nothing; write one of {}",
                    control.id,
                    all.join(", ")
                )),
                _ => Ok(()),
            };
            known(&control.on, &["run", "move"], "on")?;
            known(&control.effect, &["permit", "forbid", "require"], "effect")?;
            if !control.asks_for_rules() && control.records.is_empty() {
                return Err(format!(
                    "control `{}`: nothing can stand for it; add reads, on, effect or records",
                    control.id
                ));
            }
            if !ids.insert(control.id.as_str()) {
                return Err(format!(
                    "there are two controls `{}`: every id must be its own",
                    control.id
                ));
            }
        }
        Ok(map)
    }
}

impl Control {
    /// Whether it says what rules can stand for it.
    pub fn asks_for_rules(&self) -> bool {
        !self.reads.is_empty() || self.on.is_some() || self.effect.is_some()
    }

    /// Whether a rule stands for it: it says so, or what it reads and does is what the control is about. A rule may put the
    /// name of the law before the number: `HIPAA 164.312(b)`.
    pub fn is_met_by(&self, rule: RuleFacts<'_>) -> bool {
        let says = |named: &String| {
            named == &self.id
                || named
                    .strip_suffix(&self.id)
                    .is_some_and(|rest| rest.ends_with(' '))
        };
        let is = |asked: &Option<String>, it: &str| asked.as_ref().is_none_or(|asked| asked == it);
        let reads =
            self.reads.is_empty() || self.reads.iter().any(|name| rule.reads.contains(name));
        rule.controls.iter().any(says)
            || self.asks_for_rules()
                && reads
                && is(&self.on, rule.on)
                && is(&self.effect, rule.effect)
    }
}

/// The texts of the maps that are shipped.
const SHIPPED: [&str; 4] = [
    include_str!("../../catalog/controls/hipaa.toml"),
    include_str!("../../catalog/controls/iso-27001.toml"),
    include_str!("../../catalog/controls/nist-800-53.toml"),
    include_str!("../../catalog/controls/eu-ai-act.toml"),
];

/// The maps that are shipped.
pub fn control_maps() -> &'static [ControlMap] {
    static MAPS: LazyLock<Vec<ControlMap>> = LazyLock::new(|| {
        // They are part of the program, and a test reads them: they cannot be wrong here.
        SHIPPED
            .iter()
            .filter_map(|text| ControlMap::parse(text).ok())
            .collect()
    });
    &MAPS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_maps_can_be_read() {
        let names = control_maps().iter().map(|map| map.name.as_str());
        assert!(names.eq(["hipaa", "iso-27001", "nist-800-53", "eu-ai-act"]));
        for map in control_maps() {
            assert!(
                map.controls.len() >= 7 && !map.source.is_empty(),
                "{}",
                map.name
            );
        }
    }

    /// Whoever opens one of them reads first whose words these are, from where and when, how long records are kept and why,
    /// and that it is no legal advice.
    #[test]
    fn shipped_maps_say_where_they_come_from_and_what_they_are_not() {
        for (text, map) in SHIPPED.iter().zip(control_maps()) {
            let first = text.lines().next().unwrap_or_default();
            for words in ["in our own words", "Not legal advice"] {
                assert!(first.contains(words), "{}: {first}", map.name);
            }
            let (year, month) = map.as_of.split_once('-').unwrap();
            assert_eq!((year.len(), month.len()), (4, 2), "{}", map.name);
            assert!(
                (2026..2100).contains(&year.parse().unwrap()),
                "{}",
                map.name
            );
            assert!((1..=12).contains(&month.parse().unwrap()), "{}", map.name);
            assert!(
                map.source.len() > 8 && map.retention_months > 0,
                "{}",
                map.name
            );
            let term = text
                .lines()
                .take_while(|line| !line.starts_with("retention_months"));
            let why = term.last().unwrap_or_default();
            assert!(why.starts_with("# "), "{}: {why}", map.name);
        }
    }

    fn one(words: &str) -> Result<ControlMap, String> {
        let head =
            "name = \"x\"\ntitle = \"X\"\nsource = \"s\"\nas_of = \"2026\"\nretention_months = 6\n";
        ControlMap::parse(&format!("{head}{words}"))
    }

    const fn rule<'a>(
        on: &'a str,
        reads: &'a BTreeSet<String>,
        controls: &'a [String],
    ) -> RuleFacts<'a> {
        RuleFacts {
            on,
            effect: "forbid",
            reads,
            controls,
        }
    }

    #[test]
    fn rules_stand_for_controls_by_what_they_say_read_or_do() {
        let map = one(
            "[[control]]\nid = \"1(a)\"\nwords = \"w\"\nreads = [\"classification\"]\non = \"move\"\n\
             [[control]]\nid = \"2\"\nwords = \"w\"\nrecords = [\"key\"]\n",
        )
        .unwrap();
        let reads: BTreeSet<String> = ["classification".to_owned()].into();
        let none = BTreeSet::new();
        let [first, second] = &map.controls[..] else {
            panic!("two controls")
        };
        assert!(first.is_met_by(rule("move", &reads, &[])));
        assert!(!first.is_met_by(rule("run", &reads, &[])));
        assert!(!first.is_met_by(rule("move", &none, &[])));
        for (named, meets) in [
            ("1(a)", true),
            ("LAW 1(a)", true),
            ("11(a)", false),
            ("1", false),
        ] {
            let named = [named.to_owned()];
            assert_eq!(
                first.is_met_by(rule("run", &none, &named)),
                meets,
                "{named:?}"
            );
        }
        // What only records show, no rule stands for unless it says so.
        assert!(!second.is_met_by(rule("move", &reads, &[])));
        assert!(second.is_met_by(rule("run", &none, &["X 2".to_owned()])));
    }

    #[test]
    fn what_is_wrong_with_a_map_is_told() {
        let control = |rest: &str| format!("[[control]]\nid = \"1\"\nwords = \"w\"\n{rest}\n");
        for (text, told) in [
            (control(""), "nothing can stand for it"),
            (control("on = \"walk\""), "write one of run, move"),
            (
                control("effect = \"allow\""),
                "write one of permit, forbid, require",
            ),
            (control("rules = []"), "unknown field `rules`"),
            (control("on = \"run\"").repeat(2), "two controls `1`"),
            (String::new(), "missing field `control`"),
        ] {
            let error = one(&text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
