//! Finds the files and lays the layers over each other: for every key the strongest text, and its place.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::dotenv::{self, Entry, Problem, SyntaxError};
use super::error::ConfigError;
use super::keys;
use super::place;
use super::settings::LoadSpec;
use super::source::{Origin, Source};

/// One key's text and where it was set.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) text: String,
    pub(super) origin: Origin,
    /// The folder that a relative path in it stands in.
    pub(super) base: PathBuf,
}

/// The strongest setting of every key that is set.
pub(super) type Settings = BTreeMap<String, Setting>;

/// All layers, laid over each other.
pub(super) struct Layers {
    /// The project's file, absolute.
    pub(super) file: PathBuf,
    pub(super) settings: Settings,
    /// The provider that is set below the flags: what phases' models in files were chosen for.
    pub(super) provider_below_flags: Option<String>,
}

/// Finds and reads every layer.
pub(super) fn collect(spec: &LoadSpec<'_>) -> Result<Layers, ConfigError> {
    let file = project(spec)?;
    let mut settings = below_flags(spec, Some(&file))?;
    let provider_below_flags = settings.get("SAMOCODE_PROVIDER").map(|setting| setting.text.clone());
    for (key, flag, text) in spec.flags.settings() {
        let origin = Origin { flag: Some(flag), ..Origin::of(Source::Flag) };
        put(&mut settings, key, Setting { text: text.to_owned(), origin, base: spec.start_dir.clone() });
    }
    Ok(Layers { file, settings, provider_below_flags })
}

/// What is set without flags, in a project or in none.
pub(super) fn collect_anywhere(spec: &LoadSpec<'_>) -> Result<Settings, ConfigError> {
    match project(spec) {
        Ok(file) => below_flags(spec, Some(&file)),
        Err(ConfigError::NotFound { .. }) => below_flags(spec, None),
        Err(error) => Err(error),
    }
}

/// The project's file.
fn project(spec: &LoadSpec<'_>) -> Result<PathBuf, ConfigError> {
    match &spec.config {
        Some(path) => Ok(place::tidy(&spec.start_dir.join(path))),
        None => Ok(of_main_work_tree(discover(&spec.start_dir)?)),
    }
}

fn below_flags(spec: &LoadSpec<'_>, project: Option<&Path>) -> Result<Settings, ConfigError> {
    let mut settings = Settings::new();
    let user = spec.user_config_dir.join("config");
    if user.is_file() {
        read_strict(&user, Source::UserFile, None, spec, &mut settings)?;
    }
    if let Some(file) = project {
        let flag = spec.config.is_some().then_some("--config");
        read_strict(file, Source::Project, flag, spec, &mut settings)?;
    }
    read_env_file(project, spec, &mut settings)?;
    read_environment(spec, &mut settings);
    Ok(settings)
}

/// The nearest `.samocode` upward. A folder of that name is none: samocode's records stand in one under `SESSIONS`.
fn discover(from: &Path) -> Result<PathBuf, ConfigError> {
    from.ancestors()
        .map(|folder| folder.join(".samocode"))
        .find(|path| {
            fs::metadata(path)
                .map_or_else(|error| error.kind() != io::ErrorKind::NotFound, |found| !found.is_dir())
        })
        .ok_or_else(|| ConfigError::NotFound { from: from.to_owned() })
}

/// In a linked worktree a committed `.samocode` stands, too, and its relative paths lead nowhere there: the one of the
/// main work tree is meant.
fn of_main_work_tree(file: PathBuf) -> PathBuf {
    let pointer = file.with_file_name(".git");
    let git_dir = fs::read_to_string(pointer).ok().and_then(|text| {
        let target = text.trim().strip_prefix("gitdir: ")?;
        Some(place::tidy(&file.parent()?.join(target)))
    });
    let main = git_dir.as_deref().and_then(|git_dir| {
        // `<main>/.git/worktrees/<name>`; a submodule's points into `modules` and is a repository of its own.
        let worktrees = git_dir.parent().filter(|folder| folder.ends_with(".git/worktrees"))?;
        Some(worktrees.parent()?.parent()?.join(".samocode"))
    });
    main.filter(|main| main.is_file()).unwrap_or(file)
}

fn put(settings: &mut Settings, key: &str, setting: Setting) {
    let stronger = settings.get(key).is_none_or(|other| other.origin.source <= setting.origin.source);
    if stronger {
        settings.insert(key.to_owned(), setting);
    }
}

