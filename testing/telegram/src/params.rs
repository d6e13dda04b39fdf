//! The parameters of a call: a JSON body, a form with files, or a form in the body or the address.

mod form;

use samocode_testing_http::Request;
use serde_json::{Map, Value, json};

use crate::refusal::Refusal;

/// A file that came with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) bytes: Vec<u8>,
}

/// What a call carries.
#[derive(Debug, Default)]
pub(crate) struct Params {
    values: Map<String, Value>,
    uploads: Vec<Upload>,
}

impl Params {
    /// # Errors
    /// A body that is not what its type says, or not UTF-8.
    pub(crate) fn read(request: &Request) -> Result<Self, Refusal> {
        let mut params = Self::default();
        if let Some((_, query)) = request.path.split_once('?') {
            params.values.extend(form::encoded(query.as_bytes())?);
        }
        let kind = request.header("content-type").unwrap_or_default();
        if request.body.is_empty() {
        } else if kind.starts_with("application/json") {
            let text = std::str::from_utf8(&request.body).map_err(|_| not_utf8())?;
            match serde_json::from_str(text) {
                Ok(Value::Object(values)) => params.values.extend(values),
                _ => return Err(Refusal::bad("can't parse JSON object")),
            }
        } else if kind.starts_with("multipart/form-data") {
            let boundary = kind.split_once("boundary=").map(|(_, boundary)| boundary.trim_matches('"'));
            let boundary = boundary.ok_or_else(|| Refusal::bad("boundary not found"))?;
            for part in form::parts(&request.body, boundary)? {
                match part {
                    form::Part::Text(name, text) => drop(params.values.insert(name, json!(text))),
                    form::Part::File(upload) => params.uploads.push(upload),
                }
            }
        } else {
            params.values.extend(form::encoded(&request.body)?);
        }
        Ok(params)
    }

    /// For the list of calls: files by name and size.
    pub(crate) fn shown(&self) -> Value {
        let mut values = self.values.clone();
        for upload in &self.uploads {
            let file = json!({"file_name": upload.name, "size": upload.bytes.len()});
            values.insert(upload.field.clone(), file);
        }
        Value::Object(values)
    }

    /// A parameter as text; a number is its digits.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text.as_str(), "true" | "True" | "1" | "yes"))
    }

    /// A parameter that is an object or a list, in a form written as JSON text.
    ///
    /// # Errors
    /// The text is no JSON.
    pub(crate) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::bad(format!("can't parse {} JSON object", name.replace('_', " ")))),
            Some(other) => Ok(Some(other.clone())),
        }
    }

    /// The file of this parameter: its part of the form, or the part that `attach://` names.
    pub(crate) fn upload(&self, name: &str) -> Option<&Upload> {
        let text = self.text(name).unwrap_or_default();
        let field = text.strip_prefix("attach://").unwrap_or(name);
        self.uploads.iter().find(|upload| upload.field == field)
    }
}

fn not_utf8() -> Refusal {
    Refusal::bad("strings must be encoded in UTF-8")
}
