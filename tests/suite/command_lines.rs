//! Command lines of samocode that texts show: each is read by the program's own definition of its command line.

use std::process::Command;

/// The spans between backquotes that are command lines, in words.
pub(crate) fn spans(text: &str) -> Vec<Vec<String>> {
    let spans = text.split('`').skip(1).step_by(2);
    spans
        .map(|span| shlex::split(&placeholders(span)).unwrap_or_else(|| words(span)))
        .filter(|words| words.len() > 1 && words[0] == "samocode")
        .collect()
}

/// The command lines of a piece of shell, in words; lines that go on behind a `\` are one.
pub(crate) fn of_shell(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let mut found = Vec::new();
    for line in joined.lines() {
        let words = shlex::split(line).unwrap_or_else(|| words(line));
        for command in words.split(|word| ["&&", "||", "|", ";", ">", ">>"].contains(&word.as_str())) {
            let of_environment = |word: &&String| word.contains('=') && !word.starts_with('-');
            let begins = command.iter().take_while(of_environment).count();
            if command.get(begins).is_some_and(|word| word == "samocode") {
                found.push(command[begins..].to_vec());
            }
        }
    }
    found
}

/// A placeholder such as `<the noted one>` stands for one word.
fn placeholders(span: &str) -> String {
    let mut inside = false;
    let one_word = span.chars().map(|letter| {
        inside = letter == '<' || (inside && letter != '>');
        if inside && letter == ' ' { '-' } else { letter }
    });
    one_word.collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// What is wrong with a command line. With `--help` behind it the program reads all of it and does nothing.
pub(crate) fn fault(words: &[String]) -> Option<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samocode"));
    let output = command.args(&words[1..]).arg("--help").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let why = said.lines().next().unwrap_or_default();
    (!output.status.success()).then(|| format!("`{}`: {why}", words.join(" ")))
}

#[test]
fn what_the_program_does_not_take_is_named() {
    for line in [
        "samocode halt NAME",
        "samocode status NAME --yaml",
        "samocode logs NAME -q",
        "samocode stop NAME other",
        "samocode run NAME --max-time",
        "samocode notify try",
        "samocode --sesion NAME",
    ] {
        let found = of_shell(line);
        assert_eq!(found.len(), 1, "{line}");
        assert!(fault(&found[0]).is_some(), "{line} passes");
    }
    for line in ["samocode notify test --json", "samocode --config F --session NAME --task 'a b'"] {
        assert_eq!(fault(&of_shell(line)[0]), None, "{line}");
    }
}

#[test]
fn command_lines_are_found_in_spans_and_in_shell() {
    let words = |lines: Vec<Vec<String>>| lines.iter().map(|line| line.join(" ")).collect::<Vec<_>>();
    assert_eq!(words(spans("`samocode stop <this one>`")), ["samocode stop <this-one>"]);
    assert_eq!(
        words(spans("`samocode` and `samocode run N --task 'a b'` and `git log`")),
        ["samocode run N --task a b"]
    );
    let shell = "cd x && NO_COLOR=1 samocode list # all\ncargo run -- demo\nsamocode run N \\\n  --adopt | cat\nsamocode man > x\n";
    assert_eq!(words(of_shell(shell)), ["samocode list", "samocode run N --adopt", "samocode man"]);
}
