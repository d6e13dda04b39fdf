//! The demo agent's phases that touch the code: implementation, testing, quality.

use std::io;

use super::documents::{block, range};
use super::plan;
use super::project::{self, Stage};
use super::questions;
use super::shell::{self, Ran};
use super::workplace::{Report, Signal, Workplace, named};

/// Does one phase of the plan; without a plan the task is the plan, and all of it is done at once.
pub(super) fn implement(place: &mut Workplace) -> io::Result<Report> {
    let file = place.plan()?;
    let plan = file.as_deref().map(|file| place.session_file(file)).unwrap_or_default();
    let open = plan::open_phase(&plan);
    if file.is_some() && open.is_none() {
        return Ok(Report {
            summary: "every item of the plan is ticked".into(),
            signal: Signal::Continue(after_implementation(place)),
        });
    }

    let stage = open.as_ref().map_or(Stage::Documented, |open| open.stage);
    let title = open
        .as_ref()
        .map_or("Greet as the task asks", |open| {
            open.title.split_once(": ").map_or(open.title.as_str(), |(_, title)| title)
        })
        .to_owned();
    let paths = write_stage(place, stage, &plan)?;
    let tested = run_test(place)?;
    if let Some(ran) = tested.filter(|ran| ran.code != 0) {
        return Ok(blocked(&ran));
    }
    place.step("Bash git commit", 0)?;
    let message = format!("{title}\n\nMade by the demo agent of samocode.");
    let committed = shell::commit(&place.worktree, &paths, &message)?;

    // Ticked after the commit: cut off in between, the next run finds nothing to commit and ticks.
    let mut left = false;
    if let Some(file) = file {
        let ticked = plan::ticked(&plan);
        left = plan::open_phase(&ticked).is_some();
        place.write_session_file(&file, &ticked)?;
    }
    let verb = if committed { "committed" } else { "found done" };
    Ok(Report {
        summary: format!("{verb}: {title}"),
        signal: Signal::Continue(if left { "implementation".into() } else { after_implementation(place) }),
    })
}

fn after_implementation(place: &Workplace) -> String {
    place.next(&["testing", "quality", "done"])
}

/// Writes the program's files and gives their paths relative to the worktree.
fn write_stage(place: &mut Workplace, stage: Stage, plan: &str) -> io::Result<Vec<String>> {
    let folder = place.place();
    let choices = questions::choices(&place.session_file("_qa.md"));
    let files = project::files(stage, &choices, &plan::wish(plan));
    for file in &files {
        place.step(&format!("Edit {}", file.path), file.text.len())?;
    }
    let dir = place.worktree.join(folder);
    project::write(&dir, &files).map_err(|error| named(&dir, &error))?;
    Ok(files.iter().map(|file| format!("{folder}/{}", file.path)).collect())
}

/// Runs the project's test, if it has one.
fn run_test(place: &mut Workplace) -> io::Result<Option<Ran>> {
    let dir = place.worktree.join(place.place());
    if !dir.join("test.sh").is_file() {
        return Ok(None);
    }
    place.step("Bash sh test.sh", 0)?;
    shell::run(&dir, "sh", &["test.sh"]).map(Some)
}

fn blocked(ran: &Ran) -> Report {
    let reason = format!("`sh test.sh` ends with {}: {}", ran.code, ran.tail(3));
    Report { summary: "the test fails".into(), signal: Signal::Blocked(reason) }
}

/// Runs the test with a fresh eye and reports what it printed.
pub(super) fn test(place: &mut Workplace) -> io::Result<Report> {
    let ran = run_test(place)?;
    let told = ran.as_ref().map_or_else(
        || "Not run, because there is no `test.sh`.".to_owned(),
        |ran| {
            format!(
                "Command: `sh test.sh`, in `{}`\nExit code: {}\n\n{}",
                place.place(),
                ran.code,
                block(&ran.tail(20))
            )
        },
    );
    let text =
        format!("# Test report\n\nWritten by the demo agent of samocode: no model was asked.\n\n{told}\n");
    let file = place.write_document("test-report.md", &text)?;
    let Some(ran) = ran.filter(|ran| ran.code != 0) else {
        let reviewed = place.newest_document("-quality-review")?.is_some();
        let signal = if reviewed && place.may_go_to("done") {
            Signal::Continue("done".into())
        } else {
            Signal::Continue(place.next(&["quality", "done"]))
        };
        return Ok(Report { summary: format!("the tests pass; {file} has their output"), signal });
    };
    if place.may_go_to("implementation") {
        return Ok(Report {
            summary: format!("the test fails; {file} has its output"),
            signal: Signal::Continue("implementation".into()),
        });
    }
    Ok(blocked(&ran))
}

/// Reviews the branch by what git says of it.
pub(super) fn review(place: &mut Workplace) -> io::Result<Report> {
    let range = range(place).replace("..", "...");
    place.step("Bash git diff --stat", 0)?;
    let stat = shell::git(&place.worktree, &["diff", "--stat", &range])?;
    place.step("Bash git diff --check", 0)?;
    let check = shell::run(&place.worktree, "git", &["diff", "--check", &range])?;
    let verdict = if check.code == 0 {
        "Nothing blocks: `git diff --check` finds no conflict marks and no stray space.".to_owned()
    } else {
        format!("Minor, not fixed: `git diff --check` finds\n\n{}", block(&check.tail(10)))
    };
    let text = format!(
        "# Quality review\n\nWritten by the demo agent of samocode: no model was asked.\n\n## Changes\n\n{}\n\n## Findings\n\n{verdict}\n",
        block(&stat)
    );
    let file = place.write_document("quality-review.md", &text)?;
    Ok(Report {
        summary: format!("reviewed the branch; {file} has the findings"),
        signal: Signal::Continue(place.next(&["done", "testing"])),
    })
}
