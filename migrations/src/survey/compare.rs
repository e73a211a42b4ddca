//! How values of the file and of the chain compare, by the way in which they can be changed.

use super::Survey;
use crate::{
    chain::Chain,
    finding::{Finding, Kind},
    step::Step,
};
use io_client::{
    Instruction, Pubkey, amount,
    shared::{
        constants::{IO_DECIMALS, USDC_DECIMALS},
        state::{Feed, Scheduled, ScheduledFeed},
    },
};

/// Where a value stands in the file, and whether the chain has what it belongs to. If not, the same plan
/// makes it first, with the values that are passed as found.
pub(super) struct Place {
    pub path: String,
    pub there: bool,
}

impl Place {
    pub fn new(path: impl Into<String>, there: bool) -> Self {
        Self {
            path: path.into(),
            there,
        }
    }

    fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }
}

/// A value on the chain, and the change that waits to replace it.
#[derive(Clone, Copy)]
pub(super) struct Found<T> {
    pub value: T,
    pub next: Option<(T, i64)>,
}

impl<T> Found<T> {
    pub fn settled(value: T) -> Self {
        Self { value, next: None }
    }
}

impl Found<u64> {
    pub fn rule(rule: &Scheduled, now: i64) -> Self {
        Self {
            value: rule.at(now),
            next: rule.pending(now),
        }
    }
}

impl Found<Feed> {
    pub fn feed(feed: &ScheduledFeed, now: i64) -> Self {
        Self {
            value: *feed.at(now),
            next: feed.pending(now).map(|(next, at)| (*next, at)),
        }
    }
}

/// How a value is shown.
pub(super) type Show<T> = fn(&T) -> String;

pub(super) fn plain<T: ToString>(value: &T) -> String {
    value.to_string()
}

pub(super) fn in_io(raw: &u64) -> String {
    match *raw {
        u64::MAX => "no limit".into(),
        raw => format!("{} IO", amount::format(raw, IO_DECIMALS)),
    }
}

pub(super) fn in_usdc(raw: &u64) -> String {
    format!("{} USDC", amount::format(*raw, USDC_DECIMALS))
}

pub(super) fn feed(feed: &Feed) -> String {
    if !feed.is_listed() {
        return "none".into();
    }
    let id = crate::cluster::to_hex(&feed.id);
    let (age, confidence, deviation) = (
        feed.max_age,
        feed.max_confidence_bps,
        feed.max_deviation_bps,
    );
    format!(
        "{id} of {}, {age} s, {confidence} bps wide, {deviation} bps off",
        feed.owner
    )
}

impl<C: Chain> Survey<'_, C> {
    /// A value that an instruction of the program's `authority` changes, at once or with notice.
    pub(super) fn value<T: PartialEq>(
        &mut self,
        place: &Place,
        key: &str,
        (wanted, found): (T, Found<T>),
        show: Show<T>,
        change: Instruction,
    ) {
        let at_rest = found.next.as_ref().is_none_or(|(next, _)| *next == wanted);
        if found.value == wanted && at_rest {
            return;
        }
        let path = place.key(key);
        let (file, chain) = (show(&wanted), describe(&found, show));
        if let Some((next, until)) = &found.next
            && *next == wanted
        {
            return self.note(waits(path, file, chain, *until), None);
        }
        let what = if place.there {
            format!("change {path} from {chain} to {file}")
        } else {
            format!("set {path} to {file}")
        };
        let finding = Finding {
            path,
            file,
            chain: if place.there { chain } else { "nothing".into() },
            kind: if place.there {
                Kind::Differs
            } else {
                Kind::Missing
            },
            advice: "run the migration".into(),
        };
        self.note(finding, Some(Step::new(what, vec![change])));
    }

    /// A value that the file may leave open: then it is not touched, and found where it is not `usual`.
    pub(super) fn open<T: PartialEq>(
        &mut self,
        place: &Place,
        key: &str,
        (wanted, usual, found): (Option<T>, T, Found<T>),
        show: Show<T>,
        change: impl FnOnce(&T) -> Instruction,
    ) {
        if let Some(wanted) = wanted {
            let change = change(&wanted);
            return self.value(place, key, (wanted, found), show, change);
        }
        let at_rest = found.next.as_ref().is_none_or(|(next, _)| *next == usual);
        if !place.there || (found.value == usual && at_rest) {
            return;
        }
        let path = place.key(key);
        let chain = describe(&found, show);
        let finding = match found.next {
            Some((next, until)) if next == usual => waits(path, show(&usual), chain, until),
            _ => Finding {
                path,
                file: "nothing about it".into(),
                chain,
                kind: Kind::Extra,
                advice: format!("let the file say `{key}`, as it is or as it should be"),
            },
        };
        self.note(finding, None);
    }

    /// A value that nothing can change.
    pub(super) fn fixed<T: PartialEq>(
        &mut self,
        path: impl Into<String>,
        (wanted, found): (T, T),
        show: Show<T>,
        advice: &str,
    ) {
        if wanted == found {
            return;
        }
        let finding = Finding {
            path: path.into(),
            file: show(&wanted),
            chain: show(&found),
            kind: Kind::Differs,
            advice: advice.into(),
        };
        self.note(finding, None);
    }

    /// Something that counts only from `from` on.
    pub(super) fn usable(&mut self, path: impl Into<String>, from: i64) {
        if self.now < from {
            let (file, chain) = ("usable".into(), format!("not usable before {from}"));
            let finding = waits(path.into(), file, chain, from);
            self.note(finding, None);
        }
    }

    /// A role that the authority gives at once.
    pub(super) fn role(&mut self, key: &str, wanted: Pubkey, found: Pubkey, change: Instruction) {
        let place = Place::new("roles", true);
        let values = (wanted, Found::settled(found));
        self.value(&place, key, values, plain, change);
    }
}

fn describe<T>(found: &Found<T>, show: Show<T>) -> String {
    let value = show(&found.value);
    match &found.next {
        None => value,
        Some((next, at)) => format!("{value}, and {} from {at} on", show(next)),
    }
}

fn waits(path: String, file: String, chain: String, until: i64) -> Finding {
    Finding {
        path,
        file,
        chain,
        kind: Kind::Waits(until),
        advice: "wait".into(),
    }
}
