//! Every wording, at the hours at which it is easily misread. Zones are given as rules, so no test depends on the
//! machine's time zone database.

use proptest::prelude::*;

use super::*;

const ZONES: [(&str, &str); 9] = [
    ("UTC", "UTC0"),
    ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
    ("America/St_Johns", "NST3:30NDT,M3.2.0,M11.1.0"),
    ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("Asia/Riyadh", "<+03>-3"),
    ("Asia/Kathmandu", "<+0545>-5:45"),
    ("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"),
    ("Pacific/Auckland", "NZST-12NZDT,M9.5.0,M4.1.0/3"),
    ("Pacific/Kiritimati", "<+14>-14"),
];

fn zone(name: &str) -> Option<TimeZone> {
    let (_, rule) = ZONES.iter().find(|(other, _)| *other == name)?;
    Some(TimeZone::posix(rule).unwrap())
}

/// The reset in UTC, as read at `now` by somebody whose clock runs as in `local`.
fn read(words: &str, now: &str, local: &str) -> Option<String> {
    let local = zone(local).unwrap();
    let clock = Clock { now: now.parse().unwrap(), local: &local, zone: &zone };
    reset_time(words, &clock).map(|at| at.to_string())
}

#[test]
fn every_known_wording_gives_its_instant() {
    let now = "2026-04-15T06:00:00Z";
    for (words, at) in [
        ("You've hit your session limit · resets 7:28am (UTC)", "2026-04-15T07:28:00Z"),
        ("You've hit your session limit · resets 3:30am (America/New_York)", "2026-04-15T07:30:00Z"),
        ("You've hit your weekly limit · resets Apr 17, 7pm (Asia/Riyadh)", "2026-04-17T16:00:00Z"),
        ("You've hit your limit · resets Jan 1, 2100, 12am (UTC)", "2100-01-01T00:00:00Z"),
        ("5-hour limit reached ∙ resets 12pm", "2026-04-15T10:00:00Z"),
        ("Claude AI usage limit reached|1762952400", "2025-11-12T13:00:00Z"),
        ("You’ve hit your usage limit. Upgrade to Pro, or try again at 9:29 AM.", "2026-04-15T07:29:00Z"),
        ("or try again at Sep 19th, 2026 7:10 AM.", "2026-09-19T05:10:00Z"),
        (
            "Attempt 1 failed: 429. Your quota will reset after 19h14m47s.. Retrying after 77611174ms...",
            "2026-04-16T01:14:47Z",
        ),
        ("Please retry in 40.0s.", "2026-04-15T06:00:40Z"),
        ("please RETRY IN 1.5s", "2026-04-15T06:00:01.5Z"),
    ] {
        assert_eq!(read(words, now, "Europe/Berlin").as_deref(), Some(at), "{words}");
    }
}

#[test]
fn words_that_are_not_known_give_no_time() {
    for words in [
        "",
        "429",
        "listening on port 4290",
        "src/main.rs:429:7: error: expected 429 arguments",
        "API Error: 429 Too Many Requests",
        "usage limit reached",
        "limit reached|soon",
        "limit reached|176295240012345678901234567890",
        "limit reached|429",
        "resets soon",
        "resets today",
        "resets Wednesday",
        "resets Apr 15",
        "resets 2026-04-15",
        "resets 2026-04-31 03:00 UTC",
        "resets 12/05 3am",
        "resets Mon 3:61am",
        "resets in a while",
        "resets in 3 sessions",
        "resets 3pm IST",
        "resets 3pm (IST)",
        "resets 25:00",
        "resets 7:28",
        "resets 13pm (UTC)",
        "resets 0am (UTC)",
        "resets 7:61am (UTC)",
        "resets 7:28am (Middle/Earth)",
        "resets Feb 30, 7pm (UTC)",
        "resets Foo 3, 7pm (UTC)",
        "presets 7pm (UTC)",
        "try again at line 429",
        "try again at 429 AM",
        "try again later",
        "reset after lunch",
        "reset after 999999999999999999999999h",
        "retry in 3 parsecs",
        "retry in s",
        "resets \u{fc}\u{20ac}",
    ] {
        assert_eq!(read(words, "2026-04-15T06:00:00Z", "UTC"), None, "{words}");
    }
}

