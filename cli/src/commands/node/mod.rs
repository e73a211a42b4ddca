//! `io node`.

mod classes;
mod list;
mod operator;
mod status;

use crate::{context::Context, failure::Result, output::Report};
use clap::Subcommand;
use io_client::{
    actions::staking::NodeState,
    shared::state::{DeviceClass, NodeEmission, NodeStatus},
};

/// Look at nodes, and run one
#[derive(Subcommand)]
pub enum Node {
    Register(operator::Register),
    Status(status::Status),
    List(list::List),
    Classes(classes::Classes),
    Commission(operator::Commission),
    Delegation(operator::Delegation),
    Sync(operator::Sync),
    Retire(operator::Retire),
    Clear(operator::Clear),
    Close(operator::Close),
}

impl Node {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Register(command) => command.run(context).await,
            Self::Status(command) => command.run(context).await,
            Self::List(command) => command.run(context).await,
            Self::Classes(command) => command.run(context).await,
            Self::Commission(command) => command.run(context).await,
            Self::Delegation(command) => command.run(context).await,
            Self::Sync(command) => command.run(context).await,
            Self::Retire(command) => command.run(context).await,
            Self::Clear(command) => command.run(context).await,
            Self::Close(command) => command.run(context).await,
        }
    }
}

/// A class's name.
fn name_of(class: &DeviceClass) -> String {
    text_of(&class.name).unwrap_or_else(|| class.id.to_string())
}

/// Zero padded text; `None` if it is none.
fn text_of(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|byte| *byte != 0)?;
    let text = core::str::from_utf8(bytes.get(..=end)?).ok()?;
    let printable = text.chars().all(|char| !char.is_control());
    printable.then(|| text.to_owned())
}

/// What a node is doing.
fn status_of(state: &NodeState) -> &'static str {
    let NodeState { node, now, .. } = state;
    let settled = state.settled();
    let weight = |of: fn(&NodeEmission) -> u64| settled.as_ref().map_or(0, of);
    if node.status == NodeStatus::Retired as u8 {
        "retired"
    } else if node.status == NodeStatus::Halted as u8 {
        "halted"
    } else if node.active_stake() < node.min_stake.at(*now) {
        "under minimum"
    } else if node.earning_stake(*now) == 0 {
        "own part small"
    } else if weight(|emission| emission.weight) > 0 {
        "earning"
    } else if weight(|emission| emission.pending_weight) > 0 {
        "next epoch"
    } else {
        "not scored"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_text_is_read_and_anything_else_is_not() {
        assert_eq!(text_of(b"gpu-7\0\0\0").as_deref(), Some("gpu-7"));
        assert_eq!(text_of(&[0; 8]), None);
        assert_eq!(text_of(&[7; 8]), None);
        assert_eq!(text_of(&[0xff, 0xfe, 0]), None);
    }
}
