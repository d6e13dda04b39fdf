//! `approve N`: shows the plan's place and what changed since it was announced, and binds the bytes it showed.

use std::fs;

use similar::TextDiff;

use crate::cli::args::Files;
use crate::cli::failure::Failure;
use crate::cli::request::Desk;
use crate::cli::terminal;
use crate::domain::request::Act;
use crate::engine::GateKindView;
use crate::store::{read_document, sha256_hex};

/// Approves the plan at the open gate.
pub(super) fn approve(files: &Files, session: &str, expected: Option<&str>) -> Result<u8, Failure> {
    let desk = Desk::open(files, session)?;
    let (gate, kind) = desk.gate("an approval")?;
    let GateKindView::Approval { file, changed, .. } = kind else {
        return Err(desk.misfit("an approval"));
    };
    let bytes =
        read_document(file).map_err(|e| Failure::usage(format!("cannot read {}: {e}", file.display())))?;
    let sha256 = sha256_hex(&bytes);
    if let Some(expected) = expected
        && !expected.eq_ignore_ascii_case(&sha256)
    {
        return Err(Failure::usage(format!("{} is now {sha256}, not {expected}", file.display())));
    }
    terminal::line(&format!("plan {}\nsha256 {sha256}", file.display()));
    if *changed {
        let shown = fs::read(desk.layout.shown_plan(&gate)).unwrap_or_default();
        let (old, new) = (String::from_utf8_lossy(&shown), String::from_utf8_lossy(&bytes));
        let diff = TextDiff::from_lines(old.as_ref(), new.as_ref());
        terminal::line("\nchanged since the agent asked:\n");
        terminal::raw(&diff.unified_diff().header("as announced", "now").to_string());
        agree(expected.is_some(), &sha256)?;
    }
    desk.send(Act::Approve { gate, sha256 })
}

/// A plan that changed is approved only knowingly.
fn agree(named: bool, sha256: &str) -> Result<(), Failure> {
    if named {
        return Ok(());
    }
    if !terminal::is_person() {
        return Err(Failure::usage("the plan changed since the agent asked for its approval")
            .with_hint(format!("to approve what is shown above: --sha256 {sha256}")));
    }
    match terminal::ask("\napprove the plan as it is now? [y/N] ").as_deref() {
        Some("y" | "Y" | "yes") => Ok(()),
        Some(_) | None => Err(Failure::usage("not approved")),
    }
}
