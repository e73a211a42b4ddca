//! A migration that stops after any transaction, and two operators who run it at the same time.

use crate::site::{Cast, Site};
use io_client::shared::constants::RULE_CHANGE_DELAY;
use io_migrations::{Step, cluster::Binary, deploy_plan, handover};
use io_tests::artifact;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use solana_signer::Signer;

/// A file in which everything that can be in one is.
fn everything(site: Site) -> Cast {
    let mut cast = Cast::on(site);
    let multisig = cast.site.multisig.pubkey();
    let handover = format!("[handover]\nauthority = \"{multisig}\"\n\n[roles]");
    cast.edit("[roles]", &handover);
    cast.edit("guardian = \"authority\"", "guardian = \"multisig\"");
    cast.edit("amount = \"500_000_000\"", "amount = \"100_000_000\"");
    let more = format!(
        "[[allocations]]\nname = \"team\"\nowner = \"multisig\"\namount = \"300_000_000\"\n\n\
         [[minters]]\nname = \"grants\"\nauthority = \"{multisig}\"\ntotal = \"1_000\"\n\n[emissions]"
    );
    cast.edit("[emissions]", &more);
    cast.edit(
        "payout_fee_bps = 200",
        "payout_fee_bps = 200\nbuy_back_daily = \"3\"",
    );
    cast.edit("milli = 30_000", "milli = 30_000\nsuspended = true");
    cast.edit(
        "mint = \"usdc\"\nfee_bps = 200\nminimum = \"0.01\"",
        "mint = \"usdc\"\nfee_bps = 200\nminimum = \"0.01\"\n[assets.feed]\n\
         owner = \"rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ\"\n\
         id = \"82595d1509b770fa52681e260af4dda9752b87316d7c048535d8ead3fa856eb1\"\n\
         max_age = 60\nmax_confidence_bps = 200\nmax_deviation_bps = 300",
    );
    cast.edit("\"01\"", "\"01\"\ndaily_cap = \"1_000\"");
    cast
}

impl Cast {
    /// What is to be done next: the settings, then the hand-over.
    fn next(&self) -> Vec<Step> {
        let steps = self.plan();
        if !steps.is_empty() {
            return steps;
        }
        handover(&self.cluster(), &self.operator(), &self.site.world).expect("a plan")
    }

    /// Plans again and again until nothing is left; at most `limit` transactions by each plan.
    fn finish(&mut self, limit: usize) {
        for _ in 0..1_000 {
            let steps = self.next();
            if steps.is_empty() {
                return;
            }
            for step in steps.iter().take(limit) {
                self.site.send(step);
            }
        }
        panic!("it never ends");
    }
}

#[test]
fn a_migration_that_stops_after_any_transaction_ends_up_the_same() {
    let mut whole = everything(Site::new());
    whole.finish(usize::MAX);
    let all = whole.site.sent;
    assert!(all > 25, "{all} transactions");

    for stop in 1..all {
        let mut cast = everything(Site::new());
        // The first run gets so far,
        let mut left = stop;
        while left > 0 {
            let steps = cast.next();
            for step in steps.iter().take(left) {
                cast.site.send(step);
                left -= 1;
            }
        }
        // and another one does the rest.
        cast.finish(usize::MAX);
        assert_eq!(cast.site.sent, all, "nothing is done twice");
        cast.site
            .assert_like(&whole.site, &format!("stopped after {stop}"));
    }
    // And with a plan for each transaction.
    let mut cast = everything(Site::new());
    cast.finish(1);
    assert_eq!(cast.site.sent, all);
    cast.site.assert_like(&whole.site, "one at a time");

    cast.site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(cast.verify(), []);
}

/// One of several who run the same migration.
#[derive(Default)]
struct Run {
    steps: std::collections::VecDeque<Step>,
    done: bool,
}

/// Lets runs take turns as `turns` says, then to the end. A run whose step fails, because another was
/// faster, plans again.
fn interleave(
    site: &mut Cast,
    turns: &[bool],
    next: impl Fn(&Cast) -> Vec<Step>,
) -> Result<(), TestCaseError> {
    let mut runs = [Run::default(), Run::default()];
    let mut turns = turns
        .iter()
        .copied()
        .chain([false, true].into_iter().cycle());
    for _ in 0..20_000 {
        if runs.iter().all(|run| run.done) {
            return Ok(());
        }
        let run = &mut runs[usize::from(turns.next().expect("endless"))];
        if run.steps.is_empty() {
            run.steps = next(site).into();
            run.done = run.steps.is_empty();
        }
        if let Some(step) = run.steps.pop_front()
            && site.site.try_send(&step).is_err()
        {
            run.steps.clear();
        }
    }
    Err(TestCaseError::fail("it never ends"))
}

#[test]
fn two_operators_at_the_same_time_end_up_with_what_one_does() {
    let mut alone = everything(Site::new());
    alone.finish(usize::MAX);
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let turns = prop::collection::vec(any::<bool>(), 0..100);
    runner
        .run(&turns, |turns| {
            let mut both = everything(Site::new());
            interleave(&mut both, &turns, Cast::next)?;
            both.site.assert_like(&alone.site, &format!("{turns:?}"));
            Ok(())
        })
        .expect("the same state");
}

fn binaries(names: [&str; 2]) -> Vec<Binary> {
    let programs = [
        io_migrations::Program::IoMint,
        io_migrations::Program::IoStaking,
    ];
    let both = names.into_iter().zip(programs);
    both.map(|(name, program)| Binary {
        program,
        elf: std::fs::read(artifact(name)).expect("built"),
    })
    .collect()
}

#[test]
fn two_operators_deploy_and_upgrade_at_the_same_time() {
    let versions = [["hostile_venue", "floor"], ["floor", "math_probe"]].map(binaries);
    let next = |version: &[Binary], cast: &Cast| -> Vec<Step> {
        let cluster = cast.cluster();
        let plan = deploy_plan(&cluster, &cast.operator(), version, &cast.site.world);
        let deployments = plan.expect("a plan").into_iter();
        deployments
            .flat_map(|deployment| deployment.steps)
            .collect()
    };
    let mut alone = Cast::on(Site::bare());
    for version in &versions {
        for step in next(version, &alone) {
            alone.site.send(&step);
        }
    }
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let turns = prop::collection::vec(any::<bool>(), 2..100);
    runner
        .run(&turns, |mut turns| {
            // Both have planned before one of them is through.
            turns[..2].copy_from_slice(&[false, true]);
            let mut both = Cast::on(Site::bare());
            for version in &versions {
                interleave(&mut both, &turns, |cast| next(version, cast))?;
                both.site.later();
            }
            both.site.assert_like(&alone.site, &format!("{turns:?}"));
            Ok(())
        })
        .expect("the same state");
}
