//! A movement judged again: on each link that it crosses, by the attributes that its line tells.

use serde_json::{Value as Json, json};

use super::{Effect, Fires, Known};

/// One step: nothing goes on its way against a rule that is obeyed, and what is said of the others is so.
pub(super) fn judge(rules: &[Known], line: &Json, fires: Fires<'_>) -> Result<(), String> {
    let said: Vec<&str> = line["rules"]
        .as_array()
        .map(|rules| rules.iter().map(|rule| rule.as_str().unwrap()).collect())
        .unwrap_or_default();
    let legs = Legs::of(line);
    let step = line["step"].as_str().unwrap();
    // What was made at once crosses nothing that anybody knows; what stands still has no way to be judged on.
    let is_on_its_way = !legs.0.is_empty() || line["transfer"].is_null();
    match step {
        "begins" | "turns" if is_on_its_way => {
            let refusing = legs.against(rules, line, fires, &|rule| rule.mode == "enforce");
            if !refusing.is_empty() {
                return Err(format!("refused by {refusing:?} and moved"));
            }
        }
        "refused" => return refused(rules, (&legs, line), fires, &said),
        "carries" | "arrives" | "given-up" if is_on_its_way => {}
        _ => return Ok(()),
    }
    let violated = legs.against(rules, line, fires, &|rule| rule.mode != "off");
    if said != violated {
        return Err(format!("violates {violated:?}"));
    }
    let verdict = if violated.is_empty() {
        "allow"
    } else {
        "audit"
    };
    if line["verdict"] != verdict {
        return Err(format!("should say {verdict}"));
    }
    Ok(())
}

/// Whoever refuses it is obeyed, and may hold for it, wherever it would have gone.
fn refused(
    rules: &[Known],
    (legs, line): (&Legs, &Json),
    fires: Fires<'_>,
    said: &[&str],
) -> Result<(), String> {
    let is_obeyed = |rule: &&Known| rule.of_moves && rule.mode == "enforce";
    let mut obeyed = rules.iter().filter(is_obeyed);
    let stands_for_it = |id: &&str| {
        if *id == "unpermitted" {
            return obeyed.clone().any(|rule| rule.effect == Effect::Permit);
        }
        let index = rules.iter().position(|rule| rule.id == *id).unwrap();
        let rule = &rules[index];
        is_obeyed(&rule)
            && legs.each().iter().any(|leg| {
                let holds = fires(index, &rule.when, line, leg);
                rule.forbids(holds, leg)
            })
    };
    if said.iter().any(stands_for_it) {
        Ok(())
    } else {
        Err(format!(
            "nobody refuses it: {:?}",
            obeyed.next().map(|rule| &rule.id)
        ))
    }
}

/// The attributes of each link, with those of what moves and of both ends; none where no link is crossed.
pub(super) struct Legs(Vec<Json>, Json);

impl Legs {
    pub(super) fn of(line: &Json) -> Self {
        let told = &line["attributes"];
        let leg = |number: usize, link: &Json| {
            json!({
                "data": told["data"], "from": told["from"], "to": told["to"], "link": link,
                "number": number, "transforms": told["transforms"],
            })
        };
        // The attributes of links may be unknown; their names are not.
        let links = line["links"].as_array().into_iter().flatten();
        let legs = links
            .enumerate()
            .map(|(number, _)| leg(number, &told["links"][number]));
        Self(legs.collect(), leg(0, &json!({})))
    }

    /// Whether it crosses any link.
    pub(super) const fn crosses(&self) -> bool {
        !self.0.is_empty()
    }

    pub(super) fn each(&self) -> &[Json] {
        if self.0.is_empty() {
            std::slice::from_ref(&self.1)
        } else {
            &self.0
        }
    }

    /// Rules that count and speak against it.
    fn against<'a>(
        &self,
        rules: &'a [Known],
        line: &Json,
        fires: Fires<'_>,
        counts: &dyn Fn(&Known) -> bool,
    ) -> Vec<&'a str> {
        let of_moves = || {
            let all = rules.iter().enumerate();
            all.filter(|(_, rule)| rule.of_moves)
        };
        let holds = |index: usize, rule: &Known, leg: &Json| fires(index, &rule.when, line, leg);
        let forbids = |(index, rule): &(usize, &Known)| {
            let mut legs = self.each().iter();
            counts(rule) && legs.any(|leg| rule.forbids(holds(*index, rule, leg), leg))
        };
        let mut bad: Vec<&str> = of_moves()
            .filter(forbids)
            .map(|(_, rule)| rule.id.as_str())
            .collect();
        let permits = || of_moves().filter(|(_, rule)| rule.effect == Effect::Permit);
        let permitted = |leg: &Json| {
            let mut all = permits().filter(|(_, rule)| rule.mode != "off");
            all.any(|(index, rule)| holds(index, rule, leg) == Some(true))
        };
        if permits().any(|(_, rule)| counts(rule)) && !self.each().iter().all(permitted) {
            bad.push("unpermitted");
        }
        bad
    }
}
