use crate::record;
use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_cpi::metadata;
use io_shared::{
    errors::MintError,
    events::MetadataSet,
    ids::{METADATA_PROGRAM, SYSTEM_PROGRAM, io_mint},
    seeds,
    state::MintConfig,
};

/// Sets the mint's name, symbol and URI in Metaplex Token Metadata, where wallets read them; creates
/// the metadata if there is none.
///
/// - `authority` signs and is the config's; it pays for new metadata
/// - metadata that exists already, as an adopted mint's may, has the config as its update authority
/// - a name has at most 32 bytes, a symbol 10 and a URI 200
#[derive(Accounts)]
pub struct SetMetadata {
    #[account(mut, address = config.governance.authority @ MintError::Unauthorized)]
    pub authority: Signer,
    #[account(address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(address = config.mint @ MintError::WrongAccount)]
    pub mint: UncheckedAccount,
    /// The metadata program's PDA of `[b"metadata", metadata_program, mint]`.
    #[account(mut)]
    pub metadata: UncheckedAccount,
    #[account(address = METADATA_PROGRAM @ MintError::WrongAccount)]
    pub metadata_program: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ MintError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetMetadata {
    pub fn set_metadata(&mut self, name: &str, symbol: &str, uri: &str) -> Result<()> {
        let mint = *self.mint.address();
        find_and_verify_program_address(
            &[seeds::METADATA, METADATA_PROGRAM.as_ref(), mint.as_ref()],
            &METADATA_PROGRAM,
            self.metadata.address(),
        )
        .map_err(|_| MintError::WrongAccount)?;
        let mut event = MetadataSet {
            mint,
            metadata: *self.metadata.address(),
            created: 0,
            name: padded(name, metadata::MAX_NAME)?,
            symbol: padded(symbol, metadata::MAX_SYMBOL)?,
            uri: padded(uri, metadata::MAX_URI)?,
        };
        let created = metadata::set(
            &metadata::Accounts {
                metadata: self.metadata.account(),
                mint: self.mint.account(),
                authority: self.config.account(),
                payer: self.authority.account(),
                system_program: self.system_program.account(),
            },
            name,
            symbol,
            uri,
            &[
                Seed::from(seeds::MINT_CONFIG),
                Seed::from(&[io_mint::CONFIG.bump]),
            ],
        )?;
        event.created = u64::from(created);
        record(&self.event_authority, event);
        Ok(())
    }
}

/// The text followed by zeros.
fn padded<const N: usize>(text: &str, longest: usize) -> Result<[u8; N]> {
    require!(text.len() <= longest, MintError::MetadataTooLong);
    let mut bytes = [0; N];
    for (slot, byte) in bytes.iter_mut().zip(text.bytes()) {
        *slot = byte;
    }
    Ok(bytes)
}
