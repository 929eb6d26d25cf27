//! `plimsoll explain cost`: a bill as a tree whose leaves add up.

use clap::{Args, ValueEnum};

use crate::experiment::{Accounts, Line};
use crate::journal::{Bucket, Item, Payee};
use crate::model::Model;
use crate::units::{Money, SimTime};

use super::super::exit::Failure;
use super::super::output::data;
use super::bill::{Rounded, item, payee};
use super::lay::laid;
use super::scene::{Scene, SceneArguments};

/// How a bill is sorted.
#[derive(Debug, Args)]
pub(in crate::cli) struct CostArguments {
    #[command(flatten)]
    scene: SceneArguments,
    /// What is told apart, from the trunk to the leaves
    #[arg(long, value_name = "WORDS", value_delimiter = ',', default_values = ["site", "payee", "item"])]
    by: Vec<By>,
    /// How many branches of one fork are told at most; the others are added up
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..))]
    most: u16,
}

/// What can be told apart in a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// What is paid for
    Item,
    /// Where
    Site,
    /// Whose capacity, link, data set or storage: who is paid
    #[value(alias = "pool")]
    Payee,
    /// Who pays
    Tenant,
    /// What kind of work
    Class,
    /// In which UTC month
    Month,
}

/// A line of the bill, exactly and in steps of the last printed digit.
type Leaf<'a> = (&'a Line, Money, i128);

/// A branch of the tree.
struct Branch {
    name: String,
    /// Exactly.
    amount: Money,
    /// In steps of the last printed digit.
    steps: i128,
    branches: Vec<Branch>,
}

/// Tells what one world cost, and for what.
pub(super) fn cost(arguments: &CostArguments) -> Result<(), Failure> {
    let scene = Scene::open(&arguments.scene)?;
    let model = scene.model();
    let mut accounts = Accounts::of(model, &scene.replay.timeline);
    scene.play(&mut accounts)?;
    let lines: Vec<(&Line, Money)> = accounts
        .lines
        .iter()
        .map(|(line, sum)| (line, sum.0))
        .collect();
    let amounts: Vec<Money> = lines.iter().map(|line| line.1).collect();
    let rounded = Rounded::of(&amounts);
    let leaves: Vec<Leaf<'_>> = lines
        .iter()
        .zip(&rounded.steps)
        .map(|(&(line, amount), &steps)| (line, amount, steps))
        .collect();
    let branches = grow(model, &leaves, &arguments.by, usize::from(arguments.most));
    let mut told = vec![format!("cost  {} {}", rounded.total_text(), model.currency)];
    draw(&branches, 1, &rounded, &mut told);
    told.extend(for_nothing(&leaves, &rounded, model));
    data(&(scene.head() + &laid(&told))).map_err(Failure::from)
}

