//! How outside reviews change a session.

use super::Session;
use crate::domain::outcome::Usage;
use crate::domain::review::{Review, Reviews};

impl Session {
    /// Whether outside reviewers are at work, or were when their samocode was killed.
    #[must_use]
    pub fn is_reviewed(&self) -> bool {
        self.reviews.as_ref().is_some_and(|reviews| reviews.open)
    }

    /// What was said of this very commit is kept.
    pub(super) fn begin_reviews(&mut self, head: &str) {
        let kept = self.reviews.take().filter(|reviews| reviews.head == head);
        let done = kept.map(|reviews| reviews.done).unwrap_or_default();
        self.reviews = Some(Reviews { head: head.to_owned(), open: true, done });
    }

    pub(super) fn reviewed(&mut self, review: &Review) -> Result<(), String> {
        let Some(reviews) = self.reviews.as_mut().filter(|reviews| reviews.open) else {
            return Err("a review came to its end in no round of them".to_owned());
        };
        if reviews.has(&review.provider) {
            return Err(format!("a second review of one commit by {}", review.provider));
        }
        reviews.done.push(review.clone());
        self.add_usage(&review.usage, review.took_ms);
        Ok(())
    }

    pub(super) fn end_reviews(&mut self, told: &[String], usage: &Usage, took_ms: u64) {
        self.close_reviews();
        self.add_usage(usage, took_ms);
        self.news.told.extend(told.iter().cloned());
    }

    pub(super) fn close_reviews(&mut self) {
        if let Some(reviews) = &mut self.reviews {
            reviews.open = false;
        }
    }
}
