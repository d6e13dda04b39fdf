//! `--help`, `completions` and `man`: all from one source, for every command that there is.

use std::fs;
use std::process::Command;

use crate::cli_stage::{Said, Stage, heard, names};
use crate::scenario::SAMOCODE;

/// Every command with its words, samocode itself with none.
fn tree() -> Vec<(String, clap::Command)> {
    fn walk(command: &clap::Command, path: &str, found: &mut Vec<(String, clap::Command)>) {
        found.push((path.to_owned(), command.clone()));
        for below in command.get_subcommands() {
            walk(below, format!("{path} {}", below.get_name()).trim_start(), found);
        }
    }
    let mut root = samocode::cli::command().disable_help_subcommand(true);
    root.build();
    let mut found = Vec::new();
    walk(&root, "", &mut found);
    assert!(found.len() > 20, "{}", found.len());
    found
}

/// The lines below `Examples:`, and whether there is that heading.
fn examples(command: &clap::Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let below = text.lines().skip_while(|line| *line != "Examples:").skip(1);
    below.take_while(|line| line.starts_with("  samocode ")).map(str::to_owned).collect()
}

/// What is typed in an example: without the remark behind it.
fn typed(example: &str) -> &str {
    example.trim().split("   ").next().unwrap().trim_end()
}

fn long_flags(command: &clap::Command) -> Vec<String> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    shown.filter_map(|arg| Some(format!("--{}", arg.get_long()?))).collect()
}

#[test]
fn every_command_shows_examples_and_the_command_line_takes_each() {
    for (path, command) in tree() {
        let examples = examples(&command);
        assert!(!examples.is_empty(), "`samocode {path} --help` has no example");
        for example in examples {
            assert!(example.chars().count() <= 80, "longer than 80 columns: {example}");
            assert!(example.trim().contains("   "), "does not say what it is for: {example}");
            let words = shlex::split(typed(&example)).unwrap();
            let words = words.into_iter().take_while(|word| !["|", ">"].contains(&word.as_str()));
            let matched = samocode::cli::command().try_get_matches_from(words);
            let matched = matched.unwrap_or_else(|e| panic!("`samocode {path} --help`: {example}\n{e}"));
            let mut own = &matched;
            for word in path.split_whitespace() {
                let (name, below) = own.subcommand().unwrap_or_else(|| panic!("not of {path}: {example}"));
                assert_eq!(name, word, "not of {path}: {example}");
                own = below;
            }
        }
    }
}

/// A line as a shell takes it, with samocode on PATH.
fn shell(stage: &Stage, line: &str) -> Said {
    let folder = std::path::Path::new(SAMOCODE).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut command = stage.shell(line);
    command.env("PATH", path);
    heard(command)
}

#[test]
fn examples_that_change_no_session_do_what_they_say() {
    let stage = Stage::with_settings();
    let run = ["run", "add-auth", "--task", "Greet", "--accept-suggestions", "--approve-plan"];
    assert_eq!(stage.say(&run).code, 0);
    let mut tried = 0;
    for (path, command) in tree() {
        let reads = ["status", "list", "logs", "diff", "completions", "man", "init"].contains(&path.as_str());
        // Programs that a machine need not have.
        let alone = |line: &&str| !line.contains("| man") && !line.contains("| source");
        for line in examples(&command).iter().map(|line| typed(line)).filter(|line| reads && alone(line)) {
            let said = shell(&stage, line);
            assert_eq!(said.code, 0, "{line}: {said:?}");
            tried += 1;
        }
    }
    assert!(tried >= 15, "{tried}");
    assert!(stage.path("home/.local/share/man/man1/samocode-run.1").exists());
    assert!(fs::read_to_string(stage.path("repo/add-auth.patch")).unwrap().starts_with("diff --git"));
}

