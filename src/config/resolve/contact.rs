//! The settings of the phone and of the other channels.

use std::collections::BTreeSet;

use super::{Resolver, bad, text};
use crate::config::channels::{Channels, Ntfy, Telegram, Webhook};
use crate::config::error::ConfigError;
use crate::config::layers::Setting;
use crate::config::secret::Secret;
use crate::config::{address, values};

impl Resolver<'_> {
    pub(super) fn telegram(&self) -> Result<Option<Telegram>, ConfigError> {
        let (token, chat) = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID");
        let alone = |setting: &Setting, key, other| {
            Err(bad(key, setting, format!("`{other}` is not set; the phone needs both")))
        };
        let named = self.optional("TELEGRAM_ALLOWED_USERS", values::users)?.unwrap_or_default();
        let api_url = self.required("TELEGRAM_API_URL", api_address)?;
        match (self.set(token), self.set(chat)) {
            (None, None) => Ok(None),
            (Some((setting, _)), None) => alone(setting, token, chat),
            (None, Some((setting, _))) => alone(setting, chat, token),
            (Some((_, secret)), Some((setting, text))) => {
                let chat_id = values::chat(text).map_err(|problem| bad(chat, setting, problem))?;
                let allowed_users = if named.is_empty() { owner(chat_id) } else { named };
                Ok(Some(Telegram { bot_token: Secret::new(secret), chat_id, allowed_users, api_url }))
            }
        }
    }

    pub(super) fn channels(&self) -> Result<Channels, ConfigError> {
        let secret = |key| self.set(key).map(|(_, text)| Secret::new(text));
        let webhook = self.optional("SAMOCODE_NOTIFY_WEBHOOK", secret_address)?;
        let ntfy = self.optional("SAMOCODE_NOTIFY_NTFY", topic)?;
        Ok(Channels {
            desktop: self.required("SAMOCODE_NOTIFY_DESKTOP", values::switch)?,
            webhook: webhook.map(|url| Webhook { url, secret: secret("SAMOCODE_NOTIFY_WEBHOOK_SECRET") }),
            ntfy: ntfy.map(|url| Ntfy { url, token: secret("SAMOCODE_NOTIFY_NTFY_TOKEN") }),
            slack: self.optional("SAMOCODE_NOTIFY_SLACK", secret_address)?,
            discord: self.optional("SAMOCODE_NOTIFY_DISCORD", secret_address)?,
            command: self.optional("SAMOCODE_NOTIFY_COMMAND", text)?,
        })
    }
}

/// The only user of a private chat has the chat's own number.
fn owner(chat_id: i64) -> BTreeSet<u64> {
    u64::try_from(chat_id).into_iter().collect()
}

fn secret_address(text: &str) -> Result<Secret, String> {
    address::read(text)?;
    Ok(Secret::new(text))
}

/// A topic's address: the server's, and one word behind it.
fn topic(text: &str) -> Result<Secret, String> {
    address::read(text)?;
    let text = text.trim_end_matches('/');
    let path = text.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let named = path.rsplit('/').next().unwrap_or_default();
    if named.is_empty() || named.contains(['?', '#']) {
        return Err("it names no topic; write `https://ntfy.example.org/my-topic`".to_owned());
    }
    Ok(Secret::new(text))
}

/// The token goes into every address that is asked there, so nothing may stand behind it and nobody may read along.
fn api_address(text: &str) -> Result<String, String> {
    let found = address::read(text).map_err(|problem| format!("`{text}`: {problem}"))?;
    if found.has_user || found.has_query {
        return Err(
            "it has to be a plain address such as `https://api.example.org`, without a password, `?` or `#`"
                .to_owned(),
        );
    }
    if found.plain && !found.loopback {
        return Err(format!(
            "`{text}` would send the bot's token unprotected; only `https://` will do, or `http://` to this machine"
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}