/// A file that is samocode's alone: every line must make sense.
fn read_strict(
    path: &Path,
    source: Source,
    flag: Option<&'static str>,
    spec: &LoadSpec<'_>,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    let text = read_text(path, flag)?;
    for entry in dotenv::parse(&text, spec.env) {
        let entry = entry.map_err(|error| syntax(path, error))?;
        if !keys::is_known(&entry.key) {
            let nearest = keys::nearest(&entry.key);
            return Err(ConfigError::UnknownKey {
                path: path.to_owned(),
                line: entry.line,
                key: entry.key,
                nearest,
            });
        }
        put_entry(path, source, entry, settings);
    }
    Ok(())
}

/// `.env`, which may be the application's: what is not samocode's is passed over, readable or not.
fn read_env_file(
    project: Option<&Path>,
    spec: &LoadSpec<'_>,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    // A virtual environment is often a folder of that name.
    let beside = project.map(|file| file.with_file_name(".env")).filter(|file| file.is_file());
    let named = spec.env_file.as_ref().map(|path| place::tidy(&spec.start_dir.join(path)));
    let Some(path) = named.or(beside) else {
        return Ok(());
    };
    let text = read_text(&path, Some("--env-file"))?;
    for entry in dotenv::parse(&text, spec.env) {
        match entry {
            Ok(entry) if is_watched(&entry.key, settings) => {
                put_entry(&path, Source::EnvFile, entry, settings);
            }
            Err(error) if error.key.as_ref().is_some_and(|key| is_watched(key, settings)) => {
                return Err(syntax(&path, error));
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

fn read_environment(spec: &LoadSpec<'_>, settings: &mut Settings) {
    let named = phases(settings);
    let of_phase = |phase: &String| {
        keys::PHASE_SUFFIXES.iter().map(move |suffix| format!("{phase}{suffix}")).collect::<Vec<_>>()
    };
    let watched: Vec<String> =
        keys::KEYS.iter().map(|key| key.name.to_owned()).chain(named.iter().flat_map(of_phase)).collect();
    for key in watched {
        if let Some(text) = (spec.env)(&key) {
            let setting =
                Setting { text, origin: Origin::of(Source::Environment), base: spec.start_dir.clone() };
            put(settings, &key, setting);
        }
    }
}

/// The phases that are built in or that samocode's own files name. Any other `DB_TIMEOUT` in an application's
/// `.env` or in the environment is not samocode's.
fn phases(settings: &Settings) -> Vec<String> {
    let mut phases: Vec<String> = keys::BUILT_IN_PHASES.iter().map(|&phase| phase.to_owned()).collect();
    for (phase, _) in settings.keys().filter_map(|key| keys::phase_key(key)) {
        if !phases.iter().any(|other| other == phase) {
            phases.push(phase.to_owned());
        }
    }
    phases
}

fn is_watched(key: &str, settings: &Settings) -> bool {
    keys::find(key).is_some()
        || keys::phase_key(key).is_some_and(|(phase, _)| phases(settings).iter().any(|other| other == phase))
}

fn put_entry(path: &Path, source: Source, entry: Entry, settings: &mut Settings) {
    let origin = Origin { file: Some(path.to_owned()), line: Some(entry.line), ..Origin::of(source) };
    let base = path.parent().unwrap_or(path).to_owned();
    put(settings, &entry.key, Setting { text: entry.value, origin, base });
}

fn syntax(path: &Path, error: SyntaxError) -> ConfigError {
    let SyntaxError { line, key, problem } = error;
    let secret = key.as_deref().and_then(keys::find).is_some_and(|key| key.secret);
    let problem = match problem {
        // The name of the variable is a part of the value.
        Problem::UnsetVariable(_) if secret => Problem::UnsetVariable("…".to_owned()),
        other => other,
    };
    ConfigError::Syntax { path: path.to_owned(), line, key, problem }
}

fn read_text(path: &Path, flag: Option<&'static str>) -> Result<String, ConfigError> {
    let bytes = fs::read(path).map_err(|source| match (source.kind(), flag) {
        (io::ErrorKind::NotFound, Some(flag)) => ConfigError::Missing { path: path.to_owned(), flag },
        (io::ErrorKind::IsADirectory, _) => ConfigError::IsFolder { path: path.to_owned() },
        _ => ConfigError::Unreadable { path: path.to_owned(), source },
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        ConfigError::NotUtf8 { path: path.to_owned(), line }
    })
}
