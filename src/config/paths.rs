//! The person's own folders: home, settings, cache, data.
//!
//! Follows the XDG rules on every system: the folders are the same on Linux and macOS.

use std::path::{Path, PathBuf};

/// Folders outside of any project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    /// The home folder.
    pub home: PathBuf,
    /// `samocode` under `$XDG_CONFIG_HOME`; the user file is `config` in it.
    pub config: PathBuf,
    /// `samocode` under `$XDG_CACHE_HOME`.
    pub cache: PathBuf,
    /// `samocode` under `$XDG_DATA_HOME`, for what no one could make again.
    pub data: PathBuf,
}

impl Dirs {
    /// The folders for a home and an environment. As XDG has it, a variable that is empty or no absolute
    /// path does not count.
    pub fn new(home: &Path, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let base = |variable: &str, default: &str| {
            let set = env(variable).map(PathBuf::from).filter(|path| path.is_absolute());
            set.unwrap_or_else(|| home.join(default)).join("samocode")
        };
        Self {
            home: home.to_owned(),
            config: base("XDG_CONFIG_HOME", ".config"),
            cache: base("XDG_CACHE_HOME", ".cache"),
            data: base("XDG_DATA_HOME", ".local/share"),
        }
    }

    /// The folders of the user who runs this process; none if the home folder is not known.
    pub fn of_user(env: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        std::env::home_dir().map(|home| Self::new(&home, env))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_follow_the_environment() {
        let dirs = Dirs::new(Path::new("/h"), &|_| None);
        assert_eq!((dirs.config, dirs.cache), ("/h/.config/samocode".into(), "/h/.cache/samocode".into()));
        assert_eq!(dirs.data, Path::new("/h/.local/share/samocode"));
        let set = |name: &str| match name {
            "XDG_CONFIG_HOME" => Some("/c".to_owned()),
            "XDG_CACHE_HOME" => Some("relative".to_owned()),
            _ => None,
        };
        let dirs = Dirs::new(Path::new("/h"), &set);
        assert_eq!((dirs.config, dirs.cache), ("/c/samocode".into(), "/h/.cache/samocode".into()));
    }
}
