//! Every instruction, measured in a network with two parties who share nothing but the programs.

use super::{
    Row,
    calls::Calls,
    floor::{Floor, Operation},
};
use crate::{
    GENESIS, World,
    amm::AMM_PROGRAM,
    matrix::{Call, Tape},
    network::Network,
    pyth::{PYTH, Post},
    scenario::CLUSTER,
};
use io_client::{
    Instruction, Pubkey, emissions, mint, payments, pda,
    shared::{
        constants::{
            BPS, COOLDOWN, DAY, HOUR, IO, IO_DECIMALS, MAX_SUPPLIERS, SLASH_DELAY, USDC,
            USDC_DECIMALS,
        },
        ids::{METADATA_PROGRAM, TOKEN_PROGRAM, io_mint},
        state::{
            ClassRule, EmissionsRule, Feed, MintPolicy, MinterTerms, Node, PayoutPreference,
            TrancheKind,
        },
    },
    staking::{self, NodeTerms, Stake},
    token,
    venues::TokenSwapPool,
};
use io_migrations::{Cluster, Operator, plan};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::BTreeSet;

/// RTX 4090 in migrations/clusters/localnet.toml.
const CLASS: u16 = 7;
const POOL: u8 = 1;
const POOLS: u8 = 2;
const COMMISSION_BPS: u64 = 1_000;
/// Nodes that one scoring transaction of the benchmark names.
const SCORED: usize = 20;
/// Nodes that one transaction of the benchmark harvests: the runtime runs 64 instructions in one, calls
/// included, and each harvest takes five.
const HARVESTED: usize = 12;
/// Orders over which a payment's cost is the median: finding a receipt's address takes one try or
/// several.
const ORDERS: u8 = 33;

/// The case of an instruction that has only one.
const GOVERNANCE: &str = "";

/// What the runtime takes for making a call.
const CALL_CU: u64 = 946;

/// An operator, a holder who stakes with it, and their accounts.
struct Party {
    operator: Keypair,
    holder: Keypair,
    operator_io: Pubkey,
    holder_io: Pubkey,
    holder_usdc: Pubkey,
    node_id: [u8; 32],
    node: Pubkey,
    own: Stake,
    delegated: Stake,
}

impl Party {
    fn new(network: &mut Network, number: u8) -> Self {
        let operator = network.world.wallet();
        let holder = network.world.wallet();
        let node_id = [number; 32];
        let (node, _) = pda::node(&operator.pubkey(), &node_id);
        let stake = |owner: &Keypair, tranche| Stake {
            node,
            owner: owner.pubkey(),
            tranche,
        };
        Self {
            operator_io: network.give_io(&operator.pubkey(), 100_000 * IO),
            holder_io: network.give_io(&holder.pubkey(), 100_000 * IO),
            holder_usdc: network.give_usdc(&holder.pubkey(), 100_000 * USDC),
            own: stake(&operator, TrancheKind::Operator),
            delegated: stake(&holder, TrancheKind::Protected),
            node_id,
            node,
            operator,
            holder,
        }
    }

    /// The operator's, and the holder's before and after the class made delegators slashable.
    fn stakes(&self) -> [Stake; 3] {
        let exposed = Stake {
            tranche: TrancheKind::Exposed,
            ..self.delegated
        };
        [self.own, self.delegated, exposed]
    }

    fn terms(&self) -> NodeTerms {
        NodeTerms {
            node_id: self.node_id,
            class: CLASS,
            processors: 4,
            commission_bps: COMMISSION_BPS,
            delegation_open: true,
        }
    }
}

/// The measuring, row by row.
struct Bench {
    network: Network,
    floor: Floor,
    a: Party,
    b: Party,
    keeper_io: Pubkey,
    rows: Vec<Row>,
}

/// Measures every instruction.
pub fn measure() -> Vec<Row> {
    play(&mut None)
}

/// The calls of the measuring, one of each shape, and everyone who signs.
pub fn record() -> (Vec<Call>, BTreeSet<Pubkey>) {
    let mut tape = Some(Tape::default());
    play(&mut tape);
    tape.expect("it was handed on").into_calls()
}

/// Measures every instruction, each world with `tape` running.
fn play(tape: &mut Option<Tape>) -> Vec<Row> {
    // A smaller genesis leaves something to promise to other minters.
    let cluster = CLUSTER.replace("500_000_000", "499_000_000");
    let mut network = Network::launch(
        &cluster,
        GENESIS - 4 * DAY,
        4_000_000 * IO,
        2_800_000 * USDC,
    )
    .expect("the cluster file is sound");
    network.world.tape = tape.take();
    let (a, b) = (Party::new(&mut network, 1), Party::new(&mut network, 2));
    let keeper = network.world.wallet();
    let keeper_io = network.give_io(&keeper.pubkey(), 0);
    let mut bench = Bench {
        network,
        floor: Floor::new(),
        a,
        b,
        keeper_io,
        rows: Vec::new(),
    };
    bench.mint();
    bench.join();
    bench.earn();
    bench.leave();
    bench.pay();
    bench.change();
    bench.bound();
    bench.retire();
    bench.govern();
    *tape = bench.network.world.tape.take();
    bench.rows.extend(adopt(tape));
    bench.rows.extend(launch(tape));
    bench.rows.sort_by_key(|row| {
        ["io_mint", "io_staking", "io_emissions", "io_payments"]
            .iter()
            .position(|program| row.program == *program)
    });
    bench.rows
}

impl Bench {
    fn world(&mut self) -> &mut World {
        &mut self.network.world
    }

    /// Runs what `build` makes for each party; the first one is measured.
    fn measure(
        &mut self,
        (program, instruction, case): (&str, &str, &str),
        floor: Option<Operation>,
        build: impl Fn(&Party) -> Instruction,
    ) {
        let ours = build(&self.a);
        let theirs = build(&self.b);
        let calls = self.run(ours.clone());
        if theirs != ours {
            self.run(theirs.clone());
        }
        let row = row((program, instruction, case), calls, &ours, &theirs);
        let floor_cu = floor.map(|operation| self.floor.measure(operation));
        self.rows.push(Row { floor_cu, ..row });
    }

