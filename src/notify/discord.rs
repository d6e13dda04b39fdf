//! A webhook of Discord.

use serde_json::json;

use super::announcement::Announcement;
use super::error::DeliveryError;
use super::http::Post;
use super::text;

/// The longest message, in characters; counted as UTF-16 units, which are never fewer.
const LONGEST: usize = 2000;
/// The flag of a message whose links are shown without a preview.
const WITHOUT_PREVIEWS: u32 = 1 << 2;

/// A hook.
#[derive(Debug, Clone)]
pub struct Discord {
    pub(super) post: Post,
}

impl Discord {
    pub(super) fn deliver(&self, announcement: &Announcement) -> Result<(), DeliveryError> {
        let words = text::cut(&announcement.whole(), LONGEST, text::utf16, escape);
        let body = json!({
            "content": words,
            // Whatever the text says, nobody is called by it.
            "allowed_mentions": {"parse": []},
            "flags": WITHOUT_PREVIEWS,
        });
        let headers = [("content-type", "application/json".to_owned())];
        self.post.send(&headers, body.to_string().as_bytes())
    }
}

/// A backslash before what would be markup.
fn escape(c: char, out: &mut String) {
    if matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '#' | '[' | '<') {
        out.push('\\');
    }
    out.push(c);
}
