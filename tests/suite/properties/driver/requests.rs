//! What a person sends, and how it is taken.

use samocode::domain::event::{Event, Received};
use samocode::domain::request::{Act, Effect, Request, Who};

use super::super::law::Breach;
use super::super::person;
use super::Driver;

impl Driver {
    /// A person sends a request, or an old one comes once more.
    pub(super) fn person(&mut self) {
        let request = if !self.sent.is_empty() && self.dice.chance(8) {
            self.dice.pick(&self.sent)
        } else {
            let act = person::act(&mut self.dice, self.record.session(), &self.world, &self.gates);
            self.request(Who::Terminal("ada".to_owned()), act)
        };
        self.sent.push(request.clone());
        self.record.send(request);
    }

    pub(super) fn request(&mut self, who: Who, act: Act) -> Request {
        self.numbers += 1;
        Request { id: format!("r{}", self.numbers), at: self.world.now, who, act }
    }

    pub(super) fn take_own(&mut self, who: Who, act: Act) -> Result<(), Breach> {
        let request = self.request(who, act);
        self.take(&request).map(|_| ())
    }

    /// Takes what waits; true if a stop was among it, or the process was killed in between.
    pub(super) fn take_requests(&mut self) -> Result<bool, Breach> {
        let mut leave = false;
        for request in self.record.waiting() {
            if !self.session().taken.contains(&request.id) {
                leave |= self.take(&request)? == Effect::Stopping;
            }
            if self.dice.chance(3) {
                // Killed between the journal and the inbox: the file stays and is found again.
                self.restart()?;
                return Ok(false);
            }
            self.record.remove(&request.id);
        }
        Ok(leave)
    }

    pub(super) fn take(&mut self, request: &Request) -> Result<Effect, Breach> {
        let scene = self.world.scene(self.session());
        let effect = (self.rules.rule)(self.session(), request, &scene);
        let received = Received { request: request.clone(), effect: effect.clone() };
        let event = Event::Received(Box::new(received));
        self.append(event.clone())?;
        if self.dice.chance(3) {
            self.append(event)?;
        }
        Ok(effect)
    }
}
