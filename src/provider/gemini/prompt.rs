//! The prompt as Gemini CLI has to be given it, to reach the model as it stands.
//!
//! An `@` before the path of a file or a folder makes it send that along, a folder with all that is in it, and put
//! spaces before every other `@` (measured). Who writes a task or hands over notes does not ask for that.

use std::borrow::Cow;

/// What ends a path, from the code of 0.61.0.
const ENDS: [char; 14] = [' ', '\t', '\n', '\r', ',', ';', '!', '?', '(', ')', '[', ']', '{', '}'];

/// `text` with a backslash before each `@` that would send something along; `exists` says whether a path leads
/// anywhere.
pub(super) fn plain(text: &str, exists: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let mut made = String::new();
    let mut taken = 0;
    for (at, _) in text.match_indices('@') {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        if before.ends_with('\\') || !exists(path(after)) {
            continue;
        }
        made.push_str(text.get(taken..at).unwrap_or_default());
        made.push('\\');
        taken = at;
    }
    if taken == 0 && made.is_empty() {
        return Cow::Borrowed(text);
    }
    made.push_str(text.get(taken..).unwrap_or_default());
    Cow::Owned(made)
}

/// The path at the start of a text; with quotes around it, it may hold anything.
fn path(text: &str) -> &str {
    match text.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => text.split(ENDS).next().unwrap_or_default().trim_end_matches('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> String {
        plain(text, |path| ["README.md", "src", "a b", "/etc/hosts"].contains(&path)).into_owned()
    }

    #[test]
    fn what_leads_to_a_file_is_parted_from_its_sign_and_nothing_else_is_touched() {
        assert_eq!(made("@README.md, @src."), "\\@README.md, \\@src.");
        assert_eq!(made("see (@\"a b\") and @/etc/hosts"), "see (\\@\"a b\") and \\@/etc/hosts");
        for text in ["", "@", "ada@example.com", "@app.route(\"/\")", "\\@src", "é @ src", "$@"] {
            assert_eq!(made(text), text);
        }
        assert!(matches!(plain("ada@example.com", |_| false), Cow::Borrowed(_)));
    }
}
