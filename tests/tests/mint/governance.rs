//! The pause, the authority and the guardian.

use crate::fixture::{Fixture, MINT, allowance};
use io_client::{
    Pubkey, mint,
    shared::{
        errors::MintError,
        events::{MintAuthorityAccepted, MintAuthorityNominated, MintGuardianSet, MintPauseSet},
    },
};
use io_tests::assert_fails;
use solana_keypair::Keypair;
use solana_signer::Signer;

#[test]
fn a_pause_stops_minting_and_nothing_else() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let minter = fixture.add(allowance(100));
    let (owner, account) = fixture.io_account();
    fixture.mint(&minter, &account, 50).expect("allowed");
    let guardian = fixture.guardian.insecure_clone();
    let pause = mint::set_paused(&guardian.pubkey(), true);
    let outcome = fixture.world.run(&[pause], &[&guardian]);
    assert_eq!(
        outcome.event::<MintPauseSet>(),
        MintPauseSet {
            signer: guardian.pubkey(),
            paused: 1
        }
    );
    assert_eq!(fixture.config().paused, 1);
    assert_fails(fixture.mint(&minter, &account, 1), MintError::Paused);
    fixture.world.run(
        &[mint::burn(&owner.pubkey(), &MINT, &account, 10)],
        &[&owner],
    );

    let outcome = fixture
        .world
        .run(&[mint::set_paused(&authority, false)], &[]);
    assert_eq!(outcome.event::<MintPauseSet>().paused, 0);
    fixture.mint(&minter, &account, 1).expect("resumed");
}

#[test]
fn the_guardian_only_pauses() {
    let mut fixture = Fixture::new();
    let authority = fixture.world.authority.insecure_clone();
    let guardian = fixture.guardian.insecure_clone();
    let stranger = fixture.world.wallet();
    for (signer, paused, allowed) in [
        (&stranger, true, false),
        (&guardian, true, true),
        (&guardian, false, false),
        (&stranger, false, false),
        (&authority, false, true),
        (&authority, true, true),
    ] {
        let before = fixture.config().paused;
        let result = fixture
            .world
            .send(&[mint::set_paused(&signer.pubkey(), paused)], &[signer]);
        if allowed {
            result.expect("allowed");
            assert_eq!(fixture.config().paused, u8::from(paused));
        } else {
            assert_fails(result, MintError::Unauthorized);
            assert_eq!(fixture.config().paused, before);
        }
    }
}

#[test]
fn the_authority_changes_hands_in_two_steps() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let next = fixture.world.wallet();
    let accept = mint::accept_authority(&next.pubkey());
    assert_fails(
        fixture.world.send(&[accept.clone()], &[&next]),
        MintError::NotNominated,
    );

    let nominate = mint::nominate_authority(&authority, &next.pubkey());
    let outcome = fixture.world.run(&[nominate.clone()], &[]);
    assert_eq!(
        outcome.event::<MintAuthorityNominated>(),
        MintAuthorityNominated {
            authority,
            nominee: next.pubkey()
        }
    );
    assert_eq!(fixture.config().governance.authority, authority);
    let own = mint::accept_authority(&authority);
    assert_fails(fixture.world.send(&[own], &[]), MintError::NotNominated);

    let withdraw = mint::nominate_authority(&authority, &Pubkey::default());
    fixture.world.run(&[withdraw], &[]);
    assert_fails(
        fixture.world.send(&[accept.clone()], &[&next]),
        MintError::NotNominated,
    );

    fixture.world.run(&[nominate], &[]);
    let outcome = fixture.world.run(&[accept.clone()], &[&next]);
    assert_eq!(
        outcome.event::<MintAuthorityAccepted>(),
        MintAuthorityAccepted {
            authority: next.pubkey()
        }
    );
    let governance = fixture.config().governance;
    assert_eq!(governance.authority, next.pubkey());
    assert_eq!(governance.pending_authority, Pubkey::default());
    assert_fails(
        fixture.world.send(&[accept], &[&next]),
        MintError::NotNominated,
    );
}

#[test]
fn the_guardian_is_replaced() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let old = fixture.guardian.insecure_clone();
    let new = fixture.world.wallet();
    let outcome = fixture
        .world
        .run(&[mint::set_guardian(&authority, &new.pubkey())], &[]);
    assert_eq!(
        outcome.event::<MintGuardianSet>(),
        MintGuardianSet {
            guardian: new.pubkey()
        }
    );
    let pause = |guardian: &Keypair| mint::set_paused(&guardian.pubkey(), true);
    assert_fails(
        fixture.world.send(&[pause(&old)], &[&old]),
        MintError::Unauthorized,
    );
    fixture.world.run(&[pause(&new)], &[&new]);
}

#[test]
fn only_the_authority_governs() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10)).pubkey();
    let payer = fixture.authority();
    let guardian = fixture.guardian.insecure_clone();
    let stranger = fixture.world.wallet();
    for signer in [&guardian, &stranger] {
        let key = signer.pubkey();
        for instruction in [
            mint::add_minter(&key, &key, &allowance(1)),
            mint::raise_minter(&key, &minter, 20),
            mint::revoke_minter(&key, &minter, &payer),
            mint::nominate_authority(&key, &key),
            mint::set_guardian(&key, &key),
        ] {
            assert_fails(
                fixture.world.send(&[instruction], &[signer]),
                MintError::Unauthorized,
            );
        }
    }
}
