//! Settings: flags, environment and files, in layers, become one resolved [`Config`].
//!
//! Reads files and looks at folders, makes none, and never reads the process's own environment or
//! arguments: whoever calls passes them in, so that a test needs no process of its own.

mod address;
mod channels;
pub mod dotenv;
pub mod error;
mod folders;
pub mod keys;
mod layers;
pub mod paths;
mod phases;
mod place;
mod provider;
mod resolve;
mod secret;
mod settings;
mod source;
mod values;

pub use channels::{Channels, Ntfy, Telegram, Webhook};
pub use error::ConfigError;
pub use paths::Dirs;
pub use phases::PhaseSettings;
pub use provider::{Program, ProviderKind, ProviderSettings};
pub use secret::Secret;
pub use settings::{Config, Explained, LoadSpec, Overrides};
pub use source::{Origin, Source};
pub use values::SandboxMode;
