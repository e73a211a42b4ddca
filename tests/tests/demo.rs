//! The demo, figure by figure, against a model of its own: written from the protocol and the scenario
//! file in exact rationals, without the transition code of the programs or of `io-shared`.
//!
//! Payments, fees, swaps, stakes and bounties must agree to the raw unit. Emissions are rounded down by
//! the programs at each crank and each settlement, so nodes and stakers may get a few raw less; how many
//! is said where it is allowed.

use io_migrations::{
    Cluster,
    cluster::{Class, MintName},
};
use io_tests::scenario::{CLUSTER, DAY, NodePart, PaymentPart, Report, Scenario, Takes, play};
use num_bigint::BigInt;
use num_rational::BigRational;

/// Raw units of one IO.
const IO: u64 = 100_000_000;
/// 100 % in basis points.
const BPS: u64 = 10_000;

/// An exact number of raw units.
type Exact = BigRational;

fn exact(integer: impl Into<BigInt>) -> Exact {
    Exact::from_integer(integer.into())
}

fn ratio(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Exact {
    Exact::new(numerator.into(), denominator.into())
}

fn floor(value: &Exact) -> u64 {
    u64::try_from(value.floor().to_integer()).expect("raw units fit")
}

/// `bps` of `amount`, rounded up.
fn fee(amount: u64, bps: u64) -> u64 {
    let product = u128::from(amount) * u128::from(bps);
    u64::try_from(product.div_ceil(u128::from(BPS))).expect("a part of the amount")
}

/// Raw IO emitted in the first `epochs`: A · (1 − fⁿ), with A = first ÷ (1 − f).
fn cumulative(epochs: u64) -> Exact {
    // 8 % of 500,000,000 IO in a year of 8,760 hours.
    let first = ratio(500_000_000 * IO * 8 / 100, 8_760);
    // 0.000013886952395979300 an hour.
    let loss = ratio(13_886_952_395_979_300_u64, BigInt::from(10).pow(21));
    let left = (exact(1) - &loss).pow(i32::try_from(epochs).expect("few epochs"));
    first / loss * (exact(1) - left)
}

#[test]
fn the_curve_is_the_one_that_the_protocol_prints() {
    // 4,566.21004566 IO, less by 0.0000138869… each epoch; without end 328,812,968.85443 IO.
    assert_eq!(floor(&cumulative(1)), 456_621_004_566);
    let second = cumulative(2) - cumulative(1);
    assert_eq!(
        floor(&(second / cumulative(1) * exact(10).pow(9))),
        999_986_113
    );
    let bound = cumulative(1) / ratio(13_886_952_395_979_300_u64, BigInt::from(10).pow(21));
    assert_eq!(floor(&(bound / exact(1_000))), 32_881_296_885_443);
}

/// Who holds a stake on a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Operator,
    Holder(usize),
}

/// A node as the protocol describes it.
struct Node {
    part: NodePart,
    class: Class,
    /// Smallest and largest stake.
    bounds: (u64, u64),
    stakes: Vec<(Owner, u64)>,
    /// What it weighs in the epoch that is open.
    weight: u128,
    /// What it will weigh from the next score on.
    rising: Option<u128>,
    /// What it weighs since stake left, in the epoch that is open already.
    fallen: Option<u128>,
    earned: Exact,
    commission: Exact,
    /// What each stake earned, as in `stakes`.
    shares: Vec<Exact>,
}

impl Node {
    /// 200 IO × max(1, multiplier) × processors; the maximum is a multiple of it.
    fn new(part: &NodePart, class: &Class) -> Self {
        let milli = class.multiplier_milli.max(1_000) * u64::from(part.processors);
        let least = 200 * IO * milli / 1_000;
        Self {
            part: part.clone(),
            class: class.clone(),
            bounds: (least, least * class.max_stake_multiple),
            stakes: vec![(Owner::Operator, part.stake)],
            weight: 0,
            rising: None,
            fallen: None,
            earned: exact(0),
            commission: exact(0),
            shares: vec![exact(0)],
        }
    }

    fn stake(&self) -> u64 {
        self.stakes.iter().map(|(_, amount)| amount).sum()
    }

