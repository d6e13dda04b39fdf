//! `restore N [STATE]`: shows what is kept of a session, and brings its worktree back to it after a yes.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::args::{Files, RestoreOptions};
use crate::cli::context::login;
use crate::cli::failure::Failure;
use crate::cli::request::Desk;
use crate::cli::{status, style, terminal};
use crate::domain::request::Who;
use crate::engine::{BranchMove, Point, PointKind, Restoration, RestorePlan, restore_points};
use crate::git::{FileChange, Git, How, Repository};
use crate::store;

/// How many states are listed, and how many files or commits are named, unless all are asked for.
const NAMED: usize = 20;

/// `restore N [STATE]`
pub(super) fn restore(files: &Files, session: &str, options: &RestoreOptions) -> Result<u8, Failure> {
    let desk = Desk::open(files, session)?;
    if desk.view.worktree.is_none() {
        return Err(Failure::usage(format!("{} has no worktree yet: nothing is kept of it", desk.view.name)));
    }
    match &options.state {
        None => list(&desk, options),
        Some(wanted) => bring_back(&desk, wanted, options),
    }
}

fn list(desk: &Desk, options: &RestoreOptions) -> Result<u8, Failure> {
    let shown = if options.all { usize::MAX } else { NAMED };
    let busy = store::holder(&desk.layout);
    let points = match &busy {
        // An agent is at work, and what it did to git's settings is not put back yet: only references are read.
        Some(_) => restore_points(
            &desk.layout,
            &Repository::for_reading(&Git::new(), &desk.context.config.main_repo)?,
        )?,
        None => Restoration::open(&desk.context.config, &desk.layout)?.points(shown)?,
    };
    if options.json {
        terminal::line(&status::to_json(&points)?);
        return Ok(0);
    }
    if points.is_empty() {
        terminal::line(&format!("nothing is kept of {} yet", desk.view.name));
        return Ok(0);
    }
    let older = points.len().saturating_sub(shown);
    if older > 0 {
        terminal::line(&style::dim(&format!("{older} older ones: --all")));
    }
    let width = points.iter().map(|point| point.name.len()).max().unwrap_or(0);
    for point in &points[older..] {
        terminal::line(&row(point, width));
    }
    if busy.is_some() {
        terminal::note(
            "samocode works on it; what differs from now is not compared, and nothing can be restored",
        );
        return Ok(0);
    }
    let command =
        desk.context.command(&format!("restore {} {}", desk.view.name, points[points.len() - 1].name));
    terminal::line(&format!(
        "\nbring one back, after a look at what that changes: {}",
        style::command(&command)
    ));
    Ok(0)
}

fn row(point: &Point, width: usize) -> String {
    let what = match point.kind {
        PointKind::After(_) => point.phase.clone().unwrap_or_default(),
        PointKind::Before(_) => "commits that HEAD was moved off".to_owned(),
        PointKind::Restore(_) => "before a restore".to_owned(),
    };
    let difference = match point.difference.as_deref() {
        None => String::new(),
        Some("") => "as it is now".to_owned(),
        Some(difference) => difference.to_owned(),
    };
    format!(
        "{:width$}  {}  {what:15} {}",
        style::strong(&format!("{:width$}", point.name)),
        time(point.at),
        style::dim(&difference)
    )
}

fn time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%m-%d %H:%M").to_string()
}

fn bring_back(desk: &Desk, wanted: &str, options: &RestoreOptions) -> Result<u8, Failure> {
    let list = desk.context.command(&format!("restore {}", desk.view.name));
    let hint = |failure: Failure| failure.with_hint(format!("`{list}` lists what is kept"));
    let mut held = Restoration::open(&desk.context.config, &desk.layout)?;
    let plan = held.plan(wanted, options.branch).map_err(|error| hint(error.into()))?;
    if options.json {
        terminal::line(&status::to_json(&plan_json(&plan))?);
    } else {
        sheet(&plan, options.all);
    }
    if let Some(path) = plan.in_the_way.first() {
        return Err(Failure::usage(format!("nothing was restored: {} would be lost", path.display()))
            .with_hint(
                "no snapshot holds what Git ignores, or what is too large; move it away, then try again",
            ));
    }
    let nothing = plan.files.is_empty() && !plan.missing;
    let moves = plan.branch.as_ref().is_some_and(|moved| {
        plan.head.as_ref() != Some(&moved.to) || plan.checked_out.as_ref() != Some(&moved.branch)
    });
    if nothing && !moves {
        terminal::note("nothing to do: it is as it was then");
        return Ok(0);
    }
    if options.json && !options.yes {
        return Ok(0);
    }
    agree(options.yes)?;
    let undo = plan.keeps.rsplit('/').next().unwrap_or_default();
    let with_branch = if plan.branch.is_some() { " --branch" } else { "" };
    let undo = desk.context.command(&format!("restore {} {undo}{with_branch}", desk.view.name));
    held.carry_out(&plan, Who::Terminal(login()))?;
    if !options.json {
        terminal::line(&format!(
            "{}; what stood before comes back with {}",
            style::good("restored"),
            style::command(&undo)
        ));
    }
    Ok(0)
}

