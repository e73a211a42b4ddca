//! Setting a cluster up, as far as the mint is concerned.

use crate::site::Cast;
use io_client::{
    Pubkey, mint, pda,
    shared::{
        constants::{IO, RULE_CHANGE_DELAY},
        ids,
        state::MintConfig,
    },
    token,
};
use io_migrations::{Cluster, Operator, plan};
use io_tests::World;
use solana_signer::Signer;

const CONFIG: Pubkey = ids::io_mint::CONFIG.address;
const MINT: Pubkey = ids::io_mint::MINT.address;
const LOCALNET: &str = include_str!("../../../migrations/clusters/localnet.toml");

/// Runs what a migration of `cluster` still has to do; what the steps were.
fn migrate(world: &mut World, cluster: &Cluster, usdc: Pubkey) -> Vec<String> {
    let authority = world.authority.pubkey();
    let steps = plan(cluster, &Operator { authority, usdc }, world).expect("a plan");
    for step in &steps {
        world.run(&step.instructions, &[]);
    }
    steps.into_iter().map(|step| step.what).collect()
}

#[test]
fn lamports_sent_ahead_do_not_make_a_migration_skip_a_step() {
    let cluster = Cluster::parse(LOCALNET).expect("the cluster file");
    let mut world = World::new();
    let usdc = world.create_mint(6);
    world.deploy("amm", io_tests::amm::AMM_PROGRAM);
    let steps = migrate(&mut world, &cluster, usdc);

    let mut squatted = World::new();
    assert_eq!(squatted.create_mint(6), usdc);
    // Without its minter before the first mint, a distributor could never have the past's schedule.
    for address in [
        CONFIG,
        pda::minter(&squatted.authority.pubkey()).0,
        pda::minter(&ids::io_emissions::CONFIG.address).0,
        ids::io_emissions::CONFIG.address,
        ids::io_staking::CONFIG.address,
        ids::io_payments::CONFIG.address,
        pda::device_class(1).0,
        pda::asset(&usdc).0,
    ] {
        squatted.fund(&address);
    }
    squatted.deploy("amm", io_tests::amm::AMM_PROGRAM);
    assert_eq!(migrate(&mut squatted, &cluster, usdc), steps);
    assert_eq!(migrate(&mut squatted, &cluster, usdc), [""; 0]);
}

#[test]
fn a_migration_mints_genesis_once_even_if_its_minter_was_revoked() {
    // A genesis that would fit under the cap twice.
    let text = LOCALNET.replace("500_000_000", "100_000_000");
    let cluster = Cluster::parse(&text).expect("the cluster file");
    let mut world = World::new();
    let usdc = world.create_mint(6);
    world.deploy("amm", io_tests::amm::AMM_PROGRAM);
    migrate(&mut world, &cluster, usdc);
    assert_eq!(world.supply(&MINT), 100_000_000 * IO);

    let authority = world.authority.pubkey();
    world.run(
        &[mint::revoke_minter(&authority, &authority, &authority)],
        &[],
    );
    assert_eq!(migrate(&mut world, &cluster, usdc), [""; 0]);
    world.advance(RULE_CHANGE_DELAY);
    assert_eq!(migrate(&mut world, &cluster, usdc), [""; 0]);
    assert_eq!(world.supply(&MINT), 100_000_000 * IO);
}

/// A cluster file that takes over a mint and names it.
fn adopting(mint: &Pubkey) -> Cluster {
    let genesis =
        "[[allocations]]\nname = \"genesis\"\nowner = \"authority\"\namount = \"500_000_000\"\n";
    assert!(LOCALNET.contains(genesis));
    let adopt = format!(
        "[mint]\nadopt = \"{mint}\"\n[mint.metadata]\nname = \"io\"\nsymbol = \"IO\"\nuri = \"https://example.com\"\n"
    );
    Cluster::parse(&LOCALNET.replace(genesis, &adopt)).expect("the cluster file")
}

