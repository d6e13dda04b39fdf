//! Tells which keys differ between two texts of a git configuration, and whether that is harmless. Pure. Reads only
//! what is written plainly; what is not counts as harmful.

use std::collections::BTreeSet;

/// Longest name of a key, and longest value, that is shown, in characters.
const LONGEST_SHOWN: usize = 80;

/// How two configurations differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// The keys, sorted; empty where a text is not plain.
    pub(super) keys: Vec<String>,
    /// Whether nothing differs but tracked branches, and remotes and submodules that are new.
    pub(super) harmless: bool,
    /// What such a difference took away or replaced, as `key=value`, sorted.
    pub(super) lost: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    section: String,
    sub: Option<String>,
    key: String,
    value: String,
}

pub(super) fn compare(old: &[u8], new: &[u8]) -> Change {
    let (Some(old), Some(new)) = (parse(old), parse(new)) else {
        return Change::default();
    };
    let known: BTreeSet<(&str, Option<&str>)> = old
        .iter()
        .filter(|known| known.section == "remote" || known.section == "submodule")
        .map(|known| (known.section.as_str(), known.sub.as_deref()))
        .collect();
    let harmful = |statements: &[Statement]| -> Vec<Statement> {
        let kept = statements.iter().filter(|statement| !statement.is_harmless(&known));
        kept.cloned().collect()
    };
    // Their order counts, too: of two values the last one holds.
    let harmless = harmful(&old) == harmful(&new);
    let one_sided = |these: &[Statement], those: &[Statement]| -> Vec<String> {
        these.iter().filter(|this| !those.contains(this)).map(Statement::name).collect()
    };
    let mut keys: BTreeSet<String> = one_sided(&old, &new).into_iter().collect();
    keys.extend(one_sided(&new, &old));
    let lost = old.iter().filter(|was| harmless && !new.contains(was));
    let lost: BTreeSet<String> = lost.map(|was| format!("{}={}", was.name(), plain(&was.value))).collect();
    Change { keys: keys.into_iter().collect(), harmless, lost: lost.into_iter().collect() }
}

impl Statement {
    fn name(&self) -> String {
        let sub = self.sub.as_deref().map(|sub| format!(".{sub}")).unwrap_or_default();
        plain(&format!("{}{sub}.{}", self.section, self.key))
    }

    /// What `git push -u`, `git switch --track`, `git remote add` and `git submodule update --init` write. `x::y` as an
    /// address names a program, and so does a submodule's `update = !x`. `known` are the remotes and submodules of before.
    fn is_harmless(&self, known: &BTreeSet<(&str, Option<&str>)>) -> bool {
        let plain = !self.value.contains("::") && !self.value.starts_with('-');
        let is_new = !known.contains(&(self.section.as_str(), self.sub.as_deref()));
        match (self.section.as_str(), self.key.as_str()) {
            ("branch", "remote" | "merge" | "rebase" | "description") => self.sub.is_some() && plain,
            ("remote", "url" | "fetch") | ("submodule", "url" | "active") => {
                self.sub.is_some() && plain && is_new
            }
            _ => false,
        }
    }
}

/// Text as it can be shown.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST_SHOWN).collect()
}

/// The statements of a text; none where it holds anything that git might read in another way.
fn parse(text: &[u8]) -> Option<Vec<Statement>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut statements = Vec::new();
    let mut header: Option<(String, Option<String>)> = None;
    for line in text.split('\n') {
        let line = line.trim_matches([' ', '\t', '\r']);
        if line.chars().any(|letter| letter.is_control() && letter != '\t') || line.ends_with('\\') {
            return None;
        }
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            header = Some(parse_header(rest)?);
            continue;
        }
        let (section, sub) = header.clone()?;
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let key = key.trim_end().to_ascii_lowercase();
        if !is_word(&key) {
            return None;
        }
        statements.push(Statement { section, sub, key, value: value.trim().trim_matches('"').to_owned() });
    }
    Some(statements)
}

