//! Recorded prices: steps, contradictions, and the way there and back.

use super::*;

const AWS: &str = include_str!("../../../../tests/fixtures/weather/aws_spot_price_history.json");
const CHANGES: &str = include_str!("../../../../tests/fixtures/weather/price_changes.csv");
/// 2026-01-01T00:00:00Z in Unix milliseconds: 20,454 days after 1970.
const NEW_YEAR: i64 = 20_454 * 86_400_000;
const DAY: i64 = 86_400_000;

fn table(text: &str, table: PriceTable) -> Result<(PriceHistory, WeatherReport), WeatherError> {
    let format = PriceFormat::Table(Box::new(table));
    read_prices(
        vec![Source::of_text("p.csv", text)],
        &format,
        &Limits::default(),
    )
}

fn aws(texts: &[&str]) -> Result<(PriceHistory, WeatherReport), WeatherError> {
    let sources = texts
        .iter()
        .enumerate()
        .map(|(index, text)| Source::of_text(&format!("{index}.json"), text));
    read_prices(
        sources.collect(),
        &PriceFormat::Aws(AwsPrices::default()),
        &Limits::default(),
    )
}

#[test]
fn spot_price_answers_become_steps_per_gpu() {
    let (history, report) = aws(&[AWS]).unwrap();
    let names: Vec<_> = history
        .series
        .iter()
        .map(|series| series.key.name())
        .collect();
    let stem = |zone| format!("aws/us-east-9/us-east-9{zone}/V100-16/p3.8xlarge/spot");
    assert_eq!(names, [stem('a'), stem('b')]);
    // 3.60 / 4 GPUs = 0.90 from 1 January, 3.80 / 4 = 0.95 from noon and a half on the 2nd.
    let steps = [
        (NEW_YEAR, Price(900_000)),
        (NEW_YEAR + DAY + 45_000_000, Price(950_000)),
    ];
    assert_eq!(history.series[0].steps, steps);
    // 4.000001 / 4 = 1.00000025, rounded to a millionth and said so.
    assert_eq!(
        history.series[1].steps,
        [(NEW_YEAR + 2 * DAY + 21_600_000, Price(1_000_000))]
    );
    assert_eq!(report.adjusted_for(WeatherChange::PriceRounded), 1);
    assert_eq!((report.rows_read, report.accepted), (6, 3));
    for reason in [
        WeatherDrop::OtherProduct,
        WeatherDrop::InstanceUnknown,
        WeatherDrop::Unchanged,
    ] {
        assert_eq!(report.dropped_for(reason), 1, "{reason:?}");
    }
    assert_eq!(history.series[0].at(NEW_YEAR - 1), None);
    assert_eq!(history.series[0].at(NEW_YEAR + DAY), Some(Price(900_000)));
    assert_eq!(history.series[0].at(i64::MAX), Some(Price(950_000)));
}

#[test]
fn histories_of_several_days_overlap_and_empty_ones_are_said_to_be() {
    let empty = "{\n    \"NextToken\": \"\",\n    \"SpotPriceHistory\": []\n}\n";
    let (history, report) = aws(&[AWS, empty, AWS]).unwrap();
    assert_eq!(history, aws(&[AWS]).unwrap().0);
    // Each of the 4 usable entries comes twice.
    assert_eq!(report.dropped_for(WeatherDrop::Repeated), 4);
    assert!(
        report
            .lines()
            .join("\n")
            .contains("1.json: not offered, the history is empty")
    );
    let error = aws(&[empty]).unwrap_err().to_string();
    assert!(
        error.starts_with("0.json: there is no entry; the type was not offered there"),
        "{error}"
    );
    let error = aws(&["{}"]).unwrap_err().to_string();
    assert!(error.contains("no list `SpotPriceHistory`"), "{error}");
    let error = aws(&[&AWS[..300]]).unwrap_err().to_string();
    assert!(
        error.starts_with("0.json, line 11: not the expected JSON"),
        "{error}"
    );
}

