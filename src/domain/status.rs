//! The Status section of `_overview.md`, edited in place.
//!
//! samocode owns the values of four lines there; every other byte of the file is the agents' and the
//! person's, and stays as it was. Never touches the file itself.

mod overview;

pub use overview::{NewOverview, with_worktree};

use std::fmt;
use std::ops::Range;

use crate::domain::markdown::{self, Label, Line};

const PHASE: &str = "Phase";
const ITERATION: &str = "Iteration";
const TOTAL: &str = "Total Iterations";
const BLOCKED: &str = "Blocked";
const LAST_ACTION: &str = "Last Action";
const NEXT: &str = "Next";

/// The value of the line `Blocked:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// The session goes on by itself.
    No,
    /// It waits at a gate.
    WaitingHuman,
    /// It stands until a person decides.
    Yes,
}

impl Blocked {
    /// The word that stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::WaitingHuman => "waiting_human",
            Self::Yes => "yes",
        }
    }

    fn read(value: &str) -> Option<Self> {
        [Self::No, Self::WaitingHuman, Self::Yes].into_iter().find(|b| b.as_str().eq_ignore_ascii_case(value))
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The four lines that are samocode's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLines {
    /// Where the session stands.
    pub phase: String,
    /// Iterations in this phase.
    pub iteration: u64,
    /// Iterations of the session.
    pub total_iterations: u64,
    /// Whether it needs a person.
    pub blocked: Blocked,
}

impl OwnLines {
    fn values(&self) -> [(&'static str, String); 4] {
        [
            // A line is all that a value may fill.
            (PHASE, self.phase.replace(char::is_control, " ").trim().to_owned()),
            (ITERATION, self.iteration.to_string()),
            (TOTAL, self.total_iterations.to_string()),
            (BLOCKED, self.blocked.to_string()),
        ]
    }
}

/// The Status section as it stands; none for a line that is absent, empty or makes no sense.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusLines {
    /// In lower case.
    pub phase: Option<String>,
    /// Iterations in this phase; `3/20` is 3.
    pub iteration: Option<u64>,
    /// Iterations of the session.
    pub total_iterations: Option<u64>,
    /// Whether it needs a person.
    pub blocked: Option<Blocked>,
    /// The agent's words on what it did last.
    pub last_action: Option<String>,
    /// The agent's words on what should come next.
    pub next: Option<String>,
}

/// Reads the Status section. Where a line stands twice, the first counts.
pub fn read(text: &str) -> StatusLines {
    let lines = markdown::lines(text);
    let Some(section) = section(&lines) else {
        return StatusLines::default();
    };
    let value = |key| {
        let label = find(&lines[section.clone()], key)?;
        let plain = undecorated(&text[label.value]);
        (!plain.is_empty()).then_some(plain)
    };
    StatusLines {
        phase: value(PHASE).map(str::to_lowercase),
        iteration: value(ITERATION).and_then(leading_number),
        total_iterations: value(TOTAL).and_then(leading_number),
        blocked: value(BLOCKED).and_then(Blocked::read),
        last_action: value(LAST_ACTION).map(str::to_owned),
        next: value(NEXT).map(str::to_owned),
    }
}

/// Sets the four lines. What says the same already stays, a line that is absent is added at the end of the
/// section, and a section that is absent behind the words of the first heading.
pub fn update(text: &str, own: &OwnLines) -> String {
    let lines = markdown::lines(text);
    let newline = markdown::newline(text);
    let Some(section) = section(&lines) else {
        return with_section(text, &lines, newline, own);
    };
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut absent = String::new();
    for (key, value) in own.values() {
        match find(&lines[section.clone()], key) {
            Some(label) if says(&text[label.value.clone()], key, own) => {}
            Some(label) => {
                let gap = if label.spaced { "" } else { " " };
                edits.push((label.value, format!("{gap}{value}")));
            }
            None => absent.extend([newline, key, ": ", &value]),
        }
    }
    if !absent.is_empty() {
        let end = last_words(&lines[section.clone()]).unwrap_or(lines[section.start - 1].end());
        edits.push((end..end, absent));
    }
    edits.sort_by_key(|(range, _)| range.start);
    markdown::splice(text, &edits)
}

