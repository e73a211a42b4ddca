//! What a transaction's log says about the programs that were called.

/// Compute units by depth of invocation, read from the runtime's own log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// What the instruction consumed, calls included.
    pub total: u64,
    /// What the programs it called consumed, its own event calls included.
    pub called: u64,
    /// Part of `called` by the programs named to [`Calls::read`].
    pub named: u64,
    /// How often those were called.
    pub named_calls: u64,
}

impl Calls {
    /// Reads the log of a transaction with a single instruction. `named` are addresses of programs
    /// to count apart.
    pub fn read(logs: &[String], named: &[String]) -> Self {
        let mut depth = 0_u32;
        let mut calls = Self {
            total: 0,
            called: 0,
            named: 0,
            named_calls: 0,
        };
        for line in logs {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["Program", _, "invoke", _] => depth += 1,
                ["Program", _, "success"] => depth = depth.saturating_sub(1),
                ["Program", program, "consumed", units, "of", ..] => {
                    let units = units.parse::<u64>().unwrap_or(0);
                    match depth {
                        1 => calls.total += units,
                        2 => {
                            calls.called += units;
                            if named.iter().any(|name| name == program) {
                                calls.named += units;
                                calls.named_calls += 1;
                            }
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_direct_calls_are_counted_once() {
        let logs = [
            "Program A invoke [1]",
            "Program B invoke [2]",
            "Program C invoke [3]",
            "Program C consumed 50 of 900 compute units",
            "Program C success",
            "Program B consumed 200 of 950 compute units",
            "Program B success",
            "Program A consumed 700 of 1000 compute units",
            "Program A success",
        ]
        .map(String::from);
        assert_eq!(
            Calls::read(&logs, &["B".into()]),
            Calls {
                total: 700,
                called: 200,
                named: 200,
                named_calls: 1
            }
        );
    }
}
