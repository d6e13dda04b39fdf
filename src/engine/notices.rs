//! Tells the person what is due: hands each notice to each channel, journals what was taken, and never waits for any of
//! them while there is work.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::domain::event::Event;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::verdict::{Block, BlockCause};
use crate::engine::announce::announcement;
use crate::engine::courier::{Carried, Courier, End};
use crate::engine::happening::Happening;
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::phone::{CHANNEL, Phone, Told};
use crate::engine::view::View;
use crate::engine::{EngineError, Settings, Wish, random_hex};
use crate::store::Layout;

/// How long a run that is over stays for channels that have not taken its last word.
const LAST_WORD: Duration = Duration::from_secs(20);

/// The person's channels.
pub(super) struct Notices {
    phone: Option<Phone>,
    couriers: Vec<Courier>,
    carried: Receiver<Carried>,
    /// A gate that an earlier orchestrator told the phone of, with what sets its repetition apart.
    again: Option<(String, String)>,
    /// What the person did last, for messages that ask for nothing any more.
    pub(super) last_act: Option<String>,
    /// The notices that held when this last looked; none before it first did.
    holding: Option<BTreeSet<String>>,
}

impl Notices {
    /// Opens the channels that are set. What cannot be opened is said, and stops nothing.
    pub(super) fn open(settings: &Settings, layout: &Layout) -> (Self, Option<String>) {
        let (sender, carried) = channel();
        let couriers = settings.channels().into_iter().map(|to| Courier::start(to, sender.clone())).collect();
        let telegram = settings.config.telegram.as_ref();
        let phone = telegram.map(|set| Phone::start(set, &settings.data_dir, layout, &settings.redactor));
        let (phone, trouble) = match phone.transpose() {
            Ok(phone) => (phone, None),
            Err(error) => (None, Some(format!("the phone is not used: {error}"))),
        };
        (Self { phone, couriers, carried, again: None, last_act: None, holding: None }, trouble)
    }

    /// Whether the person can act from elsewhere.
    pub(super) fn is_two_way(&self) -> bool {
        self.phone.is_some()
    }

    fn is_none(&self) -> bool {
        self.phone.is_none() && self.couriers.is_empty()
    }
}

