//! Ten thousand texts of every kind, each taken by every service.

use std::path::PathBuf;

use samocode::config::{Channels, Ntfy, Secret, Webhook};
use samocode::notify::{Announcement, Channel, Kind, Limits};

use super::service::Service;
use super::{announcement, around, strict};

const TEXTS: u64 = 10_000;

/// What markup, scripts and breaks are made of.
const PIECES: &[&str] = &[
    "word",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{fffe}",
    "\u{fdd0}",
    "\u{200b}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "שלום",
    "مرحبا",
    "你好",
    "é",
    "e\u{301}",
    "\u{301}",
    "😀",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "🏴",
    "*",
    "_",
    "__",
    "~~",
    "`",
    "```",
    "||",
    ">",
    ">>> ",
    "#",
    "-# ",
    "[a](http://x)",
    "<",
    "<!channel>",
    "<@123>",
    "<#4>",
    "<t:0:R>",
    "@everyone",
    "@here",
    "&",
    "&amp;",
    "&lt;",
    "&#60;",
    "\\",
    "\\\\",
    "\\*",
    "\"",
    "'",
    "{",
    "}",
    "%s",
    "%0a",
    "=?UTF-8?Q?x?=",
    "=20",
    "?=",
    "<b>",
    "</pre>",
    "::",
    ":smile:",
    "$(x)",
    "https://a.example/?b=c&d=e",
    "\u{10ffff}",
    "\u{e000}",
];

/// A small generator; the same texts in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn text(&mut self, most: usize) -> String {
        let count = self.below(most);
        (0..count).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    fn announcement(&mut self, number: u64) -> Announcement {
        let kinds = [Kind::Waiting, Kind::Blocked, Kind::Failed, Kind::Parked, Kind::Resumed, Kind::Done];
        let mut text = self.text(60);
        if number % 1000 == 7 {
            // As long as a megabyte, of one piece or of all.
            let piece = if self.below(2) == 0 {
                self.text(400) + "x"
            } else {
                PIECES[self.below(PIECES.len())].to_owned()
            };
            text = piece.repeat(1_000_000 / piece.len() + 1);
        } else if number % 50 == 3 {
            // Around each service's limit.
            text = self.text(40).repeat(self.below(120));
        }
        let commands = if self.below(3) == 0 { vec![self.text(20)] } else { Vec::new() };
        let most = if self.below(9) == 0 { 400 } else { 12 };
        let title = self.text(most);
        Announcement {
            id: format!("{number}"),
            kind: kinds[self.below(kinds.len())],
            title,
            text,
            commands,
            ..announcement()
        }
    }
}

#[test]
fn ten_thousand_texts_are_refused_by_no_service() {
    let services =
        [strict::webhook, strict::ntfy, strict::slack, strict::discord].map(|judge| Service::new(judge));
    let [webhook, ntfy, slack, discord] = services.each_ref().map(|service| Secret::new(service.url("x")));
    let set = Channels {
        webhook: Some(Webhook { url: webhook, secret: Some(Secret::new("kettle")) }),
        ntfy: Some(Ntfy { url: ntfy, token: None }),
        slack: Some(slack),
        discord: Some(discord),
        ..Channels::default()
    };
    let channels = Channel::all(&set, &around(PathBuf::from("/"), Limits::default()));
    std::thread::scope(|scope| {
        for channel in &channels {
            scope.spawn(move || {
                let mut dice = Dice(0x5eed_1234_5678_9abc);
                for number in 0..TEXTS {
                    let told = dice.announcement(number);
                    let result = channel.deliver(&told);
                    assert_eq!(result, Ok(()), "{} refused {number}: {told:?}", channel.name());
                }
            });
        }
    });
}
