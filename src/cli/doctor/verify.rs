//! The verify command: what it is, and whether its first word is a program. It is not run.

use std::ffi::OsString;

use super::Check;
use crate::engine::Settings;

const NAME: &str = "verify";

/// First words that a shell knows by itself and that are no programs.
const SHELL_WORDS: &[&str] = &[
    "!", ".", ":", "(", "{", "[[", "case", "cd", "command", "eval", "exec", "export", "for", "if", "set",
    "source", "trap", "ulimit", "unset", "until", "while",
];

/// A check where there is a verify command.
pub(super) fn command(settings: &Settings) -> Option<Check> {
    let line = settings.config.policy.verify.as_deref()?;
    let limit = settings.config.policy.verify_limit.as_secs();
    let shown = format!("`{line}` has to pass before a session ends, within {limit} s");
    let Some(word) = program(line) else {
        return Some(Check::ok(NAME, shown));
    };
    let environment = settings.environment(None).variables;
    let path = environment.into_iter().find(|(name, _)| name == "PATH").map(|(_, path)| path);
    Some(match which::which_in(word, Some(path.unwrap_or_else(OsString::new)), &settings.config.main_repo) {
        Ok(found) => Check::ok(NAME, format!("{shown}; {}", found.display())),
        Err(_) => Check::warn(
            NAME,
            format!("{shown}; `{word}` is not found"),
            "install it, or correct SAMOCODE_VERIFY: what cannot be run does not pass, and three such runs block a session",
        ),
    })
}

/// The first word, if it is the plain name or path of a program.
fn program(line: &str) -> Option<&str> {
    let assignment = |word: &str| {
        word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    };
    let word = line.split_whitespace().find(|word| !assignment(word))?;
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._/+-".contains(c));
    (plain && !SHELL_WORDS.contains(&word)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn only_a_plain_first_word_is_taken_for_a_program() {
        assert_eq!(program("cargo test --all"), Some("cargo"));
        assert_eq!(program("CI=1 RUST_LOG=x ./check.sh"), Some("./check.sh"));
        for other in ["cd web && npm test", "(cd web; npm test)", "$RUNNER test", "", "A=1", "\"my tool\" x"]
        {
            assert_eq!(program(other), None, "{other}");
        }
    }
}
