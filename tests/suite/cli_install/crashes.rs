//! What a kill leaves, made by hand; the crash sweep kills samocode at each of its steps.

use std::fs;

use super::{install, tree, uninstall};
use crate::cli_stage::Stage;

#[test]
fn what_is_noted_and_not_written_is_no_trouble() {
    let stage = Stage::new();
    let before = tree(&stage.path("home"));
    install(&stage);
    let installed = tree(&stage.path("home"));
    fs::remove_dir_all(stage.path("home/.claude/skills")).unwrap();
    fs::remove_file(stage.path("home/.codex/skills/dive/SKILL.md")).unwrap();
    install(&stage);
    assert_eq!(tree(&stage.path("home")).len(), installed.len());
    fs::remove_dir_all(stage.path("home/.claude/skills")).unwrap();
    uninstall(&stage);
    assert_eq!(tree(&stage.path("home")), before);
}

#[test]
fn temporary_files_and_folders_of_a_killed_one_go() {
    let stage = Stage::new();
    let before = tree(&stage.path("home"));
    install(&stage);
    fs::write(stage.path("home/.claude/skills/dive/.samocode-aB3dE6"), "half").unwrap();
    fs::write(stage.path("home/.local/share/samocode/.samocode-aB3dE6"), "half").unwrap();
    fs::create_dir_all(stage.path("home/.samocode-installing/share/samocode")).unwrap();
    uninstall(&stage);
    assert_eq!(tree(&stage.path("home")), before);

    // Killed before the list was there, or after it was.
    fs::create_dir_all(stage.path("home/.samocode-installing/share/samocode")).unwrap();
    uninstall(&stage);
    assert_eq!(tree(&stage.path("home")), before);
}
