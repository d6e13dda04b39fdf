//! Random histories through the domain and the store, held against the law of design §3 to §5.
//!
//! A history that breaks it is printed with its seed: `SAMOCODE_PROPERTY_SEED=<seed>` runs that one history alone,
//! and `SAMOCODE_PROPERTY_HISTORIES=<n>` sets how many are run.

mod agent;
pub(crate) mod dice;
mod driver;
mod law;
mod person;
mod planted;
mod plot;
mod record;
mod workflows;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use dice::Dice;
use plot::{Plot, REAL};

const HISTORIES: u64 = 100_000;
const HISTORIES_ON_DISK: u64 = 1_000;
/// Broken histories of one worker after which shorter ones are no longer looked for.
const BREACHES_SHOWN: u32 = 200;

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// One history; a panic of the code under test is a breach like any other.
fn history(plot: &Plot<'_>, dice: Dice) -> Result<driver::Told, String> {
    catch_unwind(AssertUnwindSafe(|| driver::run(plot, dice))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panicked: {}", said.unwrap_or_default()))
    })
}

/// What many histories came to.
#[derive(Default)]
struct Findings {
    /// Phases and states that were seen.
    seen: BTreeSet<String>,
    /// The shortest history of each breach: its seed, and all that led to it.
    breaches: BTreeMap<String, (u64, String)>,
}

impl Findings {
    fn add(&mut self, other: Self) {
        self.seen.extend(other.seen);
        for (_, (seed, told)) in other.breaches {
            self.breach(seed, told);
        }
    }

    fn breach(&mut self, seed: u64, told: String) {
        let kind = told.lines().next().unwrap_or_default().to_owned();
        let shorter = self.breaches.get(&kind).is_none_or(|(_, known)| told.len() < known.len());
        if shorter {
            self.breaches.insert(kind, (seed, told));
        }
    }

    /// The phases and states that were seen.
    fn expect_lawful(self) -> BTreeSet<String> {
        let told: Vec<String> = self
            .breaches
            .values()
            .map(|(seed, told)| format!("SAMOCODE_PROPERTY_SEED={seed}: {told}\n"))
            .collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        self.seen
    }
}

/// Runs many histories on all cores. Stops once the awaited breach was found, or a good number of any.
fn histories(plot: &Plot<'_>, many: u64, awaited: Option<&str>) -> Findings {
    let (first, many) = number_from("SAMOCODE_PROPERTY_SEED").map_or((0, many), |seed| (seed, 1));
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) as u64;
    let stop = AtomicBool::new(false);
    let run = |worker: u64| {
        let mut own = Findings::default();
        let mut broken = 0;
        for seed in (first + worker..first + many).step_by(usize::try_from(workers).unwrap()) {
            match history(plot, Dice::Seed(seed)) {
                Ok(told) => own.seen.extend(told.seen),
                Err(breach) => {
                    broken += 1;
                    if broken == BREACHES_SHOWN || awaited.is_some_and(|awaited| breach.contains(awaited)) {
                        stop.store(true, Ordering::Relaxed);
                    }
                    own.breach(seed, breach);
                }
            }
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        own
    };
    let mut findings = Findings::default();
    std::thread::scope(|scope| {
        let run = &run;
        let running: Vec<_> = (0..workers).map(|worker| scope.spawn(move || run(worker))).collect();
        for worker in running {
            findings.add(worker.join().unwrap());
        }
    });
    findings
}

#[test]
fn no_history_breaks_the_law() {
    let pool = workflows::pool(40);
    let plot = Plot { rules: REAL, pool: &pool, most_turns: 25, on_disk: false };
    let many = number_from("SAMOCODE_PROPERTY_HISTORIES").unwrap_or(HISTORIES);
    let seen = histories(&plot, many, None).expect_lawful();
    if many < HISTORIES || number_from("SAMOCODE_PROPERTY_SEED").is_some() {
        return;
    }
    for phase in ["investigation", "requirements", "planning", "implementation", "testing", "quality", "done"]
    {
        assert!(seen.contains(phase), "no history came to {phase}");
    }
    for state in ["preparing", "ready", "running", "verifying", "waiting", "parked", "blocked", "done"] {
        assert!(seen.contains(&format!("state {state}")), "no history was {state}");
    }
}

#[test]
fn no_history_through_a_real_store_breaks_the_law() {
    let pool = workflows::pool(10);
    let plot = Plot { rules: REAL, pool: &pool, most_turns: 25, on_disk: true };
    histories(&plot, HISTORIES_ON_DISK, None).expect_lawful();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same from a tape of bytes, which proptest shortens to a small history when the law is broken.
    #[test]
    fn no_short_history_breaks_the_law(tape in prop::collection::vec(any::<u8>(), 0..300)) {
        thread_local! {
            static POOL: Vec<(String, std::sync::Arc<samocode::domain::workflow::Workflow>)> = workflows::pool(4);
        }
        POOL.with(|pool| {
            let plot = Plot { rules: REAL, pool, most_turns: 60, on_disk: false };
            history(&plot, Dice::Tape(tape.into_iter())).map(|_| ()).map_err(TestCaseError::fail)
        })?;
    }
}
