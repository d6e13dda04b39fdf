//! Looks at the repository and writes the dive document.

use serde_json::json;

use super::work::{Step, Work};

pub(super) fn run(work: &mut Work<'_>) -> Step<String> {
    let commits = work.in_worktree("git log --oneline -5")?;
    let files = work.in_worktree("git ls-files | head -n 20")?;
    let document = format!(
        "# Dive: where a greeting fits\n\n## Summary\nThe repository has no greeting yet.\n\n\
         ## Findings\nThe last commits:\n\n{commits}\n\n## Structure\n{files}\n\n\
         ## Risks\nNone found.\n\n## Recommendation\nAdd the folder `walkthrough/`.\n\n## Task\n{}\n",
        work.message()
    );
    work.put(&work.dated("dive-greeting.md"), &document)?;
    let signal = json!({"status": "continue", "phase": work.after, "summary": "wrote the dive document"});
    work.finish("wrote the dive document", &signal)?;
    Ok("The investigation is written down.".to_owned())
}
