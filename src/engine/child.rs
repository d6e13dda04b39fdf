//! Watches an iteration's child from its start to its end: every happening has its one place here.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Zoned;

use crate::crash;
use crate::domain::budget;
use crate::domain::command::CommandSpec;
use crate::domain::outcome::{Interruption, Outcome, Usage};
use crate::domain::watch::{Overdue, WatchLimits, overdue};
use crate::engine::happening::Happening;
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::say::Live;
use crate::engine::watching::{Start, Watching, judged, lock, milliseconds};
use crate::engine::{EngineError, Wish};
use crate::process::{Graces, Launch, ProcessEvent, Stderr};
use crate::provider::Provider;
use crate::store::has_signal;

/// How an iteration's child ended.
#[derive(Debug)]
pub(super) struct ChildEnd {
    pub(super) outcome: Outcome,
    pub(super) usage: Usage,
    pub(super) took: Duration,
    pub(super) ended: u32,
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
        self.refused.confinement.clone_from(&spec.confinement);
        let live = Live::begun(iteration, &self.session().phase, provider.name());
        let command = self.launch_of(iteration, spec, tag);
        let events = Mutex::new(self.happenings.sender());
        let what = Start { provider, agent, live, keeps_message: false };
        let watching = Watching::start(command, what, move |event| {
            if let Ok(sender) = events.lock() {
                // The receiver outlives every child.
                let _ = sender.send(Happening::Process(iteration, event));
            }
        });
        let mut watching = match watching {
            Ok(watching) => watching,
            Err(error) => {
                let detail = self.settings.redactor.text(&error.to_string()).into_owned();
                let outcome = match error.shortage() {
                    Some(_) => Outcome::OutOfResources { detail },
                    None => Outcome::CannotStart { detail },
                };
                let usage = Usage::default();
                return Ok(ChildEnd { outcome, usage, took: started.elapsed(), ended: 0 });
            }
        };
        crash::point(|| "the CLI, started");
        self.say.live(Some(&watching.live));
        let mut last_tick = started;
        while !watching.is_over() {
            if let Some(happening) = self.happenings.next(TICK) {
                self.handle(iteration, &mut watching, happening);
            }
            if last_tick.elapsed() >= TICK {
                last_tick = Instant::now();
                self.tick(&mut watching)?;
            }
        }
        self.say.live(None);
        self.renew_login();
        self.swept = watching.left.is_empty();
        self.refused.paths = std::mem::take(&mut lock(&watching.heard).refused);
        Ok(self.finish(provider, watching))
    }

    fn launch_of(&self, iteration: u32, spec: CommandSpec, tag: &str) -> Launch {
        let layout = self.record.layout();
        let stdout_log = self.stream_log(iteration, self.session().phase.as_str());
        self.launch_logged(spec, layout.prompt(), tag.to_owned(), stdout_log)
    }

    /// The log of a stream that begins now.
    pub(super) fn stream_log(&self, iteration: u32, what: &str) -> PathBuf {
        let stamp = Zoned::now().strftime("%m-%d-%H%M").to_string();
        self.record.layout().stream_log(&stamp, iteration, what)
    }

    /// The start of a CLI whose streams are logged, stderr beside stdout.
    pub(super) fn launch_logged(
        &self,
        spec: CommandSpec,
        prompt: PathBuf,
        tag: String,
        stdout_log: PathBuf,
    ) -> Launch {
        Launch {
            spec,
            prompt: Some(prompt),
            tag,
            graces: Graces::default(),
            keeper: self.settings.program.clone(),
            stderr: Stderr::Log(stdout_log.with_extension("stderr.log")),
            stdout_log,
            stdout_tail: 0,
            redactor: Arc::clone(&self.settings.redactor),
        }
    }

    fn handle(&mut self, iteration: u32, watching: &mut Watching, happening: Happening) {
        match happening {
            Happening::Interrupt if self.interrupted => watching.running.kill(),
            Happening::Interrupt => {
                self.interrupted = true;
                let has_signal = self.has_left_signal();
                self.say.line(if watching.end(Interruption::Signal, has_signal) {
                    "interrupted: the iteration has finished, so its result counts (once more to end it at once)"
                } else {
                    "interrupted: ending the iteration (once more to end it at once)"
                });
            }
            Happening::Process(of, event) if of == iteration => self.process_event(watching, event),
            // Of an earlier child: all that it said in time was heard while it was watched.
            Happening::Process(..) | Happening::Reviewer(..) => {}
        }
    }

    pub(super) fn process_event(&mut self, watching: &mut Watching, event: ProcessEvent) {
        for said in watching.note(event) {
            self.say.line(&said);
        }
    }

    fn tick(&mut self, watching: &mut Watching) -> Result<(), EngineError> {
        self.renew_login();
        let mut watched = watching.look(has_signal(self.record.layout()));
        let over = self.over_budget(&watching.live.usage, watching.live.worked_ms);
        watched.over_budget = over.is_some();
        self.say.live(Some(&watching.live));
        if self.take_requests()? == Some(Wish::Leave) && watching.interruption.is_none() {
            self.say.line(if watching.end(Interruption::StopRequest, self.has_left_signal()) {
                "stop was asked for: the iteration has finished, so its result counts"
            } else {
                "stop was asked for: ending the iteration"
            });
        }
        let total = self.own_settings(&self.session().phase).timeout;
        let limits = WatchLimits::within(total, &self.settings.config.policy);
        if watching.overdue.is_none()
            && watching.interruption.is_none()
            && let Some(overdue) = overdue(&limits, &watched)
        {
            watching.cut(overdue, watched.silent);
            if let Some(figures) = over {
                self.say.line(&format!("a budget is reached, ending the iteration: {figures}"));
                watching.figures = figures;
            }
        }
        Ok(())
    }

    /// The budget that running children have reached, as far as their CLIs have said what they used.
    pub(super) fn over_budget(&self, usage: &Usage, worked_ms: u64) -> Option<String> {
        let spent = self.session().counters.spent.with(usage, worked_ms);
        budget::within_a_run(&self.settings.config.policy, &spent)
    }

    /// Who ended the run knows best how it ended; else the provider judges.
    fn finish(&self, provider: &Provider, watching: Watching) -> ChildEnd {
        let took = watching.started.elapsed();
        let limit = self.own_settings(&self.session().phase).timeout;
        let seen = watching.seen();
        let end = watching.running.wait();
        let usage = seen.usage();
        let stderr = String::from_utf8_lossy(&end.stderr_tail).into_owned();
        let judged = || judged(provider, &seen, end.exit, &stderr, watching.overdue);
        // A run that waits for a service which does not serve, or for a login, is not to blame for its silence.
        let blamed = |outcome| Some(judged()).filter(Outcome::is_of_the_provider).unwrap_or(outcome);
        let outcome = match (watching.interruption, watching.overdue) {
            (Some(by), _) => Outcome::Interrupted { by },
            (None, Some(Overdue::Budget)) => Outcome::BudgetReached { figures: watching.figures },
            (None, Some(Overdue::TimeLimit)) => blamed(Outcome::TimeLimit { seconds: limit.as_secs() }),
            (None, Some(Overdue::Silent(at))) => {
                blamed(Outcome::Stalled { seconds: watching.silent.as_secs(), at })
            }
            (None, Some(Overdue::Lingers | Overdue::Sleeps) | None) => judged(),
        };
        let outcome = match outcome {
            // The CLI stopped at what was left, and knows nothing of earlier runs.
            Outcome::BudgetReached { figures } => Outcome::BudgetReached {
                figures: self.over_budget(&usage, milliseconds(took)).unwrap_or(figures),
            },
            other => other,
        };
        ChildEnd { outcome, usage, took, ended: watching.ended }
    }
}
