//! Names what changed in the main checkout while an iteration ran. It blocks nothing: the person may be at work there.

use std::thread;
use std::time::{Duration, Instant};

use crate::engine::orchestrator::Orchestrator;
use crate::git::{Checkout, Touched};

/// How many changes are told.
const MOST_TOLD: usize = 10;
/// Iterations that follow each other that closely need no second look between them.
const FRESH: Duration = Duration::from_secs(2);

/// The main checkout as it was last looked at.
#[derive(Debug)]
pub(super) struct Watch {
    checkout: Checkout,
    looked: Instant,
}

impl Orchestrator<'_> {
    /// Takes note of the main checkout before a child starts: what changed until here is not the child's doing.
    pub(super) fn watch_checkout(&mut self) {
        let looked = match self.checkout.take() {
            Some(watch) if watch.looked.elapsed() < FRESH => {
                self.checkout = Some(watch);
                return;
            }
            Some(watch) => {
                let touched = watch.checkout.touched();
                watch.checkout.again(&self.repository, &touched).map(|(checkout, _)| checkout)
            }
            None if self.checkout_given_up => return,
            None => Checkout::look(&self.repository),
        };
        match looked {
            Ok(checkout) => self.checkout = Some(Watch { checkout, looked: Instant::now() }),
            Err(error) => {
                self.checkout_given_up = true;
                self.say.line(&format!("changes in the main checkout will not be noticed: {error}"));
            }
        }
    }

    /// Reads the worktree anew; meanwhile, on another thread, the times of the main checkout's files are compared.
    pub(super) fn refresh_both(&mut self) -> (Vec<String>, Option<Touched>) {
        let Some(watch) = self.checkout.take() else {
            return (self.refresh_state(), None);
        };
        let (said, touched) = thread::scope(|scope| {
            // Beside each other to save time; one after the other where the machine has no thread to give.
            let touched = thread::Builder::new().spawn_scoped(scope, || watch.checkout.touched());
            let said = self.refresh_state();
            match touched {
                Ok(touched) => (said, touched.join().ok()),
                Err(_) => (said, Some(watch.checkout.touched())),
            }
        });
        self.checkout = Some(watch);
        (said, touched)
    }

    /// What to tell of changes in the main checkout, each once.
    pub(super) fn checkout_changes(&mut self, iteration: u32, touched: Option<&Touched>) -> Option<String> {
        let (watch, touched) = (self.checkout.take()?, touched?);
        let (checkout, mut changes) = watch.checkout.again(&self.repository, touched).ok()?;
        self.checkout = Some(Watch { checkout, looked: Instant::now() });
        changes.retain(|change| self.checkout_told.insert(change.clone()));
        if changes.is_empty() {
            return None;
        }
        let more = changes.len().saturating_sub(MOST_TOLD);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        changes.truncate(MOST_TOLD);
        Some(format!(
            "While iteration {iteration} ran, the main checkout {} changed: {}{more}. If that was you, undo it: work in the \
             worktree only. If not, it was the person: leave it as it is.",
            self.repository.top().display(),
            changes.join("; ").replace(char::is_control, "?")
        ))
    }
}
