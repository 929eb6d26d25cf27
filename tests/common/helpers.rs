//! Services that jobs cannot do without, for tests that are worked by hand.

use plimsoll::model::{
    Class, Happening, Incident, Model, OnLoss, Outlet, Rhythm, Service, ServiceKind, Services,
};
use plimsoll::units::{OutletId, PoolId, ServiceId, SimTime, SiteId, Span};

use super::clouds::{HOUR, MINUTE};
use super::worlds::{Row, timeline};
use super::{Everything, play};

/// A service that keeps keys; what was fetched serves half an hour.
pub fn kms(on_loss: OnLoss) -> Service {
    Service {
        name: "kms".to_owned(),
        kind: ServiceKind::Key,
        shared: false,
        cache: Span(30 * MINUTE),
        on_loss,
        rotation: None,
        home: None,
        expires: None,
        uses: plimsoll::model::Uses::default(),
    }
}

/// Gives a model one service at all its sites; class 0 needs it, and a class 1 that is made does not.
pub fn serve(model: &mut Model, service: Service) {
    let sites = model.sites.len();
    let outlet = |site| Outlet {
        service: ServiceId(0),
        site: SiteId::from(site),
    };
    let all = (0..model.pools.len()).map(PoolId::from).collect();
    model.classes.truncate(1);
    model.classes.push(Class::bare("keyless", all));
    for pool in &mut model.pools {
        pool.speed = vec![1000; 2];
    }
    let mut needs: Vec<Vec<OutletId>> = (0..sites).map(|site| vec![OutletId::from(site)]).collect();
    needs.resize(2 * sites, Vec::new());
    model.services = Services {
        list: vec![service],
        outlets: (0..sites).map(outlet).collect(),
        needs,
    };
}

/// Out from one hour on until another; times in ms.
pub fn out(outlet: u32, from: u64, to: u64) -> [Incident; 2] {
    let (outlet, voids) = (OutletId(outlet), false);
    [
        Incident::terms(SimTime(from), Happening::ServiceDown { outlet, voids }),
        Incident::terms(SimTime(to), Happening::ServiceUp { outlet }),
    ]
}

pub fn rotated(outlet: u32, at: u64, overlap: u64) -> Incident {
    let (outlet, overlap) = (OutletId(outlet), Span(overlap));
    let at = SimTime(at + overlap.0);
    Incident::terms(at, Happening::Rotated { outlet, overlap })
}

/// Hourly checkpoints that take no time.
pub const HOURLY: Rhythm = Rhythm {
    interval: Span(HOUR),
    write: Span::ZERO,
    verify: Span::ZERO,
};

/// Plays jobs under this weather with a strategy of the model.
pub fn live(
    model: &mut Model,
    rows: &[Row],
    rhythm: Rhythm,
    weather: &[Incident],
    strategy: usize,
) -> Everything {
    let mut timeline = timeline(model, rows);
    model.rhythms = vec![rhythm; model.shapes.len() * model.pools.len()];
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    play(model, &timeline, strategy)
}

pub fn of_class(class: usize, row: Row) -> Row {
    Row { class, ..row }
}
