//! When a usage limit ends, from the words in which the CLIs say so.
//!
//! Reads words that somebody already took for a limit's; it never decides whether they are one. Pure: the time, the
//! person's zone and the other zones are arguments. What it does not know, it does not guess.

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

mod scan;

use scan::{Scan, after_each};

/// Words without a date that name a time up to this long ago mean that one, and not tomorrow's: a limit can outlast
/// its stated reset (reported), and the words drop the seconds (measured with Claude Code 2.1.197).
const TIME_PASSED: SignedDuration = SignedDuration::from_hours(2);
/// The same for a date without a year. No limit is known that lasts longer than a month.
const DATE_PASSED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Years looked at for a date without one: from one 29 February to the next can be eight.
const YEARS: std::ops::RangeInclusive<i16> = -1..=8;

/// What words about time are read by.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    /// The time at which the words were said.
    pub now: Timestamp,
    /// The zone of times that name none.
    pub local: &'a TimeZone,
    /// The zone of an IANA name, e.g. `Asia/Riyadh`; none for a name that is not known.
    pub zone: &'a dyn Fn(&str) -> Option<TimeZone>,
}

/// The time at which the limit is said to end: the next one that the words fit, or one that has just passed. None
/// where the words give no time in a form that is known, or a zone that is not.
///
/// Measured with Claude Code 2.1.197 (`resets 7:28am (UTC)`), codex-cli 0.169.0 (`try again at 7:29 AM.`) and Gemini
/// CLI 0.61.0 (`reset after 19h14m47s`); the other forms were reported by users.
#[must_use]
pub fn reset_time(words: &str, clock: &Clock<'_>) -> Option<Timestamp> {
    let moment = |scan: Scan<'_>| moment(scan, clock);
    let span = |scan: Scan<'_>| span(scan).and_then(|span| clock.now.checked_add(span).ok());
    after_each(words, "limit reached|")
        .find_map(epoch)
        .or_else(|| after_each(words, "resets ").find_map(moment))
        .or_else(|| after_each(words, "try again at ").find_map(moment))
        .or_else(|| after_each(words, "reset after ").find_map(span))
        .or_else(|| after_each(words, "retry in ").find_map(span))
}

/// Seconds since 1970, as older versions of Claude Code say it.
fn epoch(mut scan: Scan<'_>) -> Option<Timestamp> {
    let digits = scan.digits();
    (digits.len() == 10).then(|| Timestamp::from_second(digits.parse().ok()?).ok()).flatten()
}

/// `19h14m47s`, `40.0s`, `2d 3h`.
fn span(mut scan: Scan<'_>) -> Option<SignedDuration> {
    let mut total: Option<SignedDuration> = None;
    while let Some(number) = scan.decimal() {
        let unit: f64 = match scan.letters() {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        let part = SignedDuration::try_from_secs_f64(number * unit).ok()?;
        total = Some(total.unwrap_or_default().checked_add(part)?);
        scan.spaces();
    }
    total
}

/// `7:28am (UTC)`, `Apr 17, 7pm (Asia/Riyadh)`, `Sep 19th, 2026 7:10 AM`.
fn moment(mut scan: Scan<'_>, clock: &Clock<'_>) -> Option<Timestamp> {
    let date = match scan.month() {
        Some(month) => {
            let day: i8 = scan.number()?;
            scan.ordinal();
            scan.comma();
            let year = scan.year();
            scan.comma();
            Some((year, month, day))
        }
        None => None,
    };
    let time = time_of_day(&mut scan)?;
    scan.spaces();
    let zone = match scan.parenthesised() {
        Some("UTC" | "GMT") => TimeZone::UTC,
        Some(name) => (clock.zone)(name)?,
        None => clock.local.clone(),
    };
    match date {
        Some((Some(year), month, day)) => {
            let date = Date::new(year, month, day).ok()?;
            zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()
        }
        Some((None, month, day)) => {
            let this_year = zone.to_datetime(clock.now).year();
            let dates = YEARS.filter_map(|years| Date::new(this_year + years, month, day).ok());
            next(dates, time, &zone, clock.now, DATE_PASSED)
        }
        None => {
            let today = zone.to_datetime(clock.now).date();
            let dates = [today.yesterday(), Ok(today), today.tomorrow()].into_iter().flatten();
            next(dates, time, &zone, clock.now, TIME_PASSED)
        }
    }
}

/// `7pm`, `7:28am`, `7:10 AM`.
fn time_of_day(scan: &mut Scan<'_>) -> Option<Time> {
    let hour: i8 = scan.number()?;
    let minute: i8 = if scan.take(':') { scan.number()? } else { 0 };
    scan.spaces();
    let afternoon = match scan.letters() {
        letters if letters.eq_ignore_ascii_case("am") => 0,
        letters if letters.eq_ignore_ascii_case("pm") => 12,
        _ => return None,
    };
    if !(1..=12).contains(&hour) {
        return None;
    }
    Time::new(hour % 12 + afternoon, minute, 0, 0).ok()
}

/// The first of these dates at which the zone's clocks show that time from now on; one that passed no longer ago than
/// `passed` is taken where the next one is as far away as that makes it.
fn next(
    dates: impl Iterator<Item = Date>,
    time: Time,
    zone: &TimeZone,
    now: Timestamp,
    passed: SignedDuration,
) -> Option<Timestamp> {
    let mut shown: Vec<Timestamp> = dates.flat_map(|date| instants(date, time, zone)).collect();
    shown.sort_unstable();
    let coming = shown.iter().find(|at| **at > now).copied();
    let gone = shown.iter().rev().find(|at| **at <= now && now.duration_since(**at) <= passed).copied();
    match (gone, coming) {
        // Where clocks are set back, the same time comes twice within the hour.
        (Some(_), Some(coming)) if coming.duration_since(now) <= TIME_PASSED => Some(coming),
        (gone, coming) => gone.or(coming),
    }
}

/// The instants at which a zone's clocks show a time of a day: two where they are set back, and the one that was
/// meant where they are set forward over it.
fn instants(date: Date, time: Time, zone: &TimeZone) -> Vec<Timestamp> {
    let shown = zone.to_ambiguous_timestamp(date.to_datetime(time));
    let all = match shown.offset() {
        AmbiguousOffset::Fold { .. } => vec![shown.earlier(), shown.later()],
        AmbiguousOffset::Gap { .. } | AmbiguousOffset::Unambiguous { .. } => vec![shown.compatible()],
    };
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