    /// What a harvest costs as one of many in a transaction.
    fn harvest_many(&mut self, nodes: &[Pubkey]) {
        let harvests: Vec<Instruction> = nodes
            .iter()
            .take(HARVESTED)
            .map(|node| emissions::harvest(node, POOL))
            .collect();
        let outcome = self.network.world.run(&harvests, &[]);
        // The log of so long a transaction is cut off; the calls are those of the first.
        let logs = &outcome.meta.logs;
        let first = logs[1..]
            .iter()
            .position(|line| line.ends_with("invoke [1]"))
            .map_or(&logs[..], |next| &logs[..=next]);
        let each = Calls {
            total: outcome.cu / HARVESTED as u64,
            ..Calls::read(first, &[])
        };
        let named = ("io_emissions", "harvest", "each of 12 in a transaction");
        self.rows.push(row(named, each, &harvests[0], &harvests[1]));
    }

    /// Runs one instruction with everyone's keys at hand.
    fn run(&mut self, instruction: Instruction) -> Calls {
        let keys = [
            self.a.operator.insecure_clone(),
            self.a.holder.insecure_clone(),
            self.b.operator.insecure_clone(),
            self.b.holder.insecure_clone(),
        ];
        let signers: Vec<&Keypair> = keys
            .iter()
            .filter(|key| {
                instruction
                    .accounts
                    .iter()
                    .any(|meta| meta.is_signer && meta.pubkey == key.pubkey())
            })
            .collect();
        let outcome = self.network.world.run(&[instruction], &signers);
        let named = [
            TOKEN_PROGRAM.to_string(),
            self.network.amm.pool.program.to_string(),
        ];
        Calls::read(&outcome.meta.logs, &named)
    }

    fn authority(&self) -> Pubkey {
        self.network.world.authority.pubkey()
    }

    fn mint(&mut self) {
        let authority = self.authority();
        let terms = MinterTerms {
            policy: MintPolicy::Allowance { amount: 1_000 * IO },
            window_limit: 100 * IO,
            window_seconds: 86_400,
        };
        self.measure(("io_mint", "add_minter", "allowance"), None, |party| {
            mint::add_minter(&authority, &party.operator.pubkey(), &terms)
        });
        self.network.world.advance(3 * DAY);
        self.measure(
            ("io_mint", "mint_to", "allowance with a window"),
            Some(Operation::Mint),
            |party| {
                mint::mint_to(
                    &party.operator.pubkey(),
                    &io_mint::MINT.address,
                    &party.operator_io,
                    IO,
                )
            },
        );
        self.measure(("io_mint", "burn", "own tokens"), None, |party| {
            mint::burn(
                &party.holder.pubkey(),
                &io_mint::MINT.address,
                &party.holder_io,
                IO,
            )
        });
    }

    fn join(&mut self) {
        self.world().set_clock(GENESIS + 60);
        let io = io_mint::MINT.address;
        self.measure(
            ("io_staking", "register_node", "with two vaults"),
            None,
            |party| {
                let operator = party.operator.pubkey();
                staking::register_node(&operator, &operator, &io, &party.terms())
            },
        );
        self.measure(("io_staking", "open_position", "operator"), None, |party| {
            staking::open_position(&party.operator.pubkey(), &party.own)
        });
        self.measure(
            ("io_staking", "deposit", "first on a node"),
            None,
            |party| staking::deposit(&party.own, &party.operator_io, POOL, 2_000 * IO, 1),
        );
        self.measure(
            ("io_staking", "open_position", "delegator"),
            None,
            |party| staking::open_position(&party.holder.pubkey(), &party.delegated),
        );
        self.measure(("io_emissions", "enroll_node", "first"), None, |party| {
            emissions::enroll_node(&party.operator.pubkey(), &party.node, POOL)
        });
        self.measure(
            ("io_staking", "deposit", "into an existing position"),
            Some(Operation::Deposit),
            |party| staking::deposit(&party.delegated, &party.holder_io, POOL, 500 * IO, 1),
        );
    }

    /// More nodes, so that one transaction can score many.
    fn crowd(&mut self) -> Vec<(Pubkey, u16)> {
        let io = io_mint::MINT.address;
        let operator = self.a.operator.insecure_clone();
        let mut scores = vec![(self.a.node, BPS as u16), (self.b.node, BPS as u16)];
        while scores.len() < SCORED {
            let node_id = [100 + scores.len() as u8; 32];
            let (node, _) = pda::node(&operator.pubkey(), &node_id);
            let stake = Stake {
                node,
                owner: operator.pubkey(),
                tranche: TrancheKind::Operator,
            };
            let terms = NodeTerms {
                node_id,
                ..self.a.terms()
            };
            let (key, source) = (operator.pubkey(), self.a.operator_io);
            self.network.world.run(
                &[
                    staking::register_node(&key, &key, &io, &terms),
                    staking::open_position(&key, &stake),
                    staking::deposit(&stake, &source, POOL, 1_000 * IO, 1),
                ],
                &[&operator],
            );
            self.network
                .world
                .run(&[emissions::enroll_node(&key, &node, POOL)], &[&operator]);
            scores.push((node, BPS as u16));
        }
        scores
    }

