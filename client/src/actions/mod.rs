//! What people do, from what they know: these read the chain for all the rest and give the instructions
//! that belong into one transaction, with harvests in front and missing accounts made.
//!
//! ```no_run
//! use io_client::{Pubkey, actions::{Actor, staking}, rpc::Network, shared::constants::IO};
//! # use solana_signer::Signer;
//! # async fn run(owner: &dyn Signer, node: &Pubkey) -> io_client::rpc::Result<()> {
//! let network = Network::new("http://127.0.0.1:8899");
//! let actor = Actor::alone(owner.pubkey());
//! let stake = staking::stake(&network, &actor, node, 100 * IO, 100 * IO).await?;
//! network.execute(&actor.payer, &stake, &[owner]).await?;
//! # Ok(())
//! # }
//! ```

pub mod emissions;
pub mod payments;
pub mod staking;

use crate::{
    Instruction, Pubkey,
    rpc::{Error, Network, Result},
    token,
};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Signs for what is its own.
    pub wallet: Pubkey,
    /// Signs for fees and rents; often the same.
    pub payer: Pubkey,
}

impl Actor {
    /// A wallet that pays for itself.
    pub const fn alone(wallet: Pubkey) -> Self {
        Self {
            wallet,
            payer: wallet,
        }
    }
}

/// The wallet's token account of `mint`, and what makes it if it is not there.
async fn receiving(
    network: &Network,
    payer: &Pubkey,
    wallet: &Pubkey,
    mint: &Pubkey,
) -> Result<(Pubkey, Option<Instruction>)> {
    let account = token::associated(wallet, mint);
    let make = match network.token_balance(&account).await? {
        Some(_) => None,
        None => Some(token::create_associated(payer, wallet, mint)),
    };
    Ok((account, make))
}

/// The wallet's token account of `mint`, which has to hold `amount`.
async fn spending(
    network: &Network,
    wallet: &Pubkey,
    mint: &Pubkey,
    amount: u64,
    shown: impl Fn(u64) -> String,
) -> Result<Pubkey> {
    let account = token::associated(wallet, mint);
    let held = network.token_balance(&account).await?.unwrap_or(0);
    if held < amount {
        return Err(Error::Unusable(format!(
            "{wallet} holds {}, {} are needed; send it more, or name a smaller amount",
            shown(held),
            shown(amount)
        )));
    }
    Ok(account)
}

/// 32 bytes of as many pairs of hexadecimal digits.
fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let start = index.saturating_mul(2);
        let pair = text.get(start..start.saturating_add(2))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{payments::order_id, staking::node_id};

    #[test]
    fn ids_are_hexadecimal_or_text() {
        let hex = "0123456789abcdefABCDEF0000000000000000000000000000000000000000ff";
        let bytes = order_id(hex);
        assert_eq!(
            (bytes[0], bytes[7], bytes[8], bytes[31]),
            (0x01, 0xef, 0xab, 0xff)
        );
        assert_eq!(node_id(hex), Some(bytes));
        // sha256("abc")
        assert_eq!(order_id("abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_ne!(order_id(&hex[1..]), bytes);

        let name = node_id("gpu-7").expect("a name");
        assert_eq!((&name[..5], &name[5..]), (&b"gpu-7"[..], &[0; 27][..]));
        assert!(node_id(&"x".repeat(32)).is_some());
        assert_eq!(node_id(""), None);
        assert_eq!(node_id(&"x".repeat(33)), None);
    }
}
