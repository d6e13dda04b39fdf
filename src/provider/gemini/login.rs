//! Whether Gemini CLI has a login.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::state::state;
use crate::provider::Login;
use crate::provider::login::{by_file, by_variable};

const VARIABLES: [&str; 4] =
    ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA"];

/// By a key, the login with a Google account, or a key in a `.env` of its own.
pub(crate) fn login(home: &Path, env: &[(OsString, OsString)]) -> Login {
    let state = state(home, env);
    let logins = state.copied_logins.iter().chain(&state.linked).map(|place| &place.person);
    let files = logins.filter(|path| {
        path.file_name().is_some_and(|name| match name.to_str() {
            Some("oauth_creds.json" | "gemini-credentials.json") => true,
            Some(".env") => has_key(path),
            _ => false,
        })
    });
    let files = files.cloned().collect::<Vec<_>>();
    by_variable(env, VARIABLES).or_else(|| by_file(files)).unwrap_or_else(|| {
        Login::NotFound("start `gemini` once and log in, or set GEMINI_API_KEY".to_owned())
    })
}

fn has_key(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().any(|line| VARIABLES.iter().any(|name| line.trim_start_matches("export ").starts_with(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_an_account_and_a_key_in_its_own_file_are_logins() {
        let home = tempfile::tempdir().unwrap();
        let with = |name: &str| login(home.path(), &[(name.into(), "v".into())]);
        assert!(matches!(with("X"), Login::NotFound(how) if how.contains("GEMINI_API_KEY")));
        assert_eq!(with("GEMINI_API_KEY"), Login::Found("by GEMINI_API_KEY".into()));
        fs::create_dir(home.path().join(".gemini")).unwrap();
        let env = home.path().join(".gemini/.env");
        fs::write(&env, "OTHER=1\n").unwrap();
        assert!(matches!(with("X"), Login::NotFound(_)));
        fs::write(&env, "GEMINI_API_KEY=k\n").unwrap();
        assert_eq!(with("X"), Login::Found(format!("by {}", env.display())));
        let account = home.path().join(".gemini/oauth_creds.json");
        fs::write(&account, "{\"a\":1}").unwrap();
        assert_eq!(with("X"), Login::Found(format!("by {}", account.display())));
    }
}
