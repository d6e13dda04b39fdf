//! Sends a person's request and says what came of it.

use std::time::Duration;

use crate::cli::args::Files;
use crate::cli::context::{Context, login};
use crate::cli::failure::Failure;
use crate::cli::{style, terminal};
use crate::config::Overrides;
use crate::domain::gate::GateId;
use crate::domain::phase::Phase;
use crate::domain::request::{Act, Effect, Who};
use crate::engine::{self, Asked, GateKindView, View};
use crate::process::TAG_VARIABLE;
use crate::store::{self, Layout};

/// How long a live orchestrator is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// A person's way into one session.
pub(super) struct Desk {
    pub(super) context: Context,
    pub(super) layout: Layout,
    pub(super) view: View,
}

impl Desk {
    /// Finds the session. Refused inside an iteration: an agent is no person.
    pub(super) fn open(files: &Files, session: &str) -> Result<Self, Failure> {
        refuse_inside()?;
        let context = Context::load(files, Overrides::default())?;
        let layout = context.session(session)?;
        let view = View::read(&layout)?;
        Ok(Self { context, layout, view })
    }

    /// The open gate, or an error that says what the session does instead.
    pub(super) fn gate(&self, wanted: &str) -> Result<(GateId, &GateKindView), Failure> {
        match &self.view.gate {
            Some(gate) => Ok((GateId::from_random(gate.id.clone()), &gate.kind)),
            None => Err(Failure::usage(format!(
                "nothing waits for {wanted}: {} is {}",
                self.view.name, self.view.state
            ))
            .with_hint(format!(
                "`{}` says more",
                self.context.command(&format!("status {}", self.view.name))
            ))),
        }
    }

    /// An error for an act that does not fit the open gate.
    pub(super) fn misfit(&self, wanted: &str) -> Failure {
        let waits_for = self.view.gate.as_ref().map_or("nobody", |gate| gate.waits_for);
        Failure::usage(format!("nothing waits for {wanted}: {} waits for {waits_for}", self.view.name))
    }

    /// Sends the request; with a live orchestrator, waits for what comes of it.
    pub(super) fn send(&self, act: Act) -> Result<u8, Failure> {
        let name = &self.view.name;
        match engine::ask(&self.layout, Who::Terminal(login()), act, PATIENCE)? {
            Asked::Kept => terminal::line(&format!(
                "kept for {name}; nothing works on it now. Start it with:\n  {}",
                style::command(&self.context.command(&format!("run {name}")))
            )),
            Asked::Took(Effect::Refused(why)) => return Err(Failure::usage(format!("refused: {why}"))),
            Asked::Took(effect) => terminal::line(&engine::effect_words(&effect, name)),
            Asked::Sent => terminal::line(
                "sent; the orchestrator has not taken it yet and will before its next iteration",
            ),
        }
        Ok(0)
    }
}

/// An agent is no person.
pub(super) fn refuse_inside() -> Result<(), Failure> {
    if std::env::var_os(TAG_VARIABLE).is_none() {
        return Ok(());
    }
    Err(Failure::usage("this command is a person's; it was called from inside an iteration")
        .with_hint("an agent asks for a person with its signal: `waiting` or `blocked`"))
}

/// `reject N -m …`
pub(super) fn reject(files: &Files, session: &str, message: &str) -> Result<u8, Failure> {
    let desk = Desk::open(files, session)?;
    let (gate, kind) = desk.gate("a verdict on a plan")?;
    if !matches!(kind, GateKindView::Approval { .. }) {
        return Err(desk.misfit("a verdict on a plan"));
    }
    if message.trim().is_empty() {
        return Err(Failure::usage("a rejection needs words: -m 'what to change'"));
    }
    desk.send(Act::Reject { gate, message: message.to_owned() })
}

/// `tell N …`
pub(super) fn tell(files: &Files, session: &str, message: &str) -> Result<u8, Failure> {
    let desk = Desk::open(files, session)?;
    if message.trim().is_empty() {
        return Err(Failure::usage("there is nothing to tell"));
    }
    if desk.view.state == "done" {
        let reopen = desk.context.command(&format!("reopen {} -m '…'", desk.view.name));
        return Err(Failure::usage(format!("{} is done, and no iteration would read it", desk.view.name))
            .with_hint(format!("`{reopen}` takes it back to work")));
    }
    desk.send(Act::Tell(message.to_owned()))
}

/// `stop N`
pub(super) fn stop(files: &Files, session: &str) -> Result<u8, Failure> {
    let desk = Desk::open(files, session)?;
    let Some(holder) = store::holder(&desk.layout) else {
        terminal::line(&format!("nothing works on {}; it is {}", desk.view.name, desk.view.state));
        return Ok(0);
    };
    desk.send(holder.stop())
}

/// `resume N`
pub(super) fn resume(files: &Files, session: &str) -> Result<u8, Failure> {
    let desk = Desk::open(files, session)?;
    let gate = desk.view.gate.as_ref().map(|gate| &gate.kind);
    let fits = matches!(desk.view.state, "blocked" | "parked")
        || matches!(gate, Some(GateKindView::HumanAction { .. }));
    if !fits && gate.is_some() {
        return Err(desk.misfit("a `resume`"));
    }
    if !fits {
        return Err(Failure::usage(format!("nothing to resume: {} is {}", desk.view.name, desk.view.state))
            .with_hint(format!(
                "`{}` goes on with it",
                desk.context.command(&format!("run {}", desk.view.name))
            )));
    }
    let gate = desk.view.gate.as_ref().map(|gate| GateId::from_random(gate.id.clone()));
    desk.send(Act::Resume(gate))
}

/// `reopen N -m …`
pub(super) fn reopen(
    files: &Files,
    session: &str,
    message: &str,
    phase: Option<&str>,
) -> Result<u8, Failure> {
    let desk = Desk::open(files, session)?;
    if desk.view.state != "done" {
        return Err(Failure::usage(format!("{} is {}, not done", desk.view.name, desk.view.state))
            .with_hint("`samocode tell` reaches a session that is under way"));
    }
    if let Some(phase) = phase
        && !desk.view.reopened_in.iter().any(|known| known == phase)
    {
        return Err(Failure::usage(format!("{} cannot be reopened in `{phase}`", desk.view.name))
            .with_hint(format!("phases to reopen a session in: {}", desk.view.reopened_in.join(", "))));
    }
    desk.send(Act::Reopen { phase: phase.map(Phase::named), message: message.to_owned() })
}
