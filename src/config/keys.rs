//! Every key there is, and the nearest one to a key there is not.

/// A key with a name of its own.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Its value where no layer sets it; empty for none.
    pub default: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Its value is never shown.
    pub secret: bool,
}

const fn key(name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { name, default, about, secret: false }
}

/// A key without a default, whose value is never shown.
const fn secret(name: &'static str, about: &'static str) -> Key {
    Key { name, default: "", about, secret: true }
}

/// The keys with names of their own, in the order in which they are shown.
pub const KEYS: &[Key] = &[
    key("MAIN_REPO", "", "the project's repository"),
    key("WORKTREES", "", "folder for the sessions' worktrees"),
    key("SESSIONS", "", "folder for the sessions"),
    key("SAMOCODE_PROVIDER", "claude", "`claude`, `codex`, `gemini` or `demo`"),
    key("CLAUDE_PATH", "claude", "the program, by name or path"),
    key("CODEX_PATH", "codex", "the program, by name or path"),
    key("GEMINI_PATH", "gemini", "the program, by name or path"),
    key("CLAUDE_MODEL", "opus", "the model; empty is the CLI's own choice"),
    key("CODEX_MODEL", "", "the model; empty is the CLI's own choice"),
    key("GEMINI_MODEL", "", "the model; empty is the CLI's own choice"),
    key("CLAUDE_TIMEOUT", "1800", "longest iteration, seconds"),
    key("CODEX_TIMEOUT", "1800", "longest iteration, seconds"),
    key("GEMINI_TIMEOUT", "1800", "longest iteration, seconds"),
    key("CLAUDE_MAX_TURNS", "300", "most turns an iteration"),
    key("CLAUDE_ARGS", "", "more arguments for the CLI"),
    key("CODEX_ARGS", "", "more arguments for the CLI"),
    key("GEMINI_ARGS", "", "more arguments for the CLI"),
    secret("TELEGRAM_BOT_TOKEN", "the phone's bot"),
    key("TELEGRAM_CHAT_ID", "", "the phone's chat"),
    key("TELEGRAM_ALLOWED_USERS", "", "numbers of those who may answer; empty is a private chat's owner"),
    key("TELEGRAM_API_URL", "https://api.telegram.org", "where the Bot API is"),
    key("SAMOCODE_NOTIFY_DESKTOP", "off", "whether this machine's desktop tells"),
    secret("SAMOCODE_NOTIFY_WEBHOOK", "address that takes JSON"),
    secret("SAMOCODE_NOTIFY_WEBHOOK_SECRET", "what signs it"),
    secret("SAMOCODE_NOTIFY_NTFY", "address of a topic of ntfy"),
    secret("SAMOCODE_NOTIFY_NTFY_TOKEN", "the topic's access token"),
    secret("SAMOCODE_NOTIFY_SLACK", "address of an incoming webhook of Slack"),
    secret("SAMOCODE_NOTIFY_DISCORD", "address of a webhook of Discord"),
    key("SAMOCODE_NOTIFY_COMMAND", "", "command that gets each notice as JSON"),
    key("GIT_BRANCH_PREFIX", "", "put before the branch name with a `/`"),
    key("SAMOCODE_MAX_RETRIES", "3", "failures in a row that block"),
    key("SAMOCODE_RETRY_DELAY", "5", "first back-off, seconds"),
    key("SAMOCODE_MAX_IDLE", "3", "iterations in a row without any change that block"),
    key("SAMOCODE_STALL_START", "300", "silence before the CLI's first line that ends a run, seconds"),
    key("SAMOCODE_STALL_STREAM", "900", "silence with no tool at work that ends a run, seconds"),
    key("SAMOCODE_STALL_TOOL", "1800", "silence while a tool is at work that ends a run, seconds"),
    key("SAMOCODE_SETUP", "", "command run in a fresh worktree"),
    key("SAMOCODE_VERIFY", "", "command that has to pass before a session ends"),
    key("SAMOCODE_VERIFY_TIMEOUT", "1800", "longest run of it, seconds"),
    key("SAMOCODE_SANDBOX", "auto", "`auto`, `required` or `off`"),
    key("SAMOCODE_SANDBOX_WRITE", "", "more folders that agents may write, with `:` between"),
    key(
        "SAMOCODE_SANDBOX_READ",
        "",
        "paths in the main checkout that agents and the verify command may read, with `:` between",
    ),
    key("SAMOCODE_ALLOW_PUSH", "off", "whether an agent may push"),
    key("SAMOCODE_PASS_ENV", "", "credentials that the CLI may see"),
    key("SAMOCODE_FALLBACK", "", "provider to go on with while parked"),
    key("SAMOCODE_FALLBACK_AFTER", "15m", "waits that are no longer are waited out"),
    key("SAMOCODE_REVIEWERS", "", "outside reviewers in quality"),
    key("SAMOCODE_REVIEW_TIMEOUT", "900", "longest run of one of them, seconds"),
    key("SAMOCODE_MAX_COST", "", "budget, US dollars"),
    key("SAMOCODE_MAX_TOKENS", "", "budget, tokens"),
    key("SAMOCODE_MAX_ITERATIONS", "", "budget, iterations"),
    key("SAMOCODE_MAX_TIME", "", "budget, time with a child running"),
    key("SAMOCODE_MAX_WAIT", "12h", "longest wait for a limit to reset"),
];

