//! What a person should know of their settings before a run: keys that do nothing, and nothing silently.

use crate::config::Config;
use crate::domain::phase::Phase;

/// One line a remark.
pub(super) fn remarks(config: &Config, phases: &[Phase]) -> Vec<String> {
    let idle = config
        .keys_without_effect()
        .map(|setting| format!("{} is set, and nothing in this version acts on it yet", setting.key));
    let slips = config
        .keys_of_other_phases(phases)
        .map(|setting| format!("{} is for a phase that no workflow here has; it sets nothing", setting.key));
    idle.chain(slips).collect()
}
