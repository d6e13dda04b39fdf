//! Writes into the summary of a finished session what samocode itself verified. Done again, it changes nothing.

use std::path::PathBuf;

use crate::domain::check::{place, section};
use crate::engine::EngineError;
use crate::engine::orchestrator::Orchestrator;
use crate::store::{Documents, StoreError, keep_backup, read_document, write_atomic};

impl Orchestrator<'_> {
    /// Brings the section of the newest summary up to date; `outside` is what the session leaves on no branch. What hinders it is said: the record has it in any case.
    pub(super) fn write_evidence(&mut self, outside: &[String]) {
        if let Err(error) = self.add_evidence(outside) {
            self.say.line(&format!("the summary does not say what was verified: {error}"));
        }
    }

    fn add_evidence(&mut self, outside: &[String]) -> Result<(), EngineError> {
        let section = section(self.session(), self.verified_these_files()?, outside);
        let Some(path) = self.summary()? else {
            self.say.line(
                "there is no summary document that could say what was verified; `samocode status` does",
            );
            return Ok(());
        };
        let bytes = read_document(&path).map_err(|source| StoreError::Io {
            what: "read",
            path: path.clone(),
            source,
        })?;
        let Ok(text) = String::from_utf8(bytes) else {
            self.say.line(&format!("{} is not UTF-8; what was verified is not added to it", path.display()));
            return Ok(());
        };
        let placed = place(&text, &section);
        if placed.text == text {
            return Ok(());
        }
        if placed.replaced {
            keep_backup(&path)?;
        }
        Ok(write_atomic(&path, placed.text.as_bytes())?)
    }

    /// The newest summary.
    fn summary(&self) -> Result<Option<PathBuf>, EngineError> {
        let layout = self.record.layout();
        let documents = Documents::list(layout)?;
        Ok(documents.newest("summary").map(|name| layout.session_dir().join(name)))
    }

    /// Whether the branch's last commit holds the files that the newest verification was about.
    fn verified_these_files(&self) -> Result<bool, EngineError> {
        let session = self.session();
        let verified = session.evidence.as_ref().and_then(|evidence| evidence.check.head.as_ref());
        let (Some(verified), Some(last)) = (verified, &session.head) else {
            return Ok(false);
        };
        Ok(verified.commit == *last || self.repository.tree_of(last)? == verified.tree)
    }
}
