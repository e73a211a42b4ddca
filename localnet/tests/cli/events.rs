//! Events, addresses, and whose config counts.

use crate::town::{IO_MINT, Person, Town, text};
use anyhow::{Context, Result};
use io_client::{Pubkey, pda, shared::constants::HOUR, token};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Child, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

#[tokio::test(flavor = "multi_thread")]
async fn events_are_told_once_and_followed() -> Result<()> {
    let town = Town::open("cli-events").await?;
    let supplier = town.person("supplier", 0, 0).await?;
    let renter = town.person("renter", 10, 0).await?;
    town.done(&supplier, &["supplier", "register"])?;
    let paid = town.done(&renter, &["pay", &supplier.name(), "1"])?;

    // A crank is in the histories of two programs; no transaction is told twice.
    town.travel(HOUR).await?;
    let crank = town.done(&town.authority(), &["emissions", "advance"])?;
    let all = lines(&town, &renter, &["events", "--last", "999"])?;
    let mut seen: Vec<String> = all.iter().map(Value::to_string).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all.len());
    for name in [
        "MintInitialized",
        "ClassCreated",
        "SupplierRegistered",
        "Paid",
    ] {
        assert!(all.iter().any(|event| event["event"] == name), "{name}");
    }
    let of_crank = all
        .iter()
        .filter(|event| event["signature"] == crank["signature"]);
    let of_crank: Vec<_> = of_crank.map(|event| &event["event"]).collect();
    assert_eq!(of_crank, ["Minted", "EpochAdvanced"]);
    let slots: Vec<_> = all.iter().map(|event| event["slot"].as_u64()).collect();
    assert!(slots.is_sorted(), "oldest first");

    let last = lines(
        &town,
        &renter,
        &["events", "--program", "payments", "--last", "1"],
    )?;
    assert_eq!(last.len(), 1);
    assert_eq!(last[0]["event"], "Paid");
    assert_eq!(last[0]["signature"], paid["signature"]);
    assert_eq!(last[0]["fields"]["parts"][0]["delivered"], 100_000_000);
    let mint = ["events", "--program", "mint", "--last", "100"];
    let minted = lines(&town, &renter, &mint)?;
    assert!(minted.iter().all(|event| event["program"] == "io_mint"));
    for (since, count) in [(&paid, 2), (&crank, 0)] {
        let since = ["events", "--since", text(since, "signature")?];
        assert_eq!(lines(&town, &renter, &since)?.len(), count);
    }
    let one = [
        "events",
        "--address",
        text(&paid, "receipt")?,
        "--event",
        "paid",
    ];
    assert_eq!(lines(&town, &renter, &one)?.len(), 1);

    let mut following = Following::start(&town, &renter)?;
    // It knows where the history ends once it has told the last of it.
    assert_eq!(following.next()?["signature"], paid["signature"]);
    let second = town.done(&renter, &["pay", &supplier.name(), "2"])?;
    let event = following.next()?;
    assert_eq!(event["signature"], second["signature"]);
    assert_eq!(event["fields"]["gross"], 200_000_000);
    following.stop()?;
    town.local.stop().await
}

/// What `io events` writes, a document a line.
fn lines(town: &Town, person: &Person, arguments: &[&str]) -> Result<Vec<Value>> {
    let mut command = town.command(person, arguments);
    let output = tokio::task::block_in_place(|| command.output())?;
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    let text = String::from_utf8(output.stdout)?;
    text.lines()
        .map(|line| Ok(serde_json::from_str(line)?))
        .collect()
}

/// A run of `io events --follow`.
struct Following {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Following {
    fn start(town: &Town, person: &Person) -> Result<Self> {
        let arguments = ["events", "--follow", "--last", "1", "--program", "payments"];
        let mut command = town.command(person, &arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("no stdout")?;
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, lines })
    }

    fn next(&mut self) -> Result<Value> {
        let wait = Duration::from_secs(120);
        let line = tokio::task::block_in_place(|| self.lines.recv_timeout(wait));
        Ok(serde_json::from_str(&line.context("nothing was told")?)?)
    }

    fn stop(mut self) -> Result<()> {
        self.child.kill()?;
        let mut said = String::new();
        self.child
            .stderr
            .take()
            .context("no stderr")?
            .read_to_string(&mut said)?;
        self.child.wait()?;
        assert!(said.is_empty(), "{said}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_solana_clis_config_is_honoured() -> Result<()> {
    let town = Town::open("cli-config").await?;
    let someone = town.stranger("someone")?;
    let config = someone.file.with_file_name("config.yml");
    let written = format!(
        "---\njson_rpc_url: {}\nwebsocket_url: ''\nkeypair_path: {}\naddress_labels: {{}}\ncommitment: \
         processed\n",
        town.local.url,
        someone.file.display()
    );
    fs::write(&config, &written)?;
    let run = |arguments: &[&str]| -> Result<Value> {
        // Without --url and --keypair, which are the config's.
        let output = std::process::Command::new(&town.program)
            .args(["--json", "--config"])
            .arg(&config)
            .args(arguments)
            .output()?;
        assert!(output.status.success(), "{output:?}");
        Ok(serde_json::from_slice(&output.stdout)?)
    };
    let answer = run(&["address", "--node-id", "n"])?;
    let wallet = someone.address();
    assert_eq!(text(&answer, "wallet")?, someone.name());
    let io = token::associated(&wallet, &IO_MINT);
    assert_eq!(text(&answer, "io_account")?, io.to_string());
    let mut id = [0; 32];
    id[0] = b'n';
    let node: Pubkey = pda::node(&wallet, &id).0;
    assert_eq!(text(&answer, "node")?, node.to_string());
    town.local.stop().await
}
