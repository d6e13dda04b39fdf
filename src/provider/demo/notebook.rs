//! The demo agent's lines in `_overview.md`.
//!
//! Pure. Only the lines that belong to the agent are touched; all others stay as they are.

/// The notebook with `Last Action`, `Next`, one more line in the flow log, and the new files among the others.
pub(super) fn updated(
    overview: &str,
    last_action: &str,
    next: &str,
    log_line: &str,
    files: &[String],
) -> String {
    let mut lines: Vec<String> = overview.split('\n').map(str::to_owned).collect();
    for (label, value) in [("Last Action:", last_action), ("Next:", next)] {
        let _ = lines.iter_mut().any(|line| set(line, label, value));
    }
    append(&mut lines, "## Flow Log", &format!("- {log_line}"));
    for file in files {
        append(&mut lines, "## Files", &format!("- `{file}`"));
    }
    lines.join("\n")
}

/// Puts `entry` at the end of a section, unless it stands there already.
fn append(lines: &mut Vec<String>, heading: &str, entry: &str) {
    let Some(start) = lines.iter().position(|line| line.trim_end() == heading).map(|at| at + 1) else {
        return;
    };
    let below = lines.get(start..).unwrap_or_default();
    let length = below.iter().position(|line| line.starts_with('#')).unwrap_or(below.len());
    let body = below.get(..length).unwrap_or_default();
    if body.iter().any(|line| line.trim_end() == entry) {
        return;
    }
    let end = body.iter().rposition(|line| !line.trim().is_empty()).map_or(start, |last| start + last + 1);
    lines.insert(end, entry.to_owned());
}

/// Puts `value` after `label`, if the line is that label's; what stands before it and a carriage return stay.
fn set(line: &mut String, label: &str, value: &str) -> bool {
    let Some(at) = line.find(label) else {
        return false;
    };
    let before = line.get(..at).unwrap_or_default();
    if !before.chars().all(|c| matches!(c, ' ' | '-' | '*')) {
        return false;
    }
    let end = if line.ends_with('\r') { "\r" } else { "" };
    *line = format!("{before}{label} {value}{end}");
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_its_lines_and_appends_to_the_log() {
        let overview = "# Session\n\n## Status\nPhase: planning\nLast Action: none\r\nNext: none\n\n## Flow Log\n- [10:00] started\n\n## Files\n- x\n";
        insta::assert_snapshot!(updated(overview, "wrote a plan", "wait", "[10:01] wrote a plan", &["x-plan.md".into()]).replace('\r', "<CR>"), @r"
        # Session

        ## Status
        Phase: planning
        Last Action: wrote a plan<CR>
        Next: wait

        ## Flow Log
        - [10:00] started
        - [10:01] wrote a plan

        ## Files
        - x
        - `x-plan.md`
        ");
    }

    #[test]
    fn leaves_a_page_without_those_lines_as_it_is() {
        let page = "The Last Action: hero\n";
        assert_eq!(updated(page, "x", "y", "z", &[]), page);
    }
}
