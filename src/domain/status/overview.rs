//! The first `_overview.md` of a session.

use super::{LAST_ACTION, NEXT, OwnLines};

/// Of a longer task only the beginning is quoted, in bytes: Claude Code 2.1.197 reads no file of more than 256 KiB as a
/// whole, and each iteration is told all of the task anyway.
const MOST_QUOTED: usize = 64 * 1024;

/// What the first `_overview.md` of a session says.
#[derive(Debug, Clone)]
pub struct NewOverview<'a> {
    /// The session's name.
    pub name: &'a str,
    /// The task in the person's words, of any length.
    pub task: Option<&'a str>,
    /// The topic of the investigation, where there is one.
    pub dive: Option<&'a str>,
    /// The workflow's name.
    pub workflow: &'a str,
    /// The branch that the work goes to.
    pub branch: &'a str,
    /// The branch that it starts from.
    pub base_branch: &'a str,
    /// The worktree's path.
    pub worktree: &'a str,
    /// When the session was made, as the log writes times.
    pub created: &'a str,
    /// samocode's own lines.
    pub own: OwnLines,
}

impl NewOverview<'_> {
    /// The whole file. The task is quoted, so that headings in it are none of the file's.
    pub fn text(&self) -> String {
        let own: String = self.own.values().iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        let Self { name, workflow, branch, base_branch, worktree, created, .. } = self;
        let mut text = format!(
            "# {name}\n\n## Status\n\n{own}{LAST_ACTION}: session created\n{NEXT}: start with {}\n\n## Task\n\n",
            self.own.phase
        );
        for words in [self.task, self.dive.filter(|_| self.task.is_none())].into_iter().flatten() {
            text.push_str(&quoted(words));
        }
        if let (Some(_), Some(dive)) = (self.task, self.dive) {
            text.extend(["\nInvestigate first:\n\n", &quoted(dive)]);
        }
        let log = format!(
            "- {created} session created: workflow {workflow}, branch `{branch}` from `{base_branch}`\n"
        );
        text.extend(["\n## Flow Log\n\n", &log, "\n## Files\n\n", &worktree_line(worktree), "\n"]);
        text
    }
}

fn worktree_line(worktree: &str) -> String {
    format!("- Worktree: `{worktree}`")
}

/// The notebook with the line that names the worktree `old` naming `new`.
#[must_use]
pub fn with_worktree(text: &str, old: &str, new: &str) -> String {
    text.replace(&worktree_line(old), &worktree_line(new))
}

fn quoted(words: &str) -> String {
    let quote = |line: &str| {
        if line.is_empty() { ">\n".to_owned() } else { format!("> {line}\n") }
    };
    let words = words.trim_matches(['\n', '\r']);
    let mut end = words.len().min(MOST_QUOTED);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    let shown = &words[..end];
    let mut text: String = shown.lines().map(quote).collect();
    if shown.len() < words.len() {
        text.push_str(">\n> (and so on: every iteration is told the whole of it)\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{Blocked, read};
    use super::*;

    #[test]
    fn of_a_task_of_a_megabyte_the_beginning_is_quoted() {
        let text = quoted(&"é and 'quotes'\n".repeat(70_000));
        assert!(text.starts_with("> é and 'quotes'\n> é"), "{}", &text[..100]);
        assert!(text.len() < 100 * 1024 && text.ends_with("the whole of it)\n"), "{}", text.len());
    }

    #[test]
    fn a_new_overview_reads_back_whatever_the_task_says() {
        let overview = NewOverview {
            name: "add-auth",
            task: Some("Add auth.\n\n## Status\nPhase: done\n```\n$(rm -rf /) 'q' \"q\""),
            dive: Some("sessions"),
            workflow: "full",
            branch: "add-auth",
            base_branch: "main",
            worktree: "/w/add-auth",
            created: "01-08 12:00",
            own: OwnLines {
                phase: "investigation".into(),
                iteration: 0,
                total_iterations: 0,
                blocked: Blocked::No,
            },
        };
        insta::assert_snapshot!(overview.text(), @r#"
        # add-auth

        ## Status

        Phase: investigation
        Iteration: 0
        Total Iterations: 0
        Blocked: no
        Last Action: session created
        Next: start with investigation

        ## Task

        > Add auth.
        >
        > ## Status
        > Phase: done
        > ```
        > $(rm -rf /) 'q' "q"

        Investigate first:

        > sessions

        ## Flow Log

        - 01-08 12:00 session created: workflow full, branch `add-auth` from `main`

        ## Files

        - Worktree: `/w/add-auth`
        "#);
        let read = read(&overview.text());
        assert_eq!((read.phase.as_deref(), read.blocked), (Some("investigation"), Some(Blocked::No)));
    }
}
