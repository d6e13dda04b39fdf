//! Sessions for tests, made the way real ones are: from entries.

use jiff::Timestamp;

use crate::domain::event::{
    Adopted, Created, Entry, Event, JOURNAL_VERSION, Judged, Prepared, Received, Started,
};
use crate::domain::gate::{Gate, GateAsk, GateId, PlanFile};
use crate::domain::outcome::{Outcome, Usage};
use crate::domain::phase::Phase;
use crate::domain::request::{Act, Effect, Request, Who};
use crate::domain::session::Session;
use crate::domain::signal::SignalFault;
use crate::domain::verdict::{Decision, Then};
use crate::domain::workflow::Workflow;

fn created(workflow: &str) -> Session {
    let text = Workflow::built_in(workflow).unwrap().to_owned();
    let created = Created {
        name: "a".to_owned(),
        workflow: text,
        task: None,
        dive: None,
        branch: "a".to_owned(),
        own_branch: true,
    };
    Session::begin(&entry(Event::Created(Box::new(created)))).unwrap()
}

fn entry(event: Event) -> Entry {
    Entry { v: JOURNAL_VERSION, at: Timestamp::UNIX_EPOCH, event }
}

pub(crate) fn after(mut session: Session, event: Event) -> Session {
    session.apply(&entry(event)).unwrap();
    session
}

pub(crate) fn refused(session: &Session, event: Event) -> String {
    session.clone().apply(&entry(event)).unwrap_err()
}

/// A session that is ready for iteration 11, in a phase.
pub(crate) fn ready(workflow: &str, phase: &str) -> Session {
    let adopted = Adopted { phase: Phase::named(phase), iterations: 10, in_phase: 0, answers: Vec::new() };
    let prepared = Prepared {
        worktree: "/w".into(),
        branch: "a".to_owned(),
        base_branch: "main".to_owned(),
        base_commit: "c".to_owned(),
    };
    after(after(created(workflow), Event::Adopted(adopted)), Event::Prepared(prepared))
}

pub(crate) fn started(session: &Session) -> Event {
    Event::Started(Started {
        iteration: session.iteration + 1,
        phase: session.phase.clone(),
        provider: "demo".to_owned(),
        tag: "t".to_owned(),
        instead: None,
        own: None,
        guidance: session.guidance.unread().count(),
    })
}

pub(crate) fn running(workflow: &str, phase: &str) -> Session {
    let session = ready(workflow, phase);
    let event = started(&session);
    after(session, event)
}

pub(crate) fn judged(session: &Session, outcome: Outcome, decision: Decision, told: &str) -> Event {
    Event::Judged(Box::new(Judged {
        iteration: session.iteration,
        outcome,
        signal: Err(SignalFault::Missing),
        decision,
        told: vec![told.to_owned()],
        usage: Usage::default(),
        took_ms: 0,
        ended: 0,
        unchanged: false,
        head: None,
        snapshot_tree: None,
    }))
}

/// A session that waits at its phase's gate, with the id `g1`.
pub(crate) fn waiting(workflow: &str, phase: &str, ask: GateAsk) -> Session {
    let session = running(workflow, phase);
    let gate = Gate { id: gate("g1"), phase: Phase::named(phase), ask };
    let event = judged(&session, Outcome::Completed, Decision::Open(gate), "asked");
    after(session, event)
}

/// A session that waits for a verification before its last phase.
pub(crate) fn verifying(workflow: &str, phase: &str) -> Session {
    let session = running(workflow, phase);
    let then = Then::Enter { phase: Phase::named("done") };
    let event = judged(&session, Outcome::Completed, Decision::Verify { then }, "ended");
    after(session, event)
}

pub(crate) fn done(workflow: &str) -> Session {
    let session = running(workflow, "done");
    let event = judged(&session, Outcome::Completed, Decision::Finish { summary: "all".to_owned() }, "ended");
    after(session, event)
}

pub(crate) fn gate(id: &str) -> GateId {
    GateId::from_random(id.to_owned())
}

pub(crate) fn plan(sha256: &str) -> PlanFile {
    PlanFile { file: "plan.md".to_owned(), sha256: sha256.to_owned() }
}

pub(crate) fn request(id: &str, act: Act) -> Request {
    Request { id: id.to_owned(), at: Timestamp::UNIX_EPOCH, who: Who::Terminal("ada".to_owned()), act }
}

pub(crate) fn received(id: &str, act: Act, effect: Effect) -> Event {
    Event::Received(Box::new(Received { request: request(id, act), effect }))
}
