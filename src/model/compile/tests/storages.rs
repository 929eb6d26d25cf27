//! Storages: what they cost, what lies on them, what fits.

use super::*;

const MORE: &str = "\n[[storage]]\nname = \"lake\"\nsite = \"dc\"\ntier = \"standard\"\ncapacity = \"100 TB\"\n\
    [[storage]]\nname = \"flash\"\nsite = \"cloud\"\nprice = \"0.10 USD/GiB-month\"\n\
    [[link]]\nname = \"line\"\nfrom = \"dc\"\nto = \"cloud\"\nkind = \"circuit\"\nbandwidth = \"10 Gb/s\"\n\
    [[dataset]]\nname = \"web\"\nsize = \"12 TB\"\nhome = \"lake\"\nreplicas = [\"cloud\"]\n";

#[test]
fn data_lie_on_storages_by_name() {
    let folder = Folder::new("storages", &format!("{GOOD}{MORE}"), TRACE);
    let sets = [
        "site.cloud.cache_on=flash",
        "class.large.checkpoint={ interval = \"1 h\", size = \"900 GB\", on = \"lake\" }",
    ];
    let compiled = try_compile(&folder.0, &sets).unwrap();
    let network = &compiled.model.network;
    assert_eq!(network.kept, [(0, Bytes(12_000_000_000_000))]);
    assert_eq!(compiled.model.datasets[0].kept, [SiteId(0), SiteId(1)]);
    let price = |micro, bytes| StoragePrice { micro, bytes };
    assert_eq!(network.storages[0].price, price(20_000, 1_000_000_000));
    assert_eq!(network.storages[1].price, price(100_000, 1 << 30));
    assert_eq!(compiled.model.sites[1].cache_on, Some(1));
    let kept = (0, Bytes(900_000_000_000));
    assert_eq!(compiled.model.classes[0].checkpoints_on, Some(kept));
    // Only the price by tier was not written.
    let noted = |what: &str| compiled.assumptions.iter().any(|a| a.what == what);
    assert!(noted("storage lake: price") && !noted("storage flash: price"));
}

#[test]
fn mistakes_in_what_lies_on_storages_are_told() {
    let folder = Folder::new("bad-storages", &format!("{GOOD}{MORE}"), TRACE);
    for (set, word) in [
        (
            "storage.lake.capacity=10 TB",
            "12 TB of data lie on storage `lake`",
        ),
        ("storage.lake.tier=tape", "unknown tier `tape`"),
        (
            "storage.flash.price=2 EUR/GB-month",
            "is not the scenario's currency",
        ),
        ("storage.flash.price=2 USD/GB", "is not a unit of money"),
        (
            "storage.flash.name=cloud",
            "`cloud` is a site and a storage",
        ),
        ("dataset.web.home=laek", "unknown site `laek`"),
        (
            "dataset.web.storage=0.02 USD/GB-month",
            "storage `lake` says already what keeping these data costs",
        ),
        ("site.cloud.cache_on=lake", "a cache lies at its own site"),
        ("site.cloud.cache_on=flsh", "did you mean `flash`?"),
        (
            "class.large.checkpoint={ interval = \"1 h\", on = \"lake\" }",
            "the size of a checkpoint is missing",
        ),
        (
            "class.large.checkpoint={ interval = \"1 h\", size = \"1 TB\", on = \"lke\" }",
            "did you mean `lake`?",
        ),
    ] {
        let told = try_compile(&folder.0, &[set]).unwrap_err();
        assert!(told.contains(word), "{set}: {told}");
    }
}
