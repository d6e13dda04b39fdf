//! `watch [N]`: the screen. What it shows and does is [`crate::tui`]'s.

use std::path::Path;

use crate::cli::args::Files;
use crate::cli::context::{Context, login};
use crate::cli::failure::Failure;
use crate::cli::{request, terminal};
use crate::config::Overrides;
use crate::domain::request::Who;
use crate::engine;
use crate::tui::{self, TuiError, Watch};

/// `watch [N]`
pub(super) fn watch(files: &Files, session: Option<&str>) -> Result<u8, Failure> {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if !terminal::is_person() || dumb {
        return Err(Failure::usage("`watch` draws a screen, and there is no terminal to draw it on")
            .with_hint(
                "`samocode status NAME` says where a session stands, `samocode logs NAME -f` follows its log",
            ));
    }
    let context = Context::load(files, Overrides::default())?;
    let open = session.map(|name| context.session(name)).transpose()?;
    let config = &context.config;
    let environment: Vec<_> = std::env::vars_os().collect();
    tui::watch(&Watch {
        sessions: config.sessions.clone(),
        main_repo: config.main_repo.clone(),
        project: name_of(&config.main_repo),
        open: open.map(|layout| layout.folder().to_owned()),
        command: context.command("").trim_end().to_owned(),
        who: Who::Terminal(login()),
        inside: request::refuse_inside().is_err(),
        redactor: engine::redactor(config, &environment),
        color: terminal::is_colored(),
    })?;
    Ok(0)
}

fn name_of(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.file_name().map(|name| terminal::clean(&name.to_string_lossy()).into_owned()).unwrap_or_default()
}

impl From<TuiError> for Failure {
    fn from(error: TuiError) -> Self {
        Self::unable(error.to_string()).with_hint("`samocode status` and `samocode logs` need no screen")
    }
}
