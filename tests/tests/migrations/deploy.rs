//! Deployments and upgrades by the real loader.

use crate::site::{Site, names};
use io_client::{Pubkey, pda, shared::ids};
use io_migrations::{
    Action, Chain, Cluster, Deployment, Obstacle, Operator, Program, Then,
    cluster::{Binary, Handover},
    deploy_plan, plan, verify,
};
use io_tests::artifact;
use solana_loader_v3_interface::instruction as loader_v3;
use solana_signer::Signer;

const LOCALNET: &str = include_str!("../../../migrations/clusters/localnet.toml");
/// Bytes that a program's account has in front of the binary.
const HEADER: usize = 45;

/// A binary of this repository to run at the address of `io_mint`.
fn binary(name: &str) -> Binary {
    let elf = std::fs::read(artifact(name)).expect("built");
    let program = Program::IoMint;
    Binary { program, elf }
}

fn cluster() -> Cluster {
    Cluster::parse(LOCALNET).expect("localnet.toml")
}

fn deployment(site: &Site, cluster: &Cluster, binary: &Binary) -> Deployment {
    let operator = Operator {
        authority: site.operator(),
        usdc: Pubkey::default(),
    };
    let binaries = std::slice::from_ref(binary);
    let mut plan = deploy_plan(cluster, &operator, binaries, &site.world).expect("a plan");
    assert_eq!(plan.len(), 1);
    plan.remove(0)
}

/// Plans again and again, with `limit` transactions each time, until there is nothing left to do.
fn deploy(site: &mut Site, binary: &Binary, limit: usize) {
    let cluster = cluster();
    for _ in 0..10_000 {
        let deployment = deployment(site, &cluster, binary);
        if deployment.steps.is_empty() {
            assert_eq!(deployment.action, Action::UpToDate);
            return;
        }
        for step in deployment.steps.iter().take(limit) {
            site.send(step);
        }
    }
    panic!("it never ends");
}

fn running(site: &Site) -> Vec<u8> {
    site.world.data(&Program::IoMint.program_data())
}

/// Lamports that are anywhere else than with the payer.
fn locked(site: &Site) -> u64 {
    site.state().values().map(|account| account.lamports).sum()
}

#[test]
fn a_program_is_deployed_from_nothing_and_upgraded_in_place_and_with_more_room() {
    let mut site = Site::bare();
    let operator = site.operator();
    let small = binary("hostile_venue");
    let plan = deployment(&site, &cluster(), &small);
    let Action::Deploy { upload, lamports } = &plan.action else {
        panic!("{plan}");
    };
    let chunks = small.elf.len().div_ceil(850);
    assert_eq!((upload.bytes, upload.chunks), (small.elf.len(), chunks));
    // A chunk of zeros needs no write: a new buffer has nothing else.
    let zeros = |chunk: &&[u8]| chunk.iter().all(|byte| *byte == 0);
    let empty = small.elf.chunks(850).filter(zeros).count();
    assert_eq!(upload.unwritten, chunks - empty);
    assert_eq!(plan.steps.len(), chunks - empty + 2);
    let last = plan.steps.last().expect("steps");
    assert_eq!(last.signers(), [operator, Program::IoMint.id()]);
    assert_eq!(last.then, Then::NextSlot);
    let (rent, before) = (upload.lamports, locked(&site));
    let space = u64::try_from(small.elf.len() + 37).expect("a size");
    assert_eq!(rent, site.world.rent(space));
    let expected = before + lamports;
    deploy(&mut site, &small, usize::MAX);
    assert_eq!(locked(&site), expected, "nothing else is left anywhere");
    assert_eq!(running(&site)[HEADER..], small.elf);

    // More room than asked for, because the loader adds 10 KiB at least.
    let larger = binary("floor");
    assert!(larger.elf.len() > small.elf.len());
    let plan = deployment(&site, &cluster(), &larger);
    let Action::Upgrade {
        extend, lamports, ..
    } = plan.action
    else {
        panic!("{plan}");
    };
    assert_eq!(extend, 10_240);
    assert_eq!(plan.authority, operator);
    let expected = locked(&site) + lamports;
    deploy(&mut site, &larger, usize::MAX);
    assert_eq!(locked(&site), expected);
    let data = running(&site);
    let (elf, rest) = data[HEADER..].split_at(larger.elf.len());
    assert_eq!(elf, larger.elf);
    assert!(rest.iter().all(|byte| *byte == 0));
    assert_eq!(data.len(), HEADER + small.elf.len() + 10_240);

    // Much larger: exactly what is missing. And back, in the room that there is.
    let largest = binary("io_payments");
    let missing = largest.elf.len() + HEADER - data.len();
    let plan = deployment(&site, &cluster(), &largest);
    assert!(matches!(plan.action, Action::Upgrade { extend, .. } if extend as usize == missing));
    deploy(&mut site, &largest, usize::MAX);
    assert_eq!(running(&site)[HEADER..], largest.elf);
    let plan = deployment(&site, &cluster(), &small);
    assert!(matches!(plan.action, Action::Upgrade { extend: 0, .. }));
    deploy(&mut site, &small, usize::MAX);
    assert_eq!(running(&site)[HEADER..][..small.elf.len()], small.elf);
    assert_eq!(running(&site).len(), HEADER + largest.elf.len());
}

