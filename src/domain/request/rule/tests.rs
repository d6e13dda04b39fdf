//! What comes of a person's request, by where the session stands.

use super::*;
use crate::domain::session::sample::{done, gate, plan, ready, request, running, waiting};

fn scene(plan: Option<&str>) -> Scene {
    let question = |id: &str| SceneQuestion { id: id.to_owned(), title: format!("what of {id}") };
    Scene { questions: vec![question("Q1"), question("Q2")], plan_sha256: plan.map(str::to_owned) }
}

fn effect(session: &Session, act: Act) -> Effect {
    rule(session, &request("r", act), &scene(Some("aa")))
}

fn is_refused(session: &Session, act: Act) -> bool {
    matches!(effect(session, act), Effect::Refused(_))
}

fn answers(given: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    given.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect()
}

fn at_answers() -> Session {
    waiting("full", "requirements", GateAsk::Answers)
}

fn at_approval() -> Session {
    waiting("full", "planning", GateAsk::Approval(plan("aa")))
}

fn at_action() -> Session {
    waiting("full", "implementation", GateAsk::HumanAction { reason: "a key".to_owned(), file: None })
}

#[test]
fn an_act_that_names_another_gate_passes_nothing() {
    let old = gate("g0");
    assert!(is_refused(&at_answers(), Act::Answer { gate: old.clone(), answers: answers(&[("Q1", "A")]) }));
    assert!(is_refused(&at_approval(), Act::Approve { gate: old.clone(), sha256: "aa".to_owned() }));
    assert!(is_refused(&at_approval(), Act::Reject { gate: old.clone(), message: "no".to_owned() }));
    assert!(is_refused(&at_action(), Act::Resume(Some(old))));
    assert!(is_refused(&at_action(), Act::Resume(None)), "made before the gate opened");
    assert_eq!(effect(&at_action(), Act::Resume(Some(gate("g1")))), Effect::ActionDone);
}

#[test]
fn an_act_of_another_kind_passes_nothing() {
    let open = gate("g1");
    let acts = [
        Act::Answer { gate: open.clone(), answers: answers(&[("Q1", "A"), ("Q2", "B")]) },
        Act::Approve { gate: open.clone(), sha256: "aa".to_owned() },
        Act::Reject { gate: open.clone(), message: "no".to_owned() },
        Act::Resume(Some(open)),
    ];
    let fitting = [(at_answers(), vec![0]), (at_approval(), vec![1, 2]), (at_action(), vec![3])];
    for (session, fits) in fitting {
        for (place, act) in acts.iter().enumerate() {
            assert_eq!(is_refused(&session, act.clone()), !fits.contains(&place), "{act:?}");
        }
    }
}

#[test]
fn an_approval_binds_the_bytes_that_stand_there() {
    let approve = |sha256: &str| Act::Approve { gate: gate("g1"), sha256: sha256.to_owned() };
    let to = Phase::named("implementation");
    assert_eq!(effect(&at_approval(), approve("aa")), Effect::Approved { plan: plan("aa"), to });
    assert!(is_refused(&at_approval(), approve("bb")));
    let gone = rule(&at_approval(), &request("r", approve("aa")), &scene(None));
    assert!(matches!(gone, Effect::Refused(_)));
}

#[test]
fn answers_are_taken_one_by_one_and_never_empty() {
    let session = at_answers();
    let give =
        |given: &[(&str, &str)]| effect(&session, Act::Answer { gate: gate("g1"), answers: answers(given) });
    assert!(matches!(give(&[("Q1", " A ")]), Effect::Answered { open, .. } if open == ["Q2"]));
    assert!(matches!(give(&[("Q1", "A"), ("Q2", "B")]), Effect::Answered { open, .. } if open.is_empty()));
    for wrong in [&[("Q3", "A")][..], &[("Q1", "  ")], &[]] {
        assert!(matches!(give(wrong), Effect::Refused(_)), "{wrong:?}");
    }
    let none = Act::Answer { gate: gate("g1"), answers: answers(&[]) };
    assert!(matches!(rule(&session, &request("r", none), &Scene::default()), Effect::Refused(_)));
}

