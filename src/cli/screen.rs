//! Progress of a run: plain lines in a pipe; on a terminal also a live line for the running iteration.

use jiff::{Timestamp, Zoned};
use unicode_width::UnicodeWidthChar;

use crate::cli::context::Context;
use crate::cli::wrap::hanging;
use crate::cli::{needed, style, terminal};
use crate::engine::{Live, Progress, Screen, duration_words, usage_words};

/// The screen of `run` and `attach`.
pub(super) struct RunScreen<'a> {
    context: &'a Context,
    live: Option<String>,
    is_terminal: bool,
    /// The process stays while the session waits.
    stays: bool,
}

impl<'a> RunScreen<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context, live: None, is_terminal: terminal::is_terminal(), stays: false }
    }

    /// Says how to leave when the session needs a person, and that it goes on by itself.
    pub(super) fn that_stays(mut self, stays: bool) -> Self {
        self.stays = stays;
        self
    }

    /// A line of the log, with the time before it.
    pub(super) fn line(&mut self, stamp: &str, words: &str) {
        self.erase();
        let mut lines = words.lines();
        let first = lines.next().unwrap_or_default();
        let indent = stamp.len() + 2;
        terminal::line(&format!("{}  {}", style::dim(stamp), hanging(first, indent)));
        for more in lines {
            terminal::line(&format!("{}{}", " ".repeat(indent), hanging(more, indent)));
        }
    }

    /// Text as it stands, above the line of the running iteration.
    pub(super) fn print(&mut self, text: &str) {
        self.erase();
        terminal::line(text);
    }

    /// The line of the running iteration.
    pub(super) fn live(&mut self, live: Option<&Live>) {
        if !self.is_terminal {
            return;
        }
        let text =
            live.map(|live| cut(&live_words(live, Timestamp::now()), terminal::width().saturating_sub(1)));
        if text == self.live {
            return;
        }
        self.erase();
        if let Some(text) = &text {
            terminal::raw(&style::dim(text));
        }
        self.live = text;
    }

    fn erase(&mut self) {
        if self.live.take().is_some() {
            terminal::raw("\r\u{1b}[2K");
        }
    }
}

impl Screen for RunScreen<'_> {
    fn show(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Line(words) => {
                let stamp = Zoned::now().strftime("%H:%M:%S").to_string();
                self.line(&stamp, words);
            }
            Progress::Live(live) => self.live(live),
            Progress::Needed(view) => {
                self.erase();
                terminal::line(&needed::block(self.context, view));
                if self.stays && self.is_terminal && view.gate.is_some() {
                    terminal::line(&style::dim(
                        "Type in another terminal; this one waits and goes on by itself. Ctrl-C leaves, and nothing is lost.",
                    ));
                }
                if self.is_terminal {
                    // The bell: whoever is in another window hears it, or sees it in the tab.
                    terminal::raw("\u{7}");
                }
            }
        }
    }
}

impl Drop for RunScreen<'_> {
    fn drop(&mut self) {
        self.erase();
    }
}

/// `#7 planning · claude · 2 min 5 s · Bash cargo test · 12.3k tokens, $0.42`
pub(super) fn live_words(live: &Live, now: Timestamp) -> String {
    let elapsed = now.duration_since(live.since).unsigned_abs();
    let mut parts =
        vec![format!("#{} {}", live.iteration, live.phase), live.provider.clone(), duration_words(elapsed)];
    parts.extend(live.trouble.clone().or_else(|| live.tool.clone()));
    parts.push(usage_words(&live.usage));
    parts.join(" · ")
}

/// Cuts a text to a width in columns.
pub(super) fn cut(text: &str, width: usize) -> String {
    let mut used = 0;
    let mut kept = String::new();
    for c in terminal::clean(text).chars() {
        let columns = c.width().unwrap_or(0);
        if used + columns > width.saturating_sub(1) {
            kept.push('…');
            return kept;
        }
        used += columns;
        kept.push(c);
    }
    kept
}
