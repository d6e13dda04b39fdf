//! Where a person is reached: the phone, and the channels that only tell.

use std::collections::BTreeSet;

use super::address;
use super::secret::Secret;

/// The phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telegram {
    /// The bot's token.
    pub bot_token: Secret,
    /// The only chat that is listened to: positive for a private one, negative for a group.
    pub chat_id: i64,
    /// The only users whose words and buttons count: those of `TELEGRAM_ALLOWED_USERS`, else the owner of a private
    /// chat, else nobody.
    pub allowed_users: BTreeSet<u64>,
    /// Where the Bot API is, without a `/` at its end.
    pub api_url: String,
}

impl Telegram {
    /// Whether nothing that is written in the chat can count.
    #[must_use]
    pub fn is_deaf(&self) -> bool {
        match u64::try_from(self.chat_id) {
            // In a private chat nobody but its owner writes.
            Ok(owner) => !self.allowed_users.contains(&owner),
            Err(_) => self.allowed_users.is_empty(),
        }
    }
}

/// The channels that tell the person something, and take nothing back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels {
    /// Notifications of this machine's desktop.
    pub desktop: bool,
    /// Any service that takes JSON.
    pub webhook: Option<Webhook>,
    /// A topic of ntfy.
    pub ntfy: Option<Ntfy>,
    /// The address of an incoming webhook of Slack, or of a service with the same shape.
    pub slack: Option<Secret>,
    /// The address of a webhook of Discord.
    pub discord: Option<Secret>,
    /// A command for the shell.
    pub command: Option<String>,
}

/// A service that takes JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its address.
    pub url: Secret,
    /// What signs each message.
    pub secret: Option<Secret>,
}

/// A topic of ntfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ntfy {
    /// The topic's address.
    pub url: Secret,
    /// The access token, where the topic needs one.
    pub token: Option<Secret>,
}

impl Channels {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Texts that must be seen nowhere: addresses and what signs or opens. An address's last part is one by itself
    /// where it is long: it is the key to the hook, and programs show it without the rest.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let keys = self.webhook.iter().flat_map(|hook| &hook.secret);
        let keys = keys.chain(self.ntfy.iter().flat_map(|topic| &topic.token)).map(Secret::reveal);
        let urls = self.urls().map(|(_, url)| url.reveal());
        let tails = self.urls().filter_map(|(_, url)| {
            let path = url.reveal().split(['?', '#']).next()?;
            path.trim_end_matches('/').rsplit('/').next()
        });
        keys.chain(urls).chain(tails.filter(|tail| tail.len() >= 20))
    }

    /// The keys of the addresses to which messages go unprotected, over other people's wires.
    pub fn unprotected(&self) -> impl Iterator<Item = &'static str> {
        self.urls().filter(|(_, url)| address::is_unprotected(url.reveal())).map(|(key, _)| key)
    }

    fn urls(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        [
            ("SAMOCODE_NOTIFY_WEBHOOK", self.webhook.as_ref().map(|hook| &hook.url)),
            ("SAMOCODE_NOTIFY_NTFY", self.ntfy.as_ref().map(|topic| &topic.url)),
            ("SAMOCODE_NOTIFY_SLACK", self.slack.as_ref()),
            ("SAMOCODE_NOTIFY_DISCORD", self.discord.as_ref()),
        ]
        .into_iter()
        .filter_map(|(key, url)| Some((key, url?)))
    }
}
