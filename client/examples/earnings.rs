//! What a supplier was paid, from the events alone: the books of a supplier's backend. It settles by what
//! was delivered, and remembers the last transaction it has seen.
//!
//! ```sh
//! cargo run --example earnings -- http://127.0.0.1:8899 SUPPLIER
//! ```

use anyhow::{Context, Result, bail};
use io_client::{
    Pubkey, amount,
    events::Event,
    pda,
    rpc::{History, Network},
};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, owner] = arguments.as_slice() else {
        bail!("usage: earnings URL SUPPLIER");
    };
    let owner: Pubkey = owner.parse().context("SUPPLIER is an address")?;
    let supplier = pda::supplier(&owner).0;

    let network = Network::new(url);
    // Every payment of a supplier names its account. A backend keeps the last signature, and begins there.
    let mut history = History::of(supplier, None);
    let mut total = 0_u64;
    for recorded in history.next(&network).await? {
        for event in &recorded.events {
            let delivered = match event {
                Event::Paid(_, parts) => parts
                    .iter()
                    .filter(|part| part.supplier == supplier)
                    .map(|part| part.delivered)
                    .sum(),
                Event::MicroPaid(paid) if paid.supplier == supplier => paid.amount,
                _ => continue,
            };
            total = total
                .checked_add(delivered)
                .context("more IO than there is")?;
            println!("{} {} IO", recorded.signature, amount::format_io(delivered));
        }
    }
    println!("{} IO in all", amount::format_io(total));
    Ok(())
}
