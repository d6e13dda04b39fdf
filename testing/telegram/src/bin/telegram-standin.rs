//! The phone by hand: shows the chat as the bot writes, and says, replies and taps what is typed.
//!
//! `telegram-standin [--port P] [--token T]`; without a port it takes a free one. In tmux type with
//! `send-keys -l`, or `up` and `down` are taken for keys.

use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use samocode_testing_telegram::{OWNER, Phone, STRANGER};

const TOKEN: &str = "7000000007:AAstand-in-for-trying-by-hand-00000";
const USAGE: &str = "usage: telegram-standin [--port P] [--token T]";
const HELP: &str = "  say TEXT         write to the bot, e.g. say /status
  reply N TEXT     answer message N (\\n is a new line)
  tap N LABEL      tap a button under message N; the label's beginning is enough
  data N DATA      tap with this data, whether or not there is such a button
  stranger TEXT    somebody else writes to the bot
  down | up        the service goes away and comes back
  calls            how often the bot called what
  quit             end";

/// How often the thread that shows the chat looks whether it is to end.
const LOOK: Duration = Duration::from_millis(200);

fn main() -> io::Result<()> {
    let (port, token) = arguments().map_err(io::Error::other)?;
    let phone = Phone::try_start(port, &token)?;
    let mut out = io::stdout();
    writeln!(out, "# for .samocode:")?;
    writeln!(out, "TELEGRAM_BOT_TOKEN={token}")?;
    writeln!(out, "TELEGRAM_CHAT_ID={OWNER}")?;
    writeln!(out, "TELEGRAM_API_URL={}", phone.base_url())?;
    writeln!(out, "\n# The chat. You are Robin:\n{HELP}\n")?;
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| show(&phone, &ended));
        let result = listen(&phone);
        ended.store(true, Ordering::Release);
        result
    })
}

fn arguments() -> Result<(u16, String), String> {
    let (mut port, mut token) = (0, TOKEN.to_owned());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match (word.as_str(), words.next()) {
            ("--port", Some(value)) => {
                port = value.parse().map_err(|_| format!("`{value}` is no port. {USAGE}"))?;
            }
            ("--token", Some(value)) => token = value,
            _ => return Err(format!("`{word}` is not understood. {USAGE}")),
        }
    }
    Ok((port, token))
}

/// Writes what happens until the end.
fn show(phone: &Phone, ended: &AtomicBool) {
    let mut known = 0;
    while !ended.load(Ordering::Acquire) {
        for happening in phone.happenings_after(known, LOOK) {
            known += 1;
            // Who no longer reads this needs no telling.
            let _ = writeln!(io::stdout(), "{happening}");
        }
    }
}

/// Does what is typed, until `quit` or the end of the input.
fn listen(phone: &Phone) -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        let line = line.trim();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        if verb == "quit" {
            return Ok(());
        }
        if let Err(why) = act(phone, verb, rest) {
            writeln!(io::stdout(), "   ? {why}")?;
        }
    }
    Ok(())
}

fn act(phone: &Phone, verb: &str, rest: &str) -> Result<(), String> {
    match verb {
        "say" if !rest.is_empty() => {
            phone.say(OWNER, &lines(rest));
        }
        "stranger" if !rest.is_empty() => {
            phone.say(STRANGER, &lines(rest));
        }
        "reply" => {
            let (number, text) = numbered(rest)?;
            phone.try_reply(OWNER, number, &lines(text))?;
        }
        "tap" => {
            let (number, label) = numbered(rest)?;
            tap(phone, number, label)?;
        }
        "data" => {
            let (number, data) = numbered(rest)?;
            phone.tap_data(OWNER, number, data);
        }
        "down" => phone.go_down(),
        "up" => phone.come_up(),
        "calls" => calls(phone).map_err(|error| error.to_string())?,
        "" => {}
        "help" => return Err(format!("you can type:\n{HELP}")),
        _ => {
            return Err(format!(
                "`{verb}` is not understood, or lacks something; `help` lists what you can type"
            ));
        }
    }
    Ok(())
}

fn numbered(rest: &str) -> Result<(i32, &str), String> {
    let (number, text) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
    let number = number.trim_start_matches('#').parse();
    let number = number.map_err(|_| format!("`{rest}` does not begin with a message's number"))?;
    if text.trim().is_empty() {
        Err("something is to follow the number".to_owned())
    } else {
        Ok((number, text))
    }
}

fn lines(text: &str) -> String {
    text.replace("\\n", "\n")
}

/// Taps the button of this label, or the only one whose label begins so.
fn tap(phone: &Phone, number: i32, label: &str) -> Result<(), String> {
    let messages = phone.messages();
    let message = messages.iter().find(|message| message.id == number);
    let labels = message.map(|message| message.labels()).unwrap_or_default();
    let wanted = label.trim_matches(['[', ']']).to_lowercase();
    let mut like = labels.iter().filter(|known| known.to_lowercase().starts_with(&wanted));
    let meant = match (labels.contains(&label), like.next(), like.next()) {
        (false, Some(only), None) => only,
        _ => label,
    };
    phone.try_tap(OWNER, number, meant).map(drop)
}

fn calls(phone: &Phone) -> io::Result<()> {
    let calls = phone.calls();
    let mut methods: Vec<&str> = calls.iter().map(|call| call.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    for method in methods {
        let of_method = calls.iter().filter(|call| call.method == method);
        let refused = of_method.clone().filter(|call| call.refused.is_some()).count();
        writeln!(io::stdout(), "     {:>5} {method}, {refused} refused", of_method.count())?;
    }
    Ok(())
}
