//! The session loop: what to do next is asked of the domain, done, and asked again.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::domain::event::Event;
use crate::domain::session::{Session, State};
use crate::domain::step::Step;
use crate::domain::verdict::{Block, BlockCause};
use crate::engine::checkout_watch::Watch;
use crate::engine::cli_state::CliState;
use crate::engine::confine::Sandbox;
use crate::engine::happening::{Happening, Happenings};
use crate::engine::identity::Committer;
use crate::engine::notices::Notices;
use crate::engine::origins::Origins;
use crate::engine::refused::Refused;
use crate::engine::say::{Say, Screen};
use crate::engine::shared_repository::SharedRepository;
use crate::engine::view::View;
use crate::engine::{CliVersion, EngineError, Settings, Wish, overview, whereabouts};
use crate::git::{ChildGit, FolderCommit, Guard, Repository, Worktree, WorktreeState, commit_folder};
use crate::process::Awake;
use crate::provider::Provider;
use crate::store::{Layout, Writable};

/// How long a person's act may go unnoticed.
pub(super) const TICK: Duration = Duration::from_millis(200);

/// How the loop ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The session is finished.
    Done,
    /// A gate is open, and the person wants to be asked from a shell.
    Waiting,
    /// A person must decide.
    Blocked(Block),
    /// A person asked it to stop.
    Stopped,
    /// Ctrl-C, or a TERM signal.
    Interrupted,
}

/// Drives one session. Holds its lock for as long as it lives.
pub struct Orchestrator<'a> {
    pub(super) settings: &'a Settings,
    pub(super) record: Writable,
    pub(super) repository: Repository,
    pub(super) happenings: &'a Happenings,
    pub(super) say: Say<'a>,
    pub(super) worktree: Option<Worktree>,
    /// The worktree as it was last read.
    pub(super) state: Option<WorktreeState>,
    /// What a child could plant in git, as it was before the newest one started.
    pub(super) guard: Option<Guard>,
    pub(super) checkout: Option<Watch>,
    /// Git could not tell once.
    pub(super) checkout_given_up: bool,
    pub(super) shared: SharedRepository,
    /// Changes in the main checkout that were told.
    pub(super) checkout_told: BTreeSet<String>,
    pub(super) interrupted: bool,
    /// A park until then was waited out, and no iteration has started since, whatever the clock says.
    pub(super) waited_until: Timestamp,
    /// The person was told of the park that lasts.
    pub(super) said_parked: bool,
    /// Whether the iteration runs on the fallback.
    pub(super) on_fallback: bool,
    /// Whether nothing of an earlier child can be alive: the process table was searched, and each child since was
    /// seen to its end.
    pub(super) swept: bool,
    /// The iteration before which this process had the branch reviewed.
    pub(super) reviewed_before: Option<u32>,
    /// While the session goes on by itself, the machine is kept from sleeping.
    pub(super) awake: Option<Awake>,
    /// Names of withheld variables that the person was told of.
    said_withheld: BTreeSet<String>,
    /// What the person was told of CLIs whose version is not known.
    said_versions: BTreeSet<String>,
    pub(super) sandbox: Option<Sandbox>,
    /// Where the newest confined CLI keeps its state.
    pub(super) cli_states: Vec<CliState>,
    pub(super) refused: Refused,
    pub(super) origins: Origins,
    /// What the person's git is set to, as far as a child's must be another.
    pub(super) child_git: ChildGit,
    pub(super) committer: Committer,
    commits_folder: bool,
    pub(super) notices: Notices,
}

impl<'a> Orchestrator<'a> {
    /// An orchestrator for a session whose lock is held.
    #[must_use]
    pub fn new(
        settings: &'a Settings,
        record: Writable,
        repository: Repository,
        happenings: &'a Happenings,
        screen: &'a mut dyn Screen,
    ) -> Self {
        let mut say = Say::new(screen, record.layout(), &settings.redactor);
        let (notices, trouble) = Notices::open(settings, record.layout());
        trouble.iter().for_each(|trouble| say.line(trouble));
        Self {
            settings,
            record,
            repository,
            happenings,
            say,
            worktree: None,
            state: None,
            guard: None,
            checkout: None,
            checkout_given_up: false,
            shared: SharedRepository::default(),
            checkout_told: BTreeSet::new(),
            interrupted: false,
            waited_until: Timestamp::MIN,
            said_parked: false,
            on_fallback: false,
            swept: false,
            reviewed_before: None,
            awake: None,
            said_withheld: BTreeSet::new(),
            said_versions: BTreeSet::new(),
            sandbox: None,
            cli_states: Vec::new(),
            refused: Refused::default(),
            origins: Origins::default(),
            child_git: ChildGit::default(),
            committer: Committer::default(),
            commits_folder: true,
            notices,
        }
    }

    /// Where the session stands.
    #[must_use]
    pub fn session(&self) -> &Session {
        self.record.session()
    }

