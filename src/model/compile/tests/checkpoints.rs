//! Checkpoints that go home, and rules on links: words and mistakes.

use super::*;

const MORE: &str = "\n[[storage]]\nname = \"vault\"\nsite = \"dc\"\n\
    [[link]]\nname = \"line\"\nfrom = \"dc\"\nto = \"cloud\"\nkind = \"circuit\"\nbandwidth = \"10 Gb/s\"\n\
    [[happening]]\nname = \"rule\"\nat = \"3 h\"\nwhat = \"block\"\nuse = \"checkpoint-sync\"\nlasts = \"1 h\"\n\
    where = { sites = [\"cloud\"] }\n";

fn checkpoint(words: &str) -> String {
    format!("class.large.checkpoint={{ interval = \"1 h\", {words} }}")
}

#[test]
fn checkpoints_go_to_a_site_or_a_storage() {
    let folder = Folder::new("homes", &format!("{GOOD}{MORE}"), TRACE);
    let size = Bytes(900_000_000_000);
    for (name, site, storage) in [("vault", 0, Some(0)), ("dc", 0, None), ("cloud", 1, None)] {
        let words = format!("size = \"900 GB\", sync_to = \"{name}\"");
        let compiled = try_compile(&folder.0, &[&checkpoint(&words)]).unwrap();
        let home = CheckpointHome {
            site: SiteId(site),
            storage,
            size,
        };
        assert_eq!(compiled.model.classes[0].checkpoint_home, Some(home));
        assert_eq!(compiled.model.classes[1].checkpoint_home, None);
    }
    // Both directions of the line are forbidden, and allowed again.
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let script = &compiled.model.weather.script;
    let at = |hours: u64| SimTime(hours * 3_600_000);
    let used_for = LinkUse::CheckpointSync;
    for link in [LinkId(0), LinkId(1)] {
        let forbidden = Happening::Forbidden { link, used_for };
        let allowed = Happening::Allowed { link, used_for };
        let happens = |hours, what| script.iter().any(|i| i.at == at(hours) && i.what == what);
        assert!(happens(3, forbidden) && happens(4, allowed));
    }
}

#[test]
fn mistakes_in_where_checkpoints_go_are_told() {
    let folder = Folder::new("bad-homes", &format!("{GOOD}{MORE}"), TRACE);
    let told = |set: &str| try_compile(&folder.0, &[set]).unwrap_err();
    for (words, word) in [
        ("sync_to = \"vault\"", "the size of a checkpoint is missing"),
        ("size = \"1 TB\", sync_to = \"valt\"", "unknown site `valt`"),
        (
            "size = \"0 GB\", sync_to = \"vault\"",
            "this size of a checkpoint is out of range",
        ),
    ] {
        let told = told(&checkpoint(words));
        assert!(told.contains(word), "{words}: {told}");
    }
    let one_way = [
        "link.line.both_ways=false",
        &checkpoint("size = \"1 TB\", sync_to = \"dc\""),
    ];
    let mistakes = try_compile(&folder.0, &one_way).unwrap_err();
    let word = "checkpoints cannot go home from pool `cloud/h100`";
    assert!(mistakes.contains(word), "{mistakes}");
    for (set, word) in [
        ("happening.rule.use=everything", "everything"),
        ("happening.rule.share=0.5", "`share` means nothing here"),
        ("happening.rule.what=link", "`use` means nothing here"),
        ("happening.rule.links=[\"lime\"]", "did you mean `line`?"),
    ] {
        let told = told(set);
        assert!(told.contains(word), "{set}: {told}");
    }
    let without = MORE.replace("use = \"checkpoint-sync\"\n", "");
    let folder = Folder::new("no-use", &format!("{GOOD}{without}"), TRACE);
    let mistakes = try_compile(&folder.0, &[]).unwrap_err();
    assert!(
        mistakes.contains("what is blocked is missing"),
        "{mistakes}"
    );
}