#[test]
fn each_script_of_completions_names_every_command_and_flag_and_nothing_hidden() {
    let stage = Stage::new();
    for shell in ["bash", "fish", "zsh"] {
        let said = stage.say(&["completions", shell]);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        for (path, command) in tree() {
            for word in path.split_whitespace() {
                assert!(said.out.contains(word), "{shell} does not know `{path}`");
            }
            for flag in long_flags(&command) {
                // fish names a flag without its hyphens.
                let written = if shell == "fish" { flag.replace("--", "-l ") } else { flag.clone() };
                assert!(said.out.contains(&written), "{shell} does not know {flag} of `{path}`");
            }
        }
        for provider in ["claude", "codex", "gemini", "demo"] {
            assert!(said.out.contains(provider), "{shell} does not complete `--provider {provider}`");
        }
        let hidden = ["--detached", "-l detached"];
        assert!(hidden.iter().all(|flag| !said.out.contains(flag)), "{shell} shows a hidden flag");
    }
    let unknown = stage.say(&["completions", "tcsh"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("[possible values: bash, fish, zsh]"), "{}", unknown.err);
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let stage = Stage::new();
    let script = stage.path("samocode.bash");
    fs::write(&script, stage.say(&["completions", "bash"]).out).unwrap();
    let completed = |words: &[&str]| {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let last = words.len() - 1;
        let line = format!(
            ". {}; COMP_WORDS=({}); COMP_CWORD={last}; _samocode samocode '{}' '{}'; echo \"${{COMPREPLY[*]}}\"",
            script.display(),
            quoted.join(" "),
            words[last],
            words[last - 1]
        );
        let mut bash = Command::new("bash");
        bash.args(["--norc", "--noprofile", "-euc", &line]);
        let said = heard(bash);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{line}");
        said.out.trim().to_owned()
    };
    assert_eq!(completed(&["samocode", "ap"]), "approve");
    assert_eq!(completed(&["samocode", "run", "x", "--provider", "c"]), "claude codex");
    assert_eq!(completed(&["samocode", "logs", "--fol"]), "--follow");
    assert_eq!(completed(&["samocode", "notify", "t"]), "test");
}

#[test]
fn the_page_of_a_command() {
    let said = Stage::new().say(&["man", "approve"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace(" \n", "\n"), @r#"
    .TH samocode-approve 1 "" "samocode VERSION" ""
    .ie \n(.g .ds Aq \(aq
    .el .ds Aq '
    .SH NAME
    samocode\-approve \- Approve the plan
    .SH SYNOPSIS
    \fBsamocode approve\fR [\fB\-\-config\fR] [\fB\-\-sha256\fR] [\fB\-\-env\-file\fR] [\fB\-h\fR|\fB\-\-help\fR] <\fISESSION\fR>
    .SH DESCRIPTION
    Approve the plan
    .SH OPTIONS
    .TP
    \fB\-\-config\fR \fI<FILE>\fR
    The project\*(Aqs settings [default: the nearest .samocode upward from here]
    .TP
    \fB\-\-sha256\fR \fI<HASH>\fR
    Approve exactly the plan with this SHA\-256
    .TP
    \fB\-\-env\-file\fR \fI<FILE>\fR
    More settings, e.g. what git should not keep [default: .env beside .samocode]
    .TP
    \fB\-h\fR, \fB\-\-help\fR
    Print help
    .TP
    <\fISESSION\fR>
    The session
    .SH EXAMPLES
    .TP
    \fBsamocode approve add\-auth\fR
    shows the plan, and binds what it showed
    .SH "SEE ALSO"
    \fBsamocode\fR(1)
    "#);
}

#[test]
fn there_is_a_page_for_every_command_with_its_flags_and_examples() {
    let stage = Stage::new();
    let said = stage.say(&["man", "--dir", "pages/man1"]);
    let tree = tree();
    assert_eq!((said.code, said.out), (0, format!("wrote {} pages to pages/man1\n", tree.len())));
    let mut expected: Vec<String> = tree
        .iter()
        .map(|(path, _)| format!("{}.1", format!("samocode {path}").trim().replace(' ', "-")))
        .collect();
    expected.sort();
    assert_eq!(names(&stage.path("repo/pages/man1")), expected);
    for (path, command) in tree {
        let words: Vec<&str> = ["man"].into_iter().chain(path.split_whitespace()).collect();
        let page = stage.say(&words).out.replace("\\-", "-").replace("\\*(Aq", "'");
        let file = format!("{}.1", format!("samocode {path}").trim().replace(' ', "-"));
        let written = fs::read_to_string(stage.path("repo/pages/man1").join(file)).unwrap();
        assert_eq!(written.replace("\\-", "-").replace("\\*(Aq", "'"), page);
        for flag in long_flags(&command) {
            assert!(page.contains(&flag), "the page of `{path}` does not have {flag}");
        }
        for example in examples(&command) {
            assert!(page.contains(typed(&example)), "the page of `{path}` does not have {example}");
        }
    }
    let none = stage.say(&["man", "halt"]);
    assert_eq!((none.code, none.err.lines().next()), (2, Some("error: there is no command `halt`")));
}
