//! A value that must not be seen in any message.

use std::fmt;

/// A secret; printing it in any way gives `<hidden>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it, and for what redacts it elsewhere.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("<hidden>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_nothing_of_itself() {
        let secret = Secret::new("123:abc");
        assert_eq!(
            format!("{secret} {secret:?} {:#?}", Some(&secret)),
            "<hidden> <hidden> Some(\n    <hidden>,\n)"
        );
        assert_eq!(secret.reveal(), "123:abc");
    }
}