    /// Takes what fits under the maximum and is covered by the operator's own part.
    fn deposit(&mut self, holder: usize, asked: u64, min_self_stake_bps: u64) -> u64 {
        let covered = self.stakes[0].1 * BPS / min_self_stake_bps;
        let accepted = asked.min(self.bounds.1.min(covered) - self.stake());
        self.stakes.push((Owner::Holder(holder), accepted));
        self.shares.push(exact(0));
        accepted
    }

    /// Multiplier × processors × score × boost. The boost grows from 1 at the minimum to `max_boost_bps`
    /// at the maximum, in whole basis points; the score is 1 here.
    fn full_weight(&self, max_boost_bps: u64) -> u128 {
        let (least, most) = self.bounds;
        if self.stake() < least {
            return 0;
        }
        let grown = u128::from(self.stake() - least) * u128::from(max_boost_bps - BPS);
        let boost = u128::from(BPS) + grown / u128::from(most - least);
        u128::from(self.class.multiplier_milli) * u128::from(self.part.processors) * boost
    }

    /// Down counts at once, up from the next epoch on.
    fn score(&mut self, up: bool, max_boost_bps: u64) {
        let target = if up {
            self.full_weight(max_boost_bps)
        } else {
            0
        };
        let reached = self.rising.take().unwrap_or(0).max(self.weight);
        self.weight = target.min(reached);
        self.rising = (target > reached).then_some(target);
    }

    /// Shares out over commission and stakes.
    fn earn(&mut self, amount: Exact) {
        let commission = &amount * ratio(self.part.commission_bps, BPS);
        let rest = &amount - &commission;
        let stake = self.stake();
        for ((_, part), share) in self.stakes.iter().zip(&mut self.shares) {
            *share += &rest * ratio(*part, stake);
        }
        self.commission += commission;
        self.earned += amount;
    }
}

/// One crank.
struct Crank {
    hour: u64,
    epochs: u64,
    emission: Exact,
}

/// What one payment does.
struct Payment {
    hour: u64,
    gross: u64,
    fee: u64,
    delivered: u64,
}

/// The constant-product pool, with fees of 0.25 % and 0.05 % of what is paid in.
struct Amm {
    io: u128,
    usdc: u128,
}

impl Amm {
    /// Swaps raw `amount`; what the pool takes of it, and gives.
    fn swap(paid: &mut u128, given: &mut u128, amount: u64) -> (u64, u64) {
        let amount = u128::from(amount);
        let fees = (amount * 25 / 10_000).max(1) + (amount * 5 / 10_000).max(1);
        let net = amount - fees;
        let received = *given * net / (*paid + net);
        // The least that keeps the product, which may be a little under `net`.
        let taken = (*paid * *given).div_ceil(*given - received) - *paid + fees;
        assert!(taken <= amount);
        *paid += taken;
        *given -= received;
        let raw = |amount: u128| u64::try_from(amount).expect("raw units fit");
        (raw(taken), raw(received))
    }

    fn buy_io(&mut self, usdc: u64) -> (u64, u64) {
        Self::swap(&mut self.usdc, &mut self.io, usdc)
    }

    fn sell_io(&mut self, io: u64) -> (u64, u64) {
        Self::swap(&mut self.io, &mut self.usdc, io)
    }
}

/// The day as it should go.
struct Model<'a> {
    scenario: &'a Scenario,
    cluster: Cluster,
    nodes: Vec<Node>,
    /// By holder.
    staked: Vec<u64>,
    leaving: Vec<u64>,
    cranks: Vec<Crank>,
    /// By pool.
    carry: Vec<Exact>,
    payments: Vec<Payment>,
    amm: Amm,
}

