//! A stand-in for a model, for tests that run a real AI coding CLI without a network.
//!
//! [`Model::start`] listens on a free loopback port and speaks Anthropic's Messages interface as far as Claude Code
//! 2.1.197 uses it, OpenAI's Responses interface as far as codex-cli 0.169.0 does, and Google's as far as Gemini CLI
//! 0.61.0 does. What the "model" says is decided by a [`Script`]: it sees each request as a [`Turn`] and returns a
//! [`Reply`]. [`Walkthrough`] is a script that plays an engineer through samocode's workflow, [`Detours`] sends single
//! iterations another way, [`Sleepers`] leaves processes behind, [`faults`] has the replies of a service in trouble.
//!
//! Nothing unexpected is answered kindly: the CLI gets HTTP 400, and the reason is listed by [`Model::unexpected`],
//! which every test asserts to be empty.
//!
//! This package never uses samocode's own code, so that both sides of the prompt and of the signal are written twice.

mod anthropic;
mod detours;
mod dialect;
pub mod faults;
mod gemini;
mod labels;
mod parts;
mod protocol;
mod recorder;
mod reply;
mod responses;
mod script;
mod server;
mod sleepers;
mod tool_result;
mod turn;
mod walkthrough;

pub use detours::Detours;
pub use dialect::Dialect;
pub use parts::Parts;
pub use recorder::Recorded;
pub use reply::{Reply, ToolCall};
pub use script::{Script, Steps};
pub use server::Model;
pub use sleepers::Sleepers;
pub use tool_result::ToolResult;
pub use turn::{Called, Turn};
pub use walkthrough::Walkthrough;
