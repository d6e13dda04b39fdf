//! What `--help` shows below the flags: for each command lines that can be typed as they are. The manual pages show the
//! same lines.

use clap::Command;

/// A line to type, and what it is for.
pub(super) type Example = (&'static str, &'static str);

/// The exit codes of `run`, each with its meaning.
pub const EXIT_CODES: [(u8, &str); 7] = [
    (0, "done"),
    (2, "usage or configuration"),
    (10, "waiting (with --exit-on-wait)"),
    (11, "blocked: a person must decide"),
    (12, "cannot start or go on: login, credit, …"),
    (13, "stopped by request"),
    (130, "interrupted"),
];

/// Where a shell looks for completions.
const COMPLETION_PLACES: &str = "\
Where a shell looks for it:
  bash   ~/.local/share/bash-completion/completions/samocode
  fish   ~/.config/fish/completions/samocode.fish
  zsh    a file _samocode in a folder of $fpath";

/// Puts the texts below the flags of a command and of all commands below it. `path` is the command's words without
/// `samocode`.
pub(super) fn attach(command: Command, path: &str) -> Command {
    let command = match after(path) {
        Some(text) => command.after_help(text),
        None => command,
    };
    command.mut_subcommands(|below| {
        let path = if path.is_empty() {
            below.get_name().to_owned()
        } else {
            format!("{path} {}", below.get_name())
        };
        attach(below, &path)
    })
}

fn after(path: &str) -> Option<String> {
    let examples = of(path);
    if examples.is_empty() {
        return None;
    }
    let width = examples.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    let lines = examples.iter().map(|(line, remark)| format!("\n  {line:<width$}   {remark}"));
    let mut text = format!("Examples:{}", lines.collect::<String>());
    match path {
        "" => {
            let codes = EXIT_CODES.map(|(code, words)| format!("  {code:<4} {words}")).join("\n");
            text = format!("Exit codes:\n{codes}\n\n{text}");
        }
        "completions" => text = format!("{text}\n\n{COMPLETION_PLACES}"),
        _ => {}
    }
    Some(text)
}

/// The examples of a command.
pub(super) fn of(path: &str) -> &'static [Example] {
    match path {
        "" => &[
            ("samocode demo", "see a whole session"),
            ("samocode init", "write .samocode"),
            ("samocode run add-auth --task 'Add JWT auth'", "start a session"),
            ("samocode run add-auth", "go on with it"),
            ("samocode --session add-auth --task 'Add JWT auth'", "the same, in short"),
            ("samocode status add-auth", "where it stands"),
            ("samocode install", "/dive, /do, … in the CLIs"),
        ],
        "demo" => &[
            ("samocode demo", "in a few seconds, from the task to the branch"),
            ("samocode demo --ask", "answer and approve yourself"),
            ("samocode demo --keep try-it", "make it in ./try-it"),
        ],
        "init" => &[
            ("samocode init", "asks, and shows what it writes"),
            ("samocode init --yes", "takes what it found out"),
        ],
        "doctor" => &[
            ("samocode doctor", "a line for each check, with what mends it"),
            ("samocode doctor --fix", "mends what is safe to mend"),
            ("samocode doctor --json", "for programs"),
        ],
        "run" => &[
            ("samocode run add-auth --task 'Add JWT auth'", "start a session"),
            ("samocode run add-auth", "go on with it"),
            ("samocode run add-auth --task-file task.md --detach", "in the background"),
            ("samocode run expiry --dive 'how sessions expire'", "only investigate"),
            ("samocode run typo --workflow quick --task 'Fix it'", "no questions, no plan"),
            ("samocode run add-auth --max-time 2h --max-cost 20", "with budgets"),
        ],
        "watch" => {
            &[("samocode watch", "every session on one screen"), ("samocode watch add-auth", "this one")]
        }
        "completions" => &[
            ("samocode completions bash > samocode.bash", "then: . ./samocode.bash"),
            ("samocode completions zsh > _samocode", "then move it into $fpath"),
            ("samocode completions fish | source", "in fish, for now"),
        ],
        "man" => &[
            ("samocode man | man -l -", "read it"),
            ("samocode man run | man -l -", "the page of a command"),
            ("samocode man --dir ~/.local/share/man/man1", "from then on: man samocode"),
        ],
        "notify" | "notify test" => &[("samocode notify test", "a message to every channel")],
        "install" => &[
            ("samocode install", "for every CLI that is found"),
            ("samocode install --provider codex", "for one, also before it is there"),
            ("samocode install --dry-run", "only say what would be done"),
        ],
        "uninstall" => &[
            ("samocode uninstall --dry-run", "what would go, what would be kept"),
            ("samocode uninstall", "remove what `install` put there"),
        ],
        _ => of_session(path),
    }
}

/// The examples of commands that need a session to be there.
fn of_session(path: &str) -> &'static [Example] {
    match path {
        "status" => &[
            ("samocode status", "the session that changed last"),
            ("samocode status add-auth", "this one"),
            ("samocode status add-auth --json", "for programs"),
        ],
        "list" => &[
            ("samocode list", "a line each, newest first"),
            ("samocode list --archived", "those that were put away"),
        ],
        "attach" => &[("samocode attach add-auth", "see it live; Ctrl-C leaves the view")],
        "logs" => &[
            ("samocode logs add-auth -f", "the log, and what comes"),
            ("samocode logs add-auth -n 20", "its last 20 lines"),
            ("samocode logs add-auth --raw 3", "all that the CLI printed in iteration 3"),
        ],
        "diff" => &[
            ("samocode diff add-auth", "against the base branch"),
            ("samocode diff add-auth --stat", "commits and files only"),
            ("samocode diff add-auth > add-auth.patch", "for git apply"),
        ],
        "answer" => &[
            ("samocode answer add-auth", "asks one by one"),
            ("samocode answer add-auth Q1=A Q2='in words'", "at once"),
            ("samocode answer add-auth --suggestions", "as the agent suggests"),
        ],
        "approve" => &[("samocode approve add-auth", "shows the plan, and binds what it showed")],
        "reject" => &[("samocode reject add-auth -m 'no new dependency'", "plan it again")],
        "tell" => &[("samocode tell add-auth 'keep the old endpoint'", "told to the next iteration")],
        "stop" => &[("samocode stop add-auth", "`samocode run add-auth` goes on")],
        "resume" => &[("samocode resume add-auth", "with a fresh allowance")],
        "reopen" => &[
            ("samocode reopen add-auth -m 'cover logout'", "more to implement"),
            ("samocode reopen add-auth --phase planning -m 'use OAuth'", "plan again"),
        ],
        "restore" => &[
            ("samocode restore add-auth", "list what is kept"),
            ("samocode restore add-auth 7", "the files after iteration 7"),
            ("samocode restore add-auth 7 --branch --yes", "the branch, too; do not ask"),
        ],
        "archive" => &[("samocode archive add-auth", "to _archive; the branch stays")],
        _ => &[],
    }
}
