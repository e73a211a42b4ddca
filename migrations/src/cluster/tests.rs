use super::*;

use io_client::{
    shared::{constants::HARD_CAP, math::curve::Curve},
    venues::{CPMM, CpmmPool, DAMM_V2, DammPool, JUPITER, WHIRLPOOL, Whirlpool},
};

const LOCALNET: &str = include_str!("../../clusters/localnet.toml");
const DEVNET: &str = include_str!("../../clusters/devnet.toml");
const MAINNET: &str = include_str!("../../clusters/mainnet.toml");

/// The text of a file with something for each key that nobody has yet.
fn filled_in(text: &str) -> String {
    let parts = text.split('"').enumerate().map(|(index, part)| {
        let key = Pubkey::new_from_array([u8::try_from(index % 256).expect("a byte"); 32]);
        match part {
            _ if part.starts_with("<hash") => "ab".repeat(32),
            _ if part.starts_with('<') => key.to_string(),
            _ => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("\"")
}

#[test]
fn the_local_network_is_sound() {
    let cluster = Cluster::parse(LOCALNET).expect("localnet.toml");
    assert_eq!(
        cluster.genesis(),
        Some(io_client::shared::constants::GENESIS_SUPPLY)
    );
    assert_eq!(cluster.classes.len(), 9);
}

#[test]
fn anchor_toml_names_the_same_programs() {
    use io_client::shared::ids::{io_emissions, io_mint, io_payments, io_staking};
    let anchor: toml::Table = include_str!("../../../Anchor.toml")
        .parse()
        .expect("Anchor.toml");
    for (cluster, programs) in anchor["programs"].as_table().expect("programs") {
        let programs = programs.as_table().expect("a table of programs");
        assert_eq!(programs.len(), 4, "{cluster}");
        for (name, id) in [
            ("io_mint", io_mint::ID),
            ("io_staking", io_staking::ID),
            ("io_emissions", io_emissions::ID),
            ("io_payments", io_payments::ID),
        ] {
            assert_eq!(
                programs[name].as_str(),
                Some(id.to_string().as_str()),
                "{cluster}"
            );
        }
    }
}

#[test]
fn a_file_with_open_keys_names_them() {
    let error = Cluster::parse(MAINNET).expect_err("keys are open");
    assert_eq!(
        error.to_string(),
        "not filled in yet: handover.authority = <vault of the multisig>, \
         programs.sha256.io_emissions = <hash of the released io_emissions.so>, \
         programs.sha256.io_mint = <hash of the released io_mint.so>, \
         programs.sha256.io_payments = <hash of the released io_payments.so>, \
         programs.sha256.io_staking = <hash of the released io_staking.so>, \
         roles.guardian = <wallet of the guardian>, roles.scorer = <wallet of the scorer>, \
         roles.slasher = <wallet of the slasher>"
    );
    let listed = LOCALNET.replace("wallet = \"authority\"", "wallet = \"<of the processor>\"");
    let error = Cluster::parse(&listed).expect_err("a key is open");
    assert!(
        error.to_string().contains("gateways[0].wallet = <of"),
        "{error}"
    );
    for text in [DEVNET, MAINNET] {
        let cluster = Cluster::parse(&filled_in(text)).expect("sound but for the keys");
        assert_eq!(
            cluster
                .handover
                .map(|handover| handover.upgrade_authority_signs),
            Some(false)
        );
    }
}

#[test]
fn a_wallet_is_named_once_whatever_it_is_called() {
    let operator = Pubkey::new_from_array([7; 32]);
    let gateway = |wallet: &str| {
        format!("\n[[gateways]]\nwallet = \"{wallet}\"\nfee_bps = 100\ndaily_limit = \"5\"\n")
    };
    let of = |wallet: Pubkey| {
        let text = format!("{}{}", filled_in(DEVNET), gateway("authority"));
        let text = format!("{text}{}", gateway(&wallet.to_string()));
        let cluster = Cluster::parse(&text).expect("sound for one operator or another");
        crate::Operator::of(&cluster, operator)
    };
    let error = of(operator).expect_err("the operator is listed already");
    let told = format!("gateway {operator} is in the file twice; remove one");
    assert_eq!(error.to_string(), told);
    of(Pubkey::new_from_array([8; 32])).expect("somebody else");
}

#[test]
fn live_clusters_have_the_figures_of_the_network() {
    let mainnet = Cluster::parse(&filled_in(MAINNET)).expect("mainnet.toml");
    let devnet = Cluster::parse(&filled_in(DEVNET)).expect("devnet.toml");
    let localnet = Cluster::parse(LOCALNET).expect("localnet.toml");
    let key = |text: &str| Some(text.parse::<Pubkey>().expect("an address"));
    assert_eq!(
        mainnet.mint.adopt,
        key("BZLbGTNCSFfoth2GYDtwr7e4imWzpR5jqcUuGEwr646K")
    );
    assert_eq!(
        mainnet.payments.usdc,
        key("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")
    );
    let genesis = devnet.genesis().expect("it fits");
    let curve = Curve::by_id(devnet.emissions.curve).expect("the curve");
    assert_eq!(genesis + curve.cap, HARD_CAP);
    for cluster in [&mainnet, &devnet] {
        let classes = |cluster: &Cluster| format!("{:?}", cluster.classes);
        assert_eq!(classes(cluster), classes(&localnet));
        let rules = |cluster: &Cluster| format!("{:?}", cluster.emissions);
        assert_eq!(rules(cluster), rules(&localnet));
        for asset in &cluster.assets {
            let feed = asset.feed.expect("every asset has a price");
            assert!(feed.is_listed());
        }
    }
    let venues = |cluster: &Cluster| -> Vec<(Pubkey, Vec<u8>)> {
        let venues = cluster.venues.iter();
        venues
            .map(|venue| (venue.program, venue.discriminator.clone()))
            .collect()
    };
    let orca = [
        (WHIRLPOOL, Whirlpool::SWAP.to_vec()),
        (WHIRLPOOL, Whirlpool::SWAP_V2.to_vec()),
        (DAMM_V2, DammPool::SWAP.to_vec()),
    ];
    assert_eq!(venues(&devnet), orca);
    let jupiter = (
        JUPITER,
        vec![0xe5, 0x17, 0xcb, 0x97, 0x7a, 0xe3, 0xad, 0x2a],
    );
    let mut all = vec![jupiter, (CPMM, CpmmPool::SWAP_BASE_INPUT.to_vec())];
    all.extend(orca);
    assert_eq!(venues(&mainnet), all);
}

#[test]
fn feeds_caps_and_switches_are_read() {
    let feed = "minimum = \"0.01\"\nenabled = false\n[assets.feed]\n\
                owner = \"rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ\"\n\
                id = \"0x82595d1509b770fa52681e260af4dda9752b87316d7c048535d8ead3fa856eb1\"\n\
                max_age = 60\nmax_confidence_bps = 200\nmax_deviation_bps = 300\n";
    let text = LOCALNET
        .replacen("minimum = \"0.01\"", feed, 1)
        .replace("\"01\"", "\"01\"\ndaily_cap = \"1_000\"")
        .replace(
            "payout_fee_bps = 200",
            "payout_fee_bps = 200\nbuy_back_daily = \"5\"",
        );
    let cluster = Cluster::parse(&text).expect("a sound file");
    let asset = &cluster.assets[0];
    let feed = asset.feed.expect("a feed");
    assert_eq!((feed.id[0], feed.id[31], feed.max_age), (0x82, 0xb1, 60));
    assert_eq!(
        (asset.enabled, cluster.assets[1].enabled),
        (Some(false), None)
    );
    assert_eq!(cluster.assets[1].feed, None);
    assert_eq!(cluster.venues[0].daily_cap, Some(100_000_000_000));
    assert_eq!(cluster.payments.buy_back_daily, Some(5_000_000));

    let none = LOCALNET
        .replace("minimum = \"0.01\"", "minimum = \"0.01\"\nfeed = \"none\"")
        .replace("\"01\"", "\"01\"\ndaily_cap = \"none\"");
    let cluster = Cluster::parse(&none).expect("a sound file");
    assert_eq!(cluster.assets[1].feed, Some(state::Feed::NONE));
    assert_eq!(cluster.venues[0].daily_cap, Some(u64::MAX));
}

#[test]
fn a_binary_with_another_hash_is_refused() {
    let folder = std::env::temp_dir().join(format!("io-migrations-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for program in Program::ALL {
        std::fs::write(folder.join(format!("{program}.so")), [1, 2, 3, 0, 0]).expect("written");
    }
    let mut cluster = Cluster::parse(LOCALNET).expect("localnet.toml");
    assert!(cluster.binaries().is_err(), "the file names no folder");
    cluster.programs.binaries = Some(folder.clone());
    // Of 1, 2, 3: the zeros do not count.
    let hash = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81";
    let programs = format!("[programs.sha256]\nio_staking = \"{hash}\"\n[roles]");
    let named = Cluster::parse(&LOCALNET.replace("[roles]", &programs)).expect("sound");
    cluster.programs.sha256 = named.programs.sha256;
    let binaries = cluster.binaries().expect("the right hash");
    assert_eq!(binaries.len(), 4);
    std::fs::write(folder.join("io_staking.so"), [1, 2, 3, 4]).expect("written");
    let error = cluster.binaries().expect_err("another binary");
    assert!(
        error.to_string().contains("`programs.sha256.io_staking`"),
        "{error}"
    );
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn no_more_allocations_than_fit_one_transaction() {
    let allocation =
        "[[allocations]]\nname = \"one more\"\nowner = \"authority\"\namount = \"0\"\n";
    let with = |more: usize| {
        let more = allocation.repeat(more);
        Cluster::parse(&LOCALNET.replace("[emissions]", &format!("{more}[emissions]")))
    };
    assert!(with(check::MAX_ALLOCATIONS - 1).is_ok());
    let error = with(check::MAX_ALLOCATIONS).expect_err("one too many");
    assert!(error.to_string().contains("8 allocations"), "{error}");
}

#[test]
fn a_bad_file_says_why() {
    for (from, to, why) in [
        ("500_000_000", "500_000_001", "exceed the cap"),
        ("500_000_000", "5.000000001", "8 decimals"),
        ("[7_000, 3_000]", "[7_000, 2_999]", "sum to 10,000"),
        ("\"hourly\"", "\"daily\"", "no emission curve"),
        ("fee_bps = 200", "fee_bps = 501", "at most 500"),
        (
            "discriminator = \"01\"",
            "discriminator = \"\"",
            "1 to 8 bytes",
        ),
        (
            "discriminator = \"01\"",
            "discriminator = \"+1\"",
            "not hexadecimal",
        ),
        (
            "guardian = \"authority\"",
            "guardian = \"me\"",
            "not an address",
        ),
        ("pool = 1", "pool = 2", "does not exist"),
        (
            "fee_bps = 200\ndaily",
            "fee_bps = 501\ndaily",
            "at most 500",
        ),
        ("\"10_000\"", "\"0.0000001\"", "6 decimals"),
        (
            "[[allocations]]",
            "[mint]\nadopt = \"BZLbGTNCSFfoth2GYDtwr7e4imWzpR5jqcUuGEwr646K\"\n[[allocations]]",
            "has its supply already",
        ),
        (
            "[[allocations]]",
            "[mint.metadata]\nname = \"IO\"\nsymbol = \"elevenbytes\"\nuri = \"\"\n[[allocations]]",
            "its symbol 10",
        ),
        ("\"01\"", "\"01\"\ndaily_cap = \"all\"", "not an amount"),
        ("[7_000, 3_000]", "[0, 10_000]", "each with a part"),
        (
            "[7_000, 3_000]",
            "[9_223_372_036_854_775_807, 9_223_372_036_854_775_807, 10_002]",
            "sum to 10,000",
        ),
        ("id = 2\n", "id = 1\n", "class 1 is in the file twice"),
        (
            "mint = \"usdc\"",
            "mint = \"io\"",
            "asset Io is in the file twice",
        ),
        (
            "max_score_age = 24",
            "max_score_age = 169",
            "may not be 169",
        ),
        (
            "multiplier_milli = 30_000",
            "multiplier_milli = 0",
            "out of bounds",
        ),
        (
            "treasury = \"authority\"",
            "treasury = \"multisig\"",
            "add [handover]",
        ),
        (
            "[roles]",
            "[handover]\nauthority = \"BZLbGTNCSFfoth2GYDtwr7e4imWzpR5jqcUuGEwr646K\"\n\
             upgrade_authority = \"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v\"\n[roles]",
            "prove that it can sign",
        ),
        (
            "[roles]",
            "[programs.sha256]\nio_mint = \"abc\"\n[roles]",
            "64 hexadecimal digits",
        ),
        (
            "[[allocations]]",
            "[[minters]]\nname = \"grants\"\nauthority = \"authority\"\ntotal = \"1\"\n[[allocations]]",
            "exceed the cap",
        ),
        (
            "[[assets]]",
            "[[assets]]\nfeed = \"pyth\"",
            "a price feed or \"none\"",
        ),
    ] {
        assert!(LOCALNET.contains(from));
        let error = Cluster::parse(&LOCALNET.replace(from, to)).expect_err(why);
        assert!(format!("{error:#}").contains(why), "{error:#}");
    }
}
