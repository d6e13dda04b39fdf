//! Watches one child from its start to its end: every happening has its one place here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::crash;
use crate::domain::budget;
use crate::domain::command::{CommandSpec, Exit};
use crate::domain::outcome::{Interruption, Outcome, Usage};
use crate::domain::redact::Redactor;
use crate::domain::refusal::refused_paths;
use crate::domain::reset::Clock;
use crate::domain::watch::{Overdue, WatchLimits, Watched, overdue};
use crate::engine::happening::Happening;
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::say::Live;
use crate::engine::{EngineError, Wish};
use crate::process::{Graces, Launch, Line, ProcessError, ProcessEvent, Running, Stderr, launch};
use crate::provider::event::Retrying;
use crate::provider::{AgentEvent, Provider, Seen};
use crate::store::has_signal;

/// How an iteration's child ended.
#[derive(Debug)]
pub(super) struct ChildEnd {
    pub(super) outcome: Outcome,
    pub(super) usage: Usage,
    pub(super) took: Duration,
    pub(super) ended: u32,
}

/// What the thread that empties the child's output keeps up to date. It is shared instead of sent, so that a child
/// that prints faster than anybody looks costs no memory.
struct Heard {
    seen: Seen,
    last_output: Instant,
    has_output: bool,
    /// Paths that a confined child's tools were refused.
    refused: BTreeSet<String>,
}

/// Refusals beyond these are repetitions of one trouble.
const MOST_REFUSALS: usize = 50;

/// A child that is being watched.
struct Watching {
    running: Running,
    started: Instant,
    last_tick: Instant,
    heard: Arc<Mutex<Heard>>,
    live: Live,
    gone: bool,
    drained: bool,
    ended: u32,
    overdue: Option<Overdue>,
    /// How long it had been silent when it was overdue.
    silent: Duration,
    /// The budget that was reached, as it was when that was seen.
    figures: String,
    interruption: Option<Interruption>,
}

