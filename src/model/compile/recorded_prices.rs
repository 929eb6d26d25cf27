//! `prices = "…"` with a format or a series: one series of a recording of prices.

use crate::scenario::{OfferSpec, Origin, PriceFileKind, SeriesSpec};
use crate::trace::{
    AwsPrices, Limits, PriceFormat, PriceKey, PriceSeries, PriceTable, Source, TraceError,
    read_prices,
};
use crate::units::{Epoch, Price};

use super::context::{Assumption, Context};
use super::offers::Terms;

/// Series that a message lists.
const LISTED_MAX: usize = 8;

/// Whether the words of an offer ask for more than a plain file of one price.
pub(super) fn is_meant(offer: &OfferSpec) -> bool {
    offer.prices_format.origin().is_some()
        || offer.series.origin().is_some()
        || offer.prices_from.origin().is_some()
}

/// Reads the steps of a recording; `at` is where the scenario names it.
pub(super) fn read(
    context: &mut Context,
    offer: &OfferSpec,
    (path, at): (&str, Origin),
    terms: &Terms<'_>,
    steps: &mut Vec<(i64, Price, Origin)>,
) {
    let path = context.problems.sources().resolve(at, path);
    let shown = path.display().to_string();
    let format = match format(offer) {
        Ok(format) => format,
        Err(problem) => return context.unusable(at, &problem),
    };
    let source = match Source::open(&path) {
        Ok(source) => source,
        Err(problem) => return context.unusable(at, &problem),
    };
    context.files.push(path);
    let (history, report) = match read_prices(vec![source], &format, &Limits::default()) {
        Ok(read) => read,
        Err(problems) => return context.unreadable(&shown, &problems),
    };
    let empty = SeriesSpec::default();
    let wanted = offer.series.value().unwrap_or(&empty);
    let found: Vec<&PriceSeries> = history
        .series
        .iter()
        .filter(|series| matches(wanted, &series.key))
        .collect();
    let [series] = found[..] else {
        let all = history.series.iter().collect();
        let (message, listed) = if found.is_empty() {
            (format!("{shown} has no such series"), all)
        } else {
            (format!("{shown} has {} such series", found.len()), found)
        };
        let origin = offer.series.origin().unwrap_or(at);
        return context.fault(origin, message, choose(&listed));
    };
    let start = beginning(context, offer, terms.epoch);
    let Some(start) = start else { return };
    steps.extend(
        series
            .steps
            .iter()
            .map(|&(from, price)| (from - start, price, at)),
    );
    let instant = |at: i64| Epoch::from_unix_ms(at).map_or_else(String::new, Epoch::instant);
    let first = series.steps.first().map_or(0, |step| step.0);
    let last = series.steps.last().map_or(0, |step| step.0);
    context.assumptions.push(Assumption {
        what: format!("pool {}: prices", terms.name),
        value: format!(
            "{}, {} steps from {} to {}; the start is {}",
            series.key.name(),
            series.steps.len(),
            instant(first),
            instant(last),
            instant(start),
        ),
        source: format!("{shown} ({})", report.format),
        as_of: String::new(),
        confidence: "recorded",
    });
}

fn format(offer: &OfferSpec) -> Result<PriceFormat, TraceError> {
    let table = match offer.prices_format.value() {
        Some(PriceFileKind::Aws) => return Ok(PriceFormat::Aws(AwsPrices::default())),
        Some(PriceFileKind::GcpSpot) => PriceTable::gcp("spot")?,
        Some(PriceFileKind::GcpOnDemand) => PriceTable::gcp("on-demand")?,
        Some(PriceFileKind::Plimsoll) | None => PriceTable::plimsoll(),
    };
    Ok(PriceFormat::Table(Box::new(table)))
}

fn matches(wanted: &SeriesSpec, key: &PriceKey) -> bool {
    [
        (&wanted.provider, &key.provider),
        (&wanted.region, &key.region),
        (&wanted.zone, &key.zone),
        (&wanted.gpu, &key.gpu),
        (&wanted.instance, &key.instance),
        (&wanted.kind, &key.kind),
    ]
    .into_iter()
    .all(|(wanted, own)| wanted.value().is_none_or(|wanted| wanted == own))
}

fn choose(series: &[&PriceSeries]) -> String {
    let mut names: Vec<String> = series
        .iter()
        .take(LISTED_MAX)
        .map(|series| series.key.name())
        .collect();
    if LISTED_MAX < series.len() {
        names.push(format!("{} more", series.len() - LISTED_MAX));
    }
    format!(
        "write series = {{ region = \"…\", gpu = \"…\" }} (also provider, zone, instance, kind) for one of {}",
        names.join(", ")
    )
}

/// The instant of the recording that the start of the run is, in Unix milliseconds.
fn beginning(context: &mut Context, offer: &OfferSpec, epoch: Epoch) -> Option<i64> {
    let Some((text, origin)) = offer.prices_from.here() else {
        return offer.prices_from.is_absent().then(|| epoch.unix_ms());
    };
    match Epoch::parse(&text.0) {
        Ok(at) => Some(at.unix_ms()),
        Err(error) => {
            let message = format!("`{}` is not an instant: {error}", text.0);
            context.fault(origin, message, "write one such as 2026-01-05T00:00:00Z");
            None
        }
    }
}
