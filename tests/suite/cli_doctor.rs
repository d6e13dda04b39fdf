//! `doctor --fix`, the logins, and the CLIs that no phase uses.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::cli_stage::{Stage, heard, names};

/// A folder of programs that say a version, put before PATH.
fn with_clis(stage: &Stage, clis: &[(&str, &str)]) -> String {
    let programs = stage.path("programs");
    fs::create_dir_all(&programs).unwrap();
    for (name, version) in clis {
        fs::write(programs.join(name), format!("#!/bin/sh\necho '{version}'\n")).unwrap();
        fs::set_permissions(programs.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:{}", programs.display(), std::env::var("PATH").unwrap())
}

fn report(stage: &Stage, args: &[&str], env: &[(&str, &str)]) -> Value {
    let mut doctor = stage.samocode(&[&["doctor", "--json"], args].concat());
    doctor.envs(env.iter().copied());
    let said = heard(doctor);
    assert_eq!(said.err, "", "{}", said.out);
    serde_json::from_str(&said.out).unwrap()
}

/// State and words of a check.
fn check<'a>(report: &'a Value, name: &str) -> (&'a str, &'a str) {
    let found = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == name);
    let found = found.unwrap_or_else(|| panic!("no line `{name}`: {report:#}"));
    (found["state"].as_str().unwrap(), found["found"].as_str().unwrap())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_cli_has_a_login_or_is_told_how_to_get_one() {
    let stage = Stage::new();
    stage.settings("SAMOCODE_PROVIDER=claude\nPLANNING_PROVIDER=codex\n");
    let path = with_clis(&stage, &[("claude", "2.1.197 (Claude Code)"), ("codex", "codex-cli 0.169.0")]);
    let seen = report(&stage, &[], &[("PATH", &path), ("ANTHROPIC_API_KEY", "any")]);
    assert_eq!(check(&seen, "login claude").0, "ok");
    assert!(check(&seen, "login claude").1.starts_with("by ANTHROPIC_API_KEY"));
    assert_eq!(check(&seen, "login codex"), ("warn", "none found"));
    assert_eq!(seen["ok"], true, "a login may be where samocode does not look");

    fs::create_dir(stage.path("home/.codex")).unwrap();
    fs::write(stage.path("home/.codex/auth.json"), "{\"tokens\": {}}").unwrap();
    let seen = report(&stage, &[], &[("PATH", &path)]);
    assert_eq!(check(&seen, "login codex").0, "ok");
    assert_eq!(check(&seen, "login claude").0, "warn");
}

#[test]
fn the_doctor_says_what_gemini_s_router_and_retired_accounts_may_cost() {
    let stage = Stage::new();
    let path = with_clis(&stage, &[("gemini", "0.61.0")]);
    fs::create_dir(stage.path("home/.gemini")).unwrap();
    fs::write(stage.path("home/.gemini/oauth_creds.json"), "{\"tokens\": {}}").unwrap();
    let about = |settings: &str| {
        stage.settings(settings);
        let seen = report(&stage, &[], &[("PATH", &path)]);
        assert_eq!(seen["ok"], true);
        let checks =
            seen["checks"].as_array().unwrap().iter().filter(|check| check["name"] == "about gemini");
        checks.map(|check| check["found"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join("\n")
    };
    let both = about("SAMOCODE_PROVIDER=gemini\n");
    assert!(both.contains("about 85 s late") && both.contains("2026-06-18"), "{both}");
    let account = about("SAMOCODE_PROVIDER=gemini\nGEMINI_MODEL=gemini-2.5-pro\n");
    assert!(!account.contains("85 s") && account.contains("2026-06-18"), "{account}");
    assert_eq!(about("SAMOCODE_PROVIDER=demo\n"), "", "no phase uses it");
}

#[test]
fn a_cli_that_is_installed_and_not_used_has_its_line() {
    let stage = Stage::with_settings();
    let path = with_clis(&stage, &[("gemini", "0.61.0"), ("codex", "codex-cli 0.1.0")]);
    let seen = report(&stage, &[], &[("PATH", &path)]);
    let (state, words) = check(&seen, "unused gemini");
    assert_eq!(state, "ok");
    assert!(words.starts_with("Gemini CLI 0.61.0, ") && words.ends_with("no phase uses it"), "{words}");
    // Too old for a session, and no session would use it.
    assert_eq!(check(&seen, "unused codex").0, "warn");
    assert_eq!(seen["ok"], true);
}

#[test]
fn what_is_safe_to_mend_is_mended_and_told() {
    let stage = Stage::new();
    let text = "MAIN_REPO=.\nWORKTREES=../worktrees\nSESSIONS=_sessions\nSAMOCODE_PROVIDER=demo\n";
    fs::write(stage.path("repo/.samocode"), text).unwrap();
    let env = stage.path("repo/.env");
    fs::write(&env, "SAMOCODE_NOTIFY_SLACK=http://127.0.0.1:1/hook\n").unwrap();
    fs::set_permissions(&env, fs::Permissions::from_mode(0o644)).unwrap();
    let old = stage.path("repo/_sessions/.samocode-abcdef");
    fs::create_dir(stage.path("repo/_sessions")).unwrap();
    fs::write(&old, "half").unwrap();
    let young = stage.path("repo/_sessions/.samocode-ghijkl");
    fs::write(&young, "half").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(7200);
    fs::OpenOptions::new().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();

    let seen = report(&stage, &[], &[]);
    assert_eq!(check(&seen, "secrets").0, "warn");
    assert_eq!(check(&seen, "leftovers").0, "warn");
    assert_eq!(seen["fixed"].as_array().unwrap().len(), 0);
    assert_eq!((mode(&env), old.exists(), stage.path("worktrees").exists()), (0o644, true, false));
    assert!(stage.git(&["status", "--porcelain"]).contains("_sessions"));

    let seen = report(&stage, &["--fix"], &[]);
    let fixed: Vec<String> =
        seen["fixed"].as_array().unwrap().iter().map(|done| stage.stable(done.as_str().unwrap())).collect();
    insta::assert_snapshot!(fixed.join("\n"), @r#"
    made /stage/worktrees (WORKTREES)
    /stage/repo/_sessions is kept out of `git status` by /stage/repo/.git/info/exclude
    /stage/repo/.env: now only you can read it
    removed /stage/repo/_sessions/.samocode-abcdef, of a write that was killed
    "#);
    assert_eq!(check(&seen, "secrets").0, "ok");
    assert_eq!((mode(&env), old.exists(), young.exists()), (0o600, false, true));
    assert_eq!(names(&stage.path("worktrees")), [""; 0]);
    assert!(!stage.git(&["status", "--porcelain"]).contains("_sessions"));

    let again = report(&stage, &["--fix"], &[]);
    assert_eq!(again["fixed"].as_array().unwrap().len(), 0, "there is nothing left to mend");
}

#[test]
fn what_cannot_be_mended_is_told_and_harms_nothing() {
    let stage = Stage::new();
    fs::write(stage.path("file"), "").unwrap();
    let text = "MAIN_REPO=.\nWORKTREES=../file/worktrees\nSESSIONS=../sessions\nSAMOCODE_PROVIDER=demo\n";
    fs::write(stage.path("repo/.samocode"), text).unwrap();
    let seen = report(&stage, &["--fix"], &[]);
    let (state, words) = check(&seen, "fix");
    assert_eq!(state, "warn");
    assert!(stage.stable(words).starts_with("cannot make /stage/file/worktrees: "), "{words}");
    assert!(stage.path("sessions").is_dir(), "the rest is done");
}
