//! Spot prices as `aws ec2 describe-spot-price-history` answers them.
//!
//! One JSON object with a list `SpotPriceHistory`, newest first; an entry has `AvailabilityZone`,
//! `InstanceType`, `ProductDescription`, `SpotPrice` (text, per hour of one instance) and `Timestamp`
//! (ISO 8601 with an offset). Histories fetched on several days overlap and repeat entries. An empty list
//! means that the type was not offered there. Unknown keys are ignored.

use serde::Deserialize;

use super::super::error::TraceError;
use super::super::limits::Limits;
use super::super::mapping::TimeForm;
use super::super::value::{ValueFault, instant};
use super::prices::{PriceKey, Prices, per_gpu};
use super::reason::WeatherDrop;
use super::source::{Source, json_error};
use super::table::declaration;

/// What a person declares about a spot price history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsPrices {
    /// The types of instance that count, with their GPUs.
    pub instances: Vec<AwsInstance>,
    /// The product that counts; by default `Linux/UNIX`.
    pub product: String,
}

/// A type of instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsInstance {
    /// Its name, such as `p3.8xlarge`.
    pub name: String,
    /// The type of its GPUs.
    pub gpu: String,
    /// How many it has, at least 1.
    pub gpus: u32,
}

impl Default for AwsPrices {
    /// The GPU instances of the P families.
    fn default() -> Self {
        let instances = [
            ("p2.xlarge", "K80", 1),
            ("p2.8xlarge", "K80", 8),
            ("p2.16xlarge", "K80", 16),
            ("p3.2xlarge", "V100-16", 1),
            ("p3.8xlarge", "V100-16", 4),
            ("p3.16xlarge", "V100-16", 8),
            ("p3dn.24xlarge", "V100-32", 8),
            ("p4d.24xlarge", "A100-40", 8),
            ("p4de.24xlarge", "A100-80", 8),
            ("p5.48xlarge", "H100", 8),
            ("p5e.48xlarge", "H200", 8),
            ("p5en.48xlarge", "H200", 8),
            ("p6-b200.48xlarge", "B200", 8),
        ];
        let instances = instances.map(|(name, gpu, gpus)| AwsInstance {
            name: name.to_owned(),
            gpu: gpu.to_owned(),
            gpus,
        });
        Self {
            instances: instances.to_vec(),
            product: "Linux/UNIX".to_owned(),
        }
    }
}

impl AwsPrices {
    pub(super) fn declared(&self) -> Vec<String> {
        vec![
            format!("product {}", self.product),
            "prices are per hour of one instance, divided by its GPUs".to_owned(),
        ]
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "SpotPriceHistory")]
    history: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    availability_zone: String,
    instance_type: String,
    product_description: String,
    spot_price: String,
    timestamp: String,
}

/// Reads one answer into `prices`.
pub(super) fn read_aws(
    source: Source<'_>,
    declared: &AwsPrices,
    prices: &mut Prices,
    limits: &Limits,
) -> Result<(), TraceError> {
    if let Some(instance) = declared
        .instances
        .iter()
        .find(|instance| instance.gpus == 0)
    {
        let problem = format!("instance type {} has 0 GPUs", instance.name);
        return Err(declaration(problem, "declare at least 1 GPU"));
    }
    let bytes = source.whole(limits)?;
    let answer: Answer = serde_json::from_slice(&bytes).map_err(|error| json_error(&error))?;
    let Some(history) = answer.history else {
        return Err(declaration(
            "there is no list `SpotPriceHistory`",
            "give what `aws ec2 describe-spot-price-history` answers",
        ));
    };
    let number = prices.account.report.sources.len() - 1;
    if history.is_empty() {
        prices.account.when_empty =
            "the type was not offered there in that time: ask for another type, place or time";
        let line = format!(
            "{}: not offered, the history is empty",
            prices.account.source(number)
        );
        prices.account.report.declared.push(line);
    }
    for (index, entry) in history.iter().enumerate() {
        prices.account.row()?;
        take(entry, index as u64 + 1, number, declared, prices);
    }
    Ok(())
}

fn take(entry: &Entry, row: u64, number: usize, declared: &AwsPrices, prices: &mut Prices) {
    let known = declared
        .instances
        .iter()
        .find(|instance| instance.name == entry.instance_type);
    let at = instant(&entry.timestamp, &TimeForm::Offset);
    let account = &mut prices.account;
    let mut drop = |why, value: &str| account.drop_row(number, row, why, value);
    if entry.product_description != declared.product {
        return drop(WeatherDrop::OtherProduct, &entry.product_description);
    }
    let Some(instance) = known else {
        return drop(WeatherDrop::InstanceUnknown, &entry.instance_type);
    };
    let at = match at {
        Ok(at) => at,
        Err(ValueFault::TooLarge) => return drop(WeatherDrop::TimeTooLarge, &entry.timestamp),
        Err(_) => return drop(WeatherDrop::TimeUnreadable, &entry.timestamp),
    };
    let Some(price) = per_gpu(entry.spot_price.trim(), instance.gpus) else {
        return drop(WeatherDrop::PriceUnreadable, &entry.spot_price);
    };
    let zone = entry.availability_zone.clone();
    let key = PriceKey {
        provider: "aws".to_owned(),
        // A zone is its region and a letter.
        region: zone
            .trim_end_matches(|c: char| c.is_ascii_lowercase())
            .to_owned(),
        zone,
        gpu: instance.gpu.clone(),
        instance: instance.name.clone(),
        kind: "spot".to_owned(),
    };
    prices.observe(key, at, price, row);
}
