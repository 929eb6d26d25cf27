//! Identity providers: what is compiled, and what is refused.

use super::services::folder;
use super::*;

const IDENTITY: &str = r#"
[[identity_provider]]
name      = "sso"
federated = true
home      = "dc"
lifetime  = "12 h"
renewable = false

[[happening]]
name  = "federation cut"
at    = "1 h"
what  = "federation-cut"
lasts = "1 h"

[[happening]]
name  = "revoked"
at    = "3 h"
what  = "credentials-revoked"
where = { kind = "private" }
lasts = "1 h"
"#;

/// As [`folder`]; class `large` needs a provider, too.
fn identity(name: &str) -> Folder {
    let folder = folder(name);
    let text = std::fs::read_to_string(folder.0.join("x.toml")).unwrap();
    let text = text.replace("key = \"kms\"\n", "key = \"kms\"\nidentity = \"sso\"\n");
    std::fs::write(folder.0.join("x.toml"), text + IDENTITY).unwrap();
    folder
}

#[test]
fn providers_are_services_that_a_cut_federation_takes_from_all_but_their_home() {
    let folder = identity("identity");
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let sso = &model.services.list[2];
    let lifetime = Span(12 * Span::HOUR.0);
    assert_eq!((sso.cache, sso.expires), (lifetime, Some(lifetime)));
    assert_eq!((sso.home, sso.shared), (Some(SiteId(0)), true));
    // Outlets 3 and 4 are those of the provider: `large` may run at both sites.
    assert_eq!(model.services.needs[0], [OutletId(0), OutletId(3)]);
    assert_eq!(model.services.needs[1], [OutletId(1), OutletId(4)]);
    let at = |hours: u64| SimTime(hours * Span::HOUR.0);
    let outlet = OutletId(4);
    let (cut, voids) = (
        Happening::ServiceDown {
            outlet,
            voids: false,
        },
        true,
    );
    assert_eq!(model.weather.script[0], Incident::terms(at(1), cut));
    assert_eq!(
        model.weather.script[1].what,
        Happening::ServiceUp { outlet }
    );
    // A shared provider is meant as a whole.
    for outlet in [OutletId(3), OutletId(4)] {
        for what in [
            Happening::Revoked { outlet },
            Happening::ServiceDown { outlet, voids },
        ] {
            assert!(model.weather.script.contains(&Incident::terms(at(3), what)));
        }
    }
}

#[test]
fn mistakes_of_identity_are_told_with_place_and_fix() {
    let folder = identity("identity mistakes");
    let mistakes: [(&[&str], &str); 5] = [
        (
            &["class.large.identity=kms"],
            "unknown identity provider `kms`",
        ),
        (
            &["identity_provider.sso.lifetime=0 s"],
            "credentials that cannot be renewed need a lifetime",
        ),
        (&["identity_provider.sso.home=dd"], "unknown site `dd`"),
        (
            &["identity_provider.sso.federated=false"],
            "only a federated provider stands at one site",
        ),
        (
            &["identity_provider.sso.sites=[\"dc\"]"],
            "identity provider `sso` does not serve site `cloud`",
        ),
    ];
    for (sets, words) in mistakes {
        let problems = try_compile(&folder.0, sets).map(|_| ()).unwrap_err();
        assert!(problems.contains(words), "{sets:?}: {problems}");
    }
}

#[test]
fn each_use_of_a_credential_has_its_word() {
    let folder = identity("identity-uses");
    let path = folder.0.join("x.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let word = "renewable = false\n";
    let uses = |uses: &str| text.replace(word, &format!("{word}uses = {{ {uses} }}\n"));
    let all = "submit = \"fail\", pull = \"break\", read = \"go-on\", sync = \"stop\"";
    std::fs::write(&path, uses(all)).unwrap();
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let sso = &model.services.list[2];
    assert_eq!(sso.on_loss, OnLoss::GoOn);
    let wanted = Uses {
        submit: OnSubmit::Fail,
        pull: OnPull::Break,
        sync: OnSync::Stop,
    };
    assert_eq!(sso.uses, wanted);
    let twice = uses("read = \"stop\"").replace(word, &format!("{word}on_loss = \"stop\"\n"));
    std::fs::write(&path, twice).unwrap();
    let told = try_compile(&folder.0, &[]).expect_err("both words");
    assert!(told.contains("say the same"), "{told}");
}
