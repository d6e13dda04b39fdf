//! Starts the `git` program: the only place of samocode that does. Never shows anything, never asks anything.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::drain::drain;
use super::error::GitError;
use crate::crash;
use crate::domain::command::Exit;
use crate::patience::patiently;

/// The longest that a call may take unless it says otherwise: a checkout of a huge repository fits,
/// an unattended run does not hang for ever.
const LIMIT: Duration = Duration::from_secs(600);

/// Settings that win over every configuration file. The first group is what could run a program,
/// the second what would make a call slow or its output another one.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "log.showSignature=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    // Git would run `git status` inside each submodule, under that submodule's own configuration.
    "diff.ignoreSubmodules=dirty",
    "core.quotePath=false",
    // Set to true it makes mixed line ends fatal.
    "core.safecrlf=false",
    "credential.interactive=false",
];

/// Variables that replace what git would ask or show.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("LC_ALL", "C"),
    ("GIT_TERMINAL_PROMPT", "0"),
    // Set but empty: git asks no helper program, not even the one that the configuration names.
    ("GIT_ASKPASS", ""),
    ("SSH_ASKPASS", "false"),
    ("SSH_ASKPASS_REQUIRE", "force"),
    ("GCM_INTERACTIVE", "never"),
    ("GIT_PAGER", "cat"),
    ("GIT_EDITOR", "false"),
    ("GIT_SEQUENCE_EDITOR", "false"),
    ("GIT_OPTIONAL_LOCKS", "0"),
];

/// Variables of the caller that say how to reach a remote or where the configuration is. All others
/// that start with `GIT_` are dropped: a samocode started from a hook must not work on the hook's index.
const KEPT: &[&str] = &[
    "GIT_ALLOW_PROTOCOL",
    "GIT_CEILING_DIRECTORIES",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_EXEC_PATH",
    "GIT_PROXY_COMMAND",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
];
const KEPT_PREFIXES: &[&str] = &["GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_HTTP_", "GIT_SSL_"];

/// The `git` of the search path, with the environment that its calls get.
#[derive(Debug, Clone)]
pub struct Git {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Default for Git {
    fn default() -> Self {
        Self::new()
    }
}

impl Git {
    /// Git in the environment of this process.
    #[must_use]
    pub fn new() -> Self {
        Self::with_environment(std::env::vars_os())
    }

    /// Git in an environment of its own; `PATH` says which git.
    pub fn with_environment(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let fixed = ENVIRONMENT.iter().map(|(key, value)| (OsString::from(key), OsString::from(value)));
        let environment: Vec<_> =
            variables.into_iter().filter(|(key, _)| inherited(key)).chain(fixed).collect();
        Self { program: program(&environment), environment }
    }

    /// The version of the program, e.g. `2.43.0`.
    ///
    /// # Errors
    /// When there is no git, or it does not say.
    pub fn version(&self) -> Result<String, GitError> {
        let text = self.call(Path::new("/")).arg("--version").limit(Duration::from_secs(10)).run()?.text();
        Ok(text.strip_prefix("git version ").unwrap_or(&text).to_owned())
    }

    /// A call in the folder `dir`.
    pub(super) fn call(&self, dir: &Path) -> Call {
        let mut command = Command::new(&self.program);
        command.arg("--no-pager");
        for setting in SETTINGS {
            command.arg("-c").arg(setting);
        }
        command.env_clear().envs(self.environment.iter().map(|(key, value)| (key, value)));
        command.current_dir(dir).stdin(Stdio::null());
        Call { command, words: String::from("git"), dir: dir.to_owned(), limit: LIMIT }
    }

    /// Whether the caller said which ssh to use.
    pub(super) fn names_ssh(&self) -> bool {
        self.environment.iter().any(|(key, _)| key == "GIT_SSH" || key == "GIT_SSH_COMMAND")
    }
}

/// Where git is, looked up once. A bare name together with an environment of its own would make each start a copy of
/// this whole process and a try of every folder on the search path.
fn program(environment: &[(OsString, OsString)]) -> PathBuf {
    let name = PathBuf::from("git");
    let path = environment.iter().find(|(key, _)| key == "PATH").map(|(_, path)| path);
    let found = std::env::current_dir().ok().and_then(|dir| which::which_in(&name, path, dir).ok());
    // Not found now, it is looked for again by each call, and its error says so.
    found.unwrap_or(name)
}

fn inherited(key: &OsStr) -> bool {
    let bytes = key.as_bytes();
    let fixed = ENVIRONMENT.iter().any(|(name, _)| key == OsStr::new(name));
    !fixed
        && (!bytes.starts_with(b"GIT_")
            || KEPT.iter().any(|name| key == OsStr::new(name))
            || KEPT_PREFIXES.iter().any(|prefix| bytes.starts_with(prefix.as_bytes())))
}

/// One git command on its way.
pub(super) struct Call {
    command: Command,
    words: String,
    dir: PathBuf,
    limit: Duration,
}

/// What a call printed.
pub(super) struct Output {
    pub(super) exit: Exit,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
    words: String,
    dir: PathBuf,
}

impl Call {
    pub(super) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        let arg = arg.as_ref();
        self.words.push(' ');
        self.words.push_str(&arg.to_string_lossy());
        self.command.arg(arg);
        self
    }

