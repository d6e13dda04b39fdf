//! Each trouble that a test can order.

use std::time::{Duration, Instant};

use frankenstein::{Error, TelegramApi};
use samocode_testing_telegram::{Fault, OWNER};

use super::{hasty, refused, send, start, text, updates};

#[test]
fn refusals_do_nothing_and_end_after_their_times() {
    let blocked = "Forbidden: bot was blocked by the user";
    let conflict =
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    for (fault, code, words) in [
        (Fault::Conflict, 409, conflict),
        (
            Fault::BadRequest("can't parse entities: no".to_owned()),
            400,
            "Bad Request: can't parse entities: no",
        ),
        (Fault::Unauthorized, 401, "Unauthorized"),
        (Fault::Forbidden, 403, blocked),
    ] {
        let (phone, bot) = start();
        phone.fail("sendMessage", 2, fault.clone());
        for _ in 0..2 {
            assert_eq!(refused(bot.send_message(&text("hi"))), (code, words.to_owned()));
        }
        assert!(phone.messages().is_empty());
        send(&bot, "hi");
        let calls = phone.calls_of("sendMessage");
        assert_eq!(
            calls.iter().map(|call| call.code).collect::<Vec<_>>(),
            [u16::try_from(code).ok(), u16::try_from(code).ok(), Some(200)]
        );
        assert_eq!(calls[0].fault, Some(fault));
    }
}

#[test]
fn too_many_requests_say_how_long_to_wait() {
    let (phone, bot) = start();
    phone.fail("*", 1, Fault::TooMany { retry_after: 7 });
    let Err(Error::Api(refusal)) = bot.send_message(&text("hi")) else { panic!("not refused") };
    assert_eq!(refusal.description, "Too Many Requests: retry after 7");
    assert_eq!(refusal.parameters.unwrap().retry_after, Some(7));
}

#[test]
fn faults_come_in_order_and_can_be_taken_back() {
    let (phone, bot) = start();
    phone.fail("sendMessage", 1, Fault::Forbidden);
    phone.fail("sendMessage", 5, Fault::Unauthorized);
    assert_eq!(refused(bot.send_message(&text("hi"))).0, 403);
    bot.get_me().unwrap();
    assert_eq!(refused(bot.send_message(&text("hi"))).0, 401);
    phone.heal();
    send(&bot, "hi");
}

#[test]
fn a_proxy_error_is_no_json() {
    let (phone, bot) = start();
    phone.fail("sendMessage", 1, Fault::ServerError);
    let error = bot.send_message(&text("hi")).unwrap_err();
    let Error::JsonDecode { input, .. } = error else { panic!("{error}") };
    assert!(input.contains("502 Bad Gateway"));
    assert_eq!(phone.calls_of("sendMessage")[0].code, Some(502));
    assert!(phone.messages().is_empty());
}

#[test]
fn a_connection_dropped_before_leaves_nothing_and_after_leaves_the_message() {
    for (fault, left) in [(Fault::DropBefore, 0), (Fault::DropAfter, 1)] {
        let (phone, bot) = start();
        phone.fail("sendMessage", 1, fault.clone());
        let error = bot.send_message(&text("hi")).unwrap_err();
        assert!(matches!(error, Error::HttpUreq(_)), "{error}");
        assert_eq!(phone.messages().len(), left, "{fault:?}");
        let calls = phone.calls_of("sendMessage");
        assert_eq!((calls.len(), calls[0].code), (1, None), "the client did not try again by itself");
    }
}

#[test]
fn a_slow_answer_comes_late_or_too_late() {
    let (phone, bot) = start();
    let slow = Duration::from_millis(300);
    phone.fail("sendMessage", 1, Fault::Slow(slow));
    phone.fail("sendMessage", 1, Fault::Slow(Duration::from_secs(600)));
    let began = Instant::now();
    send(&bot, "patient");
    assert!(began.elapsed() >= slow);
    let error = hasty(&bot.api_url, Duration::from_secs(1)).send_message(&text("hasty")).unwrap_err();
    assert!(matches!(error, Error::HttpUreq(ureq::Error::Timeout(_))), "{error}");
    assert_eq!(phone.messages().len(), 2, "what was too slow is there all the same");
}

#[test]
fn the_service_goes_down_and_comes_back_on_the_same_port_with_everything() {
    let (phone, bot) = start();
    send(&bot, "before");
    let id = phone.say(OWNER, "still there?");
    phone.go_down();
    let error = bot.send_message(&text("lost")).unwrap_err();
    assert!(matches!(error, Error::HttpUreq(_)), "{error}");
    assert_eq!(phone.calls_of("sendMessage").len(), 1);
    phone.come_up();
    assert_eq!(updates(&bot)[0].update_id, id);
    send(&bot, "after");
}

#[test]
fn going_down_ends_a_long_poll_at_once() {
    let (phone, bot) = start();
    let params = frankenstein::methods::GetUpdatesParams::builder().timeout(50_u32).build();
    let began = Instant::now();
    std::thread::scope(|scope| {
        let poll = scope.spawn(|| bot.get_updates(&params));
        phone.wait_until("the poll", super::PATIENCE, |phone| phone.calls().first().cloned());
        phone.go_down();
        let error = poll.join().unwrap().unwrap_err();
        assert!(matches!(error, Error::HttpUreq(_)), "{error}");
    });
    assert!(began.elapsed() < super::PATIENCE);
    drop(phone);
}
