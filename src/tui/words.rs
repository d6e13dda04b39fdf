//! What the screen says of a session, in words. Pure: the time is an argument.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::outcome::Usage;
use crate::domain::verdict::BlockCause;
use crate::engine::{GateKindView, View, duration_words};

/// What a session needs of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// So many answers.
    Answers(usize),
    /// A verdict on its plan.
    Approval,
    /// Something only the person can do.
    Action,
    /// A decision.
    Decision,
    /// Something to be mended, then a new start.
    Mending,
}

impl Need {
    /// What the session needs now.
    pub(super) fn of(view: &View) -> Option<Self> {
        match view.gate.as_ref().map(|gate| &gate.kind) {
            Some(GateKindView::Answers { questions, .. }) => {
                Some(Self::Answers(questions.iter().filter(|question| question.answer.is_none()).count()))
            }
            Some(GateKindView::Approval { .. }) => Some(Self::Approval),
            Some(GateKindView::HumanAction { .. }) => Some(Self::Action),
            None if view.state != "blocked" => None,
            None if view.block == Some(BlockCause::Unable) => Some(Self::Mending),
            None => Some(Self::Decision),
        }
    }

    /// For a column.
    pub(super) fn short(self) -> String {
        match self {
            Self::Answers(1) => "needs 1 answer".to_owned(),
            Self::Answers(count) => format!("needs {count} answers"),
            Self::Approval => "needs your approval".to_owned(),
            Self::Action => "needs you to act".to_owned(),
            Self::Decision => "blocked: you decide".to_owned(),
            Self::Mending => "cannot go on".to_owned(),
        }
    }

    /// For a person who looks at the session.
    pub(super) fn call(self, view: &View) -> String {
        let reason = view.reason.as_deref().map_or("no reason given", first_line);
        match self {
            Self::Answers(1) => "needs you: 1 question".to_owned(),
            Self::Answers(count) => format!("needs you: {count} questions"),
            Self::Approval => "needs you: a plan to approve".to_owned(),
            Self::Action => match view.gate.as_ref().map(|gate| &gate.kind) {
                Some(GateKindView::HumanAction { reason, .. }) => {
                    format!("needs you: {}", first_line(reason))
                }
                Some(GateKindView::Answers { .. } | GateKindView::Approval { .. }) | None => {
                    "needs you to act".to_owned()
                }
            },
            Self::Decision => format!("blocked: {reason}"),
            Self::Mending => format!("cannot go on: {reason}"),
        }
    }

    /// The keys that answer it.
    pub(super) fn keys(self) -> &'static str {
        match self {
            Self::Answers(_) | Self::Mending => "",
            Self::Approval => " — approve (a), send back (x)",
            Self::Action => " — when it is done, resume (r)",
            Self::Decision => " — tell (t), resume (r)",
        }
    }
}

/// What a session does, for a column.
pub(super) fn standing(view: &View, zone: &TimeZone) -> String {
    if let Some(need) = Need::of(view) {
        return need.short();
    }
    match (view.state, view.until) {
        ("parked", Some(until)) => format!("parked until {}", clock(until, zone)),
        ("running", _) => view
            .live
            .as_ref()
            .and_then(|live| live.trouble.clone().or_else(|| live.tool.clone()))
            .unwrap_or_else(|| "running".to_owned()),
        (state, _) => state.to_owned(),
    }
}

/// What a session does, in a sentence.
pub(super) fn doing(view: &View, now: Timestamp, zone: &TimeZone) -> String {
    match view.state {
        "running" => match &view.live {
            Some(live) => {
                let since = duration_words(now.duration_since(live.since).unsigned_abs());
                let mut parts =
                    vec![format!("#{} {}", live.iteration, live.phase), live.provider.clone(), since];
                parts.extend(live.trouble.clone().or_else(|| live.tool.clone()));
                parts.join(" · ")
            }
            None => format!("#{} {} runs", view.iteration, view.phase),
        },
        "parked" => {
            let until = view.until.map(|until| clock(until, zone)).unwrap_or_default();
            format!("parked until {until}: {}", view.reason.as_deref().map(first_line).unwrap_or_default())
        }
        "done" => format!("done: {}", view.summary.as_deref().map(first_line).unwrap_or_default()),
        "interrupted" => format!("interrupted in iteration {}; nothing is lost", view.iteration),
        state => format!("{state}, iteration {}", view.iteration),
    }
}

/// Whether somebody has to start samocode for this session to go on.
pub(super) fn needs_start(view: &View) -> bool {
    view.orchestrator.is_none() && view.state != "done"
}

/// The time of day on the person's clock.
fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// How long ago, in a few letters.
pub(super) fn age(at: Timestamp, now: Timestamp) -> String {
    match now.duration_since(at).unsigned_abs().as_secs() {
        0..=59 => "now".to_owned(),
        seconds @ 60..=3_599 => format!("{} min", seconds / 60),
        seconds @ 3_600..=86_399 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// Tokens in and out, in a few letters.
pub(super) fn tokens(usage: &Usage) -> String {
    let tokens = usage.input_tokens + usage.output_tokens;
    match tokens {
        0..=999 => tokens.to_string(),
        1_000..=999_999 => format!("{}k", tokens / 1_000),
        _ => format!("{}.{}M", tokens / 1_000_000, tokens / 100_000 % 10),
    }
}

/// What it cost; nothing where that is not known.
pub(super) fn cost(usage: &Usage) -> String {
    usage.cost_usd.map(|cost| format!("${cost:.2}")).unwrap_or_default()
}

/// All that a session used, the running iteration included.
pub(super) fn used(view: &View) -> Usage {
    let mut usage = view.usage;
    if let Some(live) = view.live.as_ref().map(|live| live.usage) {
        usage.input_tokens += live.input_tokens;
        usage.cached_tokens += live.cached_tokens;
        usage.output_tokens += live.output_tokens;
        usage.turns += live.turns;
        usage.cost_usd = match (usage.cost_usd, live.cost_usd) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
    }
    usage
}

/// How long children worked.
pub(super) fn worked(view: &View) -> String {
    duration_words(Duration::from_millis(view.worked_ms))
}

/// The first line that says something.
pub(super) fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}
