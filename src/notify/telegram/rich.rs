//! Text with styles as Telegram takes it: entities that count UTF-16 units, never markup that a text could break.

/// The longest text of a message, in UTF-16 units, as the Bot API documents it.
pub const LONGEST_TEXT: usize = 4096;

/// The longest caption of a document, in UTF-16 units, as the Bot API documents it.
pub const LONGEST_CAPTION: usize = 1024;

/// What stands for a text of which nothing can be seen: the service refuses an empty one.
const NOTHING: &str = "(empty)";

/// How a stretch of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Strong.
    Bold,
    /// Slanted.
    Italic,
    /// To be typed as it stands; a tap copies it.
    Code,
}

/// A styled stretch, in bytes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Span {
    style: Style,
    from: usize,
    to: usize,
}

/// A text with styles.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rich {
    text: String,
    spans: Vec<Span>,
}

/// A styled stretch, in UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) style: Style,
    pub(super) offset: usize,
    pub(super) length: usize,
}

impl Rich {
    /// Adds text as it stands. What no screen shows is left out.
    #[must_use]
    pub fn plain(mut self, text: &str) -> Self {
        self.text.extend(text.chars().filter(|c| is_shown(*c)));
        self
    }

    /// Adds text in a style.
    #[must_use]
    pub fn styled(mut self, style: Style, text: &str) -> Self {
        let from = self.text.len();
        self = self.plain(text);
        let to = self.text.len();
        if from < to {
            self.spans.push(Span { style, from, to });
        }
        self
    }

    /// Adds strong text.
    #[must_use]
    pub fn bold(self, text: &str) -> Self {
        self.styled(Style::Bold, text)
    }

    /// Adds text to be typed.
    #[must_use]
    pub fn code(self, text: &str) -> Self {
        self.styled(Style::Code, text)
    }

    /// The text without its styles.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Another text behind this one.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let by = self.text.len();
        self.text.push_str(&other.text);
        self.spans.extend(other.spans.iter().map(|s| Span { from: s.from + by, to: s.to + by, ..*s }));
        self
    }

    /// Its length in UTF-16 units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.text.chars().map(char::len_utf16).sum()
    }

    /// Pieces of at most `limit` units, cut at the ends of lines or words where that leaves no piece nearly empty. There is
    /// at least one, and each shows something.
    #[must_use]
    pub fn split(&self, limit: usize) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut from = 0;
        while from < self.text.len() {
            let to = cut(&self.text, from, limit);
            let piece = self.part(from, to);
            if !piece.text.is_empty() {
                pieces.push(piece);
            }
            from = to;
        }
        if pieces.is_empty() {
            pieces.push(Self::default().plain(NOTHING));
        }
        pieces
    }

    /// What of it fits into `limit` units, with `…` where something was left out.
    #[must_use]
    pub fn shortened(&self, limit: usize) -> Self {
        let whole = self.part(0, self.text.len());
        if whole.text.is_empty() {
            return Self::default().plain(NOTHING);
        }
        if whole.units() <= limit {
            return whole;
        }
        whole.part(0, cut(&whole.text, 0, limit.saturating_sub(1))).plain("…")
    }

    /// A part without the blanks around it: the service takes those away, and with them the places of styles.
    fn part(&self, from: usize, to: usize) -> Self {
        let slice = &self.text[from..to];
        let from = from + (slice.len() - slice.trim_start_matches(is_blank).len());
        let to = from + self.text[from..to].trim_end_matches(is_blank).len();
        let spans = self.spans.iter().filter_map(|span| {
            let (start, end) = (span.from.max(from), span.to.min(to));
            (start < end).then(|| Span { style: span.style, from: start - from, to: end - from })
        });
        Self { spans: spans.collect(), text: self.text[from..to].to_owned() }
    }

    /// Its styles in UTF-16 units.
    pub(super) fn entities(&self) -> impl Iterator<Item = Unit> {
        let units = |bytes: &str| bytes.chars().map(char::len_utf16).sum();
        self.spans.iter().map(move |span| Unit {
            style: span.style,
            offset: units(&self.text[..span.from]),
            length: units(&self.text[span.from..span.to]),
        })
    }
}

/// Whether a character may be part of a message: the rest has no shape, or steers the text around it.
fn is_shown(c: char) -> bool {
    c == '\n'
        || c == '\t'
        || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// Whether nothing can be seen of a character: a text of these alone is empty to the service.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        )
        || matches!(c, '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffc}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

/// Where the piece that begins at `from` ends.
fn cut(text: &str, from: usize, limit: usize) -> usize {
    let mut units = 0;
    let mut end = text.len();
    for (at, c) in text[from..].char_indices() {
        units += c.len_utf16();
        if units > limit {
            end = from + at;
            break;
        }
    }
    if end == text.len() {
        return end;
    }
    let piece = &text[from..end];
    let half = piece.len() / 2;
    let line = piece.rfind('\n').filter(|at| *at >= half);
    let word = || piece.rfind(' ').filter(|at| *at >= half);
    // A break within what is seen as one character is worse than a line's or a word's.
    let grapheme = || last_grapheme(text, from, end);
    line.or_else(word).map_or_else(grapheme, |at| from + at + 1)
}

/// The last boundary of a grapheme at or before `end`, unless a single one is longer than the piece.
fn last_grapheme(text: &str, from: usize, end: usize) -> usize {
    use unicode_segmentation::GraphemeCursor;
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    if cursor.is_boundary(text, 0) == Ok(true) {
        return end;
    }
    match cursor.prev_boundary(text, 0) {
        Ok(Some(at)) if at > from => at,
        _ => end,
    }
}

#[cfg(test)]
mod tests;
