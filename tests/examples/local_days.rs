//! Tells what the clocks of time zones show: each line of the input is a zone and an instant in seconds since 1970, each of
//! the output the local date and time. With `weekends`, each line is a country (ISO 3166), and the output the days of its
//! weekend, Monday being 0.

use std::io::{self, BufWriter, Write as _};

use chrono::{DateTime, NaiveDate};
use domain::local_day::{TimeZone, Weekend};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let answer = if std::env::args().nth(1).as_deref() == Some("weekends") { weekend } else { shown };
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lines() {
        writeln!(out, "{}", answer(&line?)?)?;
    }
    Ok(out.flush()?)
}

fn shown(line: &str) -> Result<String, Box<dyn std::error::Error>> {
    let (zone, seconds) = line.split_once(' ').ok_or("a line is a zone and an instant")?;
    let Ok(zone) = TimeZone::parse("timezone", zone) else { return Ok("unknown".to_owned()) };
    let instant = DateTime::from_timestamp(seconds.parse()?, 0).ok_or("an instant of the calendar")?;
    Ok(zone.local(instant).to_string())
}

fn weekend(country: &str) -> Result<String, Box<dyn std::error::Error>> {
    let monday: NaiveDate = "2026-11-23".parse()?;
    let weekend = Weekend::of_country(country);
    let days = (0..7).zip(monday.iter_days()).filter(|(_, day)| weekend.contains(*day));
    Ok(days.map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(" "))
}
