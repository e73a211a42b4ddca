//! The 128-bit arithmetic of `toolchain/i128.ll`, as compiled into a program, against exact
//! arithmetic: native integers and `num-bigint`, both. A wrong routine would corrupt balances
//! silently, so every single result of a million operand pairs is compared.

use std::path::Path;

use litesvm::LiteSVM;
use num_bigint::{BigInt, BigUint};
use solana_account::Account;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_message::Message;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_transaction::Transaction;

const CASES: usize = 1_000_000;
/// Pairs a transaction; bounded by the transaction's 1.4 million compute units.
const BATCH: usize = 500;
/// 128-bit numbers that the program writes for each pair.
const RESULTS: usize = 13;
const COMPUTE_BUDGET: Pubkey =
    Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");

/// The math-probe program in a machine of its own.
struct Probe {
    svm: LiteSVM,
    payer: Keypair,
    program: Pubkey,
    operands: Pubkey,
    results: Pubkey,
}

impl Probe {
    fn new() -> Self {
        let mut svm = LiteSVM::new()
            .with_sigverify(false)
            .with_transaction_history(0)
            .with_log_bytes_limit(None);
        let payer = Keypair::new();
        svm.airdrop(&payer.pubkey(), 1_000_000_000_000)
            .expect("airdrop");
        let program = Pubkey::new_unique();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/deploy/math_probe.so");
        svm.add_program_from_file(program, &path)
            .unwrap_or_else(|error| {
                panic!("{}: {error}; run `cargo xtask build` first", path.display())
            });
        Self {
            svm,
            payer,
            program,
            operands: Pubkey::new_unique(),
            results: Pubkey::new_unique(),
        }
    }

    /// Every operation on every pair, [`RESULTS`] numbers each.
    fn compute(&mut self, pairs: &[(u128, u128)]) -> Vec<u128> {
        self.run(&[0], pairs);
        let results = self.svm.get_account(&self.results).expect("results").data;
        results
            .chunks_exact(16)
            .map(|bytes| u128::from_le_bytes(bytes.try_into().expect("16 bytes")))
            .collect()
    }

    /// The compute units of one operation on each pair, with those of measuring.
    fn measure(&mut self, operation: u8, pairs: &[(u128, u128)]) -> Vec<u64> {
        let logs = self.run(&[1, operation], pairs);
        let remaining: Vec<u64> = logs
            .iter()
            .filter_map(|line| {
                let line = line.strip_prefix("Program consumption: ")?;
                line.strip_suffix(" units remaining")?.parse().ok()
            })
            .collect();
        remaining
            .chunks_exact(2)
            .map(|pair| pair[0] - pair[1])
            .collect()
    }

    /// Runs one instruction over the pairs and returns its log.
    fn run(&mut self, data: &[u8], pairs: &[(u128, u128)]) -> Vec<String> {
        let mut operands = Vec::with_capacity(pairs.len() * 32);
        for (a, b) in pairs {
            operands.extend_from_slice(&a.to_le_bytes());
            operands.extend_from_slice(&b.to_le_bytes());
        }
        self.put(self.operands, operands);
        self.put(self.results, vec![0; pairs.len() * RESULTS * 16]);
        let mut limit = vec![2];
        limit.extend_from_slice(&1_400_000_u32.to_le_bytes());
        let instructions = [
            Instruction {
                program_id: COMPUTE_BUDGET,
                accounts: vec![],
                data: limit,
            },
            Instruction {
                program_id: self.program,
                accounts: vec![
                    AccountMeta::new_readonly(self.operands, false),
                    AccountMeta::new(self.results, false),
                ],
                data: data.to_vec(),
            },
        ];
        let message = Message::new(&instructions, Some(&self.payer.pubkey()));
        let transaction = Transaction::new(&[&self.payer], message, self.svm.latest_blockhash());
        let done = self
            .svm
            .send_transaction(transaction)
            .expect("the probe runs");
        self.svm.expire_blockhash();
        done.logs
    }

    fn put(&mut self, address: Pubkey, data: Vec<u8>) {
        let account = Account {
            lamports: 1_000_000_000_000,
            data,
            owner: self.program,
            executable: false,
            rent_epoch: u64::MAX,
        };
        self.svm.set_account(address, account).expect("account");
    }
}

/// SplitMix64: operands must be the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn wide(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }

    /// A number of any length up to 128 bits, each length as likely as the next.
    fn any_length(&mut self) -> u128 {
        self.wide() >> self.below(128)
    }

    /// A number near a power of two, or made of halves and digits of all zeros or all ones: the
    /// ones that carry, borrow and correct.
    fn edge(&mut self) -> u128 {
        let near = (1_u128 << self.below(128))
            .wrapping_add(u128::from(self.below(5)))
            .wrapping_sub(2);
        let mut digits = 0;
        for _ in 0..4 {
            let digit = match self.below(6) {
                0 => 0,
                1 => 1,
                2 => 0x7fff_ffff,
                3 => 0x8000_0000,
                4 => 0xffff_ffff,
                _ => self.next() as u32,
            };
            digits = digits << 32 | u128::from(digit);
        }
        match self.below(3) {
            0 => near,
            1 => digits,
            _ => near.wrapping_neg(),
        }
    }

    fn operand(&mut self) -> u128 {
        match self.below(3) {
            0 => self.edge(),
            1 => self.any_length(),
            _ => self.wide(),
        }
    }

    /// A pair whose second number is not zero.
    fn pair(&mut self) -> (u128, u128) {
        let b = match self.below(3) {
            0 => self.edge(),
            _ => self.any_length(),
        }
        .max(1);
        let a = match self.below(3) {
            // At a multiple of the divisor, or one beside it.
            0 => {
                let multiple = b
                    .wrapping_mul(u128::MAX / b)
                    .min(b.wrapping_mul(self.operand() % (u128::MAX / b).max(1)));
                multiple
                    .wrapping_add(u128::from(self.below(3)))
                    .wrapping_sub(1)
            }
            _ => self.operand(),
        };
        (a, b)
    }
}

