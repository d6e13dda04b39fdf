//! The words of an answer: their normal form, and how they stand in the file.

use super::WAITING;

/// The answer that stands in these bytes, without the indent that [`written`] gives to further lines.
pub(super) fn read_answer(raw: &str) -> Option<String> {
    let (first, more) = raw.split_once('\n').unwrap_or((raw, ""));
    let indented = more.lines().all(|line| line.trim().is_empty() || line.starts_with(INDENT));
    let more =
        more.split('\n').map(|line| if indented { line.strip_prefix(INDENT).unwrap_or(line) } else { line });
    let lines: Vec<&str> = std::iter::once(first).chain(more).collect();
    normal(&lines.join("\n"))
}

/// Makes a line that looks like a heading, a fence or a label plain words.
const INDENT: &str = "    ";

/// An answer as it goes into the file: what follows the first line is indented, so that nothing in it can
/// become a question.
pub(super) fn written(answer: &str, newline: &str) -> String {
    let mut out = String::with_capacity(answer.len());
    for (at, line) in answer.split('\n').enumerate() {
        if at > 0 {
            out.push_str(newline);
            if !line.is_empty() {
                out.push_str(INDENT);
            }
        }
        out.push_str(line);
    }
    out
}

/// An answer in its normal form; none if it says nothing or that it is awaited.
pub(super) fn normal(answer: &str) -> Option<String> {
    let unified = answer.replace("\r\n", "\n").replace('\r', "\n");
    let clean: String = unified.chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect();
    let lines: Vec<&str> = clean.split('\n').map(str::trim_end).collect();
    let joined = lines.join("\n");
    let mut words = joined.trim();
    // Some write behind the word instead of in its place.
    while let Some(behind) =
        [WAITING, "*waiting*"].into_iter().find_map(|w| strip_prefix_ignoring_case(words, w))
    {
        words = behind.trim();
    }
    let bare = words.trim_matches(|c: char| !c.is_alphanumeric());
    let waiting = bare.eq_ignore_ascii_case("waiting") && words.len() <= bare.len() + 4;
    (!words.is_empty() && !waiting).then(|| words.to_owned())
}

/// What stands behind a prefix, in whatever case that is written.
pub(super) fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_no_answer_in_any_dress() {
        for waiting in ["", " ", "_waiting_", "_WAITING_", "*Waiting*", "waiting", "(waiting)", "_waiting_\n"]
        {
            assert_eq!(normal(waiting), None, "{waiting:?}");
        }
        assert_eq!(normal("_waiting_ A").as_deref(), Some("A"));
        assert_eq!(normal("waiting for legal").as_deref(), Some("waiting for legal"));
    }
}
