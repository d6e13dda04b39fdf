//! JSON with comments, as Gemini CLI's settings may have them. Pure.

use serde_json::Value;

/// The value of `text`, with comments as blanks; none where it is no JSON.
pub(super) fn read(text: &str) -> Option<Value> {
    serde_json::from_str(&without_comments(text)).ok()
}

fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/']) {
        let (before, found) = rest.split_at(at);
        plain.push_str(before);
        let length = if found.starts_with('"') {
            let length = string(found);
            plain.push_str(found.get(..length).unwrap_or(found));
            length
        } else if found.starts_with("//") {
            found.find('\n').unwrap_or(found.len())
        } else if found.starts_with("/*") {
            plain.push(' ');
            found.find("*/").map_or(found.len(), |end| end + "*/".len())
        } else {
            plain.push('/');
            1
        };
        rest = found.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// How long the string at the start of `text` is, quotes included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn comments_go_and_strings_stay() {
        let text = "// first\n{ /* a \" */ \"a\": \"// no \\\" /* comment */\", // last\n\"é\": 1 / /* */ }";
        assert_eq!(read(text), None, "a slash is no JSON");
        let text = text.replace("1 /", "1");
        assert_eq!(read(&text), Some(json!({"a": "// no \" /* comment */", "é": 1})));
        for broken in ["", "{", "\"", "/*", "{\"a\": \"\\"] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
