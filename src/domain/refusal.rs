//! Finds in a tool's answer the paths that the system refused it. Looks at words only: whether a sandbox is behind it is
//! for others to judge.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// What programs print for it: the C library's words, and Node's.
const WORDS: [&str; 5] =
    ["Permission denied", "permission denied", "EACCES", "Read-only file system", "read-only file system"];

/// Bytes that one of the words has in any spelling. Almost every answer has none of them, so this search is built once.
static HINTS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["ermission denied", "EACCES", "ead-only file system"].map(Finder::new));

/// The longest answer that is looked at, in bytes, from its end: that is where a failed command says why.
pub const LONGEST: usize = 64 * 1024;

/// The absolute paths that a line of a stream calls refused; the line is JSON, whose escapes are read as far as paths need.
#[must_use]
pub fn refused_paths(line: &[u8]) -> Vec<String> {
    let line = &line[line.len().saturating_sub(LONGEST)..];
    if !HINTS.iter().any(|hint| hint.find(line).is_some()) {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(line).replace("\\n", "\n").replace("\\\"", "\"");
    let text = text.replace("\\u2018", "‘").replace("\\u2019", "’");
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some(at) = WORDS.iter().filter_map(|words| line.find(words)).min() else {
            continue;
        };
        let (before, after) = line.split_at(at);
        // What stands right before the words is meant, or else what comes after them: `program: line 2: PATH: words`.
        let nearest = before.trim_end_matches([' ', ':']).rsplit(": ").next().unwrap_or_default();
        let path = paths(nearest).pop().or_else(|| paths(after).into_iter().next());
        found.extend(path.filter(|path| !found.contains(path)));
    }
    found
}

/// The absolute paths in a text, in its order.
fn paths(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let begins = letter == '/' && (before.is_whitespace() || "'\"`‘(=:[".contains(before));
        if begins {
            let closing = match before {
                '\'' => Some('\''),
                '"' => Some('"'),
                '`' => Some('`'),
                '‘' => Some('’'),
                _ => None,
            };
            let ends = |c: char| {
                closing.map_or(c.is_whitespace() || ":,;)]'\"’".contains(c), |closing| c == closing)
            };
            let length = rest.find(ends).unwrap_or(rest.len());
            if length > 1 {
                found.push(rest[..length].to_owned());
            }
            rest = &rest[length..];
            before = '/';
        } else {
            rest = &rest[letter.len_utf8()..];
            before = letter;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_found_in_the_words_of_many_programs() {
        for (said, path) in [
            ("touch: cannot touch '/home/ada/x': Permission denied", "/home/ada/x"),
            ("mkdir: cannot create directory ‘/opt/my tool’: Permission denied", "/opt/my tool"),
            ("/bin/bash: line 2: /home/ada/x: Permission denied", "/home/ada/x"),
            ("(eval):2: permission denied: /home/ada/.zshrc", "/home/ada/.zshrc"),
            ("cat: /home/ada/.ssh/id: Permission denied", "/home/ada/.ssh/id"),
            ("EACCES: permission denied, mkdir '/home/ada/.foo'", "/home/ada/.foo"),
            ("PermissionError: [Errno 13] Permission denied: '/home/ada/x'", "/home/ada/x"),
            ("error: could not create /r/.rustup/tmp/a: Permission denied (os error 13)", "/r/.rustup/tmp/a"),
            ("open /home/ada/.config/go/env: permission denied", "/home/ada/.config/go/env"),
        ] {
            let line = serde_json::json!({"content": format!("ls\n{said}\nmore")}).to_string();
            assert_eq!(refused_paths(line.as_bytes()), [path], "{said}");
        }
    }

    #[test]
    fn other_words_name_no_path_and_each_path_is_named_once() {
        assert!(refused_paths(br#"{"content":"cat: /x: No such file or directory"}"#).is_empty());
        assert!(refused_paths(br#"{"content":"Permission denied (publickey)."}"#).is_empty());
        assert!(refused_paths(br#"{"content":"/bin/bash: line 3: ../x: Permission denied"}"#).is_empty());
        let twice =
            br#"{"content":"rm: /x: Permission denied\nrm: /x: Permission denied\n/y: Permission denied"}"#;
        assert_eq!(refused_paths(twice), ["/x", "/y"]);
    }
}
