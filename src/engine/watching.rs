//! One CLI while it runs: what it said so far, and how it ends. Decides nothing but when to ask it to end.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::command::Exit;
use crate::domain::outcome::{Interruption, Outcome};
use crate::domain::redact::Redactor;
use crate::domain::refusal::{self, refused_paths};
use crate::domain::reset::Clock;
use crate::domain::watch::{Overdue, Watched};
use crate::engine::say::Live;
use crate::process::{Launch, Line, Pid, Piece, ProcessError, ProcessEvent, Running, Tail, launch};
use crate::provider::event::Retrying;
use crate::provider::{AgentEvent, LastMessage, Provider, Reader, Seen, may_be_words};

/// What the thread that empties the child's output keeps up to date. It is shared instead of sent, so that a child
/// that prints faster than anybody looks costs no memory.
pub(super) struct Heard {
    pub(super) seen: Seen,
    last_output: Instant,
    has_output: bool,
    /// Paths that a confined child's tools were refused.
    pub(super) refused: BTreeSet<String>,
    /// Kept where somebody wants to read it.
    pub(super) message: Option<LastMessage>,
}

/// Refusals beyond these are repetitions of one trouble.
const MOST_REFUSALS: usize = 50;

/// A child that is being watched.
pub(super) struct Watching {
    pub(super) running: Running,
    pub(super) started: Instant,
    pub(super) heard: Arc<Mutex<Heard>>,
    pub(super) live: Live,
    gone: bool,
    drained: bool,
    pub(super) ended: u32,
    /// What could not be ended.
    pub(super) left: Vec<Pid>,
    pub(super) overdue: Option<Overdue>,
    /// How long it had been silent when it was overdue.
    pub(super) silent: Duration,
    /// The budget that was reached, as it was when that was seen.
    pub(super) figures: String,
    pub(super) interruption: Option<Interruption>,
    /// What it had said when it was ended as one that lingers. What it prints on its way out changes no result.
    concluded: Option<Seen>,
}

/// What is known of a child before it starts.
pub(super) struct Start<'a> {
    pub(super) provider: &'a Provider,
    /// The agent that it has to load; empty for none of samocode's.
    pub(super) agent: &'a str,
    pub(super) live: Live,
    /// Whether its last message is wanted whole.
    pub(super) keeps_message: bool,
}

impl Watching {
    /// Starts the child. `events` is called from other threads.
    pub(super) fn start(
        command: Launch,
        what: Start<'_>,
        events: impl Fn(ProcessEvent) + Send + Sync + 'static,
    ) -> Result<Self, ProcessError> {
        let started = Instant::now();
        let heard = Arc::new(Mutex::new(Heard {
            seen: Seen::new(what.agent),
            last_output: started,
            has_output: false,
            refused: BTreeSet::new(),
            message: what.keeps_message.then(LastMessage::default),
        }));
        let confined = command.spec.confinement.is_some();
        let redactor = Arc::clone(&command.redactor);
        let hear_stderr = hear_stderr(what.provider, &redactor, &heard);
        let mut hearing = Hearing {
            reader: what.provider.reader(Arc::clone(&redactor)),
            redactor,
            length: 0,
            keeps_message: what.keeps_message,
            confined,
            tail: Tail::new(refusal::LONGEST),
            heard: Arc::clone(&heard),
        };
        let hear_stdout = move |piece: Piece<'_>| hearing.hear(&piece);
        let running = launch(command, events, hear_stdout, hear_stderr)?;
        Ok(Self {
            running,
            started,
            heard,
            live: what.live,
            gone: false,
            drained: false,
            ended: 0,
            left: Vec::new(),
            overdue: None,
            silent: Duration::ZERO,
            figures: String::new(),
            interruption: None,
            concluded: None,
        })
    }

    /// Takes in what happened to it; returns what is to be said of it.
    pub(super) fn note(&mut self, event: ProcessEvent) -> Vec<String> {
        match event {
            ProcessEvent::Exited(_) => {}
            ProcessEvent::Gone { ended, left } => {
                self.gone = true;
                self.ended = ended;
                self.left = left;
                let said = |pid: &Pid| format!("process {pid} of this iteration could not be ended");
                return self.left.iter().map(said).collect();
            }
            ProcessEvent::Drained { .. } => self.drained = true,
            ProcessEvent::LogFailed { path, error } => {
                return vec![format!("the log {} is not complete: {error}", path.display())];
            }
        }
        Vec::new()
    }

    /// What it said, as far as it counts.
    pub(super) fn seen(&self) -> Seen {
        self.concluded.clone().unwrap_or_else(|| lock(&self.heard).seen.clone())
    }

    /// Whether nothing of it is alive, and all that it said was read.
    pub(super) fn is_over(&self) -> bool {
        self.gone && self.drained
    }

