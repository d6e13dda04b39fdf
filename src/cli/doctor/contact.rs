//! How the person is reached. Nothing is sent.

use super::Check;
use crate::cli::remarks;
use crate::engine::Settings;

/// A line for each channel that is set up, and one for what is wrong with any.
pub(super) fn all(settings: &Settings) -> Vec<Check> {
    let channels = settings.channels();
    let last = channels.len().saturating_sub(1);
    let lines = channels.iter().enumerate().map(|(index, channel)| {
        let how = if index == last { "; `samocode notify test` sends a message" } else { "" };
        Check::ok(channel.name(), format!("{}{how}", channel.place()))
    });
    let remarks = remarks::contact(&settings.config).into_iter().map(|remark| {
        let (found, mend) = remark;
        Check::warn("notices", found, mend)
    });
    lines.chain(remarks).collect()
}
