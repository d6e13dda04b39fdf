//! What a person should know of their settings before a run: keys that do nothing, a phone that nobody can
//! answer from, and nothing silently.

use crate::config::{Config, ProviderKind};
use crate::domain::phase::Phase;
use crate::domain::redact::Redactor;
use crate::provider::demo::STORY;

/// One line a remark.
pub(super) fn remarks(config: &Config, phases: &[Phase]) -> Vec<String> {
    let idle = config
        .keys_without_effect()
        .map(|(key, needed)| format!("{key} does nothing, for {needed} is not set"));
    let slips = config
        .keys_of_other_phases(phases)
        .map(|setting| format!("{} is for a phase that no workflow here has; it sets nothing", setting.key));
    let contact = contact(config).into_iter().map(|(found, mend)| format!("{found}; {mend}"));
    idle.chain(slips).chain(contact).chain(visible(config, phases)).chain(played(config, phases)).collect()
}

/// What the demo provider is.
pub(super) const NO_MODEL: &str =
    "whatever the task, it writes a greeting program into samocode-demo/, for it has no model";

/// Somebody who has no CLI yet may take the demo's words for an answer to their task.
fn played(config: &Config, phases: &[Phase]) -> Option<String> {
    let demo = phases.iter().any(|phase| config.for_phase(phase).provider == ProviderKind::Demo);
    let story = std::env::var_os(STORY).is_some_and(|story| !story.is_empty());
    (demo && !story).then(|| format!("the provider is the demo: {NO_MODEL}"))
}

/// What the phone cannot do, and where others can read along: what is found, and what would mend it.
pub(super) fn contact(config: &Config) -> Vec<(String, String)> {
    let deaf = config.telegram.as_ref().filter(|phone| phone.is_deaf());
    let deaf = deaf.map(|phone| match phone.chat_id {
        ..0 => (
            "TELEGRAM_CHAT_ID is a group and TELEGRAM_ALLOWED_USERS names nobody: nothing that is written there counts"
                .to_owned(),
            "put the numbers of those who may answer into TELEGRAM_ALLOWED_USERS".to_owned(),
        ),
        owner => (
            format!(
                "TELEGRAM_ALLOWED_USERS does not name {owner}, the only one who writes in this chat: nothing that is \
                 written there counts"
            ),
            format!("add {owner} to TELEGRAM_ALLOWED_USERS, or leave that out"),
        ),
    });
    let unprotected = config.channels.unprotected().map(|key| {
        let found = format!("{key} is a plain http address: what is sent there can be read on its way");
        (found, "use https".to_owned())
    });
    deaf.into_iter().chain(unprotected).collect()
}

/// Arguments stand in the machine's list of processes, where all its users read them.
fn visible(config: &Config, phases: &[Phase]) -> Option<String> {
    let shapes = Redactor::default();
    let kinds = phases.iter().map(|phase| config.for_phase(phase).provider);
    let shown = kinds.into_iter().find(|kind| {
        let args = &config.provider_settings(*kind).args;
        args.iter().any(|arg| shapes.finds(arg.as_bytes()))
    })?;
    Some(format!(
        "{}_ARGS holds what looks like a key, and every user of this machine can see it among the processes; most \
         options take a file in its place",
        shown.as_str().to_uppercase()
    ))
}
