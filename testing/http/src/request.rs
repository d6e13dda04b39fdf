//! One request, and how its head is read.

const MOST_HEADERS: usize = 100;
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST` and so on, as sent.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// What followed the head, joined when it came in chunks.
    pub body: Vec<u8>,
}

/// How the body of a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Bytes(usize),
    Chunks,
}

impl Request {
    /// The first header of this name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Method and path.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The request without its body, how its body is sent, and the head's length; `None` while the head is incomplete.
    pub(crate) fn parse_head(bytes: &[u8]) -> Result<Option<(Self, Length, usize)>, String> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let head = match parsed.parse(bytes) {
            Ok(httparse::Status::Complete(head)) => head,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(error) => return Err(format!("no HTTP request: {error}")),
        };
        let headers = parsed.headers.iter();
        let request = Self {
            method: parsed.method.unwrap_or_default().to_owned(),
            path: parsed.path.unwrap_or_default().to_owned(),
            headers: headers
                .map(|header| {
                    (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
                })
                .collect(),
            body: Vec::new(),
        };
        let length = request.length()?;
        Ok(Some((request, length, head)))
    }

    fn length(&self) -> Result<Length, String> {
        let refused = |name: &str, value: &str| {
            format!("`{}` has a body with {name} `{value}`, which is not read here", self.line())
        };
        if let Some(value) = self.header("content-encoding") {
            return Err(refused("content-encoding", value));
        }
        match self.header("transfer-encoding") {
            Some("chunked") => return Ok(Length::Chunks),
            Some(value) => return Err(refused("transfer-encoding", value)),
            None => {}
        }
        let length = self.header("content-length").map_or(Ok(0), str::parse::<usize>);
        let length = length.map_err(|error| format!("the content-length is no number: {error}"))?;
        self.within_limit(length)?;
        Ok(Length::Bytes(length))
    }

    /// # Errors
    /// The body would be longer than any test's.
    pub(crate) fn within_limit(&self, length: usize) -> Result<(), String> {
        if length > BODY_LIMIT {
            return Err(format!("the body of `{}` is longer than 64 MiB", self.line()));
        }
        Ok(())
    }
}
