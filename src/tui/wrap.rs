//! Styled lines broken between words to a width, and cut to one.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Breaks a line; each row but the first begins with `hang` spaces.
pub(super) fn wrap(line: &Line<'static>, width: usize, hang: usize) -> Vec<Line<'static>> {
    let width = width.max(1);
    if line.width() <= width {
        return vec![line.clone()];
    }
    let hang = hang.min(width / 2);
    let mut rows = Vec::new();
    let mut row: Vec<(&str, Style, usize)> = Vec::new();
    let mut used = 0;
    for span in &line.spans {
        for piece in span.content.graphemes(true) {
            let columns = piece.width();
            if used + columns > width && !row.is_empty() {
                let words_begin = row.iter().position(|(piece, ..)| *piece != " ").unwrap_or(row.len());
                let space = row.iter().rposition(|(piece, ..)| *piece == " ").filter(|at| *at > words_begin);
                let rest = if piece == " " {
                    Vec::new()
                } else {
                    space.map(|at| row.split_off(at + 1)).unwrap_or_default()
                };
                rows.push(joined(&row, line.style));
                row = vec![(" ", Style::new(), 1); hang];
                row.extend(rest);
                used = row.iter().map(|(.., columns)| columns).sum();
                if piece == " " {
                    continue;
                }
            }
            used += columns;
            row.push((piece, span.style, columns));
        }
    }
    rows.push(joined(&row, line.style));
    rows
}

fn joined(row: &[(&str, Style, usize)], style: Style) -> Line<'static> {
    let end = row.iter().rposition(|(piece, ..)| *piece != " ").map_or(0, |at| at + 1);
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (piece, style, _) in row.iter().take(end) {
        match spans.last_mut() {
            Some(span) if span.style == *style => span.content.to_mut().push_str(piece),
            _ => spans.push(Span::styled((*piece).to_owned(), *style)),
        }
    }
    Line { style, spans, alignment: None }
}

/// Cuts a text to so many columns, with an ellipsis where something is missing.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for piece in text.graphemes(true) {
        used += piece.width();
        if used + 1 > columns {
            break;
        }
        kept.push_str(piece);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The text in exactly so many columns.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let mut text = cut(text, columns);
    text.extend(std::iter::repeat_n(' ', columns.saturating_sub(text.width())));
    text
}

/// The words of a line, without their styles.
pub(super) fn plain(line: &Line<'_>) -> String {
    line.spans.iter().map(|span| span.content.as_ref()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, width: usize, hang: usize) -> Vec<String> {
        wrap(&Line::from(text.to_owned()), width, hang).iter().map(plain).collect()
    }

    #[test]
    fn lines_are_broken_between_words_and_long_words_inside() {
        assert_eq!(rows("one two three four", 9, 2), ["one two", "  three", "  four"]);
        assert_eq!(rows("one two", 3, 0), ["one", "two"]);
        assert_eq!(rows("abcdefgh", 3, 0), ["abc", "def", "gh"]);
        assert_eq!(rows("  - abcdefgh", 6, 4), ["  -", "   abc", "   def", "   gh"]);
        assert_eq!(rows("漢字漢字", 3, 0), ["漢", "字", "漢", "字"]);
        assert_eq!(rows("漢", 1, 9), ["漢"], "what is too wide stands all the same");
        assert_eq!(rows("", 5, 0), [""]);
    }

    #[test]
    fn styles_stay_with_their_words() {
        let bold = Style::new().add_modifier(ratatui::style::Modifier::BOLD);
        let line = Line::from(vec![Span::raw("one "), Span::styled("two three".to_owned(), bold)]);
        let rows = wrap(&line, 7, 0);
        assert_eq!(rows[0].spans[1], Span::styled("two", bold));
        assert_eq!(rows[1].spans, [Span::styled("three", bold)]);
    }

    #[test]
    fn a_text_is_cut_to_its_columns() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("漢字漢", 4), "漢…");
        assert_eq!((cut("abc", 0).as_str(), cut("abc", 1).as_str()), ("", "…"));
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(fit("漢字", 3), "漢…");
    }
}
