//! The little program that the demo changes, before and after, as data.
//!
//! Text only, but for [`write_repository`].

use std::fs;
use std::io;
use std::path::Path;

use super::questions::Choices;

/// The demo's task, in a person's words.
pub const TASK: &str =
    "Make the greeting friendlier, and add an option that greets loudly. Keep the tests passing.";

/// A line by which the agent knows the demo repository from any other.
const MARK: &str = "# Part of the samocode demo.";

/// Folder for the same program in a repository that is not the demo's.
const FOLDER: &str = "samocode-demo";

/// One file, as it is to be on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoFile {
    /// Path below the repository's root.
    pub path: &'static str,
    /// Its text.
    pub text: String,
}

/// How far the program has come: the plan's phases, and the state before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Says `Hello`.
    Start,
    /// Greets with the chosen word.
    Word,
    /// Knows the option.
    Flag,
    /// Is documented.
    Documented,
}

/// The demo repository before anything was done to it.
pub fn repository_files() -> Vec<DemoFile> {
    let choices = Choices { word: "Hello".into(), flag: String::new() };
    files(Stage::Start, &choices, "")
}

/// Writes [`repository_files`] to `dir`; making it a git repository is up to the caller.
///
/// # Errors
/// Fails when a file cannot be written.
pub fn write_repository(dir: &Path) -> io::Result<()> {
    write(dir, &repository_files())
}

/// Writes `files` below `dir`.
pub(super) fn write(dir: &Path, files: &[DemoFile]) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for file in files {
        fs::write(dir.join(file.path), &file.text)?;
    }
    Ok(())
}

/// Where the program lives in `worktree`, relative to it: its root in the demo repository, else a folder of its own.
pub(super) fn place(worktree: &Path) -> &'static str {
    let greet = fs::read_to_string(worktree.join("greet.sh")).unwrap_or_default();
    if greet.lines().any(|line| line == MARK) { "." } else { FOLDER }
}

/// The program at `stage`; `wish` is what the person asked for when they rejected the plan, or nothing.
pub(super) fn files(stage: Stage, choices: &Choices, wish: &str) -> Vec<DemoFile> {
    let file = |path, text| DemoFile { path, text };
    vec![
        file("README.md", readme(stage, choices, wish)),
        file("greet.sh", greet(stage, choices)),
        file("test.sh", test(stage, choices)),
    ]
}

fn greet(stage: Stage, Choices { word, flag }: &Choices) -> String {
    let head = format!("#!/bin/sh\n{MARK}\n# Greets somebody by name.\nset -eu\n");
    if stage < Stage::Flag {
        return format!("{head}printf '{word}, %s.\\n' \"${{1:-world}}\"\n");
    }
    format!(
        "{head}
loud=no
if [ \"${{1:-}}\" = {flag} ]; then
    loud=yes
    shift
fi

greeting=\"{word}, ${{1:-world}}\"
if [ \"$loud\" = yes ]; then
    printf '%s!\\n' \"$greeting\" | LC_ALL=C tr '[:lower:]' '[:upper:]'
else
    printf '%s.\\n' \"$greeting\"
fi
"
    )
}

fn test(stage: Stage, Choices { word, flag }: &Choices) -> String {
    let mut text = format!(
        "#!/bin/sh
{MARK}
# Runs greet.sh and compares what it prints.
set -u
cd \"$(dirname \"$0\")\" || exit 2
failed=0

check() {{
    if [ \"$2\" = \"$3\" ]; then
        echo \"ok   $1\"
    else
        echo \"FAIL $1: expected '$2', got '$3'\"
        failed=1
    fi
}}

check 'greets the world' '{word}, world.' \"$(sh greet.sh)\"
check 'greets by name' '{word}, Ada.' \"$(sh greet.sh Ada)\"
"
    );
    if stage >= Stage::Flag {
        let loud = word.to_ascii_uppercase();
        text.push_str("check 'greets loudly' '");
        text.push_str(&loud);
        text.push_str(", ADA!' \"$(sh greet.sh ");
        text.push_str(flag);
        text.push_str(" Ada)\"\n");
    }
    text + "exit \"$failed\"\n"
}

fn readme(stage: Stage, Choices { word, flag }: &Choices, wish: &str) -> String {
    let (shown, use_of_flag) = if stage < Stage::Documented {
        ("Hello", String::new())
    } else {
        (word.as_str(), format!("    $ sh greet.sh {flag} Ada\n    {}, ADA!\n", word.to_ascii_uppercase()))
    };
    let wish = if stage < Stage::Documented || wish.is_empty() {
        String::new()
    } else {
        format!("\nAsked for when the plan was looked at: {wish}\n")
    };
    format!(
        "# greet\n\nGreets somebody.\n\n    $ sh greet.sh Ada\n    {shown}, Ada.\n{use_of_flag}\nThe tests: `sh test.sh`.\n{wish}"
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_program_passes_its_test_at_every_stage_and_with_any_answers() {
        for (word, flag) in [("Hello", "--loud"), ("Ahoy", "--shout"), ("Grüß Gott", "--a-b")] {
            for stage in [Stage::Start, Stage::Word, Stage::Flag, Stage::Documented] {
                let dir = tempfile::tempdir().unwrap();
                let choices = Choices { word: word.into(), flag: flag.into() };
                write(dir.path(), &files(stage, &choices, "")).unwrap();
                let output = Command::new("sh").arg("test.sh").current_dir(&dir).output().unwrap();
                assert!(output.status.success(), "{word} {stage:?}: {output:?}");
            }
        }
    }

    #[test]
    fn knows_its_own_repository_from_another() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(place(dir.path()), "samocode-demo");
        write_repository(dir.path()).unwrap();
        assert_eq!(place(dir.path()), ".");
    }
}
