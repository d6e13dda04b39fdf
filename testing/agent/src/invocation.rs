//! How the stand-in was called: one file an invocation, `001.json` and so on.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One invocation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invocation {
    /// Counted from 1.
    pub number: usize,
    /// Its process id.
    pub pid: u32,
    /// The place of the run that it did; none where the script had none for it.
    pub run: Option<usize>,
    /// The phase that its prompt named.
    pub phase: String,
    /// The iteration that its prompt named.
    pub iteration: u32,
    /// Its arguments, without the program.
    pub argv: Vec<String>,
    /// Its environment.
    pub env: BTreeMap<String, String>,
    /// Its working directory.
    pub dir: PathBuf,
    /// Its whole standard input.
    pub stdin: String,
}

impl Invocation {
    /// All that were recorded, oldest first.
    ///
    /// # Errors
    /// When a record cannot be read.
    pub fn all(records: &Path) -> io::Result<Vec<Self>> {
        let mut found = Vec::new();
        while let Ok(text) = fs::read(file(records, found.len() + 1)) {
            found.push(serde_json::from_slice(&text)?);
        }
        Ok(found)
    }

    /// Records it under the next free number.
    pub(crate) fn record(&mut self, records: &Path) -> io::Result<()> {
        let draft = records.join(format!("draft-{}", self.pid));
        loop {
            fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
            // A link appears with its whole content, and never in the place of another.
            match fs::hard_link(&draft, file(records, self.number)) {
                Ok(()) => return fs::remove_file(&draft),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.number += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

fn file(records: &Path, number: usize) -> PathBuf {
    records.join(format!("{number:03}.json"))
}
