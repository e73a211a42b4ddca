//! How works are put together and told apart.

use crate::{Job, work::Work};
use io_client::{Pubkey, events::Event};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Seconds, up to `jitter`, that a keeper leaves to others before it does what is due since a moment.
pub fn delay(keeper: &Pubkey, jitter: u64, job: Job, since: i64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (keeper, job, since).hash(&mut hasher);
    let seconds = hasher.finish().checked_rem(jitter.saturating_add(1));
    seconds.unwrap_or(0)
}

/// Works in groups of `size`.
pub fn chunks(works: Vec<Work>, size: usize) -> Vec<Vec<Work>> {
    let mut chunks = Vec::new();
    let mut works = works.into_iter();
    loop {
        let chunk: Vec<_> = works.by_ref().take(size).collect();
        if chunk.is_empty() {
            return chunks;
        }
        chunks.push(chunk);
    }
}

/// The first half, and the second, which is smaller if they differ.
pub fn halves(mut batch: Vec<Work>) -> [Vec<Work>; 2] {
    let second = batch.split_off(batch.len().div_ceil(2));
    [batch, second]
}

/// The works that are due by what their watched accounts hold now, owner and bytes; and those that are not.
pub fn still_due(
    batch: Vec<Work>,
    watched: &[Option<(Pubkey, Vec<u8>)>],
) -> (Vec<Work>, Vec<Work>) {
    let mut watched = watched.iter();
    batch.into_iter().partition(|work| {
        let account = watched.next().and_then(Option::as_ref);
        account.is_some_and(|(_, data)| (work.still_due)(data))
    })
}

/// The works that a transaction with these events does, and those that it leaves as they are.
pub fn useful(batch: Vec<Work>, events: &[Event]) -> (Vec<Work>, Vec<Work>) {
    batch
        .into_iter()
        .partition(|work| work.is_proven_by(events))
}

/// Which work instruction number `index` of the transaction is of.
pub fn culprit(batch: &[Work], index: usize) -> usize {
    let mut end = 0_usize;
    let found = batch.iter().position(|work| {
        end = end.saturating_add(work.instructions.len());
        index < end
    });
    found.unwrap_or(batch.len().saturating_sub(1))
}

pub fn length<T>(of: &[T]) -> u64 {
    u64::try_from(of.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use io_client::{Instruction, shared::events::Harvested};

    fn key(n: u8) -> Pubkey {
        Pubkey::new_from_array([n; 32])
    }

    /// A harvest of node `n`, due while the account that it watches begins with `n`.
    fn work(n: u8, instructions: usize) -> Work {
        let instruction = Instruction {
            program_id: key(n),
            accounts: vec![],
            data: vec![],
        };
        Work {
            job: Job::Harvest,
            subject: key(n),
            since: 0,
            what: String::new(),
            instructions: vec![instruction; instructions],
            rent: 0,
            watch: key(n),
            still_due: Box::new(move |data| data.first() == Some(&n)),
            proof: |event, node| matches!(event, Event::Harvested(event) if event.node == *node && event.amount > 0),
        }
    }

    fn numbers(works: &[Work]) -> Vec<u8> {
        works
            .iter()
            .map(|work| work.subject.to_bytes()[0])
            .collect()
    }

    #[test]
    fn keepers_take_turns_within_the_jitter() {
        let moments = [0, 3_600, 7_200];
        let of =
            |keeper, jitter| moments.map(|since| delay(&key(keeper), jitter, Job::Advance, since));
        assert_eq!(of(1, 0), [0, 0, 0]);
        assert!(
            (0..50)
                .flat_map(|keeper| of(keeper, 30))
                .all(|delay| delay <= 30)
        );
        // Each in an order of its own, and always the same.
        assert_eq!(of(1, 1_000_000), of(1, 1_000_000));
        assert_ne!(of(1, 1_000_000), of(2, 1_000_000));
        let [first, second, third] = of(1, 1_000_000);
        assert!(first != second && second != third);
    }

    #[test]
    fn what_somebody_else_did_is_not_due() {
        let account = |byte| Some((key(9), vec![byte]));
        let watched = [account(1), None, account(1), account(4)];
        let works = (1..=4).map(|n| work(n, 1)).collect();
        let (due, overtaken) = still_due(works, &watched);
        assert_eq!(
            (numbers(&due), numbers(&overtaken)),
            (vec![1, 4], vec![2, 3])
        );
    }

    #[test]
    fn what_a_simulation_does_not_show_is_not_sent() {
        let event = |n, amount| {
            Event::Harvested(Harvested {
                node: key(n),
                amount,
                ..Harvested::zeroed()
            })
        };
        let works = || vec![work(1, 1), work(2, 1), work(3, 1)];
        let (done, idle) = useful(works(), &[event(1, 5), event(2, 0)]);
        assert_eq!((numbers(&done), numbers(&idle)), (vec![1], vec![2, 3]));
        assert_eq!(numbers(&useful(works(), &[]).1), [1, 2, 3]);
    }

    #[test]
    fn the_work_behind_an_instruction_is_found() {
        let batch = [work(1, 3), work(2, 1), work(3, 2)];
        let found: Vec<_> = (0..7).map(|index| culprit(&batch, index)).collect();
        assert_eq!(found, [0, 0, 0, 1, 2, 2, 2]);
    }

    #[test]
    fn nothing_is_lost_when_works_are_divided() {
        let works = |count| (0..count).map(|n| work(n, 1)).collect::<Vec<_>>();
        let sizes: Vec<_> = chunks(works(25), 12).iter().map(Vec::len).collect();
        assert_eq!(sizes, [12, 12, 1]);
        assert!(chunks(vec![], 12).is_empty());
        let [first, second] = halves(works(5));
        assert_eq!(
            (numbers(&first), numbers(&second)),
            (vec![0, 1, 2], vec![3, 4])
        );
    }
}
