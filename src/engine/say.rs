//! What the engine tells while it works: lines for the log and the screen, and the state of the running iteration.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use crate::crash;
use crate::domain::outcome::Usage;
use crate::domain::phase::Phase;
use crate::domain::redact::Redactor;
use crate::engine::view::View;
use crate::store::{Layout, append_log};

/// Where progress is shown. The engine never writes to a terminal itself.
pub trait Screen {
    /// Shows one piece of progress.
    fn show(&mut self, progress: Progress<'_>);
}

/// A piece of progress.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// A line of the readable log.
    Line(&'a str),
    /// The running iteration; none when it is over.
    Live(Option<&'a Live>),
    /// A person is needed.
    Needed(&'a View),
}

/// The running iteration, for whoever watches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// Its number.
    pub iteration: u32,
    /// Its phase.
    pub phase: Phase,
    /// Its provider.
    pub provider: String,
    /// When it started.
    pub since: Timestamp,
    /// Milliseconds since, by a clock that nobody sets.
    #[serde(default)]
    pub worked_ms: u64,
    /// The last tool call, readable.
    pub tool: Option<String>,
    /// What it used so far.
    pub usage: Usage,
    /// What holds it up, e.g. that the service is overloaded.
    pub trouble: Option<String>,
}

impl Live {
    /// One that starts now.
    pub(super) fn begun(iteration: u32, phase: &Phase, provider: &str) -> Self {
        Self {
            iteration,
            phase: phase.clone(),
            provider: provider.to_owned(),
            since: Timestamp::now(),
            worked_ms: 0,
            tool: None,
            usage: Usage::default(),
            trouble: None,
        }
    }
}

/// How often the state of the running iteration is written for other processes.
const LIVE_EVERY: Duration = Duration::from_millis(500);

/// Says things: to the session's log always, to the screen at once.
pub(super) struct Say<'a> {
    screen: &'a mut dyn Screen,
    layout: Layout,
    redactor: Arc<Redactor>,
    log: Option<File>,
    live_written: Option<std::time::Instant>,
}

impl<'a> Say<'a> {
    pub(super) fn new(screen: &'a mut dyn Screen, layout: &Layout, redactor: &Arc<Redactor>) -> Self {
        let log = append_log(&layout.session_log()).ok();
        Self { screen, layout: layout.clone(), redactor: Arc::clone(redactor), log, live_written: None }
    }

    /// Opens the log anew, after its folder was deleted.
    pub(super) fn reopen_log(&mut self) {
        self.log = append_log(&self.layout.session_log()).ok();
    }

    /// A line for the log and the screen.
    pub(super) fn line(&mut self, words: &str) {
        let words = self.redactor.text(words.trim_end());
        if let Some(log) = &mut self.log {
            let stamp = Zoned::now().strftime("%m-%d %H:%M:%S").to_string();
            // A log that cannot be written must not stop the work; the journal is the record.
            let _ = writeln!(log, "{stamp}  {}", words.replace('\n', "\n                "));
            crash::point(|| "write session.log, after");
        }
        self.screen.show(Progress::Line(&words));
    }

    /// The running iteration changed, or is over.
    pub(super) fn live(&mut self, live: Option<&Live>) {
        self.screen.show(Progress::Live(live));
        let due = self.live_written.is_none_or(|written| written.elapsed() >= LIVE_EVERY);
        match live {
            Some(live) if due => {
                self.live_written = Some(std::time::Instant::now());
                if let Ok(text) = serde_json::to_vec(live) {
                    // Read by `status` and `attach` only: a torn or missing one shows nothing.
                    crash::point(|| "write live.json, before");
                    let _ = std::fs::write(self.layout.live(), text);
                    crash::point(|| "write live.json, after");
                }
            }
            Some(_) => {}
            None => {
                self.live_written = None;
                crash::point(|| "delete live.json, before");
                let _ = std::fs::remove_file(self.layout.live());
                crash::point(|| "delete live.json, after");
            }
        }
    }

    /// A person is needed.
    pub(super) fn needed(&mut self, view: &View) {
        self.screen.show(Progress::Needed(view));
    }
}

/// A duration for people: `4.2 s`, `42 s`, `3 min 5 s`, `2 h 10 min`.
#[must_use]
pub fn duration_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0..=9) => format!("{:.1} s", duration.as_secs_f64()),
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

/// What was used, for people: `12.3k tokens, $0.42`.
#[must_use]
pub fn usage_words(usage: &Usage) -> String {
    let tokens = usage.input_tokens + usage.output_tokens;
    let tokens = match tokens {
        0..=999 => format!("{tokens} tokens"),
        1_000..=999_999 => format!("{}.{}k tokens", tokens / 1_000, tokens / 100 % 10),
        _ => format!("{}.{}M tokens", tokens / 1_000_000, tokens / 100_000 % 10),
    };
    usage.cost_usd.map_or_else(|| tokens.clone(), |cost| format!("{tokens}, ${cost:.2}"))
}
