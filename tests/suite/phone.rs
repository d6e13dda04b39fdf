//! The phone, through the real program: a stand-in for the Bot API on loopback, and a person who has nothing but a chat.

use std::time::Duration;

use samocode_testing_telegram::{Message, OWNER, Phone};

use crate::scenario::Scenario;

mod chats;
mod forms;
mod gates;
mod kills;
mod messages;
mod service;
mod steady;
mod strangers;
mod texts;
mod tried;
mod turns;
mod walk;

/// The bot's token: what must stand in no file and on no screen.
pub(crate) const TOKEN: &str = "7012345678:AAplumbasketplumbasketplumbasketplumb";

/// How long a message is waited for.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// A scenario whose person is reached on that phone.
pub(crate) fn with_phone(scenario: Scenario, phone: &Phone) -> Scenario {
    scenario
        .config(&format!("TELEGRAM_BOT_TOKEN={TOKEN}"))
        .config(&format!("TELEGRAM_CHAT_ID={OWNER}"))
        .config(&format!("TELEGRAM_API_URL={}", phone.base_url()))
}

/// Waits for a message with these words that has a button of that label.
pub(crate) fn with_button(phone: &Phone, words: &str, label: &str) -> Message {
    phone.wait_for(&format!("`{words}` with the button `{label}`"), SOON, |message| {
        message.text.contains(words) && message.button(label).is_some()
    })
}

/// Waits for a message with these words.
pub(crate) fn saying(phone: &Phone, words: &str) -> Message {
    phone.wait_for(&format!("`{words}`"), SOON, |message| message.text.contains(words))
}

/// Waits until a tap was answered with these words.
pub(crate) fn toasted(phone: &Phone, words: &str) {
    phone.wait_until(&format!("the toast `{words}`"), SOON, |phone| {
        phone.toasts().iter().any(|toast| toast.text.contains(words)).then_some(())
    });
}

/// Messages of the bot with these words.
pub(crate) fn count(phone: &Phone, words: &str) -> usize {
    phone.shown_in(OWNER).iter().filter(|message| message.text.contains(words)).count()
}
