//! What one run's stream said so far, added up in constant memory.
//!
//! Never judges: [`super::Provider::judge`] reads it when the run is over.

use std::collections::VecDeque;

use super::event::{AgentEvent, LimitStatus, MessageId, RateLimit, Retrying, RunResult, Started};
use super::last_words::{PlainLines, words_of};
use crate::domain::outcome::Usage;

/// How many messages can be under way at once: the main one and those of parallel sub-agents, with room to spare.
const OPEN_MESSAGES: usize = 64;

/// The sum of one run's events.
#[derive(Debug, Clone)]
pub struct Seen {
    agent: String,
    started: Option<Started>,
    /// Usage of each of the latest messages, as last told.
    open: VecDeque<(MessageId, Usage)>,
    /// The sum over all messages, `open` included.
    total: Usage,
    /// A turn of lines without a message's name is under way.
    in_turn: bool,
    last_tool: Option<String>,
    /// Tools that were called and have not answered.
    open_calls: u32,
    retrying: Option<Retrying>,
    rate_limit: Option<RateLimit>,
    service_error: Option<String>,
    result: Option<RunResult>,
    /// What it printed that is no event, since it last worked.
    plain: PlainLines,
    /// The result was its last word: nothing worked on after it.
    over: bool,
}

impl Seen {
    /// Nothing seen yet of a run of `agent`, e.g. `planning`; empty where the run is to load none of samocode's.
    pub fn new(agent: &str) -> Self {
        Self {
            agent: agent.to_owned(),
            started: None,
            open: VecDeque::with_capacity(OPEN_MESSAGES),
            total: Usage::default(),
            in_turn: false,
            last_tool: None,
            open_calls: 0,
            retrying: None,
            rate_limit: None,
            service_error: None,
            result: None,
            plain: PlainLines::default(),
            over: false,
        }
    }

    /// Adds one event.
    pub fn note(&mut self, event: &AgentEvent) {
        match event {
            AgentEvent::Started(started) => {
                self.plain.clear();
                self.started = Some(started.clone());
                // A late turn begins with a first line of its own (measured with Claude Code 2.1.197).
                self.over = false;
            }
            AgentEvent::Activity(activity) => {
                self.retrying = None;
                // The service answers again, so nothing that was said before is why the run ends.
                self.service_error = None;
                self.plain.clear();
                self.over = false;
                if activity.message == MessageId::UNNAMED {
                    self.total.turns += u64::from(!self.in_turn);
                    self.in_turn = true;
                } else {
                    self.count(activity.message, activity.usage);
                }
                self.open_calls = self.open_calls.saturating_add(activity.calls);
                if let Some(tool) = &activity.tool {
                    self.last_tool = Some(tool.clone());
                }
            }
            AgentEvent::ToolAnswered => {
                self.open_calls = self.open_calls.saturating_sub(1);
                self.in_turn = false;
            }
            AgentEvent::Retrying(retrying) => self.retrying = Some(retrying.clone()),
            AgentEvent::RateLimit(limit) => self.rate_limit = Some(limit.clone()),
            AgentEvent::ServiceError { kind } => self.service_error = Some(kind.clone()),
            AgentEvent::Result(result) => {
                self.result = Some(added_up(self.result.take(), result));
                self.over = true;
                // A call that was not answered by now never will be; those of a later turn count anew.
                self.open_calls = 0;
            }
        }
    }

    /// Adds a line of stdout that is no event, without secrets. Only lines for which [`super::may_be_words`] holds are
    /// worth it.
    pub fn note_plain(&mut self, line: &[u8]) {
        if let Some(words) = words_of(line) {
            self.plain.push(words);
        }
    }

