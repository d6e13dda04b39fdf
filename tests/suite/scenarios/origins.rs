//! Where the environment of the verify command takes its code from, found by its files alone: without a sandbox, nothing
//! else shows that the main checkout was tested.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::evidence::{RUN, summary, verified};
use crate::scenario::{Scenario, expect_words};

/// A scenario without a sandbox.
fn unconfined() -> Scenario {
    Scenario::new().config("SAMOCODE_SANDBOX=off")
}

pub(super) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A virtual environment with a stand-in for Python, which prints the package that its `.pth` file leads to.
pub(super) fn environment(folder: &Path, leads: &str) {
    write(&folder.join("pyvenv.cfg"), "home = /usr/bin\n");
    write(&folder.join("lib/python3.12/site-packages/__editable__.pkg-1.pth"), &format!("{leads}\n"));
    let program = folder.join("bin/python");
    write(
        &program,
        "#!/bin/sh\nd=$(cat \"${0%/bin/python}\"/lib/python3.12/site-packages/*.pth) && cat \"$d/pkg.py\"\n",
    );
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Commits files on `main`.
pub(super) fn commit(scenario: &Scenario, files: &[(&str, &str)]) {
    for (name, text) in files {
        write(&scenario.repo().join(name), text);
    }
    scenario.git(&["add", "--all", "--force"]);
    scenario.git(&["commit", "--quiet", "-m", "more"]);
}

#[test]
fn an_editable_install_of_the_main_checkout_is_no_pass() {
    let scenario = unconfined();
    commit(&scenario, &[("src/pkg.py", "one\n")]);
    let venv = scenario.path("venv");
    let src = scenario.repo().join("src");
    environment(&venv, src.to_str().unwrap());
    let scenario = scenario.config(&format!("SAMOCODE_VERIFY={}/bin/python", venv.display()));
    let points = format!("imports from the main checkout ({}): an editable install", src.display());
    scenario.run(["doctor"]).expect_out(&["warn  environment", "an editable install"]);
    let ended = scenario.run(RUN).expect_exit(0).expect_out(&[&points, "may have tested other files"]);
    assert!(!ended.out.contains("passed on commit"), "{}", ended.out);
    let summary = summary(&scenario);
    expect_words(&summary, &["- Result: exit code 0", "may have tested other files", &points]);
    assert!(!summary.contains("passed"), "{summary}");
    scenario.run(["status", "auth", "--json"]).expect_out(&["\"passed\": false"]);
    let log = scenario.session_file("session.log");
    assert_eq!(log.matches("a verification may test those files").count(), 1, "it is said once: {log}");
}

#[test]
fn an_environment_of_the_worktree_passes_without_a_doubt() {
    let scenario = unconfined();
    commit(&scenario, &[("src/pkg.py", "one\n"), (".gitignore", ".venv\n")]);
    environment(&scenario.repo().join(".venv"), scenario.repo().join("src").to_str().unwrap());
    let set_up = "mkdir -p .venv && cp -R ../../repo/.venv/. .venv && echo \"$PWD/src\" > .venv/lib/python3.12/site-packages/__editable__.pkg-1.pth";
    let scenario =
        scenario.config(&format!("SAMOCODE_SETUP='{set_up}'")).config("SAMOCODE_VERIFY=.venv/bin/python");
    let ended = scenario.run(RUN).expect_exit(0).expect_out(&["passed on commit"]);
    assert!(!ended.out.contains("main checkout"), "{}", ended.out);
    assert!(verified(&scenario)[0].check.origins.is_empty());
}

#[test]
fn an_environment_that_was_copied_into_the_worktree_still_leads_to_the_main_checkout() {
    let scenario = unconfined();
    commit(&scenario, &[(".gitignore", ".venv\n"), (".worktreeinclude", ".venv\n"), ("src/pkg.py", "one\n")]);
    environment(&scenario.repo().join(".venv"), scenario.repo().join("src").to_str().unwrap());
    let scenario = scenario.config("SAMOCODE_VERIFY=true");
    scenario.run(["doctor"]).expect_out(&["warn  environment", ".venv/lib/python3.12"]);
    scenario.run(RUN).expect_exit(0).expect_out(&["worktrees", "imports from the main checkout"]);
}

#[test]
fn packages_that_link_to_the_main_checkout_are_named_however_they_are_linked() {
    for link in [
        "mkdir node_modules && ln -s $HOME/global/pkg node_modules/pkg",
        "mkdir -p node_modules/@scope && ln -s ../../../../repo/packages/pkg node_modules/@scope/pkg",
        "ln -s ../../repo/node_modules node_modules",
        "mkdir -p packages/app/node_modules && ln -s ../../../../../repo/packages/pkg packages/app/node_modules/pkg",
    ] {
        let scenario = unconfined();
        commit(&scenario, &[("packages/pkg/index.js", "1\n"), (".gitignore", "node_modules\n")]);
        fs::create_dir(scenario.repo().join("node_modules")).unwrap();
        fs::create_dir(scenario.path("home/global")).unwrap();
        symlink(scenario.repo().join("packages/pkg"), scenario.path("home/global/pkg")).unwrap();
        let scenario = scenario.config(&format!("SAMOCODE_SETUP='{link}'")).config("SAMOCODE_VERIFY=true");
        let ended =
            scenario.run(RUN).expect_exit(0).expect_out(&["is a link into the main checkout", "npm ci"]);
        assert!(!ended.out.contains("passed on commit"), "{link}: {}", ended.out);
        // Before anything that costs.
        let log = scenario.session_file("session.log");
        assert!(log.find("is a link into").unwrap() < log.find("#1 implementation").unwrap(), "{log}");
    }
}

#[test]
fn a_path_to_the_main_checkout_in_the_files_of_a_project_is_found_beforehand() {
    for (file, text) in [
        ("Makefile", "test:\n\tcd {repo} && make check\n"),
        ("go.work", "go 1.22\nuse {repo}\n"),
        ("go.mod", "module x\nreplace example.com/x => ../../repo/x\n"),
        (".cargo/config.toml", "paths = [\"{repo}/lib\"]\n"),
        ("Cargo.toml", "[patch.crates-io]\nx = { path = \"../../repo/x\" }\n"),
        ("compose.yaml", "services:\n  app:\n    volumes:\n      - {repo}:/app\n"),
        ("docker-compose.yml", "services:\n  app:\n    build: ../../repo\n"),
        (".env", "PYTHONPATH={repo}/src\n"),
        ("tox.ini", "[testenv]\ndeps = -e {repo}\n"),
        ("package.json", "{\"dependencies\": {\"x\": \"file:{repo}/x\"}}\n"),
    ] {
        let scenario = unconfined().config("SAMOCODE_VERIFY=true");
        let text = text.replace("{repo}", scenario.repo().to_str().unwrap());
        commit(&scenario, &[(file, &text)]);
        scenario
            .run(["doctor"])
            .expect_out(&["warn  environment", &format!("`{file}` points to the main checkout")]);
    }
}

#[test]
fn a_path_in_the_command_or_a_variable_is_found_beforehand() {
    for verify in
        ["cd {repo} && make test", "make -C ../../repo test", "cd ~/../repo && make", "{repo}/check.sh"]
    {
        let scenario = unconfined();
        let verify = verify.replace("{repo}", scenario.repo().to_str().unwrap());
        let scenario = scenario.config(&format!("SAMOCODE_VERIFY='{verify}'"));
        scenario.run(["doctor"]).expect_out(&["SAMOCODE_VERIFY points to the main checkout"]);
    }
    for name in ["PYTHONPATH", "NODE_PATH", "GOWORK", "LD_LIBRARY_PATH"] {
        let scenario = unconfined().config("SAMOCODE_VERIFY=true");
        let value = format!("/usr/lib:{}/src", scenario.repo().display());
        let scenario = scenario.env(name, value);
        scenario.run(["doctor"]).expect_out(&[&format!("the variable {name} points to the main checkout")]);
    }
}

#[test]
fn what_lies_in_the_worktree_or_outside_the_repository_is_nobody_s_business() {
    let scenario = unconfined().config("SAMOCODE_VERIFY='cd src && sh ../check.sh && ls ../../../other'");
    let text = format!("# see {0}\nuse ./src\nuse ../../other\nuse {0}-other\n", scenario.repo().display());
    commit(&scenario, &[("go.work", &text), ("src/x", "x\n"), ("check.sh", "true\n")]);
    // Shells set it to where samocode was started.
    let started = scenario.repo();
    let scenario = scenario.env("PYTHONPATH", "src:lib").env("OLDPWD", started);
    write(&scenario.path("other/x"), "x\n");
    scenario.run(["doctor"]).expect_out(&["ok    environment"]);
    scenario.run(RUN).expect_exit(0).expect_out(&["passed on commit"]);
}

#[test]
fn a_virtual_environment_in_the_main_checkout_may_be_used() {
    let scenario = unconfined();
    commit(&scenario, &[(".gitignore", ".venv\n"), ("x", "x\n")]);
    let venv = scenario.repo().join(".venv");
    let elsewhere = scenario.path("elsewhere");
    write(&elsewhere.join("pkg.py"), "one\n");
    environment(&venv, elsewhere.to_str().unwrap());
    let scenario = scenario
        .config(&format!("SAMOCODE_VERIFY={}/bin/python", venv.display()))
        .env("VIRTUAL_ENV", venv.clone());
    scenario.run(["doctor"]).expect_out(&["ok    environment"]);
    scenario.run(RUN).expect_exit(0).expect_out(&["passed on commit"]);
}

#[test]
fn a_package_that_was_copied_from_the_main_checkout_is_named() {
    let scenario = unconfined();
    let venv = scenario.path("venv");
    write(&venv.join("pyvenv.cfg"), "");
    let from = format!("{{\"dir_info\": {{}}, \"url\": \"file://{}\"}}", scenario.repo().display());
    write(&venv.join("lib/python3.12/site-packages/pkg-1.dist-info/direct_url.json"), &from);
    let scenario = scenario.config("SAMOCODE_VERIFY=true").env("VIRTUAL_ENV", venv);
    scenario.run(["doctor"]).expect_out(&["is a copy installed from the main checkout"]);
}