    fn earn(&mut self) {
        let io = io_mint::MINT.address;
        let authority = self.authority();
        let keeper_io = self.keeper_io;
        let scores = self.crowd();
        let advance = move |_: &Party| emissions::advance_epoch(&keeper_io, &io, POOLS);
        let score =
            |party: &Party| emissions::set_scores(&authority, POOL, &[(party.node, BPS as u16)]);
        self.run(emissions::set_scores(&authority, POOL, &scores));
        self.world().set_clock(GENESIS + HOUR);
        self.measure(
            ("io_emissions", "advance_epoch", "1 epoch"),
            Some(Operation::Advance),
            advance,
        );
        self.measure(
            ("io_emissions", "set_scores", "1 node, weight takes effect"),
            None,
            score,
        );
        self.run(emissions::set_scores(&authority, POOL, &scores[2..]));
        self.world().set_clock(GENESIS + 2 * HOUR);
        self.measure(
            (
                "io_emissions",
                "advance_epoch",
                "1 epoch, pools with weight",
            ),
            Some(Operation::Advance),
            advance,
        );
        self.measure(
            ("io_emissions", "advance_epoch", "again in the same epoch"),
            None,
            advance,
        );
        self.measure(
            ("io_emissions", "set_scores", "20 nodes, all earning"),
            None,
            |_| emissions::set_scores(&authority, POOL, &scores),
        );
        self.measure(
            ("io_emissions", "sync_node", "nothing changed"),
            None,
            |party| emissions::sync_node(&party.node, POOL),
        );
        self.measure(
            ("io_emissions", "harvest", "one epoch's rewards"),
            Some(Operation::Harvest),
            |party| emissions::harvest(&party.node, POOL),
        );
        self.measure(
            ("io_emissions", "harvest", "nothing to harvest"),
            None,
            |party| emissions::harvest(&party.node, POOL),
        );
        let others: Vec<Pubkey> = scores[2..].iter().map(|(node, _)| *node).collect();
        self.harvest_many(&others);
        self.measure(
            ("io_staking", "claim", "delegator"),
            Some(Operation::Claim),
            |party| staking::claim(&party.delegated, &party.holder_io),
        );
        self.measure(
            ("io_staking", "claim", "operator, with commission"),
            Some(Operation::Claim),
            |party| staking::claim(&party.own, &party.operator_io),
        );
        self.donate();
        self.measure(
            ("io_staking", "distribute", "new rewards"),
            Some(Operation::Distribute),
            |party| staking::distribute(&party.node),
        );
        self.measure(
            (
                "io_staking",
                "deposit",
                "on an earning node, with rewards to settle",
            ),
            Some(Operation::Deposit),
            |party| staking::deposit(&party.delegated, &party.holder_io, POOL, 100 * IO, 1),
        );
        self.compound();
        self.world().set_clock(GENESIS + 1_002 * HOUR);
        self.measure(
            ("io_emissions", "advance_epoch", "1,000 epochs"),
            Some(Operation::Advance),
            advance,
        );
        // What the long gap owed is shared out, so that a ticket can be taken back below.
        for node in [self.a.node, self.b.node] {
            self.run(emissions::harvest(&node, POOL));
        }
    }

    /// Sends an IO to each reward vault.
    fn donate(&mut self) {
        let parties = [&self.a, &self.b].map(|party| {
            let holder = party.holder.insecure_clone();
            let vault = pda::reward_vault(&party.node).0;
            (
                crate::network::transfer(&party.holder_io, &vault, &holder.pubkey(), IO),
                holder,
            )
        });
        for (donation, holder) in parties {
            self.network.world.run(&[donation], &[&holder]);
        }
    }

    fn compound(&mut self) {
        self.donate();
        for node in [self.a.node, self.b.node] {
            self.run(staking::distribute(&node));
        }
        self.measure(
            (
                "io_staking",
                "compound",
                "delegator, with rewards to settle",
            ),
            None,
            |party| staking::compound(&party.delegated, POOL, 1),
        );
        self.measure(
            ("io_staking", "compound", "operator, with commission"),
            None,
            |party| staking::compound(&party.own, POOL, 1),
        );
    }

    /// A raised multiplier, down to the nodes.
    fn change(&mut self) {
        let authority = self.authority();
        let (io, keeper_io) = (io_mint::MINT.address, self.keeper_io);
        self.run(emissions::advance_epoch(&keeper_io, &io, POOLS));
        for node in [self.a.node, self.b.node] {
            self.run(emissions::harvest(&node, POOL));
        }
        self.measure(("io_staking", "set_commission", "a raise"), None, |party| {
            staking::set_commission(&party.operator.pubkey(), &party.node, POOL, 2_000)
        });
        self.measure(
            ("io_staking", "schedule_class", "the multiplier"),
            None,
            |_| staking::schedule_class(&authority, CLASS, ClassRule::Multiplier, 9_000),
        );
        self.world().advance(3 * DAY);
        for node in [self.a.node, self.b.node] {
            self.run(emissions::harvest(&node, POOL));
        }
        self.measure(
            (
                "io_staking",
                "sync_class",
                "a raised minimum with its grace",
            ),
            None,
            |party| staking::sync_class(&party.node, CLASS, POOL),
        );
        self.measure(
            ("io_staking", "sync_class", "nothing changed"),
            None,
            |party| staking::sync_class(&party.node, CLASS, POOL),
        );
    }

    fn leave(&mut self) {
        let rent = self.network.world.rent(staking::TICKET_SPACE);
        for (index, (case, amount)) in [("part", 100 * IO), ("all", u64::MAX)]
            .into_iter()
            .enumerate()
        {
            let index = index as u64;
            let request = |party: &Party| {
                let payer = party.holder.pubkey();
                staking::request_unstake(&payer, &party.delegated, POOL, index, amount, rent)
            };
            for [pay, make, _] in [request(&self.a), request(&self.b)] {
                self.run(pay);
                self.run(make);
            }
            self.measure(
                ("io_staking", "request_unstake", case),
                Some(Operation::RequestUnstake),
                |party| request(party)[2].clone(),
            );
        }
        self.measure(("io_staking", "cancel_unstake", "all"), None, |party| {
            staking::cancel_unstake(&party.delegated, POOL, 1, &party.holder.pubkey())
        });
        self.world().advance(COOLDOWN);
        self.measure(
            ("io_staking", "withdraw", "sent by anyone"),
            Some(Operation::Withdraw),
            |party| {
                staking::withdraw(
                    &party.delegated,
                    0,
                    &party.holder_io,
                    &party.holder.pubkey(),
                )
            },
        );
    }

