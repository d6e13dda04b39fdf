//! Commands in the chat: `/status`, `/list`, `/tell`, `/stop`, `/resume`, `/help`. They reach every session of every project
//! that told its messages to this phone.

use std::path::Path;

use jiff::Timestamp;

use crate::domain::name::FolderName;
use crate::domain::request::Act;
use crate::engine::phone::listener::COMMANDS;
use crate::engine::phone::person::{Person, gate, state_words};
use crate::engine::say::{duration_words, usage_words};
use crate::engine::view::{GateKindView, GateView, View};
use crate::engine::{Found, list, look_up};
use crate::notify::telegram::Rich;
use crate::store::{self, Layout};

/// Sessions that a list shows; the newest are the ones asked for.
const MOST_LISTED: usize = 30;

impl Person<'_> {
    /// A command without its slash.
    pub(super) fn command(&self, message: i32, text: &str) {
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        // In groups a command may name the bot: /status@my_bot.
        let name = name.split('@').next().unwrap_or_default().to_lowercase();
        let rest = rest.trim();
        let (session, words) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        match name.as_str() {
            "status" => self.status(message, session),
            "list" => self.list(message),
            "tell" => self.tell_by_command(message, session, words.trim()),
            "stop" => self.on(message, session, |layout, view| self.stop(layout, view)),
            "resume" => self.on(message, session, |layout, view| self.resume(layout, view)),
            "help" | "start" => self.help(message),
            other => self.write_words(message, &format!("There is no command /{other}. /help lists them.")),
        }
    }

    fn help(&self, message: i32) {
        let mut text = Rich::default().bold("samocode").plain("\n");
        for (name, about) in COMMANDS {
            text = text.plain(&format!("\n/{name} — {about}"));
        }
        text = text.plain(
            "\n\nReply to a question with its answer, to a plan with what should change, and to any other message of a session with guidance for it.",
        );
        self.write(message, &text);
    }

    fn layouts(&self) -> Vec<Layout> {
        let projects = self.desk.projects_of(self.word);
        projects.iter().flat_map(|project| list(&project.sessions).unwrap_or_default()).collect()
    }

    /// The session that a name means, or words on why there is none.
    fn find(&self, typed: &str) -> Result<Layout, String> {
        let (project, name) =
            typed.rsplit_once('/').map_or((None, typed), |(project, name)| (Some(project), name));
        let projects = self.desk.projects_of(self.word);
        let meant = projects
            .iter()
            .filter(|known| project.is_none_or(|wanted| project_name(&known.sessions) == wanted));
        let found: Vec<Layout> = meant
            .filter_map(|known| match look_up(&known.sessions, name) {
                Ok(Found::Session(layout)) => Some(layout),
                Ok(Found::New(name)) => newest_of(&known.sessions, name.as_str()),
                Ok(Found::Folder(_)) | Err(_) => None,
            })
            .collect();
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(format!("There is no session {typed}. /list shows them.")),
            several => {
                let names: Vec<String> = several.iter().map(qualified).collect();
                Err(format!("More than one project has such a session: {}", names.join(", ")))
            }
        }
    }

    fn on(&self, message: i32, session: &str, act: impl Fn(&Layout, &View) -> String) {
        if session.is_empty() {
            return self.write_words(message, "Which session? Name it: /list shows them.");
        }
        let words = self.find(session).and_then(|layout| {
            let view =
                self.view(&layout).ok_or_else(|| format!("The record of {session} cannot be read."))?;
            Ok(act(&layout, &view))
        });
        self.write_words(message, &words.unwrap_or_else(|words| words));
    }

    fn tell_by_command(&self, message: i32, session: &str, words: &str) {
        if words.is_empty() {
            return self.write_words(message, "What is the session to be told? /tell NAME words");
        }
        self.on(message, session, |layout, view| {
            self.ask(layout, &view.name, 0, Act::Tell(self.guidance(words))).1
        });
    }

    /// A word that was said before samocode started was not meant for it.
    fn stop(&self, layout: &Layout, view: &View) -> String {
        let Some(holder) = store::holder(layout) else {
            return format!("Nothing works on {}; it is {}.", view.name, state_words(view));
        };
        let said = self.word.at.and_then(|seconds| Timestamp::from_second(seconds).ok());
        // The service's clock counts whole seconds.
        if said.is_some_and(|said| said.as_second() < holder.since.as_second()) {
            return format!("{} was started after that; /stop {0} ends it now.", view.name);
        }
        self.ask(layout, &view.name, 0, holder.stop()).1
    }

    fn resume(&self, layout: &Layout, view: &View) -> String {
        let action = view.gate.as_ref().filter(|gate| matches!(gate.kind, GateKindView::HumanAction { .. }));
        if action.is_none() && !matches!(view.state, "blocked" | "parked") {
            return format!("Nothing to resume: {} is {}.", view.name, state_words(view));
        }
        let open = action.map(|open| gate(&open.id));
        self.ask(layout, &view.name, 0, Act::Resume(open)).1
    }

    fn list(&self, message: i32) {
        let mut views: Vec<View> = self.layouts().iter().filter_map(|layout| self.view(layout)).collect();
        views.sort_by_key(|view| std::cmp::Reverse(view.changed_at));
        if views.is_empty() {
            return self.write_words(message, "There are no sessions.");
        }
        let mut text = Rich::default();
        for view in views.iter().take(MOST_LISTED) {
            let age = duration_words(Timestamp::now().duration_since(view.changed_at).unsigned_abs());
            text = text.bold(&view.name).plain(&format!(" — {}, {age} ago\n", state_words(view)));
        }
        if views.len() > MOST_LISTED {
            text = text.plain(&format!("and {} older ones", views.len() - MOST_LISTED));
        }
        self.write(message, &text);
    }

    fn status(&self, message: i32, session: &str) {
        let layout = if session.is_empty() {
            let known = self.layouts().into_iter().filter_map(|layout| Some((self.view(&layout)?, layout)));
            known
                .max_by_key(|(view, _)| view.changed_at)
                .map(|(_, layout)| layout)
                .ok_or("There are no sessions.".to_owned())
        } else {
            self.find(session)
        };
        let view =
            layout.and_then(|layout| self.view(&layout).ok_or("Its record cannot be read.".to_owned()));
        match view {
            Ok(view) => self.write(message, &status_text(&view)),
            Err(words) => self.write_words(message, &words),
        }
    }
}