#[test]
fn a_migration_adopts_a_mint_and_names_it() {
    let mut world = World::new();
    let usdc = world.create_mint(6);
    world.deploy("amm", io_tests::amm::AMM_PROGRAM);
    world.deploy("metadata", ids::METADATA_PROGRAM);
    let authority = world.authority.pubkey();
    let old = world.create_mint_of(8, &authority);
    let owner = world.wallet().pubkey();
    let supply = world.create_token_account(&owner, &old, 0);
    let issue = spl_token_interface::instruction::mint_to(
        &ids::TOKEN_PROGRAM,
        &old,
        &supply,
        &authority,
        &[],
        500_000_000 * IO,
    )
    .expect("well formed");
    world.run(&[issue], &[]);

    let cluster = adopting(&old);
    let steps = migrate(&mut world, &cluster, usdc);
    assert!(
        steps.contains(&format!("adopt {old} as the IO mint")),
        "{steps:?}"
    );
    let named = "change mint.metadata from none to io (IO), \"https://example.com\"";
    assert!(steps.contains(&named.to_owned()), "{steps:?}");
    assert_eq!(migrate(&mut world, &cluster, usdc), [""; 0]);
    let config: MintConfig = world.read(&CONFIG);
    assert_eq!((config.mint, config.minted), (old, 500_000_000 * IO));
    assert!(world.exists(&pda::asset(&old).0));
    assert!(!world.exists(&MINT));

    // Another name in the file is one step; another mint is refused.
    let text = |from: &str, to: &str| {
        let mut other = cluster.clone();
        let metadata = other.mint.metadata.as_mut().expect("it has one");
        metadata.symbol = metadata.symbol.replace(from, to);
        other
    };
    let renamed = text("IO", "OI");
    assert_eq!(
        migrate(&mut world, &renamed, usdc),
        [
            "change mint.metadata from io (IO), \"https://example.com\" to io (OI), \"https://example.com\""
        ]
    );
    let localnet = Cluster::parse(LOCALNET).expect("the cluster file");
    let error = plan(&localnet, &Operator { authority, usdc }, &world).expect_err("another mint");
    assert!(error.to_string().contains("governs"), "{error}");
}

#[test]
fn as_many_allocations_as_a_file_may_have_fit_one_transaction() {
    let mut cast = Cast::new();
    let mut owners = vec![cast.site.operator()];
    cast.edit("amount = \"500_000_000\"", "amount = \"10\"");
    for owner in 1..=7 {
        let owner = Pubkey::new_from_array([owner; 32]);
        owners.push(owner);
        let allocation = format!(
            "[[allocations]]\nname = \"of an owner with a name\"\nowner = \"{owner}\"\n\
             amount = \"10\"\n\n[emissions]"
        );
        cast.edit("[emissions]", &allocation);
    }
    cast.migrate();
    assert_eq!(cast.verify(), []);
    for owner in owners {
        let account = token::associated(&owner, &MINT);
        assert_eq!(cast.site.world.token_balance(&account), 10 * IO, "{owner}");
    }
    let (start, end) = (cast.text.find("[[alloc"), cast.text.find("[emissions]"));
    let one = "[[allocations]]\nname = \"one\"\nowner = \"authority\"\namount = \"80\"\n\n";
    // Another division of the same sum changes nothing; another sum is refused.
    let all = start.expect("it has some")..end.expect("it goes on");
    cast.text.replace_range(all, one);
    assert_eq!(cast.verify(), []);
    cast.edit("\"80\"", "\"81\"");
    let error = plan(&cast.cluster(), &cast.operator(), &cast.site.world).expect_err("too late");
    assert!(error.to_string().contains("restore it"), "{error}");
}

#[test]
fn a_file_that_changed_while_its_migration_was_interrupted_is_refused() {
    for (from, to, until) in [
        ("500_000_000", "400_000_000", "allow the authority"),
        (
            "start_at = 1719316800",
            "start_at = 1719320400",
            "allow the distributor",
        ),
        ("\"hourly\"", "\"monthly\"", "allow the distributor"),
    ] {
        let mut cast = Cast::new();
        for step in cast.plan() {
            cast.site.send(&step);
            if step.what.starts_with(until) {
                break;
            }
        }
        let before = cast.text.clone();
        cast.edit(from, to);
        let refused = plan(&cast.cluster(), &cast.operator(), &cast.site.world);
        let error = refused.expect_err("changed").to_string();
        assert!(error.ends_with("restore it"), "{error}");
        cast.text = before;
        cast.migrate();
        assert_eq!(cast.verify(), []);
    }
}
