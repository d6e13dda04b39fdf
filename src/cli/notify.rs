//! `notify test`: one message to every channel, and a line on what became of it.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::args::{Files, RunOptions};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, UNABLE};
use crate::cli::request::refuse_inside;
use crate::cli::status::to_json;
use crate::cli::wrap::hanging;
use crate::cli::{run, style, terminal};
use crate::config::Overrides;
use crate::engine::{self, Settings, random_hex};
use crate::notify::Announcement;

/// What sets up a channel, for whoever has none.
const KEYS: &str = "set one or more of these in .samocode or .env:
  TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID  the phone, where you can answer, too
  SAMOCODE_NOTIFY_DESKTOP=on       this machine's desktop
  SAMOCODE_NOTIFY_NTFY=https://…   a topic of ntfy
  SAMOCODE_NOTIFY_SLACK=https://…  an incoming webhook of Slack; SAMOCODE_NOTIFY_DISCORD for Discord
  SAMOCODE_NOTIFY_WEBHOOK=https://…  any service that takes JSON
  SAMOCODE_NOTIFY_COMMAND=…        a command that gets the JSON on its input";

/// What became of the message to one channel.
#[derive(Debug, Serialize)]
struct Delivery {
    channel: &'static str,
    /// Where it leads, as far as that may be shown.
    place: String,
    delivered: bool,
    took_ms: u64,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    channels: Vec<Delivery>,
}

/// Sends it, and says in words why it was not delivered.
type Send = Box<dyn FnOnce() -> Result<(), String> + std::marker::Send>;

/// One way to the person that is to be tried.
struct Try {
    channel: &'static str,
    place: String,
    send: Send,
}

/// `notify test`
pub(super) fn test(files: &Files, json: bool) -> Result<u8, Failure> {
    refuse_inside()?;
    let context = Context::load(files, Overrides::default())?;
    let settings = run::settings(&context, &RunOptions::default())?;
    let announcement = Announcement::test(random_hex()?, Timestamp::now(), settings.config.main_repo.clone());
    let tries = tries(&settings, &announcement);
    if tries.is_empty() {
        return Err(Failure::usage("there is no channel to tell anybody").with_hint(KEYS));
    }
    let width = tries.iter().map(|one| one.channel.len()).max().unwrap_or(0);
    let channels = all(tries, |delivery| {
        if !json {
            terminal::line(&line(delivery, width));
        }
    });
    let ok = channels.iter().all(|delivery| delivery.delivered);
    if json {
        terminal::line(&to_json(&Report { ok, channels })?);
    }
    Ok(if ok { 0 } else { UNABLE })
}

/// Everything that is set up.
fn tries(settings: &Settings, announcement: &Announcement) -> Vec<Try> {
    let channels = settings.channels().into_iter().map(|channel| {
        let announcement = announcement.clone();
        Try {
            channel: channel.name(),
            place: channel.place(),
            send: Box::new(move || channel.deliver(&announcement).map_err(|error| error.to_string())),
        }
    });
    let phone = settings.config.telegram.clone().map(|phone| Try {
        channel: "telegram",
        place: format!("chat {}", phone.chat_id),
        send: Box::new(move || engine::try_phone(&phone).map(drop).map_err(|fault| fault.to_string())),
    });
    phone.into_iter().chain(channels).collect()
}

/// Tries all at the same time, for each may take its whole time, and tells of each as soon as it is over.
fn all(tries: Vec<Try>, tell: impl Fn(&Delivery)) -> Vec<Delivery> {
    let (sender, receiver) = mpsc::channel();
    for (index, one) in tries.into_iter().enumerate() {
        let sender = sender.clone();
        thread::spawn(move || {
            let begin = Instant::now();
            let error = (one.send)().err();
            let took_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
            let delivered = error.is_none();
            // Who would read it has left only if samocode is over.
            let _ = sender.send((
                index,
                Delivery { channel: one.channel, place: one.place, delivered, took_ms, error },
            ));
        });
    }
    drop(sender);
    let mut over: Vec<(usize, Delivery)> = receiver.iter().inspect(|(_, delivery)| tell(delivery)).collect();
    over.sort_by_key(|(index, _)| *index);
    over.into_iter().map(|(_, delivery)| delivery).collect()
}

fn line(delivery: &Delivery, width: usize) -> String {
    let name = format!("{:width$}", delivery.channel);
    match &delivery.error {
        None => {
            let took = Duration::from_millis(delivery.took_ms).as_secs_f64();
            let place = style::dim(&format!("({})", delivery.place));
            format!("{name}  {} in {took:.1} s  {place}", style::good("delivered"))
        }
        Some(error) => {
            format!("{name}  {}", hanging(&format!("{}: {error}", style::bad("not delivered")), width + 2))
        }
    }
}