/// Whether a value means already what it should say: `Yes` is `yes`, and `3/20` is 3.
fn says(value: &str, key: &str, own: &OwnLines) -> bool {
    let value = undecorated(value);
    match key {
        PHASE => value.eq_ignore_ascii_case(&own.phase),
        ITERATION => leading_number(value) == Some(own.iteration),
        TOTAL => leading_number(value) == Some(own.total_iterations),
        _ => Blocked::read(value) == Some(own.blocked),
    }
}

fn undecorated(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '`' | '*' | '_'))
}

fn leading_number(value: &str) -> Option<u64> {
    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    value[..digits].parse().ok()
}

/// The lines of the section, without its heading.
fn section(lines: &[Line<'_>]) -> Option<Range<usize>> {
    let is_status = |title: &str| undecorated(title).trim_end_matches(':').eq_ignore_ascii_case("status");
    let (at, level) = lines.iter().enumerate().find_map(|(at, line)| {
        line.heading().filter(|(_, title)| is_status(title)).map(|(level, _)| (at, level))
    })?;
    let ends = |line: &Line<'_>| line.heading().is_some_and(|(other, _)| other <= level);
    let end = lines[at + 1..].iter().position(ends).map_or(lines.len(), |more| at + 1 + more);
    Some(at + 1..end)
}

fn find<'a>(section: &[Line<'a>], key: &str) -> Option<Label<'a>> {
    section.iter().filter_map(Line::label).find(|label| label.is(key))
}

