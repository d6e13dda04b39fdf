//! Submodules of a worktree that is to be removed: what they hold that nothing else does. `git worktree remove` refuses any
//! worktree with submodules, so all of it has to be known before it is forced.
//!
//! A submodule's settings are an agent's. Git reads its objects and files here under settings of samocode's own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::GitError;
use super::nested::LINK_MODE;
use super::program::{Call, path};
use super::repository::Repository;
use super::shared_refs::references;
use super::snapshot::copy_with_time;
use super::stash;
use super::status;
use super::worktree::Worktree;

/// Submodules of submodules are looked into this deep.
const DEEPEST: usize = 8;
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n";

/// What is known of a worktree's submodules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submodules {
    /// Whether there are any, made ready or not.
    pub any: bool,
    /// What would be lost with them, in words.
    pub loss: Option<String>,
}

impl Repository {
    /// What would be lost with the submodules of a worktree: files that are not committed, and commits that no remote has and
    /// that `base` did not ask for.
    ///
    /// # Errors
    /// When git cannot tell about the worktree itself.
    pub fn submodules(&self, worktree: &Worktree, base: &str) -> Result<Submodules, GitError> {
        let links = links(&worktree.call().args(["ls-files", "--stage", "-z"]).run()?.stdout);
        let modules = worktree.git_dir().join("modules");
        if links.is_empty() && !modules.is_dir() {
            return Ok(Submodules { any: false, loss: None });
        }
        let wanted = self.call().args(["ls-tree", "-r", "-z", "--full-tree", base]).run()?;
        let wanted: BTreeSet<String> = linked_commits(&wanted.stdout);
        let mut git_dirs = BTreeSet::new();
        find_git_dirs(&modules, DEEPEST, &mut git_dirs);
        for link in links {
            let top = worktree.path().join(&link);
            if let Some(loss) = self.dirty(&link, &top, DEEPEST, &mut git_dirs) {
                return Ok(Submodules { any: true, loss: Some(loss) });
            }
        }
        for git_dir in &git_dirs {
            let name = git_dir.strip_prefix(&modules).or_else(|_| git_dir.strip_prefix(worktree.path()));
            let name = name.unwrap_or(git_dir).display();
            let loss = match self.unpublished(git_dir, &wanted) {
                Ok(None) => continue,
                Ok(Some(commit)) => {
                    format!("no remote has commit {commit} of the submodule {name}; push it there")
                }
                Err(error) => {
                    format!(
                        "whether a remote has all of the submodule {name} cannot be told: {}",
                        error.short()
                    )
                }
            };
            return Ok(Submodules { any: true, loss: Some(loss) });
        }
        Ok(Submodules { any: true, loss: None })
    }

    /// What is not committed in a submodule and in those below it; notes where its objects are if that is in its folder.
    fn dirty(
        &self,
        name: &Path,
        top: &Path,
        depth: usize,
        git_dirs: &mut BTreeSet<PathBuf>,
    ) -> Option<String> {
        let pointer = top.join(".git");
        let git_dir = if pointer.is_dir() {
            git_dirs.insert(pointer.clone());
            pointer
        } else {
            // A submodule that was not made ready has no such file.
            let text = fs::read(&pointer).ok()?;
            top.join(path(text.strip_prefix(b"gitdir: ")?.trim_ascii_end()))
        };
        let view = match View::of(&git_dir, top) {
            Ok(view) => view,
            Err(error) => {
                return Some(format!("the submodule {} cannot be read: {}", name.display(), error.short()));
            }
        };
        let changed = match view.first_change(self) {
            Ok(None) => None,
            Ok(Some(change)) => {
                Some(format!("not committed in the submodule {}: {}", name.display(), change.display()))
            }
            Err(error) => Some(format!("the submodule {} cannot be read: {}", name.display(), error.short())),
        };
        if changed.is_some() || depth == 0 {
            return changed;
        }
        let inner = view.links(self).unwrap_or_default();
        inner.iter().find_map(|link| self.dirty(&name.join(link), &top.join(link), depth - 1, git_dirs))
    }

