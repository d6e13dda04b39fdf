//! Where Claude Code keeps its state, and what of it a run has to find. Measured with 2.1.197.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::provider::program::variable;
use crate::provider::state::{Place, State};

const VARIABLE: &str = "CLAUDE_CONFIG_DIR";

/// What of its folder is loaded or run: settings with hooks, instructions, agents, plugins. All else in it is written
/// while it works, and differs from version to version.
const SETTINGS: [&str; 12] = [
    "CLAUDE.md",
    "commands",
    "hooks",
    "keybindings.json",
    "loop.md",
    "output-styles",
    "plugins",
    "remote-settings.json",
    "rules",
    "settings.json",
    "settings.local.json",
    "workflows",
];

/// Its state for a person's home folder and a child's environment.
///
/// `.claude.json` names programs that it starts (MCP servers), and is rewritten in each run; where it cannot be written,
/// some arguments are ignored, `--effort` for one.
pub(crate) fn state(home: &Path, env: &[(OsString, OsString)]) -> State {
    let named = variable(env, VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let file = named.as_deref().unwrap_or(home).join(".claude.json");
    let folder = named.unwrap_or_else(|| home.join(".claude"));
    let place = |name: &str| Place { person: folder.join(name), own: name.into() };
    State {
        variable: VARIABLE,
        always: false,
        linked: SETTINGS.map(place).into(),
        merged: ["agents", "skills"].map(place).into(),
        logins: vec![place(".credentials.json")],
        copied_logins: Vec::new(),
        readable: vec![folder.clone(), file.clone()],
        copied: vec![Place { person: file, own: ".claude.json".into() }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_state_lies_in_the_home_folder_or_where_the_person_says() {
        let usual = state(Path::new("/h"), &[]);
        assert_eq!(usual.readable, [PathBuf::from("/h/.claude"), PathBuf::from("/h/.claude.json")]);
        let moved = state(Path::new("/h"), &[(VARIABLE.into(), "/c".into())]);
        assert_eq!(moved.copied[0].person, Path::new("/c/.claude.json"));
        assert_eq!(moved.logins[0].person, Path::new("/c/.credentials.json"));
        assert!(moved.linked.iter().any(|place| place.person == Path::new("/c/settings.json")));
    }
}
