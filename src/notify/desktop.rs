//! Notifications of this machine's desktop.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use notify_rust::Notification;
#[cfg(not(target_os = "macos"))]
use notify_rust::Urgency;

use super::announcement::Announcement;
use super::error::DeliveryError;
use super::text;

/// The longest title and text, in characters; a desktop shows less of them.
const LONGEST_TITLE: usize = 200;
const LONGEST: usize = 1000;

/// The desktop.
#[derive(Debug, Clone)]
pub struct Desktop {
    pub(super) limit: Duration,
}

impl Desktop {
    pub(super) fn deliver(&self, announcement: &Announcement) -> Result<(), DeliveryError> {
        let title = text::cut(&announcement.heading(), LONGEST_TITLE, text::characters, text::as_it_is);
        let (body, urgent) = (announcement.body(), announcement.kind.is_urgent());
        let (sender, receiver) = mpsc::sync_channel(1);
        // A bus may take the call and never answer; the library would wait for ever.
        let shown = move || {
            let _ = sender.send(show(&title, &body, urgent));
        };
        thread::Builder::new()
            .name("desktop".to_owned())
            .spawn(shown)
            .map_err(|error| DeliveryError::Unreachable(format!("no thread for the desktop: {error}")))?;
        match receiver.recv_timeout(self.limit) {
            Ok(result) => result.map_err(|error| {
                DeliveryError::Unreachable(format!(
                    "no desktop can be reached ({error}): it takes a session with a notification service, and \
                     DBUS_SESSION_BUS_ADDRESS where samocode runs; SAMOCODE_NOTIFY_DESKTOP=off leaves it out"
                ))
            }),
            Err(_) => Err(DeliveryError::Unreachable(format!(
                "the desktop did not answer within {} s",
                self.limit.as_secs_f64()
            ))),
        }
    }
}

#[cfg(not(target_os = "macos"))]
fn show(title: &str, body: &str, urgent: bool) -> Result<(), notify_rust::error::Error> {
    let reads_markup = notify_rust::get_capabilities()?.iter().any(|able| able == "body-markup");
    let write = if reads_markup { escape } else { text::as_it_is };
    let mut notification = notification(title, &text::cut(body, LONGEST, text::characters, write));
    // One that is critical stays until somebody has seen it.
    notification.urgency(if urgent { Urgency::Critical } else { Urgency::Normal });
    notification.show().map(|_| ())
}

#[cfg(target_os = "macos")]
fn show(title: &str, body: &str, _urgent: bool) -> Result<(), notify_rust::error::Error> {
    notification(title, &text::cut(body, LONGEST, text::characters, text::as_it_is)).show().map(|_| ())
}

fn notification(title: &str, body: &str) -> Notification {
    let mut notification = Notification::new();
    notification.appname("samocode").summary(title).body(body);
    notification
}

#[cfg(not(target_os = "macos"))]
fn escape(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c => out.push(c),
    }
}