    /// Brings the live state up to date and tells what ends are judged by.
    pub(super) fn look(&mut self, has_signal: bool) -> Watched {
        let heard = lock(&self.heard);
        self.live.tool = heard.seen.last_tool().map(str::to_owned);
        self.live.usage = heard.seen.usage();
        self.live.trouble = heard.seen.retrying().map(Retrying::words);
        let elapsed = self.started.elapsed();
        self.live.worked_ms = milliseconds(elapsed);
        Watched {
            elapsed,
            silent: heard.last_output.elapsed(),
            has_output: heard.has_output,
            tool_runs: heard.seen.tool_runs(),
            has_result: heard.seen.is_over(),
            sleeps: heard.seen.retrying().map(|retrying| retrying.wait).unwrap_or_default(),
            has_signal,
            over_budget: false,
        }
    }

    /// Ends it on somebody's wish. A child that has finished and merely stays around keeps its result: it is ended as
    /// one that lingers, and `true` is returned. `has_signal` says whether everything it owes is there.
    pub(super) fn end(&mut self, by: Interruption, has_signal: bool) -> bool {
        let seen = self.look(has_signal);
        let finished = seen.has_result && seen.has_signal && self.interruption.is_none();
        let cut_short = self.overdue.is_some_and(|overdue| overdue != Overdue::Lingers);
        if finished && !cut_short {
            self.cut(Overdue::Lingers, seen.silent);
            return true;
        }
        self.interruption = Some(by);
        self.running.stop();
        false
    }

    /// Ends it, for it is overdue.
    pub(super) fn cut(&mut self, overdue: Overdue, silent: Duration) {
        if overdue == Overdue::Lingers && self.concluded.is_none() {
            self.concluded = Some(lock(&self.heard).seen.clone());
        }
        self.overdue = Some(overdue);
        self.silent = silent;
        self.running.stop();
    }
}

/// How a run ended, as far as nobody else ended it.
pub(super) fn judged(
    provider: &Provider,
    seen: &Seen,
    exit: Exit,
    stderr: &str,
    overdue: Option<Overdue>,
) -> Outcome {
    let exit = if overdue == Some(Overdue::Lingers) { Exit::Code(0) } else { exit };
    let clock =
        Clock { now: Timestamp::now(), local: &TimeZone::system(), zone: &|name| TimeZone::get(name).ok() };
    provider.judge(seen, exit, stderr, &clock)
}

/// Reads a child's stdout, and keeps what later decisions need.
struct Hearing {
    reader: Reader,
    keeps_message: bool,
    confined: bool,
    /// The end of a line that arrived in several pieces, and how long the whole line is.
    tail: Tail,
    length: usize,
    redactor: Arc<Redactor>,
    heard: Arc<Mutex<Heard>>,
}

impl Hearing {
    fn hear(&mut self, piece: &Piece<'_>) {
        self.reader.feed(piece.bytes);
        let in_pieces = !(piece.begins && piece.ends);
        if in_pieces {
            self.tail.push(piece.bytes);
        }
        self.length += piece.bytes.len();
        if !piece.ends {
            return;
        }
        let event = self.reader.event(piece.last_in_chunk);
        let message = if self.keeps_message { self.reader.message() } else { None };
        self.reader.next_line();
        let line = if in_pieces { self.tail.bytes() } else { piece.bytes };
        let refused = if self.confined && matches!(event, Some(AgentEvent::ToolAnswered)) {
            refused_paths(line)
        } else {
            Vec::new()
        };
        let is_cut = line.len() < self.length;
        let plain =
            (event.is_none() && may_be_words(line, is_cut)).then(|| self.redactor.bytes(line).into_owned());
        self.tail.clear();
        self.length = 0;
        if event.is_none() && message.is_none() && plain.is_none() && !piece.last_in_chunk {
            return;
        }
        let mut heard = lock(&self.heard);
        if let Some(plain) = plain {
            heard.seen.note_plain(&plain);
        }
        if let (Some(kept), Some(part)) = (&mut heard.message, message) {
            kept.note(part);
        }
        if heard.refused.len() < MOST_REFUSALS {
            heard.refused.extend(refused);
        }
        if let Some(event) = event {
            heard.seen.note(&event);
        }
        if piece.last_in_chunk {
            heard.last_output = Instant::now();
            heard.has_output = true;
        }
    }
}

/// Hears what a CLI says on stderr only. It is a sign of life, too.
fn hear_stderr(
    provider: &Provider,
    redactor: &Arc<Redactor>,
    heard: &Arc<Mutex<Heard>>,
) -> impl FnMut(Line<'_>) + Send + use<> {
    let (provider, redactor, heard) = (provider.clone(), Arc::clone(redactor), Arc::clone(heard));
    move |line| {
        if provider.parse_stderr(line.bytes).is_none() {
            return;
        }
        if let Some(event) = provider.parse_stderr(&redactor.bytes(line.bytes)) {
            let mut heard = lock(&heard);
            heard.seen.note(&event);
            heard.last_output = Instant::now();
            heard.has_output = true;
        }
    }
}

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What was heard stays true, even if the thread that heard it panicked.
pub(super) fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
