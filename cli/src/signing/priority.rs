//! What is offered for being included soon.

use io_client::rpc::Priority;

/// `auto`, `none`, or micro-lamports for a compute unit.
pub fn priority(text: &str) -> Result<Priority, String> {
    match text {
        "auto" => Ok(Priority::default()),
        "none" => Ok(Priority::None),
        number => number
            .parse()
            .map(Priority::Fixed)
            .map_err(|_| "write auto, none, or micro-lamports for a compute unit".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_the_markets_none_or_a_price() {
        assert_eq!(priority("auto"), Ok(Priority::default()));
        assert_eq!(priority("none"), Ok(Priority::None));
        assert_eq!(priority("2500"), Ok(Priority::Fixed(2_500)));
        assert!(priority("0.1").is_err());
    }
}
