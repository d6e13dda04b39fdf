//! The loop of the screen: it draws, and waits for keys, data, signals, and once a second for ages.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event};
use jiff::Timestamp;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::clean::Cleaner;
use super::loader::{Source, Want, load};
use super::model::{Command, Data, Input, Model, Setting};
use super::terminal::Screen;
use super::theme::Theme;
use crate::domain::redact::Redactor;
use crate::domain::request::{Act, Effect, Who};
use crate::engine::{self, Asked};
use crate::store::Layout;

/// How long an orchestrator is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often ages are looked at.
const TICK: Duration = Duration::from_secs(1);

/// What the screen is for.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The folder of all sessions.
    pub sessions: PathBuf,
    /// The repository that they work on.
    pub main_repo: PathBuf,
    /// The project's name, for the title.
    pub project: String,
    /// The folder of the session to begin with; none begins with the list.
    pub open: Option<String>,
    /// How the person starts samocode here, e.g. `samocode --config x`.
    pub command: String,
    /// Who acts.
    pub who: Who,
    /// Called from inside an iteration: it may look and not act.
    pub inside: bool,
    /// Takes secrets out of all that is shown.
    pub redactor: Arc<Redactor>,
    /// Whether the terminal takes colour.
    pub color: bool,
}

/// Why the screen cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal does not work as one.
    #[error("the terminal cannot be drawn on: {0}")]
    Terminal(#[from] io::Error),
    /// The thread that reads the sessions ended.
    #[error("reading the sessions ended without a word")]
    Lost,
}

/// Shows the screen until the person leaves it. Stops nothing else.
///
/// # Errors
/// When the terminal cannot be drawn on.
pub fn watch(watch: &Watch) -> Result<(), TuiError> {
    let (send, inputs) = channel();
    listen(&send)?;
    let mut screen = Screen::enter()?;
    let keys = send.clone();
    thread::spawn(move || read_keys(&keys));
    let wants = start_loader(watch, &send);
    let setting = Setting {
        project: watch.project.clone(),
        command: watch.command.clone(),
        inside: watch.inside,
        theme: Theme::new(watch.color),
        zone: jiff::tz::TimeZone::system(),
    };
    let size = screen.size()?;
    let mut model = Model::new(setting, size, Timestamp::now(), watch.open.clone());
    let runner = Runner { watch, wants, send };
    runner.run(&mut model, &mut screen, &inputs)
}

struct Runner<'a> {
    watch: &'a Watch,
    wants: Sender<Want>,
    send: Sender<Input>,
}

impl Runner<'_> {
    fn run(&self, model: &mut Model, screen: &mut Screen, inputs: &Receiver<Input>) -> Result<(), TuiError> {
        loop {
            if std::mem::take(&mut model.changed) {
                screen.draw(model)?;
            }
            let first = match inputs.recv_timeout(TICK) {
                Ok(input) => Some(input),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Err(TuiError::Lost),
            };
            // What waits already is taken in before the screen is drawn once.
            let more = std::iter::from_fn(|| inputs.try_recv().ok());
            for input in first.into_iter().chain(more) {
                if matches!(input, Input::Lost) {
                    return Err(TuiError::Lost);
                }
                for command in model.update(input) {
                    self.carry_out(command, screen)?;
                }
                if model.over {
                    return Ok(());
                }
            }
            model.update(Input::Tick(Timestamp::now()));
        }
    }

    fn carry_out(&self, command: Command, screen: &mut Screen) -> Result<(), TuiError> {
        let want = match command {
            Command::Show(what) => Want::Show(what),
            Command::Log { first, count } => Want::Log { first, count },
            Command::Search(words) => Want::Search(words),
            Command::Reload => Want::Reload,
            Command::Redraw => return Ok(screen.forget()?),
            Command::Ask { folder, name, acts } => {
                self.ask(&folder, name, acts);
                return Ok(());
            }
        };
        self.wants.send(want).map_err(|_| TuiError::Lost)
    }

    /// Sends requests on a thread of their own: an orchestrator may take its time.
    fn ask(&self, folder: &str, name: String, acts: Vec<Act>) {
        let layout = Layout::new(&self.watch.sessions, folder);
        let (who, command) = (self.watch.who.clone(), self.watch.command.clone());
        let (send, cleaner) = (self.send.clone(), Cleaner::new(Arc::clone(&self.watch.redactor)));
        thread::spawn(move || {
            let (words, bad) = asked(&layout, &who, acts, &name, &command);
            // The screen may be gone: the request stands all the same.
            let _ = send.send(Input::Data(Data::Asked { words: cleaner.line(&words), bad }));
        });
    }
}

/// Sends requests one after the other, and says what came of the last, or of the first that was refused.
fn asked(layout: &Layout, who: &Who, acts: Vec<Act>, name: &str, command: &str) -> (String, bool) {
    let mut said = (String::new(), false);
    for act in acts {
        said = match engine::ask(layout, who.clone(), act, PATIENCE) {
            Ok(Asked::Kept) => {
                let words =
                    format!("kept for {name}; nothing works on it now. Start it: {command} run {name}");
                (words, false)
            }
            Ok(Asked::Sent) => {
                ("sent; it is taken before the next iteration at the latest".to_owned(), false)
            }
            Ok(Asked::Took(effect)) => {
                (engine::effect_words(&effect, name), matches!(effect, Effect::Refused(_)))
            }
            Err(error) => (error.to_string(), true),
        };
        if said.1 {
            break;
        }
    }
    said
}

/// A signal that asks this process to end ends the screen in good order.
fn listen(send: &Sender<Input>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let send = send.clone();
    thread::spawn(move || {
        for _ in signals.forever() {
            if send.send(Input::Leave).is_err() {
                return;
            }
        }
    });
    Ok(())
}

fn read_keys(send: &Sender<Input>) {
    loop {
        let input = match event::read() {
            Ok(Event::Key(key)) => Input::Key(key),
            Ok(Event::Paste(text)) => Input::Paste(text),
            Ok(Event::Resize(columns, rows)) => Input::Resize(columns, rows),
            Ok(Event::Mouse(_) | Event::FocusGained | Event::FocusLost) => continue,
            // The terminal is gone.
            Err(_) => Input::Leave,
        };
        let leaves = matches!(input, Input::Leave);
        if send.send(input).is_err() || leaves {
            return;
        }
    }
}

/// Says so when the loader ends, however it does.
struct Ends(Sender<Input>);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.send(Input::Lost);
    }
}

fn start_loader(watch: &Watch, send: &Sender<Input>) -> Sender<Want> {
    let (wants, wanted) = channel();
    let source = Source {
        sessions: watch.sessions.clone(),
        main_repo: watch.main_repo.clone(),
        command: watch.command.clone(),
        cleaner: Cleaner::new(Arc::clone(&watch.redactor)),
        send: send.clone(),
    };
    let ends = Ends(send.clone());
    thread::spawn(move || {
        let _ends = ends;
        load(source, &wanted);
    });
    wants
}