/// Sorts leaves into branches, the largest first.
fn grow(model: &Model, leaves: &[Leaf<'_>], by: &[By], most: usize) -> Vec<Branch> {
    let Some((first, rest)) = by.split_first() else {
        return Vec::new();
    };
    let mut forks: Vec<(String, Vec<Leaf<'_>>)> = Vec::new();
    for leaf in leaves {
        let name = name(model, *first, leaf.0);
        match forks.iter_mut().find(|fork| fork.0 == name) {
            Some(fork) => fork.1.push(*leaf),
            None => forks.push((name, vec![*leaf])),
        }
    }
    let sum = |leaves: &[Leaf<'_>]| -> (Money, i128) {
        let amount = leaves.iter().map(|leaf| leaf.1).sum();
        (amount, leaves.iter().map(|leaf| leaf.2).sum())
    };
    let mut branches: Vec<Branch> = forks
        .into_iter()
        .map(|(name, leaves)| {
            let (amount, steps) = sum(&leaves);
            let branches = grow(model, &leaves, rest, most);
            Branch {
                name,
                amount,
                steps,
                branches,
            }
        })
        .filter(|branch| branch.amount != Money::ZERO || branch.steps != 0)
        .collect();
    branches.sort_by_key(|branch| std::cmp::Reverse(branch.amount.0.abs()));
    if branches.len() > most {
        let rest = branches.split_off(most - 1);
        branches.push(Branch {
            name: format!("{} others", rest.len()),
            amount: rest.iter().map(|branch| branch.amount).sum(),
            steps: rest.iter().map(|branch| branch.steps).sum(),
            branches: Vec::new(),
        });
    }
    branches
}

fn draw(branches: &[Branch], depth: usize, rounded: &Rounded, told: &mut Vec<String>) {
    for branch in branches {
        let indent = "  ".repeat(depth);
        told.push(format!(
            "{indent}{}  {}",
            rounded.text(branch.steps),
            branch.name
        ));
        // A branch that does not fork says all.
        match &branch.branches[..] {
            [only] if only.branches.is_empty() && only.name == branch.name => {}
            forks => draw(forks, depth + 1, rounded, told),
        }
    }
}

/// What a line is called under one way of telling apart.
fn name(model: &Model, by: By, line: &Line) -> String {
    let estate = || "the estate: what no job used".to_owned();
    match by {
        By::Item => item(line.item).to_owned(),
        By::Payee => payee(model, line.payee),
        By::Site => match line.payee {
            Payee::Pool(pool) => model.site_of(pool).name.clone(),
            Payee::Link(_) => "links".to_owned(),
            Payee::Dataset(_) => "data sets".to_owned(),
            Payee::Storage(_) => "storages".to_owned(),
            Payee::People(_) => "people".to_owned(),
            Payee::Transform(_) => "transforms".to_owned(),
            Payee::Validation(_) => "validations".to_owned(),
            Payee::Provider(_) => payee(model, line.payee),
        },
        By::Tenant => line
            .whose
            .map_or_else(estate, |(tenant, _)| model.tenants[tenant.index()].clone()),
        By::Class => line.whose.map_or_else(estate, |(_, class)| {
            model.classes[class.index()].name.clone()
        }),
        By::Month => {
            let inside = SimTime(line.month.0.saturating_sub(1));
            model.epoch.format(inside).chars().take(7).collect()
        }
    }
}

/// What was paid for and came to nothing, the largest first.
fn for_nothing(leaves: &[Leaf<'_>], rounded: &Rounded, model: &Model) -> Vec<String> {
    let lost = [
        Item::Capacity(Bucket::IdlePaid),
        Item::Capacity(Bucket::HeldIdle),
        Item::Capacity(Bucket::Rework),
        Item::Capacity(Bucket::Restart),
        Item::Capacity(Bucket::StalledStorage),
        Item::Capacity(Bucket::StalledLink),
        Item::Capacity(Bucket::Failed),
        Item::Capacity(Bucket::Down),
        Item::Capacity(Bucket::Draining),
        Item::Capacity(Bucket::Maintenance),
        Item::Shortfall,
    ];
    let total: f64 = leaves.iter().map(|leaf| leaf.1.as_units()).sum();
    let mut sums: Vec<(Item, Money, i128)> = lost
        .into_iter()
        .map(|what| {
            let mine = leaves.iter().filter(|leaf| leaf.0.item == what);
            let (amounts, steps): (Vec<Money>, Vec<i128>) =
                mine.map(|leaf| (leaf.1, leaf.2)).unzip();
            (what, amounts.into_iter().sum(), steps.into_iter().sum())
        })
        .filter(|sum| sum.1 > Money::ZERO)
        .collect();
    if sums.is_empty() || total <= 0.0 {
        return Vec::new();
    }
    sums.sort_by_key(|sum| std::cmp::Reverse(sum.1));
    let parts = sums.iter().map(|(what, amount, steps)| {
        let share = 100.0 * amount.as_units() / total;
        format!("  {}  {} ({share:.1} %)", rounded.text(*steps), item(*what))
    });
    let head = format!("Of it for no work that counts, in {}:", model.currency);
    [String::new(), head].into_iter().chain(parts).collect()
}
