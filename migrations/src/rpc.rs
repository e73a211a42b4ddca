//! A cluster over JSON-RPC, at the commitment of the client.

use crate::Chain;
use anyhow::{Context, Result};
use io_client::Pubkey;
use solana_account::Account;
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_rpc_client::rpc_client::RpcClient;
use solana_rpc_client_api::{
    config::{RpcAccountInfoConfig, RpcProgramAccountsConfig},
    filter::{Memcmp, RpcFilterType},
};

impl Chain for RpcClient {
    fn account(&self, address: &Pubkey) -> Result<Option<Account>> {
        let answer = self
            .get_account_with_commitment(address, self.commitment())
            .with_context(|| format!("{address} could not be read"))?;
        Ok(answer.value)
    }

    fn accounts_of(&self, program: &Pubkey, prefix: &[u8]) -> Result<Vec<(Pubkey, Account)>> {
        let prefix = Memcmp::new_base58_encoded(0, prefix);
        let config = RpcProgramAccountsConfig {
            filters: Some(vec![RpcFilterType::Memcmp(prefix)]),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                commitment: Some(self.commitment()),
                ..Default::default()
            },
            ..Default::default()
        };
        self.get_program_ui_accounts_with_config(program, config)
            .with_context(|| format!("the accounts of {program} could not be listed"))?
            .into_iter()
            .map(|(address, account)| {
                let account = account.to_account();
                Ok((
                    address,
                    account.with_context(|| format!("{address} came in another encoding"))?,
                ))
            })
            .collect()
    }
}
