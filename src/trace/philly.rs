//! The Philly table: a month-scale log of a shared research cluster, one row per job.
//!
//! Columns `timestamp,duration,num_gpus,gpu_time,cluster`: civil times without a zone, unsorted; run time
//! in seconds; `gpu_time` = duration × GPUs; `cluster` is a virtual cluster, here the tenant.
//! Source: Jeon et al., "Analysis of large-scale multi-tenant GPU clusters for DNN training workloads"
//! (2019), in the form that the Sia simulator uses.

use crate::units::Zone;

use super::mapping::{Label, Mapping, TimeForm, TraceStart};

/// What a person declares about a Philly table.
#[derive(Clone, Debug, PartialEq)]
pub struct Philly {
    /// The zone of its civil times: the source does not say.
    pub zone: Zone,
    /// How the zone is called in the report.
    pub zone_name: String,
    /// Where trace time 0 lies.
    pub start: TraceStart,
}

impl Philly {
    /// The mapping that reads the table.
    pub(super) fn mapping(&self) -> Mapping {
        Mapping {
            time: TimeForm::Local(self.zone.clone(), self.zone_name.clone()),
            start: self.start,
            tenant: Label::Column("cluster".to_owned()),
            product_check: Some("gpu_time".to_owned()),
            ..Mapping::new("timestamp", "duration", "num_gpus")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Adjustment, Format, Limits, read_from};
    use super::*;

    #[test]
    fn rows_are_unsorted_and_products_are_checked() {
        let text = "timestamp,duration,num_gpus,gpu_time,cluster\n\
                    2017-10-09 07:01:55,66.0,1,66.0,11cb48\n\
                    2017-10-09 06:13:03,10.5,8,84.0,6214e9\n\
                    2017-10-09 07:01:55,66.0,2,66.0,11cb48\n";
        let zone_name = "America/Los_Angeles".to_owned();
        let zone = Zone::parse(&zone_name).unwrap();
        let format = Format::Philly(Philly {
            zone,
            zone_name,
            start: TraceStart::FirstSubmit,
        });
        let trace = read_from(text.as_bytes(), "p.csv", &format, &Limits::default()).unwrap();
        // 06:13:03 Pacific daylight time is 13:13:03 UTC, 1,507,554,783 s after 1970.
        assert_eq!(trace.start_unix_ms, Some(1_507_554_783_000));
        let rows: Vec<_> = trace
            .jobs
            .iter()
            .map(|job| (job.row, job.submit_ms / 1000))
            .collect();
        assert_eq!(rows, [(2, 0), (1, 2932), (3, 2932)]);
        assert_eq!(trace.report.adjusted_for(Adjustment::ProductMismatch), 1);
        assert_eq!(trace.tenants, ["11cb48", "6214e9"]);
        assert!(
            trace
                .report
                .lines()
                .join(" ")
                .contains("local time in America/Los_Angeles")
        );
    }
}