impl<'a> Model<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let cluster = Cluster::parse(CLUSTER).expect("the cluster file");
        let class = |name: &str| cluster.classes.iter().find(|class| class.name == name);
        let nodes = scenario
            .suppliers
            .iter()
            .flat_map(|supplier| &supplier.nodes)
            .map(|part| Node::new(part, class(&part.class).expect("the class")))
            .collect();
        Self {
            nodes,
            staked: vec![0; scenario.holders.len()],
            leaving: vec![0; scenario.holders.len()],
            cranks: Vec::new(),
            carry: vec![exact(0); cluster.emissions.pools.len()],
            payments: Vec::new(),
            amm: Amm {
                io: scenario.pool.io.into(),
                usdc: scenario.pool.usdc.into(),
            },
            scenario,
            cluster,
        }
    }

    fn run(mut self) -> Self {
        for (index, holder) in self.scenario.holders.iter().enumerate() {
            for stake in &holder.stakes {
                let bps = self.cluster.staking.min_self_stake_bps;
                self.staked[index] += self.node(&stake.node).deposit(index, stake.amount, bps);
            }
        }
        for hour in 0..=self.scenario.hours {
            let away = hour >= self.scenario.gap.from && hour < self.scenario.gap.until;
            if hour > 0 && !away {
                self.crank(hour);
            }
            if hour < self.scenario.hours && !away {
                self.score(hour);
            }
            for payment in self
                .scenario
                .payments
                .iter()
                .filter(|payment| payment.hour == hour)
            {
                self.pay(payment);
            }
            for exit in self.scenario.exits.iter().filter(|exit| exit.hour == hour) {
                let holders = &self.scenario.holders;
                let holder = holders.iter().position(|holder| holder.name == exit.holder);
                self.leave(holder.expect("the holder"), &exit.node, exit.amount);
            }
        }
        self
    }

    fn node(&mut self, name: &str) -> &mut Node {
        self.nodes
            .iter_mut()
            .find(|node| node.part.name == name)
            .expect("the node")
    }

    /// Emits for all epochs since the last crank, less the keeper's bounty, by the weights in force.
    fn crank(&mut self, hour: u64) {
        let done = self.cranks.last().map_or(0, |crank| crank.hour);
        let emission = cumulative(hour) - cumulative(done);
        let bounty = self.bounty(floor(&emission));
        let net = &emission - exact(bounty);
        for (pool, carry) in self.carry.iter_mut().enumerate() {
            let own = &net * ratio(self.cluster.emissions.pools[pool], BPS);
            let in_pool = || {
                self.nodes
                    .iter()
                    .filter(|node| usize::from(node.class.pool) == pool)
            };
            let total: u128 = in_pool().map(|node| node.weight).sum();
            if total == 0 {
                *carry += own;
                continue;
            }
            // Of the carry at most as much again.
            let released = carry.clone().min(own.clone());
            *carry -= &released;
            let part = own + released;
            for node in &mut self.nodes {
                if usize::from(node.class.pool) != pool {
                    continue;
                }
                // Stake that left in this epoch earns nothing for it; the next epoch gets that part.
                let weight = node.fallen.take().unwrap_or(node.weight).min(node.weight);
                *carry += &part * ratio(node.weight - weight, total);
                node.earn(&part * ratio(weight, total));
                node.weight = weight;
            }
        }
        self.cranks.push(Crank {
            hour,
            epochs: hour - done,
            emission,
        });
    }

    /// Basis points of the emission, rounded down, with a cap.
    fn bounty(&self, emission: u64) -> u64 {
        let rules = &self.cluster.emissions;
        (emission * rules.bounty_bps / BPS).min(rules.bounty_cap)
    }

    fn score(&mut self, hour: u64) {
        for node in &mut self.nodes {
            let down = self.scenario.outages.iter().any(|outage| {
                outage.node == node.part.name && outage.from <= hour && hour < outage.until
            });
            node.score(!down, self.cluster.emissions.max_boost_bps);
        }
    }

    fn leave(&mut self, holder: usize, node: &str, amount: u64) {
        let max_boost_bps = self.cluster.emissions.max_boost_bps;
        let node = self.node(node);
        let stake = node
            .stakes
            .iter_mut()
            .find(|(owner, _)| *owner == Owner::Holder(holder));
        let (_, stake) = stake.expect("the holder's stake");
        let amount = amount.min(*stake);
        *stake -= amount;
        node.fallen = Some(node.full_weight(max_boost_bps));
        self.leaving[holder] += amount;
    }

    /// No fee on IO. The fee on USDC is 2 % of what is paid, or of what is swapped if it comes on top;
    /// what the pool leaves over goes back.
    fn pay(&mut self, part: &PaymentPart) {
        let payment = if part.usdc == 0 {
            Payment {
                hour: part.hour,
                gross: part.io,
                fee: 0,
                delivered: part.io,
            }
        } else {
            let asset = self
                .cluster
                .assets
                .iter()
                .find(|asset| asset.mint == MintName::Usdc);
            let fee = fee(part.usdc, asset.expect("USDC").fee_bps);
            let net = if part.fee_on_top {
                part.usdc
            } else {
                part.usdc - fee
            };
            let (spent, delivered) = self.amm.buy_io(net);
            Payment {
                hour: part.hour,
                gross: fee + spent,
                fee,
                delivered,
            }
        };
        self.payments.push(payment);
    }
}