fn agree(yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !terminal::is_person() {
        return Err(Failure::usage("nothing was restored: there is no terminal to ask on")
            .with_hint("`--yes` restores what is shown above"));
    }
    match terminal::ask("\nrestore this? [y/N] ").as_deref() {
        Some("y" | "Y" | "yes") => Ok(()),
        Some(_) | None => Err(Failure::usage("nothing was restored")),
    }
}

/// What will happen, for a person.
fn sheet(plan: &RestorePlan, all: bool) {
    let field = |label: &str, text: &str| {
        terminal::line(&format!("{} {text}", style::dim(&format!("{label:<9}"))));
    };
    field(
        "restore",
        &format!("{}: {}, of {}", style::strong(&plan.point.name), plan.point.words(), time(plan.point.at)),
    );
    let again = if plan.missing { ", which is gone and is made again first" } else { "" };
    field("worktree", &format!("{}{again}", plan.worktree.display()));
    let shown = if all { usize::MAX } else { NAMED };
    field("files", &counts(&plan.files));
    for file in plan.files.iter().take(shown) {
        terminal::line(&format!("  {:9} {}", verb(file.how), file.path.display()));
    }
    more(plan.files.len(), shown);
    for path in plan.in_the_way.iter().take(shown) {
        terminal::line(&format!("  {} {}", style::bad("in the way"), path.display()));
    }
    for left in plan.left_alone.iter().take(shown) {
        terminal::line(&format!("  stays     {} ({})", left.path.display(), left.reason));
    }
    field("commits", &commits(plan));
    for commit in plan.branch.iter().flat_map(|moved| &moved.leaves).take(shown) {
        terminal::line(&format!("  left      {} {}", style::dim(&commit.id), commit.subject));
    }
    more(plan.branch.as_ref().map_or(0, |moved| moved.leaves.len()), shown);
    field("kept", &format!("all that stands now, as {}; nothing is staged afterwards", plan.keeps));
}

fn more(count: usize, shown: usize) {
    if count > shown {
        terminal::line(&format!("  and {} more: --all", count - shown));
    }
}

fn counts(files: &[FileChange]) -> String {
    let count = |how: How| files.iter().filter(|file| file.how == how).count();
    match (count(How::Changed), count(How::Added), count(How::Deleted)) {
        (0, 0, 0) => "none changes".to_owned(),
        (changed, added, deleted) => format!("{changed} change, {added} appear, {deleted} vanish"),
    }
}

fn verb(how: How) -> &'static str {
    match how {
        How::Added => "appears",
        How::Changed => "changes",
        How::Deleted => "vanishes",
    }
}

fn commits(plan: &RestorePlan) -> String {
    let stopped = plan.operation.map(|operation| format!("; the stopped {operation}"));
    match &plan.branch {
        Some(BranchMove { branch, to, from, .. }) => {
            let from = from.as_deref().map_or("nowhere", short);
            let stopped = stopped.map(|words| words + " is given up").unwrap_or_default();
            format!("{branch} goes from {from} to {} and is checked out{stopped}", short(to))
        }
        None => {
            let head = plan.head.as_deref().map_or("no commit", short);
            let at = plan.checked_out.as_ref().map_or_else(|| "HEAD, detached,".to_owned(), Clone::clone);
            let stopped = stopped.map(|words| words + " stays, too").unwrap_or_default();
            format!("{at} stays at {head}{stopped}; --branch moves the branch back, too")
        }
    }
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

fn plan_json(plan: &RestorePlan) -> Value {
    let files: Vec<Value> = plan
        .files
        .iter()
        .map(|file| json!({"path": file.path.display().to_string(), "how": verb(file.how)}))
        .collect();
    let branch = plan.branch.as_ref().map(|moved| {
        let leaves: Vec<Value> =
            moved.leaves.iter().map(|commit| json!({"id": commit.id, "subject": commit.subject})).collect();
        json!({"branch": moved.branch, "from": moved.from, "to": moved.to, "leaves": leaves})
    });
    json!({
        "state": plan.point.name,
        "worktree": plan.worktree,
        "made_again": plan.missing,
        "files": files,
        "in_the_way": plan.in_the_way,
        "stay": plan.left_alone.iter().map(|left| left.path.display().to_string()).collect::<Vec<_>>(),
        "checked_out": plan.checked_out,
        "head": plan.head,
        "branch": branch,
        "kept_as": plan.keeps,
    })
}
