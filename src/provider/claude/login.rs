//! Whether Claude Code has a login.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::needs::is_on;
use super::state::state;
use crate::provider::Login;
use crate::provider::login::{by_file, by_variable};

const VARIABLES: [&str; 3] = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"];
const CLOUDS: [&str; 3] = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"];

/// By a key, a cloud, the file of a login, or settings with a key in them. On macOS a login lies in the keychain, which
/// is not looked into; that there is an account is said in `.claude.json`.
pub(crate) fn login(home: &Path, env: &[(OsString, OsString)]) -> Login {
    let cloud = || {
        let found = CLOUDS.into_iter().find(|name| is_on(env, name));
        found.map(|name| Login::Found(format!("by {name}")))
    };
    let state = state(home, env);
    let file = || by_file(state.logins.iter().map(|place| place.person.clone()));
    let named = || {
        let places = state.linked.iter().chain(&state.copied).map(|place| &place.person);
        places
            .into_iter()
            .find(|path| has_key(path))
            .map(|path| Login::Found(format!("by {}", path.display())))
    };
    by_variable(env, VARIABLES).or_else(cloud).or_else(file).or_else(named).unwrap_or_else(|| {
        Login::NotFound("start `claude` once and log in with /login, or set ANTHROPIC_API_KEY".to_owned())
    })
}

/// Settings that name a helper for the key, or the file that knows the account.
fn has_key(path: &Path) -> bool {
    let keys: &[&str] = match path.file_name().and_then(|name| name.to_str()) {
        Some("settings.json") => &["apiKeyHelper"],
        Some(".claude.json") if cfg!(target_os = "macos") => &["oauthAccount", "primaryApiKey"],
        Some(".claude.json") => &["primaryApiKey"],
        _ => return false,
    };
    let text = fs::read_to_string(path).unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    keys.iter().any(|key| !json[*key].is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_a_cloud_a_file_and_a_helper_are_logins() {
        let home = tempfile::tempdir().unwrap();
        let with = |name: &str, value: &str| login(home.path(), &[(name.into(), value.into())]);
        assert!(matches!(with("ANTHROPIC_API_KEY", ""), Login::NotFound(how) if how.contains("/login")));
        assert_eq!(with("ANTHROPIC_API_KEY", "k"), Login::Found("by ANTHROPIC_API_KEY".into()));
        assert!(matches!(with("CLAUDE_CODE_USE_BEDROCK", "0"), Login::NotFound(_)));
        assert_eq!(with("CLAUDE_CODE_USE_BEDROCK", "1"), Login::Found("by CLAUDE_CODE_USE_BEDROCK".into()));
        fs::create_dir(home.path().join(".claude")).unwrap();
        let settings = home.path().join(".claude/settings.json");
        fs::write(&settings, "{\"apiKeyHelper\": \"key\"}").unwrap();
        assert_eq!(with("A", ""), Login::Found(format!("by {}", settings.display())));
        let file = home.path().join(".claude/.credentials.json");
        fs::write(&file, "{}").unwrap();
        assert_eq!(with("A", ""), Login::Found(format!("by {}", settings.display())), "an empty one is none");
        fs::write(&file, "{\"a\":1}").unwrap();
        assert_eq!(with("A", ""), Login::Found(format!("by {}", file.display())));
    }
}
