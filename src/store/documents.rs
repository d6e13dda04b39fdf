//! The documents that agents leave in the session folder, found by their names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::domain::gate::PlanFile;
use crate::domain::workflow::DOCUMENT_KINDS;
use crate::store::{Layout, StoreError, io_error, read_document};

/// Names of the documents, oldest first: by when they were last written, then by name. The time stamp in a name has no
/// seconds, no year, and does not move when a document is worked on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documents {
    names: Vec<String>,
}

impl Documents {
    /// Looks into a session folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(layout: &Layout) -> Result<Self, StoreError> {
        let dir = layout.session_dir();
        let mut found: Vec<(std::time::SystemTime, String)> = fs::read_dir(&dir)
            .map_err(io_error("read", &dir))?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let name = entry.file_name().into_string().ok()?;
                let stat = entry.metadata().ok()?;
                let document = stat.is_file() && name.ends_with(".md") && !name.starts_with(['_', '.']);
                document.then(|| Some((stat.modified().ok()?, name)))?
            })
            .collect();
        found.sort();
        Ok(Self { names: found.into_iter().map(|(_, name)| name).collect() })
    }

    /// All names, oldest first.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Kinds that exist, e.g. `requirements`, `plan`: what follows the time stamp in a name.
    #[must_use]
    pub fn kinds(&self) -> BTreeSet<String> {
        let has = |kind: &str| self.names.iter().any(|name| is_kind(name, kind));
        DOCUMENT_KINDS.into_iter().filter(|kind| has(kind)).map(str::to_owned).collect()
    }

    /// The newest document of a kind.
    #[must_use]
    pub fn newest(&self, kind: &str) -> Option<&str> {
        self.names.iter().rev().find(|name| is_kind(name, kind)).map(String::as_str)
    }

    /// The plan that a signal names, or the newest one; none when nothing was named and there is none.
    #[must_use]
    pub fn plan(&self, layout: &Layout, named: Option<&str>) -> Option<Result<PlanFile, String>> {
        let name = match named {
            None => self.newest("plan")?.to_owned(),
            // Agents give a bare name or a path; only a file of the session folder can be approved.
            Some(named) => Path::new(named).file_name()?.to_str()?.to_owned(),
        };
        let path = layout.session_dir().join(&name);
        let regular = fs::symlink_metadata(&path).is_ok_and(|stat| stat.is_file());
        if !regular {
            return Some(Err(format!("there is no plan {name} in the session folder")));
        }
        Some(match read_document(&path) {
            Ok(bytes) => Ok(PlanFile { file: name, sha256: sha256_hex(&bytes) }),
            Err(e) => Err(format!("{name} cannot be read: {e}")),
        })
    }
}

/// `MM-DD-HH:MM-plan-topic.md` and `MM-DD-HH:MM-requirements.md` are of the kinds `plan` and `requirements`.
fn is_kind(name: &str, kind: &str) -> bool {
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let rest = stem.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || c == ':');
    rest == kind || rest.strip_prefix(kind).is_some_and(|after| after.starts_with('-'))
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::is_kind;

    #[test]
    fn a_kind_is_what_follows_the_time_stamp() {
        assert!(is_kind("01-08-14:30-plan-auth.md", "plan"));
        assert!(is_kind("01-08-14:30-requirements.md", "requirements"));
        assert!(is_kind("plan-auth.md", "plan"));
        assert!(!is_kind("01-08-14:30-planet.md", "plan"));
        assert!(!is_kind("01-08-14:30-dive-plan.md", "plan"));
    }
}
