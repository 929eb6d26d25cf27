//! `electricity`, `carbon` and `pue` of sites: what GPUs draw from the wall, what it costs and emits.

use crate::model::{Draw, Horizon, Power, PowerMeter, SiteKind};
use crate::scenario::{Given, OfferKind, Origin, ScenarioFile, SiteSpec};
use crate::units::{SimTime, parse_amount, parse_intensity};

use super::context::Context;
use super::gpus::GpuTable;
use super::pools::PoolDraft;
use super::rate_file::{self, Wanted};
use super::run::Run;
use super::sites::Place;

/// What sites say of their power, by site.
struct Grid {
    /// Prices of a kilowatt-hour in millionths; `None` where the price of capacity holds them.
    prices: Option<Vec<(SimTime, i64)>>,
    /// Emissions in millionths of a gram.
    carbon: Vec<(SimTime, i64)>,
    /// In millionths.
    pue: u64,
}

/// Whether a site says anything of its power.
fn speaks(spec: &SiteSpec) -> bool {
    is_metered(spec)
        || !spec.carbon.is_absent()
        || !spec.carbon_file.is_absent()
        || !spec.pue.is_absent()
}

/// Whether electricity is paid by the meter at a site.
pub(super) fn is_metered(spec: &SiteSpec) -> bool {
    !spec.electricity.is_absent() || !spec.electricity_file.is_absent()
}

/// What the pools draw: of all of them, if any site says anything of it.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    sites: &[Place],
    gpus: &GpuTable,
    pools: &[PoolDraft],
) -> Power {
    if !file.site.items().any(|(spec, _)| speaks(spec)) {
        return Power::default();
    }
    let grids: Vec<Option<Grid>> = sites
        .iter()
        .map(|place| {
            let mut written = file.site.items();
            let own = written.find(|(spec, _)| spec.name.value() == Some(&place.site.name));
            own.and_then(|(spec, _)| grid(context, spec, place, run))
        })
        .collect();
    let mut meters = Vec::new();
    for draft in pools {
        let meter = grids[draft.pool.site.index()]
            .as_ref()
            .and_then(|grid| meter(context, file, grid, gpus, draft));
        meters.push(meter);
    }
    Power { meters }
}

fn grid(context: &mut Context, spec: &SiteSpec, place: &Place, run: &Run) -> Option<Grid> {
    let name = &place.site.name;
    if place.site.kind == SiteKind::Gpuaas
        && let Some(at) = spec.electricity.origin().or(spec.electricity_file.origin())
    {
        let fix = "leave it out; `carbon` says what its power emits";
        context.fault(at, "the power of a provider is in its price", fix);
    }
    let before = context.problems.len();
    let currency = context.currency;
    let prices = Column {
        flat: &spec.electricity,
        file: &spec.electricity_file,
        words: ["electricity", "electricity_file", "price_per_kwh"],
        signed: true,
    };
    let prices = steps(context, &prices, name, run, |text| {
        parse_amount(text, currency, "/kWh")
    });
    let carbon = Column {
        flat: &spec.carbon,
        file: &spec.carbon_file,
        words: ["carbon", "carbon_file", "grams_per_kwh"],
        signed: false,
    };
    let carbon = steps(context, &carbon, name, run, parse_intensity);
    let pue = pue(context, spec, place);
    if context.problems.len() > before {
        return None;
    }
    let carbon = carbon.unwrap_or_else(|| vec![(SimTime::ZERO, usual_carbon(context, place))]);
    Some(Grid {
        prices,
        carbon,
        pue,
    })
}

/// A rate that is flat or a file.
struct Column<'a> {
    flat: &'a Given<String>,
    file: &'a Given<String>,
    /// What the two are called, and the column of the file.
    words: [&'static str; 3],
    signed: bool,
}