impl Orchestrator<'_> {
    /// Starts the child and stays with it until nothing of it is left.
    pub(super) fn drive(
        &mut self,
        iteration: u32,
        agent: &str,
        provider: &Provider,
        spec: CommandSpec,
        tag: &str,
    ) -> Result<ChildEnd, EngineError> {
        let started = Instant::now();
        self.swept = false;
        let heard = Arc::new(Mutex::new(Heard {
            seen: Seen::new(agent),
            last_output: started,
            has_output: false,
            refused: BTreeSet::new(),
        }));
        self.refused.confinement.clone_from(&spec.confinement);
        let running = match self.launch(iteration, provider, &heard, spec, tag) {
            Ok(running) => running,
            Err(error) => {
                let outcome = Outcome::CannotStart {
                    detail: self.settings.redactor.text(&error.to_string()).into_owned(),
                };
                let usage = Usage::default();
                return Ok(ChildEnd { outcome, usage, took: started.elapsed(), ended: 0 });
            }
        };
        crash::point(|| "the CLI, started");
        let live = Live {
            iteration,
            phase: self.session().phase.clone(),
            provider: provider.name().to_owned(),
            since: Timestamp::now(),
            worked_ms: 0,
            tool: None,
            usage: Usage::default(),
            trouble: None,
        };
        let mut watching = Watching {
            running,
            started,
            last_tick: started,
            heard,
            live,
            gone: false,
            drained: false,
            ended: 0,
            overdue: None,
            silent: Duration::ZERO,
            figures: String::new(),
            interruption: None,
        };
        self.say.live(Some(&watching.live));
        while !(watching.gone && watching.drained) {
            if let Some(happening) = self.happenings.next(TICK) {
                self.handle(iteration, &mut watching, happening);
            }
            if watching.last_tick.elapsed() >= TICK {
                watching.last_tick = Instant::now();
                self.tick(&mut watching)?;
            }
        }
        self.say.live(None);
        self.renew_login();
        self.refused.paths = std::mem::take(&mut lock(&watching.heard).refused);
        Ok(self.finish(provider, watching))
    }

    fn launch(
        &self,
        iteration: u32,
        provider: &Provider,
        heard: &Arc<Mutex<Heard>>,
        spec: CommandSpec,
        tag: &str,
    ) -> Result<Running, ProcessError> {
        let layout = self.record.layout();
        let stamp = jiff::Zoned::now().strftime("%m-%d-%H%M").to_string();
        let stdout_log = layout.stream_log(&stamp, iteration, self.session().phase.as_str());
        let launch_spec = Launch {
            spec,
            prompt: Some(layout.prompt()),
            tag: tag.to_owned(),
            graces: Graces::default(),
            keeper: self.settings.program.clone(),
            stderr: Stderr::Log(stdout_log.with_extension("stderr.log")),
            stdout_log,
            stdout_tail: 0,
            redactor: Arc::clone(&self.settings.redactor),
        };
        let confined = launch_spec.spec.confinement.is_some();
        let hear_stderr = hear_stderr(provider, &self.settings.redactor, heard);
        let redactor = Arc::clone(&self.settings.redactor);
        let events = Mutex::new(self.happenings.sender());
        let heard = Arc::clone(heard);
        let provider = provider.clone();
        launch(
            launch_spec,
            move |event| {
                if let Ok(sender) = events.lock() {
                    // The receiver outlives every child.
                    let _ = sender.send(Happening::Process(iteration, event));
                }
            },
            move |line| {
                let event = hear(&provider, &redactor, &line);
                let answered = confined && matches!(event, Some(AgentEvent::ToolAnswered));
                let refused = if answered { refused_paths(line.bytes) } else { Vec::new() };
                if event.is_none() && !line.last_in_chunk {
                    return;
                }
                let mut heard = lock(&heard);
                if heard.refused.len() < MOST_REFUSALS {
                    heard.refused.extend(refused);
                }
                if let Some(event) = event {
                    heard.seen.note(&event);
                }
                if line.last_in_chunk {
                    heard.last_output = Instant::now();
                    heard.has_output = true;
                }
            },
            hear_stderr,
        )
    }

    fn handle(&mut self, iteration: u32, watching: &mut Watching, happening: Happening) {
        match happening {
            Happening::Interrupt if watching.interruption == Some(Interruption::Signal) => {
                watching.running.kill();
            }
            Happening::Interrupt => {
                self.say.line("interrupted: ending the iteration (once more to end it at once)");
                self.interrupted = true;
                watching.end(Interruption::Signal);
            }
            Happening::Process(of, event) if of == iteration => self.process_event(watching, event),
            // Of an earlier child: all that it said in time was heard while it was watched.
            Happening::Process(..) => {}
        }
    }

    fn process_event(&mut self, watching: &mut Watching, event: ProcessEvent) {
        match event {
            ProcessEvent::Exited(_) => {}
            ProcessEvent::Gone { ended, left } => {
                watching.gone = true;
                watching.ended = ended;
                self.swept = left.is_empty();
                for pid in left {
                    self.say.line(&format!("process {pid} of this iteration could not be ended"));
                }
            }
            ProcessEvent::Drained { .. } => watching.drained = true,
            ProcessEvent::LogFailed { path, error } => {
                self.say.line(&format!("the log {} is not complete: {error}", path.display()));
            }
        }
    }

    fn tick(&mut self, watching: &mut Watching) -> Result<(), EngineError> {
        self.renew_login();
        let mut watched = watching.look(has_signal(self.record.layout()));
        let over = self.over_budget(&watching.live.usage, watching.live.worked_ms);
        watched.over_budget = over.is_some();
        self.say.live(Some(&watching.live));
        if self.take_requests()? == Some(Wish::Leave) && watching.interruption.is_none() {
            self.say.line("stop was asked for: ending the iteration");
            watching.end(Interruption::StopRequest);
        }
        let total = self.own_settings(&self.session().phase).timeout;
        let limits = WatchLimits::within(total, &self.settings.config.policy);
        if watching.overdue.is_none()
            && watching.interruption.is_none()
            && let Some(overdue) = overdue(&limits, &watched)
        {
            watching.overdue = Some(overdue);
            watching.silent = watched.silent;
            watching.running.stop();
            if let Some(figures) = over {
                self.say.line(&format!("a budget is reached, ending the iteration: {figures}"));
                watching.figures = figures;
            }
        }
        Ok(())
    }

    /// The budget that the running iteration has reached, as far as its CLI has said what it used.
    fn over_budget(&self, usage: &Usage, worked_ms: u64) -> Option<String> {
        let spent = self.session().counters.spent.with(usage, worked_ms);
        budget::within_a_run(&self.settings.config.policy, &spent)
    }

    /// Who ended the run knows best how it ended; else the provider judges.
    fn finish(&self, provider: &Provider, watching: Watching) -> ChildEnd {
        let took = watching.started.elapsed();
        let limit = self.own_settings(&self.session().phase).timeout;
        let end = watching.running.wait();
        let seen = lock(&watching.heard).seen.clone();
        let usage = seen.usage();
        let stderr = String::from_utf8_lossy(&end.stderr_tail).into_owned();
        let exit = if watching.overdue == Some(Overdue::Lingers) { Exit::Code(0) } else { end.exit };
        let clock = Clock {
            now: Timestamp::now(),
            local: &TimeZone::system(),
            zone: &|name| TimeZone::get(name).ok(),
        };
        let judged = || provider.judge(&seen, exit, &stderr, &clock);
        // A run that waits for a service which does not serve is not to blame for its silence.
        let blamed = |outcome| Some(judged()).filter(Outcome::is_outage).unwrap_or(outcome);
        let outcome = match (watching.interruption, watching.overdue) {
            (Some(by), _) => Outcome::Interrupted { by },
            (None, Some(Overdue::Budget)) => Outcome::BudgetReached {
                figures: self.over_budget(&usage, milliseconds(took)).unwrap_or(watching.figures),
            },
            (None, Some(Overdue::TimeLimit)) => blamed(Outcome::TimeLimit { seconds: limit.as_secs() }),
            (None, Some(Overdue::Silent(at))) => {
                blamed(Outcome::Stalled { seconds: watching.silent.as_secs(), at })
            }
            (None, Some(Overdue::Lingers | Overdue::Sleeps) | None) => judged(),
        };
        ChildEnd { outcome, usage, took, ended: watching.ended }
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

/// What a line says, without secrets wherever it says it in words: those are shortened later, and half a secret is
/// not known for one.
fn hear(provider: &Provider, redactor: &Redactor, line: &Line<'_>) -> Option<AgentEvent> {
    let parse = |bytes| provider.parse(bytes, line.truncated, line.last_in_chunk);
    let event = parse(line.bytes)?;
    let wordless = matches!(&event, AgentEvent::Activity(activity) if activity.tool.is_none());
    match redactor.bytes(if wordless { &[] } else { line.bytes }) {
        Cow::Owned(clean) => parse(&clean),
        Cow::Borrowed(_) => Some(event),
    }
}

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What was heard stays true, even if the thread that heard it panicked.
fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watching {
    /// Brings the live state up to date and tells what ends are judged by.
    fn look(&mut self, has_signal: bool) -> Watched {
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

    fn end(&mut self, by: Interruption) {
        self.interruption = Some(by);
        self.running.stop();
    }
}
