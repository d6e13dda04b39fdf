//! The one wrapper around the `git` program: repositories, worktrees, snapshots.
//!
//! Every call runs with a fixed locale and without prompt, pager, editor, hooks, fsmonitor or signing.
//! Knows nothing of sessions but the strings it is given; never decides what happens next, and never
//! runs a git process inside a submodule or a nested repository, whose configuration nobody guards.

mod base;
mod branch;
mod checkout;
mod child;
mod create;
mod drain;
mod entries;
mod error;
mod exclude;
mod find_files;
mod folder;
mod guard;
mod history;
mod identity;
mod ignored;
mod includes;
mod keep_commit;
mod nested;
mod prepare;
mod program;
mod reading;
mod rejoin;
mod relink;
mod remote;
mod remove;
mod repository;
mod restore;
mod shared_refs;
mod snapshot;
mod sparse;
mod stamp;
mod stash;
mod state;
mod status;
mod submodules;
mod tree;
mod worktree;

pub use base::BaseBranch;
pub use branch::check_branch_name;
pub use checkout::{Checkout, Touched};
pub use child::ChildGit;
pub use error::GitError;
pub use exclude::exclude_locally;
pub use folder::{FolderCommit, commit_folder};
pub use guard::{Difference, Guard, How};
pub use history::{Commit, DiffStyle};
pub use identity::Identity;
pub use includes::{Copied, copy_includes};
pub use nested::Nested;
pub use prepare::{Prepared, WorktreeSpec};
pub use program::Git;
pub use rejoin::Whereabouts;
pub use repository::Repository;
pub use restore::FileChange;
pub use shared_refs::{Linked, RefChange, SharedRefs};
pub use snapshot::{LeftOut, LeftOutReason, Snapshot, SnapshotOutcome, SnapshotRef, SnapshotSpec};
pub use stash::{Blobs, StashEntry};
pub use state::{Operation, WorktreeState};
pub use status::{Change, ChangeKind};
pub use submodules::Submodules;
pub use worktree::Worktree;
