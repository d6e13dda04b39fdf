//! What a person should know of their settings before a run: keys that do nothing, and nothing silently.

use crate::cli::failure::Failure;
use crate::config::{Config, SandboxMode};
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

/// A promise that this version cannot keep is refused, not broken.
pub(super) fn refuse_required_sandbox(config: &Config) -> Result<(), Failure> {
    match config.sandbox {
        SandboxMode::Required => {
            Err(Failure::unable("SAMOCODE_SANDBOX asks for a sandbox, and this version has none")
                .with_hint("use a container or a user of its own, and leave the key out"))
        }
        SandboxMode::Auto | SandboxMode::Off => Ok(()),
    }
}
