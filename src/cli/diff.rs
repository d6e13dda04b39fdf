//! `diff N`: what a session's branch changes, against the commit that it came from. In a pipe the diff is all of the
//! output, so that it can be applied.

use std::io::Write;
use std::path::PathBuf;

use crate::cli::args::Files;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::{style, terminal};
use crate::config::Overrides;
use crate::engine::{BranchDiff, View, branch_diff};
use crate::git::DiffStyle;

/// How many paths are named.
const NAMED: usize = 5;

/// Said where git may not be asked in the worktree.
const NOT_LISTED: &str = "files that are not committed are not listed: an agent is at work in this repository, or was when samocode was killed";

/// `diff N`
pub(super) fn diff(files: &Files, session: &str, stat: bool) -> Result<u8, Failure> {
    let context = Context::load(files, Overrides::default())?;
    let view = View::read(&context.session(session)?)?;
    let changes = match branch_diff(&context.config.main_repo, &view)? {
        BranchDiff::Changes(changes) => changes,
        BranchDiff::NotMade => {
            return Err(Failure::usage(format!("{} has no branch yet: its worktree is not made", view.name))
                .with_hint(format!("`{}` makes it", context.command(&format!("run {}", view.name)))));
        }
        BranchDiff::Gone { branch, top } => {
            let top = top.display();
            return Err(Failure::usage(format!("the branch {branch} is gone from {top}")).with_hint(format!(
                "the snapshots of its iterations are still there: `git -C {top} for-each-ref refs/samocode`"
            )));
        }
    };
    if stat || terminal::is_terminal() {
        let (title, since) = changes.title();
        terminal::line(&style::strong(&(title + &since)));
        for commit in &changes.commits {
            terminal::line(&format!("  {} {}", style::dim(&commit.id), commit.subject));
        }
        if !changes.stat.is_empty() {
            terminal::line(&if stat { String::new() } else { format!("  {}\n", changes.stat) });
        }
    }
    // Git writes to the same place, past our buffer.
    let _ = std::io::stdout().flush();
    let style = if stat { DiffStyle::Stat } else { DiffStyle::Full };
    changes.show(style, terminal::is_colored())?;
    match changes.uncommitted(&view) {
        Some(paths) => say_uncommitted(&paths),
        None if view.worktree.is_some() => terminal::note(NOT_LISTED),
        None => {}
    }
    Ok(0)
}

/// Says what the diff does not show.
fn say_uncommitted(paths: &[PathBuf]) {
    let count = paths.len();
    if count == 0 {
        return;
    }
    let named: Vec<String> = paths.iter().take(NAMED).map(|path| path.display().to_string()).collect();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    let files = if count == 1 { "1 file is" } else { &format!("{count} files are") };
    terminal::note(&format!("{files} not committed and not shown: {}{more}", named.join(", ")));
}
