//! What samocode writes into a session's summary: its own section, between marks, and nothing else of the document.

use std::fmt::Write;

use super::words::{MOST_NAMED, short};
use crate::domain::session::Session;

const BEGIN: &str = "<!-- samocode: what follows is written by samocode itself -->";
const END: &str = "<!-- samocode: end -->";

/// A document with the section in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its text.
    pub text: String,
    /// Something that stood between the marks was replaced.
    pub replaced: bool,
}

/// The section of a finished session. `same_files` says that the branch's last commit holds the files that the newest
/// verification was about; `outside` are sentences on what the session leaves that is on no branch.
#[must_use]
pub fn section(session: &Session, same_files: bool, outside: &[String]) -> String {
    let mut text = format!("{BEGIN}\n## Verified by samocode\n\n");
    let evidence = session.evidence.as_ref();
    match evidence.filter(|evidence| evidence.check.passed() && same_files) {
        Some(evidence) => {
            let check = &evidence.check;
            let head = check.head.as_ref().map(|head| head.commit.as_str()).unwrap_or_default();
            let last = session.head.as_deref().unwrap_or_default();
            let of = if head == last {
                "the branch's last commit".to_owned()
            } else {
                format!("the branch's last commit {} holds the same files", short(last))
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- Command: {}", code(&check.command));
            let _ = writeln!(text, "- Commit: {head} ({of})");
            if check.origins.is_empty() {
                let _ = writeln!(text, "- Result: passed, exit code 0, after {}", check.took());
            } else {
                let _ = writeln!(
                    text,
                    "- Result: exit code 0 after {}, but it may have tested other files than this commit's:",
                    check.took()
                );
                for origin in &check.origins {
                    let _ = writeln!(text, "  - {}", origin.replace(['\n', '\r'], " "));
                }
            }
            let _ = writeln!(text, "- When: {} UTC", evidence.at.strftime("%Y-%m-%d %H:%M"));
            if let Some(log) = &check.log {
                let _ = writeln!(text, "- Output: `_logs/{log}`");
            }
            if !check.left.is_empty() {
                let left: Vec<String> = check.left.iter().take(MOST_NAMED).map(|path| code(path)).collect();
                let more = check.left.len() - left.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let _ = writeln!(text, "- It left files that git does not know: {}{more}", left.join(", "));
            }
        }
        None => {
            let _ = writeln!(text, "{}", nothing(session));
        }
    }
    if !outside.is_empty() {
        let _ = write!(text, "\n## Not on the branch\n\n");
        for left in outside {
            let _ = writeln!(text, "- {left}");
        }
    }
    text.push_str(END);
    text.push('\n');
    text
}

fn nothing(session: &Session) -> String {
    if session.is_at_base() {
        return "Nothing was verified by samocode: the branch has no commit of its own.".to_owned();
    }
    let last = session
        .evidence
        .as_ref()
        .map(|evidence| format!(" The last run is no evidence for these files: {}.", evidence.check.words()));
    format!(
        "Nothing was verified by samocode: no verify command (`SAMOCODE_VERIFY`) was set when the session ended. What \
         is said above about checks is the agent's word.{}",
        last.unwrap_or_default()
    )
}

/// Text as code, whatever it holds.
fn code(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    if line.contains('`') { format!("`` {line} ``") } else { format!("`{line}`") }
}

/// Puts the section at the end of a document, or in the place of the one that stands there.
#[must_use]
pub fn place(document: &str, section: &str) -> Placed {
    if let Some(from) = document.find(BEGIN)
        && let Some(length) = document[from..].find(END)
    {
        let to = from + length + END.len();
        let to = if document[to..].starts_with('\n') { to + 1 } else { to };
        let replaced = document[from..to] != *section;
        return Placed { text: format!("{}{section}{}", &document[..from], &document[to..]), replaced };
    }
    let gap = match document {
        "" => "",
        text if text.ends_with("\n\n") => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    Placed { text: format!("{document}{gap}{section}"), replaced: false }
}
