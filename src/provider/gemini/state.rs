//! Where Gemini CLI keeps its state, and what of it a run has to find. From the code of 0.61.0 and the files of real runs.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::provider::ProviderError;
use crate::provider::program::variable;
use crate::provider::state::{Place, State};

/// It names the home that the folders `.gemini` and `.agents` lie in, not the folder itself.
const VARIABLE: &str = "GEMINI_CLI_HOME";

/// The settings in its own folder: a file of samocode's, made from the person's.
pub(super) const SETTINGS: &str = ".gemini/settings.json";

/// What of its home is loaded, run or used for logging in. All else in it is written while it works: `history`,
/// `installation_id`, `policy_integrity.json`, `projects.json`, `tmp`.
///
/// `gemini-credentials.json` is what it has in the place of a keychain. It is no JSON, so a missing one stays missing.
const LINKED: [&str; 13] = [
    ".agents",
    ".env",
    ".gemini/.env",
    ".gemini/GEMINI.md",
    ".gemini/a2a-oauth-tokens.json",
    ".gemini/acknowledgments",
    ".gemini/commands",
    ".gemini/extensions",
    ".gemini/gemini-credentials.json",
    ".gemini/google_accounts.json",
    ".gemini/mcp-oauth-tokens.json",
    ".gemini/trustedFolders.json",
    ".gemini/trusted_hooks.json",
];

/// Folders that samocode adds something to.
const MERGED: [&str; 3] = [".gemini/agents", ".gemini/policies", ".gemini/skills"];

/// The login with a Google account, which is renewed in place, about every hour.
const LOGIN: &str = ".gemini/oauth_creds.json";

/// Its state for a person's home folder and a child's environment.
pub(crate) fn state(home: &Path, env: &[(OsString, OsString)]) -> State {
    let root = named_root(env).unwrap_or_else(|| home.to_owned());
    let place = |name: &str| Place { person: root.join(name), own: name.into() };
    let mut readable: Vec<PathBuf> = [".gemini", ".agents"].map(|name| root.join(name)).into();
    readable.push(home.join(".config/gcloud/application_default_credentials.json"));
    readable.extend(path(env, "GOOGLE_APPLICATION_CREDENTIALS"));
    State {
        variable: VARIABLE,
        always: true,
        readable,
        linked: LINKED.map(place).into(),
        merged: MERGED.map(place).into(),
        copied: Vec::new(),
        logins: Vec::new(),
        copied_logins: vec![place(LOGIN)],
    }
}

/// The text of the person's settings; empty where they have none.
pub(super) fn persons_settings(env: &[(OsString, OsString)]) -> Result<String, ProviderError> {
    let Some(root) = named_root(env).or_else(|| path(env, "HOME")) else {
        return Ok(String::new());
    };
    let path = root.join(SETTINGS);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(ProviderError::Settings { path, source }),
    }
}

fn named_root(env: &[(OsString, OsString)]) -> Option<PathBuf> {
    path(env, VARIABLE)
}

fn path(env: &[(OsString, OsString)], name: &str) -> Option<PathBuf> {
    variable(env, name).filter(|path| !path.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_state_lies_in_the_home_folder_or_where_the_person_says() {
        let usual = state(Path::new("/h"), &[]);
        assert!(usual.always);
        assert_eq!(usual.readable[..2], [PathBuf::from("/h/.gemini"), PathBuf::from("/h/.agents")]);
        let key: (OsString, OsString) = ("GOOGLE_APPLICATION_CREDENTIALS".into(), "/k.json".into());
        let moved = state(Path::new("/h"), &[(VARIABLE.into(), "/c".into()), key]);
        assert_eq!(moved.merged[0].person, Path::new("/c/.gemini/agents"));
        assert!(moved.readable.contains(&"/k.json".into()));
    }

    #[test]
    fn the_persons_settings_are_read_where_there_are_any() {
        let home = tempfile::tempdir().unwrap();
        let env = [("HOME".into(), home.path().into())];
        assert_eq!(persons_settings(&env).unwrap(), "");
        fs::create_dir(home.path().join(".gemini")).unwrap();
        fs::write(home.path().join(SETTINGS), "{}").unwrap();
        assert_eq!(persons_settings(&env).unwrap(), "{}");
        fs::remove_file(home.path().join(SETTINGS)).unwrap();
        fs::create_dir(home.path().join(SETTINGS)).unwrap();
        let error = persons_settings(&env).unwrap_err().to_string();
        assert!(error.contains(SETTINGS), "{error}");
    }
}
