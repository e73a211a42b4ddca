//! The keeper itself: round after round.

use crate::{Budget, Config, Job, Metrics, Round, batch::delay, nodes::epoch_start, pulse::Pulse};
use futures::try_join;
use io_client::{
    Pubkey,
    rpc::{Clock, Error, Network, Result},
    shared::{ids::io_emissions, state::EmissionsConfig},
};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::{
    future::Future,
    time::{Duration, Instant, SystemTime},
};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// How long what was sent is followed once the keeper is told to stop.
const FOLLOWED: Duration = Duration::from_secs(30);

/// A keeper of one cluster.
pub struct Keeper {
    network: Network,
    config: Config,
    key: Keypair,
    budget: OnceCell<Budget>,
    metrics: Metrics,
    pub(crate) pulse: Pulse,
    stop: CancellationToken,
}

impl Keeper {
    /// A keeper that signs and pays with `key`.
    pub fn new(config: Config, key: Keypair) -> Self {
        let metrics = Metrics::new();
        metrics.budget_limit.set(config.budget);
        Self {
            network: config.network(),
            config,
            key,
            budget: OnceCell::new(),
            metrics,
            pulse: Pulse::new(),
            stop: CancellationToken::new(),
        }
    }

    pub fn address(&self) -> Pubkey {
        self.key.pubkey()
    }

    pub const fn config(&self) -> &Config {
        &self.config
    }

    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(crate) const fn network(&self) -> &Network {
        &self.network
    }

    pub(crate) const fn key(&self) -> &dyn Signer {
        &self.key
    }

    /// Tells the keeper to send nothing new; a round under way ends as soon as what it sent is known.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Why the keeper is not well, if so: nothing succeeded for three intervals and a minute, or the
    /// endpoint's slot stands still.
    pub fn health(&self) -> core::result::Result<(), String> {
        let interval = Duration::from_secs(self.config.interval);
        let limit = interval
            .saturating_mul(3)
            .saturating_add(Duration::from_secs(60));
        self.pulse.health(limit)
    }

    /// Why the keeper is not at work, if so: it did not finish a round yet, or it stops.
    pub fn ready(&self) -> core::result::Result<(), String> {
        if self.is_stopping() {
            return Err("stopping".to_owned());
        }
        self.pulse.ready()
    }

    /// Goes round until `signal` comes.
    pub async fn run_until(&self, signal: impl Future<Output = ()>) {
        self.unless_ended(self.run(), signal).await;
    }

    /// What becomes of `work`, one of the keeper's rounds or all of them. When `signal` comes the keeper stops,
    /// and follows for a while what it sent; `None` if its fate is not known by then.
    pub async fn unless_ended<T>(
        &self,
        work: impl Future<Output = T>,
        signal: impl Future<Output = ()>,
    ) -> Option<T> {
        tokio::pin!(work, signal);
        tokio::select! {
            done = &mut work => return Some(done),
            () = &mut signal => {}
        }
        tracing::info!("stopping");
        self.stop();
        let done = tokio::time::timeout(FOLLOWED, work).await.ok();
        if done.is_none() {
            tracing::warn!("stopped before it was known what became of everything sent");
        }
        done
    }

    /// Goes round until it is told to stop.
    async fn run(&self) {
        while !self.is_stopping() {
            let pause = match self.round().await {
                Ok(_) => self.pause().await,
                Err(error) => {
                    if !self.is_stopping() {
                        tracing::error!(%error, "the round failed");
                    }
                    self.interval()
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// The interval, give or take a fifth.
    fn interval(&self) -> Duration {
        Duration::from_secs(self.config.interval).mul_f64(0.8 + 0.4 * fastrand::f64())
    }

    /// Until the next round: the interval, or less if an epoch is to be advanced before.
    async fn pause(&self) -> Duration {
        let interval = self.interval();
        let next = self.until_next_epoch().await;
        next.map_or(interval, |next| interval.min(next))
    }

    async fn until_next_epoch(&self) -> Option<Duration> {
        if !self.config.jobs.contains(&Job::Advance) {
            return None;
        }
        let (clock, emissions) = self.unless_stopped(self.now()).await.ok()?;
        let over = epoch_start(&emissions, emissions.epochs_done.saturating_add(1));
        let turn = over.saturating_add_unsigned(delay(
            &self.address(),
            self.config.jitter,
            Job::Advance,
            over,
        ));
        // One that is due already was refused, or waits for a better bounty.
        let seconds = u64::try_from(turn.checked_sub(clock.now)?).ok()?;
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    /// Looks once, does what is due, and counts it.
    ///
    /// # Errors
    ///
    /// If nothing could be looked at. What keeps one job from being finished is in the [`Round`].
    pub async fn round(&self) -> Result<Round> {
        let started = Instant::now();
        let round = self.go_round(false).await;
        let good = round.as_ref().is_ok_and(|round| round.errors.is_empty());
        self.metrics
            .went_round(good, started.elapsed().as_secs_f64());
        if good {
            self.pulse.finished();
            self.metrics.last_round.set(unix_now());
        }
        if let Ok(round) = &round {
            round.log(started.elapsed());
        }
        round
    }

    /// Looks once and simulates what is due, but sends nothing.
    ///
    /// # Errors
    ///
    /// As for [`Self::round`].
    pub async fn plan(&self) -> Result<Round> {
        self.go_round(true).await
    }

    /// The clock and the emissions' books.
    pub(crate) async fn now(&self) -> Result<(Clock, EmissionsConfig)> {
        try_join!(
            self.network.clock(),
            self.network.account(&io_emissions::CONFIG.address)
        )
    }

    /// The budget, with what was spent before this process began.
    pub(crate) async fn budget(&self, now: i64) -> Result<&Budget> {
        let address = self.address();
        let recovered = Budget::recover(self.config.budget, &self.network, &address, now);
        self.budget
            .get_or_try_init(|| self.unless_stopped(recovered))
            .await
    }

    /// What `look` finds, unless the keeper is told to stop before: nothing is lost with a look.
    pub(crate) async fn unless_stopped<T>(
        &self,
        look: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        tokio::select! {
            () = self.stop.cancelled() => Err(Error::Unusable("the keeper stops".to_owned())),
            found = look => found,
        }
    }
}

/// The machine's clock, Unix seconds.
fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
