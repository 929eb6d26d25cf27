//! Evidence read by somebody who has its documentation and nothing else: each line with all that it refers to.

#![allow(unreachable_pub)]

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

/// What was said once and is referred to by number.
#[derive(Default)]
struct Said {
    run: Json,
    of: BTreeMap<(&'static str, u64), Json>,
}

/// The lines, each with all that it says; those that others refer to are left out.
pub fn lines(evidence: &str) -> impl Iterator<Item = Json> + '_ {
    let mut said = Said::default();
    evidence.lines().filter_map(move |text| {
        let line: Json = serde_json::from_str(text).unwrap();
        let kind = line["kind"].as_str().unwrap();
        if kind == "run" {
            said = Said {
                run: line["strategy"].clone(),
                ..Said::default()
            };
        }
        for reference in ["work", "basis", "way"] {
            if kind == reference {
                let number = line[reference].as_u64().unwrap();
                let known = said.of.insert((reference, number), line);
                assert!(known.is_none(), "{reference} {number} is said twice");
                return None;
            }
        }
        Some(said.whole(&line))
    })
}

impl Said {
    fn find(&self, line: &Json, reference: &'static str) -> Option<&Json> {
        let number = line[reference].as_u64()?;
        let found = self.of.get(&(reference, number));
        Some(found.unwrap_or_else(|| panic!("nobody said {reference} {number}")))
    }

    fn whole(&self, line: &Json) -> Json {
        let (work, basis, way) = (
            self.find(line, "work"),
            self.find(line, "basis"),
            self.find(line, "way"),
        );
        let mut whole: Map<String, Json> = Map::new();
        let mut attributes = Map::new();
        for from in [basis, way].into_iter().flatten() {
            whole.extend(from.as_object().unwrap().clone());
        }
        if let Some(way) = way {
            attributes.extend(way["attributes"].as_object().into_iter().flatten().map(own));
        }
        if let Some(basis) = basis.filter(|basis| !basis["target"].is_null()) {
            attributes.insert("target".to_owned(), basis["target"].clone());
        }
        let mut subject = Map::new();
        if let Some(work) = work {
            attributes.insert("job".to_owned(), work["attributes"].clone());
            attributes.insert("transforms".to_owned(), work["transforms"].clone());
            for key in ["class", "gpus"] {
                subject.insert(key.to_owned(), work[key].clone());
            }
        }
        whole.extend(line.as_object().unwrap().clone());
        for key in ["job", "tenant"] {
            subject.insert(key.to_owned(), line[key].clone());
        }
        if !line["job"].is_null() {
            whole.insert("subject".to_owned(), Json::Object(subject));
        }
        if work.is_some() || way.is_some() {
            whole.insert("attributes".to_owned(), Json::Object(attributes));
        }
        if !self.run.is_null() && line["kind"] != "closing" {
            whole.insert("strategy".to_owned(), self.run.clone());
        }
        json!(whole)
    }
}

fn own((key, value): (&String, &Json)) -> (String, Json) {
    (key.clone(), value.clone())
}
