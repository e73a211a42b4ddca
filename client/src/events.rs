//! Events of the four programs, decoded from the instructions that record them.

use crate::Pubkey;
use io_shared::{
    events::{self, Event as _, Fields as _, NodeScore, PaidPart, Value},
    ids,
};

/// Declares [`Event`]: a variant for each event of fixed size, by program, [`Event::Paid`] and
/// [`Event::ScoresSet`].
macro_rules! all_events {
    ($($program:ident: $($name:ident),+;)+) => {
        /// An event of any of the four programs.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            /// Suppliers were paid; each one's part.
            Paid(events::Paid, Vec<PaidPart>),
            /// Nodes were scored; each one's part.
            ScoresSet(events::ScoresSet, Vec<NodeScore>),
            $($($name(events::$name),)+)+
        }

        impl Event {
            /// Decodes the data of an instruction that `program` sent itself; `None` if it is none of
            /// an event that this library knows.
            pub fn decode(program: &Pubkey, data: &[u8]) -> Option<Self> {
                if *program == ids::io_payments::ID
                    && let Some((head, parts)) = events::Paid::decode_parts(data)
                {
                    return Some(Self::Paid(head, parts.collect()));
                }
                if *program == ids::io_emissions::ID
                    && let Some((head, nodes)) = events::ScoresSet::decode_nodes(data)
                {
                    return Some(Self::ScoresSet(head, nodes.collect()));
                }
                $(if *program == ids::$program::ID {
                    $(if let Some(event) = events::$name::decode(data) {
                        return Some(Self::$name(event));
                    })+
                })+
                None
            }

            /// Its name, as in the IDL.
            pub const fn name(&self) -> &'static str {
                match self {
                    Self::Paid(..) => "Paid",
                    Self::ScoresSet(..) => "ScoresSet",
                    $($(Self::$name(_) => stringify!($name),)+)+
                }
            }

            /// The program that records it.
            pub const fn program(&self) -> &'static str {
                match self {
                    Self::Paid(..) => "io_payments",
                    Self::ScoresSet(..) => "io_emissions",
                    $($(Self::$name(_) => stringify!($program),)+)+
                }
            }

            /// Name and value of each field, in order; of [`Event::Paid`] and [`Event::ScoresSet`] without
            /// the parts.
            pub fn fields(&self) -> Vec<(&'static str, Value<'_>)> {
                let mut fields = Vec::new();
                let mut see = |name, value| fields.push((name, value));
                match self {
                    Self::Paid(head, _) => head.each_field(&mut see),
                    Self::ScoresSet(head, _) => head.each_field(&mut see),
                    $($(Self::$name(event) => event.each_field(&mut see),)+)+
                }
                fields
            }
        }
    };
}

all_events! {
    io_mint: MintInitialized, MintAdopted, MetadataSet, MinterAdded, MinterRaised, MinterRevoked, Minted, Burned, MintPauseSet, MintAuthorityNominated, MintAuthorityAccepted, MintGuardianSet;
    io_staking: StakingInitialized, ClassCreated, ClassRuleScheduled, ClassChangesCancelled, ClassSuspended, ClassEnded, NodeRegistered, DelegationSet, CommissionSet, NodeTermsSynced, NodeHalted, NodeResumed, PositionOpened, PayoutSet, Deposited, UnstakeRequested, UnstakeCancelled, Withdrawn, Claimed, Compounded, RewardsShared, MinSelfStakeScheduled, StakingChangesCancelled, StakingPaused, StakingGuardianSet, SlasherSet, StakingAuthorityNominated, StakingAuthorityAccepted, SlashProposed, SlashCancelled, NodeSlashed, NodeRetired, PositionClosed, NodeClosed;
    io_emissions: EmissionsInitialized, NodeEnrolled, NodeEmissionClosed, EpochAdvanced, NodeSynced, Harvested, ScorerSet, EmissionsAuthorityNominated, EmissionsAuthorityAccepted, EmissionsGuardianSet, EmissionsChangesCancelled, EmissionsRuleScheduled, PoolSharesScheduled;
    io_payments: PaymentsInitialized, PaymentsPaused, PaymentsAuthorityNominated, PaymentsAuthorityAccepted, PaymentsGuardianSet, PayoutFeeScheduled, AssetFeeScheduled, TreasuryScheduled, AssetListed, AssetEnabled, AssetMinimumSet, VenueListed, VenueEnabled, VenueCapSet, FeedScheduled, SupplierRegistered, SupplierChanged, MicroPaid, ReceiptClosed, EarningsTaken, PaidOut, Refunded, Swept, BuyBackScheduled, BoughtBack, GatewayListed, GatewayEnabled, GatewayFeeScheduled, GatewayLimitScheduled, GatewayLimitLowered;
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn recorded<E: events::Event>(event: &E) -> Vec<u8> {
        let mut data = events::EVENT_TAG.to_vec();
        data.extend_from_slice(&E::DISCRIMINATOR);
        data.extend_from_slice(bytemuck::bytes_of(event));
        data
    }

    #[test]
    fn an_event_is_decoded_only_from_its_own_program() {
        let burned = events::Burned {
            amount: 7,
            ..events::Burned::zeroed()
        };
        let data = recorded(&burned);
        let event = Event::decode(&ids::io_mint::ID, &data).expect("known");
        assert_eq!(event, Event::Burned(burned));
        assert_eq!((event.program(), event.name()), ("io_mint", "Burned"));
        assert!(event.fields().contains(&("amount", Value::Unsigned(7))));
        assert_eq!(Event::decode(&ids::io_staking::ID, &data), None);
        assert_eq!(Event::decode(&ids::io_mint::ID, &data[1..]), None);
        assert_eq!(
            Event::decode(&ids::io_mint::ID, &data[..data.len() - 1]),
            None
        );
    }

    #[test]
    fn a_payment_comes_with_its_parts() {
        let part = PaidPart {
            delivered: 5,
            ..PaidPart::zeroed()
        };
        let event = events::PaidEvent::of_one(
            events::Paid {
                count: 1,
                ..events::Paid::zeroed()
            },
            part,
        );
        let Some(Event::Paid(head, parts)) = Event::decode(&ids::io_payments::ID, event.bytes())
        else {
            panic!("not decoded");
        };
        assert_eq!((head.count, parts), (1, vec![part]));
    }

    #[test]
    fn scores_come_with_their_nodes() {
        let score = NodeScore {
            score_bps: 9_000,
            ..NodeScore::zeroed()
        };
        let mut event = events::ScoresSetEvent::new(1, 7);
        event.push(score).expect("room");
        let Some(Event::ScoresSet(head, nodes)) =
            Event::decode(&ids::io_emissions::ID, event.bytes())
        else {
            panic!("not decoded");
        };
        assert_eq!((head.pool, head.epoch, nodes), (1, 7, vec![score]));
    }
}
