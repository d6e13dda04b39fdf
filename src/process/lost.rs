//! What samocode does itself when a keeper is lost: a program that kills its own parent must gain nothing by it.

use std::process::Child;
use std::time::Duration;

use super::pid::Pid;
use super::sweep::{Swept, sweep};
use super::tagged::{Tagged, select};

const GRACE: Duration = Duration::from_secs(1);

/// Ends the keeper, if it is still there, and all that can be told to be its own: by the tag, by the session that it
/// led, and by descent from either. A process that cleared its environment, made a session of its own and lost its
/// parent before this is out of reach; the keeper would have found it.
pub(crate) fn end_abandoned(keeper: &mut Child, tag: &str) -> Swept {
    drop(keeper.kill());
    let session = i32::try_from(keeper.id()).ok().and_then(Pid::from_raw);
    // Not waited for yet, the keeper still owns its number, so no other session can have it.
    let swept = sweep(|| select(Tagged::Exactly(tag), session), GRACE);
    drop(keeper.wait());
    swept
}