    fn pay(&mut self) {
        let io = io_mint::MINT.address;
        let usdc = self.network.usdc;
        let now = self.network.world.now();
        self.measure(
            ("io_payments", "register_supplier", "with an earnings vault"),
            None,
            |party| {
                let owner = party.operator.pubkey();
                payments::register_supplier(&owner, &owner, PayoutPreference::Io, &owner, &io)
            },
        );
        let order = |party: &Party, number: u8| {
            let mut id = party.node_id;
            id[0] = number;
            payments::Order {
                id,
                expires_at: now + DAY,
            }
        };
        let pay_io = |party: &Party, number: u8| {
            payments::pay_io(
                &party.holder.pubkey(),
                &party.holder_io,
                &party.operator.pubkey(),
                &party.operator_io,
                &order(party, number),
                IO,
            )
        };
        let (ours, theirs) = (pay_io(&self.a, 0), pay_io(&self.b, 0));
        self.run(theirs.clone());
        let mut measured: Vec<Calls> = (0..ORDERS)
            .map(|number| {
                let instruction = pay_io(&self.a, number);
                self.run(instruction)
            })
            .collect();
        measured.sort_by_key(|calls| calls.total);
        let floor_cu = Some(self.floor.measure(Operation::Pay));
        for (case, index) in [
            ("with a receipt, median of 33 orders", measured.len() / 2),
            ("with a receipt, cheapest of 33 orders", 0),
        ] {
            let row = row(
                ("io_payments", "pay_io", case),
                measured[index],
                &ours,
                &theirs,
            );
            self.rows.push(Row { floor_cu, ..row });
        }
        self.measure(
            ("io_payments", "pay_io_unreceipted", "micro-payment"),
            Some(Operation::PayUnreceipted),
            |party| {
                payments::pay_io_unreceipted(
                    &party.holder.pubkey(),
                    &party.holder_io,
                    &party.operator.pubkey(),
                    &party.operator_io,
                    IO,
                    &[7; 32],
                )
            },
        );
        self.measure(
            ("io_payments", "refund", "part, from a wallet"),
            None,
            |party| {
                payments::refund(
                    &party.operator.pubkey(),
                    &party.holder.pubkey(),
                    &order(party, 0).id,
                    &party.operator_io,
                    &party.holder_io,
                    IO / 2,
                )
            },
        );
        let amm = self.network.amm;
        let part = |party: &Party| payments::Part {
            supplier_owner: party.operator.pubkey(),
            destination: party.operator_io,
            amount: 100 * USDC,
        };
        let in_usdc =
            |party: &Party, number: u8, parts: Vec<payments::Part>| payments::TokenPayment {
                payer: party.holder.pubkey(),
                mint: usdc,
                source: party.holder_usdc,
                io_mint: io,
                parts,
                order: order(party, number),
                fee_on_top: true,
                min_io_out: 1,
            };
        let pay_usdc = |party: &Party, number: u8| {
            payments::pay_token(
                &in_usdc(party, number, vec![part(party)]),
                &amm.route(&usdc, 100 * USDC),
            )
        };
        let (ours, theirs) = (pay_usdc(&self.a, 100), pay_usdc(&self.b, 100));
        let mut measured: Vec<Calls> = (100..100 + ORDERS)
            .map(|number| {
                let instruction = pay_usdc(&self.a, number);
                self.run(instruction)
            })
            .collect();
        measured.sort_by_key(|calls| calls.total - calls.named);
        let median = measured[measured.len() / 2];
        self.rows.push(row(
            (
                "io_payments",
                "pay_token",
                "USDC, swap included, median of 33 orders",
            ),
            median,
            &ours,
            &theirs,
        ));
        self.own_part("pay_token", "", median, &ours, &theirs);

        let crowds = [(); 2].map(|()| self.suppliers());
        let crowd = |party: &Party| &crowds[usize::from(party.node_id == self.b.node_id)];
        let split = |party: &Party, count: usize| {
            payments::pay_io_split(
                &party.holder.pubkey(),
                &party.holder_io,
                &crowd(party)[..count],
                &order(party, 200 + u8::try_from(count).expect("at most 16")),
            )
        };
        let splits = [2, MAX_SUPPLIERS].map(|count| {
            let [ours, theirs] = [&self.a, &self.b].map(|party| split(party, count));
            (format!("{count} suppliers"), ours, theirs)
        });
        let many = [&self.a, &self.b].map(|party| {
            let payment = in_usdc(party, 230, crowd(party).clone());
            let amount = payment.amount().expect("it fits");
            payments::pay_token(&payment, &amm.route(&usdc, amount))
        });
        for (case, ours, theirs) in splits {
            let calls = self.run(ours.clone());
            let named = ("io_payments", "pay_io_split", case.as_str());
            self.rows.push(row(named, calls, &ours, &theirs));
        }
        let [ours, theirs] = many;
        let calls = self.run(ours.clone());
        let named = ("io_payments", "pay_token", "USDC to 16 suppliers");
        self.rows.push(row(named, calls, &ours, &theirs));
        self.own_part("pay_token", "16 suppliers, ", calls, &ours, &theirs);

        let authority = self.authority();
        self.measure(("io_payments", "list_gateway", GOVERNANCE), None, |party| {
            payments::list_gateway(&authority, &party.holder.pubkey(), 200, u64::MAX)
        });
        let pay_fiat = |party: &Party| {
            payments::pay_fiat(
                &in_usdc(party, 231, vec![part(party)]),
                &[7; 32],
                &amm.route(&usdc, 100 * USDC),
            )
        };
        let (ours, theirs) = (pay_fiat(&self.a), pay_fiat(&self.b));
        let calls = self.run(ours.clone());
        let named = ("io_payments", "pay_fiat", "swap included");
        self.rows.push(row(named, calls, &ours, &theirs));
        self.own_part("pay_fiat", "", calls, &ours, &theirs);

        self.pay_out();
        self.measure(
            ("io_payments", "schedule_buy_back", GOVERNANCE),
            None,
            |_| payments::schedule_buy_back(&authority, 20 * USDC),
        );
        self.world().advance(2 * DAY);
        let buy_back = payments::buy_back(
            &payments::BuyBack {
                caller: authority,
                io_mint: io,
                usdc_mint: usdc,
                amount: 10 * USDC,
                min_io_out: 1,
            },
            &amm.route(&usdc, 10 * USDC),
        );
        let calls = self.run(buy_back.clone());
        let named = ("io_payments", "buy_back", "swap and burn included");
        self.rows.push(row(named, calls, &buy_back, &buy_back));
        self.own_part("buy_back", "", calls, &buy_back, &buy_back);
        let treasury = self.network.treasury_usdc;
        self.measure(("io_payments", "sweep", "all but a buy-back"), None, |_| {
            payments::sweep(&usdc, &TOKEN_PROGRAM, &treasury)
        });
        self.measure(("io_payments", "close_receipt", "expired"), None, |party| {
            let payer = party.holder.pubkey();
            payments::close_receipt(&payer, &order(party, 0).id, &payer)
        });
    }