#[test]
fn two_prices_at_one_instant_are_a_problem_with_both_places() {
    let other = AWS.replace("3.800000", "3.900000");
    let error = aws(&[AWS, &other]).unwrap_err();
    assert_eq!(error.problems.len(), 1);
    assert_eq!(
        error.to_string(),
        "1.json, entry 2: aws/us-east-9/us-east-9a/V100-16/p3.8xlarge/spot costs 0.975 here, but 0.95 in \
         0.json, entry 2, at the same instant 2026-01-02T12:30:00Z; keep one of them, or tell them apart \
         by a column"
    );
    let text = "from,price_per_gpu_hour\n2026-01-01T00:00:00Z,1\n2026-01-01T01:00:00+01:00,2\n";
    let error = table(text, PriceTable::plimsoll()).unwrap_err().to_string();
    assert!(error.starts_with("p.csv, line 3: "), "{error}");
    assert!(error.contains("in p.csv, line 2"), "{error}");
    // The same lines, whatever ends them.
    let windows = table(&text.replace('\n', "\r\n"), PriceTable::plimsoll()).unwrap_err();
    assert_eq!(windows.to_string(), error);
}

#[test]
fn a_change_history_gives_the_kind_of_price_that_is_asked_for() {
    let (spot, report) = table(CHANGES, PriceTable::gcp("spot").unwrap()).unwrap();
    // 15 January is day 14, 8 January day 7.
    assert_eq!(
        spot.series[0].steps,
        [(NEW_YEAR + 14 * DAY, Price(4_250_000))]
    );
    assert_eq!(
        spot.series[1].steps,
        [(NEW_YEAR + 7 * DAY, Price(5_012_500))]
    );
    assert_eq!((report.rows_read, report.accepted), (5, 2));
    for reason in [
        WeatherDrop::PriceMissing,
        WeatherDrop::Unchanged,
        WeatherDrop::PriceUnreadable,
    ] {
        assert_eq!(report.dropped_for(reason), 1, "{reason:?}");
    }
    let there = PriceTable::gcp("on-demand")
        .unwrap()
        .only("region", "there1");
    let (there, report) = table(CHANGES, there).unwrap();
    assert_eq!(there.series.len(), 1);
    assert_eq!(report.dropped_for(WeatherDrop::Filtered), 4);
    let nowhere = PriceTable::gcp("1y").unwrap().only("region", "here2");
    let error = table(CHANGES, nowhere).unwrap_err().to_string();
    assert_eq!(
        error,
        "p.csv: no row with region = here2; `region` holds here1, there1"
    );
    assert!(PriceTable::gcp("weekly").is_err());
}

#[test]
fn what_is_written_reads_back() {
    let (history, _) = aws(&[AWS]).unwrap();
    let mut out = Vec::new();
    write_prices(&history, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(table(&text, PriceTable::plimsoll()).unwrap().0, history);
    // The short form of one series.
    let (short, _) = table(
        "price_per_gpu_hour,from\n2.5,2026-01-01T00:00:00Z\n",
        PriceTable::plimsoll(),
    )
    .unwrap();
    assert_eq!(short.series[0].steps, [(NEW_YEAR, Price(2_500_000))]);
    assert_eq!(short.series[0].key, PriceKey::default());
    let misspelt = "from,price_per_gpu_hour,provder\n2026-01-01T00:00:00Z,2.5,aws\n";
    let error = table(misspelt, PriceTable::plimsoll())
        .unwrap_err()
        .to_string();
    assert!(error.contains("column `provder`"), "{error}");
}

#[test]
fn prices_of_instances_are_divided_exactly_or_rounded_once() {
    assert_eq!(per_gpu("14.4", 16), Some((Price(900_000), false)));
    assert_eq!(per_gpu("0.3371", 1), Some((Price(337_100), false)));
    // 1 / 3 = 0.333333…, 2 / 3 = 0.666666… rounds up; 0.000001 / 2 is a half and rounds up.
    assert_eq!(per_gpu("1", 3), Some((Price(333_333), true)));
    assert_eq!(per_gpu("2", 3), Some((Price(666_667), true)));
    assert_eq!(per_gpu("0.000001", 2), Some((Price(1), true)));
    assert_eq!(per_gpu("0.123456789", 1), Some((Price(123_457), true)));
    for text in ["-1", "free", "", "1e3", "NaN", "99999999999999999999"] {
        assert_eq!(per_gpu(text, 1), None, "{text}");
    }
}
