//! A command line of the person's, as it is run in the worktree: confined, without credentials, ended with all it started.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::command::CommandSpec;
use crate::engine::orchestrator::Orchestrator;
use crate::engine::{EngineError, random_hex};
use crate::process::{Graces, Launch, Stderr};

/// A command line of the person's.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShellCommand<'a> {
    /// What a shell is to run.
    pub(super) line: &'a str,
    /// What it is for, in one word; part of its tag.
    pub(super) purpose: &'a str,
    /// What it is called for people, e.g. `the set-up command`.
    pub(super) name: &'a str,
    /// It may read the other checkouts of the repository: a set-up copies from there.
    pub(super) reads_checkouts: bool,
    /// Where its output goes.
    pub(super) log: &'a Path,
    /// How much of the end of its output is kept, in bytes.
    pub(super) tail: usize,
}

impl Orchestrator<'_> {
    /// What to start for it. Says what is withheld from it.
    pub(super) fn shell(
        &mut self,
        command: &ShellCommand<'_>,
        worktree: &Path,
    ) -> Result<Launch, EngineError> {
        let child = self.settings.environment(None);
        self.say_withheld(command.name, &child.withheld);
        let spec = CommandSpec {
            program: PathBuf::from("/bin/sh"),
            args: vec!["-c".into(), command.line.into()],
            env: child.variables,
            dir: worktree.to_owned(),
            confinement: None,
        };
        let mark = self.record.layout().process_mark();
        let spec = if command.reads_checkouts {
            self.confined_beside_checkouts(spec, worktree)?
        } else {
            self.confined(spec, worktree, None)?
        };
        Ok(Launch {
            spec,
            prompt: None,
            tag: format!("{mark}/{}-{}", command.purpose, random_hex()?),
            graces: Graces::default(),
            keeper: self.settings.program.clone(),
            stdout_log: command.log.to_owned(),
            stderr: Stderr::WithStdout,
            stdout_tail: command.tail,
            redactor: Arc::clone(&self.settings.redactor),
        })
    }
}
