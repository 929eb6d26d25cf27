//! Policies for spot capacity, in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const SPOT: &str = "[[pool]]\nname = \"cloud/spot\"\nsite = \"cloud\"\ngpu = \"h100\"\noffer = { kind = \"spot\" }\n\n[[class]]\nname = \"large\"";

fn with(policy: &str, spot: bool) -> String {
    let own = "queue = { kind = \"fifo\" }";
    assert!(GOOD.contains(own));
    let words = GOOD.replacen(own, &format!("{own}\nspot = {policy}"), 1);
    if spot {
        words.replacen("[[class]]\nname = \"large\"", SPOT, 1)
    } else {
        words
    }
}

fn policy(name: &str, policy: &str) -> SpotPolicy {
    let folder = Folder::new(name, &with(policy, true), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    compiled.model.strategies[1].spot.unwrap()
}

#[test]
fn policies_have_settings_of_their_own() {
    let found = policy(
        "same",
        "{ policy = \"retry-same\", tries = 5, on_demand_after = \"never\" }",
    );
    assert_eq!(found.zones, Zones::RetrySame { tries: 5 });
    assert_eq!(found.on_demand_after, None);
    let found = policy(
        "eager",
        "{ policy = \"eager-next\", on_demand_after = \"30 min\" }",
    );
    assert_eq!(found.zones, Zones::EagerNext);
    assert_eq!(found.on_demand_after, Some(Span(30 * 60_000)));
    let found = policy("bandit", "{ policy = \"bandit\" }");
    assert_eq!(
        (found.zones, found.on_demand_after),
        (Zones::Bandit, Some(Span::ZERO))
    );
}

#[test]
fn uniform_progress_needs_a_deadline() {
    let words = with("{ policy = \"uniform-progress\" }", true);
    let folder = Folder::new("no-deadline", &words, TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(told.contains("no class has a deadline"), "{told}");
    let words = words.replace("burst = false", "burst = false\ndeadline = \"1 d\"");
    let folder = Folder::new("deadline", &words, TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let found = compiled.model.strategies[1].spot.unwrap();
    let changeover = Span(10 * 60_000);
    assert_eq!(found.uniform, Some(Uniform { changeover }));
    let noted = |a: &Assumption| a.what.contains("changeover");
    assert!(compiled.assumptions.iter().any(noted));
}

#[test]
fn mistakes_are_told_with_their_fix() {
    for (name, policy, spot, message) in [
        (
            "no-spot",
            "{ policy = \"bandit\" }",
            false,
            "no pool is spot capacity",
        ),
        ("no-policy", "{ tries = 3 }", true, "the policy is missing"),
        (
            "tries",
            "{ policy = \"bandit\", tries = 3 }",
            true,
            "`tries` means nothing",
        ),
        (
            "changeover",
            "{ policy = \"eager-next\", changeover = \"1 min\" }",
            true,
            "`changeover` means nothing",
        ),
    ] {
        let folder = Folder::new(name, &with(policy, spot), TRACE);
        let told = try_compile(&folder.0, &[]).unwrap_err();
        assert!(told.contains(message), "{name}: {told}");
    }
    let words = with("{ policy = \"bandit\" }", true);
    let burst = "placement = { kind = \"private-first\"";
    assert!(words.contains(burst), "the second strategy");
    let at = words.rfind("placement = ").unwrap();
    let ranked = format!(
        "{}placement = {{ kind = \"data-gravity\" }}\n",
        &words[..at]
    );
    let folder = Folder::new("ranked", &ranked, TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(told.contains("chooses zones itself"), "{told}");
}