    /// Payments that an oracle and a venue's cap bound.
    fn bound(&mut self) {
        let (io, usdc, amm) = (io_mint::MINT.address, self.network.usdc, self.network.amm);
        let authority = self.authority();
        let feed = |id: u8| Feed {
            owner: PYTH,
            id: [id; 32],
            max_age: 60,
            max_confidence_bps: 100,
            max_deviation_bps: 500,
        };
        for (mint, id) in [(usdc, 1), (io, 2)] {
            self.run(payments::schedule_feed(&authority, &mint, &feed(id)));
        }
        let cap = payments::set_venue_cap(&authority, &amm.pool.program, &[1], u64::MAX - 1);
        self.run(cap);
        self.world().advance(2 * DAY);
        // USDC at 1 USD, and IO at what the pool says.
        let (io_reserve, usdc_reserve) = amm.reserves(&self.network.world, &io);
        let price = u128::from(usdc_reserve) * u128::from(IO) * 100 / u128::from(io_reserve);
        let price = i64::try_from(price).expect("a price");
        let prices = [(1, 100_000_000), (2, price)].map(|(id, price)| {
            let address = self.world().fresh_address();
            Post::of([id; 32], price, 1_000).put(self.world(), address);
            address
        });
        let expires_at = self.network.world.now() + HOUR;
        let pay = |party: &Party, number: u8| {
            let owner = party.operator.pubkey();
            let mut id = [0; 32];
            id[0] = number;
            let payment = payments::TokenPayment {
                payer: party.holder.pubkey(),
                mint: usdc,
                source: party.holder_usdc,
                io_mint: io,
                parts: vec![payments::Part {
                    supplier_owner: owner,
                    destination: pda::earnings(&pda::supplier(&owner).0).0,
                    amount: 100 * USDC,
                }],
                order: payments::Order { id, expires_at },
                fee_on_top: true,
                min_io_out: 1,
            };
            let route = amm.route(&usdc, 100 * USDC).bounded_by(prices);
            payments::pay_token(&payment, &route)
        };
        let (ours, theirs) = (pay(&self.a, 0), pay(&self.b, 0));
        let mut measured: Vec<Calls> = (0..ORDERS)
            .map(|number| {
                let instruction = pay(&self.a, number);
                self.run(instruction)
            })
            .collect();
        measured.sort_by_key(|calls| calls.total - calls.named);
        let median = measured[measured.len() / 2];
        let named = (
            "io_payments",
            "pay_token",
            "USDC with an oracle and a cap, median of 33 orders",
        );
        self.rows.push(row(named, median, &ours, &theirs));
        let whose = "with an oracle and a cap, ";
        self.own_part("pay_token", whose, median, &ours, &theirs);
        self.keep(prices);
    }

    /// What a keeper may do once both tokens have a price: no rows of their own, but calls of another
    /// shape.
    fn keep(&mut self, [usdc_price, io_price]: [Pubkey; 2]) {
        let (io, usdc, amm) = (io_mint::MINT.address, self.network.usdc, self.network.amm);
        let keeper = self.b.holder.pubkey();
        let owner = self.a.operator.pubkey();
        self.run(payments::set_supplier(
            &owner,
            PayoutPreference::Usdc,
            &owner,
            1,
        ));
        let pay_out = payments::PayOut {
            caller: keeper,
            supplier_owner: owner,
            io_mint: io,
            usdc_mint: usdc,
            destination: token::associated(&owner, &usdc),
            amount: IO,
            min_usdc_out: 1,
        };
        let route = amm.route(&io, IO).bounded_by([io_price, usdc_price]);
        self.run(payments::pay_out(&pay_out, &route));
        let buy_back = payments::BuyBack {
            caller: keeper,
            io_mint: io,
            usdc_mint: usdc,
            amount: USDC,
            min_io_out: 1,
        };
        let route = amm.route(&usdc, USDC).bounded_by([usdc_price, io_price]);
        self.run(payments::buy_back(&buy_back, &route));
    }

    /// The router's own part of a swap, with and without what the runtime takes for making a call.
    fn own_part(
        &mut self,
        name: &str,
        whose: &str,
        calls: Calls,
        ours: &Instruction,
        theirs: &Instruction,
    ) {
        for (case, cost_of_calls) in [
            (
                "of it the router: without its calls to AMM and token program",
                CALL_CU,
            ),
            ("of it the router: without AMM and token program", 0),
        ] {
            let named = calls.named + calls.named_calls * cost_of_calls;
            let own = Calls {
                total: calls.total - named,
                called: calls.called - calls.named,
                named: 0,
                named_calls: 0,
            };
            let case = format!("{whose}{case}");
            self.rows
                .push(row(("io_payments", name, &case), own, ours, theirs));
        }
    }

