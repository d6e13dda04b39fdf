//! `status` and `list`: where sessions stand.

use std::fmt::Write;
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use crate::cli::args::Files;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::screen::{cut, live_words};
use crate::cli::{needed, style, terminal};
use crate::config::Overrides;
use crate::engine::{self, EngineError, VerificationView, View, duration_words, usage_words};
use crate::store::{Layout, archive_dir};

/// Pieces of guidance that are shown; `--json` has more.
const SHOWN_GUIDANCE: usize = 5;

/// `status [N]`
pub(super) fn status(files: &Files, session: Option<&str>, json: bool) -> Result<u8, Failure> {
    let context = Context::load(files, Overrides::default())?;
    let layout = match session {
        Some(name) => context.session(name)?,
        None => newest(&context)?,
    };
    let view = View::read(&layout)?;
    if json {
        terminal::line(&to_json(&view)?);
    } else {
        terminal::line(&sheet(&context, &view, Timestamp::now()));
    }
    Ok(0)
}

/// `list`: live sessions, or those in the archive.
pub(super) fn list(files: &Files, archived: bool, json: bool) -> Result<u8, Failure> {
    let context = Context::load(files, Overrides::default())?;
    let live = context.config.sessions.clone();
    let sessions = if archived { archive_dir(&live) } else { live };
    let layouts = engine::list(&sessions)?;
    let mut views = Vec::new();
    let mut unreadable = Vec::new();
    for layout in &layouts {
        match View::read(layout) {
            Ok(view) => views.push(view),
            Err(error) => unreadable.push((layout.folder().to_owned(), error.to_string())),
        }
    }
    for lost in engine::folderless(&sessions)? {
        unreadable.push((lost.layout.folder().to_owned(), EngineError::from(lost).to_string()));
    }
    if json {
        terminal::line(&to_json(&views)?);
        return Ok(0);
    }
    if views.is_empty() && unreadable.is_empty() {
        terminal::line(&format!("no sessions in {}", sessions.display()));
        let words = if archived { "archive NAME" } else { "run NAME --task 'what is to be done'" };
        let what = if archived { "put one away" } else { "start one" };
        terminal::line(&format!("{what}: {}", context.command(words)));
    }
    let name_width = views.iter().map(|view| view.folder.len()).max().unwrap_or(0);
    let width = if terminal::is_terminal() { terminal::width() } else { usize::MAX };
    for view in &views {
        terminal::line(&row(view, name_width, width, Timestamp::now()));
    }
    for (folder, error) in unreadable {
        terminal::line(&format!("{folder}  {}", style::bad(&error)));
    }
    Ok(0)
}

/// JSON for programs.
pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(|e| Failure::usage(format!("cannot write JSON: {e}")))
}

fn newest(context: &Context) -> Result<Layout, Failure> {
    let modified =
        |layout: &Layout| std::fs::metadata(layout.journal()).and_then(|stat| stat.modified()).ok();
    engine::list(&context.config.sessions)?.into_iter().max_by_key(modified).ok_or_else(|| {
        EngineError::NoSession { name: "(any)".to_owned(), sessions: context.config.sessions.clone() }.into()
    })
}

/// One session; on a terminal cut to its width.
fn row(view: &View, name_width: usize, width: usize, now: Timestamp) -> String {
    let text = format!(
        "{:name_width$}  {:14} #{:<4} {:27} {:>20}  {:16} {}",
        view.folder,
        view.phase,
        view.iteration,
        cut(&standing(view), 27),
        usage_words(&view.usage),
        age(view.changed_at, now),
        view.last_action.as_deref().unwrap_or_default(),
    );
    let text = cut(text.trim_end(), width);
    match view.state {
        "waiting" | "blocked" => style::call(&text),
        "done" => style::dim(&text),
        _ => text,
    }
}

/// What the session does or waits for, in a few words.
fn standing(view: &View) -> String {
    match (&view.gate, view.until) {
        (Some(gate), _) => format!("waits for {}", gate.waits_for),
        (None, Some(until)) if view.state == "parked" => {
            format!("parked until {}", until.to_zoned(TimeZone::system()).strftime("%H:%M"))
        }
        (None, _) => view.state.to_owned(),
    }
}

