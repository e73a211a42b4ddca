//! Prints the shared half of the programs' IDLs, for `cargo xtask idl`.

fn main() {
    println!("{}", io_shared::idl::programs());
}
