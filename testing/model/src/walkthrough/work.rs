//! A phase's work as plain code over a conversation that is replayed from its start at each request.
//!
//! A phase asks for tool calls one after another. What the conversation already holds returns its result at once; the
//! first call that it does not hold yet stops the code with [`Halt::Call`], which becomes the reply. Inputs may depend
//! on earlier results only, so every replay takes the same way.

use serde_json::Value;

pub(super) use crate::dialect::quoted;
use crate::reply::ToolCall;
use crate::tool_result::ToolResult;
use crate::turn::Turn;

/// Why a phase's code stops before its end.
pub(super) enum Halt {
    /// This call comes next.
    Call(ToolCall),
    /// Something is not as it should be.
    Wrong(String),
}

/// The outcome of a piece of a phase's work.
pub(super) type Step<T> = Result<T, Halt>;

/// One phase at work.
pub(super) struct Work<'turn> {
    turn: &'turn Turn,
    at: usize,
    overview: String,
    /// The phase after this one.
    pub(super) after: &'static str,
}

impl<'turn> Work<'turn> {
    /// Begins as every agent does: by reading the notebook.
    pub(super) fn start(turn: &'turn Turn, after: &'static str) -> Step<Self> {
        let mut work = Self { turn, at: 0, overview: String::new(), after };
        work.overview = work.read(&work.session("_overview.md"))?;
        Ok(work)
    }

    /// A label's value; all labels were checked before.
    pub(super) fn label(&self, name: &str) -> &'turn str {
        self.turn.label(name).unwrap_or_default()
    }

    /// The prompt after its labels.
    pub(super) fn message(&self) -> &'turn str {
        &self.turn.message
    }

    /// A path in the session folder.
    pub(super) fn session(&self, name: &str) -> String {
        format!("{}/{name}", self.label("Session path"))
    }

    /// A path in the session folder with this iteration's time in front.
    pub(super) fn dated(&self, name: &str) -> String {
        self.session(&format!("{}-{name}", self.label("TIMESTAMP_FILE")))
    }

    /// A path in the worktree.
    pub(super) fn worktree(&self, name: &str) -> String {
        format!("{}/{name}", self.label("Worktree path"))
    }

    /// The names in the session folder, sorted.
    pub(super) fn session_files(&mut self) -> Step<Vec<String>> {
        let listing = self.bash(&format!("LC_ALL=C ls -1A {}", quoted(self.label("Session path"))))?;
        Ok(listing.lines().map(str::to_owned).collect())
    }

    /// Runs a command in the worktree; its failure is wrong.
    pub(super) fn in_worktree(&mut self, command: &str) -> Step<String> {
        self.bash(&format!("cd {} && {command}", quoted(self.label("Worktree path"))))
    }

    /// A file's text.
    pub(super) fn read(&mut self, path: &str) -> Step<String> {
        self.call(self.turn.dialect.read(path)).map(|shown| self.turn.dialect.file_text(&shown))
    }

    /// Creates a file, or replaces one that is there, which has to be read first.
    pub(super) fn put(&mut self, path: &str, content: &str) -> Step<()> {
        self.attempt(self.turn.dialect.read(path))?;
        self.call(self.turn.dialect.write(path, content)).map(drop)
    }

    /// Creates a file that is not there.
    pub(super) fn create(&mut self, path: &str, content: &str) -> Step<()> {
        self.call(self.turn.dialect.write(path, content)).map(drop)
    }

    /// Replaces one text in a file that was read before.
    pub(super) fn edit(&mut self, path: &str, old: &str, new: &str) -> Step<()> {
        self.call(self.turn.dialect.edit(path, old, new)).map(drop)
    }

    /// Notes the last action in the notebook, then signals. The phase's text follows.
    pub(super) fn finish(&mut self, action: &str, signal: &Value) -> Step<()> {
        let line = self
            .overview
            .lines()
            .find(|line| line.trim_start_matches(['-', '*', ' ']).starts_with("Last Action:"));
        let line = line
            .ok_or_else(|| Halt::Wrong("`_overview.md` has no line `Last Action:`".to_owned()))?
            .to_owned();
        let label = line.split("Last Action:").next().unwrap_or_default();
        let new = format!("{label}Last Action: {action} (iteration {})", self.label("Iteration"));
        self.edit(&self.session("_overview.md"), &line, &new)?;
        self.create(&self.session("_signal.json"), &format!("{signal}\n"))
    }

    /// Runs a command that may go wrong.
    pub(super) fn try_bash(&mut self, command: &str) -> Step<()> {
        self.attempt(self.turn.dialect.bash(command)).map(drop)
    }

    fn bash(&mut self, command: &str) -> Step<String> {
        self.call(self.turn.dialect.bash(command))
    }

    /// A call that must go well.
    fn call(&mut self, call: ToolCall) -> Step<String> {
        let tried = format!("{} {}", call.name, call.input);
        let result = self.attempt(call)?;
        if result.is_error {
            return Err(Halt::Wrong(format!("the tool call `{tried}` went wrong: {}", result.text)));
        }
        Ok(result.text)
    }

    /// A call that may go wrong.
    fn attempt(&mut self, call: ToolCall) -> Step<ToolResult> {
        let Some(made) = self.turn.history.get(self.at) else {
            if !self.turn.offers(&call.name) {
                let why = format!("the tool `{}` is needed, offered are {:?}", call.name, self.turn.tools);
                return Err(Halt::Wrong(why));
            }
            return Err(Halt::Call(call));
        };
        self.at += 1;
        if made.call.name != call.name {
            let why = format!(
                "the conversation holds a call of {} where {} {} was made",
                made.call.name, call.name, call.input
            );
            return Err(Halt::Wrong(why));
        }
        let result = made.result.clone();
        result.ok_or_else(|| Halt::Wrong(format!("no result came for {} {}", call.name, call.input)))
    }
}
