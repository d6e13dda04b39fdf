//! What is under a message: buttons, or the wish for a reply.

use serde_json::Value;

use crate::message::Button;
use crate::params::Params;
use crate::refusal::Refusal;

const MOST_BUTTONS: usize = 100;
const MOST_DATA: usize = 64;

/// A `reply_markup`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Markup {
    pub(crate) buttons: Vec<Vec<Button>>,
    pub(crate) force_reply: bool,
}

impl Markup {
    /// # Errors
    /// What the service refuses.
    pub(crate) fn read(params: &Params) -> Result<Self, Refusal> {
        let Some(markup) = params.json("reply_markup")? else { return Ok(Self::default()) };
        if !markup.is_object() {
            return Err(Refusal::bad("object expected as reply markup"));
        }
        let force_reply = markup["force_reply"] == true;
        let buttons = match &markup["inline_keyboard"] {
            Value::Null => Vec::new(),
            Value::Array(rows) => rows.iter().map(row).collect::<Result<_, _>>()?,
            _ => return Err(Refusal::bad("field \"inline_keyboard\" must be of type Array")),
        };
        if buttons.iter().map(Vec::len).sum::<usize>() > MOST_BUTTONS {
            return Err(Refusal::bad("REPLY_MARKUP_TOO_LONG"));
        }
        let buttons = buttons.into_iter().filter(|row: &Vec<Button>| !row.is_empty()).collect();
        Ok(Self { buttons, force_reply })
    }
}

fn row(row: &Value) -> Result<Vec<Button>, Refusal> {
    let buttons =
        row.as_array().ok_or_else(|| broken("expected an Array of Arrays of InlineKeyboardButton"))?;
    buttons.iter().map(button).collect()
}

fn button(button: &Value) -> Result<Button, Refusal> {
    let field = |name: &str| match &button[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(broken(&format!("Field \"{name}\" must be of type String"))),
    };
    let text = field("text")?.ok_or_else(|| broken("Can't find field \"text\""))?;
    if text.trim().is_empty() {
        return Err(Refusal::bad("BUTTON_TEXT_INVALID"));
    }
    let (data, url) = (field("callback_data")?, field("url")?);
    match (&data, &url) {
        (None, None) => return Err(broken("Text buttons are unallowed in the inline keyboard")),
        (Some(data), _) if !(1..=MOST_DATA).contains(&data.len()) => {
            return Err(Refusal::bad("BUTTON_DATA_INVALID"));
        }
        (None, Some(url)) if !["http://", "https://", "tg://"].iter().any(|known| url.starts_with(known)) => {
            return Err(Refusal::bad("BUTTON_URL_INVALID"));
        }
        _ => {}
    }
    Ok(Button { text, data, url })
}

fn broken(why: &str) -> Refusal {
    Refusal::bad(format!("can't parse inline keyboard button: {why}"))
}
