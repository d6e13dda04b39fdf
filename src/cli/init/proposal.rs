//! The settings that `init` proposes, as the text of the file. Looks at the project and at PATH; writes nothing.

use std::path::Path;

use rustix::fs::Access;

use super::project::{self, Found, Project};
use crate::config::ProviderKind;
use crate::git::Repository;

/// What is proposed.
pub(super) struct Proposal {
    main_repo: String,
    worktrees: String,
    sessions: String,
    /// The AI CLIs that are on PATH.
    pub(super) clis: Vec<ProviderKind>,
    pub(super) project: Project,
    inside: bool,
}

impl Proposal {
    pub(super) fn of(repository: &Repository, file: &Path) -> Self {
        let top = repository.top();
        let beside = file.parent().and_then(|folder| folder.canonicalize().ok()).is_some_and(|f| f == top);
        let name = top.file_name().unwrap_or_default().display().to_string();
        let above = top.parent().filter(|above| rustix::fs::access(*above, Access::WRITE_OK).is_ok());
        let place = |kind: &str| match (above, beside) {
            (Some(_), true) => format!("../{name}-{kind}"),
            (Some(above), false) => above.join(format!("{name}-{kind}")).display().to_string(),
            (None, true) => format!("./_{kind}"),
            (None, false) => top.join(format!("_{kind}")).display().to_string(),
        };
        Self {
            main_repo: if beside { ".".to_owned() } else { top.display().to_string() },
            worktrees: place("worktrees"),
            sessions: place("sessions"),
            clis: ProviderKind::ALL
                .into_iter()
                .filter(|kind| *kind != ProviderKind::Demo && which::which(kind.as_str()).is_ok())
                .collect(),
            project: project::look(top),
            inside: above.is_none(),
        }
    }

    fn provider(&self) -> ProviderKind {
        self.clis.first().copied().unwrap_or(ProviderKind::Demo)
    }

    /// The file.
    pub(super) fn text(&self) -> String {
        [self.folders(), self.providers(), self.commands(), PHONE.to_owned()].join("\n")
    }

    fn folders(&self) -> String {
        let [main_repo, worktrees, sessions] =
            [&self.main_repo, &self.worktrees, &self.sessions].map(|path| quoted(path));
        format!(
            "# Settings of samocode for this project. Paths are relative to this file.\n\
             MAIN_REPO={main_repo}\n\
             # One folder a session, made when needed: the branch's files, and its documents.\n\
             WORKTREES={worktrees}\n\
             SESSIONS={sessions}\n"
        )
    }

    fn providers(&self) -> String {
        let mut text =
            "# Who does the work: claude, codex, gemini, or demo (built in, without a model).\n".to_owned();
        set(&mut text, "SAMOCODE_PROVIDER", self.provider().as_str());
        for other in self.clis.iter().skip(1) {
            text.push_str("# ");
            set(&mut text, "SAMOCODE_PROVIDER", other.as_str());
        }
        text
    }

    fn commands(&self) -> String {
        let mut text = String::new();
        if let Some(Found { command, needed, .. }) = &self.project.set_up {
            text.push_str(if *needed {
                "# A fresh worktree has no dependencies, and the tests need them. Run in it once:\n"
            } else {
                "# A fresh worktree has no dependencies; this would install them:\n# "
            });
            set(&mut text, "SAMOCODE_SETUP", command);
        }
        text.push_str(
            "# samocode runs this itself before a session may end; the summary says with which result:\n",
        );
        if self.project.tests.is_empty() {
            text.push_str("# ");
            set(&mut text, VERIFY, "make test");
        }
        for (index, found) in self.project.tests.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { "# " });
            set(&mut text, VERIFY, &found.command);
        }
        text
    }

    /// What is there, a line each: what it is, and the words for it.
    pub(super) fn found(&self) -> Vec<(&'static str, String)> {
        let clis: Vec<&str> = self.clis.iter().map(|kind| kind.as_str()).collect();
        let clis = if clis.is_empty() { "none on PATH".to_owned() } else { clis.join(", ") };
        let tests: Vec<String> =
            self.project.tests.iter().map(|found| format!("{} ({})", found.command, found.from)).collect();
        let mut lines = vec![("AI CLIs", clis)];
        lines
            .push(("tests", if tests.is_empty() { "no command found".to_owned() } else { tests.join(", ") }));
        let set_up = self.project.set_up.as_ref();
        lines.extend(set_up.map(|found| ("set-up", format!("{} ({})", found.command, found.from))));
        lines
    }

    /// What the person should know of it.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.clis.is_empty() {
            notes.push(
                "No AI CLI was found on PATH, so the provider is the demo, which is no model. Install one, log in, and\n\
                 set SAMOCODE_PROVIDER to claude, codex or gemini:\n  \
                 npm install -g @anthropic-ai/claude-code\n  npm install -g @openai/codex\n  \
                 npm install -g @google/gemini-cli\n"
                    .to_owned(),
            );
        }
        if self.project.tests.is_empty() {
            notes.push(
                "No test command was found. With SAMOCODE_VERIFY set to one, samocode runs it before a session may end.\n"
                    .to_owned(),
            );
        }
        if self.inside {
            notes.push(
                "The folder above the repository cannot be written, so the folders are inside of it;\n\
                 samocode keeps them out of `git status`.\n"
                    .to_owned(),
            );
        }
        notes
    }
}

const PHONE: &str = "\
# Your phone, by Telegram: /newbot at @BotFather gives the token. Write to your bot, and find
# the chat's id in https://api.telegram.org/bot<TOKEN>/getUpdates. The token is a secret: put
# both into .env beside this file.
# TELEGRAM_BOT_TOKEN=
# TELEGRAM_CHAT_ID=
";

const VERIFY: &str = "SAMOCODE_VERIFY";

/// Adds a line.
fn set(text: &mut String, key: &str, value: &str) {
    text.push_str(key);
    text.push('=');
    text.push_str(&quoted(value));
    text.push('\n');
}

/// A value as `.samocode` takes it.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "./_-+@:,".contains(c);
    if value.chars().all(plain) {
        return value.to_owned();
    }
    if !value.contains('\'') {
        return format!("'{value}'");
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::dotenv;

    proptest! {
        #[test]
        fn any_folder_name_reads_back_as_it_was(name in "[a-z ./$#\"'\\\\=~{}üé]{1,20}") {
            let text = format!("KEY={}\n", quoted(&name));
            let entries = dotenv::parse(&text, &|_| None);
            prop_assert_eq!(&entries[0].as_ref().unwrap().value, &name);
        }
    }
}