fn age(at: Timestamp, now: Timestamp) -> String {
    let passed: Duration = now.duration_since(at).unsigned_abs();
    match passed.as_secs() {
        0..=59 => "just now".to_owned(),
        60..=3_599 => format!("{} min ago", passed.as_secs() / 60),
        3_600..=86_399 => format!("{} h {} min ago", passed.as_secs() / 3_600, passed.as_secs() / 60 % 60),
        seconds => format!("{} days ago", seconds / 86_400),
    }
}

fn sheet(context: &Context, view: &View, now: Timestamp) -> String {
    let mut text = String::new();
    let mut field = |label: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {value}", style::dim(&format!("{label:<12}")));
    };
    field(
        "session",
        &format!("{}  {}", style::strong(&view.name), style::dim(&view.session_dir.display().to_string())),
    );
    field("state", &style::strong(&standing(view)));
    if let Some(reason) = view.reason.as_deref().filter(|_| view.state == "parked") {
        field("because", reason);
    }
    field("phase", &phases(view));
    let most = view.most_in_phase.map(|most| format!(" of {most}")).unwrap_or_default();
    field("iteration", &format!("{} ({}{most} in {})", view.iteration, view.used_in_phase, view.phase));
    let worked = duration_words(Duration::from_millis(view.worked_ms));
    field("used", &format!("{worked} of work, {}", usage_words(&view.usage)));
    if let Some(verification) = &view.verification {
        field("verified", &verified_words(verification));
    }
    if let (Some(base), Some(worktree)) = (&view.base_branch, &view.worktree) {
        field("branch", &format!("{} from {base}, in {}", view.branch, worktree.display()));
    }
    if let Some(last) = &view.last_action {
        field("last action", last);
    }
    if let Some(next) = &view.next {
        field("next", next);
    }
    field("age", &format!("made {}, changed {}", age(view.created_at, now), age(view.changed_at, now)));
    if let Some(live) = &view.live {
        field("now", &live_words(live, now));
    }
    let told = view.guidance.len().saturating_sub(SHOWN_GUIDANCE);
    for piece in view.guidance.iter().skip(told) {
        let read = match piece.read_by {
            Some(iteration) => style::dim(&format!("read by #{iteration}")),
            None => style::call("unread"),
        };
        let words = cut(&piece.text.replace('\n', " "), terminal::width().saturating_sub(30));
        field("guidance", &format!("{words}  {read}"));
    }
    match &view.orchestrator {
        Some(holder) => field("samocode", &format!("works on it, process {}", holder.pid)),
        None if view.state == "done" => {}
        None => {
            let start = context.command(&format!("run {}", view.name));
            field("samocode", &format!("does not work on it now; start it: {}", style::command(&start)));
        }
    }
    if let Some(summary) = &view.summary {
        field("summary", summary);
    }
    if view.gate.is_some() || view.state == "blocked" {
        text.push_str(&needed::block(context, view));
    }
    text.trim_end().to_owned()
}

/// How the newest verification went, and where its output is.
pub(super) fn verified_words(verification: &VerificationView) -> String {
    let words =
        if verification.passed { style::good(&verification.words) } else { style::bad(&verification.words) };
    let log = verification.log.as_ref().filter(|_| !verification.passed);
    log.map_or_else(|| words.clone(), |log| format!("{words}; see {}", log.display()))
}

/// `requirements → [planning] → implementation  (4 of 8)`
fn phases(view: &View) -> String {
    let Some(at) = view.phases.iter().position(|phase| *phase == view.phase) else {
        return view.phase.clone();
    };
    let before = at.checked_sub(1).map(|before| style::good(&view.phases[before]));
    let here = if view.state == "done" {
        style::good(&view.phase)
    } else {
        style::strong(&format!("[{}]", view.phase))
    };
    let after = view.phases.get(at + 1).map(|after| style::dim(after));
    let words: Vec<String> = before.into_iter().chain([here]).chain(after).collect();
    format!("{}  {}", words.join(" → "), style::dim(&format!("({} of {})", at + 1, view.phases.len())))
}