    /// Counts what `message` used, once: its later lines repeat or raise the numbers of its first.
    fn count(&mut self, message: MessageId, usage: Usage) {
        let known = self.open.iter_mut().rev().find(|(id, _)| *id == message);
        if let Some((_, counted)) = known {
            let grown = |new: u64, old: u64| new.saturating_sub(old);
            self.total.input_tokens += grown(usage.input_tokens, counted.input_tokens);
            self.total.cached_tokens += grown(usage.cached_tokens, counted.cached_tokens);
            self.total.output_tokens += grown(usage.output_tokens, counted.output_tokens);
            counted.input_tokens = counted.input_tokens.max(usage.input_tokens);
            counted.cached_tokens = counted.cached_tokens.max(usage.cached_tokens);
            counted.output_tokens = counted.output_tokens.max(usage.output_tokens);
            return;
        }
        if self.open.len() == OPEN_MESSAGES {
            self.open.pop_front();
        }
        self.open.push_back((message, usage));
        self.total.input_tokens += usage.input_tokens;
        self.total.cached_tokens += usage.cached_tokens;
        self.total.output_tokens += usage.output_tokens;
        self.total.turns += 1;
    }

    /// What the run used: the result's own totals once it is there, else the sum so far.
    ///
    /// The sum is too low in `output_tokens`: Claude Code repeats what the service said when a message began
    /// (measured with Claude Code 2.1.197), and tells the rest in the result only.
    ///
    /// Where the result tells no turns, they are the messages and tool calls that were seen: Codex tells none.
    pub fn usage(&self) -> Usage {
        let told = self.result.as_ref().and_then(|result| result.usage);
        told.map_or(self.total, |usage| match usage.turns {
            0 => Usage { turns: self.total.turns, ..usage },
            _ => usage,
        })
    }

    /// The latest tool call, readable and short.
    pub fn last_tool(&self) -> Option<&str> {
        self.last_tool.as_deref()
    }

    /// Whether a tool that was called has not answered yet.
    pub fn tool_runs(&self) -> bool {
        self.open_calls > 0
    }

    /// Whether the run has told its result.
    pub fn has_result(&self) -> bool {
        self.result.is_some()
    }

    /// Whether nothing worked on since its result. A background task that ends later wakes the model once more.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The result that was told last.
    pub fn result(&self) -> Option<&RunResult> {
        self.result.as_ref()
    }

    /// What the CLI loaded, once it said so.
    pub fn started(&self) -> Option<&Started> {
        self.started.as_ref()
    }

    /// The request that is being tried again; none once the model wrote again.
    pub fn retrying(&self) -> Option<&Retrying> {
        self.retrying.as_ref()
    }

    /// What was last said of the usage limit.
    pub fn rate_limit(&self) -> Option<&RateLimit> {
        self.rate_limit.as_ref()
    }

    /// The limit that refuses requests; none while it allows them.
    pub(super) fn rejected(&self) -> Option<&RateLimit> {
        self.rate_limit.as_ref().filter(|limit| limit.status == LimitStatus::Rejected)
    }

    /// What it printed that is no event, since it last worked.
    pub(super) fn plain(&self) -> &PlainLines {
        &self.plain
    }

    /// The last error of the service since it last worked, in the CLI's own word.
    pub(super) fn service_error(&self) -> &str {
        self.service_error.as_deref().unwrap_or_default()
    }

    /// The agent that was asked for.
    pub(super) fn agent(&self) -> &str {
        &self.agent
    }
}

