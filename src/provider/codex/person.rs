//! What samocode has to know of the person's own settings for Codex. Reads them; where they are absent or cannot be
//! read there is nothing to know, and Codex itself says what is wrong with them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Value;

use crate::provider::program::variable;

/// The variable that names another folder than `~/.codex`.
pub(super) const VARIABLE: &str = "CODEX_HOME";

/// What samocode needs of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Variables that hold the keys of the services that are set up.
    pub(super) keys: Vec<String>,
    /// The service in use; empty is the CLI's own.
    pub(super) service: String,
    /// The names of the MCP servers that are set up and can be switched off by name.
    pub(super) servers: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    model_provider: String,
    #[serde(default)]
    model_providers: BTreeMap<String, Service>,
    #[serde(default)]
    mcp_servers: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Service {
    env_key: Option<String>,
    #[serde(default)]
    env_http_headers: BTreeMap<String, String>,
}

/// The person's folder, for their home folder and their environment.
pub(super) fn folder(home: &Path, env: &[(OsString, OsString)]) -> PathBuf {
    let named = variable(env, VARIABLE).filter(|folder| !folder.is_empty());
    named.map_or_else(|| home.join(".codex"), PathBuf::from)
}

/// The settings in the folder that `env` leads to.
pub(super) fn settings(env: &[(OsString, OsString)]) -> Known {
    let home = variable(env, "HOME").map(PathBuf::from).unwrap_or_default();
    let text = fs::read_to_string(folder(&home, env).join("config.toml"));
    text.map(|text| known(&text)).unwrap_or_default()
}

fn known(text: &str) -> Known {
    let Ok(file) = toml::from_str::<File>(text) else {
        return Known::default();
    };
    let keys = file.model_providers.into_values().flat_map(|service| {
        service.env_key.into_iter().chain(service.env_http_headers.into_values()).collect::<Vec<_>>()
    });
    // A dot in a name would make another path of the setting that switches the server off.
    let plain = |name: &String| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    Known {
        keys: keys.filter(|name| !name.is_empty()).collect(),
        service: file.model_provider,
        servers: file.mcp_servers.into_keys().filter(plain).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_keys_service_and_servers_and_nothing_of_what_cannot_be_read() {
        let read = known(
            "model = \"m\"\nmodel_provider = \"hub\"\n[model_providers.hub]\nname = \"Hub\"\nenv_key = \"HUB_KEY\"\n\
             env_http_headers = { \"X-Team\" = \"HUB_TEAM_TOKEN\" }\n[model_providers.plain]\nname = \"p\"\n\
             [mcp_servers.db]\ncommand = \"db\"\n[mcp_servers.\"a.b\"]\ncommand = \"x\"\n",
        );
        assert_eq!(read.keys, ["HUB_KEY", "HUB_TEAM_TOKEN"]);
        assert_eq!(read.service, "hub");
        assert_eq!(read.servers, ["db"]);
        assert_eq!(known("model = ["), Known::default());
        assert_eq!(settings(&[("HOME".into(), "/nowhere".into())]), Known::default());
    }

    #[test]
    fn the_persons_folder_is_in_the_home_folder_or_where_they_say() {
        let folder = |value: &str| folder(Path::new("/h"), &[(VARIABLE.into(), value.into())]);
        assert_eq!(folder(""), Path::new("/h/.codex"));
        assert_eq!(folder("/c"), Path::new("/c"));
    }
}
