//! Runs the test and reports.

use serde_json::json;

use super::product::TEST;
use super::work::{Halt, Step, Work};

pub(super) fn run(work: &mut Work<'_>) -> Step<String> {
    let output = work.in_worktree(TEST)?;
    if output.trim() != "ok" {
        return Err(Halt::Wrong(format!("`{TEST}` printed {output:?}")));
    }
    let report =
        format!("# Test report\n\n| command | result |\n|---|---|\n| `{TEST}` | {} |\n", output.trim());
    work.put(&work.dated("test-report.md"), &report)?;
    let signal = json!({"status": "continue", "phase": work.after, "summary": "the test passes"});
    work.finish("ran the test", &signal)?;
    Ok("The test passes.".to_owned())
}
