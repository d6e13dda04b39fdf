//! What keys make of the screen, and which requests they send.

use std::collections::BTreeMap;

use super::*;
use crate::domain::gate::GateId;
use crate::domain::request::Act;

fn gate() -> GateId {
    GateId::from_random("00000000000000aa".to_owned())
}

/// The acts that are sent, in one request after the other.
fn acts(commands: Vec<Command>) -> Vec<Act> {
    let acts = |command| match command {
        Command::Ask { acts, .. } => acts,
        _ => Vec::new(),
    };
    commands.into_iter().flat_map(acts).collect()
}

#[test]
fn questions_are_answered_with_letters_words_and_suggestions() {
    let mut model = model((80, 30), vec![sample::asking()]);
    typed(&mut model, "⏎");
    // Q1 by its second option and one more; Q2's first; Q4 in words.
    typed(&mut model, "↓␣↓␣");
    assert!(shown(&model).contains("◉ B) localStorage"), "{}", shown(&model));
    typed(&mut model, "↓↓⏎⏎sorry⏎");
    assert!(shown(&model).contains("▌ ▶ send the answers"), "{}", shown(&model));
    typed(&mut model, "⏎");
    let sent = acts(typed(&mut model, "y"));
    let answers = [
        ("Q1", "B - localStorage; C - memory only, with a silent refresh in a hidden frame"),
        ("Q2", "A - 15 minutes"),
        ("Q4", "sorry"),
    ];
    let answers: BTreeMap<_, _> = answers.map(|(id, text)| (id.to_owned(), text.to_owned())).into();
    assert_eq!(sent, [Act::Answer { gate: gate(), answers }]);
}

#[test]
fn all_suggestions_are_taken_at_once_and_what_has_none_is_said() {
    let mut model = model((80, 30), vec![sample::asking()]);
    typed(&mut model, "⏎A");
    let screen = shown(&model);
    assert!(screen.contains("◉ A) httpOnly cookie") && screen.contains("2 without a suggestion"), "{screen}");
    assert!(screen.contains("▌ ▶ send 1 of 3 answers"), "{screen}");
}

#[test]
fn drafts_stay_while_the_gate_does_and_go_with_a_question_that_reads_otherwise() {
    let mut model = model((80, 30), vec![sample::asking()]);
    typed(&mut model, "⏎⏎");
    data(&mut model, sessions(vec![sample::asking()]));
    assert!(shown(&model).contains("◉ A) httpOnly"), "{}", shown(&model));
    let mut other = sample::asking();
    if let Some(crate::engine::GateKindView::Answers { questions, .. }) =
        other.gate.as_mut().map(|gate| &mut gate.kind)
    {
        questions[0].title = "Something else?".to_owned();
    }
    data(&mut model, sessions(vec![other]));
    assert!(!shown(&model).contains('◉'), "{}", shown(&model));
}

#[test]
fn a_plan_is_approved_only_as_it_was_shown() {
    let mut model = model((80, 24), vec![sample::planned()]);
    typed(&mut model, "⏎1a");
    assert!(shown(&model).contains("once more (a) to approve it"), "it was not in sight");
    assert!(acts(typed(&mut model, "ay")).is_empty(), "and it was not even read yet");
    data(&mut model, plan(false));
    typed(&mut model, "a");
    let Data::Plan { folder, plan: Some(mut other) } = plan(false) else { panic!("it is a plan") };
    other.sha256 = "0".repeat(64);
    data(&mut model, Data::Plan { folder, plan: Some(other) });
    assert!(shown(&model).contains("the plan changed just now"), "{}", shown(&model));
    assert!(acts(typed(&mut model, "y")).is_empty(), "the dialog is gone");
    let sent = acts(typed(&mut model, "ay"));
    assert_eq!(sent, [Act::Approve { gate: gate(), sha256: "0".repeat(64) }]);
}

