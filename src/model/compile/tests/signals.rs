//! What triggers of failovers measure of memory and of storages, in words, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::failovers::OUT;
use super::{Folder, GOOD, TRACE, try_compile};

const LAKE: &str = r#"
[[link]]
name = "wan"
from = "dc"
to = "cloud"
kind = "internet"
bandwidth = "1 GB/s"

[[storage]]
name = "lake"
site = "dc"
read = "8 GB/s"
"#;

fn watching(name: &str, words: &str, (more, set): (&str, &[&str])) -> Result<Signal, String> {
    let site = "on = \"site-lost\"\nwhere = { sites = [\"dc\"] }\nfor = \"10 min\"\n";
    assert!(OUT.contains(site));
    let text = format!("{GOOD}{}{more}", OUT.replace(site, words));
    let folder = Folder::new(name, &text, TRACE);
    let compiled = try_compile(&folder.0, set)?;
    Ok(compiled.model.failovers.list[0].triggers[0].signal.clone())
}

#[test]
fn memory_is_measured_against_what_gpus_have() {
    let level = Level {
        above: 900_000,
        clear: 600_000,
    };
    let words = "on = \"memory-use\"\nshare = 0.9\nuntil_share = 0.6\n";
    let told = watching("memory-use", words, ("", &["class.large.memory=64 GiB"])).unwrap();
    let pools = vec![(PoolId(0), Bytes(141 << 30)), (PoolId(1), Bytes(80 << 30))];
    assert_eq!(told, Signal::MemoryUse(pools, level));
    let set: &[&str] = &["class.large.memory=64 GiB"];
    for (words, set, message) in [
        ("on = \"memory-use\"\n", set, "which share is missing"),
        (
            "on = \"memory-use\"\nshare = 0.9\n",
            &[],
            "no class that may run here says `memory`: this would be the same as utilisation",
        ),
        (
            "on = \"memory-use\"\nshare = 0.9\nlinks = [\"wan\"]\n",
            set,
            "`links` means nothing here",
        ),
        (
            "on = \"memory-use\"\nshare = 0.9\nfor = \"10 s\"\n",
            set,
            "for a minute at least",
        ),
    ] {
        let told = watching("bad-memory-use", words, ("", set)).unwrap_err();
        assert!(told.contains(message), "{words}: {told}");
    }
}

#[test]
fn what_is_read_is_measured_against_what_a_storage_gives() {
    let fed: &[&str] = &["class.large.feed=1 GB/s per GPU"];
    let words = "on = \"storage-throughput\"\nshare = 0.9\nstorages = [\"lake\"]\n";
    let told = watching("throughput", words, (LAKE, fed)).unwrap();
    // It follows the two directions of the link.
    let level = Level::at_least(900_000);
    assert_eq!(told, Signal::StorageThroughput(vec![LinkId(2)], level));
    for (words, more, message) in [
        (words, (LAKE, &[][..]), "nothing reads while it runs"),
        (
            "on = \"storage-throughput\"\n",
            (LAKE, fed),
            "which share is missing",
        ),
        (
            "on = \"storage-throughput\"\nshare = 0.9\nstorages = [\"lak\"]\n",
            (LAKE, fed),
            "did you mean `lake`?",
        ),
    ] {
        let told = watching("bad-throughput", words, more).unwrap_err();
        assert!(told.contains(message), "{words}: {told}");
    }
}
