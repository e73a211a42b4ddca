//! What the endpoint said earlier: what a node that has fallen behind still says.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use serde_json::Value;

/// Earlier answers kept to one question.
const KEPT: usize = 64;

/// Answers by question, and the transactions that are not to be known yet.
#[derive(Default)]
pub struct Memory {
    answers: HashMap<String, Vec<Value>>,
    hidden: HashMap<String, Hidden>,
}

struct Hidden {
    until: Instant,
    /// The slot at which the node stands still.
    slot: u64,
}

impl Memory {
    /// Remembers what was answered to `request`.
    pub fn note(&mut self, request: &Value, answer: &Value) {
        let Some(result) = answer.get("result") else {
            return;
        };
        let result = sorted(result);
        let answers = self.answers.entry(question(request)).or_default();
        if answers.last().map(value) != Some(value(&result)) {
            answers.push(result);
        }
        if answers.len() > KEPT {
            answers.remove(0);
        }
    }

    /// An earlier answer to `request` that says something else than `answer`: the one that `chance` falls
    /// on.
    pub fn stale(&self, request: &Value, answer: &Value, chance: usize) -> Option<Value> {
        let now = sorted(answer.get("result")?);
        let earlier = self.answers.get(&question(request))?.iter();
        let mut earlier: Vec<&Value> = earlier
            .filter(|result| value(result) != value(&now))
            .collect();
        let chosen = chance.checked_rem(earlier.len())?;
        Some(with_result(answer, earlier.swap_remove(chosen).clone()))
    }

    /// Hides the transaction that `request` asks for, as a node would that stands at the slot of `answer`.
    pub fn hide(&mut self, request: &Value, answer: &Value, time: Duration) {
        if let (Some(signature), Some(slot)) = (signature(request), slot(answer)) {
            let until = Instant::now().checked_add(time);
            let until = until.unwrap_or_else(Instant::now);
            self.hidden.insert(signature, Hidden { until, slot });
        }
    }

    /// `answer` without what is hidden.
    pub fn censored(&self, request: &Value, answer: Value) -> Value {
        let hidden = signature(request).and_then(|signature| self.hidden.get(&signature));
        match hidden.filter(|hidden| Instant::now() < hidden.until) {
            Some(hidden) => {
                let unknown = serde_json::json!({
                    "context": { "slot": hidden.slot },
                    "value": [null],
                });
                with_result(&answer, unknown)
            }
            None => answer,
        }
    }
}

/// Method and parameters.
fn question(request: &Value) -> String {
    format!("{}{}", request["method"], request["params"])
}

/// What a result says, without the slot at which it was so.
fn value(result: &Value) -> &Value {
    result.get("value").unwrap_or(result)
}

/// A result with its list, if it is one, in an order of its own: scans come in any.
fn sorted(result: &Value) -> Value {
    let mut result = result.clone();
    if let Some(list) = result.as_array_mut() {
        list.sort_by_cached_key(Value::to_string);
    }
    result
}

fn slot(answer: &Value) -> Option<u64> {
    answer.pointer("/result/context/slot")?.as_u64()
}

/// The one signature that a request asks for.
fn signature(request: &Value) -> Option<String> {
    let signature = request.pointer("/params/0/0")?.as_str()?;
    (request["method"] == "getSignatureStatuses").then(|| signature.to_owned())
}

fn with_result(answer: &Value, result: Value) -> Value {
    let mut answer = answer.clone();
    answer["result"] = result;
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(slot: u64, value: &str) -> Value {
        json!({ "id": slot, "result": { "context": { "slot": slot }, "value": value } })
    }

    #[test]
    fn a_stale_answer_is_an_earlier_one_that_says_something_else() {
        let request = json!({ "method": "getAccountInfo", "params": ["a"] });
        let mut memory = Memory::default();
        assert_eq!(memory.stale(&request, &answer(1, "old"), 0), None);
        for (slot, value) in [(1, "old"), (2, "new")] {
            memory.note(&request, &answer(slot, value));
        }
        let stale = memory.stale(&request, &answer(3, "new"), 7).expect("one");
        assert_eq!(stale["result"], answer(1, "old")["result"]);
        assert_eq!(stale["id"], 3);
        let other = json!({ "method": "getAccountInfo", "params": ["b"] });
        assert_eq!(memory.stale(&other, &answer(3, "new"), 0), None);
    }

    #[test]
    fn a_hidden_transaction_is_unknown_for_a_while() {
        let request = json!({ "method": "getSignatureStatuses", "params": [["s"]] });
        let mut memory = Memory::default();
        memory.hide(&request, &answer(5, ""), Duration::from_secs(60));
        let censored = memory.censored(&request, answer(9, "landed"));
        assert_eq!(censored["result"]["context"]["slot"], 5);
        assert_eq!(censored["result"]["value"][0], Value::Null);
        memory.hide(&request, &answer(5, ""), Duration::ZERO);
        let known = memory.censored(&request, answer(9, "landed"));
        assert_eq!(known["result"]["value"], "landed");
    }
}
