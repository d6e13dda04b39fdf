//! Lines of a Markdown document with their byte ranges: what the readers of `_qa.md`, `_overview.md`
//! and plans share, so that each can change a few bytes and leave the rest as they were.
//!
//! Never builds a tree and never rewrites a document; it knows lines, headings, fences and labels.

use std::ops::Range;

/// One line, its place in the document and whether it stands in a fenced code block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Byte offset of the first character (behind a byte order mark).
    pub(crate) start: usize,
    /// The line without its ending and without the carriage return of one.
    pub(crate) text: &'a str,
    /// The line belongs to a fenced code block; the fences themselves do, too.
    pub(crate) fenced: bool,
}

impl<'a> Line<'a> {
    /// Offset behind the last character, before the line ending.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Offset behind the last character that is no white space.
    pub(crate) fn content_end(&self) -> usize {
        self.start + self.text.trim_end().len()
    }

    /// Whether there is nothing but white space.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Level and title, for a `#` heading outside of code.
    pub(crate) fn heading(&self) -> Option<(usize, &'a str)> {
        let text = self.unindented()?;
        let level = text.len() - text.trim_start_matches('#').len();
        let title = &text[level..];
        let separated = title.is_empty() || title.starts_with([' ', '\t']);
        ((1..=6).contains(&level) && separated).then(|| {
            // A heading may be closed with more `#`, which are not part of its title.
            let open = title.trim();
            let closed = open.trim_end_matches('#');
            let title =
                if closed.is_empty() || closed.ends_with([' ', '\t']) { closed.trim_end() } else { open };
            (level, title)
        })
    }

    /// Whether this is a thematic break, such as the `---` that some put between questions.
    pub(crate) fn is_break(&self) -> bool {
        let Some(text) = self.unindented() else {
            return false;
        };
        ['-', '*', '_'].into_iter().any(|mark| {
            text.chars().filter(|&c| c == mark).count() >= 3
                && text.chars().all(|c| c == mark || c.is_whitespace())
        })
    }

    /// A labelled line: `Key: value`, `**Key:** value`, `- Key: value` and what lies between.
    pub(crate) fn label(&self) -> Option<Label<'a>> {
        let text = self.unindented()?;
        let mut at = self.start + (self.text.len() - text.len());
        let mut rest = text.trim_end();
        for bullet in ["- ", "* ", "+ "] {
            if let Some(behind) = rest.strip_prefix(bullet) {
                let behind = behind.trim_start();
                at += rest.len() - behind.len();
                rest = behind;
                break;
            }
        }
        let marker: &'static str =
            ["***", "**", "__", "*", "_"].into_iter().find(|m| rest.starts_with(m)).unwrap_or("");
        let body = &rest[marker.len()..];
        let colon = body.find(':')?;
        let inside = &body[..colon];
        let closed_before = !marker.is_empty() && inside.trim_end().ends_with(marker);
        let key = if closed_before { inside.trim_end().strip_suffix(marker)? } else { inside }.trim();
        if key.is_empty() || !key.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '_' || c == '-') {
            return None;
        }
        let mut start = marker.len() + colon + 1;
        let mut end = rest.len();
        if !marker.is_empty() && !closed_before {
            if rest[start..].starts_with(marker) {
                start += marker.len();
            } else if rest[start..].len() > marker.len() && rest.ends_with(marker) {
                // `**Key: value**`: the mark closes behind the value.
                end -= marker.len();
            }
        }
        let gap = rest[start..end].len() - rest[start..end].trim_start().len();
        let value = at + start + gap..at + end;
        let unclosed = if closed_before || start > marker.len() + colon + 1 { "" } else { marker };
        let behind_colon = at + marker.len() + colon + 1;
        Some(Label { key, marker, unclosed, behind_colon, spaced: gap > 0, value })
    }

    /// The line without an indent that still leaves it ordinary text; four columns make it code.
    fn unindented(&self) -> Option<&'a str> {
        let text = self.text.trim_start_matches(' ');
        (!self.fenced && self.text.len() - text.len() <= 3).then_some(text)
    }
}

/// A labelled line, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label<'a> {
    /// The words before the colon.
    pub(crate) key: &'a str,
    /// The mark that sets the key off, such as `**`; may be empty.
    pub(crate) marker: &'a str,
    /// The mark, if it is still open behind the colon.
    pub(crate) unclosed: &'a str,
    /// Offset behind the colon.
    pub(crate) behind_colon: usize,
    /// Whether white space separates the label from its value.
    pub(crate) spaced: bool,
    /// Where the value stands in the document, without white space around it; may be empty.
    pub(crate) value: Range<usize>,
}

