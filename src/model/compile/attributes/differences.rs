//! What is otherwise in one situation than in another, for whoever is told of it.

use crate::model::rules::{AttributeSaid, Tuple, Whom};
use crate::units::{ClassId, DatasetId, LinkId, PoolId, SiteId};

use super::{Known, Situation};

/// What is otherwise in one situation than in another; of pools what is not so of their site.
pub(super) fn differences(of: Known<'_>, was: &Situation, is: &Situation) -> Vec<AttributeSaid> {
    let mut all: Vec<AttributeSaid> = Vec::new();
    let mut compare = |whom: Whom, site: Option<usize>, (before, after): (&Tuple, &Tuple)| {
        for (place, attribute) in of.words.all.iter().enumerate() {
            let (before, after) = (&before[place], &after[place]);
            if before == after {
                continue;
            }
            let as_site = |said: &AttributeSaid| {
                site.is_some_and(|site| said.whom == Whom::Site(SiteId::from(site)))
                    && said.attribute == attribute.name
                    && (&said.before, &said.after) == (before, after)
            };
            let said = AttributeSaid {
                whom,
                attribute: attribute.name.clone(),
                before: before.clone(),
                after: after.clone(),
            };
            if !all.iter().any(as_site) && !all.contains(&said) {
                all.push(said);
            }
        }
    };
    for (index, pair) in was.data.iter().zip(&is.data).enumerate() {
        compare(Whom::Data(DatasetId::from(index)), None, pair);
    }
    let versions = of.made.versions.max(1);
    for class in (0..of.subjects.classes.len()).map(ClassId::from) {
        // Jobs of one class differ by their labels: what is said of the class may change some of them only.
        let shapes = of.subjects.shapes.iter().enumerate();
        for (shape, _) in shapes.filter(|(_, shape)| shape.class == class) {
            let pair = (&was.jobs[shape * versions].0, &is.jobs[shape * versions].0);
            compare(Whom::Class(class), None, pair);
        }
    }
    for (index, pair) in was.to.iter().zip(&is.to).enumerate() {
        compare(Whom::Site(SiteId::from(index)), None, pair);
    }
    for (index, pair) in was.targets.iter().zip(&is.targets).enumerate() {
        let site = of.subjects.pools[index].pool.site.index();
        compare(Whom::Pool(PoolId::from(index)), Some(site), pair);
    }
    let links = &of.subjects.network.links;
    for (index, pair) in was.links.iter().zip(&is.links).enumerate() {
        let is_back = index > 0 && links[index - 1].name == links[index].name;
        if !is_back {
            compare(Whom::Link(LinkId::from(index)), None, pair);
        }
    }
    all
}
