//! The files of the live clusters, on a chain that has what those have.

use crate::site::Site;
use io_client::{
    Pubkey,
    shared::{
        constants::{DAY, IO, RULE_CHANGE_DELAY},
        ids::TOKEN_PROGRAM,
        state::{EmissionsConfig, MintConfig, Venue},
    },
};
use io_migrations::{
    Cluster, Kind, Operator, Program, cluster::Hash, deploy_plan, handover, plan, verify,
};
use io_tests::artifact;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::Mint;

const MAINNET: &str = include_str!("../../../migrations/clusters/mainnet.toml");
const DEVNET: &str = include_str!("../../../migrations/clusters/devnet.toml");

/// The file with keys of this test for those that nobody has yet.
fn filled_in(text: &str, multisig: &Pubkey) -> Cluster {
    let mut text = text.to_owned();
    while let Some(start) = text.find("\"<") {
        let end = start + 2 + text[start + 2..].find('"').expect("it ends");
        let value = match &text[start + 2..end] {
            open if open.starts_with("hash") => "00".repeat(32),
            open if open.starts_with("vault") => multisig.to_string(),
            _ => Pubkey::new_from_array([9; 32]).to_string(),
        };
        text.replace_range(start + 1..end, &value);
    }
    Cluster::parse(&text).expect("a sound file")
}

fn put_mint(site: &mut Site, address: Pubkey, decimals: u8, supply: u64) {
    let mint = Mint {
        mint_authority: Some(site.operator()).into(),
        supply,
        decimals,
        is_initialized: true,
        freeze_authority: None.into(),
    };
    let mut data = vec![0; Mint::LEN];
    mint.pack_into_slice(&mut data);
    site.world.put(address, TOKEN_PROGRAM, data, false);
}

/// Deploys, sets up and hands over as the file says, two years after the emission began.
fn launch(text: &str) -> (Site, Cluster, Operator) {
    let mut site = Site::bare();
    site.world.advance(730 * DAY);
    let mut cluster = filled_in(text, &site.multisig.pubkey());
    let operator = Operator::of(&cluster, site.operator()).expect("it names USDC");
    put_mint(&mut site, operator.usdc, 6, 0);
    if let Some(io) = cluster.mint.adopt {
        put_mint(&mut site, io, 8, 560_000_000 * IO);
    }
    for asset in &cluster.assets {
        if let io_migrations::cluster::MintName::Address(mint) = asset.mint {
            put_mint(&mut site, mint, 6, 0);
        }
    }
    for venue in cluster.venues.clone() {
        site.world.deploy("amm", venue.program);
    }
    cluster.programs.binaries = artifact("io_mint").parent().map(Into::into);
    let unhashed = Cluster {
        programs: io_migrations::cluster::Programs {
            sha256: Default::default(),
            ..cluster.programs.clone()
        },
        ..cluster.clone()
    };
    let binaries = unhashed.binaries().expect("built");
    for deployment in deploy_plan(&cluster, &operator, &binaries, &site.world).expect("a plan") {
        let hash = Hash(deployment.hash);
        cluster.programs.sha256.insert(deployment.program, hash);
        for step in &deployment.steps {
            site.send(step);
        }
    }
    for step in plan(&cluster, &operator, &site.world).expect("a plan") {
        site.send(&step);
    }
    loop {
        let steps = handover(&cluster, &operator, &site.world).expect("a plan");
        let Some(step) = steps.first() else { break };
        site.send(step);
    }
    (site, cluster, operator)
}

#[test]
fn mainnet_is_launched_from_its_file() {
    let (mut site, cluster, operator) = launch(MAINNET);
    let found = verify(&cluster, &operator, &site.world).expect("findings");
    let until = site.world.now() + RULE_CHANGE_DELAY;
    assert!(
        found.iter().all(|found| found.kind == Kind::Waits(until)),
        "{found:#?}"
    );
    let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "emissions",
            "assets[0].feed",
            "assets[1].feed",
            "assets[2].feed",
            "assets[3].feed"
        ]
    );
    site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(
        verify(&cluster, &operator, &site.world).expect("findings"),
        []
    );

    let config: MintConfig = site.world.read(&Program::IoMint.config());
    assert_eq!(Some(config.mint), cluster.mint.adopt);
    assert_eq!(config.governance.authority, site.multisig.pubkey());
    let emissions: EmissionsConfig = site.world.read(&Program::IoEmissions.config());
    assert_eq!(
        emissions.epochs_done,
        732 * 24,
        "the curve goes on where it is"
    );
    let venues = site
        .world
        .svm
        .get_program_accounts(&Program::IoPayments.id());
    let venues = venues.iter().filter(|(_, account)| {
        <Venue as io_client::shared::state::Layout>::read_copy(&account.data).is_some()
    });
    assert_eq!(venues.count(), 5);
}

#[test]
fn devnet_is_launched_from_its_file() {
    let (mut site, cluster, operator) = launch(DEVNET);
    let found = verify(&cluster, &operator, &site.world).expect("findings");
    assert_eq!(found.len(), 3, "{found:#?}");
    site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(
        verify(&cluster, &operator, &site.world).expect("findings"),
        []
    );
}
