//! What a child's own git is set to: no push, no signature. These settings travel in the child's environment, so they
//! win over every configuration file and leave all of them as they are. Reads the configuration; changes nothing.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::error::GitError;
use super::repository::Repository;
use crate::domain::environment::GitSetting;

/// Where a child's push goes: no such path exists, and git shows it in its error.
const NOWHERE: &str = "/samocode lets no agent push (SAMOCODE_ALLOW_PUSH=1 would)";

/// What the person's configuration says of remotes and signatures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChildGit {
    remotes: Vec<String>,
    /// Addresses to push to, where they differ from those to fetch from.
    push_only: Vec<OsString>,
    /// Remotes that are folders of this machine.
    local: Vec<PathBuf>,
    /// What of commits and tags the person signs, e.g. `commit.gpgsign`.
    signs: Vec<String>,
}

impl Repository {
    /// Reads what a child's git has to be kept from.
    ///
    /// # Errors
    /// When git fails.
    pub fn child_git(&self) -> Result<ChildGit, GitError> {
        let listed = self.call().args(["config", "--null", "--show-scope", "--list"]).run()?;
        let mut pieces = listed.stdout.split(|byte| *byte == 0);
        let mut settings = Vec::new();
        while let (Some(scope), Some(setting)) = (pieces.next(), pieces.next()) {
            // Of this scope are the settings that samocode gives to its own calls.
            if scope != b"command" {
                settings.push(setting);
            }
        }
        let mut child = ChildGit::read(settings);
        for folder in &mut child.local {
            *folder = self.top().join(&folder);
        }
        Ok(child)
    }
}

impl ChildGit {
    /// From settings as `git config --null` prints them: the key, a line break, the value.
    fn read<'a>(settings: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut child = Self::default();
        let mut fetched: Vec<Vec<u8>> = Vec::new();
        let mut pushed: Vec<Vec<u8>> = Vec::new();
        for setting in settings {
            let mut parts = setting.splitn(2, |byte| *byte == b'\n');
            let key = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
            let value = parts.next();
            if matches!(key.as_str(), "commit.gpgsign" | "tag.gpgsign" | "tag.forcesignannotated") {
                child.signs.retain(|other| *other != key);
                if is_true(value) {
                    child.signs.push(key);
                }
                continue;
            }
            let Some((name, what)) = key.strip_prefix("remote.").and_then(|rest| rest.rsplit_once('.'))
            else {
                continue;
            };
            if !child.remotes.iter().any(|other| other == name) {
                child.remotes.push(name.to_owned());
            }
            let address = value.unwrap_or_default().to_vec();
            match what {
                "url" => fetched.push(address),
                "pushurl" => pushed.push(address),
                _ => {}
            }
        }
        let local = fetched.iter().chain(&pushed).filter_map(|address| local(address));
        child.local = local.collect();
        pushed.retain(|address| !address.is_empty() && !fetched.iter().any(|url| url.starts_with(address)));
        child.push_only = pushed.into_iter().map(OsString::from_vec).collect();
        child
    }

    /// What of commits and tags the person signs, as the keys of git's configuration.
    #[must_use]
    pub fn signs(&self) -> &[String] {
        &self.signs
    }

    /// Remotes that are folders of this machine.
    #[must_use]
    pub fn local_remotes(&self) -> &[PathBuf] {
        &self.local
    }

    /// The settings that a child gets. Fetching stays as it is, and so does pushing by path into folders that are the
    /// child's own, as a project's tests may do.
    pub fn settings(&self, may_push: bool, own: &[PathBuf]) -> Vec<GitSetting> {
        let unsigned = ["commit.gpgsign", "tag.gpgsign", "tag.forceSignAnnotated", "push.gpgSign"];
        let mut settings: Vec<GitSetting> =
            unsigned.into_iter().map(|key| (key.into(), "false".into())).collect();
        if may_push {
            return settings;
        }
        // An empty helper makes git forget those before it.
        settings.push(("credential.helper".into(), "".into()));
        // Every address begins with nothing, so this is for every remote without an address of its own for pushing.
        settings.push((format!("url.{NOWHERE}.pushInsteadOf").into(), "".into()));
        for remote in &self.remotes {
            let key = format!("remote.{remote}.pushurl");
            // Since Git 2.46 an empty address makes git forget those before it; an older one fails on it, as it should.
            settings.extend([(key.clone().into(), "".into()), (key.into(), NOWHERE.into())]);
        }
        for folder in own {
            // The longest beginning wins, and this one replaces nothing.
            let folder = folder.join("").into_os_string();
            let mut key = OsString::from("url.");
            key.push(&folder);
            key.push(".pushInsteadOf");
            settings.push((key, folder));
        }
        for address in &self.push_only {
            settings.push((format!("url.{NOWHERE}.insteadOf").into(), address.clone()));
        }
        settings
    }
}

