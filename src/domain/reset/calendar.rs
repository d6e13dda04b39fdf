//! Days, times of day and zones as people write them. Reads only; which instant they mean is for the parent to say.
//!
//! Each function gives `Some(None)`, or leaves the text alone, where nothing of its kind follows, and `None` where
//! something follows that it cannot read.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{Offset, TimeZone};

use super::Clock;
use super::scan::Scan;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The zones that American services name by letters or words. Other abbreviations mean several zones.
const AMERICAN: [(&str, &str); 8] = [
    ("pt", "America/Los_Angeles"),
    ("pst", "America/Los_Angeles"),
    ("pdt", "America/Los_Angeles"),
    ("pacific", "America/Los_Angeles"),
    ("et", "America/New_York"),
    ("est", "America/New_York"),
    ("edt", "America/New_York"),
    ("eastern", "America/New_York"),
];

/// A day in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// With its year.
    Full(Date),
    /// Without a year.
    OfYear {
        /// From 1.
        month: i8,
        /// From 1.
        day: i8,
    },
    /// By its name.
    OfWeek(Weekday),
    /// The day on which the words were said.
    Today,
    /// The day after.
    Tomorrow,
}

/// `Apr 17,`, `Sep 19th, 2026`, `12 October`, `Mon`, `Monday, Oct 12`, `2026-12-05`, `tomorrow`.
pub(super) fn day(scan: &mut Scan<'_>) -> Option<Option<Day>> {
    if let Some(day) = iso_date(scan) {
        return Some(Some(Day::Full(day?)));
    }
    if scan.word_of(&["today"]) {
        return Some(Some(Day::Today));
    }
    if scan.word_of(&["tomorrow"]) {
        return Some(Some(Day::Tomorrow));
    }
    let weekday = weekday(scan);
    if weekday.is_some() {
        scan.comma();
    }
    let Some((month, day)) = month_first(scan).or_else(|| day_first(scan)) else {
        return Some(weekday.map(Day::OfWeek));
    };
    let mut ahead = *scan;
    ahead.comma();
    match ahead.year() {
        Some(year) => {
            *scan = ahead;
            Date::new(year, month, day).ok().map(|date| Some(Day::Full(date)))
        }
        None => Some(Some(Day::OfYear { month, day })),
    }
}

/// A date such as `2026-12-05`, and a `T` behind it; the inner value is none for a day that no month has.
fn iso_date(scan: &mut Scan<'_>) -> Option<Option<Date>> {
    let mut ahead = *scan;
    let year = ahead.year()?;
    if !ahead.take('-') {
        return None;
    }
    let month: i8 = ahead.number()?;
    if !ahead.take('-') {
        return None;
    }
    let day: i8 = ahead.number()?;
    ahead.take('T');
    *scan = ahead;
    Some(Date::new(year, month, day).ok())
}

fn weekday(scan: &mut Scan<'_>) -> Option<Weekday> {
    let mut ahead = *scan;
    let name = ahead.letters().to_ascii_lowercase();
    let (_, weekday) = WEEKDAYS.iter().find(|(day, _)| name.len() >= 3 && day.starts_with(&name))?;
    ahead.take('.');
    *scan = ahead;
    Some(*weekday)
}

fn month_first(scan: &mut Scan<'_>) -> Option<(i8, i8)> {
    let mut ahead = *scan;
    let month = ahead.month()?;
    let day = ahead.number()?;
    ahead.ordinal();
    *scan = ahead;
    Some((month, day))
}

fn day_first(scan: &mut Scan<'_>) -> Option<(i8, i8)> {
    let mut ahead = *scan;
    let day = ahead.number()?;
    ahead.ordinal();
    ahead.spaces();
    ahead.word_of(&["of"]);
    ahead.spaces();
    let month = ahead.month()?;
    *scan = ahead;
    Some((month, day))
}

