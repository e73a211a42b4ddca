//! Stake that has cooled down, paid to its owners.

use crate::{
    Job, TicketRules,
    work::{Found, Work},
};
use io_client::{
    Pubkey, amount,
    events::Event,
    rpc::{Network, Result},
    shared::{
        ids::TOKEN_PROGRAM,
        state::{Layout, Node, Position, Ticket, TrancheKind},
    },
    staking::{self, Stake},
    token,
};
use std::collections::{HashMap, HashSet};

/// Bytes of a token account.
const TOKEN_ACCOUNT: usize = 165;

/// The token account of a wallet that is to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    Ready,
    Missing,
    /// Its owner gave it away, or it is no token account.
    Foreign,
}

/// Tickets that have cooled down, with what their payment depends on.
#[derive(Default)]
pub struct Tickets {
    pub tickets: Vec<(Pubkey, Ticket)>,
    pub positions: HashMap<Pubkey, Position>,
    /// Of the operators' tickets alone: a slash may bind those.
    pub nodes: HashMap<Pubkey, Node>,
    /// By payout wallet.
    pub destinations: HashMap<Pubkey, Destination>,
    /// Lamports for a token account.
    pub rent: u64,
}

impl Tickets {
    pub async fn look(network: &Network, mint: &Pubkey, now: i64) -> Result<Self> {
        let mut tickets = network.scan::<Ticket>(&[]).await?;
        tickets.retain(|(_, ticket)| ticket.unlock_at <= now);
        if tickets.is_empty() {
            return Ok(Self::default());
        }
        let of = |tickets: &[(Pubkey, Ticket)], key: fn(&Ticket) -> Option<Pubkey>| {
            let keys: HashSet<_> = tickets
                .iter()
                .filter_map(|(_, ticket)| key(ticket))
                .collect();
            Vec::from_iter(keys)
        };
        let positions = of(&tickets, |ticket| Some(ticket.position));
        let nodes = of(&tickets, |ticket| {
            is_operators(ticket).then_some(ticket.node)
        });
        let positions = found(network, &positions).await?;
        let nodes = found(network, &nodes).await?;
        let wallets: HashSet<_> = positions.values().map(|p: &Position| p.payout).collect();
        let wallets = Vec::from_iter(wallets);
        let accounts: Vec<_> = wallets.iter().map(|w| token::associated(w, mint)).collect();
        let accounts = network.raw_accounts(&accounts).await?;
        let destinations = wallets
            .into_iter()
            .zip(accounts)
            .map(|(wallet, account)| (wallet, destination(account.as_ref(), &wallet, mint)))
            .collect();
        Ok(Self {
            tickets,
            positions,
            nodes,
            destinations,
            rent: network.rent(TOKEN_ACCOUNT).await?,
        })
    }
}

/// The accounts of `T` that are there.
async fn found<T: Layout>(network: &Network, keys: &[Pubkey]) -> Result<HashMap<Pubkey, T>> {
    let accounts = network.find_all::<T>(keys).await?;
    let pairs = keys.iter().copied().zip(accounts);
    Ok(pairs
        .filter_map(|(key, account)| Some((key, account?)))
        .collect())
}

/// Whether a wallet's associated token account can be paid.
pub fn destination(
    account: Option<&(Pubkey, Vec<u8>)>,
    wallet: &Pubkey,
    mint: &Pubkey,
) -> Destination {
    let Some((program, data)) = account.filter(|(_, data)| !data.is_empty()) else {
        return Destination::Missing;
    };
    let is = |range: core::ops::Range<usize>, key: &Pubkey| data.get(range) == Some(key.as_ref());
    if *program == TOKEN_PROGRAM && is(0..32, mint) && is(32..64, wallet) {
        Destination::Ready
    } else {
        Destination::Foreign
    }
}

const fn is_operators(ticket: &Ticket) -> bool {
    ticket.tranche == TrancheKind::Operator as u8
}