    /// A commit that is in these objects alone.
    fn unpublished(&self, git_dir: &Path, wanted: &BTreeSet<String>) -> Result<Option<String>, GitError> {
        let all = references(git_dir);
        let is_remote = |name: &str| name.starts_with("refs/remotes/") || name.starts_with("refs/tags/");
        let safe: BTreeSet<&String> =
            all.iter().filter(|(name, _)| is_remote(name)).map(|(_, object)| object).chain(wanted).collect();
        let mut own: BTreeSet<String> =
            all.iter().filter(|(name, _)| !is_remote(name)).map(|(_, object)| object.clone()).collect();
        own.extend(head(git_dir));
        own.extend(stash::entries(git_dir).into_iter().map(|entry| entry.commit));
        own.retain(|commit| !safe.contains(commit));
        if own.is_empty() {
            return Ok(None);
        }
        let call = self.call().env("GIT_OBJECT_DIRECTORY", git_dir.join("objects"));
        let shallow = git_dir.join("shallow");
        let call = if shallow.is_file() { call.env("GIT_SHALLOW_FILE", shallow) } else { call };
        let found = call
            .args(["rev-list", "--max-count=1", "--abbrev-commit", "--ignore-missing"])
            .args(&own)
            .arg("--not")
            .args(safe)
            .run()?
            .text();
        Ok((!found.is_empty()).then_some(found))
    }
}

/// A submodule's files seen with its index and objects, without its settings.
struct View {
    git_dir: tempfile::TempDir,
    objects: PathBuf,
    top: PathBuf,
}

impl View {
    fn of(module: &Path, top: &Path) -> Result<Self, GitError> {
        let folder = std::env::temp_dir();
        let git_dir = tempfile::tempdir_in(&folder).map_err(GitError::io("make a folder in", &folder))?;
        let at = |name: &str| git_dir.path().join(name);
        let head = head(module).unwrap_or_else(|| "ref: refs/heads/none".to_owned());
        let make = || {
            fs::create_dir(at("refs"))?;
            fs::create_dir(at("info"))?;
            fs::write(at("HEAD"), head)?;
            fs::write(at("config"), CONFIG)?;
            // Without an index nothing was ever checked out.
            let _ = copy_with_time(&module.join("index"), &at("index"));
            let _ = fs::copy(module.join("info/exclude"), at("info/exclude"));
            Ok(())
        };
        make().map_err(GitError::io("write to", git_dir.path()))?;
        Ok(Self { git_dir, objects: module.join("objects"), top: top.to_owned() })
    }

    fn call(&self, repository: &Repository) -> Call {
        let call = repository.git().call(&self.top).env("GIT_DIR", self.git_dir.path());
        call.env("GIT_WORK_TREE", &self.top).env("GIT_OBJECT_DIRECTORY", &self.objects)
    }

    fn first_change(&self, repository: &Repository) -> Result<Option<PathBuf>, GitError> {
        let status = ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames"];
        let output = self.call(repository).args(status).arg("--ignore-submodules=dirty").run()?;
        let status = status::parse(&output.stdout).map_err(|record| output.unexpected(record))?;
        Ok(status.changes.into_iter().next().map(|change| change.path))
    }

    fn links(&self, repository: &Repository) -> Result<Vec<PathBuf>, GitError> {
        Ok(links(&self.call(repository).args(["ls-files", "--stage", "-z"]).run()?.stdout))
    }
}

/// The commit that HEAD names in a git folder.
fn head(git_dir: &Path) -> Option<String> {
    let text = fs::read_to_string(git_dir.join("HEAD")).ok()?;
    match text.trim().strip_prefix("ref: ") {
        Some(name) => references(git_dir).remove(name),
        None => Some(text.trim().to_owned()),
    }
}

/// The git folders below a folder of modules, whose names may have slashes.
fn find_git_dirs(folder: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if path.join("HEAD").is_file() && path.join("objects").is_dir() {
            find_git_dirs(&path.join("modules"), depth, found);
            found.insert(path);
        } else {
            find_git_dirs(&path, depth, found);
        }
    }
}

/// The paths of links: `<mode> <object> <stage>`, a tab, the path.
fn links(listed: &[u8]) -> Vec<PathBuf> {
    let links = listed.split(|byte| *byte == 0).filter(|record| record.starts_with(LINK_MODE));
    links.filter_map(|record| Some(path(record.splitn(2, |byte| *byte == b'\t').nth(1)?))).collect()
}

/// The commits of links: `<mode> commit <object>`, a tab, the path.
fn linked_commits(listed: &[u8]) -> BTreeSet<String> {
    let links = listed.split(|byte| *byte == 0).filter(|record| record.starts_with(LINK_MODE));
    let commit = |record: &[u8]| {
        let head = record.split(|byte| *byte == b'\t').next()?;
        Some(String::from_utf8_lossy(head.rsplit(|byte| *byte == b' ').next()?).into_owned())
    };
    links.filter_map(commit).collect()
}
