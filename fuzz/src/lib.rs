//! What the fuzz targets share: the programs' IDLs as a second opinion on bytes, and calls of the programs.

pub mod call;
pub mod idl;
