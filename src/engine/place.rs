//! The init phase, done by samocode itself: branch, worktree, copied files, set-up command, notebook.

use std::fs;
use std::time::Duration;

use crate::domain::command::Exit;
use crate::domain::event::{Event, Prepared};
use crate::engine::orchestrator::Orchestrator;
use crate::engine::shell::ShellCommand;
use crate::engine::stay::Errand;
use crate::engine::{EngineError, Wish, overview};
use crate::git::{self, WorktreeSpec};
use crate::process::Cut;

/// How long a fetch may take before the remote counts as out of reach.
const FETCH_LIMIT: Duration = Duration::from_secs(30);
/// How long `SAMOCODE_SETUP` may run.
const SETUP_LIMIT: Duration = Duration::from_secs(30 * 60);
/// How much of a failed set-up's output is shown, in bytes.
const SETUP_TAIL: usize = 2048;

/// How the set-up command ended.
enum SetUp {
    /// It succeeded, or none is set.
    Complete,
    /// The person ended it; the next start runs it again.
    Stopped,
    /// It failed, in words for the person.
    Failed(String),
}

impl Orchestrator<'_> {
    /// Makes the worktree with everything that a fresh one lacks. Done again after a kill, it ends the same.
    pub(super) fn prepare(&mut self) -> Result<Option<Wish>, EngineError> {
        self.exclude_own_folders()?;
        let base = self.repository.base_branch(FETCH_LIMIT)?;
        for warning in &base.warnings {
            self.say.line(warning);
        }
        let prepared = self.make_worktree(&base)?;
        let path = prepared.worktree.path().to_owned();
        self.say.line(&format!(
            "worktree {} on branch {}, from {} at {}",
            path.display(),
            prepared.branch,
            prepared.base_branch,
            short(&prepared.base_commit)
        ));
        let own_folders = [self.settings.config.sessions.as_path(), self.settings.config.worktrees.as_path()];
        let copied = git::copy_includes(&self.repository, &path, &own_folders)?;
        for file in &copied.files {
            self.say.line(&format!("copied {} (.worktreeinclude)", file.display()));
        }
        for warning in &copied.warnings {
            self.say.line(warning);
        }
        self.worktree = Some(prepared.worktree);
        if let Some(wish) = self.interrupt_heard() {
            return Ok(Some(wish));
        }
        if self.held_without_identity()? {
            return Ok(None);
        }
        match self.set_up(&path)? {
            SetUp::Complete => {}
            SetUp::Stopped => return Ok(self.asked_to_leave()),
            SetUp::Failed(why) => {
                self.hold(why)?;
                return Ok(None);
            }
        }
        // Before the first iteration that costs anything: the set-up may have linked what it should have made.
        self.look_at_origins_of(Some(&path));
        self.append(Event::Prepared(Prepared {
            worktree: path,
            branch: prepared.branch,
            base_branch: prepared.base_branch,
            base_commit: prepared.base_commit,
        }))?;
        overview::create(self.record.layout(), self.record.session())?;
        self.publish()?;
        Ok(self.asked_to_leave())
    }

    /// Folders of samocode's that lie inside the main repository stay out of its status.
    fn exclude_own_folders(&self) -> Result<(), EngineError> {
        for folder in [&self.settings.config.sessions, &self.settings.config.worktrees] {
            fs::create_dir_all(folder).map_err(|source| EngineError::Io {
                what: "make",
                path: folder.clone(),
                source,
            })?;
            git::exclude_locally(&self.repository, folder)?;
        }
        Ok(())
    }

    fn make_worktree(&self, base: &git::BaseBranch) -> Result<git::Prepared, EngineError> {
        let session = self.session();
        let path = self.settings.config.worktrees.join(self.record.layout().folder());
        Ok(self.repository.prepare(&WorktreeSpec {
            path: &path,
            branch: &session.branch,
            base,
            own: session.own_branch,
            attach: self.settings.wishes.attach_branch,
        })?)
    }

    /// Runs `SAMOCODE_SETUP` in the fresh worktree, if it is set.
    fn set_up(&mut self, worktree: &std::path::Path) -> Result<SetUp, EngineError> {
        let Some(command) = self.settings.config.setup.clone() else {
            return Ok(SetUp::Complete);
        };
        self.say.line(&format!("set-up: {command}"));
        let log = self.record.layout().setup_log();
        let shell = ShellCommand {
            line: &command,
            purpose: "setup",
            name: "the set-up command",
            reads_checkouts: true,
            log: &log,
            tail: SETUP_TAIL,
        };
        let launch = self.shell(&shell, worktree)?;
        let shown = self.settings.redactor.text(&command).into_owned();
        let errand = Errand { label: "setup", name: "set-up", command: &shown, limit: SETUP_LIMIT };
        let finished = self.stay_with(launch, &errand)?;
        let tail = String::from_utf8_lossy(&finished.ended.stdout_tail).into_owned();
        Ok(match (finished.cut, finished.ended.exit) {
            (Some(Cut::Stopped), _) => SetUp::Stopped,
            (None, Exit::Code(0)) => SetUp::Complete,
            (Some(Cut::TimeLimit), _) => SetUp::Failed(format!(
                "SAMOCODE_SETUP ran longer than {} min; see {}",
                SETUP_LIMIT.as_secs() / 60,
                log.display()
            )),
            (None, exit) => SetUp::Failed(format!(
                "SAMOCODE_SETUP (`{command}`) ended with {exit}; see {}:\n{}",
                log.display(),
                tail.trim_end()
            )),
        })
    }
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
