//! An address that something is sent to: `http` or `https`, a host, and the rest.
//!
//! A message about one never repeats it: the address of a hook is the right to use it.

use std::net::IpAddr;

use ureq::http::Uri;
use ureq::http::uri::Scheme;

/// What counts of an address, beside the address itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address {
    /// Goes over the wire as it is.
    pub(super) plain: bool,
    /// Leads to this machine.
    pub(super) loopback: bool,
    /// Holds a name and perhaps a password in front of the host.
    pub(super) has_user: bool,
    /// Holds something behind a `?` or `#`.
    pub(super) has_query: bool,
}

/// Reads an address.
pub(super) fn read(text: &str) -> Result<Address, String> {
    let wrong = || "it is no address such as `https://example.org/hook`".to_owned();
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    let scheme = uri.scheme().ok_or_else(wrong)?;
    if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
        return Err("only `https://` and `http://` addresses can be sent to".to_owned());
    }
    Ok(Address {
        plain: *scheme == Scheme::HTTP,
        loopback: is_loopback(host),
        has_user: uri.authority().is_some_and(|authority| authority.as_str().contains('@')),
        has_query: text.contains(['?', '#']),
    })
}

/// Whether what is sent there can be read on its way.
pub(super) fn is_unprotected(text: &str) -> bool {
    read(text).is_ok_and(|address| address.plain && !address.loopback)
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let named = host == "localhost" || host.ends_with(".localhost");
    named || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_told_apart_by_where_they_lead() {
        for here in ["http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:9/x", "http://a.localhost/"]
        {
            assert!(read(here).is_ok_and(|address| address.loopback) && !is_unprotected(here), "{here}");
        }
        for away in ["http://example.org/x", "http://10.0.0.1/", "http://localhost.example.org/"] {
            assert!(is_unprotected(away), "{away}");
        }
        assert!(!is_unprotected("https://example.org/x"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for wrong in
            ["secret", "secret.example.org/x", "ftp://secret/x", "https://", "https://se cret/x", ":"]
        {
            let problem = read(wrong).unwrap_err();
            assert!(!problem.contains("secret"), "{problem}");
        }
    }
}