/// As git reads a switch; one without a value is on.
fn is_true(value: Option<&[u8]>) -> bool {
    value.is_none_or(|value| {
        let value = value.to_ascii_lowercase();
        !matches!(value.as_slice(), b"" | b"0" | b"false" | b"no" | b"off")
    })
}

/// The folder that an address names, where it names one.
fn local(address: &[u8]) -> Option<PathBuf> {
    let path = address.strip_prefix(b"file://").unwrap_or(address);
    let colon = path.iter().position(|byte| *byte == b':');
    let slash = path.iter().position(|byte| *byte == b'/');
    let is_path = match (colon, slash) {
        (None, _) => true,
        (Some(colon), Some(slash)) => slash < colon,
        (Some(_), None) => false,
    };
    (is_path && !path.is_empty()).then(|| OsString::from_vec(path.to_vec()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[&str]) -> ChildGit {
        ChildGit::read(settings.iter().map(|setting| setting.as_bytes()))
    }

    fn shown(child: &ChildGit, may_push: bool) -> Vec<String> {
        let line = |(key, value): GitSetting| format!("{}={}", key.display(), value.display());
        child.settings(may_push, &["/tmp".into()]).into_iter().map(line).collect()
    }

    #[test]
    fn the_last_word_on_signatures_counts() {
        let signs = |settings: &[&str]| read(settings).signs.join(" ");
        assert_eq!(signs(&["commit.gpgsign\ntrue", "tag.gpgsign"]), "commit.gpgsign tag.gpgsign");
        assert_eq!(signs(&["commit.gpgsign\ntrue", "commit.gpgsign\nfalse", "tag.gpgsign\n0"]), "");
    }

    #[test]
    fn a_child_pushes_nowhere_and_signs_nothing() {
        let child = read(&[
            "remote.origin.url\nhttps://host.example/a.git",
            "remote.my.fork.url\ngit@host.example:a.git",
            "remote.my.fork.pushurl\ngit@other.example:a.git",
        ]);
        let all = shown(&child, false).join("\n").replace(NOWHERE, "NOWHERE");
        insta::assert_snapshot!(all, @"
        commit.gpgsign=false
        tag.gpgsign=false
        tag.forceSignAnnotated=false
        push.gpgSign=false
        credential.helper=
        url.NOWHERE.pushInsteadOf=
        remote.origin.pushurl=
        remote.origin.pushurl=NOWHERE
        remote.my.fork.pushurl=
        remote.my.fork.pushurl=NOWHERE
        url./tmp/.pushInsteadOf=/tmp/
        url.NOWHERE.insteadOf=git@other.example:a.git
        ");
        assert!(
            shown(&child, true).iter().all(|line| line.ends_with("ign=false") || line.ends_with("ed=false"))
        );
    }

    #[test]
    fn an_address_for_pushing_that_begins_one_for_fetching_is_not_replaced() {
        let child = read(&["remote.o.url\n/srv/a.git", "remote.o.pushurl\n/srv/a"]);
        assert!(child.push_only.is_empty());
        assert_eq!(child.local_remotes(), [PathBuf::from("/srv/a.git"), PathBuf::from("/srv/a")]);
    }

    #[test]
    fn a_remote_is_a_folder_where_git_takes_it_for_one() {
        let is_local = |address: &str| local(address.as_bytes()).is_some();
        for address in ["/srv/a.git", "../a.git", "file:///srv/a.git", "./a:b"] {
            assert!(is_local(address), "{address}");
        }
        for address in ["https://h.example/a", "ssh://h.example/a", "git@h.example:a.git", "host:a", ""] {
            assert!(!is_local(address), "{address}");
        }
    }
}
