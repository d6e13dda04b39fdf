//! Random schedules of faults. In each, a session lives through hundreds of iterations whose agents crash, hang, cheat
//! and break the worktree, while samocode is killed at random moments and a person acts as people do.
//!
//! All that is chosen comes from a seed, which is printed: what befalls which iteration, what the person does about it,
//! when samocode is killed. Only the times differ from run to run. `SAMOCODE_SCHEDULES` says how many schedules,
//! `SAMOCODE_SCHEDULE_ITERATIONS` how long each is, `SAMOCODE_SCHEDULE_SEED` the first seed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

mod agent;
mod audit;
mod checks;
mod drive;
mod follower;
mod leftovers;
mod person;

use drive::Drive;

const SCHEDULES: u64 = 10;
const ITERATIONS: u64 = 40;
/// At the same time; most of the time each waits for processes.
const AT_ONCE: usize = 2;

/// What schedules came to.
#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    iterations: u32,
    lives: u32,
    kills: u32,
    acts: u32,
    gates: u32,
    approvals: u32,
    commits: u32,
}

impl Figures {
    fn add(&mut self, other: Self) {
        self.iterations += other.iterations;
        self.lives += other.lives;
        self.kills += other.kills;
        self.acts += other.acts;
        self.gates += other.gates;
        self.approvals += other.approvals;
        self.commits += other.commits;
    }
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable)
        .map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// One schedule; what went wrong, with where to look.
fn schedule(seed: u64, iterations: u32) -> Result<Figures, String> {
    let scenario = drive::scenario(seed, iterations);
    let ran = catch_unwind(AssertUnwindSafe(|| Drive::new(&scenario, seed, iterations).run()));
    let ran = ran.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        Err(format!("panicked: {}", said.unwrap_or_default()))
    });
    ran.map_err(|broken| format!("{broken}\nits files are kept in {}", scenario.keep().display()))
}

#[test]
fn no_schedule_of_faults_loses_a_commit_skips_a_gate_or_leaves_a_process() {
    let first = number("SAMOCODE_SCHEDULE_SEED", 1);
    let many = number("SAMOCODE_SCHEDULES", SCHEDULES);
    let iterations = u32::try_from(number("SAMOCODE_SCHEDULE_ITERATIONS", ITERATIONS)).unwrap();
    println!("{many} schedules of {iterations} iterations from seed {first}");
    let next = AtomicU64::new(first);
    let (total, broken) = (Mutex::new(Figures::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + many {
                        break;
                    }
                    let began = Instant::now();
                    match schedule(seed, iterations) {
                        Ok(figures) => {
                            println!("seed {seed}: {:.1} s, {figures:?}", began.elapsed().as_secs_f64());
                            total.lock().unwrap().add(figures);
                        }
                        Err(what) => {
                            let again = format!(
                                "SAMOCODE_SCHEDULE_SEED={seed} SAMOCODE_SCHEDULES=1 SAMOCODE_SCHEDULE_ITERATIONS={iterations}"
                            );
                            println!("seed {seed} is broken, again with {again}: {what}");
                            broken.lock().unwrap().push(format!("{again}: {what}"));
                        }
                    }
                }
            });
        }
    });
    println!("all together: {:?}", total.lock().unwrap());
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "{} schedules are broken:\n{}", broken.len(), broken.join("\n\n"));
}
