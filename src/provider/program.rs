//! Finding a CLI's program, by name on PATH or by path.
//!
//! Looks only; starts nothing.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::ProviderError;
use crate::domain::command::Exit;

/// What is needed to find a program and to say how to get it.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// A name on PATH, or a path.
    pub(super) program: &'a str,
    /// The setting that names it.
    pub(super) key: &'static str,
    /// How to get it, as a half sentence.
    pub(super) get: &'static str,
}

/// The absolute path of the program; a relative path counts from `dir`, a name is looked up on the PATH of `env`.
pub(super) fn find(
    wanted: &Wanted<'_>,
    env: &[(OsString, OsString)],
    dir: &Path,
) -> Result<PathBuf, ProviderError> {
    if wanted.program.contains('/') {
        return by_path(wanted, &dir.join(wanted.program));
    }
    let path = variable(env, "PATH").unwrap_or_default();
    let not_found = || ProviderError::NotFound {
        program: wanted.program.to_owned(),
        path: Some(path.clone()),
        key: wanted.key,
        get: wanted.get,
    };
    if wanted.program.is_empty() {
        return Err(not_found());
    }
    which::which_in(wanted.program, Some(&path), dir).map_err(|_| {
        // The name may stand on PATH without the right to run it, which is a different thing to put right.
        std::env::split_paths(&path)
            .map(|folder| dir.join(folder).join(wanted.program))
            .find(|file| file.is_file())
            .map_or_else(not_found, |path| ProviderError::NotExecutable { path, key: wanted.key })
    })
}

/// The program at `path`, if it can be run.
fn by_path(wanted: &Wanted<'_>, path: &Path) -> Result<PathBuf, ProviderError> {
    if which::which_in(path, None::<&OsStr>, "/").is_ok() {
        return Ok(path.to_owned());
    }
    if path.exists() {
        return Err(ProviderError::NotExecutable { path: path.to_owned(), key: wanted.key });
    }
    Err(ProviderError::NotFound {
        program: path.display().to_string(),
        path: None,
        key: wanted.key,
        get: wanted.get,
    })
}

/// Whether a program ended as `env`, shells and the system's loader do where what they should start, or a part of it, is
/// missing or cannot be run: `#!/usr/bin/env node` without Node.js.
pub(super) fn is_not_runnable(exit: Exit) -> bool {
    matches!(exit, Exit::Code(126 | 127))
}

/// The value of `name` in `env`; the last one wins, as it does when a process is started.
pub(super) fn variable(env: &[(OsString, OsString)], name: &str) -> Option<OsString> {
    env.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn wanted(program: &str) -> Wanted<'_> {
        Wanted { program, key: "CLAUDE_PATH", get: "install it" }
    }

    fn file(path: &Path, mode: u32) {
        fs::write(path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn on_path(dir: &Path) -> Vec<(OsString, OsString)> {
        vec![("PATH".into(), dir.into())]
    }

    #[test]
    fn finds_a_name_on_the_path_of_the_child() {
        let dir = tempfile::tempdir().unwrap();
        file(&dir.path().join("claude"), 0o755);
        let found = find(&wanted("claude"), &on_path(dir.path()), Path::new("/")).unwrap();
        assert_eq!(found, dir.path().join("claude"));
    }

    #[test]
    fn takes_a_path_relative_to_the_given_folder() {
        let dir = tempfile::tempdir().unwrap();
        file(&dir.path().join("claude"), 0o755);
        let found = find(&wanted("./claude"), &[], dir.path()).unwrap();
        assert_eq!(found, dir.path().join("./claude"));
    }

    #[test]
    fn tells_a_missing_program_from_one_that_cannot_be_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("claude");
        let by_name = || find(&wanted("claude"), &on_path(dir.path()), Path::new("/")).unwrap_err();
        let by_path = || find(&wanted(path.to_str().unwrap()), &[], Path::new("/")).unwrap_err();

        let missing = by_name().to_string();
        assert!(missing.contains("`claude` was not found on PATH ("), "{missing}");
        assert!(missing.contains("install it, or set `CLAUDE_PATH`"), "{missing}");
        assert!(missing.contains("`samocode demo`"), "{missing}");
        assert!(matches!(by_path(), ProviderError::NotFound { path: None, .. }));

        file(&path, 0o644);
        for error in [by_name(), by_path()] {
            let ProviderError::NotExecutable { path: named, .. } = &error else {
                panic!("{error}");
            };
            assert_eq!(named, &path);
        }
    }

    #[test]
    fn a_folder_is_no_program() {
        let dir = tempfile::tempdir().unwrap();
        let error = find(&wanted(dir.path().to_str().unwrap()), &[], Path::new("/")).unwrap_err();
        assert!(matches!(error, ProviderError::NotExecutable { .. }), "{error}");
    }
}
