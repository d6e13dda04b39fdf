//! A Markdown document as styled lines: headings, lists, boxes, quotes, code. What it does not know stands as written.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use crate::domain::markdown::{Line as Source, lines};

/// One line before it is broken to a width.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) line: Line<'static>,
    /// Where its further rows begin.
    pub(super) hang: usize,
    /// A rule across the whole width stands in its place.
    pub(super) rule: bool,
}

impl Block {
    pub(super) fn new(line: impl Into<Line<'static>>) -> Self {
        Self { line: line.into(), hang: 0, rule: false }
    }

    pub(super) fn hanging(mut self, hang: usize) -> Self {
        self.hang = hang;
        self
    }

    fn rule() -> Self {
        Self { rule: true, ..Self::new("") }
    }
}

/// The document.
pub(super) fn blocks(text: &str, theme: Theme) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for source in lines(text) {
        if source.is_blank() && !source.fenced {
            // One empty line parts as well as three.
            if blocks.last().is_some_and(|last| last.line.width() > 0 || last.rule) {
                blocks.push(Block::new(""));
            }
            continue;
        }
        blocks.extend(block(&source, theme));
    }
    blocks
}

fn block(source: &Source<'_>, theme: Theme) -> Option<Block> {
    if source.fenced {
        let fence = source.text.trim_start();
        if fence.starts_with("```") || fence.starts_with("~~~") {
            return None;
        }
        let code = Span::styled(format!("  │ {}", source.text), theme.accent());
        return Some(Block::new(code).hanging(4));
    }
    if source.is_break() {
        return Some(Block::rule());
    }
    if let Some((level, title)) = source.heading() {
        let style = match level {
            1 => theme.strong().add_modifier(Modifier::UNDERLINED),
            2 => theme.strong(),
            _ => theme.strong().add_modifier(Modifier::ITALIC),
        };
        return Some(Block::new(inline(title, theme, style)));
    }
    let body = source.text.trim_start();
    let indent = source.text.len() - body.len();
    if let Some(quoted) = body.strip_prefix('>') {
        let mut spans = vec![Span::styled("▎ ", theme.dim())];
        spans.extend(inline(quoted.trim_start(), theme, theme.dim()).spans);
        return Some(Block::new(spans).hanging(2));
    }
    let (mark, done, words) = item(body);
    let mut spans = vec![Span::raw(" ".repeat(indent)), Span::styled(mark.clone(), theme.accent())];
    spans.extend(inline(words, theme, if done { theme.dim() } else { ratatui::style::Style::new() }).spans);
    Some(Block::new(spans).hanging(indent + mark.chars().count()))
}

/// The mark of a list's item, whether its box is ticked, and its words.
fn item(body: &str) -> (String, bool, &str) {
    let numbered =
        body.find(['.', ')']).filter(|at| *at > 0 && body[..*at].chars().all(|c| c.is_ascii_digit()));
    let (mark, rest) = match (body.strip_prefix(['-', '*', '+']), numbered) {
        (Some(rest), _) if rest.starts_with(' ') => ("• ".to_owned(), rest.trim_start()),
        (None, Some(at)) if body[at + 1..].starts_with(' ') => {
            (format!("{} ", &body[..=at]), body[at + 1..].trim_start())
        }
        _ => return (String::new(), false, body),
    };
    let open = if mark.starts_with('•') { "☐ ".to_owned() } else { format!("{mark}☐ ") };
    for (tick, done) in [("[ ] ", false), ("[x] ", true), ("[X] ", true)] {
        if let Some(words) = rest.strip_prefix(tick) {
            let mark = if done { open.replace('☐', "☑") } else { open };
            return (mark, done, words);
        }
    }
    (mark, false, rest)
}

/// Bold, emphasis and code inside a line. A mark that is never closed stands as written.
fn inline(text: &str, theme: Theme, base: ratatui::style::Style) -> Line<'static> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let found =
            ["**", "__", "`", "*"].into_iter().filter(|mark| rest.starts_with(mark)).find_map(|mark| {
                let inside = &rest[mark.len()..];
                let end = inside.find(mark).filter(|end| *end > 0)?;
                let snug = !inside.starts_with(' ') && !inside[..end].ends_with(' ');
                // An underscore inside of a word, or a lone star, marks nothing.
                let parted = mark != "__" || !plain.ends_with(char::is_alphanumeric);
                ((snug || mark == "`") && parted).then(|| (mark, &inside[..end], &inside[end + mark.len()..]))
            });
        let Some((mark, inside, behind)) = found else {
            plain.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        };
        if !plain.is_empty() {
            spans.push(Span::styled(std::mem::take(&mut plain), base));
        }
        let style = match mark {
            "`" => theme.accent(),
            "*" => base.add_modifier(Modifier::ITALIC),
            _ => base.add_modifier(Modifier::BOLD),
        };
        spans.push(Span::styled(inside.to_owned(), style));
        rest = behind;
    }
    if !plain.is_empty() {
        spans.push(Span::styled(plain, base));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::wrap::plain;

    fn shown(text: &str) -> Vec<String> {
        blocks(text, Theme::new(true)).iter().map(|block| plain(&block.line)).collect()
    }

    #[test]
    fn the_parts_of_a_plan_are_told_apart() {
        let text = "# Plan: tokens\n\n\n## Phase 1\n- [ ] store `a.rs`\n  - [x] **test**\n3. [ ] numbered\n* plain\n> said\n\
            ```rust\nlet a = \"*\";\n\n```\n---\n2 * 3 * 4 and snake__case__x";
        assert_eq!(
            shown(text),
            [
                "Plan: tokens",
                "",
                "Phase 1",
                "☐ store a.rs",
                "  ☑ test",
                "3. ☐ numbered",
                "• plain",
                "▎ said",
                "  │ let a = \"*\";",
                "  │ ",
                "",
                "2 * 3 * 4 and snake__case__x"
            ]
        );
    }

    #[test]
    fn marks_become_styles_and_open_ones_stand() {
        let line = inline("a **b** `c` *d* **e", Theme::new(true), ratatui::style::Style::new());
        assert_eq!(plain(&line), "a b c d **e");
        assert_eq!(line.spans[1].style.add_modifier, Modifier::BOLD);
        assert_eq!(line.spans[3].style, Theme::new(true).accent());
    }
}
