//! The states of a session that are kept in its repository, with what the journal knows of each. Changes nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::event::Event;
use crate::engine::EngineError;
use crate::git::{Repository, SnapshotRef};
use crate::store::{Layout, read_journal};

/// A state that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// What it is asked for by: `5`, `5-before`, `restore-1`.
    pub name: String,
    /// What it is.
    pub kind: PointKind,
    /// When it stood.
    pub at: Timestamp,
    /// The phase of the iteration.
    pub phase: Option<String>,
    /// What bringing it back would change, in a line: empty for nothing; none where it is not known.
    pub difference: Option<String>,
    /// The reference that keeps it.
    pub reference: String,
    /// The commit that the reference names.
    pub commit: String,
    /// The files.
    pub(super) tree: String,
}

/// The kinds of kept states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PointKind {
    /// As an iteration left the worktree.
    After(u32),
    /// The commit that was checked out before an iteration moved HEAD off it.
    Before(u32),
    /// As the worktree stood before an earlier restoring.
    Restore(u32),
}

impl Point {
    /// What it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self.kind {
            PointKind::After(iteration) => format!("how iteration {iteration} left them"),
            PointKind::Before(iteration) => {
                format!("the commit that iteration {iteration} moved HEAD off")
            }
            PointKind::Restore(number) => format!("how they stood before restore {number}"),
        }
    }

    /// The commit that was checked out then.
    pub(super) fn base_commit(&self, repository: &Repository) -> Result<Option<String>, EngineError> {
        let revision = match self.kind {
            PointKind::After(_) | PointKind::Restore(_) => format!("{}^", self.commit),
            PointKind::Before(_) => self.commit.clone(),
        };
        Ok(repository.commit_of(&revision)?)
    }
}

/// All kept states of a session, oldest first. References of other forms are not samocode's.
///
/// # Errors
/// When the journal or the references cannot be read.
pub fn list(layout: &Layout, repository: &Repository) -> Result<Vec<Point>, EngineError> {
    let started = started(layout)?;
    let prefix = format!("refs/samocode/{}/", layout.folder());
    let kept = repository.list_snapshots(prefix.trim_end_matches('/'))?;
    let mut points: Vec<Point> = kept.into_iter().filter_map(|kept| point(&prefix, kept, &started)).collect();
    points.sort_by_key(|point| (point.at, !matches!(point.kind, PointKind::Before(_))));
    Ok(points)
}

/// The reference for what stands before the next restoring.
pub(super) fn next_reference(layout: &Layout, points: &[Point]) -> String {
    let newest = points.iter().filter_map(|point| match point.kind {
        PointKind::Restore(number) => Some(number),
        PointKind::After(_) | PointKind::Before(_) => None,
    });
    format!("refs/samocode/{}/restore-{}", layout.folder(), newest.max().unwrap_or(0) + 1)
}

fn point(prefix: &str, kept: SnapshotRef, started: &BTreeMap<u32, (String, Timestamp)>) -> Option<Point> {
    let name = kept.reference.strip_prefix(prefix)?.to_owned();
    let kind = if let Some(number) = name.strip_prefix("restore-") {
        PointKind::Restore(number.parse().ok()?)
    } else if let Some(number) = name.strip_suffix("-before") {
        PointKind::Before(number.parse().ok()?)
    } else {
        PointKind::After(name.parse().ok()?)
    };
    let of = match kind {
        PointKind::After(iteration) | PointKind::Before(iteration) => started.get(&iteration),
        PointKind::Restore(_) => None,
    };
    let at = match (kind, of) {
        // The commit itself may be much older.
        (PointKind::Before(_), Some((_, began))) => *began,
        // Git's times have no fractions.
        (PointKind::After(_), Some((_, began))) => Timestamp::from_second(kept.seconds).ok()?.max(*began),
        _ => Timestamp::from_second(kept.seconds).ok()?,
    };
    Some(Point {
        name,
        kind,
        at,
        phase: of.map(|(phase, _)| phase.clone()),
        difference: None,
        reference: kept.reference,
        commit: kept.commit,
        tree: kept.tree,
    })
}

/// Phase and start of each iteration.
fn started(layout: &Layout) -> Result<BTreeMap<u32, (String, Timestamp)>, EngineError> {
    let entries = read_journal(&layout.journal())?.map(|read| read.entries).unwrap_or_default();
    let started = entries.into_iter().filter_map(|entry| match entry.event {
        Event::Started(started) => Some((started.iteration, (started.phase.to_string(), entry.at))),
        _ => None,
    });
    Ok(started.collect())
}
