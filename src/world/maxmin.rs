//! How flows share links: max-min fairly within a kind of traffic, urgent kinds first.
//!
//! Progressive filling (Bertsekas and Gallager, Data Networks, §6.5.2) in whole bytes per second: the link that
//! has least for each of its flows fixes their rates, and so on with the others; a flow that wants less than that
//! gets what it wants. What a division leaves over goes to the lowest flow that can use it.

use crate::model::Traffic;
use crate::units::LinkId;

const KINDS: usize = Traffic::ALL.len();

/// What a link carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// In bytes per second.
    pub capacity: u64,
    /// How much of it each kind of traffic is sure to get if it wants it.
    pub reserved: [u64; KINDS],
}

/// What wants to move.
#[derive(Clone, Copy, Debug)]
pub struct Flow<'a> {
    /// The links that it crosses, at least one.
    pub links: &'a [LinkId],
    /// How urgent it is.
    pub traffic: Traffic,
    /// How much it wants at most, in bytes per second.
    pub most: u64,
}

/// The rates of flows in bytes per second, in the order of the flows.
pub fn share(lanes: &[Lane], flows: &[Flow<'_>]) -> Vec<u64> {
    let mut rates = vec![0; flows.len()];
    // What each kind takes of its own reserve is not open to the kinds above it.
    let kept = [0, 1, 2].map(|kind: usize| {
        let reserved = lanes.iter().map(|lane| lane.reserved[kind]);
        let mut room: Vec<u64> = reserved.clone().collect();
        if room.iter().any(|&room| room > 0) {
            fill(&mut room, flows, kind, &mut rates);
        }
        let taken = reserved.zip(&room).map(|(reserved, left)| reserved - left);
        taken.collect::<Vec<u64>>()
    });
    let mut room: Vec<u64> = lanes.iter().map(|lane| lane.capacity).collect();
    for kept in &kept {
        take(&mut room, kept);
    }
    for (kind, kept) in kept.iter().enumerate() {
        for (room, kept) in room.iter_mut().zip(kept) {
            *room += kept;
        }
        fill(&mut room, flows, kind, &mut rates);
    }
    rates
}

fn take(room: &mut [u64], taken: &[u64]) {
    for (room, taken) in room.iter_mut().zip(taken) {
        *room = room.saturating_sub(*taken);
    }
}

/// Gives the flows of one kind what there is room for, and takes it from the room.
fn fill(room: &mut [u64], flows: &[Flow<'_>], kind: usize, rates: &mut [u64]) {
    let all: Vec<usize> = (0..flows.len())
        .filter(|&flow| flows[flow].traffic as usize == kind)
        .collect();
    let mut open = all.clone();
    let mut wanting = vec![0u64; room.len()];
    while !open.is_empty() {
        wanting.fill(0);
        for &flow in &open {
            for link in flows[flow].links {
                wanting[link.index()] += 1;
            }
        }
        let wanted = (0..room.len()).filter(|&link| wanting[link] > 0);
        let Some((rate, narrowest)) = wanted.map(|link| (room[link] / wanting[link], link)).min()
        else {
            break;
        };
        let content = open.iter().any(|&flow| flows[flow].most <= rate);
        open.retain(|&flow| {
            let crosses = || {
                let mut links = flows[flow].links.iter();
                links.any(|link| link.index() == narrowest)
            };
            // Those who want no more than the least share are served before anybody is cut short.
            let fixed = if content {
                flows[flow].most <= rate
            } else {
                crosses()
            };
            if fixed {
                let rate = rate.min(flows[flow].most);
                rates[flow] = rate;
                for link in flows[flow].links {
                    room[link.index()] -= rate;
                }
            }
            !fixed
        });
    }
    for flow in all {
        let links = flows[flow].links;
        let left = links.iter().map(|link| room[link.index()]).min();
        let left = left.unwrap_or(0).min(flows[flow].most - rates[flow]);
        rates[flow] += left;
        for link in links {
            room[link.index()] -= left;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lane(capacity: u64) -> Lane {
        Lane {
            capacity,
            ..Lane::default()
        }
    }

    fn bulk(links: &[LinkId]) -> Flow<'_> {
        Flow {
            links,
            traffic: Traffic::Bulk,
            most: u64::MAX,
        }
    }

    const A: LinkId = LinkId(0);
    const B: LinkId = LinkId(1);

    #[test]
    fn the_narrowest_link_fixes_its_flows_and_others_take_the_rest() {
        // A carries 10, B 4. One flow over both and one over A: the long one gets 4/1 on B or 10/2 on A, so 4;
        // the other gets what A has left, 6. A third on B alone: 2 each there, and 8 on A.
        let lanes = [lane(10), lane(4)];
        let flows = [bulk(&[A, B]), bulk(&[A])];
        assert_eq!(share(&lanes, &flows), [4, 6]);
        let flows = [bulk(&[A, B]), bulk(&[A]), bulk(&[B])];
        assert_eq!(share(&lanes, &flows), [2, 8, 2]);
    }

    #[test]
    fn what_cannot_be_divided_goes_to_the_lowest() {
        // 11 over three: 3 each and 2 over.
        let flows = [bulk(&[A]), bulk(&[A]), bulk(&[A])];
        assert_eq!(share(&[lane(11)], &flows), [5, 3, 3]);
        assert_eq!(share(&[lane(0)], &flows), [0, 0, 0]);
    }

    #[test]
    fn who_wants_less_than_an_equal_share_leaves_the_rest_to_others() {
        let of = |most| Flow {
            links: &[A],
            traffic: Traffic::Bulk,
            most,
        };
        // 10 over three would be 3 and 1 over: one wants 2, so 4 each for the others.
        assert_eq!(share(&[lane(10)], &[of(2), of(9), of(9)]), [2, 4, 4]);
        // All are content, and 3 are left.
        assert_eq!(share(&[lane(10)], &[of(2), of(1), of(4)]), [2, 1, 4]);
        // A reserve that is not wanted is open to others.
        let lanes = [Lane {
            capacity: 10,
            reserved: [0, 0, 8],
        }];
        let urgent = Flow {
            traffic: Traffic::Inference,
            ..of(20)
        };
        assert_eq!(share(&lanes, &[of(3), urgent]), [3, 7]);
    }

    #[test]
    fn urgent_traffic_goes_first_but_for_what_is_reserved() {
        let of = |traffic| Flow {
            links: &[A],
            traffic,
            most: u64::MAX,
        };
        let flows = [of(Traffic::Bulk), of(Traffic::Inference), of(Traffic::Bulk)];
        assert_eq!(share(&[lane(100)], &flows), [0, 100, 0]);
        // A fifth is kept for bulk data: 10 for each of two.
        let reserved = [0, 0, 20];
        let lanes = [Lane {
            capacity: 100,
            reserved,
        }];
        assert_eq!(share(&lanes, &flows), [10, 80, 10]);
        // With no inference about, bulk data have it all; with no bulk data, inference has.
        assert_eq!(share(&lanes, &[flows[0], flows[2]]), [50, 50]);
        assert_eq!(share(&lanes, &[flows[1]]), [100]);
    }

    fn worlds() -> impl Strategy<Value = (Vec<Lane>, Vec<(Vec<LinkId>, Traffic)>)> {
        let lanes = prop::collection::vec((0u64..1_000, 0u64..400, 0u64..400), 1..6);
        lanes.prop_flat_map(|lanes| {
            let many = lanes.len();
            let links = prop::collection::btree_set(0..many, 1..=many);
            let kind = prop::sample::select(Traffic::ALL.to_vec());
            let flows = prop::collection::vec((links, kind), 1..12);
            let lanes: Vec<Lane> = lanes
                .into_iter()
                .map(|(capacity, control, bulk)| Lane {
                    capacity,
                    reserved: [capacity * control / 1000, 0, capacity * bulk / 1000],
                })
                .collect();
            let named = flows.prop_map(|flows| {
                let flows = flows.into_iter();
                let id = |links: std::collections::BTreeSet<usize>| {
                    links.into_iter().map(LinkId::from).collect::<Vec<_>>()
                };
                flows
                    .map(|(links, kind)| (id(links), kind))
                    .collect::<Vec<_>>()
            });
            (Just(lanes), named)
        })
    }

    proptest! {
        #[test]
        fn no_link_carries_more_than_it_can_and_nobody_could_have_more((lanes, wants) in worlds()) {
            let flows: Vec<Flow<'_>> = wants
                .iter()
                .map(|(links, traffic)| Flow { links, traffic: *traffic, most: u64::MAX })
                .collect();
            let rates = share(&lanes, &flows);
            let mut used = vec![0; lanes.len()];
            for (flow, rate) in flows.iter().zip(&rates) {
                for link in flow.links {
                    used[link.index()] += rate;
                }
            }
            for (lane, used) in lanes.iter().zip(&used) {
                prop_assert!(*used <= lane.capacity);
            }
            // Each flow crosses a link that is full, unless something is kept for others.
            let reserves = lanes.iter().any(|lane| lane.reserved != [0; KINDS]);
            for flow in flows.iter().filter(|_| !reserves) {
                let full = |link: &LinkId| used[link.index()] == lanes[link.index()].capacity;
                prop_assert!(flow.links.iter().any(full), "{:?} {:?}", rates, used);
            }
        }

        #[test]
        fn nobody_gets_less_than_its_share_of_each_link((lanes, wants) in worlds()) {
            // Of one kind of traffic alone, a flow has at least the smallest equal share on its way.
            let flows: Vec<Flow<'_>> = wants.iter().map(|(links, _)| bulk(links)).collect();
            let rates = share(&lanes, &flows);
            for (flow, rate) in flows.iter().zip(&rates) {
                let equal = |link: &LinkId| {
                    let crossing = flows.iter().filter(|other| other.links.contains(link)).count();
                    lanes[link.index()].capacity / crossing as u64
                };
                prop_assert!(*rate >= flow.links.iter().map(equal).min().unwrap());
            }
        }
    }
}
