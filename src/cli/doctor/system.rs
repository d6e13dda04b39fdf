//! The machine: disk, cache folder, kernel, clock.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Check, folder, nearest};
use crate::process::try_inhibitor;

/// Less is little for a worktree and hours of logs.
const LITTLE: u64 = 1024 * 1024 * 1024;

/// A clock before this (2025-01-01) was never set.
const UNSET_CLOCK: i64 = 1_735_689_600;

/// The least free space under any of these.
pub(super) fn space(paths: &[&Path]) -> Check {
    const NAME: &str = "disk";
    let free = |path: &Path| {
        let stat = rustix::fs::statvfs(nearest(path)).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    };
    let least = paths.iter().filter_map(|path| Some((free(path)?, *path))).min();
    let Some((bytes, path)) = least else {
        return Check::warn(NAME, "the free space is not known", "see `df`");
    };
    let found = format!("{} free at {}", size(bytes), nearest(path).display());
    if bytes < LITTLE {
        Check::warn(NAME, found, "free some: worktrees and logs grow, and a full disk blocks a session")
    } else {
        Check::ok(NAME, found)
    }
}

fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    match bytes / MIB {
        mib @ 0..1024 => format!("{mib} MiB"),
        mib => format!("{} GiB", mib / 1024),
    }
}

/// Where the agents' plugin folder is written.
pub(super) fn cache(path: &Path) -> Check {
    folder("cache", path, "")
}

/// What the keeper needs to end everything that an iteration started.
#[cfg(target_os = "linux")]
pub(super) fn kernel() -> Check {
    use rustix::process::{PidfdFlags, child_subreaper, getpid, pidfd_open};
    const NAME: &str = "processes";
    let missing = match (child_subreaper(), pidfd_open(getpid(), PidfdFlags::empty())) {
        (Ok(_), Ok(_)) => return Check::ok(NAME, "the kernel lets samocode end all that an agent starts"),
        (Err(error), _) => format!("no sub-reaper: {error}"),
        (_, Err(error)) => format!("no pidfd: {error}"),
    };
    Check::fail(NAME, missing)
        .with_mend("samocode needs Linux 5.3 or newer, and a container that allows both")
}

/// Elsewhere there is no such kernel support.
#[cfg(not(target_os = "linux"))]
pub(super) fn kernel() -> Check {
    Check::warn(
        "processes",
        "this system has no way to find every process that an agent started",
        "those that hide in a session of their own may outlive an iteration; Linux has none of it",
    )
}

/// Whether the machine is kept from going to sleep by itself while a session works.
pub(super) fn sleep() -> Check {
    let path = std::env::var_os("PATH");
    let found = match try_inhibitor(path.as_deref()) {
        Ok(program) => format!("kept off by {} while a session works", program.display()),
        Err(why) => format!("not kept off, {why}; a machine that sleeps works on when it wakes"),
    };
    Check::ok("sleep", found)
}

pub(super) fn clock() -> Check {
    const NAME: &str = "clock";
    let now = Timestamp::now();
    if now.as_second() < UNSET_CLOCK {
        return Check::warn(NAME, format!("it says {now}"), "set the clock: waits for limits go by it");
    }
    match TimeZone::try_system() {
        Ok(zone) => {
            let shown = now.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string();
            Check::ok(NAME, shown)
        }
        Err(error) => Check::warn(
            NAME,
            format!("the time zone is not known, times are in UTC: {error}"),
            "set TZ, e.g. TZ=Europe/Berlin",
        ),
    }
}
