//! Any service that takes JSON: the announcement itself, signed where there is a secret.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::announcement::Announcement;
use super::error::DeliveryError;
use super::http::Post;
use crate::config::Secret;

/// A service, and what signs.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub(super) post: Post,
    pub(super) secret: Option<Secret>,
}

impl Webhook {
    pub(super) fn deliver(&self, announcement: &Announcement) -> Result<(), DeliveryError> {
        let body = announcement.to_json();
        let timestamp = Timestamp::now().as_second().to_string();
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("x-samocode-event", announcement.kind.as_str().to_owned()),
            ("x-samocode-delivery", announcement.id.clone()),
            ("x-samocode-timestamp", timestamp.clone()),
        ];
        if let Some(secret) = &self.secret {
            headers.push(("x-samocode-signature", format!("sha256={}", sign(secret, &timestamp, &body)?)));
        }
        self.post.send(&headers, &body)
    }
}

/// HMAC-SHA-256 of `<timestamp>.<body>`, in hexadecimal digits.
fn sign(secret: &Secret, timestamp: &str, body: &[u8]) -> Result<String, DeliveryError> {
    // A key of any length will do; the type cannot say so.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes())
        .map_err(|error| DeliveryError::Refused(format!("it cannot be signed: {error}")))?;
    for part in [timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest was computed with another program:
    /// `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac kettle`
    #[test]
    fn the_signature_is_that_of_other_programs() {
        let signed = sign(&Secret::new("kettle"), "1700000000", b"{\"a\":1}").unwrap();
        assert_eq!(signed, "065879cea970d254fcd4ff1b8e73409eaf2fb2c764ecc6d5a2e1940880cee69c");
    }
}