/// A payment for each ticket whose wallet can be paid and that no slash binds.
pub fn find(
    look: &Tickets,
    keeper: &Pubkey,
    mint: &Pubkey,
    rules: &TicketRules,
    now: i64,
) -> Found {
    let mut found = Found::default();
    for (address, ticket) in &look.tickets {
        let (Some(position), Some(kind)) = (
            look.positions.get(&ticket.position),
            TrancheKind::from_byte(ticket.tranche),
        ) else {
            // It went away between two requests.
            continue;
        };
        let node = look.nodes.get(&ticket.node);
        if is_operators(ticket) && node.is_none_or(|node| node.slash_binds(now)) {
            found.skip("a slash is proposed");
            continue;
        }
        let wallet = position.payout;
        let mut instructions = Vec::new();
        let mut rent = 0;
        match look.destinations.get(&wallet) {
            Some(Destination::Ready) => {}
            Some(Destination::Missing) if rules.create_accounts => {
                instructions.push(token::create_associated(keeper, &wallet, mint));
                // For each ticket of the wallet: whichever comes first pays it.
                rent = look.rent;
            }
            Some(Destination::Missing) => {
                found.skip("the wallet has no IO account");
                continue;
            }
            Some(Destination::Foreign) | None => {
                found.skip("the wallet's IO account is not its own");
                continue;
            }
        }
        let stake = Stake {
            node: ticket.node,
            owner: position.owner,
            tranche: kind,
        };
        instructions.push(staking::withdraw_ticket(
            &stake,
            address,
            &token::associated(&wallet, mint),
            &ticket.rent_payer,
        ));
        let seen = ticket.requested_at;
        found.work.push(Work {
            job: Job::Tickets,
            subject: *address,
            since: ticket.unlock_at,
            what: format!("{} IO to {wallet}", amount::format_io(ticket.amount)),
            instructions,
            rent,
            watch: *address,
            still_due: Box::new(move |data| {
                Ticket::read_copy(data).is_some_and(|now| now.requested_at == seen)
            }),
            proof: |event, ticket| {
                matches!(event, Event::Withdrawn(event) if event.ticket == *ticket)
            },
        });
    }
    found
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    const NOW: i64 = 1_000;
    const MINT: Pubkey = Pubkey::new_from_array([99; 32]);
    const KEEPER: Pubkey = Pubkey::new_from_array([98; 32]);

    fn key(n: u8) -> Pubkey {
        Pubkey::new_from_array([n; 32])
    }

    /// Ticket number `n` on node 50, of the owner with that number.
    fn add(look: &mut Tickets, n: u8, kind: TrancheKind, destination: Destination) {
        let node = key(50);
        let stake = Stake {
            node,
            owner: key(n),
            tranche: kind,
        };
        let position = Position {
            node,
            owner: key(n),
            payout: key(n + 100),
            ..Position::zeroed()
        };
        let ticket = Ticket {
            tranche: kind as u8,
            node,
            position: stake.position(),
            unlock_at: NOW,
            ..Ticket::zeroed()
        };
        look.rent = 7;
        look.tickets.push((key(n), ticket));
        look.positions.insert(stake.position(), position);
        look.destinations.insert(position.payout, destination);
    }

    fn paid(look: &Tickets, create_accounts: bool, now: i64) -> (Vec<Pubkey>, Found) {
        let rules = TicketRules { create_accounts };
        let found = find(look, &KEEPER, &MINT, &rules, now);
        (found.work.iter().map(|work| work.subject).collect(), found)
    }

    #[test]
    fn accounts_are_made_only_if_so_configured() {
        let mut look = Tickets::default();
        add(&mut look, 1, TrancheKind::Protected, Destination::Ready);
        add(&mut look, 2, TrancheKind::Exposed, Destination::Missing);
        add(&mut look, 3, TrancheKind::Protected, Destination::Foreign);
        let (paid_now, found) = paid(&look, false, NOW);
        assert_eq!(paid_now, [key(1)]);
        assert_eq!(found.skipped.values().sum::<u64>(), 2);
        let (all, found) = paid(&look, true, NOW);
        assert_eq!(all, [key(1), key(2)]);
        let rents: Vec<_> = found.work.iter().map(|work| work.rent).collect();
        assert_eq!(rents, [0, 7]);
        assert_eq!(found.skipped.values().sum::<u64>(), 1);
    }

    #[test]
    fn a_slash_holds_the_operators_tickets_alone() {
        let mut look = Tickets::default();
        add(&mut look, 1, TrancheKind::Operator, Destination::Ready);
        add(&mut look, 2, TrancheKind::Exposed, Destination::Ready);
        let node = Node {
            slash_lapses_at: NOW + 1,
            ..Node::zeroed()
        };
        look.nodes.insert(key(50), node);
        assert_eq!(paid(&look, false, NOW).0, [key(2)]);
        assert_eq!(paid(&look, false, NOW + 1).0, [key(1), key(2)]);
    }

    #[test]
    fn an_account_counts_only_if_the_wallet_still_owns_it() {
        let account = |owner: &Pubkey| {
            let mut data = vec![0; TOKEN_ACCOUNT];
            data[..32].copy_from_slice(MINT.as_ref());
            data[32..64].copy_from_slice(owner.as_ref());
            (TOKEN_PROGRAM, data)
        };
        let of = |account: Option<(Pubkey, Vec<u8>)>| destination(account.as_ref(), &key(1), &MINT);
        assert_eq!(of(Some(account(&key(1)))), Destination::Ready);
        assert_eq!(of(Some(account(&key(2)))), Destination::Foreign);
        assert_eq!(of(Some((key(9), account(&key(1)).1))), Destination::Foreign);
        assert_eq!(of(None), Destination::Missing);
        // Somebody sent lamports to where it will be.
        assert_eq!(of(Some((Pubkey::default(), vec![]))), Destination::Missing);
    }
}
