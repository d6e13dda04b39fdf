//! `archive N`: puts a session away and says what became of each part of it.

use crate::cli::args::Files;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::request::refuse_inside;
use crate::cli::status::to_json;
use crate::cli::{style, terminal};
use crate::config::Overrides;
use crate::engine::{self, Archived, InArchive, WorktreeOutcome, look_up_archived};

/// `archive N`
pub(super) fn archive(files: &Files, session: &str, json: bool) -> Result<u8, Failure> {
    refuse_inside()?;
    let context = Context::load(files, Overrides::default())?;
    let archived = match look_up_archived(&context.config.sessions, session)? {
        // Begun by a call that was killed: this very session is meant.
        Some(InArchive::Half(half)) => engine::finish_archive(&half)?,
        Some(InArchive::Whole(_)) | None => engine::archive(&context.config, &context.session(session)?)?,
    };
    if json {
        terminal::line(&to_json(&archived)?);
    } else {
        sheet(&archived);
    }
    Ok(0)
}

fn sheet(archived: &Archived) {
    let field = |label: &str, text: &str| {
        terminal::line(&format!("{} {text}", style::dim(&format!("{label:<9}"))));
    };
    field("archived", &style::strong(&archived.session_dir.display().to_string()));
    field("record", &archived.record_dir.display().to_string());
    if let Some(path) = &archived.worktree {
        let words = match &archived.outcome {
            WorktreeOutcome::Removed => "removed; all of it is on the branch".to_owned(),
            WorktreeOutcome::Gone => "was gone already".to_owned(),
            WorktreeOutcome::Kept(why) => {
                format!("{}: {why}", style::call(&format!("kept, {}", path.display())))
            }
        };
        field("worktree", &words);
        field("branch", &format!("{} stays, and so do its kept states", archived.branch));
    }
}
