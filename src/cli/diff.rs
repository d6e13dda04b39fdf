//! `diff N`: what a session's branch changes, against the commit that it came from. In a pipe the diff is all of the
//! output, so that it can be applied.

use std::io::Write;

use crate::cli::args::Files;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::{style, terminal};
use crate::config::Overrides;
use crate::engine::View;
use crate::git::{DiffStyle, Git, Repository, Worktree};

/// How many paths are named.
const NAMED: usize = 5;

/// `diff N`
pub(super) fn diff(files: &Files, session: &str, stat: bool) -> Result<u8, Failure> {
    let context = Context::load(files, Overrides::default())?;
    let view = View::read(&context.session(session)?)?;
    let (Some(base), Some(base_branch)) = (&view.base_commit, &view.base_branch) else {
        return Err(Failure::usage(format!("{} has no branch yet: its worktree is not made", view.name))
            .with_hint(format!("`{}` makes it", context.command(&format!("run {}", view.name)))));
    };
    let repository = Repository::discover(&Git::new(), &context.config.main_repo)?;
    let Some(head) = repository.commit_of(&format!("refs/heads/{}", view.branch))? else {
        return Err(Failure::usage(format!(
            "the branch {} is gone from {}",
            view.branch,
            repository.top().display()
        ))
        .with_hint(format!(
            "the snapshots of its iterations are still there: `git -C {} for-each-ref refs/samocode`",
            repository.top().display()
        )));
    };
    let commits = repository.log_since(base, &head)?;
    if stat || terminal::is_terminal() {
        let count = match commits.len() {
            0 => "no commits".to_owned(),
            1 => "1 commit".to_owned(),
            many => format!("{many} commits"),
        };
        let since = base.get(..10).unwrap_or(base);
        terminal::line(&format!(
            "{} since {base_branch} ({since})",
            style::strong(&format!("{}: {count}", view.branch))
        ));
        for commit in &commits {
            terminal::line(&format!("  {} {}", style::dim(&commit.id), commit.subject));
        }
        let changed = repository.diffstat(base, &head)?;
        if !changed.is_empty() {
            terminal::line(&if stat { String::new() } else { format!("  {changed}\n") });
        }
    }
    // Git writes to the same place, past our buffer.
    let _ = std::io::stdout().flush();
    let style = if stat { DiffStyle::Stat } else { DiffStyle::Full };
    repository.show_diff(base, &head, style, terminal::is_colored())?;
    if view.state != "running" {
        // While an agent is at work, what it did to git's settings is not put back yet: a status could run it.
        uncommitted(&repository, &view);
    }
    Ok(0)
}

/// Says what the diff does not show. That the worktree cannot be read is no reason to fail: the branch was shown.
fn uncommitted(repository: &Repository, view: &View) {
    let state =
        view.worktree.as_ref().map(|path| Worktree::open(repository, path).and_then(|tree| tree.state()));
    let Some(Ok(state)) = state else {
        return;
    };
    let count = state.changes.len();
    if count == 0 {
        return;
    }
    let paths: Vec<String> = state.first_paths(NAMED).map(|path| path.display().to_string()).collect();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    let files = if count == 1 { "1 file is" } else { &format!("{count} files are") };
    terminal::note(&format!("{files} not committed and not shown: {}{more}", paths.join(", ")));
}
