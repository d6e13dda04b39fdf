//! Tests with the real AI coding CLIs, pinned in `testing/clis`, against a model stand-in on loopback.
//!
//! `npm ci --prefix testing/clis` installs them; without it these tests fail, they are never skipped. All of them run the
//! newest versions but those of `oldest`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helper stops the test where it fails")]

mod asked;
mod claude;
mod claude_faults;
mod claude_plugin;
mod claude_processes;
mod claude_requests;
mod claude_walkthrough;
mod clis;
mod codex_agents;
mod codex_login;
mod cost;
mod examples;
mod gemini_agents;
mod gemini_settings;
mod install;
mod live;
mod oldest;
mod processes;
mod record;
mod scratch;
mod session_cheats;
mod session_ends;
mod session_evidence;
mod session_fallback;
mod session_faults;
mod session_full;
mod session_gates;
mod session_guidance;
mod session_limits;
mod session_mixed;
mod session_reviewers;
mod session_sandbox;
mod session_secrets;
mod session_skills;
mod session_tools;
mod session_troubles;
mod stage;
