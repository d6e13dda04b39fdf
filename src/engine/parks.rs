//! Parks: waited out by the wall clock, open to the person's word, and told once at their start and once at their end.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::config::PhaseSettings;
use crate::domain::event::Event;
use crate::domain::fallback::{Next, next};
use crate::domain::outage::Outage;
use crate::domain::phase::Phase;
use crate::domain::session::State;
use crate::domain::step::Step;
use crate::domain::verdict::{Decision, Park, Pause};
use crate::domain::wait::Wait;
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::say::duration_words;
use crate::engine::{EngineError, Wish};

impl Orchestrator<'_> {
    /// What to do next, and on which provider.
    pub(super) fn next(&self) -> Next {
        let config = &self.settings.config;
        let main = config.for_phase(&self.session().phase).provider;
        // What was waited out is over, even if the clock was set back meanwhile.
        let now = Timestamp::now().max(self.waited_until);
        next(self.session(), &config.policy, main.as_str(), now)
    }

    /// What an iteration of a phase runs with.
    pub(super) fn own_settings(&self, phase: &Phase) -> PhaseSettings {
        let config = &self.settings.config;
        match config.fallback.filter(|_| self.on_fallback) {
            Some(fallback) => config.for_phase_on(phase, fallback),
            None => config.for_phase(phase),
        }
    }

    /// Waits until a provider that counts can go on; a request that ends the wait is obeyed within a tick.
    pub(super) fn wait_out(&mut self, pause: &Pause) -> Result<Option<Wish>, EngineError> {
        let until = self.local(pause.until);
        if !matches!(&self.session().state, State::Parked(shown) if shown.until == pause.until) {
            // A phase was entered whose provider is out, or the person changed which providers count.
            self.append(Event::Parked(pause.clone()))?;
            self.say.line(&format!("parked until {until}: {}", pause.reason));
        } else if !self.said_parked {
            // Another process began it.
            self.say.line(&format!("still parked until {until}: {}", pause.reason));
        }
        self.said_parked = true;
        let wait = self.begin_wait(pause.until);
        let began = Instant::now();
        while !wait.is_over(Timestamp::now(), began.elapsed()) {
            if let Some(wish) = self.idle(TICK)? {
                return Ok(Some(wish));
            }
            if !matches!(self.next().step, Step::Park(_)) {
                return Ok(None);
            }
        }
        self.waited_until = pause.until;
        Ok(None)
    }

    /// Idles until a wall-clock time.
    pub(super) fn idle_until(&mut self, after: Option<Timestamp>) -> Result<Option<Wish>, EngineError> {
        let Some(wait) = after.map(|after| self.begin_wait(after)) else {
            return Ok(None);
        };
        let began = Instant::now();
        while !wait.is_over(Timestamp::now(), began.elapsed()) {
            if let Some(wish) = self.idle(TICK)? {
                return Ok(Some(wish));
            }
        }
        Ok(None)
    }

    fn begin_wait(&self, until: Timestamp) -> Wait {
        Wait::begin(until, Timestamp::now(), self.settings.config.policy.max_wait)
    }

    /// The provider of the iteration that runs.
    pub(super) fn running_provider(&self) -> String {
        self.session().running().map(|running| running.provider.clone()).unwrap_or_default()
    }

    /// Whether a park goes on with one that the person was told of: its provider was tried and did nothing.
    pub(super) fn outlasts(&self, park: &Park) -> bool {
        let told = |outage: &Outage| outage.parks > 1 && outage.until == park.until;
        self.session().outages.values().any(told)
    }

    /// The start of a park, or a try in its middle.
    pub(super) fn parked_words(&mut self, park: &Park) -> String {
        if !matches!(self.session().state, State::Parked(_)) {
            return format!("parked until {}; the fallback goes on", self.local(park.until));
        }
        let until = self.local(park.pause().until);
        self.said_parked = true;
        if self.outlasts(park) {
            return format!("still parked until {until}");
        }
        let name = &self.session().name;
        format!(
            "parked until {until}; `samocode resume {name}` tries at once, `samocode stop {name}` gives up"
        )
    }

    /// The end of a park.
    pub(super) fn say_served(&mut self, provider: &str, outage: &Outage, decision: &Decision) {
        if matches!(decision, Decision::Block(_)) {
            // That is told instead.
            return;
        }
        let waited = Timestamp::now().duration_since(outage.since);
        let waited = duration_words(Duration::try_from(waited).unwrap_or_default());
        self.say.line(&format!("{provider} is parked no longer, {waited} after it was"));
    }
}