/// Holds a reported number of raw units against the exact one, from which rounding may take up to
/// `less` and to which it may add up to `more`.
#[track_caller]
fn assert_near(what: &str, reported: u64, model: &Exact, less: u64, more: u64) {
    let difference = exact(reported) - model;
    assert!(
        difference >= -exact(less) && difference <= exact(more),
        "{what}: {reported} raw, the model says {} ({:+} raw)",
        floor(model),
        difference.round().to_integer()
    );
}

/// Plays the scenario and holds every figure of the report against the model.
fn assert_goes_as_it_should(scenario: &Scenario) {
    let report = play(scenario, &mut |_, _| {}).expect("the scenario plays");
    let model = Model::new(scenario).run();
    assert_emissions(&model, &report);
    assert_rewards(&model, &report);
    assert_payments(&model, &report);
    assert_books(&model, &report);
}

/// What was minted, the keeper's bounties and the pools' parts.
fn assert_emissions(model: &Model, report: &Report) {
    let mut emitted = 0;
    assert_eq!(report.emissions.len(), model.cranks.len());
    for (line, crank) in report.emissions.iter().zip(&model.cranks) {
        assert_eq!((line.hour, line.epochs), (crank.hour, crank.epochs));
        // Both cumulative values that it is the difference of err by less than 1 raw.
        assert_near("emission", line.emission, &crank.emission, 1, 1);
        emitted += line.emission;
        let difference = exact(emitted) - cumulative(crank.hour);
        assert!(
            difference < exact(1) && difference > exact(-1),
            "hour {}",
            crank.hour
        );
        assert_eq!(
            line.bounty,
            model.bounty(line.emission),
            "hour {}",
            crank.hour
        );
        let net = line.emission - line.bounty;
        assert_eq!(line.pools.iter().sum::<u64>(), net, "hour {}", crank.hour);
        for (part, share) in line.pools.iter().zip(&model.cluster.emissions.pools) {
            assert_near(
                "a pool's part",
                *part,
                &(exact(net) * ratio(*share, BPS)),
                1,
                1,
            );
        }
    }
    assert_eq!(report.books.emitted, emitted);
    let bounties: u64 = report.emissions.iter().map(|line| line.bounty).sum();
    assert_eq!(
        (report.keeper_io, report.books.bounties),
        (bounties, bounties)
    );
    assert_eq!(report.epochs, model.scenario.hours);
    let gap = model.scenario.gap;
    assert_eq!(report.cranks, model.scenario.hours - (gap.until - gap.from));
}

