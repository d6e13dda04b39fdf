//! Reads the answer of `git status --porcelain=v2 --branch -z`. Pure.

use std::path::PathBuf;

use super::nested::LINK_MODE;
use super::program::path;

/// The mode of a path that is not there.
const NO_MODE: &[u8] = b"000000";

/// A path that differs from the last commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Relative to the top of the worktree.
    pub path: PathBuf,
    /// How it differs.
    pub kind: ChangeKind,
}

/// How a path differs from the last commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Staged; the file is as it was staged.
    Staged,
    /// The file differs from the index.
    Modified,
    /// A merge or the like left it for somebody to resolve.
    Unmerged,
    /// Git does not know it and does not ignore it.
    Untracked,
    /// A repository of its own that git does not know.
    NestedRepository,
}

/// What the status says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) head: Option<String>,
    pub(super) branch: Option<String>,
    pub(super) changes: Vec<Change>,
    /// Staged links to other repositories that the commit has not.
    pub(super) new_links: Vec<PathBuf>,
}

/// Parses records that end with NUL; `Err` is the record that was not understood.
pub(super) fn parse(printed: &[u8]) -> Result<Status, &[u8]> {
    let mut status = Status::default();
    let mut records = printed.split(|byte| *byte == 0).filter(|record| !record.is_empty());
    while let Some(record) = records.next() {
        match record {
            [b'#', b' ', header @ ..] => read_header(header, &mut status),
            [b'1', b' ', ..] => {
                let change = tracked(record, 9).ok_or(record)?;
                if is_new_link(record) {
                    status.new_links.push(change.path.clone());
                }
                status.changes.push(change);
            }
            [b'2', b' ', ..] => {
                status.changes.push(tracked(record, 10).ok_or(record)?);
                // The path that it was renamed from.
                records.next();
            }
            [b'u', b' ', ..] => {
                let path = path(record.splitn(11, |byte| *byte == b' ').nth(10).ok_or(record)?);
                status.changes.push(Change { path, kind: ChangeKind::Unmerged });
            }
            // Each untracked file is listed; a folder is only where git does not look inside.
            [b'?', b' ', name @ .., b'/'] => {
                status.changes.push(Change { path: path(name), kind: ChangeKind::NestedRepository });
            }
            [b'?', b' ', name @ ..] => {
                status.changes.push(Change { path: path(name), kind: ChangeKind::Untracked });
            }
            [b'!', ..] => {}
            _ => return Err(record),
        }
    }
    Ok(status)
}

fn read_header(header: &[u8], status: &mut Status) {
    let header = String::from_utf8_lossy(header);
    if let Some(id) = header.strip_prefix("branch.oid ") {
        status.head = (id != "(initial)").then(|| id.to_owned());
    } else if let Some(name) = header.strip_prefix("branch.head ") {
        status.branch = (name != "(detached)").then(|| name.to_owned());
    }
}

/// `1 XY …`: X is the index against the commit, Y the file against the index.
fn tracked(record: &[u8], fields: usize) -> Option<Change> {
    let name = record.splitn(fields, |byte| *byte == b' ').nth(fields - 1)?;
    let kind = if record.get(3)? == &b'.' { ChangeKind::Staged } else { ChangeKind::Modified };
    Some(Change { path: path(name), kind })
}

/// `1 XY sub <mode in the commit> <mode in the index> …`.
fn is_new_link(record: &[u8]) -> bool {
    let mut modes = record.splitn(6, |byte| *byte == b' ').skip(3);
    modes.next() == Some(NO_MODE) && modes.next() == Some(LINK_MODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_record_is_read() {
        let printed = b"# branch.oid abc\0# branch.head feat/x\0\
            1 M. N... 100644 100644 100644 1 2 staged file\0\
            1 .M N... 100644 100644 100644 1 2 changed\0\
            2 R. N... 100644 100644 100644 1 2 R100 new\0old\0\
            1 A. S... 000000 160000 160000 1 2 link\0\
            1 M. S..U 160000 160000 160000 1 2 moved link\0\
            u UU N... 100644 100644 100644 100644 1 2 3 both sides\0\
            ? fresh\0? nested/\0";
        let status = parse(printed).unwrap();
        assert_eq!((status.head.as_deref(), status.branch.as_deref()), (Some("abc"), Some("feat/x")));
        let seen: Vec<_> =
            status.changes.iter().map(|change| (change.path.to_str().unwrap(), change.kind)).collect();
        assert_eq!(
            seen,
            [
                ("staged file", ChangeKind::Staged),
                ("changed", ChangeKind::Modified),
                ("new", ChangeKind::Staged),
                ("link", ChangeKind::Staged),
                ("moved link", ChangeKind::Staged),
                ("both sides", ChangeKind::Unmerged),
                ("fresh", ChangeKind::Untracked),
                ("nested", ChangeKind::NestedRepository),
            ]
        );
    }

    #[test]
    fn only_a_link_that_the_commit_has_not_is_a_new_one() {
        let printed = b"1 A. S... 000000 160000 160000 1 2 link\0\
            1 M. S..U 160000 160000 160000 1 2 moved link\0\
            1 A. N... 000000 100644 100644 1 2 file\0";
        assert_eq!(parse(printed).unwrap().new_links, [PathBuf::from("link")]);
    }

    #[test]
    fn a_record_of_no_known_kind_is_an_error_and_no_silence() {
        assert_eq!(parse(b"# branch.oid abc\0x what\0"), Err(&b"x what"[..]));
    }
}
