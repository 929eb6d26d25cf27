//! What `plimsoll check --leave PROVIDER` tells: what lies with it alone, what bringing that elsewhere takes and costs, and
//! which work could run nowhere without it.

use std::collections::BTreeSet;

use crate::experiment::duration;
use crate::model::{Evacuation, Model, Part, evacuations, single_points};
use crate::record::plain;
use crate::scenario::nearest;
use crate::units::{ClassId, Money, ProviderId, SiteId, Span, parse_span};

use super::commitments::money;
use super::exit::Failure;
use super::output;
use super::study::{Study, hours};

/// All of it.
pub(super) fn leaving(study: &Study, name: &str, notice: &str) -> Result<String, Failure> {
    let model = &study.model;
    let provider = provider_called(model, name)?;
    let notice = parse_span(notice)
        .map_err(|error| Failure::Usage(format!("--notice: {error}; write such as \"30 d\"")))?;
    let mut lines = vec![format!(
        "leaving {}: with {} of notice",
        plain(name),
        long(notice)
    )];
    let all = evacuations(model, provider);
    lines.extend(all.iter().map(|one| line(model, one)));
    lines.push(sum(model, &all, notice));
    lines.push(work(study, provider));
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    Ok("\n".to_owned() + &wrapped.collect::<String>())
}

fn provider_called(model: &Model, name: &str) -> Result<ProviderId, Failure> {
    let mut sheets = model.providers.iter();
    let found = sheets.find(|sheet| sheet.name == name);
    found.map(|sheet| sheet.provider).ok_or_else(|| {
        let known: Vec<&str> = model.providers.iter().map(|of| of.name.as_str()).collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "no site has a provider".to_owned(),
            None => format!("its sites have {}", known.join(", ")),
        };
        Failure::Usage(format!("the scenario has no provider `{name}`; {hint}"))
    })
}

fn line(model: &Model, one: &Evacuation) -> String {
    let dataset = model.dataset(one.dataset);
    let site = |index: usize| plain(&model.sites[index].name).into_owned();
    let (name, size) = (plain(&dataset.name), dataset.size.words());
    let from = site(one.from.index());
    match one.to {
        None => format!("  {name} ({size} at {from}): there is no way to anybody else"),
        Some(to) => format!(
            "  {name} ({size} at {from}): to {} in {} for {}",
            site(to.index()),
            long(one.takes),
            money(model, one.cost),
        ),
    }
}

/// All of it, one behind the other.
fn sum(model: &Model, all: &[Evacuation], notice: Span) -> String {
    if all.is_empty() {
        return "  no data lie with it alone".to_owned();
    }
    let takes = Span(all.iter().map(|one| one.takes.0).sum());
    let cost: Money = all.iter().map(|one| one.cost).sum();
    let stuck = all.iter().filter(|one| one.to.is_none()).count();
    let lost = match stuck {
        0 => String::new(),
        1 => "; one data set cannot be saved".to_owned(),
        more => format!("; {more} data sets cannot be saved"),
    };
    let verdict = if takes <= notice {
        "which the notice leaves time for".to_owned()
    } else {
        format!("{} more than the notice", long(Span(takes.0 - notice.0)))
    };
    format!(
        "  one behind the other: {}, {verdict}, for {}{lost}",
        long(takes),
        money(model, cost),
    )
}

/// Work that could start nowhere without it.
fn work(study: &Study, provider: ProviderId) -> String {
    let model = &study.model;
    let mut points = single_points(model).into_iter();
    let mut theirs = (0..model.sites.len())
        .map(SiteId::from)
        .filter(|site| model.sites[site.index()].provider == provider);
    // A provider with one site is that site.
    let alone = theirs.next().filter(|_| theirs.next().is_none());
    let behind = points.find(|(part, _)| match part {
        Part::Provider(id) => *id == provider,
        Part::Site(id) => Some(*id) == alone,
        _ => false,
    });
    let shapes = behind.map(|(_, shapes)| shapes).unwrap_or_default();
    let rows = shapes.iter();
    let rows = rows.filter_map(|shape| study.load.of_shape(&model.shapes[shape.index()]));
    let gpu_time: u128 = rows.map(|row| row.gpu_time).sum();
    if gpu_time == 0 {
        return "  all work could start somewhere without it".to_owned();
    }
    let share = gpu_time as f64 * 100.0 / study.load.gpu_time.max(1) as f64;
    let classes: BTreeSet<ClassId> = shapes.iter().map(|&shape| model.class_of(shape)).collect();
    let classes = classes.into_iter();
    let classes: Vec<_> = classes
        .map(|class| plain(&model.classes[class.index()].name))
        .collect();
    format!(
        "  {} GPU-h of {} ({share:.0} % of all in the first sampled world) could start nowhere without it",
        hours(gpu_time),
        classes.join(", "),
    )
}

fn long(span: Span) -> String {
    duration(span.0 as f64 / 1e3, None)
}
