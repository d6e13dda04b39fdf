//! `attach N`: a session live, from beside it. Sends nothing and stops nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::cli::args::Files;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::follow::Log;
use crate::cli::logs::readable;
use crate::cli::screen::RunScreen;
use crate::cli::{needed, style, terminal};
use crate::config::Overrides;
use crate::engine::{self, View};
use crate::store::{self, Layout};

/// How often the session is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// How many lines of what went before are shown.
const BEFORE: usize = 20;

/// `attach N`
pub(super) fn attach(files: &Files, session: &str) -> Result<u8, Failure> {
    let context = Context::load(files, Overrides::default())?;
    let layout = context.session(session)?;
    let left = leave_flag()?;
    let mut watch = Watch::new(&context, &layout)?;
    if store::holder(&layout).is_none() {
        watch.lines()?;
        drop(watch.screen);
        let view = View::read(&layout)?;
        terminal::line(&at_rest(&context, &view));
        return Ok(0);
    }
    loop {
        // Asked first, so that the last words of an orchestrator that leaves now are still read.
        let works = store::holder(&layout).is_some();
        watch.lines()?;
        watch.person(&context)?;
        if !works {
            break;
        }
        watch.screen.live(engine::live(&layout).as_ref());
        if left.load(Ordering::Relaxed) {
            drop(watch.screen);
            terminal::line(&format!("you left the view; {session} goes on"));
            return Ok(0);
        }
        thread::sleep(LOOK);
    }
    drop(watch.screen);
    terminal::line(&gone(&context, &View::read(&layout)?));
    Ok(0)
}

fn leave_flag() -> Result<Arc<AtomicBool>, Failure> {
    let left = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&left))
            .map_err(|e| Failure::usage(format!("signals cannot be listened to: {e}")))?;
    }
    Ok(left)
}

/// What has been shown so far.
struct Watch<'a> {
    screen: RunScreen<'a>,
    layout: &'a Layout,
    log: Log,
    record: Option<(u64, SystemTime)>,
    /// What the person was last called for: a gate's id, or nothing for a block.
    told: Option<String>,
}

impl<'a> Watch<'a> {
    fn new(context: &'a Context, layout: &'a Layout) -> Result<Self, Failure> {
        let path = layout.session_log();
        let log = Log::last(&path, BEFORE)
            .map_err(|e| Failure::usage(format!("cannot read {}: {e}", path.display())))?;
        Ok(Self { screen: RunScreen::new(context), layout, log, record: None, told: None })
    }

    /// New lines of the log.
    fn lines(&mut self) -> Result<(), Failure> {
        loop {
            let lines = self.log.more().map_err(|e| {
                Failure::usage(format!("cannot read {}: {e}", self.layout.session_log().display()))
            })?;
            if lines.is_empty() {
                return Ok(());
            }
            for line in String::from_utf8_lossy(&lines).lines() {
                self.screen.print(&readable(line));
            }
        }
    }

    /// Calls the person, once for each gate and each block. The record is read only when it has changed.
    fn person(&mut self, context: &Context) -> Result<(), Failure> {
        let stat = std::fs::metadata(self.layout.journal()).ok();
        let now = stat.and_then(|stat| Some((stat.len(), stat.modified().ok()?)));
        if now.is_some() && now == self.record {
            return Ok(());
        }
        self.record = now;
        let view = View::read(self.layout)?;
        let calls = match &view.gate {
            Some(gate) => Some(gate.id.clone()),
            None => (view.state == "blocked").then(String::new),
        };
        if calls.is_some() && calls != self.told {
            self.screen.print(&needed::block(context, &view));
        }
        self.told = calls;
        Ok(())
    }
}

/// The words for a session that nothing works on.
fn at_rest(context: &Context, view: &View) -> String {
    match view.state {
        "done" => finished(context, view),
        "blocked" => format!("{}\nnothing works on {} now", needed::block(context, view), view.name),
        _ => {
            let call = view.gate.as_ref().map(|_| needed::block(context, view) + "\n").unwrap_or_default();
            format!("{call}nothing works on {} now; {}", view.name, start(context, view))
        }
    }
}

/// The words for a session whose orchestrator has just left. What the person is needed for stands above.
fn gone(context: &Context, view: &View) -> String {
    let left = format!("samocode left {}", view.name);
    let start = start(context, view);
    match view.state {
        "done" => finished(context, view),
        "blocked" => format!("{left}: it is blocked"),
        "waiting" => format!("{left}, which still waits for you; {start}"),
        "interrupted" => {
            format!("samocode ended in the middle of iteration {}; nothing is lost. {start}", view.iteration)
        }
        state => format!("{left}, which is {state}; {start}"),
    }
}

fn finished(context: &Context, view: &View) -> String {
    let summary = view.summary.as_deref().unwrap_or_default();
    let look = context.command(&format!("diff {}", view.folder));
    format!("{} {}: {summary}\n  look  {}", style::good("done"), view.name, style::command(&look))
}

fn start(context: &Context, view: &View) -> String {
    format!("start it: {}", style::command(&context.command(&format!("run {}", view.name))))
}
