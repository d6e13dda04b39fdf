//! A topic of ntfy: the text as the body, and the rest in headers. A longer body would become a file to download, and
//! on many servers nothing at all.

use std::fmt::Write;

use super::announcement::{Announcement, Kind};
use super::error::DeliveryError;
use super::http::Post;
use super::text;
use crate::config::Secret;

/// The longest body that is shown as it is, in bytes.
const LONGEST: usize = 4096;
/// The longest title, in bytes before it is encoded.
const LONGEST_TITLE: usize = 250;
/// The longest piece of an encoded title: a word of one header is at most 75 characters.
const LONGEST_WORD: usize = 60;

/// A topic.
#[derive(Debug, Clone)]
pub struct Ntfy {
    pub(super) post: Post,
    pub(super) token: Option<Secret>,
}

impl Ntfy {
    pub(super) fn deliver(&self, announcement: &Announcement) -> Result<(), DeliveryError> {
        let title = text::cut(&announcement.heading(), LONGEST_TITLE, str::len, text::as_it_is);
        let mut body = text::cut(&announcement.body(), LONGEST, str::len, text::as_it_is);
        if body.is_empty() {
            body.clone_from(&title);
        }
        let priority = if announcement.kind.is_urgent() { "high" } else { "default" };
        let mut headers = vec![
            ("content-type", "text/plain; charset=utf-8".to_owned()),
            ("title", header(&title)),
            ("priority", priority.to_owned()),
            ("tags", tag(announcement.kind).to_owned()),
        ];
        if let Some(token) = &self.token {
            headers.push(("authorization", format!("Bearer {}", token.reveal())));
        }
        self.post.send(&headers, body.as_bytes())
    }
}

/// The short name of a picture that ntfy puts before the title.
fn tag(kind: Kind) -> &'static str {
    match kind {
        Kind::Waiting => "raising_hand",
        Kind::Blocked => "construction",
        Kind::Failed => "rotating_light",
        Kind::Parked => "hourglass_flowing_sand",
        Kind::Resumed => "arrow_forward",
        Kind::Done => "white_check_mark",
        Kind::Test => "wave",
    }
}

/// A text as a header holds it: plain, or as encoded words (RFC 2047, `Q`) where a byte of it would not pass.
fn header(text: &str) -> String {
    let passes = text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !text.contains("=?");
    if passes {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for c in text.chars() {
        let mut piece = String::new();
        for &byte in c.encode_utf8(&mut [0; 4]).as_bytes() {
            let kept = byte.is_ascii_alphanumeric() || b"-.!*+/".contains(&byte);
            // Writing to a text cannot fail.
            let _ = if kept { write!(piece, "{}", char::from(byte)) } else { write!(piece, "={byte:02X}") };
        }
        match words.last_mut() {
            Some(word) if word.len() + piece.len() <= LONGEST_WORD => word.push_str(&piece),
            _ => words.push(piece),
        }
    }
    words.iter().map(|word| format!("=?UTF-8?Q?{word}?=")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_passes_as_a_header_whatever_it_holds() {
        assert_eq!(header("auth: waiting"), "auth: waiting");
        assert_eq!(header("für a=b?"), "=?UTF-8?Q?f=C3=BCr=20a=3Db=3F?=");
        assert_eq!(header("=?x"), "=?UTF-8?Q?=3D=3Fx?=");
        let long = header(&"😀".repeat(60));
        assert!(long.split(' ').count() > 1 && long.split(' ').all(|word| word.len() <= 75), "{long}");
    }
}
