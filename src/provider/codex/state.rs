//! Where Codex keeps its state, and what of it a run has to find. Measured with codex-cli 0.169.0.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::person::{VARIABLE, folder};
use crate::provider::state::{Place, State};

/// What of its folder is loaded or run: settings, instructions, rules, hooks, plugins. All else in it is written while
/// it works: databases, logs, the record of each run, locks.
const SETTINGS: [&str; 10] = [
    ".env",
    "AGENTS.md",
    "AGENTS.override.md",
    "config.toml",
    "hooks",
    "hooks.json",
    "managed_config.toml",
    "plugins",
    "prompts",
    "rules",
];

/// Its state for a person's home folder and a child's environment.
///
/// The folder is always a run's own: it finds agents and skills in no other place that is not the project's. Its login is
/// renewed by writing to where a link leads, beside which it also puts a lock, and a confined run may write neither; so
/// it gets a copy. What it finds through links it takes as it takes files, skills' and agents' folders included.
#[expect(clippy::unnecessary_wraps, reason = "every provider says whether it keeps a state")]
pub(crate) fn state(home: &Path, env: &[(OsString, OsString)]) -> Option<State> {
    let folder = folder(home, env);
    let place = |name: &str| Place { person: folder.join(name), own: name.into() };
    Some(State {
        variable: VARIABLE,
        always: true,
        linked: SETTINGS.iter().copied().map(place).chain(profiles(&folder)).collect(),
        merged: ["agents", "skills"].map(place).into(),
        copied: Vec::new(),
        logins: Vec::new(),
        copied_logins: ["auth.json", ".credentials.json"].map(place).into(),
        readable: vec![folder.clone()],
    })
}

/// The profiles that `--profile` names: `work.config.toml`.
fn profiles(folder: &Path) -> Vec<Place> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    let mut profiles: Vec<OsString> =
        names.filter(|name| name.as_encoded_bytes().ends_with(b".config.toml")).collect();
    profiles.sort();
    profiles.into_iter().map(|name| Place { person: folder.join(&name), own: name.into() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_state_lies_in_the_home_folder_or_where_the_person_says() {
        let usual = state(Path::new("/h"), &[]).unwrap();
        assert!(usual.always);
        assert_eq!(usual.readable, [Path::new("/h/.codex")]);
        let moved = state(Path::new("/h"), &[(VARIABLE.into(), "/c".into())]).unwrap();
        assert_eq!(moved.copied_logins[0].person, Path::new("/c/auth.json"));
        assert!(moved.linked.iter().any(|place| place.person == Path::new("/c/config.toml")));
    }

    #[test]
    fn the_persons_profiles_are_among_the_settings() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".codex")).unwrap();
        fs::write(home.path().join(".codex/work.config.toml"), "").unwrap();
        let state = state(home.path(), &[]).unwrap();
        assert!(state.linked.iter().any(|place| place.own == Path::new("work.config.toml")));
    }
}