impl Label<'_> {
    /// Whether the key is this one, in any case.
    pub(crate) fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }
}

/// The lines of a document. A fence that is never closed counts as text: one stray line of backticks
/// must not hide every question behind it.
pub(crate) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut all = Vec::new();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while start < text.len() {
        let rest = &text[start..];
        // A carriage return belongs to the ending only before a line feed.
        let (line, end) = match rest.split_once('\n') {
            Some((line, _)) => (line.strip_suffix('\r').unwrap_or(line), start + line.len()),
            None => (rest, text.len()),
        };
        all.push(Line { start, text: line, fenced: false });
        start = end + 1;
    }
    mark_fences(&mut all);
    all
}

fn mark_fences(lines: &mut [Line<'_>]) {
    // The longest closing fence of each mark that stands at or behind a line: without it, looking for the
    // end of every open fence would take quadratic time in a document of nothing but open fences.
    let mut closers = vec![(0, 0); lines.len() + 1];
    for at in (0..lines.len()).rev() {
        let (ticks, tildes) = closers[at + 1];
        closers[at] = match fence(lines[at].text) {
            Some(Fence { mark: '`', length, bare: true }) => (length.max(ticks), tildes),
            Some(Fence { mark: '~', length, bare: true }) => (ticks, length.max(tildes)),
            _ => (ticks, tildes),
        };
    }
    let mut open: Option<Fence> = None;
    for at in 0..lines.len() {
        let found = fence(lines[at].text);
        match (&open, found) {
            (Some(opened), found) => {
                lines[at].fenced = true;
                if found.is_some_and(|f| f.bare && f.mark == opened.mark && f.length >= opened.length) {
                    open = None;
                }
            }
            (None, Some(found)) => {
                let (ticks, tildes) = closers[at + 1];
                if found.length <= if found.mark == '`' { ticks } else { tildes } {
                    lines[at].fenced = true;
                    open = Some(found);
                }
            }
            (None, None) => {}
        }
    }
}

struct Fence {
    mark: char,
    length: usize,
    /// Nothing stands behind the marks, so the fence can close one.
    bare: bool,
}

fn fence(line: &str) -> Option<Fence> {
    let text = line.trim_start_matches(' ');
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = text.trim_start_matches(mark);
    let length = text.len() - info.len();
    let inline = mark == '`' && info.contains('`');
    (line.len() - text.len() <= 3 && length >= 3 && !inline).then(|| Fence {
        mark,
        length,
        bare: info.trim().is_empty(),
    })
}

/// The line ending that the document uses: that of its first line.
pub(crate) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Puts `with` in the place of some ranges of a document; the ranges are in order and do not overlap.
pub(crate) fn splice(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut out = String::with_capacity(text.len() + edits.iter().map(|(_, with)| with.len()).sum::<usize>());
    let mut done = 0;
    for (range, with) in edits {
        out.push_str(&text[done..range.start]);
        out.push_str(with);
        done = range.end;
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(text: &str) -> Vec<(usize, &str)> {
        lines(text).iter().filter_map(Line::heading).collect()
    }

    fn label(text: &str) -> Option<(String, String)> {
        let line = lines(text)[0];
        line.label().map(|l| (l.key.to_owned(), text[l.value].to_owned()))
    }

    #[test]
    fn headings_are_found_with_level_and_title() {
        assert_eq!(
            headings("\u{feff}# One\r\n### Two ##\n#No\n    # code\n##"),
            [(1, "One"), (3, "Two"), (2, "")]
        );
    }

    #[test]
    fn fenced_lines_are_no_headings_but_an_open_fence_hides_nothing() {
        assert_eq!(headings("```\n# a\n~~~\n```\n# b\n~~~~\n# c\n~~~\n~~~~\n"), [(1, "b")]);
        assert_eq!(headings("```\n# a\n# b\n"), [(1, "a"), (1, "b")]);
    }

    #[test]
    fn labels_are_read_in_every_dress() {
        for line in [
            "Phase: x",
            "**Phase:** x",
            "**Phase**: x",
            "- Phase: x",
            "* **Phase:**  x ",
            "**Phase: x**",
            "_Phase:_ x",
        ] {
            assert_eq!(label(line), Some(("Phase".into(), "x".into())), "{line}");
        }
        assert_eq!(label("Last Action:"), Some(("Last Action".into(), String::new())));
        assert_eq!(label("    Phase: x"), None);
        assert_eq!(label("see `a: b`"), None);
    }

    #[test]
    fn breaks_are_told_from_bullets() {
        assert!(lines("---")[0].is_break() && lines(" * * *")[0].is_break());
        assert!(!lines("- a")[0].is_break() && !lines("--")[0].is_break());
    }
}
