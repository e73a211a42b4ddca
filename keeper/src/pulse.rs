//! Signs of life.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A slot that does not move for so long has stopped; live ones take less than half a second.
const STANDSTILL: Duration = Duration::from_secs(60);

/// When something last went well.
pub struct Pulse(Mutex<Signs>);

struct Signs {
    progressed: Instant,
    /// The newest slot and since when it has been that.
    slot: Option<(u64, Instant)>,
    /// When the slot was last looked at.
    looked: Instant,
    finished: bool,
}

impl Pulse {
    pub fn new() -> Self {
        let now = Instant::now();
        Self(Mutex::new(Signs {
            progressed: now,
            slot: None,
            looked: now,
            finished: false,
        }))
    }

    /// A look at the chain or a transaction succeeded.
    pub fn progressed(&self) {
        self.signs().progressed = Instant::now();
    }

    /// A round went well.
    pub fn finished(&self) {
        self.signs().finished = true;
    }

    /// The endpoint is at `slot`.
    pub fn saw(&self, slot: u64) {
        let now = Instant::now();
        let mut signs = self.signs();
        signs.looked = now;
        if signs.slot.is_none_or(|(newest, _)| slot > newest) {
            signs.slot = Some((slot, now));
        }
    }

    /// Why all is not well, if so: nothing went well for `limit`, or the slot stands still.
    pub fn health(&self, limit: Duration) -> Result<(), String> {
        let signs = self.signs();
        let silence = signs.progressed.elapsed();
        if silence > limit {
            return Err(format!("nothing succeeded for {} s", silence.as_secs()));
        }
        match signs.slot {
            Some((slot, since)) if signs.looked.duration_since(since) > STANDSTILL => {
                Err(format!("the endpoint stands still at slot {slot}"))
            }
            _ => Ok(()),
        }
    }

    /// Why there is nothing to rely on yet, if so.
    pub fn ready(&self) -> Result<(), String> {
        if self.signs().finished {
            Ok(())
        } else {
            Err("no round went well yet".to_owned())
        }
    }

    fn signs(&self) -> MutexGuard<'_, Signs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_and_a_slot_that_stands_still_are_noticed() {
        let pulse = Pulse::new();
        let limit = Duration::from_secs(30);
        assert_eq!(pulse.health(limit), Ok(()));
        let before = |age| Instant::now().checked_sub(age).expect("up for minutes");
        pulse.signs().progressed = before(limit + Duration::from_secs(1));
        assert!(pulse.health(limit).is_err_and(|why| why.contains("31 s")));
        pulse.progressed();
        pulse.saw(7);
        assert_eq!(pulse.health(limit), Ok(()));
        pulse.signs().slot = Some((7, before(STANDSTILL + Duration::from_secs(1))));
        pulse.saw(7);
        assert!(pulse.health(limit).is_err_and(|why| why.contains("slot 7")));
        pulse.saw(8);
        assert_eq!(pulse.health(limit), Ok(()));
    }

    #[test]
    fn the_first_good_round_makes_it_ready() {
        let pulse = Pulse::new();
        assert!(pulse.ready().is_err());
        pulse.finished();
        assert_eq!(pulse.ready(), Ok(()));
    }
}