fn status_text(view: &View) -> Rich {
    let mut text = Rich::default().bold(&view.name).plain(&format!(": {}\n", state_words(view)));
    let phases: Vec<String> = view
        .phases
        .iter()
        .map(|phase| if *phase == view.phase { format!("[{phase}]") } else { phase.clone() })
        .collect();
    text = text.plain(&format!("{}\n", phases.join(" › ")));
    for (what, words) in [
        ("why", view.reason.as_deref()),
        ("last", view.last_action.as_deref()),
        ("next", view.next.as_deref()),
        ("summary", view.summary.as_deref()),
    ] {
        if let Some(words) = words {
            text = text.plain(&format!("{what}: {words}\n"));
        }
    }
    if let Some(GateView { kind: GateKindView::Answers { questions, .. }, .. }) = &view.gate {
        for open in questions.iter().filter(|question| question.answer.is_none()) {
            text = text.plain(&format!("open: {}: {}\n", open.id, open.title));
        }
    }
    if let Some(tool) = view.live.as_ref().and_then(|live| live.trouble.as_ref().or(live.tool.as_ref())) {
        text = text.plain("now: ").code(tool).plain("\n");
    }
    for piece in view.guidance.iter().rev().take(3).rev() {
        let read = piece.read_by.map_or("unread".to_owned(), |iteration| format!("read by #{iteration}"));
        text = text.plain(&format!("guidance ({read}): {}\n", piece.text));
    }
    let worked = duration_words(std::time::Duration::from_millis(view.worked_ms));
    text = text.plain(&format!("#{}, {worked}, {}\nbranch ", view.iteration, usage_words(&view.usage)));
    text = text.code(&view.branch);
    if view.orchestrator.is_none() && view.state != "done" {
        text = text.plain("\nnothing works on it now: ").code(&format!("samocode run {}", view.name));
    }
    text
}

fn newest_of(sessions: &Path, name: &str) -> Option<Layout> {
    let is_named = |layout: &Layout| {
        FolderName::parse(layout.folder()).is_some_and(|folder| folder.name.as_str() == name)
    };
    list(sessions).ok()?.into_iter().rfind(is_named)
}

fn project_name(sessions: &Path) -> String {
    let folder = sessions.parent().and_then(|folder| folder.file_name());
    folder.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn qualified(layout: &Layout) -> String {
    format!("{}/{}", project_name(layout.sessions()), layout.folder())
}
