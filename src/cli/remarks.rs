//! What a person should know of their settings before a run: keys that do nothing, and nothing silently.

use crate::config::Config;
use crate::domain::phase::Phase;
use crate::domain::redact::Redactor;

/// One line a remark.
pub(super) fn remarks(config: &Config, phases: &[Phase]) -> Vec<String> {
    let idle = config
        .keys_without_effect()
        .map(|setting| format!("{} is set, and nothing in this version acts on it yet", setting.key));
    let slips = config
        .keys_of_other_phases(phases)
        .map(|setting| format!("{} is for a phase that no workflow here has; it sets nothing", setting.key));
    idle.chain(slips).chain(visible(config, phases)).collect()
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
