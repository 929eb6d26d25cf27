//! What `plimsoll check` says of quotas: what is whose, who borrows and lends, and who may be stopped.

use crate::model::{Cohort, Model, QuotaOf, QuotaTerms, Reclaim};
use crate::record::plain;
use crate::units::ClassId;

/// One line for each quota, and for each cohort that is more than its members.
pub(super) fn quotas(model: &Model) -> Vec<String> {
    let list = model.quotas.list.iter().enumerate();
    let quotas = list.map(|(quota, terms)| line(model, quota, terms));
    let cohorts = model.quotas.cohorts.iter();
    let cohorts = cohorts.filter(|of| of.parent.is_some() || !of.shares.is_empty());
    quotas
        .chain(cohorts.map(|of| cohort_line(model, of)))
        .collect()
}

fn cohort_line(model: &Model, cohort: &Cohort) -> String {
    let mut parts = Vec::new();
    for (flavor, share) in cohort.shares.iter().enumerate() {
        let mut part = Vec::new();
        if 0 < share.nominal {
            part.push(format!("has {}", share.nominal));
        }
        part.extend(share.borrows.map(|most| format!("borrows at most {most}")));
        part.extend(share.lends.map(|most| format!("lends at most {most}")));
        if !part.is_empty() {
            let name = plain(&model.quotas.flavors[flavor]);
            parts.push(format!("{} of {name}", part.join(", ")));
        }
    }
    let beside = if parts.is_empty() {
        "has nothing beside its members".to_owned()
    } else {
        format!("as a whole {}", parts.join("; "))
    };
    let parent = cohort.parent.map_or_else(String::new, |parent| {
        let parent = &model.quotas.cohorts[usize::from(parent)];
        format!("; belongs to cohort {}", plain(&parent.name))
    });
    format!("cohort {}: {beside}{parent}", plain(&cohort.name))
}

/// The largest gang that a quota may be about in pools of a flavor.
fn largest_gang(model: &Model, flavor: u16, terms: &QuotaTerms) -> u64 {
    let may_use = |class: ClassId| {
        let mut pools = model.classes[class.index()].pools.iter();
        pools.any(|&pool| model.quotas.flavor(pool) == Some(flavor))
    };
    let concerned = |class: ClassId| match terms.of {
        QuotaOf::Tenant(_) => true,
        QuotaOf::Class(of) => of == class,
    };
    let shapes = model.shapes.iter();
    let shapes = shapes.filter(|shape| concerned(shape.class) && may_use(shape.class));
    shapes.map(|shape| shape.gpus.occupied()).max().unwrap_or(0)
}

fn line(model: &Model, quota: usize, terms: &QuotaTerms) -> String {
    let whose = match terms.of {
        QuotaOf::Tenant(tenant) => format!("tenant {}", plain(&model.tenants[tenant.index()])),
        QuotaOf::Class(class) => format!("class {}", plain(&model.classes[class.index()].name)),
    };
    let mut parts = Vec::new();
    for (flavor, share) in terms.shares.iter().enumerate() {
        let Some(share) = share else { continue };
        let name = plain(&model.quotas.flavors[flavor]);
        let mut part = format!("{} of {name}", share.nominal);
        if terms.cohort.is_some() {
            let borrows = share
                .borrows
                .map(|most| format!(", borrows at most {most}"));
            let lends = share.lends.map(|most| format!(", lends at most {most}"));
            part.extend(borrows.into_iter().chain(lends));
        }
        let most = model.quotas.available(quota, flavor as u16, |_| 0);
        let largest = largest_gang(model, flavor as u16, terms);
        if most < largest {
            let more =
                format!(", {most} at once if nobody else holds any: gangs of more never run there");
            part.push_str(&more);
        }
        parts.push(part);
    }
    let cohort = terms.cohort.map_or_else(String::new, |cohort| {
        format!(
            "; cohort {}",
            plain(&model.quotas.cohorts[usize::from(cohort)].name)
        )
    });
    let within = if terms.within {
        "; its jobs stop less urgent ones of their own"
    } else {
        ""
    };
    let across = match terms.across {
        Reclaim::Never => "",
        Reclaim::LowerPriority => "; what was lent is taken back from less urgent jobs",
        Reclaim::Any => "; what was lent is taken back from anybody",
    };
    format!(
        "{}: {whose} holds {}{cohort}{within}{across}",
        plain(&terms.name),
        parts.join(", "),
    )
}
