//! The hand-over of every authority to the multisig.

use crate::site::{Cast, names};
use io_client::{Pubkey, emissions, mint, payments, shared::state::MintConfig, staking};
use io_migrations::{Kind, Program, Step, handover};
use solana_keypair::Keypair;
use solana_loader_v3_interface::instruction as loader_v3;
use solana_signer::Signer;

impl Cast {
    /// A cluster that is set up, with a file that hands it over to the multisig.
    fn to_hand_over() -> Self {
        let mut cast = Self::new();
        let multisig = cast.site.multisig.pubkey();
        let handover = format!("[handover]\nauthority = \"{multisig}\"\n\n[roles]");
        cast.edit("[roles]", &handover);
        cast.edit("guardian = \"authority\"", "guardian = \"multisig\"");
        cast.edit("treasury = \"authority\"", "treasury = \"multisig\"");
        cast.migrate();
        cast
    }

    #[track_caller]
    fn handover(&self) -> Vec<Step> {
        handover(&self.cluster(), &self.operator(), &self.site.world).expect("a plan")
    }

    fn refused(&self) -> String {
        let refused = handover(&self.cluster(), &self.operator(), &self.site.world);
        refused.expect_err("refused").to_string()
    }

    fn authority(&self) -> Pubkey {
        let config: MintConfig = self.site.world.read(&Program::IoMint.config());
        config.governance.authority
    }
}

#[test]
fn everything_is_handed_over_and_nothing_is_left_to_find() {
    let mut cast = Cast::to_hand_over();
    let (operator, multisig) = (cast.site.operator(), cast.site.multisig.pubkey());
    // Four programs, and their four configs, are not the multisig's yet.
    assert_eq!(cast.kinds().len(), 8);
    assert!(cast.kinds().iter().all(|(_, kind)| *kind == Kind::Unsafe));

    let steps = cast.handover();
    let nominate = format!("nominate {multisig} as the authority");
    let accept = format!("accept the authority as {multisig}");
    assert_eq!(names(&steps), [&nominate, &accept]);
    assert_eq!(steps[0].signers(), [operator]);
    assert_eq!(steps[1].signers(), [multisig]);
    cast.site.send(&steps[0]);
    let found = cast.verify();
    assert!(found[4].chain.ends_with("who nominated it"), "{}", found[4]);

    // The programs stay with the operator until the multisig has shown that it can sign.
    assert_eq!(names(&cast.handover()), [&accept]);
    assert_eq!(cast.authority(), operator);
    cast.site.send(&cast.handover()[0]);
    assert_eq!(cast.authority(), multisig);
    assert_eq!(cast.kinds().len(), 4, "the programs");

    let steps = cast.handover();
    let give = format!("make {multisig} the upgrade authority of the programs");
    assert_eq!(names(&steps), [&give]);
    assert_eq!(steps[0].signers(), [operator]);
    cast.site.send(&steps[0]);
    assert_eq!(names(&cast.handover()), [""; 0]);
    assert_eq!(cast.verify(), []);

    // From now on changes are the multisig's, by the same file and the same operator.
    cast.edit("payout_fee_bps = 200", "payout_fee_bps = 100");
    cast.edit("scorer = \"authority\"", "scorer = \"multisig\"");
    let steps = cast.plan();
    assert_eq!(steps.len(), 2);
    for step in steps {
        assert_eq!(step.signers(), [multisig]);
        cast.site.send(&step);
    }
    let until = cast.site.world.now() + io_client::shared::constants::RULE_CHANGE_DELAY;
    assert_eq!(
        cast.kinds(),
        [("payments.payout_fee_bps".to_owned(), Kind::Waits(until))]
    );
}

#[test]
fn a_hand_over_goes_on_wherever_it_was_interrupted_and_each_program_by_itself() {
    let mut cast = Cast::to_hand_over();
    let (operator, multisig) = (cast.site.operator(), cast.site.multisig.pubkey());
    // By hand for some of them.
    let set = |program: Program| {
        loader_v3::set_upgrade_authority(&program.id(), &operator, Some(&multisig))
    };
    cast.site
        .send_as(&[
            mint::nominate_authority(&operator, &multisig),
            staking::nominate_authority(&operator, &multisig),
            staking::accept_authority(&multisig),
            set(Program::IoEmissions),
        ])
        .expect("by hand");
    let mut taken = 0;
    loop {
        let steps = cast.handover();
        let Some(step) = steps.first() else { break };
        cast.site.send(step);
        taken += 1;
    }
    assert_eq!(taken, 3);
    assert_eq!(cast.verify(), []);
}

