//! `run`: finds or makes the session and drives it until it ends, or needs a person, or is told to leave.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::Path;

use crate::cli::adopt_ask::may_adopt;
use crate::cli::args::{Files, RunOptions};
use crate::cli::context::{Context, login};
use crate::cli::doctor::project;
use crate::cli::failure::{self, Failure};
use crate::cli::screen::RunScreen;
use crate::cli::{detach, remarks, signals, status, style, terminal};
use crate::config::Overrides;
use crate::domain::phase::Phase;
use crate::domain::request::{Act, Who};
use crate::domain::workflow::Workflow;
use crate::engine::{
    self, Ending, EngineError, Found, Happenings, NewSession, Orchestrator, Screen, Settings, View, Wishes,
};
use crate::git::{Git, Repository};
use crate::patience;
use crate::process::{TAG_VARIABLE, this_program};
use crate::store::{Layout, StoreError, Writable};

/// Runs a session.
pub(super) fn run(files: &Files, name: &str, options: &RunOptions) -> Result<u8, Failure> {
    if std::env::var_os(TAG_VARIABLE).is_some() {
        return Err(Failure::usage("samocode cannot run inside one of its own iterations"));
    }
    if options.detached {
        detach::leave_terminal();
    }
    patience::on_shortage(terminal::line);
    let context = Context::load(files, overrides(options))?;
    let settings = settings(&context, options)?;
    settings.check_sandbox()?;
    settings.check_fallback()?;
    let task = task(options)?;
    if options.detach {
        return detach::start(&context, name, options, task.as_deref());
    }
    let happenings = Happenings::default();
    let asked = signals::listen(&happenings)?;
    let go = || work(&context, &settings, name, options, task.as_deref(), &happenings);
    go().map_err(|failure| asked.judge(failure))
}

fn work(
    context: &Context,
    settings: &Settings,
    name: &str,
    options: &RunOptions,
    task: Option<&str>,
    happenings: &Happenings,
) -> Result<u8, Failure> {
    let Some((record, repository)) = open(context, settings, name, options, task)? else {
        return Ok(0);
    };
    if options.detached {
        detach::hand_over(record.layout())?;
    }
    let mut phases: Vec<Phase> = project::phases();
    phases.extend(record.session().workflow.phases().map(|rules| rules.name.clone()));
    let subfolder = project::subfolder(&context.config, &repository);
    for remark in remarks::remarks(&context.config, &phases).into_iter().chain(subfolder) {
        terminal::line(&remark);
    }
    let screen = RunScreen::new(context).that_stays(!options.exit_on_wait);
    drive_on(context, settings, record, repository, happenings, screen)
}

/// Drives an open session with a screen of the caller's.
pub(super) fn drive_on(
    context: &Context,
    settings: &Settings,
    record: Writable,
    repository: Repository,
    happenings: &Happenings,
    mut screen: impl Screen,
) -> Result<u8, Failure> {
    let layout = record.layout().clone();
    let ending = Orchestrator::new(settings, record, repository, happenings, &mut screen).run()?;
    drop(screen);
    let view = View::read(&layout)?;
    Ok(close(context, &view, &ending))
}

/// The last words of a run, and its exit code.
fn close(context: &Context, view: &View, ending: &Ending) -> u8 {
    let go_on = style::command(&context.command(&format!("run {}", view.name)));
    match ending {
        Ending::Done => {
            let summary = view.summary.as_deref().unwrap_or_default();
            terminal::line(&format!("{} {}: {summary}", style::good("done"), style::strong(&view.name)));
            terminal::line(&format!("  branch    {}", view.branch));
            let verified = view
                .verification
                .as_ref()
                .map_or_else(|| style::dim("nothing, by samocode"), status::verified_words);
            terminal::line(&format!("  verified  {verified}"));
            if let Some(base) = &view.base_branch {
                let diff = context.command(&format!("diff {}", view.folder));
                terminal::line(&format!("  look      {}   (against {base})", style::command(&diff)));
            }
            terminal::line(&format!("  documents {}", view.session_dir.display()));
            if view.unread_guidance > 0 {
                let reopen = context.command(&format!("reopen {} -m '…'", view.folder));
                terminal::line(&format!(
                    "  guidance  came too late to be read; {} takes it up",
                    style::command(&reopen)
                ));
            }
            0
        }
        Ending::Waiting => failure::WAITING,
        Ending::Blocked(block) => failure::block_code(block),
        Ending::Stopped => {
            terminal::line(&format!("stopped; everything is kept. Go on with {go_on}"));
            failure::STOPPED
        }
        Ending::Interrupted => {
            terminal::line(&format!("interrupted; everything is kept. Go on with {go_on}"));
            failure::INTERRUPTED
        }
    }
}

fn overrides(options: &RunOptions) -> Overrides {
    Overrides {
        provider: options.provider.clone(),
        model: options.model.clone(),
        timeout: options.timeout.clone(),
        max_iterations: options.max_iterations.clone(),
        max_cost: options.max_cost.clone(),
        max_tokens: options.max_tokens.clone(),
        max_time: options.max_time.clone(),
        max_wait: options.max_wait.clone(),
    }
}

