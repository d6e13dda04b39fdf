//! What Gemini CLI calls its tools, and which of them a phase does not get. Pure.

/// Claude Code's names, which the assets use, and Gemini CLI's.
const NAMES: [(&str, &str); 15] = [
    ("Read", "read_file"),
    ("Write", "write_file"),
    ("Edit", "replace"),
    ("Bash", "run_shell_command"),
    ("Skill", "activate_skill"),
    ("Agent", "invoke_agent"),
    ("Glob", "glob"),
    ("Grep", "grep_search"),
    ("LS", "list_directory"),
    ("WebFetch", "web_fetch"),
    ("WebSearch", "google_web_search"),
    ("TodoWrite", "write_todos"),
    ("MultiEdit", "replace"),
    ("NotebookEdit", "replace"),
    ("Task", "invoke_agent"),
];

/// Its built-in tools, from the code of 0.61.0. `complete_task`, by which a sub-agent ends, is not among them: it is no
/// one's to take away.
const BUILT_IN: [&str; 28] = [
    "activate_skill",
    "ask_user",
    "enter_plan_mode",
    "exit_plan_mode",
    "get_internal_docs",
    "glob",
    "google_web_search",
    "grep_search",
    "invoke_agent",
    "list_background_processes",
    "list_directory",
    "list_mcp_resources",
    "read_background_output",
    "read_file",
    "read_many_files",
    "read_mcp_resource",
    "replace",
    "run_shell_command",
    "tracker_add_dependency",
    "tracker_create_task",
    "tracker_get_task",
    "tracker_list_tasks",
    "tracker_update_task",
    "tracker_visualize",
    "update_topic",
    "web_fetch",
    "write_file",
    "write_todos",
];

/// What can be added, for the words of an error.
pub(super) const KNOWN: &str = "Agent, Glob, Grep, LS, Skill, TodoWrite, WebFetch, WebSearch, and its own names, \
                                as `read_many_files`; MCP servers are there without";

/// Whether it has a tool of this name, or one that stands for it. Tools of MCP servers are the person's to know.
pub(super) fn is_known(tool: &str) -> bool {
    NAMES.iter().any(|(known, _)| *known == tool) || BUILT_IN.contains(&tool) || tool.starts_with("mcp_")
}

/// Its name of a tool that an asset or the person names; a name of its own stays.
pub(super) fn own_name(tool: &str) -> &str {
    NAMES.iter().find(|(known, _)| *known == tool).map_or(tool, |(_, own)| own)
}

/// The policy by which all built-in tools but `wanted` are neither offered nor run.
///
/// A denial takes nothing else away: an allowlist (`tools.core`) also allows what is in it, over the person's own
/// policies, and denies every MCP server that is not named in it (measured).
pub(super) fn policy(wanted: &[&str]) -> String {
    let denied: Vec<String> = BUILT_IN
        .iter()
        .filter(|tool| !wanted.contains(tool))
        .map(|tool| format!("    \"{tool}\",\n"))
        .collect();
    format!(
        "# What this phase of samocode's does not need.\n[[rule]]\ntoolName = [\n{}]\ndecision = \"deny\"\npriority = 999\n",
        denied.concat()
    )
}

/// Its tool in the words that a person sees with every CLI.
pub(super) fn shown_name(tool: &str) -> &str {
    NAMES.iter().find(|(_, own)| *own == tool).map_or(tool, |(shown, _)| shown)
}
