//! Reviews the change against its base.

use serde_json::json;

use super::product::FOLDER;
use super::work::{Halt, Step, Work, quoted};

pub(super) fn run(work: &mut Work<'_>) -> Step<String> {
    let base = quoted(work.label("Base branch"));
    let changed = work.in_worktree(&format!("git diff --stat {base}...HEAD"))?;
    if !changed.contains(FOLDER) {
        return Err(Halt::Wrong(format!(
            "the branch does not change `{FOLDER}` against its base:\n{changed}"
        )));
    }
    let review = format!("# Quality review\n\n## Blocking\nNone.\n\n## Looked at\n{changed}\n");
    work.put(&work.dated("quality-review.md"), &review)?;
    let signal = json!({"status": "continue", "phase": work.after, "summary": "nothing blocks"});
    work.finish("reviewed the change", &signal)?;
    Ok("Nothing blocks.".to_owned())
}
