//! Single fields of a row, each with the reason for which it cannot be used.

use csv::ByteRecord;

use super::super::collect::Fault;
use super::super::mapping::{GpuUnit, Label, TimeUnit};
use super::super::reason::DropReason;
use super::super::value::{ValueFault, milli_gpus, milliseconds, number};

pub(super) fn text(record: &ByteRecord, place: usize) -> Result<&str, Fault> {
    let field = record.get(place).unwrap_or_default();
    std::str::from_utf8(field)
        .map_err(|_| Fault::new(DropReason::NotUtf8, &String::from_utf8_lossy(field)))
}

pub(super) fn label<'r>(
    record: &'r ByteRecord,
    place: Option<usize>,
    declared: &'r Label,
) -> Result<&'r str, Fault> {
    match (place, declared) {
        (Some(place), _) => text(record, place),
        (None, Label::Constant(name) | Label::Column(name)) => Ok(name),
    }
}

pub(super) fn optional_time(
    record: &ByteRecord,
    column: Option<(usize, TimeUnit)>,
) -> Result<Option<u64>, Fault> {
    let Some((place, unit)) = column else {
        return Ok(None);
    };
    let field = text(record, place)?;
    match milliseconds(field, unit) {
        Ok(value) if value >= 0 => Ok(Some(value.unsigned_abs())),
        Err(ValueFault::Missing) => Ok(None),
        _ => Err(Fault::new(DropReason::RequestedUnreadable, field)),
    }
}

pub(super) fn gpu_field(record: &ByteRecord, place: usize, unit: GpuUnit) -> Result<u64, Fault> {
    let field = text(record, place)?;
    milli_gpus(field, unit).map_err(|fault| {
        let missing = fault == ValueFault::Missing;
        let reason = if missing {
            DropReason::GpusMissing
        } else {
            DropReason::GpusUnreadable
        };
        Fault::new(reason, field)
    })
}

pub(super) fn of_submit(fault: ValueFault, field: &str) -> Fault {
    let reason = match fault {
        ValueFault::Missing => DropReason::SubmitMissing,
        ValueFault::Unreadable => DropReason::SubmitUnreadable,
        ValueFault::TooLarge => DropReason::TimeTooLarge,
    };
    Fault::new(reason, field)
}

pub(super) fn of_duration(fault: ValueFault, field: &str) -> Fault {
    let reason = match fault {
        ValueFault::Missing => DropReason::DurationMissing,
        ValueFault::Unreadable => DropReason::DurationUnreadable,
        ValueFault::TooLarge => DropReason::TimeTooLarge,
    };
    Fault::new(reason, field)
}

/// Whether a column of GPU-seconds agrees with run time × GPUs, to a millisecond of each GPU.
pub(super) fn is_product(field: &str, duration_ms: i64, milli_gpus: u64) -> bool {
    let gpus = milli_gpus as f64 / 1e3;
    let expected = duration_ms as f64 / 1e3 * gpus;
    number(field).is_ok_and(|found| (found - expected).abs() <= 1e-3 * gpus + 1e-9 * expected)
}
