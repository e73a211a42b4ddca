//! An event's fields by name, for whoever shows events.

use crate::Address;

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Unsigned(u64),
    Signed(i64),
    Address(&'a Address),
    Bytes(&'a [u8]),
    Numbers(&'a [u64]),
}

/// A struct that tells its fields.
pub trait Fields {
    /// Calls `see` with the name and the value of each field, in order.
    fn each_field<'a>(&'a self, see: &mut dyn FnMut(&'static str, Value<'a>));
}

impl From<&u64> for Value<'_> {
    fn from(value: &u64) -> Self {
        Self::Unsigned(*value)
    }
}

impl From<&i64> for Value<'_> {
    fn from(value: &i64) -> Self {
        Self::Signed(*value)
    }
}

impl<'a> From<&'a Address> for Value<'a> {
    fn from(value: &'a Address) -> Self {
        Self::Address(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u64; N]> for Value<'a> {
    fn from(value: &'a [u64; N]) -> Self {
        Self::Numbers(value)
    }
}
