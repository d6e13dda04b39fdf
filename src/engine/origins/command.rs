//! What the verify command and its variables name.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::slice;

use super::{Look, environment_root, text};
use crate::domain::origins::{Way, absolute, words};

/// Variables by which tools find code, most of them lists.
const VARIABLES: [&str; 18] = [
    "BUNDLE_GEMFILE",
    "CLASSPATH",
    "CMAKE_PREFIX_PATH",
    "COMPOSE_FILE",
    "DYLD_LIBRARY_PATH",
    "GOFLAGS",
    "GOPATH",
    "GOWORK",
    "LD_LIBRARY_PATH",
    "LUA_PATH",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PATH",
    "PERL5LIB",
    "PKG_CONFIG_PATH",
    "PYTHONPATH",
    "R_LIBS",
    "RUBYLIB",
];

impl Look<'_> {
    /// Paths in the command itself, programs that it finds on the search path, and scripts of the worktree that it runs.
    pub(super) fn look_at_command(&mut self) {
        let verify = self.verify;
        let mentioned = self.mentioned(verify, &self.worktree);
        self.note("SAMOCODE_VERIFY", mentioned, Way::Command);
        for word in words(verify) {
            let word = expanded(word, &self.env);
            let name = word.to_string_lossy().into_owned();
            if !word.as_bytes().contains(&b'/') {
                let program = self.on_search_path(&word);
                let leads = program.and_then(|program| self.leads(&self.worktree, &program));
                self.note(format!("the program `{name}` of SAMOCODE_VERIFY"), leads, Way::Command);
            }
            if let Some(script) = self.own_script(&word) {
                let leads = self.mentioned(&script, &self.worktree);
                self.note(format!("`{name}`"), leads, Way::Settings);
            }
        }
    }

    pub(super) fn look_at_variables(&mut self) {
        for name in VARIABLES {
            let Some(value) = self.variable(name).map(|value| value.to_string_lossy().into_owned()) else {
                continue;
            };
            let leads = self.mentioned(&value, &self.worktree);
            self.note(format!("the variable {name}"), leads, Way::Variable);
        }
    }

    /// A script of the worktree's; what is not made yet is read where it comes from.
    fn own_script(&self, word: &OsStr) -> Option<String> {
        let named = absolute(&self.worktree, Path::new(word));
        let inner = named.strip_prefix(&self.worktree).ok()?;
        if inner.as_os_str().is_empty() || environment_root(&named, slice::from_ref(&self.worktree)).is_some()
        {
            return None;
        }
        text(&self.files.join(inner)).filter(|text| !text.contains('\0'))
    }

    pub(super) fn on_search_path(&self, name: &OsStr) -> Option<PathBuf> {
        let path = self.variable("PATH")?;
        let folders = std::env::split_paths(path);
        folders.map(|folder| self.worktree.join(folder).join(name)).find(|program| program.is_file())
    }
}

/// A word of a shell's line with `~`, `$NAME` and `${NAME}` at its beginning replaced.
pub(in crate::engine) fn expanded(word: &str, env: &[(OsString, OsString)]) -> OsString {
    let (name, rest) = if let Some(rest) = word.strip_prefix("~/") {
        ("HOME", rest)
    } else if let Some(rest) = word.strip_prefix('$') {
        let rest = rest.trim_start_matches('{');
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        (&rest[..end], rest[end..].trim_start_matches('}').trim_start_matches('/'))
    } else {
        return word.into();
    };
    match env.iter().find(|(other, _)| other == name) {
        Some((_, value)) => Path::new(value).join(rest).into_os_string(),
        None => word.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_expanded_as_a_shell_would() {
        let env = [("HOME".into(), "/home/ada".into()), ("APP".into(), "/code/app".into())];
        for (word, path) in [
            ("~/app", "/home/ada/app"),
            ("$APP/src", "/code/app/src"),
            ("${APP}/src", "/code/app/src"),
            ("$OTHER/src", "$OTHER/src"),
            ("src", "src"),
        ] {
            assert_eq!(expanded(word, &env), OsString::from(path), "{word}");
        }
        assert_eq!(Path::new(&expanded("$APP", &env)), Path::new("/code/app"));
    }
}
