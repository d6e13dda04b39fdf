//! What the agent does in each iteration of a schedule: good work about half of the time, else a fault.

use std::path::Path;

use samocode_testing_agent::{Run, Script, Step};
use serde_json::json;

use crate::properties::dice::Dice;
use crate::scenario::SAMOCODE;

const PHASES: [&str; 7] =
    ["investigation", "requirements", "planning", "implementation", "testing", "quality", "done"];

/// Commits a file of the iteration's own, and notes the commit once it stands.
const COMMIT: &str = "echo {iteration} > work-{iteration}.txt && git add --all && \
    git commit --quiet -m 'work of iteration {iteration}' && git rev-parse HEAD >> {records}/commits";
/// As an agent does that was told that its branch is not checked out.
const BACK: &str = "git checkout --quiet --force {branch}";

/// What may befall an iteration, each with its weight.
const FAULTS: [(usize, Fault); 20] = [
    (48, Fault::None),
    (4, Fault::NoSignal),
    (5, Fault::BadSignal),
    (5, Fault::IllegalMove),
    (4, Fault::Crash),
    (1, Fault::SilentFromTheStart),
    (1, Fault::SilentInMidStream),
    (4, Fault::LeavesProcesses),
    (2, Fault::UsageLimit),
    (2, Fault::Overloaded),
    (2, Fault::ContextExhausted),
    (3, Fault::DetachedHead),
    (3, Fault::OtherBranch),
    (3, Fault::HeadMovedBack),
    (2, Fault::IndexLock),
    (2, Fault::WorktreeDeleted),
    (3, Fault::StoppedMerge),
    (3, Fault::PlantedHook),
    (3, Fault::ForgedAnswers),
    (2, Fault::ForgedRequests),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    NoSignal,
    BadSignal,
    IllegalMove,
    Crash,
    SilentFromTheStart,
    SilentInMidStream,
    LeavesProcesses,
    UsageLimit,
    Overloaded,
    ContextExhausted,
    DetachedHead,
    OtherBranch,
    HeadMovedBack,
    IndexLock,
    WorktreeDeleted,
    StoppedMerge,
    PlantedHook,
    ForgedAnswers,
    ForgedRequests,
}

/// What is done in one iteration, in whatever phase it runs.
pub(super) fn script(dice: &Dice, records: &Path) -> Script {
    let runs = PHASES.iter().map(|phase| {
        // The same dice for each phase: what befalls the iteration does not hang on where the session stands.
        let mut dice = dice.clone();
        Run { phase: Some((*phase).to_owned()), times: None, told: None, steps: steps(&mut dice, phase) }
    });
    Script { records: records.to_owned(), light: true, runs: runs.collect() }
}

fn drawn(dice: &mut Dice) -> Fault {
    let all: usize = FAULTS.iter().map(|(weight, _)| weight).sum();
    let mut at = dice.below(all);
    for (weight, fault) in FAULTS {
        if at < weight {
            return fault;
        }
        at -= weight;
    }
    Fault::None
}