#[test]
fn other_wordings_of_days_and_times_give_their_instants() {
    // A Wednesday, 8 o'clock in Berlin.
    let now = "2026-04-15T06:00:00Z";
    for (words, at) in [
        ("resets Mon 3am", "2026-04-20T01:00:00Z"),
        ("resets Monday at 9:00 AM", "2026-04-20T07:00:00Z"),
        ("Resets MONDAY, 9 a.m. (UTC)", "2026-04-20T09:00:00Z"),
        ("resets on Thu. 15:00", "2026-04-16T13:00:00Z"),
        ("resets Wednesday at 9am", "2026-04-15T07:00:00Z"),
        ("resets Wed 7:30am", "2026-04-15T05:30:00Z"),
        ("resets Wed 3am", "2026-04-22T01:00:00Z"),
        ("resets Monday, Oct 12 at 3pm", "2026-10-12T13:00:00Z"),
        ("resets 3am on Monday", "2026-04-20T01:00:00Z"),
        ("resets Oct 12 at 3pm", "2026-10-12T13:00:00Z"),
        ("resets October 12, 2026 at 3:30 PM UTC", "2026-10-12T15:30:00Z"),
        ("resets 12 October at 15:00 UTC", "2026-10-12T15:00:00Z"),
        ("resets Sept. 3rd, 15:00", "2026-09-03T13:00:00Z"),
        ("resets 15:00", "2026-04-15T13:00:00Z"),
        ("resets at 07:30 UTC", "2026-04-15T07:30:00Z"),
        ("Your limit will reset at 3pm (Asia/Riyadh).", "2026-04-15T12:00:00Z"),
        ("resets 3pm America/New_York", "2026-04-15T19:00:00Z"),
        ("resets 3pm ET", "2026-04-15T19:00:00Z"),
        ("resets 3pm Eastern Time", "2026-04-15T19:00:00Z"),
        ("resets 3pm (UTC+2)", "2026-04-15T13:00:00Z"),
        ("resets 3pm (your local time)", "2026-04-15T13:00:00Z"),
        ("resets at midnight", "2026-04-15T22:00:00Z"),
        ("resets at noon UTC", "2026-04-15T12:00:00Z"),
        ("resets tomorrow at 3am", "2026-04-16T01:00:00Z"),
        ("resets today at 5pm", "2026-04-15T15:00:00Z"),
        ("resets in 3 hours", "2026-04-15T09:00:00Z"),
        ("resets in 2d 4h", "2026-04-17T10:00:00Z"),
        ("resets in 45 minutes", "2026-04-15T06:45:00Z"),
        ("resets in about 3 hours and 20 minutes", "2026-04-15T09:20:00Z"),
        ("resets in an hour", "2026-04-15T07:00:00Z"),
        ("resets in 1 week", "2026-04-22T06:00:00Z"),
        ("resets in 2 hours. 20 messages are left", "2026-04-15T08:00:00Z"),
        ("or try again in 5 days 3 hours 20 minutes.", "2026-04-20T09:20:00Z"),
        ("try again in less than a minute", "2026-04-15T06:01:00Z"),
        ("Try again after 15:00", "2026-04-15T13:00:00Z"),
        ("resets 2026-12-05 03:00 UTC", "2026-12-05T03:00:00Z"),
        ("resets at 2026-12-05T03:00:00Z", "2026-12-05T03:00:00Z"),
        ("resets at 2026-12-05T03:00:00.250+02:00", "2026-12-05T01:00:00Z"),
        ("You will regain access on 2026-05-01 at 00:00 UTC.", "2026-05-01T00:00:00Z"),
        (r#"{"type":"usage_limit_reached","resets_at":1776243515}"#, "2026-04-15T08:58:35Z"),
        (r#"{"error":{"resets_in_seconds": 3600}}"#, "2026-04-15T07:00:00Z"),
    ] {
        assert_eq!(read(words, now, "Europe/Berlin").as_deref(), Some(at), "{words}");
    }
}

#[test]
fn a_day_without_an_hour_is_its_first_minute() {
    let berlin = |words: &str| read(words, "2026-04-15T06:00:00Z", "Europe/Berlin");
    for (words, at) in [
        ("resets Monday", "2026-04-19T22:00:00Z"),
        ("resets tomorrow", "2026-04-15T22:00:00Z"),
        ("resets Oct 12", "2026-10-11T22:00:00Z"),
        ("resets 2026-12-05 (UTC)", "2026-12-05T00:00:00Z"),
    ] {
        assert_eq!(berlin(words).as_deref(), Some(at), "{words}");
    }
}

#[test]
fn a_weekday_is_the_coming_one_across_clock_changes_and_the_years_end() {
    let new_york = |words: &str, now: &str| read(words, now, "America/New_York").unwrap();
    // Clocks are set forward on Sunday 2026-03-08, and back on Sunday 2026-11-01.
    assert_eq!(new_york("resets Mon 3am", "2026-03-07T12:00:00Z"), "2026-03-09T07:00:00Z");
    assert_eq!(new_york("resets Sunday 2:30am", "2026-03-07T12:00:00Z"), "2026-03-08T07:30:00Z");
    assert_eq!(new_york("resets Mon 3am", "2026-10-31T12:00:00Z"), "2026-11-02T08:00:00Z");
    assert_eq!(new_york("resets Fri 12:10am", "2026-12-31T23:50:00Z"), "2027-01-01T05:10:00Z");
    // Monday in New York is not Monday yet.
    assert_eq!(new_york("resets Mon 1am", "2026-06-15T02:00:00Z"), "2026-06-15T05:00:00Z");
}

#[test]
fn only_an_announced_reset_is_one() {
    let now = "2026-04-15T06:00:00Z".parse().unwrap();
    let clock = Clock { now, local: &TimeZone::UTC, zone: &zone };
    for words in ["Anything at all · resets 7pm", "You will regain access on 2026-05-01 at 00:00 UTC"] {
        assert!(stated_reset(words, &clock).is_some(), "{words}");
    }
    for words in ["Please retry in 40s", "try again at 7pm", "connection reset at 07:15:00", "resets later"] {
        assert_eq!(stated_reset(words, &clock), None, "{words}");
    }
}

#[test]
fn a_time_without_a_date_is_the_next_one_across_midnight() {
    assert_eq!(
        read("resets 12:10am (UTC)", "2026-12-31T23:50:00Z", "UTC").as_deref(),
        Some("2027-01-01T00:10:00Z")
    );
    assert_eq!(
        read("resets 1am (Pacific/Kiritimati)", "2026-06-10T10:30:00Z", "UTC").as_deref(),
        Some("2026-06-10T11:00:00Z"),
        "there it is tomorrow already"
    );
    assert_eq!(
        read("try again at 9:00 AM.", "2026-06-10T12:00:00Z", "UTC").as_deref(),
        Some("2026-06-11T09:00:00Z")
    );
}

#[test]
fn a_limit_that_outlasts_its_reset_is_not_taken_for_tomorrows() {
    assert_eq!(
        read("resets 7:28am (UTC)", "2026-06-10T07:28:20Z", "UTC").as_deref(),
        Some("2026-06-10T07:28:00Z")
    );
    assert_eq!(
        read("resets 11:59pm (UTC)", "2026-06-11T00:40:00Z", "UTC").as_deref(),
        Some("2026-06-10T23:59:00Z")
    );
    assert_eq!(
        read("resets Jun 9, 7pm (UTC)", "2026-06-10T07:00:00Z", "UTC").as_deref(),
        Some("2026-06-09T19:00:00Z")
    );
}

#[test]
fn a_date_without_a_year_is_the_next_one_across_the_years_end() {
    assert_eq!(
        read("resets Jan 2, 7pm (UTC)", "2026-12-30T00:00:00Z", "UTC").as_deref(),
        Some("2027-01-02T19:00:00Z")
    );
    assert_eq!(
        read("resets Feb 29, 7pm (UTC)", "2026-12-30T00:00:00Z", "UTC").as_deref(),
        Some("2028-02-29T19:00:00Z")
    );
}

#[test]
fn clocks_that_are_set_forward_or_back_are_minded() {
    let new_york = |words: &str, now: &str| read(words, now, "America/New_York").unwrap();
    // 2026-03-08: from 2:00 EST to 3:00 EDT; 2:30 is shown by no clock.
    assert_eq!(new_york("resets 2:30am", "2026-03-08T06:00:00Z"), "2026-03-08T07:30:00Z");
    assert_eq!(new_york("resets 4am", "2026-03-08T06:00:00Z"), "2026-03-08T08:00:00Z");
    // 2026-11-01: from 2:00 EDT back to 1:00 EST; 1:30 is shown twice.
    assert_eq!(new_york("resets 1:30am", "2026-11-01T05:00:00Z"), "2026-11-01T05:30:00Z");
    assert_eq!(new_york("resets 1:30am", "2026-11-01T05:45:00Z"), "2026-11-01T06:30:00Z");
    assert_eq!(new_york("resets 3am", "2026-11-01T05:45:00Z"), "2026-11-01T08:00:00Z");
}

/// The first time from `now` on at which the zone's clocks show the minute of `at` again: where they are set back,
/// words alone cannot tell the two apart.
fn same_words(at: Timestamp, read: Timestamp, zone: &TimeZone) -> bool {
    at == read
        || (zone.to_datetime(at) == zone.to_datetime(read) && at.duration_since(read).abs() <= TIME_PASSED)
}

/// A whole minute between two ages of the calendar.
fn minutes(from: &str, to: &str) -> impl Strategy<Value = Timestamp> {
    let minute = |text: &str| text.parse::<Timestamp>().unwrap().as_second() / 60;
    (minute(from)..minute(to)).prop_map(|minute| Timestamp::from_second(minute * 60).unwrap())
}

/// What is read at `now` from an instant that was put into words by `format` in the zone of that name.
fn comes_back(
    format: &str,
    at: Timestamp,
    now: Timestamp,
    name: &str,
    named: bool,
) -> Result<(), TestCaseError> {
    let there = zone(name).unwrap();
    let suffix = if named { format!(" ({name})") } else { ".".to_owned() };
    let words = at.to_zoned(there.clone()).strftime(format).to_string() + &suffix;
    let local = if named { TimeZone::UTC } else { there.clone() };
    let read = reset_time(&words, &Clock { now, local: &local, zone: &zone });
    prop_assert!(
        read.is_some_and(|read| same_words(at, read, &there)),
        "`{}` at {} in {} was read as {:?}, meant {}",
        words,
        now,
        name,
        read,
        at
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_time_of_day_comes_back(
        now in minutes("2024-01-01T00:00:00Z", "2032-01-01T00:00:00Z"),
        ahead in 1_i64..21 * 60,
        zone in 0..ZONES.len(),
    ) {
        let at = now + SignedDuration::from_mins(ahead);
        comes_back("You've hit your session limit · resets %-I:%M%P", at, now, ZONES[zone].0, true)?;
        comes_back("or try again at %-I:%M %p", at, now, ZONES[zone].0, false)?;
    }

    #[test]
    fn a_weekday_comes_back(
        now in minutes("2024-01-01T00:00:00Z", "2032-01-01T00:00:00Z"),
        ahead in 1_i64..(7 * 24 - 3) * 60,
        zone in 0..ZONES.len(),
    ) {
        let at = now + SignedDuration::from_mins(ahead);
        comes_back("resets %a %-I:%M%P", at, now, ZONES[zone].0, true)?;
        comes_back("resets on %A at %H:%M", at, now, ZONES[zone].0, false)?;
    }

    #[test]
    fn a_date_without_a_year_comes_back(
        now in minutes("2024-01-01T00:00:00Z", "2032-01-01T00:00:00Z"),
        ahead in 1_i64..350 * 24 * 60,
        zone in 0..ZONES.len(),
    ) {
        let at = now + SignedDuration::from_mins(ahead);
        comes_back("resets %b %-d, %-I:%M%P", at, now, ZONES[zone].0, true)?;
    }

    #[test]
    fn a_whole_date_comes_back(
        now in minutes("2024-01-01T00:00:00Z", "2032-01-01T00:00:00Z"),
        at in minutes("2024-01-01T00:00:00Z", "2101-01-01T00:00:00Z"),
        zone in 0..ZONES.len(),
    ) {
        comes_back("resets %b %-d, %Y, %-I:%M%P", at, now, ZONES[zone].0, true)?;
        comes_back("resets %Y-%m-%d %H:%M", at, now, ZONES[zone].0, true)?;
        comes_back("try again at %b %-dth, %Y %-I:%M %p", at, now, ZONES[zone].0, false)?;
    }

    #[test]
    fn a_number_of_seconds_comes_back(second in 1_000_000_000_i64..9_999_999_999) {
        let words = format!("Claude AI usage limit reached|{second}");
        let clock = Clock { now: Timestamp::UNIX_EPOCH, local: &TimeZone::UTC, zone: &zone };
        prop_assert_eq!(reset_time(&words, &clock), Timestamp::from_second(second).ok());
    }

    #[test]
    fn a_span_comes_back(seconds in 0_i64..40 * 3600, now in minutes("2024-01-01T00:00:00Z", "2032-01-01T00:00:00Z")) {
        let clock = Clock { now, local: &TimeZone::UTC, zone: &zone };
        let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let at = Some(now + SignedDuration::from_secs(seconds));
        prop_assert_eq!(reset_time(&format!("Your quota will reset after {h}h{m}m{s}s.."), &clock), at);
        prop_assert_eq!(reset_time(&format!("Please retry in {seconds}.0s"), &clock), at);
    }

    #[test]
    fn no_words_end_it(words in "(resets|try again|reset after|retry in|limit reached\\||resets (Mon|Oct|2026-|1)|resets_at) ?\\PC{0,40}") {
        let clock = Clock { now: Timestamp::MAX, local: &TimeZone::UTC, zone: &zone };
        let _ = reset_time(&words, &clock);
        let _ = reset_time(&words, &Clock { now: Timestamp::MIN, ..clock });
    }
}