/// Keys that do nothing by themselves, each with the one that it needs: whoever sets it alone is told so.
pub(super) const COMPANIONS: &[(&str, &str)] = &[
    ("TELEGRAM_ALLOWED_USERS", "TELEGRAM_BOT_TOKEN"),
    ("TELEGRAM_API_URL", "TELEGRAM_BOT_TOKEN"),
    ("SAMOCODE_NOTIFY_WEBHOOK_SECRET", "SAMOCODE_NOTIFY_WEBHOOK"),
    ("SAMOCODE_NOTIFY_NTFY_TOKEN", "SAMOCODE_NOTIFY_NTFY"),
];

/// What can be set for one phase: `PLANNING_MODEL`.
pub const PHASE_SUFFIXES: &[&str] = &["_PROVIDER", "_MODEL", "_TIMEOUT", "_TOOLS"];

/// The phases of the built-in workflows, in upper case; the environment and `.env` are looked at for
/// these and for those that `.samocode` names.
pub(super) const BUILT_IN_PHASES: &[&str] =
    &["INIT", "INVESTIGATION", "REQUIREMENTS", "PLANNING", "IMPLEMENTATION", "TESTING", "QUALITY", "DONE"];

/// First words of keys that are no phases.
const RESERVED: &[&str] = &["CLAUDE", "CODEX", "GEMINI", "DEMO", "SAMOCODE", "TELEGRAM", "GIT"];

/// What stands in every `.samocode`, for messages.
pub const EXAMPLE: &str = "MAIN_REPO=.\nWORKTREES=../worktrees\nSESSIONS=./_sessions";

/// The key of that name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The phase, in upper case, and the suffix of a phase's key. A phase's name is free, so a slip in one of the
/// other keys (`CALUDE_MODEL`) must not pass as one.
pub(super) fn phase_key(name: &str) -> Option<(&str, &'static str)> {
    if find(name).is_some() {
        return None;
    }
    let (phase, suffix) =
        PHASE_SUFFIXES.iter().find_map(|suffix| Some((name.strip_suffix(suffix)?, *suffix)))?;
    let spelled = phase.starts_with(|c: char| c.is_ascii_uppercase())
        && phase.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let slip = RESERVED
        .iter()
        .any(|word| strsim::damerau_levenshtein(word, phase) <= usize::from(word.len() > 4) * 2);
    let built_in = BUILT_IN_PHASES.contains(&phase);
    (spelled && (built_in || !slip)).then_some((phase, suffix))
}

/// Whether a key means something.
pub(super) fn is_known(name: &str) -> bool {
    find(name).is_some() || phase_key(name).is_some()
}

/// The known key that a wrong one may have meant.
pub fn nearest(wrong: &str) -> Option<String> {
    let upper = wrong.to_uppercase();
    let phases = BUILT_IN_PHASES
        .iter()
        .flat_map(|phase| PHASE_SUFFIXES.iter().map(move |suffix| format!("{phase}{suffix}")));
    let all = KEYS.iter().map(|key| key.name.to_owned()).chain(phases);
    let near =
        all.map(|key| (strsim::damerau_levenshtein(&key, &upper), key)).min_by_key(|(distance, _)| *distance);
    // `MAX_COST` is far from `SAMOCODE_MAX_COST` by letters alone.
    let tail = || {
        KEYS.iter().map(|key| key.name).find(|name| name.ends_with(&format!("_{upper}"))).map(str::to_owned)
    };
    near.filter(|(distance, key)| *distance <= (key.len() / 3).max(2)).map(|(_, key)| key).or_else(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_may_have_any_name_but_a_slip_in_another_key_is_none() {
        assert_eq!(phase_key("PLANNING_MODEL"), Some(("PLANNING", "_MODEL")));
        assert_eq!(phase_key("CODE_REVIEW_TOOLS"), Some(("CODE_REVIEW", "_TOOLS")));
        for other in [
            "CALUDE_MODEL",
            "CODX_TIMEOUT",
            "GEMINI_PROVIDER",
            "SAMOCOD_PROVIDER",
            "_MODEL",
            "x_MODEL",
            "CLAUDE_MODEL",
        ] {
            assert_eq!(phase_key(other), None, "{other}");
        }
    }

    #[test]
    fn the_nearest_key_is_found() {
        for (wrong, right) in [
            ("MAIN_REPOS", "MAIN_REPO"),
            ("WORKTREE", "WORKTREES"),
            ("claude_model", "CLAUDE_MODEL"),
            ("CALUDE_MODEL", "CLAUDE_MODEL"),
            ("MAX_COST", "SAMOCODE_MAX_COST"),
            ("PLANING_MODLE", "PLANNING_MODEL"),
        ] {
            assert_eq!(nearest(wrong).as_deref(), Some(right), "{wrong}");
        }
        assert_eq!(nearest("DATABASE_URL"), None);
    }
}
