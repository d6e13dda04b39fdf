//! One request to a service, and what its answer means. No address is in any message, only the host.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ureq::http::{Response, StatusCode, Uri};
use ureq::{Agent, Body, Error};

use super::channel::Limits;
use super::error::DeliveryError;
use super::text;
use crate::config::Secret;
use crate::domain::redact::Redactor;

/// How much of a service's words are read, in bytes.
const MOST_WORDS: u64 = 4096;
/// How much of them is told, in characters.
const TOLD: usize = 200;
/// What is sent and answered is small. In bytes, for each direction; a longer head of an answer is no answer.
const BUFFER: usize = 16 * 1024;
/// The longest that a service may have us wait.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);
/// The wait where a service asks for one and does not say how long.
const USUAL_WAIT: Duration = Duration::from_secs(30);

/// The way to one address.
#[derive(Debug, Clone)]
pub(super) struct Post {
    url: Secret,
    /// The key of the settings that holds the address.
    key: &'static str,
    limits: Limits,
    redactor: Arc<Redactor>,
}

impl Post {
    pub(super) fn new(url: &Secret, key: &'static str, limits: Limits, redactor: &Arc<Redactor>) -> Self {
        Self { url: url.clone(), key, limits, redactor: Arc::clone(redactor) }
    }

    /// What of the address may be shown.
    pub(super) fn host(&self) -> String {
        let uri: Option<Uri> = self.url.reveal().parse().ok();
        uri.and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_else(|| "the address".to_owned())
    }

    /// Sends a body with these headers.
    pub(super) fn send(&self, headers: &[(&str, String)], body: &[u8]) -> Result<(), DeliveryError> {
        // One connection a message: the next one may be hours away.
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .timeout_connect(Some(self.limits.connect))
            .timeout_global(Some(self.limits.whole))
            .user_agent(concat!("samocode/", env!("CARGO_PKG_VERSION")))
            .build();
        let agent = Agent::new_with_config(config);
        let request = headers
            .iter()
            .fold(agent.post(self.url.reveal()), |request, (name, value)| request.header(*name, value));
        let answer = request.send(body).map_err(|error| self.failed(&error))?;
        self.judge(answer)
    }

    fn judge(&self, answer: Response<Body>) -> Result<(), DeliveryError> {
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let wait = asked_to_wait(&answer);
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(DeliveryError::RetryAfter(wait.unwrap_or(USUAL_WAIT).min(LONGEST_WAIT)));
        }
        if let Some(wait) = wait.filter(|_| status == StatusCode::SERVICE_UNAVAILABLE) {
            return Err(DeliveryError::RetryAfter(wait.min(LONGEST_WAIT)));
        }
        let (host, key) = (self.host(), self.key);
        if status.is_redirection() {
            return Err(DeliveryError::Refused(format!(
                "{host} sends on to another address ({}), which is not followed; put that one into {key}",
                status.as_u16()
            )));
        }
        let said = format!("{}{}", status.as_u16(), self.words(answer));
        let refused = status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT;
        Err(if refused {
            let mend = match status.as_u16() {
                401 | 403 => "it does not take what opens it; look after",
                404 | 405 | 410 => "nothing takes messages at that address; look after",
                _ => "look after",
            };
            DeliveryError::Refused(format!("{host} refused it with {said}: {mend} {key}"))
        } else {
            DeliveryError::Unreachable(format!("{host} could not take it, {said}; it may later"))
        })
    }

    /// What the service says, as far as it can be told.
    fn words(&self, answer: Response<Body>) -> String {
        let mut bytes = Vec::new();
        // A body that breaks off, or never comes, is as good as none.
        let _ = answer.into_body().into_reader().take(MOST_WORDS).read_to_end(&mut bytes);
        let words = self.redactor.bytes(&bytes);
        let words = text::one_line(&String::from_utf8_lossy(&words));
        if words.is_empty() {
            return String::new();
        }
        format!(" ({})", text::cut(&words, TOLD, text::characters, text::as_it_is))
    }

    /// An error in words; those of the library may hold the address.
    fn failed(&self, error: &Error) -> DeliveryError {
        let host = self.host();
        let seconds = self.limits.whole.as_secs_f64();
        DeliveryError::Unreachable(match error {
            Error::Timeout(_) => format!("{host} did not answer within {seconds} s"),
            Error::HostNotFound => {
                format!("{host} was not found: look after the network, or the name in {}", self.key)
            }
            Error::Io(error) => {
                format!(
                    "{host} cannot be reached: {error}; look after the network, or the address in {}",
                    self.key
                )
            }
            Error::ConnectionFailed => format!("{host} cannot be reached"),
            Error::Tls(why) => format!("no safe connection to {host}: {why}"),
            Error::Rustls(why) => format!("no safe connection to {host}: {why}"),
            Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => {
                format!("{host} cannot be reached through the proxy that the environment names")
            }
            Error::Protocol(_) => format!("{host} does not speak HTTP"),
            Error::Http(_) | Error::BadUri(_) => {
                return DeliveryError::Refused(format!(
                    "{} cannot be used as it is: look for a character that does not belong there",
                    self.key
                ));
            }
            _ => format!("{host} cannot be reached"),
        })
    }
}

/// What a service says of when to come back: seconds, or a date.
fn asked_to_wait(answer: &Response<Body>) -> Option<Duration> {
    let text = answer.headers().get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds.max(0.0).ceil()).ok();
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Duration::try_from(at.duration_since(Timestamp::now())).ok()
}