#[test]
fn a_deployment_goes_on_wherever_it_was_interrupted_and_writes_nothing_twice() {
    let binaries = [
        binary("hostile_venue"),
        binary("floor"),
        binary("math_probe"),
    ];
    // Without an interruption.
    let mut whole = Site::bare();
    for binary in &binaries {
        deploy(&mut whole, binary, usize::MAX);
    }
    // A new plan after every transaction, after every second, and so on.
    for limit in 1..=whole.sent {
        let mut site = Site::bare();
        for binary in &binaries {
            deploy(&mut site, binary, limit);
        }
        assert_eq!(site.sent, whole.sent, "{limit} at a time");
        site.assert_like(&whole, &format!("{limit} at a time"));
    }
}

#[test]
fn lamports_at_its_addresses_and_spoiled_bytes_do_not_stop_a_deployment() {
    let small = binary("hostile_venue");
    let mut site = Site::bare();
    let plan = deployment(&site, &cluster(), &small);
    let Action::Deploy { upload, .. } = plan.action else {
        panic!("{plan}");
    };
    for address in [upload.buffer, Program::IoMint.id()] {
        site.world.svm.airdrop(&address, 1_000_000).expect("sent");
    }
    let plan = deployment(&site, &cluster(), &small);
    for step in &plan.steps[..plan.steps.len() - 1] {
        site.send(step);
    }
    // Someone with the operator's key wrote something else.
    let write = loader_v3::write(&upload.buffer, &site.operator(), 2_000, vec![7; 10]);
    site.send_as(&[write]).expect("the operator may");
    let plan = deployment(&site, &cluster(), &small);
    assert_eq!(
        names(&plan.steps),
        ["write 850 bytes of io_mint at 1700", "deploy io_mint"]
    );
    deploy(&mut site, &small, usize::MAX);
    assert_eq!(running(&site)[HEADER..], small.elf);
    // What lay there counts towards the rent.
    let id = Program::IoMint.id();
    assert_eq!(site.world.lamports(&id), site.world.rent(36));
}

#[test]
fn a_multisig_upgrades_from_a_buffer_that_the_operator_hands_over() {
    let (small, larger) = (binary("hostile_venue"), binary("floor"));
    let mut site = Site::bare();
    deploy(&mut site, &small, usize::MAX);
    let (operator, multisig) = (site.operator(), site.multisig.pubkey());
    let id = Program::IoMint.id();
    let set = loader_v3::set_upgrade_authority(&id, &operator, Some(&multisig));
    site.send_as(&[set]).expect("handed over");

    let plan = deployment(&site, &cluster(), &larger);
    assert_eq!(
        plan.action,
        Action::Impossible(Obstacle::Authority(multisig))
    );
    assert!(plan.steps.is_empty());

    let mut named = cluster();
    named.handover = Some(Handover {
        authority: multisig,
        upgrade_authority: None,
        upgrade_authority_signs: false,
    });
    let plan = deployment(&site, &named, &larger);
    assert_eq!(plan.authority, multisig);
    let (upgrade, before) = plan.steps.split_last().expect("steps");
    assert_eq!(upgrade.signers(), [multisig]);
    for step in before {
        assert_eq!(step.signers(), [operator], "{}", step.what);
        site.send(step);
    }
    // Planned again, only the multisig's part is left.
    let plan = deployment(&site, &named, &larger);
    assert_eq!(names(&plan.steps), ["upgrade io_mint"]);
    let spilled = site.world.lamports(&operator);
    site.send(&plan.steps[0]);
    assert!(
        site.world.lamports(&operator) > spilled,
        "the buffer's rent comes back"
    );
    assert_eq!(running(&site)[HEADER..][..larger.elf.len()], larger.elf);
    assert_eq!(deployment(&site, &named, &larger).action, Action::UpToDate);
}