/// What each node, operator and holder earned.
fn assert_rewards(model: &Model, report: &Report) {
    // A node loses less than 1 raw at each settlement: one for each score, one for the harvest at the
    // end and one for that of an exit. The split over pools and the minted amount move less than 1 raw
    // in a crank either way.
    let settlements = report.cranks + 2;
    let (less, more) = (2 * settlements, 2);
    assert_eq!(report.nodes.len(), model.nodes.len());
    for (line, node) in report.nodes.iter().zip(&model.nodes) {
        assert_eq!(line.name, node.part.name);
        assert_eq!(
            (line.class.as_str(), line.pool),
            (node.class.name.as_str(), node.class.pool)
        );
        assert_eq!((line.stake, line.max_stake), (node.stake(), node.bounds.1));
        let name = &line.name;
        assert_near(name, line.harvested, &node.earned, less, more);
        // One more for each harvest.
        assert_near(name, line.commission, &node.commission, less + 2, more);
        // The commission is exactly rounded down unless it came in two harvests.
        let commission = line.harvested * node.part.commission_bps / BPS;
        assert!(
            line.commission == commission || line.commission + 1 == commission,
            "{name}"
        );
    }
    let mut claimed = 0;
    let mut nodes = model.nodes.iter();
    for (line, supplier) in report.suppliers.iter().zip(&model.scenario.suppliers) {
        assert_eq!(line.name, supplier.name);
        let own: Vec<&Node> = nodes.by_ref().take(supplier.nodes.len()).collect();
        assert_eq!(
            line.staked,
            own.iter().map(|node| node.part.stake).sum::<u64>()
        );
        let rewards = own.iter().map(|node| &node.commission + &node.shares[0]);
        let rewards = rewards.fold(exact(0), |sum, reward| sum + reward);
        let count = u64::try_from(own.len()).expect("few nodes");
        assert_near(
            &line.name,
            line.rewards,
            &rewards,
            count * (less + 4),
            count * more,
        );
        claimed += line.rewards;
    }
    for (index, line) in report.holders.iter().enumerate() {
        let holder = &model.scenario.holders[index];
        assert_eq!(line.name, holder.name);
        assert_eq!(
            (line.staked, line.withdrawn),
            (model.staked[index], model.leaving[index])
        );
        let owner = Owner::Holder(index);
        let mut rewards = exact(0);
        for node in &model.nodes {
            let stakes = node.stakes.iter().zip(&node.shares);
            for (_, share) in stakes.filter(|((holder, _), _)| *holder == owner) {
                rewards += share;
            }
        }
        let count = u64::try_from(holder.stakes.len()).expect("few stakes");
        assert_near(
            &line.name,
            line.rewards,
            &rewards,
            count * (less + 4),
            count * more,
        );
        claimed += line.rewards;
    }
    let harvested: u64 = report.nodes.iter().map(|line| line.harvested).sum();
    assert_eq!(report.books.harvested, harvested);
    assert_eq!(report.books.reward_vaults, harvested - claimed);
    // What no stake could be given whole: less than 1 raw for each stake and each harvest.
    assert!(report.books.reward_vaults <= 2 * report.books.positions);
    assert_eq!(report.books.claimable, 0);
}

/// What renters spent, suppliers received and converted, and the treasury took: to the raw unit.
fn assert_payments(model: &Model, report: &Report) {
    assert_eq!(report.payments.len(), model.payments.len());
    for (line, payment) in report.payments.iter().zip(&model.payments) {
        assert_eq!(
            (line.hour, line.gross, line.fee, line.delivered),
            (payment.hour, payment.gross, payment.fee, payment.delivered)
        );
    }
    let scenario = model.scenario;
    let mut parts: Vec<&PaymentPart> = scenario.payments.iter().collect();
    parts.sort_by_key(|part| part.hour);
    let payments = || parts.iter().zip(&model.payments);
    for (line, renter) in report.renters.iter().zip(&scenario.renters) {
        assert_eq!(line.name, renter.name);
        let mut sums = [0; 4];
        for (part, payment) in payments().filter(|(part, _)| part.renter == renter.name) {
            let in_usdc = part.usdc != 0;
            sums[usize::from(in_usdc)] += payment.gross;
            sums[2] += payment.fee;
            sums[3] += payment.delivered;
        }
        assert_eq!(
            [
                line.paid_io,
                line.paid_usdc,
                line.fees_usdc,
                line.delivered_io
            ],
            sums
        );
    }
    let mut fees: u64 = model.payments.iter().map(|payment| payment.fee).sum();
    let mut amm = Amm { ..model.amm };
    for (line, supplier) in report.suppliers.iter().zip(&scenario.suppliers) {
        let earnings: u64 = payments()
            .filter(|(part, _)| part.supplier == supplier.name)
            .map(|(_, payment)| payment.delivered)
            .sum();
        assert_eq!(line.jobs_io, earnings, "{}", line.name);
        let (usdc, left) = match supplier.takes {
            Takes::Io => (0, 0),
            Takes::Usdc => {
                let (spent, received) = amm.sell_io(earnings);
                let fee = fee(received, model.cluster.payments.payout_fee_bps);
                fees += fee;
                (received - fee, earnings - spent)
            }
        };
        assert_eq!((line.usdc, line.left_io), (usdc, left), "{}", line.name);
    }
    assert_eq!(report.treasury_usdc, fees);
}

