//! Whether Codex has a login.

use std::ffi::OsString;
use std::path::Path;

use super::person;
use crate::provider::Login;
use crate::provider::login::{by_file, by_variable};

/// By a key of its own, the file of `codex login`, or the key of the service that the person's settings name.
pub(crate) fn login(home: &Path, env: &[(OsString, OsString)]) -> Login {
    let known = person::settings(env);
    let own = ["", "openai"].contains(&known.service.as_str());
    if !own {
        let service = &known.service;
        if known.keys.is_empty() {
            return Login::Found(format!("by the service `{service}` of its settings, which names no key"));
        }
        return by_variable(env, known.keys.iter().map(String::as_str)).unwrap_or_else(|| {
            Login::NotFound(format!(
                "set {}, for the service `{service}` of its settings",
                known.keys.join(" or ")
            ))
        });
    }
    let file = || by_file([person::folder(home, env).join("auth.json")]);
    by_variable(env, ["CODEX_API_KEY", "CODEX_ACCESS_TOKEN"]).or_else(file).unwrap_or_else(|| {
        Login::NotFound("`codex login`; if it keeps its login in a keyring, all may be well".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_key_the_file_and_the_key_of_another_service_are_logins() {
        let home = tempfile::tempdir().unwrap();
        let with = |name: &str| {
            let env = [("HOME".into(), home.path().into()), (name.into(), "v".into())];
            login(home.path(), &env)
        };
        assert!(matches!(with("X"), Login::NotFound(how) if how.contains("codex login")));
        assert_eq!(with("CODEX_API_KEY"), Login::Found("by CODEX_API_KEY".into()));
        let folder = home.path().join(".codex");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("auth.json"), "{\"a\":1}").unwrap();
        assert_eq!(with("X"), Login::Found(format!("by {}", folder.join("auth.json").display())));
        let hub = "model_provider = \"hub\"\n[model_providers.hub]\nname = \"h\"\nenv_key = \"HUB_KEY\"\n";
        fs::write(folder.join("config.toml"), hub).unwrap();
        assert!(matches!(with("X"), Login::NotFound(how) if how.starts_with("set HUB_KEY")));
        assert_eq!(with("HUB_KEY"), Login::Found("by HUB_KEY".into()));
    }
}