fn steps(
    context: &mut Context,
    column: &Column<'_>,
    site: &str,
    run: &Run,
    parse: impl Fn(&str) -> Result<u64, crate::units::QuantityError>,
) -> Option<Vec<(SimTime, i64)>> {
    let [flat, file, numbers] = column.words;
    if let (Some(_), Some(at)) = (column.flat.origin(), column.file.origin()) {
        let message = format!("both `{flat}` and `{file}` are given");
        context.fault(at, message, "keep one of them");
        return None;
    }
    if let Some((path, at)) = column.file.here() {
        let wanted = Wanted {
            path,
            at,
            column: numbers,
            signed: column.signed,
        };
        let steps = rate_file::read(context, &wanted, run.epoch)?;
        let last = steps.last().map_or(SimTime::ZERO, |step| step.0);
        if let Horizon::At(end) = run.horizon
            && last < end
        {
            let value = format!(
                "what its last row says holds from {} on",
                run.epoch.format(last)
            );
            context.note_default(format!("site {site}: {file}"), value);
        }
        return Some(steps);
    }
    let value = context.quantity(column.flat, parse)?;
    // A million of anything for a kilowatt-hour is a slip of units.
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    if 1_000_000_000_000 < value {
        let at = column.flat.origin().unwrap_or_default();
        context.fault(
            at,
            "this is out of range",
            "write at most a million for a kWh",
        );
        return None;
    }
    Some(vec![(SimTime::ZERO, value)])
}

/// Power usage effectiveness in millionths.
fn pue(context: &mut Context, spec: &SiteSpec, place: &Place) -> u64 {
    let given = context.number(&spec.pue, 1.0, 10.0);
    let pue = given.unwrap_or_else(|| {
        let usual = match place.site.kind {
            SiteKind::Private => 1.3,
            SiteKind::Edge => 1.5,
            SiteKind::Hosted | SiteKind::Gpuaas => 1.2,
        };
        if spec.pue.is_absent() {
            context.note_default(format!("site {}: pue", place.site.name), usual.to_string());
        }
        usual
    });
    (pue * 1e6).round() as u64
}

/// What the catalog says of a region's emissions.
fn usual_carbon(context: &mut Context, place: &Place) -> i64 {
    let what = format!("site {}: carbon", place.site.name);
    let fact = place.region.and_then(|region| region.carbon.as_ref());
    let Some(fact) = fact else {
        context.note_default(what, "not counted: nobody says what its electricity emits");
        return 0;
    };
    let value = format!("{} g/kWh", fact.value as f64 / 1e6);
    context.note_catalog(what, value, fact);
    i64::try_from(fact.value).unwrap_or(i64::MAX)
}

fn meter(
    context: &mut Context,
    file: &ScenarioFile,
    grid: &Grid,
    gpus: &GpuTable,
    draft: &PoolDraft,
) -> Option<PowerMeter> {
    let pool = &draft.pool;
    let Some(watts) = gpus.watts(context, &pool.gpu) else {
        let mut written = file.gpu.items();
        let own = written.find(|(spec, _)| spec.name.value() == Some(&pool.gpu));
        let message = format!("what a GPU of type `{}` draws is missing", pool.gpu);
        let fix = "add power, active_power, idle_power and host_power to its [[gpu]]";
        context.fault(own.map_or(Origin::default(), |(_, at)| at), message, fix);
        return None;
    };
    // Watts × millionths are 10⁻⁶ W; rounded half up to the milliwatt.
    let wall = |own: u64| ((own + watts.host) * grid.pue + 500) / 1000;
    let owned = draft.offer == OfferKind::Owned;
    let free = vec![(SimTime::ZERO, 0)];
    let prices = grid.prices.as_ref().filter(|_| owned);
    let billed = prices.is_some();
    let prices = prices.unwrap_or(&free);
    Some(PowerMeter {
        idle: Draw::new(wall(watts.idle), prices, &grid.carbon)?,
        busy: Draw::new(wall(watts.active), prices, &grid.carbon)?,
        most: wall(watts.most),
        billed,
    })
}
