//! Many networks, each played for some steps and then left by everybody.

use super::{
    coverage::Coverage,
    exodus,
    generate::Generator,
    report::{Failed, Report},
    run::Run,
    shrink::Sequence,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// Steps of one network before everybody leaves.
pub const NETWORK: u64 = 1_500;

/// What can be seen of a campaign while it runs.
#[derive(Default)]
pub struct Progress {
    /// Steps taken, also in networks that are not over.
    pub steps: AtomicU64,
    /// The networks that are over.
    pub over: Mutex<Report>,
}

/// The seed of one network of a campaign.
fn seed_of(seed: u64, network: u64) -> u64 {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(network)
}

/// Plays network number `network`, up to `limit` steps and the exodus.
fn play(seed: u64, network: u64, limit: u64, taken_by_all: &AtomicU64) -> (Report, Coverage) {
    let mut generator = Generator::new(seed_of(seed, network));
    let genesis = generator.genesis();
    let mut run = None;
    let mut taken = Vec::new();
    let mut report = Report {
        networks: 1,
        ..Report::default()
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let run = run.insert(Run::new(&genesis)?);
        for _ in 0..limit {
            let step = generator.step(&run.rig.model);
            taken.push(step.clone());
            report.succeeded += u64::from(run.step(&step)?);
            taken_by_all.fetch_add(1, Ordering::Relaxed);
        }
        let played = taken.len();
        exodus::all(run, &mut taken)?;
        taken_by_all.fetch_add((taken.len() - played) as u64, Ordering::Relaxed);
        report.succeeded += (taken.len() - played) as u64;
        Ok(())
    }));
    let outcome = outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        Err(format!("the model panicked: {}", text.unwrap_or_default()))
    });
    report.steps = taken.len() as u64;
    if let Err(why) = outcome {
        report.failed = Some(Box::new(Failed {
            network,
            why,
            sequence: Sequence {
                genesis,
                steps: taken,
            },
        }));
    }
    (report, run.map(|run| run.coverage).unwrap_or_default())
}

/// Plays networks on `jobs` threads until so many steps are taken, or one fails.
pub fn run(seed: u64, steps: u64, jobs: usize, progress: &Progress) -> Report {
    let next = AtomicU64::new(0);
    let stopped = AtomicBool::new(false);
    let over = || {
        let over = progress.over.lock();
        over.expect("no thread panics while it holds this")
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while !stopped.load(Ordering::Relaxed) {
                    let network = next.fetch_add(1, Ordering::Relaxed);
                    if network * NETWORK >= steps {
                        break;
                    }
                    let limit = NETWORK.min(steps - network * NETWORK);
                    let (report, coverage) = play(seed, network, limit, &progress.steps);
                    let mut total = over();
                    total.steps += report.steps;
                    total.succeeded += report.succeeded;
                    total.networks += report.networks;
                    total.coverage.add(&coverage);
                    if let Some(failed) = report.failed {
                        stopped.store(true, Ordering::Relaxed);
                        total.failed.get_or_insert(failed);
                    }
                }
            });
        }
    });
    over().clone()
}
