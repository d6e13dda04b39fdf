//! Finding the documents of earlier phases in the session folder.

use super::work::{Halt, Step, Work};

/// The newest file whose name has this part (`-plan-`, `-requirements.md`); names start with their time.
pub(super) fn newest<'files>(files: &'files [String], part: &str) -> Option<&'files str> {
    files.iter().filter(|name| name.contains(part)).max().map(String::as_str)
}

/// The text of the newest file of a kind, which must be there.
pub(super) fn read_newest(work: &mut Work<'_>, files: &[String], part: &str) -> Step<String> {
    let name = newest(files, part)
        .ok_or_else(|| Halt::Wrong(format!("the session folder has no `*{part}*`, only {files:?}")))?;
    work.read(&work.session(name))
}

/// The value of a `Label: value` line of a document.
pub(super) fn value<'text>(text: &'text str, label: &str) -> Option<&'text str> {
    text.lines().find_map(|line| line.strip_prefix(label)?.strip_prefix(": "))
}