/// What the program must write for a pair, in its order, by native integers.
fn native(a: u128, b: u128) -> [u128; RESULTS] {
    let (sa, sb) = (a as i128, b as i128);
    let shift = (b % 128) as u32;
    let (product, overflow) = a.overflowing_mul(b);
    let (signed_product, signed_overflow) = sa.overflowing_mul(sb);
    [
        a.wrapping_mul(b),
        a / b,
        a % b,
        sa.wrapping_div(sb) as u128,
        sa.wrapping_rem(sb) as u128,
        product,
        signed_product as u128,
        u128::from(overflow) | u128::from(signed_overflow) << 1,
        u128::from(a as u64) * u128::from(b as u64),
        a << shift,
        a >> shift,
        (sa >> shift) as u128,
        a.wrapping_add(b) ^ a.wrapping_sub(b),
    ]
}

/// The first eight of [`native`]'s results by arbitrary-precision integers: multiplication, division
/// and overflow, which the linked routines compute.
fn exact(a: u128, b: u128) -> [BigUint; 8] {
    let modulus = BigInt::from(1) << 128;
    let wrap = |value: BigInt| {
        let value: BigInt = value % &modulus;
        let value = if value < BigInt::ZERO {
            value + &modulus
        } else {
            value
        };
        value.to_biguint().expect("not negative")
    };
    let (ua, ub) = (BigUint::from(a), BigUint::from(b));
    let (sa, sb) = (BigInt::from(a as i128), BigInt::from(b as i128));
    let product = &ua * &ub;
    let signed = &sa * &sb;
    let overflow = u8::from(product.bits() > 128);
    let signed_overflow =
        u8::from(signed < BigInt::from(i128::MIN) || signed > BigInt::from(i128::MAX));
    let product = wrap(BigInt::from(product));
    [
        product.clone(),
        &ua / &ub,
        &ua % &ub,
        wrap(&sa / &sb),
        wrap(&sa % &sb),
        product,
        wrap(signed),
        BigUint::from(overflow | signed_overflow << 1),
    ]
}

#[test]
fn a_million_pairs_match_exact_arithmetic() {
    const NAMES: [&str; RESULTS] = [
        "mul",
        "udiv",
        "urem",
        "idiv",
        "irem",
        "product",
        "signed product",
        "overflows",
        "widening",
        "shl",
        "shr",
        "sar",
        "add, sub",
    ];
    let mut probe = Probe::new();
    let mut random = Random(0x10c0);
    for _ in 0..CASES / BATCH {
        let pairs: Vec<_> = (0..BATCH).map(|_| random.pair()).collect();
        let found = probe.compute(&pairs);
        for (&(a, b), found) in pairs.iter().zip(found.chunks_exact(RESULTS)) {
            let expected = native(a, b);
            for ((found, expected), name) in found.iter().zip(&expected).zip(NAMES) {
                assert_eq!(found, expected, "{name} of {a:#x} and {b:#x}");
            }
            for ((expected, exact), name) in expected.iter().zip(exact(a, b)).zip(NAMES) {
                assert_eq!(
                    BigUint::from(*expected),
                    exact,
                    "host's {name} of {a:#x} and {b:#x}"
                );
            }
        }
    }
}

#[test]
fn division_is_cheap_for_every_class_of_divisor() {
    const PAIRS: usize = 4_000;
    /// Name, number in the program, and the most compute units it may cost.
    const OPERATIONS: [(&str, u8, u64); 10] = [
        ("multiply", 1, 60),
        ("divide", 2, 250),
        ("remainder", 3, 300),
        ("signed divide", 4, 300),
        ("signed remainder", 5, 350),
        ("checked multiply", 6, 200),
        ("checked signed multiply", 7, 400),
        ("widening multiply", 8, 60),
        ("shift left", 9, 60),
        ("shift right", 10, 60),
    ];
    /// The divisor's lengths in bits.
    const CLASSES: [(u32, u32); 5] = [(1, 31), (32, 32), (33, 63), (64, 64), (65, 128)];
    let mut probe = Probe::new();
    let mut random = Random(0xc0);
    let measuring = probe.measure(0, &[(1, 1)])[0];
    println!("compute units, average / worst, by the divisor's bits");
    for (name, number, limit) in OPERATIONS {
        let mut line = format!("{name:24}");
        for (low, high) in CLASSES {
            let pairs: Vec<_> = (0..PAIRS)
                .map(|index| {
                    let bits = low + random.below(u64::from(high - low + 1)) as u32;
                    let b = if index % 2 == 0 {
                        random.wide()
                    } else {
                        random.edge()
                    };
                    let b = b >> (128 - bits) | 1 << (bits - 1);
                    let a = if index % 3 == 0 {
                        random.edge()
                    } else {
                        random.wide()
                    };
                    (a, b)
                })
                .collect();
            let mut units = Vec::with_capacity(PAIRS);
            for pairs in pairs.chunks(BATCH) {
                units.extend(
                    probe
                        .measure(number, pairs)
                        .iter()
                        .map(|units| units - measuring),
                );
            }
            let worst = units.iter().copied().max().unwrap_or_default();
            let average = units.iter().sum::<u64>() / PAIRS as u64;
            line.push_str(&format!("  {low}..{high}: {average:3} / {worst:3}"));
            assert!(
                worst <= limit,
                "{name} costs {worst} for a divisor of {low} to {high} bits"
            );
        }
        println!("{line}");
    }
}