#[test]
fn a_hand_over_is_refused_before_the_cluster_is_set_up_and_for_someone_else() {
    let mut cast = Cast::new();
    assert!(cast.refused().contains("add [handover]"));
    let multisig = cast.site.multisig.pubkey();
    let handover = format!("[handover]\nauthority = \"{multisig}\"\n\n[roles]");
    cast.edit("[roles]", &handover);
    assert_eq!(
        cast.refused(),
        "io_mint is not set up; run the migration first"
    );
    let steps = cast.plan();
    for step in &steps[..steps.len() - 1] {
        cast.site.send(step);
    }
    assert!(
        cast.refused().contains("1 steps left"),
        "{}",
        cast.refused()
    );
    cast.migrate();
    assert_eq!(cast.handover().len(), 2);

    // One config has gone to someone else, and one program.
    let operator = cast.site.operator();
    let stranger = cast.site.world.wallet();
    let key = stranger.pubkey();
    let nominate = payments::nominate_authority(&operator, &key);
    cast.site
        .world
        .run(&[nominate, payments::accept_authority(&key)], &[&stranger]);
    assert!(cast.refused().contains("only that key can nominate"));
    let found = cast.verify();
    assert!(found.iter().any(|found| {
        found.path == "handover.authority of io_payments" && found.advice.starts_with("only that")
    }));
}

#[test]
fn a_nominee_whom_nobody_knows_is_found() {
    let mut cast = Cast::set_up();
    let (operator, stranger) = (cast.site.operator(), cast.site.multisig.pubkey());
    let nominate = emissions::nominate_authority(&operator, &stranger);
    cast.site.send_as(&[nominate]).expect("nominated");
    let found = cast.verify();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, Kind::Unsafe);
    assert_eq!(found[0].chain, format!("{stranger} is nominated"));
    // A hand-over to another one replaces it.
    let mut cast = Cast::to_hand_over();
    let nobody = cast.site.world.wallet().pubkey();
    let nominate = emissions::nominate_authority(&operator, &nobody);
    cast.site.send_as(&[nominate]).expect("nominated");
    assert_eq!(cast.kinds().len(), 9);
    while let Some(step) = cast.handover().first() {
        cast.site.send(step);
    }
    assert_eq!(cast.verify(), []);
}

/// A wallet signs for the programs itself; a multisig of the same file could not.
#[test]
fn a_wallet_that_takes_the_programs_signs_for_them() {
    let mut cast = Cast::new();
    let key = Keypair::new_from_array([3; 32]);
    let wallet = key.pubkey();
    let multisig = cast.site.multisig.pubkey();
    let handover = format!(
        "[handover]\nauthority = \"{wallet}\"\nupgrade_authority = \"{multisig}\"\n\
         upgrade_authority_signs = true\n\n[roles]"
    );
    cast.edit("[roles]", &handover);
    cast.migrate();
    for step in cast.handover() {
        let wallets: &[&Keypair] = if step.signers() == [wallet] {
            &[&key]
        } else {
            &[]
        };
        cast.site.world.run(&step.instructions, wallets);
    }
    let steps = cast.handover();
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].signers(), [cast.site.operator(), multisig]);
    let by_operator_alone = cast.site.world.send(
        &[loader_v3::set_upgrade_authority_checked(
            &Program::IoMint.id(),
            &cast.site.operator(),
            &cast.site.operator(),
        )],
        &[],
    );
    assert!(by_operator_alone.is_ok(), "to itself it may");
    cast.site.send(&steps[0]);
    assert_eq!(cast.verify(), []);
}

#[test]
fn a_mint_that_someone_can_freeze_or_mint_is_found() {
    let mut cast = Cast::set_up();
    let io = cast.io();
    let data = cast.site.world.data(&io);
    let mut spoiled = data.clone();
    spoiled[46] = 1;
    spoiled[50..82].fill(7);
    let token = io_client::shared::ids::TOKEN_PROGRAM;
    cast.site.world.put(io, token, spoiled, false);
    let freezer = Pubkey::new_from_array([7; 32]);
    let found = cast.verify();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].kind, &found[0].chain),
        (Kind::Unsafe, &freezer.to_string())
    );
    let mut spoiled = data;
    spoiled[4..36].fill(7);
    cast.site.world.put(io, token, spoiled, false);
    let found = cast.verify();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].kind, &found[0].chain),
        (Kind::Unsafe, &freezer.to_string())
    );
}
