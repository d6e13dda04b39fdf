//! How the person is reached. Nothing is sent.

use super::Check;
use crate::cli::remarks;
use crate::engine::Settings;

/// A line for each channel that is set up, and one for what is wrong with any.
pub(super) fn all(settings: &Settings) -> Vec<Check> {
    let phone = settings.config.telegram.as_ref().map(|phone| {
        let users = phone.allowed_users.len();
        let users = if users == 1 { "1 person".to_owned() } else { format!("{users} people") };
        ("telegram", format!("chat {}, where {users} can answer", phone.chat_id))
    });
    let channels = settings.channels();
    let channels = channels.iter().map(|channel| (channel.name(), channel.place()));
    let all: Vec<_> = phone.into_iter().chain(channels).collect();
    let last = all.len().saturating_sub(1);
    let lines = all.into_iter().enumerate().map(|(index, (name, place))| {
        let how = if index == last { "; `samocode notify test` sends a message" } else { "" };
        Check::ok(name, format!("{place}{how}"))
    });
    let remarks = remarks::contact(&settings.config).into_iter().map(|remark| {
        let (found, mend) = remark;
        Check::warn("notices", found, mend)
    });
    lines.chain(remarks).collect()
}
