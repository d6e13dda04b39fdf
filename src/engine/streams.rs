//! The files that hold the providers' streams, one an iteration.

use std::io;
use std::path::PathBuf;

use crate::config::ProviderKind;
use crate::engine::EngineError;
use crate::store::Layout;

/// Iterations and their streams, in order.
///
/// # Errors
/// When the folder of the streams stands and cannot be read.
pub fn streams(layout: &Layout) -> Result<Vec<(u32, PathBuf)>, EngineError> {
    let folder = layout.logs();
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(EngineError::Io { what: "read", path: folder, source }),
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((iteration_of(path.file_name()?.to_str()?)?, path))
        })
        .collect();
    found.sort();
    Ok(found)
}

/// The iteration in `MM-DD-HHMM-NNN-phase.jsonl`; none in a reviewer's, `MM-DD-HHMM-NNN-review-PROVIDER.jsonl`.
fn iteration_of(name: &str) -> Option<u32> {
    let mut parts = name.strip_suffix(".jsonl")?.splitn(5, '-').skip(3);
    let (number, phase) = (parts.next()?.parse().ok()?, parts.next().unwrap_or_default());
    let reviewer = phase.strip_prefix("review-").and_then(|name| name.parse::<ProviderKind>().ok());
    reviewer.is_none().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_names_its_iteration_and_other_files_none() {
        assert_eq!(iteration_of("11-22-0813-010-done.jsonl"), Some(10));
        assert_eq!(iteration_of("11-22-0813-1234-code-review.jsonl"), Some(1234));
        for other in [
            "11-22-0813-010-done.stderr.log",
            "11-22-0813-010-review-codex.jsonl",
            "setup.log",
            "notes.jsonl",
        ] {
            assert_eq!(iteration_of(other), None, "{other}");
        }
    }
}
