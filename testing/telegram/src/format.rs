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
