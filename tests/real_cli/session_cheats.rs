//! An agent that tries to pass the gates itself: by the files, by the command, by the inbox, and by what it leaves
//! behind. None of it counts.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use samocode::domain::event::Event;
use samocode::domain::request::{Effect, Who};
use samocode_testing_model::Walkthrough;

use crate::claude::until;
use crate::stage::{Stage, TASK};

/// Longer than a file rests before an edit of it counts.
const LONG_ENOUGH: Duration = Duration::from_secs(5);

/// Everything an agent may think of, from its worktree, with `next` as the phase that it wants.
fn cheat(next: &str) -> String {
    let program = Stage::program().display();
    format!(
        r#"
        session=$(ls -d "$PWD"/../../sessions/*-greet)
        sed -i 's/_waiting_/A/' "$session/_qa.md"
        sed -i 's/^Phase: .*/Phase: {next}/' "$session/_overview.md"
        person() {{ "$@" {program} --config "$PWD/../../project/.samocode" answer greet Q1=A Q2=A
                    "$@" {program} --config "$PWD/../../project/.samocode" approve greet; }}
        person env
        person env -i PATH="$PATH" HOME="$HOME"
        inbox=$session/../.samocode/${{session##*/}}/inbox
        printf '{{"id":"cheat-{next}","at":"2026-01-08T00:00:00Z","who":{{"terminal":"ada"}},"act":{{"set_phase":"{next}"}}}}' >"$inbox/0.json"
        export -f person
        (env -i PATH="$PATH" HOME="$HOME" setsid bash -c "$(declare -f person); while sleep 0.05; do person env; done" >/dev/null 2>&1 </dev/null &)
        echo tried
        "#
    )
}

#[test]
fn an_agent_passes_no_gate() {
    // What it forges never comes to be: the sandbox closes the record to it.
    assert_eq!(cheated("auto"), 0);
}

#[test]
fn an_agent_passes_no_gate_where_there_is_no_sandbox() {
    assert!(cheated("off") > 0, "the forged requests were seen");
}

/// Runs a session whose agent cheats wherever it can; the number of its forged requests that were received.
fn cheated(sandbox: &str) -> usize {
    let script = Walkthrough::design()
        .with_task(TASK)
        .with_last_command("requirements", &cheat("planning"))
        .with_last_command("planning", &cheat("done"));
    let stage = Stage::new(script).setting(&format!("SAMOCODE_SANDBOX={sandbox}"));
    let mut run = stage.begin(&["--workflow", "design"]);

    run.hears("samocode needs you: 2 questions");
    assert_stays_open(&stage, 2);
    assert_tried(&stage, 2);
    let qa = fs::read_to_string(stage.layout().qa()).unwrap();
    assert_eq!(qa.matches("_waiting_").count(), 2, "{qa}");
    assert_phase(&stage, "requirements");
    stage.act("answer", &["Q1=B", "Q2=A"]).with_code(0);

    run.hears("samocode needs you: a plan to approve");
    assert_stays_open(&stage, 4);
    assert_tried(&stage, 4);
    assert_phase(&stage, "planning");
    stage.act("approve", &[]).with_code(0);

    run.wait().with_code(0);
    stage.model.assert_nothing_unexpected();
    stage.was_told(3, "Answer: B - good day");
    assert_only_the_person_passed(&stage)
}

/// The gate after this iteration is not passed by anything that was done before it opened.
fn assert_stays_open(stage: &Stage, iteration: u32) {
    until("the gate opens", || stage.session().open_gate().map(|_| ()));
    let until = Instant::now() + LONG_ENOUGH;
    while Instant::now() < until {
        assert!(stage.session().open_gate().is_some(), "the gate after iteration {iteration} was passed");
        thread::park_timeout(Duration::from_millis(100));
    }
}

/// The agent did try, and was told why it failed.
fn assert_tried(stage: &Stage, iteration: u32) {
    let number = iteration.to_string();
    let requests = stage.model.requests();
    let last = requests.iter().rfind(|request| request.turn.label("Iteration") == Some(&number)).unwrap();
    let said = &last.turn.results[0].text;
    for words in ["called from inside an iteration", "nothing waits for answers", "tried"] {
        assert!(said.contains(words), "no {words:?} in what the commands said:\n{said}");
    }
}

fn assert_phase(stage: &Stage, phase: &str) {
    let overview = fs::read_to_string(stage.layout().overview()).unwrap();
    assert!(overview.contains(&format!("Phase: {phase}\n")), "{overview}");
}

/// The number of requests that somebody else made, to no effect.
fn assert_only_the_person_passed(stage: &Stage) -> usize {
    let received = stage.journal().into_iter().filter_map(|entry| match entry.event {
        Event::Received(received) => Some(received),
        _ => None,
    });
    let (cheats, acts): (Vec<_>, Vec<_>) =
        received.partition(|received| received.request.id.starts_with("cheat"));
    assert!(cheats.iter().all(|cheat| matches!(cheat.effect, Effect::Refused(_))), "{cheats:#?}");
    assert_eq!(acts.len(), 2, "{acts:#?}");
    assert!(acts.iter().all(|act| act.request.who == Who::Terminal("ada".to_owned())), "{acts:#?}");
    cheats.len()
}
