//! Sessions to draw.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::domain::outcome::Usage;
use crate::domain::phase::Phase;
use crate::domain::verdict::BlockCause;
use crate::engine::{
    ChangeKind, GateKindView, GateView, GuidanceView, Live, Moment, QuestionView, VerificationView, View,
};
use crate::store::Holder;
use crate::tui::model::DiffText;

pub(super) const PLAN: &str = "\
# Plan: JWT auth

The task: **log in** with a token that scripts cannot read.

## Phase 1: The token

- [x] `src/token.rs` signs and checks
- [ ] keys come from the environment, never from a file that could be committed by accident one day
  - [ ] a test for a key that is missing

```rust
pub fn sign(claims: &Claims) -> Result<String, TokenError>
```

## Phase 2: The cookie

1. [ ] httpOnly, `SameSite=Strict`
2. [ ] cleared on logout

> Verified by: cargo test
";

pub(super) fn at(minutes: i64) -> Timestamp {
    let noon: Timestamp = "2026-01-08T12:00:00Z".parse().unwrap();
    noon - SignedDuration::from_mins(minutes)
}

fn usage(tokens: u64, cost: f64) -> Usage {
    Usage { input_tokens: tokens, output_tokens: tokens / 10, cost_usd: Some(cost), ..Usage::default() }
}

fn session(name: &str, phase: &str, state: &'static str) -> View {
    let phases =
        ["init", "investigation", "requirements", "planning", "implementation", "testing", "quality", "done"];
    View {
        folder: format!("26-01-08-{name}"),
        name: name.to_owned(),
        task: Some(
            "Add JWT auth to the service, with a cookie that scripts cannot read\nand tests".to_owned(),
        ),
        workflow: "full".to_owned(),
        phase: phase.to_owned(),
        phases: phases.map(str::to_owned).to_vec(),
        reopened_in: vec!["implementation".to_owned()],
        iteration: 7,
        used_in_phase: 2,
        most_in_phase: Some(10),
        state,
        gate: None,
        block: None,
        reason: None,
        until: None,
        summary: None,
        verification: None,
        usage: usage(142_000, 1.24),
        worked_ms: 754_000,
        created_at: at(95),
        changed_at: at(3),
        last_action: Some("wrote the plan".to_owned()),
        next: Some("a person: plan_approval".to_owned()),
        branch: name.to_owned(),
        base_branch: Some("main".to_owned()),
        base_commit: Some("9816fecf8c0011223344556677889900aabbccdd".to_owned()),
        worktree: Some(PathBuf::from(format!("/w/26-01-08-{name}"))),
        session_dir: PathBuf::from(format!("/s/26-01-08-{name}")),
        orchestrator: Some(Holder { pid: 77, since: at(95), run: "r1".to_owned() }),
        live: None,
        guidance: Vec::new(),
        unread_guidance: 0,
    }
}

fn gate(waits_for: &'static str, kind: GateKindView) -> Option<GateView> {
    Some(GateView { id: "00000000000000aa".to_owned(), waits_for, kind })
}

pub(super) fn asking() -> View {
    let question =
        |id: &str, title: &str, options: &[&str], suggested: &str, answer: Option<&str>| QuestionView {
            id: id.to_owned(),
            title: title.to_owned(),
            options: ('A'..).zip(options.iter().map(|words| (*words).to_owned())).collect(),
            suggestion: (!suggested.is_empty()).then(|| suggested.to_owned()),
            suggested: suggested.chars().take(1).collect(),
            answer: answer.map(str::to_owned),
        };
    let questions = vec![
        question(
            "Q1",
            "Where should tokens live, given that the page runs scripts of three other vendors?",
            &["httpOnly cookie", "localStorage", "memory only, with a silent refresh in a hidden frame"],
            "A - not readable by scripts",
            None,
        ),
        question("Q2", "How long is a token valid?", &["15 minutes", "a day"], "", None),
        question("Q3", "Which library signs?", &["jsonwebtoken", "josekit"], "A", Some("A - jsonwebtoken")),
        question("Q4", "What should an expired token's page say?", &[], "", None),
    ];
    let kind = GateKindView::Answers { file: PathBuf::from("/s/_qa.md"), questions };
    View { gate: gate("your answers", kind), ..session("add-auth", "requirements", "waiting") }
}

pub(super) fn planned() -> View {
    let kind = GateKindView::Approval {
        file: PathBuf::from("/s/26-01-08-add-auth/01-08-14:30-plan-auth.md"),
        sha256: Some("5f70bf18a0860070".to_owned()),
        changed: false,
        headings: vec!["Plan: JWT auth".to_owned()],
        items: 5,
    };
    View { gate: gate("your approval of the plan", kind), ..session("add-auth", "planning", "waiting") }
}