/// Everything the engine needs to know of this run.
pub(super) fn settings(context: &Context, options: &RunOptions) -> Result<Settings, Failure> {
    let program = this_program()
        .map_err(|e| Failure::usage(format!("the path of samocode itself cannot be found: {e}")))?;
    let person_env = person_env();
    let redactor = engine::redactor(&context.config, &person_env);
    let mut config = context.config.clone();
    config.policy.verify.iter_mut().for_each(|told| redactor.clean(told));
    Ok(Settings {
        redactor,
        config,
        cache_dir: context.dirs.cache.clone(),
        data_dir: context.dirs.data.clone(),
        config_dir: context.dirs.config.clone(),
        installed: engine::installed(&context.dirs),
        person_env,
        program,
        wishes: Wishes {
            attach_branch: options.attach_branch,
            accept_suggestions: options.accept_suggestions,
            approve_plan: options.approve_plan,
            exit_on_wait: options.exit_on_wait,
        },
    })
}

/// The person's environment, less samocode's own tag.
fn person_env() -> Vec<(OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| name != TAG_VARIABLE).collect()
}

fn task(options: &RunOptions) -> Result<Option<String>, Failure> {
    let task = match &options.task_file {
        None => options.task.clone(),
        Some(path) if path == Path::new("-") => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|e| Failure::usage(format!("cannot read the task from standard input: {e}")))?;
            Some(text)
        }
        Some(path) => Some(
            fs::read_to_string(path)
                .map_err(|e| Failure::usage(format!("cannot read the task from {}: {e}", path.display())))?,
        ),
    };
    match task {
        Some(task) if task.trim().is_empty() => Err(Failure::usage("the task is empty")),
        task => Ok(task),
    }
}

/// Finds, makes or adopts the session; none when another orchestrator has it and was given the task as guidance.
fn open(
    context: &Context,
    settings: &Settings,
    name: &str,
    options: &RunOptions,
    task: Option<&str>,
) -> Result<Option<(Writable, Repository)>, Failure> {
    let repository = || Repository::discover(&Git::new(), &context.config.main_repo);
    let sessions = &context.config.sessions;
    // With nothing new to do, a finished session is looked at: samocode may have been killed right at its end.
    let found = match engine::find(sessions, name)? {
        Found::New(_) if task.is_none() && options.dive.is_none() => engine::find_any(sessions, name)?,
        found => found,
    };
    let new = |name| -> Result<NewSession, Failure> {
        Ok(NewSession {
            name,
            workflow: workflow(options, task)?,
            task: task.map(str::to_owned),
            dive: options.dive.clone(),
        })
    };
    match found {
        Found::New(name) => {
            engine::put_back_lost(&context.config.sessions, None)?;
            let repository = repository()?;
            let new = new(name)?;
            settings.check_providers(&Workflow::parse(&new.workflow).map_err(EngineError::from)?)?;
            Ok(Some((engine::create(settings, &repository, new)?, repository)))
        }
        Found::Folder(layout) => {
            engine::put_back_lost(&context.config.sessions, None)?;
            let repository = repository()?;
            may_adopt(&layout, options.adopt)?;
            let name = adopted_name(&layout)?;
            Ok(Some((engine::adopt(settings, &repository, &layout, new(name)?)?, repository)))
        }
        Found::Session(layout) => {
            if let Some(task) = task {
                guide(&layout, task)?;
            }
            match engine::take(&layout) {
                Err(EngineError::Store(StoreError::Held { holder })) if task.is_some() => {
                    terminal::line(&format!(
                        "samocode process {} works on it and reads the guidance",
                        holder.pid
                    ));
                    Ok(None)
                }
                taken => {
                    let record = taken?;
                    let ended = engine::put_back_lost(&context.config.sessions, Some(&record))?;
                    if ended > 0 {
                        terminal::line(&format!("ended what an earlier iteration left ({ended} processes)"));
                    }
                    Ok(Some((record, repository()?)))
                }
            }
        }
    }
}

fn adopted_name(layout: &Layout) -> Result<crate::domain::name::SessionName, Failure> {
    let folder = layout.folder();
    match crate::domain::name::FolderName::parse(folder) {
        Some(folder) => Ok(folder.name),
        None => Ok(crate::domain::name::SessionName::parse(folder).map_err(EngineError::from)?),
    }
}

/// A task for a session that is under way is guidance for it.
fn guide(layout: &Layout, task: &str) -> Result<(), Failure> {
    let view = View::read(layout)?;
    if view.state == "preparing" && view.task.as_deref() == Some(task) {
        // The first start did not get as far as the work; this is the same start again.
        return Ok(());
    }
    engine::post(layout, Who::Terminal(login()), Act::Tell(task.to_owned()))?;
    terminal::line(&format!(
        "{} is under way: the task is passed on as guidance, nothing is restarted",
        layout.folder()
    ));
    Ok(())
}

/// The workflow's text: by name, by file, or what fits the task.
fn workflow(options: &RunOptions, task: Option<&str>) -> Result<String, Failure> {
    let name = match (&options.workflow, task, &options.dive) {
        (Some(name), ..) => name.as_str(),
        (None, None, Some(_)) => "research",
        (None, ..) => "full",
    };
    if let Some(text) = Workflow::built_in(name) {
        return Ok(text.to_owned());
    }
    let known: Vec<&str> = Workflow::built_in_names().collect();
    let text = fs::read_to_string(name).map_err(|e| {
        Failure::usage(format!("there is no workflow `{name}`: {e}"))
            .with_hint(format!("built in: {}; anything else is a file", known.join(", ")))
    })?;
    let workflow = Workflow::parse(&text).map_err(EngineError::from)?;
    crate::provider::bundle::check_agents(workflow.agents()).map_err(EngineError::from)?;
    Ok(text)
}