/// `core]` or `branch "main"]`.
fn parse_header(rest: &str) -> Option<(String, Option<String>)> {
    let inside = rest.strip_suffix(']')?;
    let Some((section, sub)) = inside.split_once([' ', '\t']) else {
        return is_word(inside).then(|| (inside.to_ascii_lowercase(), None));
    };
    let sub = sub.trim_start().strip_prefix('"')?.strip_suffix('"')?;
    let plain = is_word(section) && !sub.contains(['"', '\\']);
    plain.then(|| (section.to_ascii_lowercase(), Some(sub.to_owned())))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = /srv/a.git\n";

    fn added(text: &str) -> Change {
        compare(OLD.as_bytes(), format!("{OLD}{text}").as_bytes())
    }

    #[test]
    fn tracked_branches_and_new_remotes_are_harmless() {
        for text in [
            "[branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main\n",
            "[remote \"ada\"]\n\turl = https://host.example/a.git\n\tfetch = +refs/heads/*:refs/remotes/ada/*\n",
            "# a remark\n\n",
            "[submodule \"lib/sub\"]\n\tactive = true\n\turl = /srv/sub.git\n",
        ] {
            assert!(added(text).harmless, "{text}");
        }
    }

    #[test]
    fn whatever_runs_or_leads_elsewhere_is_not() {
        for text in [
            "[core]\n\tfsmonitor = x\n",
            "[core] fsmonitor = x ; ]\n",
            "[alias]\n\tst = !x\n",
            "[filter \"x\"]\n\tclean = x\n",
            "[include]\n\tpath = x\n",
            "[branch \"main\"]\n\tmergeOptions = x\n",
            "[branch \"main\"]\n\tremote = ext::sh -c x\n",
            "[remote \"ada\"]\n\turl = ext::sh -c x\n",
            "[remote \"ada\"]\n\tuploadpack = x\n",
            "[remote \"origin\"]\n\turl = /srv/b.git\n",
            "[submodule \"lib\"]\n\tupdate = !x\n",
            "[submodule \"lib\"]\n\turl = ext::sh -c x\n",
            "[submodule]\n\tactive = .\n",
            "[branch \"x\"]\n\tdescription = a\\\n[core]\n\tfsmonitor = x\n",
            "[branch \"a\\\"]\n\tremote = x\n",
            "[branch \"x\"]\n\tremote = a\u{0}\n",
        ] {
            assert!(!added(text).harmless, "{text}");
        }
        assert!(!compare(OLD.as_bytes(), b"[core]\n").harmless, "a remote that is gone");
        assert!(!compare(b"[core]\neditor = a\neditor = b\n", b"[core]\neditor = b\neditor = a\n").harmless);
    }

    #[test]
    fn a_submodule_that_was_known_keeps_its_entries() {
        let known = b"[submodule \"lib\"]\n\turl = /srv/lib.git\n";
        assert!(!compare(known, b"[submodule \"lib\"]\n\turl = /elsewhere.git\n").harmless);
        assert!(!compare(known, b"").harmless, "deinitialised");
    }

    #[test]
    fn what_a_tracked_branch_was_set_to_is_named() {
        let tracked = b"[branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main\n";
        let change = compare(tracked, b"[branch \"main\"]\n\tremote = fork\n\tmerge = refs/heads/main\n");
        assert!(change.harmless);
        assert_eq!(change.lost, ["branch.main.remote=origin"]);
        assert_eq!(compare(tracked, b"").lost.len(), 2);
    }

    #[test]
    fn the_keys_that_differ_are_named() {
        let change = compare(OLD.as_bytes(), b"[core]\n\tbare = true\n\thooksPath = /x\n[Alias]\nst = !x\n");
        assert_eq!(change.keys, ["alias.st", "core.bare", "core.hookspath", "remote.origin.url"]);
        assert!(added("[core] fsmonitor = x\n").keys.is_empty(), "what is not plain is not read");
    }
}