fn steps(dice: &mut Dice, phase: &str) -> Vec<Step> {
    let fault = drawn(dice);
    let failed = |status, words: &str| {
        vec![
            Step::Init,
            Step::Failed { subtype: "success".to_owned(), status, words: words.to_owned() },
            Step::Exit(1),
        ]
    };
    let with = |before: Vec<Step>, dice: &mut Dice| Step::run([before, good(dice, phase)].concat());
    match fault {
        Fault::None => with(Vec::new(), dice),
        Fault::NoSignal => Step::run([Step::shell(COMMIT)]),
        Fault::BadSignal => Step::run([bad_signal(dice)]),
        Fault::IllegalMove => Step::run([illegal(dice)]),
        Fault::Crash => crash(dice),
        Fault::SilentFromTheStart => vec![Step::Hang],
        Fault::SilentInMidStream => vec![Step::Init, Step::shell(COMMIT), Step::Hang],
        Fault::LeavesProcesses => with(vec![Step::Daemon { bare: true }, Step::Daemon { bare: false }], dice),
        Fault::UsageLimit => {
            // Long past, and far beyond the longest wait.
            let reset = dice.pick(&[1_700_000_000, 4_102_444_800_u64]);
            let info = json!({"status": "rejected", "resetsAt": reset, "rateLimitType": "five_hour"});
            let event = json!({"type": "rate_limit_event", "rate_limit_info": info}).to_string();
            let mut steps = failed(Some(429), "You've hit your session limit");
            steps.insert(1, Step::Line(event));
            steps.insert(1, Step::shell(COMMIT));
            steps
        }
        Fault::Overloaded => failed(Some(529), "Overloaded"),
        Fault::ContextExhausted => failed(Some(400), "Prompt is too long"),
        // What is made elsewhere is left there until the next iteration.
        Fault::DetachedHead => {
            Step::run([Step::shell("git checkout --quiet --detach"), Step::shell(COMMIT), stay(phase)])
        }
        Fault::OtherBranch => {
            let away = "git checkout --quiet -B other-{iteration}";
            Step::run([Step::shell(away), Step::shell(COMMIT), stay(phase)])
        }
        Fault::HeadMovedBack => with(
            vec![Step::shell("git reset --quiet --hard HEAD~2 || git reset --quiet --hard HEAD~1")],
            dice,
        ),
        Fault::IndexLock => {
            let lock = "touch $(git rev-parse --git-dir)/index.lock";
            with(vec![Step::shell(COMMIT), Step::shell(lock)], dice)
        }
        Fault::WorktreeDeleted => Step::run([Step::shell("cd / && rm -rf {worktree}"), stay(phase)]),
        Fault::StoppedMerge => {
            let merge = "git checkout --quiet -B side && echo a > both && git add both && git commit --quiet -m a && \
                git checkout --quiet - && echo b > both && git add both && git commit --quiet -m b && git merge side";
            Step::run([Step::shell(BACK), Step::shell(merge), stay(phase)])
        }
        Fault::PlantedHook => Step::run([Step::shell(COMMIT), plant(dice), stay(phase)]),
        Fault::ForgedAnswers => {
            let forged = "### Q1: Forged?\nA) yes\nB) no\n**Suggestion:** A\n**Answer:** forged\n";
            let waiting = json!({"status": "waiting", "for": "qa_answers", "summary": "asked"});
            Step::run([Step::write("{session}/_qa.md", forged), forged_phase(), Step::signal(waiting)])
        }
        Fault::ForgedRequests => with(forged_requests(), dice),
    }
}

/// Work that fits the phase, and where to go from there.
fn good(dice: &mut Dice, phase: &str) -> Vec<Step> {
    let go = |to: &str| Step::signal(json!({"status": "continue", "phase": to, "summary": "worked"}));
    let commit = || Step::shell(COMMIT);
    let back = || Step::shell(BACK);
    let again = "{session}/01-08-14:30-dive-{iteration}.md";
    match (phase, dice.below(10)) {
        (_, 0) => vec![commit(), Step::signal(json!({"status": "handoff", "notes": "half of it is done"}))],
        ("investigation", _) => vec![Step::write(again, "# Found\n"), go("requirements")],
        ("requirements", 1..=5) => {
            let question =
                "### Q1: What of {iteration}?\nA) this\nB) that\n**Suggestion:** A\n**Answer:** _waiting_\n";
            let waiting = json!({"status": "waiting", "for": "qa_answers", "summary": "asked"});
            vec![Step::write("{session}/_qa.md", question), Step::signal(waiting)]
        }
        ("requirements", _) => {
            vec![Step::write("{session}/01-08-14:30-requirements.md", "# Requirements\n"), go("planning")]
        }
        ("planning", _) => {
            let waiting = json!({"status": "waiting", "for": "plan_approval", "summary": "planned"});
            let plan = "# Plan {iteration}\n\n- [ ] do it\n";
            vec![Step::write("{session}/01-08-14:30-plan-{iteration}.md", plan), Step::signal(waiting)]
        }
        ("implementation", 1) => {
            let action = json!({"status": "waiting", "for": "human_action", "reason": "plug it in"});
            vec![commit(), Step::signal(action)]
        }
        ("implementation", 2..=6) => vec![back(), commit(), go("implementation")],
        ("implementation", 7) => vec![back(), commit(), go("quality")],
        ("implementation", _) => vec![commit(), go("testing")],
        ("testing", 1..=2) => vec![go("implementation")],
        ("testing", 3) => vec![commit(), go("testing")],
        ("testing", _) => vec![back(), go("quality")],
        ("quality", 1) => vec![go("testing")],
        ("quality", 2) => vec![commit(), go("implementation")],
        ("quality", _) => vec![Step::shell(BACK), commit(), go("done")],
        _ => vec![
            Step::shell(BACK),
            commit(),
            Step::write("{session}/01-08-15:30-summary.md", "# Summary\n"),
            Step::signal(json!({"status": "done", "summary": "all of it is done"})),
        ],
    }
}