pub(super) fn running() -> View {
    let live = Live {
        iteration: 12,
        phase: Phase::named("testing"),
        provider: "claude".to_owned(),
        since: at(2),
        worked_ms: 120_000,
        tool: Some("Bash cargo test --workspace".to_owned()),
        usage: usage(12_300, 0.42),
        trouble: None,
    };
    let guidance = |text: &str, read_by| GuidanceView {
        text: text.to_owned(),
        who: "ada at a terminal".to_owned(),
        at: at(20),
        read_by,
    };
    View {
        live: Some(live),
        iteration: 12,
        guidance: vec![guidance("no new dependency", Some(9)), guidance("mind the old clients", None)],
        unread_guidance: 1,
        ..session("speed-up-the-search", "testing", "running")
    }
}

pub(super) fn blocked() -> View {
    View {
        block: Some(BlockCause::Asked),
        reason: Some("The staging database refuses the role `app`.\nWho may grant it?".to_owned()),
        orchestrator: None,
        ..session("migrate-users", "implementation", "blocked")
    }
}

pub(super) fn parked() -> View {
    View {
        reason: Some("the usage limit is reached".to_owned()),
        until: Some(at(-60)),
        ..session("fix-login", "quality", "parked")
    }
}

pub(super) fn done() -> View {
    View {
        summary: Some("Dark mode for all pages; 4 commits".to_owned()),
        orchestrator: None,
        changed_at: at(60 * 50),
        verification: Some(VerificationView {
            command: "cargo test".to_owned(),
            commit: Some("25710b9".to_owned()),
            passed: true,
            words: "`cargo test` passed on 25710b9 in 42 s".to_owned(),
            origins: Vec::new(),
            failed_in_a_row: 0,
            at: at(3000),
            took_ms: 42_000,
            log: None,
        }),
        ..session("dark-mode", "done", "done")
    }
}

pub(super) fn idle() -> View {
    View {
        orchestrator: None,
        changed_at: at(200),
        ..session("rename-things", "investigation", "interrupted")
    }
}

pub(super) fn all() -> Vec<View> {
    vec![done(), running(), planned(), blocked(), parked(), idle()]
}

pub(super) fn moments() -> Vec<Moment> {
    vec![
        Moment::Up("claude · 2.1.197 · opus".to_owned()),
        Moment::Words("I run the tests first.\n\n- the **unit** tests\n- then `cargo clippy`".to_owned()),
        Moment::Call("Bash cargo test --workspace".to_owned()),
        Moment::Trouble("the service is overloaded; try 2 of 10".to_owned()),
        Moment::Call("Edit …/src/token.rs".to_owned()),
        Moment::End("the run ended · 12.3k tokens, $0.42: all tests pass".to_owned(), true),
    ]
}

pub(super) fn diff() -> DiffText {
    let lines = |text: &str| text.lines().map(str::to_owned).collect();
    DiffText {
        head: lines(
            "add-auth: 1 commit since main (9816fecf8c)\n  25710b9 The token\n  1 file changed, 2 insertions(+), 1 deletion(-)",
        ),
        patch: lines(
            "diff --git a/src/token.rs b/src/token.rs\nindex aecad16..becad17 100644\n--- a/src/token.rs\n+++ b/src/token.rs\n\
             @@ -1,3 +1,4 @@ mod token\n use std::env;\n-const KEY: &str = \"secret\";\n+/// Never in a file.\n+fn key() -> Result<String, VarError> { env::var(\"TOKEN_KEY\") }\n fn sign() {}",
        ),
        notes: vec!["not committed and not shown: notes.txt".to_owned()],
    }
}

pub(super) fn changes() -> Vec<(ChangeKind, String)> {
    vec![
        (ChangeKind::Same, "## Phase 2: The cookie".to_owned()),
        (ChangeKind::Removed, "1. [ ] httpOnly".to_owned()),
        (ChangeKind::Added, "1. [ ] httpOnly, `SameSite=Strict`".to_owned()),
    ]
}

/// Lines of a log.
pub(super) fn log(first: usize, count: usize) -> Vec<String> {
    let line = |number: usize| {
        if number.is_multiple_of(10) {
            return format!("01-08 12:{:02}:00  #{number} planning · claude started", number / 10 % 60);
        }
        "                a line that says more about it, and goes on for a while until it ends".to_owned()
    };
    (first..first + count).map(line).collect()
}
