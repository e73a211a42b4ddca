//! Playing a scenario on the built programs.

use super::{
    CLUSTER, EmissionLine, HolderLine, NodeLine, PaymentLine, PaymentPart, RenterLine, Report,
    Scenario, SupplierLine, Takes,
    cast::{Holder, Node, Renter, Supplier, Wallet},
};
use crate::{GENESIS, Outcome, books, network::Network};
use anyhow::{Context, Result, bail, ensure};
use io_client::{
    Instruction, Pubkey,
    amount::{format_io, format_usdc},
    emissions, payments, pda,
    shared::{
        constants::{BPS, HOUR},
        errors::StakingError,
        events::{Claimed, Deposited, EpochAdvanced, Harvested, Paid, Swept, UnstakeRequested},
        ids::{TOKEN_PROGRAM, io_mint},
        state::{Node as NodeState, NodeEmission, Position, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
};
use io_migrations::cluster::MintName;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Nodes that one transaction scores.
const SCORES_PER_TRANSACTION: usize = 8;
/// How far a payment's swap may fall short of the pool's price, in basis points.
const SLIPPAGE_BPS: u64 = 200;

/// Plays `scenario` and checks the books after every hour; `say` hears what happens, with the hour.
pub fn play(scenario: &Scenario, say: &mut dyn FnMut(Option<u64>, String)) -> Result<Report> {
    let mut play = Play::prepare(scenario, say)?;
    play.hours()?;
    play.settle()?;
    play.leave()?;
    play.report()
}

/// The network as the scenario's last hour leaves it: nothing harvested, those who leave cooling down.
pub fn play_hours(scenario: &Scenario) -> Result<Network> {
    let say = &mut |_, _| {};
    let mut play = Play::prepare(scenario, say)?;
    play.hours()?;
    Ok(play.network)
}

struct Play<'a> {
    scenario: &'a Scenario,
    say: &'a mut dyn FnMut(Option<u64>, String),
    network: Network,
    suppliers: Vec<Supplier>,
    holders: Vec<Holder>,
    renters: Vec<Renter>,
    keeper: Wallet,
    tickets: Vec<Leaving>,
    orders: u64,
    transactions: u64,
    emissions: Vec<EmissionLine>,
    payments: Vec<PaymentLine>,
    nodes: Vec<NodeLine>,
}

/// A holder's stake with the ticket that takes it out.
struct Leaving {
    holder: usize,
    stake: Stake,
    index: u64,
    unlock_at: i64,
}

impl<'a> Play<'a> {
    /// Two hours before epoch 0 opens: the network is made, everyone joins and stakes.
    fn prepare(
        scenario: &'a Scenario,
        say: &'a mut dyn FnMut(Option<u64>, String),
    ) -> Result<Self> {
        let (io, usdc) = (scenario.pool.io, scenario.pool.usdc);
        let mut network = Network::launch(CLUSTER, GENESIS - 2 * HOUR, io, usdc)?;
        for step in &network.migrated {
            say(None, step.clone());
        }
        say(
            None,
            format!(
                "fund the AMM's pool with {} IO and {} USDC",
                format_io(io),
                format_usdc(usdc)
            ),
        );
        let usdc_mint = network.usdc;
        let world = &mut network.world;
        let keeper = Wallet::new(world, &usdc_mint);
        let suppliers = scenario
            .suppliers
            .iter()
            .map(|part| Supplier::new(world, &usdc_mint, part, &network.cluster))
            .collect();
        let holders = scenario
            .holders
            .iter()
            .map(|part| Holder {
                part: part.clone(),
                wallet: Wallet::new(world, &usdc_mint),
                staked: 0,
                rewards: 0,
                withdrawn: 0,
            })
            .collect();
        let renters = scenario
            .renters
            .iter()
            .map(|part| Renter {
                part: part.clone(),
                wallet: Wallet::new(world, &usdc_mint),
                fees_usdc: 0,
                delivered_io: 0,
            })
            .collect();
        let mut play = Self {
            scenario,
            say,
            network,
            suppliers,
            holders,
            renters,
            keeper,
            tickets: Vec::new(),
            orders: 0,
            transactions: 0,
            emissions: Vec::new(),
            payments: Vec::new(),
            nodes: Vec::new(),
        };
        play.fund();
        play.join_suppliers()?;
        play.join_holders()?;
        Ok(play)
    }

    fn say(&mut self, hour: Option<u64>, text: String) {
        (self.say)(hour, text);
    }

    fn send(
        network: &mut Network,
        transactions: &mut u64,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<Outcome> {
        *transactions += 1;
        network
            .world
            .send(instructions, signers)
            .map_err(|failure| {
                anyhow::anyhow!("{:?}\n{}", failure.error, failure.meta.pretty_logs())
            })
    }

    /// Everyone gets the tokens that the scenario gives them.
    fn fund(&mut self) {
        let network = &mut self.network;
        network.give_io(&self.keeper.address(), 0);
        for supplier in &self.suppliers {
            let stakes = supplier.nodes.iter().map(|node| node.part.stake).sum();
            network.give_io(&supplier.wallet.address(), stakes);
            network.give_usdc(&supplier.wallet.address(), 0);
        }
        for holder in &self.holders {
            let stakes = holder.part.stakes.iter().map(|stake| stake.amount).sum();
            network.give_io(&holder.wallet.address(), stakes);
        }
        for renter in &self.renters {
            network.give_io(&renter.wallet.address(), renter.part.io);
            network.give_usdc(&renter.wallet.address(), renter.part.usdc);
        }
    }

    /// Suppliers register, stake their collateral and enroll for emissions.
    fn join_suppliers(&mut self) -> Result<()> {
        let mint = io_mint::MINT.address;
        for supplier in &self.suppliers {
            let (owner, key) = (supplier.wallet.address(), &supplier.wallet.key);
            Self::send(
                &mut self.network,
                &mut self.transactions,
                &[payments::register_supplier(
                    &owner,
                    &owner,
                    supplier.preference(),
                    &owner,
                    &mint,
                )],
                &[key],
            )?;
            for node in &supplier.nodes {
                let terms = NodeTerms {
                    node_id: node.id,
                    class: node.class.id,
                    processors: node.part.processors,
                    commission_bps: node.part.commission_bps,
                    delegation_open: true,
                };
                let pool = node.class.pool;
                let stake = node.part.stake;
                Self::send(
                    &mut self.network,
                    &mut self.transactions,
                    &[
                        staking::register_node(&owner, &owner, &mint, &terms),
                        staking::open_position(&owner, &node.stake),
                        staking::deposit(&node.stake, &supplier.wallet.io, pool, stake, stake),
                    ],
                    &[key],
                )
                .with_context(|| format!("register {}", node.part.name))?;
                Self::send(
                    &mut self.network,
                    &mut self.transactions,
                    &[emissions::enroll_node(&owner, &node.address, pool)],
                    &[key],
                )?;
                let state: NodeState = self.network.world.read(&node.address);
                let text = format!(
                    "{} registers {} ({} × {}) and stakes {} IO, minimum {}, maximum {}",
                    supplier.name,
                    node.part.name,
                    node.part.processors,
                    node.class.name,
                    format_io(stake),
                    format_io(state.min_stake.at(self.network.world.now())),
                    format_io(state.max_stake),
                );
                (self.say)(None, text);
            }
        }
        Ok(())
    }

    /// Holders stake; a node that has less room takes what fits.
    fn join_holders(&mut self) -> Result<()> {
        for index in 0..self.holders.len() {
            for part in self.holders[index].part.stakes.clone() {
                let node = find_node(&self.suppliers, &part.node)?;
                let (address, class) = (node.address, node.class.clone());
                let holder = &mut self.holders[index];
                let stake = delegation(address, holder.wallet.address());
                let outcome = Self::send(
                    &mut self.network,
                    &mut self.transactions,
                    &[
                        staking::open_position(&holder.wallet.address(), &stake),
                        staking::deposit(&stake, &holder.wallet.io, class.pool, part.amount, 1),
                    ],
                    &[&holder.wallet.key],
                )?;
                let accepted = outcome.event::<Deposited>().amount;
                holder.staked += accepted;
                let short = if accepted < part.amount {
                    format!(" of {} asked: the node is full", format_io(part.amount))
                } else {
                    String::new()
                };
                let text = format!(
                    "{} stakes {} IO on {}{short}",
                    holder.part.name,
                    format_io(accepted),
                    part.node
                );
                self.say(None, text);
            }
        }
        Ok(())
    }

    /// Every hour, the books checked after each.
    fn hours(&mut self) -> Result<()> {
        for hour in 0..=self.scenario.hours {
            self.hour(hour).with_context(|| format!("hour {hour}"))?;
            books::check_untouched(&self.network.world)
                .with_context(|| format!("the books after hour {hour}"))?;
        }
        Ok(())
    }

    /// One hour: crank, score, pay, leave.
    fn hour(&mut self, hour: u64) -> Result<()> {
        let minutes = 60 * i64::try_from(hour % 7 + 1)?;
        let opened = GENESIS + HOUR * i64::try_from(hour)?;
        self.network.world.set_clock(opened + minutes);
        if self.scenario.gap.contains(hour) {
            if hour == self.scenario.gap.from {
                self.say(Some(hour), "the keeper is away".into());
            }
        } else {
            self.crank(hour)?;
            if hour < self.scenario.hours {
                self.score(hour)?;
            }
        }
        for part in self.scenario.payments.clone() {
            if part.hour == hour {
                self.pay(hour, &part)?;
            }
        }
        for index in 0..self.scenario.exits.len() {
            if self.scenario.exits[index].hour == hour {
                self.request_exit(hour, index)?;
            }
        }
        Ok(())
    }

    /// Mints what the curve owes since the last crank.
    fn crank(&mut self, hour: u64) -> Result<()> {
        if hour == 0 {
            return Ok(());
        }
        let pools = self.network.cluster.emissions.pools.len();
        let before = self.network.world.token_balance(&self.keeper.io);
        let outcome = Self::send(
            &mut self.network,
            &mut self.transactions,
            &[emissions::advance_epoch(
                &self.keeper.io,
                &io_mint::MINT.address,
                u8::try_from(pools)?,
            )],
            &[],
        )?;
        let event = outcome.event::<EpochAdvanced>();
        ensure!(
            self.network.world.token_balance(&self.keeper.io) - before == event.bounty,
            "the keeper did not get its bounty"
        );
        self.emissions.push(EmissionLine {
            hour,
            epochs: event.epochs,
            emission: event.emission,
            bounty: event.bounty,
            pools: event.pool_amounts[..pools].to_vec(),
        });
        self.say(
            Some(hour),
            format!(
                "crank: {} epoch{}, {} IO emitted, {} IO to the keeper ({} CU)",
                event.epochs,
                if event.epochs == 1 { "" } else { "s" },
                format_io(event.emission),
                format_io(event.bounty),
                outcome.cu
            ),
        );
        Ok(())
    }

    /// The scorer scores every node: 100 %, or 0 while it is down.
    fn score(&mut self, hour: u64) -> Result<()> {
        let scorer = self.network.world.authority.pubkey();
        let mut scores: Vec<(u8, Pubkey, u16)> = Vec::new();
        for node in self.suppliers.iter().flat_map(|supplier| &supplier.nodes) {
            let down = self
                .scenario
                .outages
                .iter()
                .any(|o| o.node == node.part.name && (o.from..o.until).contains(&hour));
            let score = if down { 0 } else { u16::try_from(BPS)? };
            scores.push((node.class.pool, node.address, score));
        }
        scores.sort_by_key(|(pool, ..)| *pool);
        for same in scores.chunk_by(|a, b| a.0 == b.0) {
            for batch in same.chunks(SCORES_PER_TRANSACTION) {
                let entries: Vec<_> = batch
                    .iter()
                    .map(|(_, node, score)| (*node, *score))
                    .collect();
                Self::send(
                    &mut self.network,
                    &mut self.transactions,
                    &[emissions::set_scores(&scorer, batch[0].0, &entries)],
                    &[],
                )?;
            }
        }
        for outage in &self.scenario.outages {
            if outage.from == hour {
                (self.say)(Some(hour), format!("{} is down", outage.node));
            } else if outage.until == hour {
                (self.say)(Some(hour), format!("{} is back", outage.node));
            }
        }
        Ok(())
    }

    /// A renter pays a supplier for an order.
    fn pay(&mut self, hour: u64, part: &PaymentPart) -> Result<()> {
        self.orders += 1;
        let mut id = [0; 32];
        id[..8].copy_from_slice(&self.orders.to_le_bytes());
        let order = payments::Order {
            id,
            expires_at: self.network.world.now() + HOUR,
        };
        let Some(supplier) = self.suppliers.iter_mut().find(|s| s.name == part.supplier) else {
            bail!("no supplier {:?}", part.supplier);
        };
        let Some(renter) = self.renters.iter_mut().find(|r| r.part.name == part.renter) else {
            bail!("no renter {:?}", part.renter);
        };
        let (payer, destination) = (renter.wallet.address(), supplier.jobs_account());
        let instruction = if part.usdc == 0 {
            payments::pay_io(
                &payer,
                &renter.wallet.io,
                &supplier.wallet.address(),
                &destination,
                &order,
                part.io,
            )
        } else {
            let assets = &self.network.cluster.assets;
            let asset = assets.iter().find(|asset| asset.mint == MintName::Usdc);
            let fee_bps = asset.context("USDC is not listed")?.fee_bps;
            let fee = io_client::shared::math::fee::fee_of(part.usdc, fee_bps).context("fee")?;
            let net = if part.fee_on_top {
                part.usdc
            } else {
                part.usdc - fee
            };
            let usdc = self.network.usdc;
            let expected = self
                .network
                .amm
                .quote(&self.network.world, &usdc, net)
                .received;
            let least = expected - expected * SLIPPAGE_BPS / BPS;
            let route = self.network.amm.route(&usdc, net);
            payments::pay_token(
                &payments::TokenPayment {
                    payer,
                    mint: self.network.usdc,
                    source: renter.wallet.usdc,
                    io_mint: io_mint::MINT.address,
                    parts: vec![payments::Part {
                        supplier_owner: supplier.wallet.address(),
                        destination,
                        amount: part.usdc,
                    }],
                    order,
                    fee_on_top: part.fee_on_top,
                    min_io_out: least,
                },
                &route,
            )
        };
        let accounts = if part.usdc == 0 {
            [
                renter.wallet.io,
                pda::fees(&io_mint::MINT.address).0,
                destination,
            ]
        } else {
            [
                renter.wallet.usdc,
                pda::fees(&self.network.usdc).0,
                destination,
            ]
        };
        let before = accounts.map(|account| self.network.world.token_balance(&account));
        let outcome = Self::send(
            &mut self.network,
            &mut self.transactions,
            &[instruction],
            &[&renter.wallet.key],
        )
        .with_context(|| format!("{} pays {}", part.renter, part.supplier))?;
        let paid = outcome.event::<Paid>();
        let after = accounts.map(|account| self.network.world.token_balance(&account));
        ensure!(
            [
                before[0] - after[0],
                after[1] - before[1],
                after[2] - before[2]
            ] == [paid.gross, paid.fee, paid.delivered],
            "the event of {}'s payment says other than the balances",
            part.renter
        );
        self.payments.push(PaymentLine {
            hour,
            gross: paid.gross,
            fee: paid.fee,
            delivered: paid.delivered,
        });
        renter.delivered_io += paid.delivered;
        supplier.jobs_io += paid.delivered;
        let text = if part.usdc == 0 {
            format!(
                "{} pays {} {} IO ({} CU)",
                part.renter,
                part.supplier,
                format_io(paid.gross),
                outcome.cu
            )
        } else {
            renter.fees_usdc += paid.fee;
            format!(
                "{} pays {} {} USDC, fee {}, {} IO delivered ({} CU)",
                part.renter,
                part.supplier,
                format_usdc(paid.gross),
                format_usdc(paid.fee),
                format_io(paid.delivered),
                outcome.cu
            )
        };
        self.say(Some(hour), text);
        Ok(())
    }

    /// A holder asks for stake back, after a harvest: what was not shared out before goes to those
    /// who stay.
    fn request_exit(&mut self, hour: u64, index: usize) -> Result<()> {
        let exit = &self.scenario.exits[index];
        let Some(holder) = self.holders.iter().position(|h| h.part.name == exit.holder) else {
            bail!("no holder {:?}", exit.holder);
        };
        let node = find_node(&self.suppliers, &exit.node)?;
        let wallet = &self.holders[holder].wallet;
        let stake = delegation(node.address, wallet.address());
        let position: Position = self.network.world.read(&stake.position());
        let rent = self.network.world.rent(staking::TICKET_SPACE);
        let [pay, make, request] = staking::request_unstake(
            &wallet.address(),
            &stake,
            node.class.pool,
            position.next_ticket,
            exit.amount,
            rent,
        );
        let harvest = emissions::harvest(&node.address, node.class.pool);
        let outcome = Self::send(
            &mut self.network,
            &mut self.transactions,
            &[harvest, pay, make, request],
            &[&wallet.key],
        )?;
        let event = outcome.event::<UnstakeRequested>();
        self.tickets.push(Leaving {
            holder,
            stake,
            index: event.index,
            unlock_at: event.unlock_at,
        });
        self.say(
            Some(hour),
            format!(
                "{} asks for {} IO back from {}; it cools down for 14 days",
                exit.holder,
                format_io(event.amount),
                exit.node
            ),
        );
        Ok(())
    }

    /// The end of the day: nodes are harvested, everyone claims, earnings become USDC.
    fn settle(&mut self) -> Result<()> {
        let hour = Some(self.scenario.hours);
        for supplier in &mut self.suppliers {
            for node in &supplier.nodes {
                let outcome = Self::send(
                    &mut self.network,
                    &mut self.transactions,
                    &[emissions::harvest(&node.address, node.class.pool)],
                    &[],
                )?;
                outcome.event::<Harvested>();
                let state: NodeState = self.network.world.read(&node.address);
                let emission: NodeEmission = self
                    .network
                    .world
                    .read(&pda::node_emission(&node.address).0);
                let claimed = Self::claim(
                    &mut self.network,
                    &mut self.transactions,
                    &node.stake,
                    &supplier.wallet.io,
                )?;
                supplier.rewards += claimed.amount;
                self.nodes.push(NodeLine {
                    name: node.part.name.clone(),
                    class: node.class.name.clone(),
                    pool: node.class.pool,
                    stake: state.active_stake(),
                    max_stake: state.max_stake,
                    harvested: emission.harvested,
                    commission: claimed.commission,
                });
            }
        }
        (self.say)(hour, "every node is harvested; operators claim".into());
        for holder in &mut self.holders {
            for part in &holder.part.stakes {
                let node = find_node(&self.suppliers, &part.node)?;
                let stake = delegation(node.address, holder.wallet.address());
                let claimed = Self::claim(
                    &mut self.network,
                    &mut self.transactions,
                    &stake,
                    &holder.wallet.io,
                )?;
                holder.rewards += claimed.amount;
            }
            (self.say)(
                hour,
                format!(
                    "{} claims {} IO",
                    holder.part.name,
                    format_io(holder.rewards)
                ),
            );
        }
        for index in 0..self.suppliers.len() {
            self.convert(index)?;
        }
        self.sweep()
    }

    /// The treasury gets the fees.
    fn sweep(&mut self) -> Result<()> {
        let (usdc, destination) = (self.network.usdc, self.network.treasury_usdc);
        let outcome = Self::send(
            &mut self.network,
            &mut self.transactions,
            &[payments::sweep(&usdc, &TOKEN_PROGRAM, &destination)],
            &[],
        )?;
        let swept = outcome.event::<Swept>().amount;
        ensure!(
            self.network.world.token_balance(&destination) == swept,
            "the event of a sweep says other than the balance"
        );
        let text = format!(
            "the treasury gets {} USDC of fees ({} CU)",
            format_usdc(swept),
            outcome.cu
        );
        self.say(Some(self.scenario.hours), text);
        Ok(())
    }

    /// Claims a position's rewards to `destination`.
    fn claim(
        network: &mut Network,
        transactions: &mut u64,
        stake: &Stake,
        destination: &Pubkey,
    ) -> Result<Claimed> {
        let before = network.world.token_balance(destination);
        let outcome = Self::send(
            network,
            transactions,
            &[staking::claim(stake, destination)],
            &[],
        )?;
        let claimed = outcome.event::<Claimed>();
        ensure!(
            network.world.token_balance(destination) - before == claimed.amount,
            "the event of a claim says other than the balance"
        );
        Ok(claimed)
    }

    /// A supplier who takes USDC has its earnings swapped.
    fn convert(&mut self, index: usize) -> Result<()> {
        let supplier = &self.suppliers[index];
        if supplier.takes == Takes::Io {
            return Ok(());
        }
        let earnings = self.network.world.token_balance(&supplier.jobs_account());
        let owner = supplier.wallet.address();
        let mint = io_mint::MINT.address;
        let route = self.network.amm.route(&mint, earnings);
        let instruction = payments::pay_out(
            &payments::PayOut {
                caller: owner,
                supplier_owner: owner,
                io_mint: mint,
                usdc_mint: self.network.usdc,
                destination: supplier.wallet.usdc,
                amount: earnings,
                min_usdc_out: 1,
            },
            &route,
        );
        let outcome = Self::send(
            &mut self.network,
            &mut self.transactions,
            &[instruction],
            &[&supplier.wallet.key],
        )?;
        let text = format!(
            "{} converts {} IO to {} USDC ({} CU)",
            supplier.name,
            format_io(earnings),
            format_usdc(self.network.world.token_balance(&supplier.wallet.usdc)),
            outcome.cu
        );
        self.say(Some(self.scenario.hours), text);
        Ok(())
    }

    /// What was asked back is withdrawn to the second when it has cooled down and not before, though
    /// nobody cranked since.
    fn leave(&mut self) -> Result<()> {
        for leaving in std::mem::take(&mut self.tickets) {
            let holder = &mut self.holders[leaving.holder];
            let (owner, account) = (holder.wallet.address(), holder.wallet.io);
            let withdraw = staking::withdraw(&leaving.stake, leaving.index, &account, &owner);
            let world = &mut self.network.world;
            if world.now() < leaving.unlock_at {
                world.set_clock(leaving.unlock_at - 1);
                let early = world.send(std::slice::from_ref(&withdraw), &[]);
                ensure!(
                    early.is_err_and(|failure| {
                        failure.code() == Some(StakingError::StillCooling.code())
                    }),
                    "stake left before it had cooled down"
                );
                world.set_clock(leaving.unlock_at);
            }
            let before = world.token_balance(&account);
            Self::send(&mut self.network, &mut self.transactions, &[withdraw], &[])?;
            let amount = self.network.world.token_balance(&account) - before;
            holder.withdrawn += amount;
            let text = format!(
                "14 days later, {} has {} IO back, though nobody cranked since",
                holder.part.name,
                format_io(amount)
            );
            self.say(None, text);
        }
        Ok(())
    }

    fn report(self) -> Result<Report> {
        let world = &self.network.world;
        let books = books::check_untouched(world).context("the books at the end")?;
        ensure!(
            books.stake_vaults == books.active_stake + books.cooling_stake,
            "nobody sent anything to a stake vault by hand"
        );
        ensure!(
            books.emitted == books.bounties + books.harvested + books.emissions_vault,
            "what was emitted is with the keeper, the nodes or in the vault"
        );
        let balance = |account: &Pubkey| world.token_balance(account);
        Ok(Report {
            suppliers: self
                .suppliers
                .iter()
                .map(|supplier| SupplierLine {
                    name: supplier.name.clone(),
                    staked: supplier.nodes.iter().map(|node| node.part.stake).sum(),
                    rewards: supplier.rewards,
                    jobs_io: supplier.jobs_io,
                    usdc: balance(&supplier.wallet.usdc),
                    left_io: match supplier.takes {
                        Takes::Io => 0,
                        Takes::Usdc => balance(&supplier.jobs_account()),
                    },
                })
                .collect(),
            holders: self
                .holders
                .iter()
                .map(|holder| HolderLine {
                    name: holder.part.name.clone(),
                    staked: holder.staked,
                    rewards: holder.rewards,
                    withdrawn: holder.withdrawn,
                })
                .collect(),
            renters: self
                .renters
                .iter()
                .map(|renter| RenterLine {
                    name: renter.part.name.clone(),
                    paid_io: renter.part.io - balance(&renter.wallet.io),
                    paid_usdc: renter.part.usdc - balance(&renter.wallet.usdc),
                    fees_usdc: renter.fees_usdc,
                    delivered_io: renter.delivered_io,
                })
                .collect(),
            keeper_io: balance(&self.keeper.io),
            treasury_usdc: balance(&self.network.treasury_usdc),
            epochs: self.emissions.iter().map(|line| line.epochs).sum(),
            cranks: u64::try_from(self.emissions.len())?,
            emissions: self.emissions,
            payments: self.payments,
            nodes: self.nodes,
            transactions: self.transactions,
            books,
        })
    }
}

/// The node of that name.
fn find_node<'a>(suppliers: &'a [Supplier], name: &str) -> Result<&'a Node> {
    suppliers
        .iter()
        .flat_map(|supplier| &supplier.nodes)
        .find(|node| node.part.name == name)
        .with_context(|| format!("no node {name:?}"))
}

/// A holder's stake on a node of a class that does not slash delegators.
fn delegation(node: Pubkey, owner: Pubkey) -> Stake {
    Stake {
        node,
        owner,
        tranche: TrancheKind::Protected,
    }
}
