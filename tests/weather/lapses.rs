//! When a site cannot have its keys, told again from what happens.

use plimsoll::model::{Happening, Timeline};

/// From when until when keys cannot be had at a site, told again from the incidents.
pub(crate) fn lapses(timeline: &Timeline, site: u32, cache: u64) -> Vec<(u64, u64)> {
    let (mut causes, mut since, mut lapse) = (0, 0, u64::MAX);
    let mut lapses = Vec::new();
    for incident in &timeline.weather {
        let at = incident.at.0;
        match incident.what {
            Happening::ServiceDown { outlet, .. } if outlet.0 == site => {
                causes += 1;
                if causes == 1 {
                    (since, lapse) = (at, at + cache);
                }
            }
            Happening::ServiceUp { outlet } if outlet.0 == site => {
                causes -= 1;
                if causes == 0 && lapse < at {
                    lapses.push((lapse, at));
                }
            }
            Happening::Rotated { outlet, overlap }
                if outlet.0 == site && causes > 0 && since + overlap.0 <= at =>
            {
                lapse = lapse.min(at);
            }
            _ => {}
        }
    }
    lapses
}

/// For how long of a time one of the lapses goes on.
pub(crate) fn covered(lapses: &[(u64, u64)], from: u64, to: u64) -> u64 {
    let within = lapses
        .iter()
        .map(|&(lapse, back)| back.min(to).saturating_sub(lapse.max(from)));
    within.sum()
}

/// When both are.
pub(crate) fn both(left: &[(u64, u64)], right: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let pairs = left
        .iter()
        .flat_map(|&a| right.iter().map(move |&b| (a.0.max(b.0), a.1.min(b.1))));
    pairs.filter(|(from, to)| from < to).collect()
}