#[test]
fn what_cannot_be_upgraded_is_said() {
    let (small, larger) = (binary("hostile_venue"), binary("floor"));
    let mut site = Site::bare();
    deploy(&mut site, &small, usize::MAX);
    let (operator, id) = (site.operator(), Program::IoMint.id());

    // A buffer that is someone else's by now, and not whole.
    let plan = deployment(&site, &cluster(), &larger);
    let Action::Upgrade { upload, .. } = plan.action else {
        panic!("{plan}");
    };
    site.send(&plan.steps[0]);
    let stranger = site.multisig.pubkey();
    let hand = loader_v3::set_buffer_authority(&upload.buffer, &operator, &stranger);
    site.send_as(&[hand]).expect("handed over");
    let plan = deployment(&site, &cluster(), &larger);
    assert_eq!(
        plan.action,
        Action::Impossible(Obstacle::Buffer(upload.buffer))
    );

    // Nobody's, which is fine while it runs what it should.
    let mut immutable = Site::bare();
    deploy(&mut immutable, &small, usize::MAX);
    let set = loader_v3::set_upgrade_authority(&id, &operator, None);
    immutable.send_as(&[set]).expect("given up");
    let plan = deployment(&immutable, &cluster(), &larger);
    assert_eq!(plan.action, Action::Impossible(Obstacle::Immutable));
    let plan = deployment(&immutable, &cluster(), &small);
    assert_eq!(plan.action, Action::UpToDate);

    // Closed.
    let data = Program::IoMint.program_data();
    let close = loader_v3::close_any(&data, &operator, Some(&operator), Some(&id));
    site.send_as(&[close]).expect("closed");
    let plan = deployment(&site, &cluster(), &small);
    assert_eq!(plan.action, Action::Impossible(Obstacle::Closed));

    // Someone was faster, and paid for it.
    let mut squatted = Site::bare();
    squatted.world.fund(&data);
    let plan = deployment(&squatted, &cluster(), &small);
    assert_eq!(plan.action, Action::Impossible(Obstacle::Squatted(data)));

    // Another account at the address.
    let mut taken = Site::bare();
    taken.world.put(id, ids::TOKEN_PROGRAM, vec![1; 36], false);
    let plan = deployment(&taken, &cluster(), &small);
    assert_eq!(plan.action, Action::Impossible(Obstacle::Foreign));
}

/// The four programs from nothing, the cluster set up on them, and a file with their hashes: nothing
/// differs.
#[test]
fn a_cluster_is_deployed_and_set_up_from_nothing() {
    let mut site = Site::bare();
    let authority = site.operator();
    let usdc = site.world.create_mint(6);
    site.world.deploy("amm", io_tests::amm::AMM_PROGRAM);
    let operator = Operator { authority, usdc };
    let mut cluster = cluster();
    let folder = artifact("io_mint").parent().expect("a folder").to_owned();
    cluster.programs.binaries = Some(folder);
    let binaries = cluster.binaries().expect("built");
    for deployment in deploy_plan(&cluster, &operator, &binaries, &site.world).expect("a plan") {
        let hash = io_migrations::cluster::Hash(deployment.hash);
        cluster.programs.sha256.insert(deployment.program, hash);
        for step in &deployment.steps {
            site.send(step);
        }
    }
    assert!(cluster.binaries().is_ok(), "they have these hashes");
    for step in plan(&cluster, &operator, &site.world).expect("a plan") {
        site.send(&step);
    }
    assert_eq!(
        verify(&cluster, &operator, &site.world).expect("findings"),
        []
    );
    assert!(site.world.exists(&pda::device_class(9).0));

    // Another binary in one of them is found.
    let other = binary("floor");
    deploy(&mut site, &other, usize::MAX);
    let findings = verify(&cluster, &operator, &site.world).expect("findings");
    let paths: Vec<&str> = findings.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(paths, ["programs.sha256.io_mint"]);
    let owned = site
        .world
        .accounts_of(&ids::UPGRADEABLE_LOADER, &[1, 0, 0, 0]);
    assert_eq!(owned.expect("listed").len(), 0, "no buffer is left");
}
