//! The tests that need only git and Rust.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod cli_background;
mod cli_demo;
mod cli_doctor;
mod cli_help;
mod cli_install;
mod cli_reading;
mod cli_setup;
mod cli_stage;
mod command_lines;
mod config;
mod docs;
mod examples;
mod fault_list;
mod git;
mod install_script;
mod layers;
mod moving_over;
mod notices;
mod packages;
mod phone;
mod process;
mod prompts;
mod properties;
mod provider;
mod provider_table;
mod scenario;
mod scenarios;
mod schedules;
mod sources;
mod store;