    /// Sixteen new suppliers and what each is paid, 1 USDC or 0.01 IO.
    fn suppliers(&mut self) -> Vec<payments::Part> {
        (0..MAX_SUPPLIERS)
            .map(|_| {
                let owner = self.network.world.wallet();
                let key = owner.pubkey();
                let io = io_mint::MINT.address;
                let register =
                    payments::register_supplier(&key, &key, PayoutPreference::Io, &key, &io);
                self.network.world.run(&[register], &[&owner]);
                payments::Part {
                    supplier_owner: key,
                    destination: self.network.give_io(&key, 0),
                    amount: USDC,
                }
            })
            .collect()
    }

    /// Earnings of a supplier who changes to USDC.
    fn pay_out(&mut self) {
        let io = io_mint::MINT.address;
        let (usdc, amm) = (self.network.usdc, self.network.amm);
        self.measure(("io_payments", "set_supplier", "to USDC"), None, |party| {
            let owner = party.operator.pubkey();
            payments::set_supplier(&owner, PayoutPreference::Usdc, &owner, 0)
        });
        for index in 0..2 {
            let party = [&self.a, &self.b][index];
            let (holder, owner) = (party.holder.insecure_clone(), party.operator.pubkey());
            let earnings = pda::earnings(&pda::supplier(&owner).0).0;
            let job =
                crate::network::transfer(&party.holder_io, &earnings, &holder.pubkey(), 100 * IO);
            self.network.world.run(&[job], &[&holder]);
            self.network.give_usdc(&owner, 0);
        }
        let pay_out = |party: &Party| {
            let owner = party.operator.pubkey();
            payments::pay_out(
                &payments::PayOut {
                    caller: owner,
                    supplier_owner: owner,
                    io_mint: io,
                    usdc_mint: usdc,
                    destination: token::associated(&owner, &usdc),
                    amount: 50 * IO,
                    min_usdc_out: 1,
                },
                &amm.route(&io, 50 * IO),
            )
        };
        let (ours, theirs) = (pay_out(&self.a), pay_out(&self.b));
        let calls = self.run(ours.clone());
        self.rows.push(row(
            ("io_payments", "pay_out", "swap included"),
            calls,
            &ours,
            &theirs,
        ));
        self.own_part("pay_out", "", calls, &ours, &theirs);
        self.measure(
            ("io_payments", "take_earnings", "unswapped"),
            None,
            |party| payments::take_earnings(&party.operator.pubkey(), &party.operator_io, IO),
        );
    }
}

impl Bench {
    /// Slashes, and all that follows when an operator gives up, to the last account.
    fn retire(&mut self) {
        let authority = self.authority();
        self.slash();
        self.measure(("io_staking", "set_delegation", "close"), None, |party| {
            staking::set_delegation(&party.operator.pubkey(), &party.node, false)
        });
        self.measure(
            ("io_staking", "set_payout", "another wallet"),
            None,
            |party| staking::set_payout(&party.own, &party.holder.pubkey()),
        );
        self.donate();
        for node in [self.a.node, self.b.node] {
            self.run(emissions::harvest(&node, POOL));
            self.run(staking::distribute(&node));
        }
        self.measure(
            ("io_staking", "retire_node", "a halted one"),
            None,
            |party| staking::retire_node(&party.operator.pubkey(), &party.node, POOL),
        );
        let rent = self.network.world.rent(staking::TICKET_SPACE);
        let out = |stake: &Stake| staking::unstake_retired(&authority, stake, rent);
        for party in [self.a.stakes(), self.b.stakes()] {
            for stake in party {
                let (_, [pay, make, request]) = out(&stake);
                self.run(pay);
                self.run(make);
                if stake.tranche != TrancheKind::Protected {
                    self.run(request);
                }
            }
        }
        self.measure(
            ("io_staking", "unstake_retired", "by anyone"),
            None,
            |party| out(&party.delegated).1[2].clone(),
        );
        self.world().advance(COOLDOWN);
        for index in 0..2 {
            let party = [&self.a, &self.b][index];
            let (tokens, stakes) = (party.holder_io, party.stakes());
            for stake in stakes {
                self.run(staking::withdraw_ticket(
                    &stake,
                    &out(&stake).0,
                    &tokens,
                    &authority,
                ));
                self.run(staking::claim(&stake, &tokens));
            }
        }
        self.measure(
            ("io_emissions", "close_node_emission", "of a retired node"),
            None,
            |party| emissions::close_node_emission(&party.node, POOL, &party.operator.pubkey()),
        );
        self.measure(
            ("io_staking", "close_position", "anyone, on a retired node"),
            None,
            |party| staking::close_position(&authority, &party.delegated, &party.delegated.owner),
        );
        for party in [self.a.stakes(), self.b.stakes()] {
            for stake in [party[0], party[2]] {
                self.run(staking::close_position(&authority, &stake, &stake.owner));
            }
        }
        self.measure(
            ("io_staking", "close_node", "with both vaults"),
            None,
            |party| {
                let operator = party.operator.pubkey();
                staking::close_node(&party.node, &party.operator_io, &operator)
            },
        );
    }

