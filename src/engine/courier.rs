//! Carries announcements to one channel, on a thread of its own: a channel that is slow or dead holds up nothing.

use std::collections::{BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::notify::{Announcement, Channel, DeliveryError, retry};
use crate::patience;

/// What became of an announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) channel: &'static str,
    /// The notice.
    pub(super) notice: String,
    pub(super) end: End,
}

/// How it ended, or how a try went that is made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// The channel took it.
    Delivered,
    /// It will not be tried again.
    GivenUp(String),
    /// The first try failed; it goes on.
    Troubled(String),
}

/// A channel with its thread.
pub(super) struct Courier {
    pub(super) channel: &'static str,
    jobs: Sender<(String, Announcement)>,
    given: BTreeSet<String>,
    /// Notices that hold; what does not is not worth another try.
    holding: Arc<Mutex<BTreeSet<String>>>,
}

struct Job {
    notice: String,
    announcement: Announcement,
    tries: u32,
    due: Instant,
}

impl Courier {
    /// Starts the thread. It ends with the courier, or with the process.
    pub(super) fn start(channel_to: Channel, carried: Sender<Carried>) -> Self {
        let name = channel_to.name();
        let (jobs, taken) = channel();
        let holding: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let hold = Arc::clone(&holding);
        // Where no thread can be had, nothing is taken, and the journal says that it is due.
        drop(patience::thread("courier", move || carry(&channel_to, &taken, &carried, &hold)));
        Self { channel: name, jobs, given: BTreeSet::new(), holding }
    }

    /// Whether an announcement was handed over by this process.
    pub(super) fn has(&self, notice: &str) -> bool {
        self.given.contains(notice)
    }

    pub(super) fn give(&mut self, notice: &str, announcement: Announcement) {
        self.given.insert(notice.to_owned());
        lock(&self.holding).insert(notice.to_owned());
        // A thread that is gone takes nothing; the journal says that it is due.
        let _ = self.jobs.send((notice.to_owned(), announcement));
    }

    pub(super) fn keep_only(&self, holding: &BTreeSet<&str>) {
        lock(&self.holding).retain(|notice| holding.contains(notice.as_str()));
    }
}

fn carry(
    channel: &Channel,
    taken: &Receiver<(String, Announcement)>,
    carried: &Sender<Carried>,
    holding: &Mutex<BTreeSet<String>>,
) {
    let mut jobs: VecDeque<Job> = VecDeque::new();
    loop {
        let wait = jobs.iter().map(|job| job.due.saturating_duration_since(Instant::now())).min();
        let next = match wait {
            None => taken.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => taken.recv_timeout(wait),
        };
        match next {
            Ok((notice, announcement)) => {
                jobs.push_back(Job { notice, announcement, tries: 0, due: Instant::now() });
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        jobs.retain(|job| lock(holding).contains(&job.notice));
        while let Some(at) = jobs.iter().position(|job| job.due <= Instant::now()) {
            let Some(mut job) = jobs.remove(at) else { break };
            job.tries += 1;
            let end = attempt(channel, &mut job);
            let again = matches!(end, Some(End::Troubled(_)) | None);
            let told = end.map(|end| Carried { channel: channel.name(), notice: job.notice.clone(), end });
            if told.is_some_and(|told| carried.send(told).is_err()) {
                return;
            }
            if again {
                jobs.push_back(job);
            }
        }
    }
}

/// One try; none when it failed as the one before.
fn attempt(channel: &Channel, job: &mut Job) -> Option<End> {
    let error = match channel.deliver(&job.announcement) {
        Ok(()) => return Some(End::Delivered),
        Err(error) => error,
    };
    let wait = match &error {
        DeliveryError::Refused(_) => None,
        DeliveryError::RetryAfter(wait) => Some(*wait),
        DeliveryError::Unreachable(_) => retry(job.tries).map(jittered),
    };
    let Some(wait) = wait else { return Some(End::GivenUp(error.to_string())) };
    job.due = Instant::now() + wait;
    (job.tries == 1).then(|| End::Troubled(error.to_string()))
}

/// Up to a fifth longer, so that not all that was lost comes back at once.
fn jittered(wait: Duration) -> Duration {
    let chance = getrandom::u32().map_or(0.0, |number| f64::from(number) / f64::from(u32::MAX));
    wait.mul_f64(1.0 + chance / 5.0)
}

fn lock(holding: &Mutex<BTreeSet<String>>) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
    holding.lock().unwrap_or_else(PoisonError::into_inner)
}
