//! The demo agent's phases that touch the code: implementation, testing, quality.

use std::fs;
use std::io;

use super::documents::{block, range};
use super::plan::{self, OpenPhase};
use super::project::{self, Stage};
use super::questions;
use super::shell::{self, Ran};
use super::story::Story;
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

    let built = match place.story.clone() {
        Some(story) => told(place, &story, open.map(|open| open.number))?,
        None => greet(place, open.as_ref(), &plan)?,
    };
    let Built { title, committed } = match built {
        Ok(built) => built,
        Err(failed) => return Ok(blocked(&failed)),
    };

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

/// What was built, and whether there was anything to commit.
struct Built {
    title: String,
    committed: bool,
}

/// The step of a story that the plan's phase of that number is, or all steps.
fn told(place: &mut Workplace, story: &Story, number: Option<usize>) -> io::Result<Result<Built, Checked>> {
    let qa = place.session_file("_qa.md");
    let steps = story.steps()?;
    let (from, count) = number.map_or((0, steps.len()), |number| (number.saturating_sub(1), 1));
    let mut titles = Vec::new();
    let mut committed = false;
    for step in steps.iter().skip(from).take(count) {
        let files = story.files(step, &qa)?;
        for (path, bytes) in &files {
            place.step(&format!("Write {path}"), bytes.len())?;
            let whole = place.worktree.join(path);
            let folder = whole.parent().unwrap_or(&place.worktree);
            fs::create_dir_all(folder).map_err(|error| named(folder, &error))?;
            fs::write(&whole, bytes).map_err(|error| named(&whole, &error))?;
        }
        if let Some(failed) = check(place)?.filter(|checked| checked.ran.code != 0) {
            return Ok(Err(failed));
        }
        let paths: Vec<String> = files.into_iter().map(|(path, _)| path).collect();
        committed |= commit(place, &step.title, &paths)?;
        titles.push(step.title.clone());
    }
    Ok(Ok(Built { title: titles.join("; "), committed }))
}

/// One stage of the greeting; without a plan all of it.
fn greet(place: &mut Workplace, open: Option<&OpenPhase>, plan: &str) -> io::Result<Result<Built, Checked>> {
    let stage = open.map_or(Stage::Documented, |open| open.stage);
    let title = open
        .map_or("Greet as the task asks", |open| {
            open.title.split_once(": ").map_or(open.title.as_str(), |(_, title)| title)
        })
        .to_owned();
    let paths = write_stage(place, stage, plan)?;
    if let Some(failed) = check(place)?.filter(|checked| checked.ran.code != 0) {
        return Ok(Err(failed));
    }
    let committed = commit(place, &title, &paths)?;
    Ok(Ok(Built { title, committed }))
}

fn commit(place: &mut Workplace, title: &str, paths: &[String]) -> io::Result<bool> {
    place.step("Bash git commit", 0)?;
    let message = format!("{title}\n\nMade by the demo agent of samocode.");
    shell::commit(&place.worktree, paths, &message)
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

/// A check that was run.
struct Checked {
    command: String,
    /// Where, relative to the worktree.
    place: String,
    ran: Ran,
}

/// Runs the project's test, if it has one.
fn check(place: &mut Workplace) -> io::Result<Option<Checked>> {
    let found = match &place.story {
        Some(story) => story.text("check", "")?.map(|line| (line.trim().to_owned(), ".")),
        None => {
            let folder = place.place();
            let stands = place.worktree.join(folder).join("test.sh").is_file();
            stands.then(|| ("sh test.sh".to_owned(), folder))
        }
    };
    let Some((command, folder)) = found.filter(|(command, _)| !command.is_empty()) else {
        return Ok(None);
    };
    place.step(&format!("Bash {command}"), 0)?;
    let ran = shell::run(&place.worktree.join(folder), "sh", &["-c", &command])?;
    Ok(Some(Checked { command, place: folder.to_owned(), ran }))
}

fn blocked(Checked { command, ran, .. }: &Checked) -> Report {
    let reason = format!("`{command}` ends with {}: {}", ran.code, ran.tail(3));
    Report { summary: "the test fails".into(), signal: Signal::Blocked(reason) }
}

/// Runs the test with a fresh eye and reports what it printed.
pub(super) fn test(place: &mut Workplace) -> io::Result<Report> {
    let checked = check(place)?;
    let told = checked.as_ref().map_or_else(
        || "Not run, because there is no test.".to_owned(),
        |Checked { command, place, ran }| {
            let shown = block(&ran.tail(20));
            format!("Command: `{command}`, in `{place}`\nExit code: {}\n\n{shown}", ran.code)
        },
    );
    let text =
        format!("# Test report\n\nWritten by the demo agent of samocode: no model was asked.\n\n{told}\n");
    let file = place.write_document("test-report.md", &text)?;
    let Some(failed) = checked.filter(|checked| checked.ran.code != 0) else {
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
    Ok(blocked(&failed))
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