#[test]
fn a_hand_edit_passes_an_open_gate_to_a_legal_successor() {
    let edit = |phase: &str| Act::SetPhase(Phase::named(phase));
    assert_eq!(effect(&at_answers(), edit("planning")), Effect::Moved(Phase::named("planning")));
    assert!(matches!(effect(&at_approval(), edit("implementation")), Effect::Approved { .. }));
    assert!(is_refused(&at_answers(), edit("implementation")));
    assert!(is_refused(&at_answers(), edit("nowhere")));
    assert!(is_refused(&ready("full", "requirements"), edit("planning")));
}

#[test]
fn guidance_is_taken_wherever_an_iteration_is_still_to_come() {
    let tell = Act::Tell("mind".to_owned());
    for session in [ready("full", "testing"), running("full", "testing"), at_answers()] {
        assert_eq!(effect(&session, tell.clone()), Effect::Guided("mind".to_owned()));
    }
    assert!(is_refused(&done("full"), tell));
}

#[test]
fn a_finished_session_is_reopened_where_its_workflow_can_work_again() {
    let reopen =
        |phase: Option<&str>| Act::Reopen { phase: phase.map(Phase::named), message: "m".to_owned() };
    let cases = [
        ("full", None, Some("implementation")),
        ("full", Some("planning"), Some("planning")),
        ("full", Some("testing"), None),
        ("design", None, Some("planning")),
        ("design", Some("implementation"), None),
        ("research", None, Some("investigation")),
    ];
    for (workflow, asked, came) in cases {
        let phase = match effect(&done(workflow), reopen(asked)) {
            Effect::Reopened { phase, .. } => Some(phase.to_string()),
            _ => None,
        };
        assert_eq!(phase.as_deref(), came, "{workflow} {asked:?}");
    }
    assert!(is_refused(&ready("full", "done"), reopen(None)));
    let testing = effect(&done("full"), reopen(Some("testing")));
    assert_eq!(
        testing,
        Effect::Refused("workflow full can be reopened in implementation or planning only".to_owned())
    );
}

#[test]
fn a_stop_reaches_the_run_that_it_was_meant_for_and_no_later_one() {
    let mut session = running("full", "implementation");
    session.orchestrator = Some(7);
    session.run = "b".to_owned();
    let stop = |orchestrator, run: Option<&str>| {
        effect(&session, Act::Stop { orchestrator, run: run.map(str::to_owned) })
    };
    assert_eq!(stop(Some(7), Some("b")), Effect::Stopping);
    assert_eq!(stop(Some(6), Some("b")), Effect::Stopping, "the run's name alone counts");
    assert!(
        matches!(stop(Some(7), Some("a")), Effect::Refused(_)),
        "an earlier run with the same process id"
    );
    // As earlier versions ask.
    assert_eq!(stop(Some(7), None), Effect::Stopping);
    assert_eq!(stop(None, None), Effect::Stopping);
    assert!(matches!(stop(Some(6), None), Effect::Refused(_)));
}

#[test]
fn answers_have_the_order_of_their_file() {
    let ids = ["Q2", "Q10", "Q1"];
    let questions =
        ids.map(|id| SceneQuestion { id: id.to_owned(), title: format!("what about {id}") }).to_vec();
    let scene = Scene { questions, ..Scene::default() };
    let answers = ids.map(|id| (id.to_owned(), "yes".to_owned())).into();
    let act = Act::Answer { gate: gate("g1"), answers };
    let Effect::Answered { answers, .. } = rule(&at_answers(), &request("r", act), &scene) else {
        panic!("it was refused")
    };
    let order: Vec<_> = answers.iter().map(|answer| (answer.id.as_str(), answer.place)).collect();
    assert_eq!(order, [("Q2", 0), ("Q10", 1), ("Q1", 2)]);
}