    pub(super) fn args<S: AsRef<OsStr>>(self, args: impl IntoIterator<Item = S>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    pub(super) fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    pub(super) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Feeds `bytes` to the command, through a file without a name: no pipe can fill up.
    pub(super) fn input(self, bytes: &[u8]) -> Result<Self, GitError> {
        let dir = std::env::temp_dir();
        let write = || {
            let mut file = tempfile::tempfile_in(&dir)?;
            file.write_all(bytes)?;
            file.rewind()?;
            Ok(file)
        };
        Ok(self.stdin(write().map_err(GitError::io("write a temporary file in", &dir))?))
    }

    pub(super) fn stdin(mut self, file: File) -> Self {
        self.command.stdin(Stdio::from(file));
        self
    }

    /// Runs to the end and returns what was printed, whatever the exit code.
    pub(super) fn output(mut self) -> Result<Output, GitError> {
        let deadline = Instant::now() + self.limit;
        // A group of its own: what git started ends with it, and a Ctrl-C meant for samocode tears nothing apart.
        self.command.process_group(0);
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = patiently(|| self.command.spawn());
        let mut child = spawned.map_err(|source| self.start_error(source))?;
        crash::point(|| format!("git {}, under way", self.words.split(' ').nth(1).unwrap_or_default()));
        match drain(&mut child, deadline) {
            Ok(Some(drained)) => Ok(Output {
                exit: exit(drained.status),
                stdout: drained.stdout,
                stderr: readable(&drained.stderr),
                words: self.words,
                dir: self.dir,
            }),
            Ok(None) => {
                Err(GitError::TimedOut { command: self.words, dir: self.dir, seconds: self.limit.as_secs() })
            }
            Err(source) => Err(GitError::Start { command: self.words, dir: self.dir, source }),
        }
    }

    /// Runs to the end; an error unless git ended well.
    pub(super) fn run(self) -> Result<Output, GitError> {
        self.output()?.success()
    }

    /// Runs with the caller's stdout and stderr, in the caller's process group (Ctrl-C reaches it), without a limit.
    pub(super) fn show(mut self) -> Result<(), GitError> {
        let status = self.command.status().map_err(|source| self.start_error(source))?;
        match exit(status) {
            Exit::Code(0) => Ok(()),
            // The reader of a pipe left (`| head`): its right.
            Exit::Signal(number) if number == rustix::process::Signal::PIPE.as_raw() => Ok(()),
            exit => Err(GitError::Failed {
                command: self.words,
                dir: self.dir,
                exit,
                stderr: "see above".to_owned(),
            }),
        }
    }

    fn start_error(&self, source: io::Error) -> GitError {
        // The system says "not found" for the folder and for the program alike.
        match source.kind() {
            io::ErrorKind::NotFound if self.dir.is_dir() => GitError::GitNotFound,
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                GitError::NoSuchFolder { path: self.dir.clone() }
            }
            _ => GitError::Start { command: self.words.clone(), dir: self.dir.clone(), source },
        }
    }
}

impl Output {
    pub(super) fn ok(&self) -> bool {
        self.exit == Exit::Code(0)
    }

    pub(super) fn success(self) -> Result<Self, GitError> {
        if self.ok() { Ok(self) } else { Err(self.failed()) }
    }

    pub(super) fn failed(self) -> GitError {
        GitError::Failed { command: self.words, dir: self.dir, exit: self.exit, stderr: self.stderr }
    }

    pub(super) fn unexpected(&self, part: &[u8]) -> GitError {
        GitError::Unexpected {
            command: self.words.clone(),
            dir: self.dir.clone(),
            output: String::from_utf8_lossy(part).chars().take(200).collect(),
        }
    }

    /// The output as text, without the line end.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end_matches('\n').to_owned()
    }
}

/// A path as git printed it.
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

fn exit(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Unknown,
    }
}

/// What git said, cut to a length that fits a message, and without the user and password of an address.
fn readable(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        clean.push_str(before);
        let host_end =
            after.find(|c: char| c == '/' || c.is_whitespace() || c == '\'').unwrap_or(after.len());
        rest = after[..host_end].rfind('@').map_or(after, |user_end| &after[user_end + 1..]);
    }
    clean.push_str(rest);
    clean.chars().take(4000).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_an_address_never_reach_a_message() {
        let said = b"fatal: unable to access 'https://me:s3cret@host.example/a@b.git/': no route\n";
        assert_eq!(readable(said), "fatal: unable to access 'https://host.example/a@b.git/': no route");
    }

    #[test]
    fn what_a_hook_sets_is_not_inherited_and_what_reaches_a_remote_is() {
        for key in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_TRACE", "GIT_AUTHOR_NAME", "LC_ALL"] {
            assert!(!inherited(OsStr::new(key)), "{key}");
        }
        for key in ["HOME", "PATH", "GIT_SSH_COMMAND", "GIT_CONFIG_KEY_0", "GIT_SSL_CAINFO"] {
            assert!(inherited(OsStr::new(key)), "{key}");
        }
    }
}