impl Orchestrator<'_> {
    /// A gate that was told of and stands open still is told of once more: whoever started samocode again may not have
    /// been the one who was asked.
    pub(super) fn remind(&mut self) -> Result<(), EngineError> {
        let gate = self.session().notices.iter().find(|notice| matches!(notice.kind, NoticeKind::Waiting(_)));
        let told = gate.filter(|notice| notice.told.contains(CHANNEL)).map(|notice| notice.id.clone());
        if let (Some(notice), true) = (told, self.notices.is_two_way()) {
            self.notices.again = Some((notice, random_hex()?));
        }
        Ok(())
    }

    /// Tells what is due and writes down what was taken. Quick, whatever the channels do.
    pub(super) fn tell(&mut self) -> Result<(), EngineError> {
        if self.notices.is_none() {
            return Ok(());
        }
        let lines = self.notices.phone.as_ref().map(Phone::lines).unwrap_or_default();
        lines.iter().for_each(|line| self.say.line(line));
        self.note_carried()?;
        self.tell_channels();
        if let Err(error) = self.tell_phone() {
            self.say.line(&format!("the phone is not used any more: {error}"));
            self.notices.phone = None;
        }
        Ok(())
    }

    fn note_carried(&mut self) -> Result<(), EngineError> {
        let carried: Vec<Carried> = self.notices.carried.try_iter().collect();
        for Carried { channel, notice, end } in carried {
            let refused = match end {
                End::Delivered => None,
                End::Troubled(why) => {
                    self.say.line(&format!("{channel} has not taken a message yet: {why}"));
                    continue;
                }
                End::GivenUp(why) => {
                    self.say.line(&format!("{channel} did not take a message: {why}"));
                    Some(why)
                }
            };
            self.journal_told(&notice, channel, refused)?;
        }
        Ok(())
    }

    fn journal_told(
        &mut self,
        notice: &str,
        channel: &str,
        refused: Option<String>,
    ) -> Result<(), EngineError> {
        let (notice, channel) = (notice.to_owned(), channel.to_owned());
        self.append(Event::Notified { notice, channel, refused })
    }

    fn tell_channels(&mut self) {
        let session = self.record.session();
        let holding: BTreeSet<&str> = session.notices.iter().map(|notice| notice.id.as_str()).collect();
        let mut couriers = std::mem::take(&mut self.notices.couriers);
        for courier in &mut couriers {
            courier.keep_only(&holding);
            let channel = courier.channel;
            for notice in session.due(channel) {
                if courier.has(&notice.id) {
                    continue;
                }
                let redactor = &self.settings.redactor;
                let view = View::of(self.record.layout(), session).without_secrets(redactor);
                let changed = self.branch_changed(notice);
                let project = self.repository.top();
                courier.give(&notice.id, announcement(notice, &view, project, &changed, redactor));
            }
        }
        self.notices.couriers = couriers;
    }

    fn tell_phone(&mut self) -> Result<(), EngineError> {
        let Some(mut phone) = self.notices.phone.take() else { return Ok(()) };
        let taken = self.through(&mut phone);
        self.notices.phone = Some(phone);
        for (notice, refused) in taken? {
            self.journal_told(&notice, CHANNEL, refused)?;
        }
        Ok(())
    }

    /// Brings the mailbox in line with the session; returns what the phone has taken.
    fn through(&mut self, phone: &mut Phone) -> Result<Vec<(String, Option<String>)>, EngineError> {
        let session = self.record.session();
        let holding: BTreeSet<String> = session.notices.iter().map(|notice| notice.id.clone()).collect();
        if self.notices.holding.as_ref() != Some(&holding) {
            let why = self.notices.last_act.as_deref().unwrap_or("passed meanwhile");
            phone.close_others(&holding.iter().map(String::as_str).collect(), why)?;
            self.notices.holding = Some(holding);
        }
        let mut taken = Vec::new();
        for notice in session.due(CHANNEL) {
            let told = phone.tell(notice, session, "", || self.branch_changed(notice))?;
            if let Told::Taken { refused } = told {
                taken.push((notice.id.clone(), refused));
            }
        }
        if let Some((id, salt)) = &self.notices.again {
            let notice = session.notices.iter().find(|notice| notice.id == *id);
            let over = match notice {
                Some(notice) if phone.tell(notice, session, salt, String::new)? == Told::NotYet => {
                    phone.close_earlier(id, salt)?;
                    false
                }
                Some(_) | None => true,
            };
            if over {
                self.notices.again = None;
            }
        }
        Ok(taken)
    }

    /// What the branch changed, in a line, for the last message of a session.
    fn branch_changed(&self, notice: &Notice) -> String {
        let session = self.record.session();
        let place = session.place.as_ref().filter(|_| matches!(notice.kind, NoticeKind::Done { .. }));
        let changed = place.map(|place| {
            self.repository.diffstat(&place.base_commit, &format!("refs/heads/{}", session.branch))
        });
        // A line less is no reason to tell nothing.
        changed.and_then(Result::ok).unwrap_or_default()
    }

    /// Stays until what is due was taken, at most for a while: then the process is over, and with it the telling.
    pub(super) fn last_word(&mut self) -> Result<Option<Wish>, EngineError> {
        if self.notices.is_none() {
            return Ok(None);
        }
        let until = Instant::now() + LAST_WORD;
        loop {
            self.tell()?;
            let waiting = self.not_taken();
            if waiting.is_empty() {
                return Ok(None);
            }
            if Instant::now() >= until {
                let channels = waiting.join(", ");
                self.say.line(&format!("not told yet: {channels}; the next samocode tells what still holds"));
                return Ok(None);
            }
            if let Some(wish) = self.idle(TICK)? {
                return Ok(Some(wish));
            }
        }
    }

    /// Tells that the work ended in an error, which may well be that nothing can be journaled.
    pub(super) fn tell_failure(&mut self, error: &EngineError) {
        let reason = self.settings.redactor.text(&error.to_string()).into_owned();
        let Ok(random) = random_hex() else { return };
        let notice = Notice {
            id: format!("failed-{random}"),
            at: Timestamp::now(),
            kind: NoticeKind::Failed(Block { cause: BlockCause::Unable, reason }),
            told: BTreeSet::new(),
        };
        let (session, redactor) = (self.record.session(), &self.settings.redactor);
        let view = View::of(self.record.layout(), session).without_secrets(redactor);
        let mut waiting: BTreeSet<&str> = BTreeSet::new();
        for courier in &mut self.notices.couriers {
            courier.give(&notice.id, announcement(&notice, &view, self.repository.top(), "", redactor));
            waiting.insert(courier.channel);
        }
        let until = Instant::now() + LAST_WORD;
        loop {
            let phone = self.notices.phone.as_mut();
            let told = phone.map(|phone| phone.tell(&notice, session, "", String::new));
            for carried in self.notices.carried.try_iter().filter(|carried| carried.notice == notice.id) {
                waiting.remove(carried.channel);
            }
            // A mailbox that cannot be written has the same trouble as what is to be told.
            let on_phone = matches!(told, Some(Ok(Told::NotYet)));
            if !on_phone && waiting.is_empty() || Instant::now() >= until {
                return;
            }
            if matches!(self.happenings.next(TICK), Some(Happening::Interrupt)) {
                return;
            }
        }
    }

    /// Channels that have not taken what is due.
    fn not_taken(&self) -> Vec<&'static str> {
        let session = self.record.session();
        let phone = self.notices.phone.as_ref().map(|_| CHANNEL);
        let channels = self.notices.couriers.iter().map(|courier| courier.channel).chain(phone);
        let again = self.notices.again.is_some();
        channels
            .filter(|channel| session.due(channel).next().is_some() || again && *channel == CHANNEL)
            .collect()
    }
}
