//! The channels, as an enum: a new one is found by exhaustive matches.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::announcement::Announcement;
use super::command::Program;
use super::desktop::Desktop;
use super::discord::Discord;
use super::error::DeliveryError;
use super::http::Post;
use super::ntfy::Ntfy;
use super::slack::Slack;
use super::webhook::Webhook;
use crate::config::{Channels, Secret};
use crate::domain::redact::Redactor;

/// One way to tell the person.
#[derive(Debug, Clone)]
pub enum Channel {
    /// This machine's desktop.
    Desktop(Desktop),
    /// Any service that takes JSON.
    Webhook(Webhook),
    /// A topic of ntfy.
    Ntfy(Ntfy),
    /// A webhook of Slack.
    Slack(Slack),
    /// A webhook of Discord.
    Discord(Discord),
    /// A command.
    Command(Program),
}

/// How long a delivery may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until a service is connected.
    pub connect: Duration,
    /// Until it has answered, all in all; the desktop, too.
    pub whole: Duration,
    /// Until a command has ended.
    pub command: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(10), whole: seconds(30), command: seconds(30) }
    }
}

/// What channels need beside their settings.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Where a command runs: the project's root.
    pub folder: PathBuf,
    /// What a command finds in its environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Takes secrets out of what services and commands say.
    pub redactor: Arc<Redactor>,
    /// How long each may take.
    pub limits: Limits,
}

impl Channel {
    /// Those that are set, in the order in which the keys are shown.
    #[must_use]
    pub fn all(set: &Channels, around: &Surroundings) -> Vec<Self> {
        let Channels { desktop, webhook, ntfy, slack, discord, command } = set;
        let post = |url: &Secret, key| Post::new(url, key, around.limits, &around.redactor);
        let desktop = desktop.then(|| Self::Desktop(Desktop { limit: around.limits.whole }));
        let webhook = webhook.as_ref().map(|hook| {
            let post = post(&hook.url, "SAMOCODE_NOTIFY_WEBHOOK");
            Self::Webhook(Webhook { post, secret: hook.secret.clone() })
        });
        let ntfy = ntfy.as_ref().map(|topic| {
            let post = post(&topic.url, "SAMOCODE_NOTIFY_NTFY");
            Self::Ntfy(Ntfy { post, token: topic.token.clone() })
        });
        let slack = slack.as_ref().map(|url| Self::Slack(Slack { post: post(url, "SAMOCODE_NOTIFY_SLACK") }));
        let discord =
            discord.as_ref().map(|url| Self::Discord(Discord { post: post(url, "SAMOCODE_NOTIFY_DISCORD") }));
        let command = command.as_ref().map(|shell| {
            Self::Command(Program {
                shell: shell.clone(),
                folder: around.folder.clone(),
                environment: around.environment.clone(),
                limit: around.limits.command,
                redactor: Arc::clone(&around.redactor),
            })
        });
        [desktop, webhook, ntfy, slack, discord, command].into_iter().flatten().collect()
    }

    /// Its name, as in its key.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Desktop(_) => "desktop",
            Self::Webhook(_) => "webhook",
            Self::Ntfy(_) => "ntfy",
            Self::Slack(_) => "slack",
            Self::Discord(_) => "discord",
            Self::Command(_) => "command",
        }
    }

    /// Where it leads, as far as that may be shown.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Desktop(_) => "this machine's desktop".to_owned(),
            Self::Webhook(Webhook { post, secret }) => {
                format!("{}, {}", post.host(), if secret.is_some() { "signed" } else { "unsigned" })
            }
            Self::Ntfy(Ntfy { post, token }) => {
                format!("{}{}", post.host(), if token.is_some() { ", with a token" } else { "" })
            }
            Self::Slack(Slack { post }) | Self::Discord(Discord { post }) => post.host(),
            Self::Command(program) => format!("a command, in {}", program.folder.display()),
        }
    }

    /// Sends it once, and waits until that is over.
    ///
    /// # Errors
    /// When it was not delivered, or nobody said that it was.
    pub fn deliver(&self, announcement: &Announcement) -> Result<(), DeliveryError> {
        match self {
            Self::Desktop(desktop) => desktop.deliver(announcement),
            Self::Webhook(hook) => hook.deliver(announcement),
            Self::Ntfy(topic) => topic.deliver(announcement),
            Self::Slack(hook) => hook.deliver(announcement),
            Self::Discord(hook) => hook.deliver(announcement),
            Self::Command(program) => program.deliver(announcement),
        }
    }
}
