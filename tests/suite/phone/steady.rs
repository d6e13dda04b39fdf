//! Waiting for the person costs next to nothing.

use std::fs;
use std::time::{Duration, Instant};

use samocode_testing_telegram::Phone;

use super::service::{SECOND, asking, start};
use super::{TOKEN, with_button, with_phone};
use crate::scenario::{Scenario, until};

/// How long it is watched.
const WATCHED: Duration = Duration::from_secs(8);

/// The processor time of a process in clock ticks, of which there are a hundred in a second.
fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn a_session_that_waits_polls_once_at_a_time_and_leaves_the_processor_alone() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(asking()), &phone);
    let mut running = start(&scenario, &[]);
    with_button(&phone, SECOND, "A · an hour");
    running.until_state("waiting");
    phone.wait_until("the menu and a poll", super::SOON, |phone| {
        (phone.is_polled() && scenario.count(|event| event.name() == "notified") > 0).then_some(())
    });
    let (calls, used, began) = (phone.calls().len(), ticks(running.pid()), Instant::now());
    until("some time to pass", || (began.elapsed() >= WATCHED).then_some(()));
    let used = ticks(running.pid()) - used;
    let share = used * 100 / (u64::try_from(began.elapsed().as_millis()).unwrap() / 10);
    assert!(share < 2, "{used} ticks in {:?}: {share} % of a core", began.elapsed());
    let new: Vec<String> = phone.calls()[calls..].iter().map(|call| call.method.clone()).collect();
    assert!(new.len() <= 2, "calls while nothing happened: {new:?}");
    let open = phone.calls_of("getUpdates").iter().filter(|call| call.code.is_none()).count();
    assert_eq!(open, 1, "one poll is open");
    assert!(phone.is_polled());
}
