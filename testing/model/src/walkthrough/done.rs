//! Writes the summary.

use serde_json::json;

use super::work::{Step, Work, quoted};

pub(super) fn run(work: &mut Work<'_>) -> Step<String> {
    let base = quoted(work.label("Base branch"));
    let commits = work.in_worktree(&format!("git log --oneline {base}..HEAD && echo 'end of the list'"))?;
    let summary = format!("# Summary\n\n## Pull request\n\nAdds a greeting.\n\n## Commits\n\n{commits}\n");
    work.put(&work.dated("summary.md"), &summary)?;
    work.finish("wrote the summary", &json!({"status": "done", "summary": "a greeting with a test"}))?;
    Ok("All is done.".to_owned())
}
