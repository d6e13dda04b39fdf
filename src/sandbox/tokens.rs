//! Files that hold settings for everybody and, sometimes, a token: they are closed only when one is in them, since tools
//! fail without the settings.

use std::path::{Path, PathBuf};

/// Such files below the home folder, and the words that betray a token.
const FILES: &[(&str, &[&str])] = &[
    (".npmrc", &["_auth", "_password"]),
    (".yarnrc.yml", &["npmAuth"]),
    (".m2/settings.xml", &["<password>", "<passphrase>"]),
    (".gradle/gradle.properties", &["assword", "oken", "ecret"]),
    (".config/pip/pip.conf", &["@"]),
    (".pip/pip.conf", &["@"]),
    (".bunfig.toml", &["token", "password"]),
];

/// Those of a home folder that hold a token now. One that cannot be read holds one.
#[must_use]
pub fn token_files(home: &Path) -> Vec<PathBuf> {
    let holds = |path: &Path, words: &[&str]| match std::fs::read(path) {
        Ok(bytes) => words.iter().any(|word| memchr::memmem::find(&bytes, word.as_bytes()).is_some()),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    };
    let all = FILES.iter().map(|(name, words)| (home.join(name), *words));
    all.filter(|(path, words)| holds(path, words)).map(|(path, _)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settings_file_is_closed_only_when_a_token_is_in_it() {
        let home = tempfile::TempDir::new().unwrap();
        std::fs::write(home.path().join(".npmrc"), "registry=https://r.example/\n").unwrap();
        assert!(token_files(home.path()).is_empty());
        std::fs::write(home.path().join(".npmrc"), "//r.example/:_authToken=x\n").unwrap();
        assert_eq!(token_files(home.path()), [home.path().join(".npmrc")]);
    }
}
