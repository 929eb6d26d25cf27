//! The civil calendar: where simulated time lies in UTC, and where its months end.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::{SimTime, Span};

/// The UTC instant at which a scenario starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch(Timestamp);

/// A time zone that a source of local times declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(TimeZone);

impl Epoch {
    /// Reads an RFC 3339 instant such as `2026-01-05T00:00:00Z`.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map(Self)
            .map_err(|error: jiff::Error| error.to_string())
    }

    /// The instant that lies `unix_ms` milliseconds after 1970-01-01 UTC.
    pub fn from_unix_ms(unix_ms: i64) -> Option<Self> {
        Timestamp::from_millisecond(unix_ms).ok().map(Self)
    }

    /// Milliseconds after 1970-01-01 UTC.
    pub fn unix_ms(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The simulated time of a UTC instant; `None` if it lies before the start.
    pub fn sim_time(self, unix_ms: i64) -> Option<SimTime> {
        u64::try_from(unix_ms - self.unix_ms()).ok().map(SimTime)
    }

    /// The first instant of the UTC month after the one that holds `at`.
    pub fn next_month(self, at: SimTime) -> SimTime {
        self.next_period(at, 1)
    }

    /// The first instant of the UTC day after the one that holds `at`.
    pub fn next_day(self, at: SimTime) -> SimTime {
        const DAY: i64 = 86_400_000;
        let now = self.unix_ms().saturating_add_unsigned(at.0);
        let next = now.div_euclid(DAY).saturating_add(1).saturating_mul(DAY);
        self.sim_time(next).unwrap_or(SimTime::NEVER)
    }

    /// The end of the stretch of so many UTC months, counted from January, that holds `at`: 3 are quarters, 12 years.
    pub fn next_period(self, at: SimTime, months: i8) -> SimTime {
        let Ok(now) = Timestamp::from_millisecond(self.unix_ms().saturating_add_unsigned(at.0))
        else {
            return SimTime::NEVER;
        };
        let first = now.to_zoned(TimeZone::UTC).date().first_of_month();
        let left = months - (first.month() - 1) % months;
        first
            .checked_add(left.months())
            .and_then(|date| date.to_zoned(TimeZone::UTC))
            .ok()
            .and_then(|start| self.sim_time(start.timestamp().as_millisecond()))
            .unwrap_or(SimTime::NEVER)
    }

    /// How long before `at` its UTC month began, which may be before the start.
    pub fn since_month_began(self, at: SimTime) -> Span {
        let unix_ms = self.unix_ms().saturating_add_unsigned(at.0);
        let began = Timestamp::from_millisecond(unix_ms).ok().and_then(|now| {
            let first = now.to_zoned(TimeZone::UTC).date().first_of_month();
            first.to_zoned(TimeZone::UTC).ok()
        });
        let began = began.map_or(unix_ms, |began| began.timestamp().as_millisecond());
        Span(unix_ms.abs_diff(began))
    }

    /// The instant `at` as RFC 3339 text, to the second.
    pub fn format(self, at: SimTime) -> String {
        Timestamp::from_second((self.unix_ms().saturating_add_unsigned(at.0)).div_euclid(1000))
            .map_or_else(
                |_| "beyond the calendar".to_owned(),
                |instant| instant.to_string(),
            )
    }

    /// The instant itself as RFC 3339 text, with as many decimals of a second as it needs.
    pub fn instant(self) -> String {
        self.0.to_string()
    }

    /// Milliseconds into the week (from Monday 00:00) of the local clock in `zone` at the start.
    pub fn week_offset_ms(self, zone: &Zone) -> u64 {
        let local = self.0.to_zoned(zone.0.clone());
        let day = u64::from(local.weekday().to_monday_zero_offset().unsigned_abs());
        let time = local.time();
        let seconds = u64::from(time.hour().unsigned_abs()) * 3600
            + u64::from(time.minute().unsigned_abs()) * 60
            + u64::from(time.second().unsigned_abs());
        day * 86_400_000 + seconds * 1000 + u64::from(time.millisecond().unsigned_abs())
    }
}

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Reads an IANA name (`Europe/Berlin`), `UTC`, or a fixed offset (`+08:00`).
    pub fn parse(name: &str) -> Option<Self> {
        if name == "UTC" || name == "Z" {
            return Some(Self::utc());
        }
        if let Some(offset) = name.strip_prefix(['+', '-']) {
            let (hours, minutes) = offset.split_once(':')?;
            let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
            let signed = if name.starts_with('-') {
                -seconds
            } else {
                seconds
            };
            return jiff::tz::Offset::from_seconds(signed)
                .ok()
                .map(|o| Self(o.to_time_zone()));
        }
        TimeZone::get(name).ok().map(Self)
    }

    /// The UTC instant (Unix milliseconds) of a local civil time such as `2017-10-09 07:01:55`, in
    /// `jiff`'s compatible mode: a time that a clock change skips or repeats takes the earlier offset.
    pub fn local_unix_ms(&self, text: &str) -> Option<i64> {
        let civil: DateTime = text.trim().parse().ok()?;
        civil
            .to_zoned(self.0.clone())
            .ok()
            .map(|zoned| zoned.timestamp().as_millisecond())
    }
}

/// The label of the UTC month that holds `at`, as in `2026-01`.
pub fn month_label(epoch: Epoch, at: SimTime) -> String {
    epoch.format(at).get(..7).unwrap_or("beyond").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_where_the_calendar_says() {
        let epoch = Epoch::parse("2026-01-05T00:00:00Z").unwrap();
        // 5 January to 1 February is 27 days.
        assert_eq!(epoch.next_month(SimTime(0)), SimTime(27 * 86_400_000));
        assert_eq!(
            epoch.next_month(SimTime(27 * 86_400_000)),
            SimTime((27 + 28) * 86_400_000)
        );
        // From 5 January to 1 April are 27 + 28 + 31 days, to the end of the year 361.
        assert_eq!(epoch.next_period(SimTime(0), 3), SimTime(86 * 86_400_000));
        assert_eq!(epoch.next_period(SimTime(0), 12), SimTime(361 * 86_400_000));
        let april = SimTime(86 * 86_400_000);
        assert_eq!(epoch.next_period(april, 3), SimTime((86 + 91) * 86_400_000));
        let day = 86_400_000;
        assert_eq!(epoch.since_month_began(SimTime(3)), Span(4 * day + 3));
        assert_eq!(epoch.since_month_began(SimTime(27 * day)), Span(0));
        assert_eq!(month_label(epoch, SimTime(27 * 86_400_000)), "2026-02");
    }

    #[test]
    fn local_times_need_their_zone() {
        let shanghai = Zone::parse("+08:00").unwrap();
        let utc = Zone::utc();
        let text = "2020-05-01 08:00:00";
        let eight_hours = 8 * 3_600_000;
        assert_eq!(
            shanghai.local_unix_ms(text).unwrap() + eight_hours,
            utc.local_unix_ms(text).unwrap()
        );
        assert!(Zone::parse("Europe/Berlin").is_some());
        assert!(Zone::parse("Middle/Earth").is_none());
    }
}
