//! An incoming webhook of Slack, or of a service with the same shape.

use serde_json::json;

use super::announcement::Announcement;
use super::error::DeliveryError;
use super::http::Post;
use super::text;

/// A longer message is broken into several, in characters.
const LONGEST: usize = 4000;

/// A hook.
#[derive(Debug, Clone)]
pub struct Slack {
    pub(super) post: Post,
}

impl Slack {
    pub(super) fn deliver(&self, announcement: &Announcement) -> Result<(), DeliveryError> {
        let words = text::cut(&announcement.whole(), LONGEST, text::characters, escape);
        // Commands and paths are full of what Slack would take for markup.
        let body = json!({"text": words, "mrkdwn": false});
        let headers = [("content-type", "application/json; charset=utf-8".to_owned())];
        self.post.send(&headers, body.to_string().as_bytes())
    }
}

/// What names a person, a channel or a link begins with `<`; `&` begins an entity.
fn escape(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c => out.push(c),
    }
}
