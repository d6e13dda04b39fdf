//! Where Claude Code keeps its state, and what of it a run has to find. Measured with 2.1.197.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::provider::program::variable;
use crate::provider::state::State;

const VARIABLE: &str = "CLAUDE_CONFIG_DIR";

/// What of its folder is loaded or run: settings with hooks, instructions, agents, plugins. All else in it is written
/// while it works, and differs from version to version.
const SETTINGS: [&str; 14] = [
    "CLAUDE.md",
    "agents",
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
    "skills",
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
    State {
        variable: VARIABLE,
        linked: SETTINGS.map(|name| folder.join(name)).into(),
        login: folder.join(".credentials.json"),
        readable: vec![folder, file.clone()],
        copied: vec![file],
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
        assert_eq!(moved.copied, [PathBuf::from("/c/.claude.json")]);
        assert_eq!(moved.login, Path::new("/c/.credentials.json"));
        assert!(moved.linked.contains(&"/c/settings.json".into()));
    }
}