/// Adds the previous results to the newest one. After a woken turn, Claude Code's `num_turns` and `usage` count that turn
/// only; its cost and its tokens by model count the whole run (measured with 2.1.197 and 2.1.332).
fn added_up(before: Option<RunResult>, newest: &RunResult) -> RunResult {
    let mut result = newest.clone();
    let Some(before) = before else {
        return result;
    };
    result.turns = result.turns.saturating_add(before.turns);
    result.usage = match (result.usage, before.usage) {
        (Some(newest), Some(before)) if result.since_last => Some(Usage {
            input_tokens: newest.input_tokens.saturating_add(before.input_tokens),
            cached_tokens: newest.cached_tokens.saturating_add(before.cached_tokens),
            output_tokens: newest.output_tokens.saturating_add(before.output_tokens),
            ..newest
        }),
        (newest, before) => newest.or(before),
    };
    if let Some(usage) = &mut result.usage {
        usage.turns = result.turns;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::event::Activity;
    use super::*;

    fn activity(message: &str, input: u64, output: u64) -> AgentEvent {
        AgentEvent::Activity(Activity {
            message: MessageId::of(message.as_bytes()),
            usage: Usage { input_tokens: input, output_tokens: output, ..Usage::default() },
            tool: None,
            calls: 0,
        })
    }

    #[test]
    fn counts_each_message_once_even_when_messages_interleave() {
        let mut seen = Seen::new("planning");
        for (message, input, output) in
            [("main", 100, 1), ("sub", 10, 1), ("main", 100, 7), ("sub", 10, 1), ("next", 120, 1)]
        {
            seen.note(&activity(message, input, output));
        }
        let usage = seen.usage();
        assert_eq!((usage.input_tokens, usage.output_tokens, usage.turns), (230, 9, 3));
    }

    #[test]
    fn stays_small_over_a_long_run() {
        let mut seen = Seen::new("planning");
        for number in 0..10_000 {
            seen.note(&activity(&number.to_string(), 1, 0));
        }
        assert_eq!(seen.usage().input_tokens, 10_000);
        assert_eq!(seen.open.len(), OPEN_MESSAGES);
    }

    #[test]
    fn takes_the_totals_of_the_result_over_its_own() {
        let mut seen = Seen::new("planning");
        seen.note(&activity("main", 100, 1));
        let totals = Usage { input_tokens: 300, turns: 2, ..Usage::default() };
        seen.note(&AgentEvent::Result(RunResult { usage: Some(totals), ..RunResult::default() }));
        assert_eq!(seen.usage(), totals);
    }

    #[test]
    fn where_the_result_tells_no_turns_they_are_what_was_seen() {
        let mut seen = Seen::new("planning");
        seen.note(&activity("one", 0, 0));
        seen.note(&activity("two", 0, 0));
        let totals = Usage { input_tokens: 300, ..Usage::default() };
        seen.note(&AgentEvent::Result(RunResult { usage: Some(totals), ..RunResult::default() }));
        assert_eq!((seen.usage().input_tokens, seen.usage().turns), (300, 2));
    }

    #[test]
    fn lines_without_a_name_are_one_turn_until_a_tool_answers() {
        let mut seen = Seen::new("planning");
        let said = AgentEvent::Activity(Activity {
            message: MessageId::UNNAMED,
            usage: Usage::default(),
            tool: None,
            calls: 0,
        });
        for event in [&said, &said, &AgentEvent::ToolAnswered, &AgentEvent::ToolAnswered, &said] {
            seen.note(event);
        }
        let usage = Some(Usage { input_tokens: 300, ..Usage::default() });
        seen.note(&AgentEvent::Result(RunResult { usage, ..RunResult::default() }));
        assert_eq!((seen.usage().turns, seen.usage().input_tokens), (2, 300));
    }

    #[test]
    fn keeps_its_own_sum_when_the_result_was_cut() {
        let mut seen = Seen::new("planning");
        seen.note(&activity("main", 100, 1));
        seen.note(&AgentEvent::Result(RunResult::default()));
        assert!(seen.has_result());
        assert_eq!(seen.usage().input_tokens, 100);
    }

    #[test]
    fn a_run_that_works_on_after_its_result_is_not_over_until_the_next_one() {
        let mut seen = Seen::new("planning");
        let call = || {
            let mut call = activity("late", 1, 0);
            if let AgentEvent::Activity(activity) = &mut call {
                activity.calls = 1;
            }
            call
        };
        seen.note(&call());
        assert!(seen.tool_runs() && !seen.is_over());
        seen.note(&AgentEvent::Result(RunResult::default()));
        assert!(seen.is_over() && !seen.tool_runs(), "what was not answered never will be");
        seen.note(&call());
        assert!(seen.tool_runs() && seen.has_result() && !seen.is_over());
        seen.note(&AgentEvent::ToolAnswered);
        assert!(!seen.is_over(), "the model has yet to say what it makes of the answer");
        seen.note(&AgentEvent::Result(RunResult::default()));
        assert!(seen.is_over());
        seen.note(&AgentEvent::Started(Started::default()));
        assert!(!seen.is_over(), "the model is asked once more");
    }
}
