//! Price accounts as Pyth's receiver writes them: `PriceUpdateV2`.

use crate::World;
use io_client::Pubkey;

/// The program that owns them; the real one's address differs by cluster.
pub const PYTH: Pubkey = Pubkey::new_from_array([77; 32]);

/// What a price account says.
#[derive(Clone, Copy, Debug)]
pub struct Post {
    pub owner: Pubkey,
    pub discriminator: [u8; 8],
    /// 1 if enough guardians of the bridge signed, 0 if only some did.
    pub verification: u8,
    pub id: [u8; 32],
    pub price: i64,
    pub confidence: u64,
    pub exponent: i32,
    /// Seconds since it was published.
    pub age: i64,
}

impl Post {
    /// What a whole token is worth, in USD × 10^8, a few seconds ago.
    pub const fn of(id: [u8; 32], price: i64, confidence: u64) -> Self {
        Self {
            owner: PYTH,
            discriminator: [34, 241, 35, 99, 157, 126, 244, 205],
            verification: 1,
            id,
            price,
            confidence,
            exponent: -8,
            age: 5,
        }
    }

    /// Writes the account.
    pub fn put(&self, world: &mut World, address: Pubkey) {
        let mut data = self.discriminator.to_vec();
        // Anyone may write prices that the bridge's guardians signed.
        data.extend_from_slice(&[1; 32]);
        data.push(self.verification);
        if self.verification == 0 {
            // How many signed.
            data.push(5);
        }
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&self.price.to_le_bytes());
        data.extend_from_slice(&self.confidence.to_le_bytes());
        data.extend_from_slice(&self.exponent.to_le_bytes());
        let published = world.now() - self.age;
        data.extend_from_slice(&published.to_le_bytes());
        data.extend_from_slice(&(published - 1).to_le_bytes());
        // Averages, which say something else, and the slot.
        data.extend_from_slice(&1_i64.to_le_bytes());
        data.extend_from_slice(&1_u64.to_le_bytes());
        data.extend_from_slice(&9_u64.to_le_bytes());
        data.resize(134, 0);
        world.put(address, self.owner, data, false);
    }
}
