//! The machine behind the endpoint: surfpool's, in this process, offline, its state in one file.

use std::{net::Ipv4Addr, path::Path, sync::Arc, thread, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use crossbeam_channel::{Sender, unbounded};
use io_client::Pubkey;
use io_tests::{PROGRAMS, artifact};
use surfpool_core::{
    runloops::start_local_surfnet_runloop,
    surfnet::{
        locker::SurfnetSvmLocker,
        svm::{SurfnetSvm, SurfnetSvmConfig},
    },
};
use surfpool_types::{RpcConfig, SimnetCommand, SimnetConfig, SimnetEvent, SurfpoolConfig};
use tokio::runtime::Handle;

/// Milliseconds between slots, as on the live network.
const SLOT_TIME: u64 = 400;

/// A running machine.
pub struct Machine {
    pub locker: SurfnetSvmLocker,
    commands: Sender<SimnetCommand>,
    runloop: thread::JoinHandle<Result<()>>,
}

impl Machine {
    /// Starts the machine with the state in the file `state`, or in memory, and serves RPC on `port` and
    /// WebSocket on the next. Every program is upgradeable by `authority`, the four are those in the folder
    /// `binaries` or as built now.
    pub async fn start(
        binaries: Option<&Path>,
        state: Option<&Path>,
        port: u16,
        authority: Pubkey,
    ) -> Result<Self> {
        let url = state.map(|path| path.to_str().context("the state's path is not UTF-8"));
        let url = url.transpose()?;
        let (svm, events, geyser) = SurfnetSvm::new_with_db(
            url,
            SurfnetSvmConfig {
                slot_time: SLOT_TIME,
                instruction_profiling_enabled: false,
                ..SurfnetSvmConfig::default()
            },
        )
        .map_err(|error| anyhow!("{error:?}"))
        .with_context(|| {
            let url = url.unwrap_or("memory");
            format!("the state in {url} cannot be used; start with --reset to begin anew")
        })?;
        let locker = SurfnetSvmLocker::new(svm);
        let file = |name: &str| match binaries {
            Some(folder) => folder.join(format!("{name}.so")),
            None => artifact(name),
        };
        let programs = PROGRAMS.map(|(name, id)| (file(name), id));
        let amm = (artifact("amm"), io_tests::amm::AMM_PROGRAM);
        for (path, id) in programs.into_iter().chain([amm]) {
            let elf = std::fs::read(&path).with_context(|| {
                format!("{} is missing; run `cargo xtask build`", path.display())
            })?;
            locker
                .write_program(id, Some(authority), 0, &elf, &None)
                .await
                .map_err(|error| anyhow!("{} is not deployed: {error:?}", path.display()))?;
        }

        let host = Ipv4Addr::LOCALHOST.to_string();
        let ws_port = port.checked_add(1).context("the port is too high")?;
        let config = SurfpoolConfig {
            simnets: vec![SimnetConfig {
                offline_mode: true,
                remote_rpc_url: None,
                slot_time: SLOT_TIME,
                instruction_profiling_enabled: false,
                ..SimnetConfig::default()
            }],
            rpc: RpcConfig {
                bind_host: host,
                bind_port: port,
                ws_port,
                ..RpcConfig::default()
            },
            ..SurfpoolConfig::default()
        };
        let (commands, inbox) = unbounded();
        // On a thread of its own: it does not let itself be moved between threads.
        let runtime = Handle::current();
        let runloop = thread::spawn({
            let (locker, commands) = (locker.clone(), commands.clone());
            move || {
                runtime.block_on(async move {
                    start_local_surfnet_runloop(locker, config, commands, inbox, geyser)
                        .await
                        .map_err(|error| anyhow!("{error}"))
                })
            }
        });
        let (started, ready) = tokio::sync::oneshot::channel();
        thread::spawn(move || {
            let mut started = Some(started);
            // The channel is bounded: the machine stops when nobody reads it.
            for event in events {
                let answer = match event {
                    SimnetEvent::CoreStarted(_) => Ok(()),
                    SimnetEvent::Aborted(reason) => Err(anyhow!(reason)),
                    _ => continue,
                };
                if let Some(started) = started.take() {
                    // Nobody waits any more if the start was given up.
                    let _ = started.send(answer);
                }
            }
        });
        let machine = Self {
            locker,
            commands,
            runloop,
        };
        match ready.await {
            Ok(answer) => answer.with_context(|| {
                format!("the endpoint did not start; is port {port} or {ws_port} taken?")
            })?,
            Err(_) => {
                joined(machine.runloop)?;
                bail!("the machine stopped before it was ready");
            }
        }
        Ok(machine)
    }

    /// Whether the machine has stopped by itself.
    pub fn has_stopped(&self) -> bool {
        self.runloop.is_finished()
    }

    /// Writes the state down and stops. Returns when nothing uses the state any more: a file that is
    /// still written to while another machine makes one in its place is spoiled.
    pub async fn stop(self) -> Result<()> {
        // Not taken only if it has stopped already, and then it says why.
        let _ = self.commands.send(SimnetCommand::Terminate(None));
        let runloop = self.runloop;
        let stopped = tokio::task::spawn_blocking(|| joined(runloop)).await?;
        // The endpoint's servers close on a thread of their own.
        for _ in 0..1_200 {
            if Arc::strong_count(&self.locker.0) == 1 {
                return stopped;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stopped?;
        bail!("the endpoint did not close in two minutes; end the process")
    }
}

fn joined(runloop: thread::JoinHandle<Result<()>>) -> Result<()> {
    runloop
        .join()
        .unwrap_or_else(|_| Err(anyhow!("the machine panicked")))
}
