//! What a person should know before a run of Gemini CLI. Reads its settings, asks nothing of a service.

use std::ffi::OsString;
use std::path::Path;

use super::GeminiSettings;
use super::login::login;
use super::settings::names_a_model;
use super::state::persons_settings;
use crate::provider::program::variable;
use crate::provider::{Caution, Login};

/// Without a model it asks a router model first. Where that one doesn't serve, a run starts about 85 s late and prints
/// nothing about it (measured with 0.61.0).
pub(crate) fn unset_model(
    settings: &GeminiSettings,
    model: &str,
    env: &[(OsString, OsString)],
) -> Option<Caution> {
    let named = |arg: &String| arg == "-m" || arg == "--model" || arg.starts_with("--model=");
    let person = persons_settings(env).unwrap_or_default();
    if !model.is_empty() || settings.args.iter().any(named) || names_a_model(&person) {
        return None;
    }
    Some(Caution {
        found: "no model is set: Gemini CLI asks a router model before each run, and where that model doesn't serve, the \
                run starts about 85 s late without saying so"
            .to_owned(),
        advice: "set `GEMINI_MODEL` to the model that you want".to_owned(),
    })
}

/// By public reports that quote Google, free, Pro and Ultra accounts were retired on 2026-06-18; API keys and Enterprise
/// go on. An Enterprise account names its project.
pub(crate) fn retired_account(home: &Path, env: &[(OsString, OsString)]) -> Option<Caution> {
    let by_account = matches!(login(home, env), Login::Found(how) if how.ends_with("oauth_creds.json") || how.ends_with("_GCA"));
    let project = ["GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT_ID"]
        .iter()
        .any(|name| variable(env, name).is_some_and(|value| !value.is_empty()));
    if !by_account || project {
        return None;
    }
    Some(Caution {
        found: "the login is a Google account; by public reports, Gemini CLI stopped serving free, Pro and Ultra accounts \
                on 2026-06-18"
            .to_owned(),
        advice: "set `GEMINI_API_KEY`; with an Enterprise account, set `GOOGLE_CLOUD_PROJECT`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn settings(args: &[&str]) -> GeminiSettings {
        GeminiSettings { program: "gemini".into(), args: args.iter().map(|arg| (*arg).to_owned()).collect() }
    }

    #[test]
    fn a_run_without_a_model_is_warned_of_and_one_with_a_model_is_not() {
        let home = tempfile::tempdir().unwrap();
        let env = [("HOME".into(), home.path().into())];
        assert!(unset_model(&settings(&["--debug"]), "", &env).is_some());
        assert_eq!(unset_model(&settings(&[]), "gemini-2.5-pro", &env), None);
        for args in [&["-m", "x"][..], &["--model", "x"], &["--model=x"]] {
            assert_eq!(unset_model(&settings(args), "", &env), None, "{args:?}");
        }
        fs::create_dir(home.path().join(".gemini")).unwrap();
        fs::write(home.path().join(".gemini/settings.json"), r#"{"model": {"name": "gemini-2.5-pro"}}"#)
            .unwrap();
        assert_eq!(unset_model(&settings(&[]), "", &env), None);
    }

    #[test]
    fn only_an_account_that_is_no_enterprise_s_may_be_retired() {
        let home = tempfile::tempdir().unwrap();
        let with = |name: &str| retired_account(home.path(), &[(name.into(), "v".into())]);
        assert_eq!(with("X"), None, "no login at all");
        fs::create_dir(home.path().join(".gemini")).unwrap();
        fs::write(home.path().join(".gemini/oauth_creds.json"), "{\"a\":1}").unwrap();
        assert!(with("X").is_some());
        assert_eq!((with("GEMINI_API_KEY"), with("GOOGLE_CLOUD_PROJECT")), (None, None));
    }
}
