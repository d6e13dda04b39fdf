//! Homes as people have them: what stood there stands there afterwards, byte for byte.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{ALL, command, install, say, tree, uninstall};
use crate::cli_stage::{Said, Stage, heard};

/// Installs and uninstalls in a home that is prepared; the home has to be as it was.
fn comes_back(prepare: impl FnOnce(&Stage)) -> Stage {
    let stage = Stage::new();
    prepare(&stage);
    let before = tree(&stage.path("home"));
    install(&stage);
    assert_ne!(tree(&stage.path("home")), before);
    uninstall(&stage);
    assert_eq!(tree(&stage.path("home")), before);
    stage
}

fn folder(path: &Path, mode: u32) {
    fs::create_dir_all(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_empty_one() {
    comes_back(|_| {});
}

#[test]
fn one_with_settings_skills_and_modes_of_its_own() {
    comes_back(|stage| {
        let home = stage.path("home");
        folder(&home, 0o700);
        folder(&home.join(".claude/skills/mine"), 0o711);
        folder(&home.join(".claude"), 0o700);
        folder(&home.join(".codex/skills"), 0o750);
        folder(&home.join(".gemini/commands"), 0o755);
        folder(&home.join(".local/share/other"), 0o700);
        fs::write(home.join(".claude/settings.json"), "{}").unwrap();
        fs::write(home.join(".claude/skills/mine/SKILL.md"), "mine").unwrap();
        fs::write(home.join(".gemini/commands/mine.toml"), "prompt = \"x\"").unwrap();
    });
}

/// What another program makes meanwhile beside samocode's stays.
#[test]
fn one_in_which_others_work_meanwhile() {
    let stage = Stage::new();
    install(&stage);
    let home = stage.path("home");
    for file in
        [".claude/history.jsonl", ".claude/skills/dive/notes.md", ".local/share/other", ".codex/auth.json"]
    {
        fs::write(home.join(file), "theirs").unwrap();
    }
    uninstall(&stage);
    let left: Vec<String> = tree(&home)
        .into_keys()
        .filter(|path| path.is_file())
        .map(|path| path.strip_prefix(&home).unwrap().display().to_string())
        .collect();
    assert_eq!(
        left,
        [".claude/history.jsonl", ".claude/skills/dive/notes.md", ".codex/auth.json", ".local/share/other"]
    );
    assert!(!home.join(".gemini").exists() && !home.join(".claude/agents").exists());
}

#[test]
fn one_whose_folders_are_links_into_dotfiles() {
    let stage = comes_back(|stage| {
        let home = stage.path("home");
        folder(&home.join("dotfiles/claude/skills"), 0o755);
        folder(&home.join("dotfiles/codex"), 0o755);
        folder(&home.join("dotfiles/share"), 0o755);
        folder(&home.join(".local"), 0o755);
        symlink("dotfiles/claude", home.join(".claude")).unwrap();
        symlink(home.join("dotfiles/codex"), home.join(".codex")).unwrap();
        symlink("../dotfiles/share", home.join(".local/share")).unwrap();
    });
    install(&stage);
    assert!(stage.path("home/dotfiles/claude/skills/dive/SKILL.md").is_file());
    assert!(stage.path("home/dotfiles/share/samocode/installed.json").is_file());
}

/// Some keep one folder of skills for all CLIs.
#[test]
fn one_whose_clis_share_a_folder_of_skills() {
    let stage = comes_back(|stage| {
        let home = stage.path("home");
        folder(&home.join(".agents/skills"), 0o755);
        for cli in [".claude", ".codex"] {
            folder(&home.join(cli), 0o755);
            symlink(home.join(".agents/skills"), home.join(cli).join("skills")).unwrap();
        }
    });
    let said = install(&stage);
    let shared = format!("{} shared with another CLI by a link", super::skills());
    assert!(said.out.contains(&shared), "{said:?}");
    let again = say(&stage, &["codex"], &["install"]);
    assert!(again.out.contains(&shared), "{again:?}");
    let text = fs::read_to_string(stage.path("home/.agents/skills/dive/SKILL.md")).unwrap();
    assert!(text.contains("argument-hint"), "the first one's form stays");
}

#[test]
fn one_with_folders_elsewhere_by_the_environment() {
    let stage = Stage::new();
    let before = tree(&stage.path(""));
    let elsewhere = |words: &str| -> Said {
        let mut command = command(&stage, &ALL, &[words]);
        command
            .env("CLAUDE_CONFIG_DIR", stage.path("a/claude"))
            .env("CODEX_HOME", stage.path("a/codex"))
            .env("GEMINI_CLI_HOME", stage.path("a/gemini"))
            .env("XDG_DATA_HOME", stage.path("a/data"));
        heard(command)
    };
    assert_eq!(elsewhere("install").code, 0);
    for file in [
        "a/claude/skills/dive/SKILL.md",
        "a/codex/skills/dive/SKILL.md",
        "a/gemini/.gemini/commands/dive.toml",
        "a/data/samocode/installed.json",
    ] {
        assert!(stage.path(file).is_file(), "{file}");
    }
    assert_eq!(fs::read_dir(stage.path("home")).unwrap().count(), 0);
    assert_eq!(elsewhere("uninstall").code, 0);
    fs::remove_dir_all(stage.path("programs")).unwrap();
    assert_eq!(tree(&stage.path("")), before);
}

#[test]
fn one_that_cannot_be_written_is_named_and_left() {
    // Nothing can be made below /proc, not even by root.
    let stage = Stage::new();
    for (variable, named) in [("XDG_DATA_HOME", "/proc/none/samocode"), ("CLAUDE_CONFIG_DIR", "/proc/none")] {
        let before = tree(&stage.path("home"));
        let mut command = command(&stage, &["claude"], &["install"]);
        command.env(variable, "/proc/none");
        let said = heard(command);
        assert_eq!(said.code, 11, "{said:?}");
        assert!(said.err.contains(&format!("cannot make {named}: ")), "{said:?}");
        uninstall(&stage);
        assert_eq!(tree(&stage.path("home")), before);
    }
}

#[test]
fn one_whose_link_leads_nowhere_is_named_before_anything_is_made() {
    let stage = Stage::new();
    symlink("gone", stage.path("home/.claude")).unwrap();
    let before = tree(&stage.path("home"));
    let said = say(&stage, &ALL, &["install"]);
    assert_eq!(said.code, 11);
    let words = format!(
        "cannot install below {}: it is a link that leads nowhere",
        stage.path("home/.claude").display()
    );
    assert!(said.err.contains(&words), "{said:?}");
    assert_eq!(tree(&stage.path("home")), before);
}
