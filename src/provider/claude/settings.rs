//! The settings that every run of samocode's passes by `--settings`. They rank above the person's and the project's
//! settings files, so a default of samocode's steps back where one of those files says otherwise.
//!
//! Reads those files and writes nothing. A `--settings` in `CLAUDE_ARGS` comes later on the command line and replaces
//! these as a whole (measured with 2.1.197 and 2.1.332). Merging the two would put the person's file, which may hold
//! keys, into the list of processes.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::WATCHDOG;
use crate::provider::program::variable;

/// Each request would carry its skill (2.1.332).
const AUTHORING: &str = "cc-plugin-plugin-authoring@builtin";

/// The value of `--settings` for a run in `worktree`. `env` is what the run's environment is made from.
///
/// Two of them are not the person's to change: how long a limit is waited for is samocode's business, and a run that
/// waits by itself looks like one that hangs. The variable has to be set here, too, because a settings file's `env`
/// ranks above the environment (measured with 2.1.197 and 2.1.332).
pub(super) fn of_run(env: &[(OsString, OsString)], worktree: &Path) -> String {
    let files: Vec<Map<String, Value>> =
        places(env, worktree).iter().filter_map(|path| object(&fs::read(path).ok()?)).collect();
    let says = |name: &str| files.iter().any(|file| file.contains_key(name));
    let mut settings = Map::new();
    // Else each request asks for a `Co-Authored-By` line in commits (2.1.332).
    if !says("attribution") && !says("includeCoAuthoredBy") {
        settings.insert("attribution".to_owned(), json!({"commit": "", "pr": ""}));
    }
    if !files
        .iter()
        .any(|file| file.get("enabledPlugins").is_some_and(|plugins| plugins.get(AUTHORING).is_some()))
    {
        settings.insert("enabledPlugins".to_owned(), json!({AUTHORING: false}));
    }
    // Since 2.1.234 it can wait for a usage limit to reset and go on by itself.
    settings.insert("autoContinueAtUsageLimit".to_owned(), json!(false));
    settings.insert("env".to_owned(), json!({WATCHDOG: "0"}));
    Value::Object(settings).to_string()
}

/// The settings files that rank below `--settings`: the person's, the project's, and the person's for the project.
fn places(env: &[(OsString, OsString)], worktree: &Path) -> Vec<PathBuf> {
    let set = |name: &str| variable(env, name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = set("CLAUDE_CONFIG_DIR").or_else(|| set("HOME").map(|home| home.join(".claude")));
    let project = worktree.join(".claude");
    own.map(|folder| folder.join("settings.json"))
        .into_iter()
        .chain(["settings.json", "settings.local.json"].map(|name| project.join(name)))
        .collect()
}

fn object(text: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings of a run where the person's and the project's files hold these texts.
    fn with(person: &str, project: &str) -> Value {
        let root = tempfile::tempdir().unwrap();
        let (home, worktree) = (root.path().join("home"), root.path().join("tree"));
        for (folder, text) in [(&home, person), (&worktree, project)] {
            fs::create_dir_all(folder.join(".claude")).unwrap();
            fs::write(folder.join(".claude/settings.json"), text).unwrap();
        }
        serde_json::from_str(&of_run(&[("HOME".into(), home.into())], &worktree)).unwrap()
    }

    #[test]
    fn a_person_without_settings_gets_all_of_samocodes() {
        for nothing in ["", "{}", "{ not JSON", "[]"] {
            insta::allow_duplicates! {
                insta::assert_snapshot!(with(nothing, nothing), @r#"{"attribution":{"commit":"","pr":""},"autoContinueAtUsageLimit":false,"enabledPlugins":{"cc-plugin-plugin-authoring@builtin":false},"env":{"CLAUDE_CODE_RETRY_WATCHDOG":"0"}}"#);
            }
        }
    }

    #[test]
    fn what_the_person_or_the_project_says_of_attribution_and_plugins_stays() {
        let attribution = r#"{"attribution": {"commit": "By a team"}}"#;
        let older = r#"{"includeCoAuthoredBy": true}"#;
        for (person, project) in [(attribution, "{}"), ("{}", attribution), (older, "{}")] {
            assert_eq!(with(person, project).get("attribution"), None, "{person} {project}");
        }
        let plugin = r#"{"enabledPlugins": {"cc-plugin-plugin-authoring@builtin": true}}"#;
        assert_eq!(with(plugin, "").get("enabledPlugins"), None);
        let another = r#"{"enabledPlugins": {"another@here": true}}"#;
        assert!(with(another, "").get("enabledPlugins").is_some());
    }

    #[test]
    fn waiting_for_a_limit_stays_off_whatever_the_person_says() {
        let waits = r#"{"autoContinueAtUsageLimit": true, "env": {"CLAUDE_CODE_RETRY_WATCHDOG": "1"}}"#;
        let settings = with(waits, waits);
        assert_eq!(settings["autoContinueAtUsageLimit"], false);
        assert_eq!(settings["env"]["CLAUDE_CODE_RETRY_WATCHDOG"], "0");
    }
}