    /// One that the operator pays, and one that delegators pay with it.
    fn slash(&mut self) {
        let (authority, io) = (self.authority(), io_mint::MINT.address);
        let rent = self.network.world.rent(staking::TICKET_SPACE);
        let rule = ClassRule::DelegatorsSlashable;
        self.run(staking::schedule_class(&authority, CLASS, rule, 1));
        self.world().advance(3 * DAY);
        let keeper_io = self.keeper_io;
        self.run(emissions::advance_epoch(&keeper_io, &io, POOLS));
        for index in 0..2 {
            let party = [&self.a, &self.b][index];
            let (node, exposed, tokens) = (party.node, party.stakes()[2], party.holder_io);
            self.run(emissions::harvest(&node, POOL));
            self.run(staking::sync_class(&node, CLASS, POOL));
            self.run(staking::open_position(&exposed.owner, &exposed));
            self.run(staking::deposit(&exposed, &tokens, POOL, 500 * IO, 1));
            self.request(index, 0, 0, 300 * IO, rent);
            self.run(staking::halt_node(&authority, &node, POOL));
        }
        let propose =
            |party: &Party| staking::propose_slash(&authority, &party.node, 1_000, [1; 32]);
        self.measure(("io_staking", "propose_slash", GOVERNANCE), None, propose);
        self.measure(("io_staking", "cancel_slash", GOVERNANCE), None, |party| {
            staking::cancel_slash(&authority, &party.node, &authority)
        });
        for instruction in [propose(&self.a), propose(&self.b)] {
            self.run(instruction);
        }
        self.world().advance(SLASH_DELAY);
        let execute = |party: &Party| staking::execute_slash(&party.node, &io, &authority);
        self.measure(
            (
                "io_staking",
                "execute_slash",
                "the operator's, active and cooling",
            ),
            None,
            execute,
        );
        // The operator leaves but for a little, so that it cannot pay the next one.
        for index in 0..2 {
            let party = [&self.a, &self.b][index];
            let state: Node = self.network.world.read(&party.node);
            let rest = state.operator_stake() - 100 * IO;
            self.request(index, 0, 1, rest, rent);
        }
        self.world().advance(COOLDOWN);
        for index in 0..2 {
            let party = [&self.a, &self.b][index];
            let (own, tokens) = (party.own, party.operator_io);
            for ticket in [0, 1] {
                self.run(staking::withdraw(&own, ticket, &tokens, &own.owner));
            }
            self.request(index, 0, 2, 50 * IO, rent);
            self.request(index, 2, 0, 200 * IO, rent);
        }
        for party in [self.a.node, self.b.node] {
            self.run(staking::propose_slash(&authority, &party, 5_000, [1; 32]));
        }
        self.world().advance(SLASH_DELAY);
        self.measure(
            (
                "io_staking",
                "execute_slash",
                "delegators' too, active and cooling",
            ),
            None,
            execute,
        );
        self.world().advance(COOLDOWN);
        for index in 0..2 {
            let party = [&self.a, &self.b][index];
            let [own, _, exposed] = party.stakes();
            let tokens = [party.operator_io, party.holder_io];
            self.run(staking::withdraw(&own, 2, &tokens[0], &own.owner));
            self.run(staking::withdraw(&exposed, 0, &tokens[1], &exposed.owner));
        }
    }

    /// Requests `amount` of one of a party's stakes.
    fn request(&mut self, party: usize, stake: usize, index: u64, amount: u64, rent: u64) {
        let stake = [&self.a, &self.b][party].stakes()[stake];
        for step in staking::request_unstake(&stake.owner, &stake, POOL, index, amount, rent) {
            self.run(step);
        }
    }

    /// What only authority and guardian do; the hand-overs come last.
    fn govern(&mut self) {
        let authority = self.authority();
        let next = self.a.operator.pubkey();
        let crowd = pda::node(&next, &[102; 32]).0;
        let usdc = self.network.usdc;
        let amm = self.network.amm.pool.program;
        let swap = TokenSwapPool::SWAP;
        let halves = [5_000, 5_000, 0, 0];
        let rule = EmissionsRule::BountyBps;
        let mint_program = [
            (
                "raise_minter",
                mint::raise_minter(&authority, &next, 2_000 * IO),
            ),
            ("cancel_raise", mint::cancel_raise(&authority, &next)),
            (
                "revoke_minter",
                mint::revoke_minter(&authority, &next, &authority),
            ),
            ("set_paused", mint::set_paused(&authority, false)),
            ("set_guardian", mint::set_guardian(&authority, &next)),
            (
                "nominate_authority",
                mint::nominate_authority(&authority, &next),
            ),
            ("accept_authority", mint::accept_authority(&next)),
        ];
        let staking_program = [
            ("halt_node", staking::halt_node(&authority, &crowd, POOL)),
            ("resume_node", staking::resume_node(&authority, &crowd)),
            ("set_paused", staking::set_paused(&authority, false)),
            (
                "schedule_min_self_stake",
                staking::schedule_min_self_stake(&authority, 6_000),
            ),
            ("cancel_changes", staking::cancel_changes(&authority)),
            (
                "suspend_class",
                staking::suspend_class(&authority, CLASS, true),
            ),
            (
                "cancel_class_changes",
                staking::cancel_class_changes(&authority, CLASS),
            ),
            ("end_class", staking::end_class(&authority, CLASS)),
            ("set_guardian", staking::set_guardian(&authority, &next)),
            ("set_slasher", staking::set_slasher(&authority, &next)),
            (
                "nominate_authority",
                staking::nominate_authority(&authority, &next),
            ),
            ("accept_authority", staking::accept_authority(&next)),
        ];
        let emissions_program = [
            (
                "schedule_rule",
                emissions::schedule_rule(&authority, rule, 20),
            ),
            (
                "schedule_shares",
                emissions::schedule_shares(&authority, &halves),
            ),
            (
                "cancel_changes",
                emissions::cancel_changes(&authority, POOLS),
            ),
            ("set_scorer", emissions::set_scorer(&authority, &next)),
            ("set_guardian", emissions::set_guardian(&authority, &next)),
            (
                "nominate_authority",
                emissions::nominate_authority(&authority, &next),
            ),
            ("accept_authority", emissions::accept_authority(&next)),
        ];
        let gateway = self.a.holder.pubkey();
        let payments_program = [
            (
                "set_asset_enabled",
                payments::set_asset_enabled(&authority, &usdc, true),
            ),
            (
                "set_asset_minimum",
                payments::set_asset_minimum(&authority, &usdc, 1),
            ),
            (
                "set_venue_enabled",
                payments::set_venue_enabled(&authority, &amm, &swap, true),
            ),
            ("set_paused", payments::set_paused(&authority, false)),
            (
                "schedule_gateway_fee",
                payments::schedule_gateway_fee(&authority, &gateway, 100),
            ),
            (
                "schedule_gateway_limit",
                payments::schedule_gateway_limit(&authority, &gateway, USDC),
            ),
            (
                "lower_gateway_limit",
                payments::lower_gateway_limit(&authority, &gateway, USDC),
            ),
            (
                "set_gateway_enabled",
                payments::set_gateway_enabled(&authority, &gateway, true),
            ),
            (
                "set_venue_cap",
                payments::set_venue_cap(&authority, &amm, &swap, 1_000 * IO),
            ),
            (
                "schedule_feed",
                payments::schedule_feed(&authority, &usdc, &Feed::NONE),
            ),
            (
                "schedule_asset_fee",
                payments::schedule_asset_fee(&authority, &usdc, 100),
            ),
            (
                "schedule_payout_fee",
                payments::schedule_payout_fee(&authority, 100),
            ),
            (
                "schedule_treasury",
                payments::schedule_treasury(&authority, &next),
            ),
            ("set_guardian", payments::set_guardian(&authority, &next)),
            (
                "nominate_authority",
                payments::nominate_authority(&authority, &next),
            ),
            ("accept_authority", payments::accept_authority(&next)),
        ];
        for (name, instruction) in mint_program {
            self.measure(("io_mint", name, GOVERNANCE), None, |_| instruction.clone());
        }
        for (name, instruction) in staking_program {
            self.measure(("io_staking", name, GOVERNANCE), None, |_| {
                instruction.clone()
            });
        }
        for (name, instruction) in emissions_program {
            self.measure(("io_emissions", name, GOVERNANCE), None, |_| {
                instruction.clone()
            });
        }
        for (name, instruction) in payments_program {
            self.measure(("io_payments", name, GOVERNANCE), None, |_| {
                instruction.clone()
            });
        }
    }
}