/// Supply, vaults and stakes.
fn assert_books(model: &Model, report: &Report) {
    let books = &report.books;
    assert_eq!(books.minted, 500_000_000 * IO + books.emitted);
    assert_eq!((books.burned, books.supply), (0, books.minted));
    assert_eq!(books.emissions_vault, books.owed_to_nodes + books.carry);
    assert_eq!(
        books.emitted,
        books.bounties + books.harvested + books.emissions_vault
    );
    // Everything is harvested: less than 1 raw for each settlement of a node is left, and the carry.
    let nodes = u64::try_from(model.nodes.len()).expect("few nodes");
    assert!(books.owed_to_nodes <= nodes * (report.cranks + 2));
    let carry = model.carry.iter().fold(exact(0), |sum, carry| sum + carry);
    assert_near("carry", books.carry, &carry, 2, 2);

    let staked: u64 = report.suppliers.iter().map(|line| line.staked).sum::<u64>()
        + model.staked.iter().sum::<u64>();
    let stake = staked - model.leaving.iter().sum::<u64>();
    assert_eq!(
        (books.active_stake, books.cooling_stake, books.stake_vaults),
        (stake, 0, stake)
    );
    assert_eq!((books.nodes, books.tickets), (nodes, 0));
    let stakes: usize = model.nodes.iter().map(|node| node.stakes.len()).sum();
    assert_eq!(books.positions, u64::try_from(stakes).expect("few stakes"));
}

#[test]
fn the_day_goes_as_the_protocol_says() {
    assert_goes_as_it_should(&Scenario::parse(DAY).expect("the committed scenario"));
}

/// The same with other hours and amounts, so that no figure agrees by accident.
#[test]
fn other_days_do_too() {
    for (what, changes) in [
        (
            "nobody is away",
            &[("from = 9, until = 14", "from = 9, until = 9")][..],
        ),
        (
            "away at the end",
            &[("from = 9, until = 14", "from = 17, until = 24")],
        ),
        (
            "down while nobody looks",
            &[("from = 3\nuntil = 6", "from = 8\nuntil = 16")],
        ),
        (
            "down at first",
            &[("from = 3\nuntil = 6", "from = 0\nuntil = 2")],
        ),
        (
            "down until the end",
            &[("from = 3\nuntil = 6", "from = 20\nuntil = 30")],
        ),
        (
            "a whole pool is down",
            &[(
                "from = 3\nuntil = 6",
                "from = 3\nuntil = 6\n[[outages]]\nnode = \"mika-4090\"\nfrom = 4\nuntil = 7\n\
                 [[outages]]\nnode = \"mika-m4\"\nfrom = 5\nuntil = 6",
            )],
        ),
        (
            "the operator's part covers no more",
            &[("stake = \"48_000\"", "stake = \"40_000\"")],
        ),
        (
            "a part leaves",
            &[("amount = \"all\"", "amount = \"12_345.67890123\"")],
        ),
        ("leaves while nobody cranks", &[("hour = 20", "hour = 11")]),
        ("leaves at the end", &[("hour = 20", "hour = 24")]),
        (
            "leaves after the first reward",
            &[("hour = 20", "hour = 2")],
        ),
        (
            "leaves and leaves again",
            &[(
                "amount = \"all\"",
                "amount = \"1_000\"\n[[exits]]\nhour = 20\nholder = \"Bruno\"\nnode = \"rey-h200\"\n\
                 amount = \"2_000.00000003\"\n[[exits]]\nhour = 22\nholder = \"Aiko\"\n\
                 node = \"alb-3090\"\namount = \"all\"",
            )],
        ),
        (
            "odd payments",
            &[
                ("usdc = \"47.11\"", "usdc = \"0.010001\""),
                (
                    "usdc = \"18_432\"",
                    "usdc = \"49_999.999999\"\nfee_on_top = false",
                ),
                ("io = \"12.5\"", "io = \"0.01\""),
            ],
        ),
    ] {
        let mut text = DAY.to_string();
        for (from, to) in changes {
            assert!(text.contains(from), "{what}: {from}");
            text = text.replacen(from, to, 1);
        }
        println!("{what}");
        assert_goes_as_it_should(&Scenario::parse(&text).expect(what));
    }
}
