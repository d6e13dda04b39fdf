//! A script in which single iterations are played by other scripts. Tells iterations apart by the prompt's label.

use std::collections::BTreeMap;

use crate::reply::Reply;
use crate::script::Script;
use crate::turn::Turn;

/// One script for a whole session, with others in its place for some iterations.
pub struct Detours {
    way: Box<dyn Script>,
    detours: BTreeMap<u32, Box<dyn Script>>,
}

impl Detours {
    /// Everything is played by `way`, so far.
    pub fn from(way: impl Script + 'static) -> Self {
        Self { way: Box::new(way), detours: BTreeMap::new() }
    }

    /// The iteration of this number is played by `script`.
    #[must_use]
    pub fn in_iteration(mut self, number: u32, script: impl Script + 'static) -> Self {
        self.detours.insert(number, Box::new(script));
        self
    }

    /// Every request of the iteration of this number gets this reply.
    #[must_use]
    pub fn always_in_iteration(self, number: u32, reply: Reply) -> Self {
        self.in_iteration(number, move |_: &Turn| reply.clone())
    }
}

impl Script for Detours {
    fn reply(&mut self, turn: &Turn) -> Reply {
        let number = turn.label("Iteration").and_then(|number| number.parse().ok());
        let detour = number.and_then(|number: u32| self.detours.get_mut(&number));
        detour.unwrap_or(&mut self.way).reply(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::Detours;
    use crate::dialect::Dialect;
    use crate::reply::Reply;
    use crate::script::Script;
    use crate::turn::Turn;

    fn turn(iteration: &str) -> Turn {
        Turn {
            dialect: Dialect::Claude,
            conversation: String::new(),
            model: String::new(),
            system: Vec::new(),
            tools: Vec::new(),
            prompt: String::new(),
            labels: vec![("Iteration".to_owned(), iteration.to_owned())],
            message: String::new(),
            reminders: Vec::new(),
            answers: 0,
            history: Vec::new(),
            results: Vec::new(),
        }
    }

    #[test]
    fn only_the_named_iteration_leaves_the_way() {
        let mut script =
            Detours::from(|_: &Turn| Reply::text("way")).always_in_iteration(2, Reply::text("detour"));
        let mut said = |iteration| script.reply(&turn(iteration));
        assert_eq!(said("1"), Reply::text("way"));
        assert_eq!(said("2"), Reply::text("detour"));
        assert_eq!(said("3"), Reply::text("way"));
        assert_eq!(said("no number"), Reply::text("way"));
    }
}