/// Offset behind the last words of some lines; a break that only closes the section is none.
fn last_words(lines: &[Line<'_>]) -> Option<usize> {
    lines.iter().rev().find(|line| !line.is_blank() && !line.is_break()).map(Line::end)
}

fn with_section(text: &str, lines: &[Line<'_>], newline: &str, own: &OwnLines) -> String {
    let mut words = format!("## Status{newline}");
    for (key, value) in own.values() {
        words.extend([newline, key, ": ", &value]);
    }
    // Behind all that the first heading holds, so that none of it becomes part of the new section.
    let level = |line: &Line<'_>| line.heading().map(|(level, _)| level);
    let first = lines.iter().position(|line| level(line).is_some());
    let next = first.and_then(|first| {
        let next = |line: &Line<'_>| level(line).is_some_and(|level| level <= 2);
        lines[first + 1..].iter().position(next).map(|more| first + 1 + more)
    });
    let before = next.unwrap_or(lines.len());
    let Some(at) = last_words(&lines[..before]) else {
        let start = lines.first().map_or(text.len(), |line| line.start);
        return markdown::splice(text, &[(start..start, format!("{words}{newline}"))]);
    };
    let touches = lines.get(before).is_some_and(|_| !lines[before - 1].is_blank());
    let tail = if touches { newline } else { "" };
    markdown::splice(text, &[(at..at, format!("{newline}{newline}{words}{tail}"))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn own(phase: &str, iteration: u64, total: u64, blocked: Blocked) -> OwnLines {
        OwnLines { phase: phase.into(), iteration, total_iterations: total, blocked }
    }

    fn planning() -> OwnLines {
        own("planning", 2, 9, Blocked::WaitingHuman)
    }

    fn agrees(text: &str, own: &OwnLines) -> bool {
        let read = read(text);
        read.phase.as_deref() == Some(own.phase.as_str())
            && read.iteration == Some(own.iteration)
            && read.total_iterations == Some(own.total_iterations)
            && read.blocked == Some(own.blocked)
    }

    #[test]
    fn only_the_values_of_the_four_lines_change() {
        let before = "\u{feff}# Sitzung ü\r\n\r\n## Status\r\n**Phase:** init\r\n- iteration:1\r\nTotal Iterations: 1/100  \r\n\
            Last Action: läuft\r\n**Blocked**: no\r\nPhase: done\r\n\r\n## Flow Log\r\nPhase: x";
        let after = "\u{feff}# Sitzung ü\r\n\r\n## Status\r\n**Phase:** planning\r\n- iteration: 2\r\nTotal Iterations: 9  \r\n\
            Last Action: läuft\r\n**Blocked**: waiting_human\r\nPhase: done\r\n\r\n## Flow Log\r\nPhase: x";
        assert_eq!(update(before, &planning()), after);
        assert_eq!(read(after).last_action.as_deref(), Some("läuft"));
    }

    #[test]
    fn what_says_the_same_already_is_left_alone() {
        let text = "## Status\nPhase: **Planning**\nIteration: 2 of 10\nTotal Iterations: 9\nBlocked: Waiting_Human\n";
        assert_eq!(update(text, &planning()), text);
    }

    #[test]
    fn absent_lines_are_added_at_the_end_of_the_section() {
        let before = "## Status\r\nPhase: init\r\nNext: plan\r\n\r\n---\r\n## Task\r\nx";
        let after = "## Status\r\nPhase: planning\r\nNext: plan\r\nIteration: 2\r\nTotal Iterations: 9\r\n\
            Blocked: waiting_human\r\n\r\n---\r\n## Task\r\nx";
        assert_eq!(update(before, &planning()), after);
    }

    #[test]
    fn an_absent_section_is_added_behind_the_first_heading() {
        let own = planning();
        let words = "## Status\n\nPhase: planning\nIteration: 2\nTotal Iterations: 9\nBlocked: waiting_human";
        assert_eq!(
            update("# T\nintro\n\n## Task\nx\n", &own),
            format!("# T\nintro\n\n{words}\n\n## Task\nx\n")
        );
        assert_eq!(update("# T\n## Task\n", &own), format!("# T\n\n{words}\n\n## Task\n"));
        assert_eq!(update("# T", &own), format!("# T\n\n{words}"));
        assert_eq!(update("no heading\n", &own), format!("no heading\n\n{words}\n"));
        assert_eq!(update("", &own), format!("{words}\n"));
    }

    #[test]
    fn code_is_no_section() {
        let text = "# T\n```\n## Status\nPhase: done\n```\n## Status\n```\nPhase: done\n```\nPhase: init\n";
        assert_eq!(read(text).phase.as_deref(), Some("init"));
        assert!(update(text, &planning()).contains("```\nPhase: done\n```\nPhase: planning\n"));
    }

    #[test]
    fn the_section_ends_at_a_heading_of_its_level() {
        let text = "### Status\n#### Now\nPhase: init\n### Other\nBlocked: yes\n";
        assert_eq!(read(text), StatusLines { phase: Some("init".into()), ..StatusLines::default() });
    }

    #[test]
    fn nonsense_reads_as_absent() {
        let text = "## Status\nPhase:\nIteration: many\nBlocked: perhaps\nTotal Iterations: 99999999999999999999999\n";
        assert_eq!(read(text), StatusLines::default());
    }

    fn documents() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            Just("## Status".to_owned()),
            Just("# Title".to_owned()),
            Just("### Sub".to_owned()),
            Just("```".to_owned()),
            Just("~~~~ x".to_owned()),
            Just("---".to_owned()),
            Just("**Phase:** init".to_owned()),
            Just("- Iteration:".to_owned()),
            Just("**Blocked: no**".to_owned()),
            Just("__total iterations__: 3 of 5".to_owned()),
            Just("Next: größer".to_owned()),
            "\\PC{0,12}",
            any::<String>(),
        ];
        (prop::collection::vec((line, prop_oneof![Just("\n"), Just("\r\n")]), 0..16), any::<bool>()).prop_map(
            |(lines, bom)| {
                let body: String = lines.into_iter().map(|(line, end)| line + end).collect();
                if bom { format!("\u{feff}{body}") } else { body.trim_end_matches('\n').to_owned() }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn an_update_reads_back_and_settles(text in documents(), iteration: u64, total: u64, which in 0..3_usize) {
            let blocked = [Blocked::No, Blocked::WaitingHuman, Blocked::Yes][which];
            let own = own("testing", iteration, total, blocked);
            let once = update(&text, &own);
            prop_assert!(agrees(&once, &own), "{once}");
            prop_assert_eq!(update(&once, &own), once.clone());
            prop_assert_eq!(read(&once).next, read(&text).next);
            prop_assert_eq!(read(&once).last_action, read(&text).last_action);
        }

        #[test]
        fn an_update_changes_no_line_but_the_four(text in documents()) {
            let once = update(&text, &planning());
            let foreign = |text: &str| -> Vec<String> {
                let labels: Vec<_> = markdown::lines(text).iter().map(|line| {
                    let own = line.label().is_some_and(|l| [PHASE, ITERATION, TOTAL, BLOCKED].iter().any(|key| l.is(key)));
                    (own, line.text.trim_end_matches('\r').to_owned())
                }).collect();
                labels.into_iter().filter(|(own, line)| !own && !line.trim().is_empty() && line != "## Status").map(|(_, line)| line).collect()
            };
            prop_assert_eq!(foreign(&once), foreign(&text));
        }
    }
}
