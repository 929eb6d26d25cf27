//! That the table of moves says what the rules say, asked one by one.

use super::*;
use crate::model::network::{LinkKind, Route};
use crate::model::rules::RuleMode;
use crate::units::{Bandwidth, BytePrice, LinkId, Price, Span};

/// Numbers that look random and are the same each time (Knuth, "Seminumerical Algorithms", 3.3.4, line 26).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn link(name: &str, from: u16, to: u16) -> Link {
    Link {
        name: name.to_owned(),
        from: SiteId(from),
        to: SiteId(to),
        kind: LinkKind::Internet,
        bandwidth: Bandwidth(1),
        latency: Span::ZERO,
        price: None,
        rent: Price(0),
        reserved: [0; 3],
    }
}

/// From 0 to 2 directly over link 0, or over links 1 and 2.
fn network() -> Network {
    let mut network = Network {
        links: vec![link("a", 0, 2), link("b", 0, 1), link("c", 1, 2)],
        ..Network::default()
    };
    let route = |links: &[u16]| Route {
        cost: BytePrice(0),
        latency: Span::ZERO,
        links: links.iter().map(|&link| LinkId(link)).collect(),
    };
    let routes = vec![route(&[0]), route(&[1, 2])];
    network.routes.insert((SiteId(0), SiteId(2)), routes);
    network
}

const WHAT: Freight = Freight::Replica(DatasetId(0));
const ENDS: Ends = (Some(SiteId(0)), Some(SiteId(2)));

fn rule(numbers: &mut Numbers, index: usize) -> Rule {
    let effect = if numbers.below(2) == 0 {
        RuleEffect::Permit
    } else {
        RuleEffect::Forbid
    };
    match numbers.below(4) {
        // A rule about jobs among them says nothing here.
        0 => Rule::bare(&format!("r{index}"), effect),
        _ => Rule::of_moves(&format!("r{index}"), effect),
    }
}

/// In 2,000 random sets of rules, each of which holds, does not or is unknown on each link, under random modes and with
/// some permits used up: a route is open if no obeyed rule that may hold forbids one of its links and, once there is an
/// obeyed permit, one that has not been used up certainly permits each of them.
#[test]
fn the_table_says_what_the_rules_say_on_each_link() {
    let (network, mut numbers) = (network(), Numbers(11));
    let mut open_ways = 0;
    for _ in 0..2_000 {
        let list: Vec<Rule> = (0..=numbers.below(5) as usize)
            .map(|index| rule(&mut numbers, index))
            .collect();
        let says: Vec<[Option<bool>; 3]> = list
            .iter()
            .map(|_| {
                [0; 3].map(|_| match numbers.below(4) {
                    0 => None,
                    1 => Some(false),
                    _ => Some(true),
                })
            })
            .collect();
        let journeys = [(WHAT, ENDS)];
        let place = |link: Option<&Link>| usize::from(link.unwrap().name.as_bytes()[0] - b'a');
        let moves = MoveRules::work_out(&list, &network, (&journeys, &[]), &mut |(
            rule,
            _,
            _,
            link,
        )| {
            says[rule][place(link)]
        });
        let modes: Vec<RuleMode> = list
            .iter()
            .map(|_| [RuleMode::Off, RuleMode::Audit, RuleMode::Enforce][numbers.below(3) as usize])
            .collect();
        let used_up = u128::from(numbers.below(32));
        let masks = Rules::by_hand(list.clone(), (0, 0), |_, _, _| false);
        let masks = masks.masks(|index| modes[index]);
        for (route, links) in [vec![0], vec![1, 2]].into_iter().enumerate() {
            let of = |effect| {
                let is = move |(_, rule): &(usize, &Rule)| {
                    rule.on == RuleOn::Move && rule.effect == effect
                };
                list.iter().enumerate().filter(is).map(|(index, _)| index)
            };
            let obeyed = |index: &usize| modes[*index] == RuleMode::Enforce;
            let forbidden = of(RuleEffect::Forbid)
                .filter(obeyed)
                .any(|index| links.iter().any(|&link| says[index][link] != Some(false)));
            let asks = of(RuleEffect::Permit).any(|index| obeyed(&index));
            let permitted = links.iter().all(|&link| {
                of(RuleEffect::Permit).any(|index| {
                    let in_force = modes[index] != RuleMode::Off && used_up & 1 << index == 0;
                    in_force && says[index][link] == Some(true)
                })
            });
            let expected = !forbidden && (!asks || permitted);
            let found = moves.of(0, WHAT, ENDS).get(route);
            // Without any rule about moves there is no table.
            let found = found.is_none_or(|one| moves.refusing(masks, one, !used_up) == 0);
            assert_eq!(found, expected, "{list:?} {says:?} {modes:?}");
            open_ways += u32::from(found);
        }
    }
    assert!(500 < open_ways && open_ways < 3_500, "{open_ways}");
}

#[test]
fn of_permits_the_first_that_is_needed_pays_for_the_day() {
    let capped = |id: &str| Rule {
        bytes_per_day: Some(Bytes(1)),
        ..Rule::of_moves(id, RuleEffect::Permit)
    };
    let list = vec![
        capped("a"),
        capped("b"),
        Rule::of_moves("free", RuleEffect::Permit),
    ];
    let journeys = [(WHAT, ENDS)];
    // The first two hold on all links, the third on the direct one.
    let mut holds = |(rule, _, _, link): Question<'_>| {
        Some(rule < 2 || link.is_some_and(|link| link.name == "a"))
    };
    let moves = MoveRules::work_out(&list, &network(), (&journeys, &[]), &mut holds);
    assert_eq!(moves.caps(), [(0, Bytes(1)), (1, Bytes(1))]);
    let masks = Masks {
        active: 0b111,
        enforcing: 0b111,
        situation: 0,
    };
    let ways = moves.of(0, WHAT, ENDS);
    assert_eq!(moves.capped(masks, &ways[0], u128::MAX), 0);
    assert_eq!(moves.capped(masks, &ways[1], u128::MAX), 0b01);
    assert_eq!(moves.capped(masks, &ways[1], !0b01), 0b10);
    // Nobody counts while no permit is obeyed.
    let audited = Masks {
        enforcing: 0,
        ..masks
    };
    assert_eq!(moves.capped(audited, &ways[1], u128::MAX), 0);
}
