//! Texts and their entities, as strictly as the service takes them.

mod entities;
mod html;
mod markdown;

use crate::message::Entity;
use crate::params::Params;
use crate::refusal::Refusal;

/// A text that the service accepts, without the space around it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Formatted {
    pub(crate) text: String,
    pub(crate) entities: Vec<Entity>,
}

impl Formatted {
    /// The text of the parameter `name` with the entities of the parameter `listed`, or those that `parse_mode` finds.
    ///
    /// # Errors
    /// Markup or entities that the service refuses.
    pub(crate) fn read(params: &Params, name: &str, listed: &str) -> Result<Self, Refusal> {
        let text = params.text(name).unwrap_or_default();
        let parsed = match params.text("parse_mode").as_deref() {
            None | Some("") => {
                let entities = entities::read(params.json(listed)?.as_ref(), &text)?;
                Self { text, entities }
            }
            Some(mode) if mode.eq_ignore_ascii_case("HTML") => html::parse(&text)?,
            Some(mode) if mode.eq_ignore_ascii_case("MarkdownV2") => markdown::parse(&text)?,
            Some(_) => return Err(Refusal::bad("unsupported parse_mode")),
        };
        Ok(parsed.trimmed())
    }

    /// Length in UTF-16 units, by which the service counts.
    pub(crate) fn length(&self) -> usize {
        units(&self.text)
    }

    fn trimmed(mut self) -> Self {
        let start = self.text.trim_start();
        let skipped = units(&self.text) - units(start);
        let text = start.trim_end().to_owned();
        let length = units(&text);
        if skipped > 0 || text != self.text {
            let clipped = self.entities.into_iter().filter_map(|entity| {
                let end = (entity.offset + entity.length).saturating_sub(skipped).min(length);
                let offset = entity.offset.saturating_sub(skipped);
                (end > offset).then(|| entity.at(offset, end - offset))
            });
            self.entities = clipped.collect();
        }
        if text.chars().all(invisible) { Self::default() } else { Self { text, ..self } }
    }
}

/// A text of such characters alone counts as empty.
fn invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'
            | '\u{2800}' | '\u{feff}' | '\u{fffc}')
}

pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::{html, markdown, units};

    const PIECES: [&str; 24] = [
        "<",
        ">",
        "/",
        "b",
        "<b>",
        "</b>",
        "<a href=\"",
        "\"",
        "&",
        "&lt;",
        "*",
        "_",
        "`",
        "```",
        "[",
        "](",
        ")",
        "|",
        "\\",
        "~",
        "🦀",
        "ü",
        " \n",
        "\u{202e}",
    ];

    #[test]
    fn no_text_stops_a_parser_and_what_is_taken_lies_within_the_text() {
        let (mut seed, mut taken) = (1_u64, 0);
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let choice = usize::try_from(seed >> 40).unwrap() % (PIECES.len() + 8);
                text.push_str(PIECES.get(choice).unwrap_or(&"x"));
            }
            for formatted in [html::parse(&text), markdown::parse(&text)].into_iter().flatten() {
                let formatted = formatted.trimmed();
                let length = units(&formatted.text);
                taken += formatted.entities.len();
                assert!(formatted.entities.iter().all(|entity| entity.offset + entity.length <= length));
            }
        }
        assert!(taken > 100, "only {taken} entities were found");
    }
}
