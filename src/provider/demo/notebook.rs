//! The demo agent's lines in `_overview.md`.
//!
//! Pure. Only the lines that belong to the agent are touched; all others stay as they are.

/// The notebook with `Last Action`, `Next` and one more line in the flow log.
pub(super) fn updated(overview: &str, last_action: &str, next: &str, log_line: &str) -> String {
    let mut lines: Vec<String> = overview.split('\n').map(str::to_owned).collect();
    for line in &mut lines {
        set(line, "Last Action:", last_action);
        set(line, "Next:", next);
    }
    let entry = format!("- {log_line}");
    if let Some(heading) = lines
        .iter()
        .position(|line| line.starts_with('#') && line.to_lowercase().contains("flow log"))
    {
        let section = heading + 1;
        let end = lines
            .iter()
            .skip(section)
            .position(|line| line.starts_with('#'))
            .map_or(lines.len(), |count| section + count);
        let after_text = lines
            .get(section..end)
            .and_then(|body| body.iter().rposition(|line| !line.trim().is_empty()))
            .map_or(section, |index| section + index + 1);
        lines.insert(after_text, entry);
    }
    lines.join("\n")
}

/// Puts `value` after `label`, if the line is that label's; what stands before it and a carriage return stay.
fn set(line: &mut String, label: &str, value: &str) {
    let Some(at) = line.find(label) else { return };
    let before = line.get(..at).unwrap_or_default();
    if !before.chars().all(|c| matches!(c, ' ' | '-' | '*')) {
        return;
    }
    let end = if line.ends_with('\r') { "\r" } else { "" };
    *line = format!("{before}{label} {value}{end}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_its_lines_and_appends_to_the_log() {
        let overview = "# Session\n\n## Status\nPhase: planning\nLast Action: none\r\nNext: none\n\n## Flow Log\n- [10:00] started\n\n## Files\n- x\n";
        insta::assert_snapshot!(updated(overview, "wrote a plan", "wait", "[10:01] wrote a plan").replace('\r', "<CR>"), @r"
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
        ");
    }

    #[test]
    fn leaves_a_page_without_those_lines_as_it_is() {
        let page = "The Last Action: hero\n";
        assert_eq!(updated(page, "x", "y", "z"), page);
    }
}