    /// The session's paths.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        self.record.layout()
    }

    /// Works until the session is finished, or a person is needed, or wants it to end.
    ///
    /// # Errors
    /// When the session's files or its repository do not let it go on. Nothing that stood is lost; the next start
    /// goes on from the journal.
    pub fn run(&mut self) -> Result<Ending, EngineError> {
        let ending = self.go_through();
        if let Err(error) = &ending {
            self.tell_failure(error);
        }
        ending
    }

    fn go_through(&mut self) -> Result<Ending, EngineError> {
        if let Some(wish) = self.begin()? {
            return Ok(self.leave(wish));
        }
        self.remind()?;
        loop {
            let wish = self.called_away()?;
            if let Some(wish) = self.unless_done(wish) {
                return Ok(self.leave(wish));
            }
            let next = self.next();
            let wish = match next.step {
                Step::Prepare => self.prepare()?,
                Step::CloseLost => self.close_lost().map(|()| None)?,
                Step::Run { after } => match self.idle_until(after)? {
                    Some(wish) => Some(wish),
                    None => self.iterate(next.instead)?,
                },
                Step::Verify => self.verify()?,
                Step::Wait(gate) => self.wait_at(&gate)?,
                Step::Park(pause) => self.wait_out(&pause)?,
                Step::Hold(block) => self.append(Event::Held(block)).map(|()| None)?,
                Step::Blocked(block) => match self.blocked(&block)? {
                    Some(ending) => return Ok(ending),
                    None => None,
                },
                Step::Finished(_) => {
                    let outside = self.left_outside();
                    outside.iter().for_each(|left| self.say.line(left));
                    self.write_evidence(&outside);
                    self.drop_states();
                    self.publish()?;
                    self.last_word()?;
                    return Ok(Ending::Done);
                }
            };
            if let Some(wish) = self.unless_done(wish) {
                return Ok(self.leave(wish));
            }
        }
    }

    /// A session that has finished is brought to its end whatever was asked meanwhile: only the evidence is missing.
    fn unless_done(&self, wish: Option<Wish>) -> Option<Wish> {
        wish.filter(|_| !matches!(self.session().state, State::Done(_)))
    }

    /// Why the loop has to end before the next thing starts: Ctrl-C that nobody has read yet, or a `stop` in the inbox.
    pub(super) fn called_away(&mut self) -> Result<Option<Wish>, EngineError> {
        let stop = self.take_requests()?;
        Ok(self.interrupt_heard().or(stop))
    }

    /// Reads what happened while nobody listened, e.g. during a call of git. Everything but Ctrl-C is about a child that
    /// is gone.
    pub(super) fn interrupt_heard(&mut self) -> Option<Wish> {
        while let Some(happening) = self.happenings.next(Duration::ZERO) {
            self.interrupted |= matches!(happening, Happening::Interrupt);
        }
        self.interrupted.then_some(Wish::Interrupted)
    }

    /// Takes the session up: what the record says is brought back into the folder.
    fn begin(&mut self) -> Result<Option<Wish>, EngineError> {
        self.read_child_git();
        self.read_checkouts();
        if let Some(wish) = self.enter_sandbox_in_time()? {
            return Ok(Some(wish));
        }
        let edited = self.phase_that_cannot_count();
        let (pid, run) = (std::process::id(), self.record.run().to_owned());
        self.append(Event::Began { version: env!("CARGO_PKG_VERSION").to_owned(), pid, run })?;
        let moved = whereabouts::follow(&self.settings.config, &self.repository, &mut self.record)?;
        moved.iter().for_each(|said| self.say.line(said));
        self.look_at_origins();
        self.write_answers()?;
        if let Some(plan) = self.session().approved.clone() {
            self.keep_approved(&plan)?;
        }
        // At a gate whose files were announced the notebook may hold a person's edit.
        if self.session().place.is_some() && !self.session().posted {
            self.publish()?;
        }
        if let Some(edited) = edited {
            let (phase, name) = (&self.session().phase, &self.session().name);
            let words = format!(
                "`Phase: {edited}` in _overview.md does not count, because no gate is open; it is put back to {phase}. \
                 To say what comes next: samocode tell {name} 'what you want'"
            );
            self.say.line(&words);
        }
        Ok(None)
    }

    /// A phase that a person wrote into the notebook while no gate was open. What stands there after a killed iteration
    /// may be the agent's, and is put back without a word.
    fn phase_that_cannot_count(&self) -> Option<String> {
        let session = self.session();
        let running = matches!(session.state, State::Running(_));
        let candidate = session.place.is_some() && !session.posted && !running;
        candidate.then(|| overview::phase_edited_alone(self.record.layout(), session)).flatten()
    }

    /// Without the person's settings, a child pushes nowhere and signs nothing all the same.
    fn read_child_git(&mut self) {
        match self.repository.child_git() {
            Ok(child) => self.child_git = child,
            Err(error) => self.say.line(&format!("the git configuration cannot be read: {error}")),
        }
        if !self.child_git.signs().is_empty() {
            let keys = self.child_git.signs().join(", ");
            self.say.line(&format!(
                "agents get no signing keys: what they commit is unsigned, although {keys} is set"
            ));
        }
    }

    /// Leaves, unless a person can be waited for: one who was called on the phone answers there.
    fn blocked(&mut self, block: &Block) -> Result<Option<Ending>, EngineError> {
        self.publish()?;
        self.say.needed(&View::of(self.record.layout(), self.record.session()));
        let waits = self.notices.is_two_way()
            && !self.settings.wishes.exit_on_wait
            && block.cause != BlockCause::Unable;
        if !waits {
            self.last_word()?;
            return Ok(Some(Ending::Blocked(block.clone())));
        }
        self.say.line("waits for your word, here or on the phone; Ctrl-C leaves, and keeps all");
        self.awake = None;
        while matches!(self.session().state, State::Blocked(_)) {
            if let Some(wish) = self.idle(TICK)? {
                return Ok(Some(self.leave(wish)));
            }
        }
        Ok(None)
    }

    fn leave(&mut self, wish: Wish) -> Ending {
        match wish {
            Wish::Leave => Ending::Stopped,
            Wish::Interrupted => Ending::Interrupted,
            Wish::Waiting => Ending::Waiting,
        }
    }

    /// Idles for a moment, open to requests and signals.
    pub(super) fn idle(&mut self, moment: Duration) -> Result<Option<Wish>, EngineError> {
        let until = Instant::now() + moment;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if matches!(self.happenings.next(left), Some(Happening::Interrupt)) {
                self.interrupted = true;
                return Ok(Some(Wish::Interrupted));
            }
        }
        self.take_requests()
    }

    /// Journals an event and moves the session on.
    pub(super) fn append(&mut self, event: Event) -> Result<(), EngineError> {
        Ok(self.record.append(event, Timestamp::now())?)
    }

    /// Brings the notebook up to date and commits the folder where it lies in a repository of its own.
    pub(super) fn publish(&mut self) -> Result<(), EngineError> {
        overview::update(self.record.layout(), self.record.session())?;
        if self.commits_folder {
            self.commit_folder();
        }
        Ok(())
    }

    /// That the folder cannot be committed is said and stops nothing: its files are on disk.
    fn commit_folder(&mut self) {
        let layout = self.record.layout();
        let session = self.record.session();
        let message = format!("{}: {} #{}", session.name, session.phase, session.iteration);
        let done = commit_folder(&self.repository, layout.sessions(), &layout.session_dir(), &message);
        match done {
            Ok(FolderCommit::Committed | FolderCommit::Unchanged) => {}
            Ok(FolderCommit::NoRepository | FolderCommit::ProjectRepository) => self.commits_folder = false,
            Err(error) => self.say.line(&format!("the session's files are not committed: {error}")),
        }
    }

    /// Blocks where agents could not commit; true then.
    pub(super) fn held_without_identity(&mut self) -> Result<bool, EngineError> {
        let Some(worktree) = &self.worktree else {
            return Ok(false);
        };
        let missing = self.committer.missing(self.settings, self.record.session(), worktree)?;
        match missing {
            Some(missing) => self.hold(missing).map(|()| true),
            None => Ok(false),
        }
    }

    /// Blocks without an iteration, for a reason that only a person can mend.
    pub(super) fn hold(&mut self, mut reason: String) -> Result<(), EngineError> {
        self.settings.redactor.clean(&mut reason);
        self.append(Event::Held(Block { cause: BlockCause::Unable, reason }))
    }

    /// Refuses a CLI that is too old; says once of each that its version is not known, or older than
    /// any that is tested.
    pub(super) fn check_version(&mut self, provider: &Provider) -> Result<(), EngineError> {
        let remark = match self.settings.find_cli(provider)?.version {
            Some(CliVersion::Unsaid(why) | CliVersion::Failed(why)) => {
                Some(format!("whether {} is new enough is not known: {why}", provider.name()))
            }
            Some(CliVersion::Known(version)) => {
                provider.needed().and_then(|needed| needed.too_old_to_be_tested(version))
            }
            None => None,
        };
        if let Some(remark) = remark
            && self.said_versions.insert(remark.clone())
        {
            self.say.line(&remark);
        }
        Ok(())
    }

    /// Says which variables a child does not get, each name once in a run.
    pub(super) fn say_withheld(&mut self, who: &str, names: &[String]) {
        let new: Vec<&str> = names
            .iter()
            .filter(|name| self.said_withheld.insert((*name).clone()))
            .map(String::as_str)
            .collect();
        if !new.is_empty() {
            self.say.line(&format!(
                "withheld from {who}: {} (SAMOCODE_PASS_ENV=NAME,NAME gives back what it needs)",
                new.join(", ")
            ));
        }
    }

    /// A time as the person's clock shows it.
    pub(super) fn local(&self, at: Timestamp) -> String {
        at.to_zoned(jiff::tz::TimeZone::system()).strftime("%m-%d %H:%M:%S").to_string()
    }
}