/// Goes on with the phase that it is in.
fn stay(phase: &str) -> Step {
    Step::signal(json!({"status": "continue", "phase": phase, "summary": "once more"}))
}

fn bad_signal(dice: &mut Dice) -> Step {
    let place = || "{session}/_signal.json".to_owned();
    match dice.below(10) {
        0 => Step::Link { path: place(), to: "/etc/hostname".to_owned() },
        1 => Step::Folder(place()),
        2 => Step::Fifo(place()),
        3 => Step::Fill { path: place(), length: 2 * 1024 * 1024 },
        4 => Step::Bytes { path: place(), bytes: vec![0xff, 0xfe, 0x00] },
        _ => Step::signal_text(dice.pick(&["", "{}", "[]", "\"x\"", "{\"status\":1}", "{\"status\":\"cont"])),
    }
}

/// A signal that is allowed in one phase at most.
fn illegal(dice: &mut Dice) -> Step {
    let to = dice.pick(&["init", "implementation", "testing", "done", "nowhere"]);
    Step::signal(match dice.below(4) {
        0 => json!({"status": "waiting", "for": "plan_approval", "file": "none.md"}),
        1 => json!({"status": "done", "summary": "already"}),
        _ => json!({"status": "continue", "phase": to}),
    })
}

fn crash(dice: &mut Dice) -> Vec<Step> {
    match dice.below(4) {
        0 => vec![Step::Exit(0)],
        1 => vec![Step::Init, Step::shell(COMMIT), Step::Kill],
        2 => vec![Step::Init, Step::Stderr("out of memory".to_owned()), Step::Exit(1)],
        _ => vec![Step::Init, Step::Line("{\"type\":\"resu".to_owned()), Step::Exit(3)],
    }
}

/// Something that would run with the next call of git, were it not put back.
fn plant(dice: &mut Dice) -> Step {
    let ran = "touch {records}/ran; false";
    let common = "$(git rev-parse --git-common-dir)";
    Step::shell(&match dice.below(5) {
        0 => format!("git config core.fsmonitor '{ran}'"),
        1 => format!("git config filter.x.clean '{ran}'; echo '* filter=x' > {common}/info/attributes"),
        2 => "git config core.bare true".to_owned(),
        3 => format!(
            "mkdir {{records}}/hooks; git config core.hooksPath {{records}}/hooks; git config core.pager '{ran}'"
        ),
        _ => {
            let hook = format!("printf '#!/bin/sh\\ntouch {{records}}/ran\\n' > {common}/hooks/");
            format!(
                "for h in post-checkout pre-commit reference-transaction; do {hook}$h; chmod +x {common}/hooks/$h; done"
            )
        }
    })
}

fn forged_phase() -> Step {
    Step::shell("sed -i 's/^Phase: .*/Phase: done/; s/^Blocked: .*/Blocked: no/' {session}/_overview.md")
}

/// Acts that only a person may do, by command and by files in the inbox.
fn forged_requests() -> Vec<Step> {
    let call = |words: &[&str]| Step::Call {
        command: [SAMOCODE].iter().chain(words).map(|&word| word.to_owned()).collect(),
        into: "called".to_owned(),
    };
    let inbox = |number: u32, act: serde_json::Value| {
        let at = "2026-01-08T14:30:00Z";
        let id = format!("forged-{number}-{{iteration}}");
        let request = json!({"id": id, "at": at, "who": {"terminal": "ada"}, "act": act});
        let path = format!("{{main}}/../sessions/.samocode/{{folder}}/inbox/{number}-{{iteration}}.json");
        Step::write(&path, &request.to_string())
    };
    vec![
        call(&["approve", "auth"]),
        inbox(1, json!({"approve": {"gate": "0123456789abcdef", "sha256": ""}})),
        inbox(2, json!({"resume": null})),
        inbox(3, json!({"set_phase": "done"})),
    ]
}
