//! When a usage limit ends, from the words in which the CLIs say so.
//!
//! Reads words that somebody already took for a limit's; it never decides whether they are one. Pure: the time, the
//! person's zone and the other zones are arguments. What it does not know, it does not guess.

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

mod calendar;
mod scan;

use calendar::Day;
use scan::{Scan, after_each};

/// Words without a date that name a time up to this long ago mean that one, and not tomorrow's: a limit can outlast
/// its stated reset (reported), and the words drop the seconds (measured with Claude Code 2.1.197).
const TIME_PASSED: SignedDuration = SignedDuration::from_hours(2);
/// The same for a date without a year. No limit is known that lasts longer than a month.
const DATE_PASSED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Years looked at for a date without one: from one 29 February to the next can be eight.
const YEARS: std::ops::RangeInclusive<i16> = -1..=8;
/// Days looked at for a day of the week.
const WEEK: std::ops::RangeInclusive<i64> = -7..=7;

/// Words that announce a reset and nothing else.
const RESETS: [&str; 7] =
    ["resets", "will reset", "regain access", "resets_at", "resetsat", "reset_at", "will be available again"];
/// Words that announce a time at which to try again, or a reset in other words.
const TRIES: [&str; 6] = ["try again", "reset", "available again", "retry", "renews", "until"];
/// The field of a service's answer that counts in seconds (measured with codex-cli 0.169.0).
const SECONDS: [&str; 2] = ["resets_in_seconds", "reset_after_seconds"];

/// Words that may stand between an announcement and its time.
const BETWEEN: [&str; 12] =
    ["at", "on", "in", "after", "by", "around", "about", "approximately", "again", "less", "than", "next"];

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
///
/// A day without an hour means its first minute, the earliest time that fits; without an hour, today is no answer.
#[must_use]
pub fn reset_time(words: &str, clock: &Clock<'_>) -> Option<Timestamp> {
    after_each(words, "limit reached|")
        .find_map(epoch)
        .or_else(|| stated_reset(words, clock))
        .or_else(|| first_time(words, &TRIES, clock))
}

/// The time of a reset that the words announce as one, so that `try again in 30 s` is none.
#[must_use]
pub fn stated_reset(words: &str, clock: &Clock<'_>) -> Option<Timestamp> {
    let in_seconds = |lead: &&str| after_each(words, lead).find_map(|scan| seconds(scan, clock));
    first_time(words, &RESETS, clock).or_else(|| SECONDS.iter().find_map(in_seconds))
}

fn first_time(words: &str, leads: &[&str], clock: &Clock<'_>) -> Option<Timestamp> {
    leads.iter().find_map(|lead| after_each(words, lead).find_map(|scan| time_after(scan, clock)))
}

/// The time that follows an announcement.
fn time_after(mut scan: Scan<'_>, clock: &Clock<'_>) -> Option<Timestamp> {
    scan.punctuation();
    while scan.word_of(&BETWEEN) {
        scan.punctuation();
    }
    if let Some(at) = epoch(scan) {
        return Some(at);
    }
    match span(scan) {
        Some(span) => clock.now.checked_add(span).ok(),
        None => moment(scan, clock),
    }
}

/// Seconds since 1970, as older versions of Claude Code say it.
fn epoch(mut scan: Scan<'_>) -> Option<Timestamp> {
    let digits = scan.digits();
    (digits.len() == 10).then(|| Timestamp::from_second(digits.parse().ok()?).ok()).flatten()
}

fn seconds(mut scan: Scan<'_>, clock: &Clock<'_>) -> Option<Timestamp> {
    scan.punctuation();
    let seconds: i64 = scan.number()?;
    clock.now.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// `19h14m47s`, `40.0s`, `2d 3h`, `3 hours and 20 minutes`, `an hour`.
fn span(mut scan: Scan<'_>) -> Option<SignedDuration> {
    let mut total: Option<SignedDuration> = None;
    loop {
        let mut ahead = scan;
        if total.is_some() {
            ahead.comma();
            ahead.word_of(&["and"]);
            ahead.spaces();
        }
        let Some(number) = ahead.amount() else { return total };
        ahead.spaces();
        let Some(unit) = ahead.unit() else { return total };
        let part = SignedDuration::try_from_secs_f64(number * unit).ok()?;
        total = Some(total.unwrap_or_default().checked_add(part)?);
        scan = ahead;
    }
}

/// `7:28am (UTC)`, `Apr 17, 7pm (Asia/Riyadh)`, `Sep 19th, 2026 7:10 AM`, `Monday at 15:00`, `2026-12-05 03:00 UTC`,
/// `3pm on Oct 12`.
fn moment(mut scan: Scan<'_>, clock: &Clock<'_>) -> Option<Timestamp> {
    let mut day = calendar::day(&mut scan)?;
    scan.comma();
    scan.word_of(&["at", "by", "around"]);
    scan.spaces();
    let time = calendar::time_of_day(&mut scan, matches!(day, Some(Day::Full(_))))?;
    let zone = calendar::zone(&mut scan, clock)?;
    if day.is_none() {
        scan.comma();
        scan.word_of(&["on"]);
        scan.spaces();
        day = calendar::day(&mut scan)?;
    }
    on_day(day, time, &zone, clock.now)
}

/// The instant at which a zone's clocks show a time on a day.
fn on_day(day: Option<Day>, time: Option<Time>, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let today = zone.to_datetime(now).date();
    let (dates, passed): (Vec<Date>, _) = match day {
        Some(Day::Full(date)) => {
            let time = time.or_else(|| (date != today).then_some(Time::midnight()))?;
            return zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok();
        }
        Some(Day::OfYear { month, day }) => {
            let dates = YEARS.filter_map(|years| Date::new(today.year() + years, month, day).ok());
            (dates.collect(), DATE_PASSED)
        }
        Some(Day::OfWeek(weekday)) => {
            let dates = WEEK.filter_map(|days| today.checked_add(SignedDuration::from_hours(24 * days)).ok());
            (dates.filter(|date| date.weekday() == weekday).collect(), TIME_PASSED)
        }
        Some(Day::Today) => (vec![today], TIME_PASSED),
        Some(Day::Tomorrow) => (today.tomorrow().into_iter().collect(), TIME_PASSED),
        None => {
            time?;
            (
                vec![today.yesterday(), Ok(today), today.tomorrow()].into_iter().flatten().collect(),
                TIME_PASSED,
            )
        }
    };
    if time.is_none() && dates.contains(&today) {
        return None;
    }
    next(dates.into_iter(), time.unwrap_or(Time::midnight()), zone, now, passed)
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