#[test]
fn a_plan_goes_back_only_with_words() {
    let mut model = model((80, 24), vec![sample::planned()]);
    typed(&mut model, "⏎");
    data(&mut model, plan(false));
    assert!(acts(typed(&mut model, "x⏎")).is_empty());
    let sent = acts(typed(&mut model, "no new library⏎"));
    assert_eq!(sent, [Act::Reject { gate: gate(), message: "no new library".to_owned() }]);
    assert!(acts(typed(&mut model, "xwords⎋")).is_empty());
}

#[test]
fn what_is_blocked_is_told_and_resumed_in_one_go() {
    let mut model = model((80, 24), vec![sample::blocked()]);
    let sent = acts(typed(&mut model, "⏎rgranted⏎"));
    assert_eq!(sent, [Act::Tell("granted".to_owned()), Act::Resume(None)]);
    assert_eq!(acts(typed(&mut model, "r⏎")), [Act::Resume(None)]);
    assert!(shown(&model).contains("start it: samocode run migrate-users"), "{}", shown(&model));
}

#[test]
fn a_session_is_told_stopped_and_reopened() {
    let mut model = model((80, 24), vec![sample::running()]);
    assert_eq!(acts(typed(&mut model, "⏎thi there⏎")), [Act::Tell("hi there".to_owned())]);
    assert!(acts(typed(&mut model, "sn")).is_empty());
    assert_eq!(
        acts(typed(&mut model, "sy")),
        [Act::Stop { orchestrator: Some(77), run: Some("r1".to_owned()) }]
    );
    assert!(acts(typed(&mut model, "ro")).is_empty(), "it is not blocked, nor done");
    data(&mut model, sessions(vec![sample::running(), sample::done()]));
    typed(&mut model, "q↓⏎");
    let message = "more".to_owned();
    assert_eq!(acts(typed(&mut model, "omore⏎")), [Act::Reopen { phase: None, message }]);
}

#[test]
fn inside_an_iteration_one_may_look_and_not_act() {
    let mut model = model((80, 24), vec![sample::planned(), sample::asking()]);
    model.setting.inside = true;
    for keys in ["⏎", "a", "y", "x", "t", "r", "s", "q", "↓⏎", "⏎", "A", "⏎", "y"] {
        assert!(acts(typed(&mut model, keys)).is_empty(), "{keys}");
        assert!(model.dialog.is_none(), "{keys}");
    }
}

#[test]
fn names_are_filtered_and_the_way_back_is_one_key_each() {
    let mut model = model((80, 24), sample::all());
    typed(&mut model, "/DARK");
    assert!(shown(&model).contains("dark-mode") && !shown(&model).contains("fix-login"), "{}", shown(&model));
    typed(&mut model, "⏎⏎");
    assert_eq!(model.view().unwrap().name, "dark-mode");
    assert_eq!(typed(&mut model, "q"), [Command::Show(None)]);
    typed(&mut model, "⎋");
    assert!(shown(&model).contains("fix-login") && !model.over);
    typed(&mut model, "?q");
    assert!(!model.over, "a key leaves the help");
    typed(&mut model, "q");
    assert!(model.over);
}

#[test]
fn a_search_in_a_document_goes_round_and_ends_with_escape() {
    let mut model = model((80, 24), vec![sample::planned()]);
    typed(&mut model, "⏎");
    data(&mut model, plan(false));
    typed(&mut model, "/KEY⏎");
    assert!(shown(&model).contains("/KEY  1 of 2"), "{}", shown(&model));
    typed(&mut model, "nn");
    assert!(shown(&model).contains("/KEY  1 of 2"), "{}", shown(&model));
    typed(&mut model, "⎋");
    assert!(!shown(&model).contains("/KEY") && model.open.is_some());
    typed(&mut model, "/nowhere⏎");
    assert!(shown(&model).contains("not found"), "{}", shown(&model));
}

#[test]
fn nothing_is_drawn_again_while_nothing_changes() {
    let mut model = model((80, 24), vec![sample::planned()]);
    model.update(Input::Tick(sample::at(0)));
    model.changed = false;
    for second in 0..50 {
        model.update(Input::Tick(sample::at(0) + jiff::SignedDuration::from_secs(second)));
    }
    assert!(!model.changed);
    model.update(Input::Tick(sample::at(-1)));
    assert!(model.changed, "its age is another one");
}