/// Taking over a mint, and naming it.
fn adopt(tape: &mut Option<Tape>) -> Vec<Row> {
    let mut world = World::new();
    world.tape = tape.take();
    world.deploy("metadata", METADATA_PROGRAM);
    let authority = world.authority.pubkey();
    let io = world.create_mint_of(IO_DECIMALS, &authority);
    let name = |name| mint::set_metadata(&authority, &io, name, "IO", "https://example.com");
    let rows = [
        (
            ("adopt", "of the same authority"),
            mint::adopt(&authority, &authority, &io, &authority),
        ),
        (("set_metadata", "created"), name("io")),
        (("set_metadata", "changed"), name("IO")),
    ]
    .into_iter()
    .map(|((instruction, case), ours)| {
        let outcome = world.run(&[ours.clone()], &[]);
        let calls = Calls::read(&outcome.meta.logs, &[]);
        row(("io_mint", instruction, case), calls, &ours, &ours)
    })
    .collect();
    *tape = world.tape.take();
    rows
}

/// What makes a network: each kind of step of a migration, once.
fn launch(tape: &mut Option<Tape>) -> Vec<Row> {
    let mut world = World::new();
    world.tape = tape.take();
    world.deploy("amm", AMM_PROGRAM);
    let cluster = Cluster::parse(CLUSTER).expect("the cluster file is sound");
    let operator = Operator {
        authority: world.authority.pubkey(),
        usdc: world.create_mint(USDC_DECIMALS),
    };
    let mut rows: Vec<Row> = Vec::new();
    for step in plan(&cluster, &operator, &world).expect("the cluster file is sound") {
        let outcome = world.run(&step.instructions, &[]);
        let named = match step.what.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["create", "the", "IO", "mint"] => ("io_mint", "initialize", "with the mint"),
            ["allow", "the", "distributor", ..] => ("io_mint", "add_minter", "schedule"),
            ["create", "the", "distributor", ..] => ("io_emissions", "initialize", "two pools"),
            ["create", "the", "staking", ..] => ("io_staking", "initialize", GOVERNANCE),
            ["create", "device", "class", ..] => ("io_staking", "create_class", GOVERNANCE),
            ["create", "the", "payment", ..] => ("io_payments", "initialize", GOVERNANCE),
            ["list", _, "for", ..] => ("io_payments", "list_asset", "with a transit account"),
            ["list", _, "as", ..] => ("io_payments", "list_venue", GOVERNANCE),
            _ => continue,
        };
        let instruction = &step.instructions[0];
        let row = row(
            named,
            Calls::read(&outcome.meta.logs, &[]),
            instruction,
            instruction,
        );
        if rows
            .iter()
            .all(|other| other.instruction != row.instruction || other.program != row.program)
        {
            rows.push(row);
        }
    }
    *tape = world.tape.take();
    rows
}

/// A row without a floor. `theirs` is a stranger's instruction of the same kind.
fn row(
    (program, instruction, case): (&str, &str, &str),
    calls: Calls,
    ours: &Instruction,
    theirs: &Instruction,
) -> Row {
    let writable = |instruction: &Instruction| -> Vec<Pubkey> {
        let mut keys: Vec<Pubkey> = instruction
            .accounts
            .iter()
            .filter(|meta| meta.is_writable)
            .map(|meta| meta.pubkey)
            .collect();
        keys.sort();
        keys.dedup();
        keys
    };
    let (ours_writable, theirs_writable) = (writable(ours), writable(theirs));
    Row {
        program: program.into(),
        instruction: instruction.into(),
        case: case.into(),
        cu: calls.total,
        cpi_cu: calls.called,
        floor_cu: None,
        accounts: ours.accounts.len(),
        writable: ours_writable.len(),
        shared_writable: ours_writable
            .iter()
            .filter(|key| theirs_writable.contains(key))
            .count(),
    }
}
