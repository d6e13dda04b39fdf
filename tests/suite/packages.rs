//! What `packaging/` and `install.sh` say, where it can be checked with Git and Rust alone. `.ci/run` builds the packages
//! and installs them.

use std::fs;

use crate::sources::root;

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

#[test]
fn the_packages_say_the_same_as_the_crate() {
    let crate_: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    let wheel: toml::Table = toml::from_str(&read("packaging/pypi/pyproject.toml")).unwrap();
    let npm: serde_json::Value = serde_json::from_str(&read("packaging/npm/package.json")).unwrap();
    let (of_crate, of_wheel) = (&crate_["package"], &wheel["project"]);
    // The version is the crate's own; who builds a package puts it in.
    assert!(npm.get("version").is_none() && of_wheel.get("version").is_none());
    for key in ["name", "description"] {
        assert_eq!(of_wheel[key], of_crate[key], "{key}");
        assert_eq!(npm[key].as_str(), of_crate[key].as_str(), "{key}");
    }
    let license = crate_["workspace"]["package"]["license"].as_str();
    assert_eq!((of_wheel["license"].as_str(), npm["license"].as_str()), (license, license));
    assert_eq!(read("packaging/pypi/LICENSE"), read("LICENSE"), "a link to the file itself");
}

#[test]
fn the_unit_starts_again_only_what_did_not_say_why_it_ended() {
    let unit = read("packaging/systemd/samocode@.service");
    let value = |key: &str| {
        let found: Vec<&str> =
            unit.lines().filter_map(|line| line.strip_prefix(&format!("{key}="))).collect();
        assert_eq!(found.len(), 1, "{key}: {found:?}");
        found[0].to_owned()
    };
    let codes = samocode::cli::EXIT_CODES.iter().map(|(code, _)| code.to_string());
    let ends: Vec<String> = codes.filter(|code| code != "0").collect();
    assert_eq!(value("RestartPreventExitStatus"), ends.join(" "));
    assert_eq!(value("Restart"), "on-failure");
    assert_eq!(value("KillMode"), "mixed");
    assert_eq!(
        value("ExecStart"),
        r#":/bin/sh -lc 'cd -- "${1%%:*}" && exec samocode run "${1##*:}"' sh %I"#,
        "systemd makes one percent sign of two"
    );
}