/// `7pm`, `7:28am`, `7:10 a.m.`, `15:00`, `03:00:00.5`, `noon`. Without AM or PM only an hour of two digits is read,
/// unless the date is written in digits as well (`digits`): `7:28` may be either half of the day.
pub(super) fn time_of_day(scan: &mut Scan<'_>, digits: bool) -> Option<Option<Time>> {
    if scan.word_of(&["midnight"]) {
        return Some(Some(Time::midnight()));
    }
    if scan.word_of(&["noon"]) {
        return Some(Some(Time::constant(12, 0, 0, 0)));
    }
    let mut ahead = *scan;
    let hour_digits = ahead.digits();
    if hour_digits.is_empty() {
        return Some(None);
    }
    let hour: i8 = hour_digits.parse().ok()?;
    let has_minutes = ahead.take(':');
    let minute: i8 = if has_minutes { ahead.number()? } else { 0 };
    let mut second: i8 = 0;
    if has_minutes && ahead.take(':') {
        second = ahead.number()?;
        ahead.fraction();
    }
    let hour = match half_of_day(&mut ahead) {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(first_hour) => hour % 12 + first_hour,
        None if has_minutes && (digits || hour_digits.len() == 2) => hour,
        None => return None,
    };
    *scan = ahead;
    Time::new(hour, minute, second, 0).ok().map(Some)
}

/// `am`, `PM`, `a.m.`: the hour at which that half begins.
fn half_of_day(scan: &mut Scan<'_>) -> Option<i8> {
    let mut ahead = *scan;
    ahead.spaces();
    let mut letters = ahead.letters().to_ascii_lowercase();
    if letters.len() == 1 && ahead.take('.') {
        letters.push_str(&ahead.letters().to_ascii_lowercase());
        ahead.take('.');
    }
    let first_hour = match letters.as_str() {
        "am" => 0,
        "pm" => 12,
        _ => return None,
    };
    *scan = ahead;
    Some(first_hour)
}

/// `(UTC)`, `(Asia/Riyadh)`, `UTC`, `Z`, `+02:00`, `America/New_York`, `PT`; the person's zone where none is named. None
/// for a name that is not known: read as the person's, the time would be hours off.
pub(super) fn zone(scan: &mut Scan<'_>, clock: &Clock<'_>) -> Option<TimeZone> {
    let local = || Some(clock.local.clone());
    let mut ahead = *scan;
    ahead.spaces();
    if let Some(inside) = ahead.parenthesised() {
        *scan = ahead;
        let low = inside.to_ascii_lowercase();
        if low.contains("local") || low.starts_with("in ") {
            return local();
        }
        return known_zone(inside, clock).or_else(|| (clock.zone)(inside));
    }
    let name = ahead.zone_name();
    let is_abbreviation = (2..=5).contains(&name.len()) && name.chars().all(|c| c.is_ascii_uppercase());
    let known = known_zone(name, clock);
    if known.is_none() && !is_abbreviation && !name.contains('/') {
        return local();
    }
    *scan = ahead;
    known.or_else(|| (clock.zone)(name))
}

/// A zone that is no name of the time zone database.
fn known_zone(name: &str, clock: &Clock<'_>) -> Option<TimeZone> {
    let low = name.to_ascii_lowercase();
    if let Some((_, american)) = AMERICAN.iter().find(|(word, _)| Some(*word) == low.split(' ').next()) {
        return (clock.zone)(american);
    }
    let offset = match low.as_str() {
        "utc" | "gmt" | "z" => return Some(TimeZone::UTC),
        other => other.strip_prefix("utc").or_else(|| other.strip_prefix("gmt")).unwrap_or(other),
    };
    fixed(offset)
}

/// `+02:00`, `-0530`, `+2`.
fn fixed(offset: &str) -> Option<TimeZone> {
    let (sign, digits) = match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (None, Some(digits)) => (-1, digits),
        (None, None) => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if !(0..=14).contains(&hours) || !(0..60).contains(&minutes) {
        return None;
    }
    Some(TimeZone::fixed(Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?))
}
