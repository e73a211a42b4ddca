//! A Trezor as far as its wire goes: what its maker's emulator says on its port, in the maker's own messages,
//! with a seed phrase everybody knows and a holder who approves, or does not.

use anyhow::{Context, Result, bail, ensure};
use solana_derivation_path::DerivationPath;
use solana_keypair::{Keypair, seed_derivable::keypair_from_seed_and_derivation_path};
use solana_seed_phrase::generate_seed_from_seed_phrase_and_passphrase;
use solana_signer::Signer;
use std::{
    io::ErrorKind,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{JoinHandle, spawn},
    time::Duration,
};
use trezor_client::{
    TrezorMessage,
    protos::{
        ButtonAck, ButtonRequest, Failure, Features, MessageType, SolanaGetPublicKey,
        SolanaPublicKey, SolanaSignTx, SolanaTxSignature, failure::FailureType,
    },
    transport::ProtoMessage,
};

/// Where the emulator listens.
const PORT: (&str, u16) = ("127.0.0.1", 21_324);
/// Bytes of each packet; the first is `?`.
const PACKET: usize = 64;
/// What a message of version 0 starts with.
const VERSION_0: u8 = 0x80;

/// The emulator, until it is dropped.
pub struct Trezor {
    holder: Arc<Holder>,
    device: Option<JoinHandle<Result<()>>>,
}

#[derive(Default)]
struct Holder {
    refuses: AtomicBool,
    unplugged: AtomicBool,
    signed: Mutex<Vec<Vec<u8>>>,
}

impl Trezor {
    pub fn plug_in() -> Result<Self> {
        let socket = UdpSocket::bind(PORT).context("another emulator is running")?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        let holder = Arc::new(Holder::default());
        let device = Device {
            socket,
            holder: holder.clone(),
        };
        Ok(Self {
            holder,
            device: Some(spawn(move || device.run())),
        })
    }

    /// Whether the holder refuses what is asked from now on.
    pub fn refuses(&self, refuses: bool) {
        self.holder.refuses.store(refuses, Relaxed);
    }

    /// The messages that were signed since this was asked last.
    pub fn signed(&self) -> Vec<Vec<u8>> {
        std::mem::take(
            &mut self
                .holder
                .signed
                .lock()
                .expect("no device fails holding it"),
        )
    }

    /// Ends it, with what went wrong on its side.
    pub fn unplug(mut self) -> Result<()> {
        self.holder.unplugged.store(true, Relaxed);
        let device = self.device.take().context("it runs")?;
        device.join().expect("it does not panic")
    }
}

impl Drop for Trezor {
    fn drop(&mut self) {
        self.holder.unplugged.store(true, Relaxed);
    }
}

/// The key at `path`, as every wallet derives it from the seed phrase.
pub fn key(path: &DerivationPath) -> Result<Keypair> {
    let phrase = ["abandon"; 11].join(" ") + " about";
    let seed = generate_seed_from_seed_phrase_and_passphrase(&phrase, "");
    keypair_from_seed_and_derivation_path(&seed, Some(path.clone()))
        .map_err(|error| anyhow::anyhow!("{error}"))
}

struct Device {
    socket: UdpSocket,
    holder: Arc<Holder>,
}

impl Device {
    fn run(self) -> Result<()> {
        while let Some((request, host)) = self.read()? {
            match request.message_type() {
                MessageType::MessageType_Initialize => {
                    let mut features = Features::new();
                    features.set_vendor("trezor.io".to_owned());
                    features.set_major_version(2);
                    features.set_minor_version(8);
                    features.set_patch_version(9);
                    self.say(&features, host)?;
                }
                MessageType::MessageType_SolanaGetPublicKey => {
                    let asked: SolanaGetPublicKey = request.into_message()?;
                    if asked.show_display() && !self.approved(host)? {
                        continue;
                    }
                    let mut answer = SolanaPublicKey::new();
                    answer.set_public_key(at(&asked.address_n)?.pubkey().to_bytes().to_vec());
                    self.say(&answer, host)?;
                }
                MessageType::MessageType_SolanaSignTx => {
                    let asked: SolanaSignTx = request.into_message()?;
                    let message = asked.serialized_tx().to_vec();
                    if message.first() != Some(&VERSION_0) {
                        self.fail(FailureType::Failure_DataError, "Invalid message", host)?;
                        continue;
                    }
                    if !self.approved(host)? {
                        continue;
                    }
                    let signature = at(&asked.address_n)?.sign_message(&message);
                    let mut answer = SolanaTxSignature::new();
                    answer.set_signature(signature.as_ref().to_vec());
                    let mut signed = self
                        .holder
                        .signed
                        .lock()
                        .expect("no reader fails holding it");
                    signed.push(message);
                    self.say(&answer, host)?;
                }
                other => bail!("a {other:?} was not expected"),
            }
        }
        Ok(())
    }

    /// Asks the holder.
    fn approved(&self, host: SocketAddr) -> Result<bool> {
        self.say(&ButtonRequest::new(), host)?;
        let (answer, _) = self.read()?.context("unplugged while it asked")?;
        ensure!(
            answer.message_type() == ButtonAck::MESSAGE_TYPE,
            "the host did not wait"
        );
        if self.holder.refuses.load(Relaxed) {
            self.fail(FailureType::Failure_ActionCancelled, "Cancelled", host)?;
            return Ok(false);
        }
        Ok(true)
    }

    fn fail(&self, code: FailureType, message: &str, host: SocketAddr) -> Result<()> {
        let mut failure = Failure::new();
        failure.set_code(code);
        failure.set_message(message.to_owned());
        self.say(&failure, host)
    }

    /// The next message and who sent it; none once it is unplugged.
    fn read(&self) -> Result<Option<(ProtoMessage, SocketAddr)>> {
        let mut bytes = Vec::new();
        loop {
            let mut packet = [0; PACKET];
            let (length, host) = match self.socket.recv_from(&mut packet) {
                Ok(received) => received,
                Err(error)
                    if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) =>
                {
                    if self.holder.unplugged.load(Relaxed) {
                        return Ok(None);
                    }
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if packet.starts_with(b"PINGPING") {
                self.socket.send_to(b"PONGPONG", host)?;
                continue;
            }
            ensure!(
                length == PACKET && packet[0] == b'?',
                "no packet: {packet:?}"
            );
            bytes.extend_from_slice(&packet[1..]);
            let header = bytes.strip_prefix(b"##").context("no start of a message")?;
            let kind = u16::from_be_bytes([header[0], header[1]]);
            let size = u32::from_be_bytes([header[2], header[3], header[4], header[5]]);
            if let Some(payload) = header[6..].get(..usize::try_from(size)?) {
                let kind = protobuf::Enum::from_i32(kind.into()).context("an unknown message")?;
                return Ok(Some((ProtoMessage::new(kind, payload.to_vec()), host)));
            }
        }
    }

    fn say<M: TrezorMessage>(&self, message: &M, host: SocketAddr) -> Result<()> {
        let payload = message.write_to_bytes()?;
        let kind = u16::try_from(protobuf::Enum::value(&M::MESSAGE_TYPE))?;
        let mut bytes = b"##".to_vec();
        bytes.extend(kind.to_be_bytes());
        bytes.extend(u32::try_from(payload.len())?.to_be_bytes());
        bytes.extend(payload);
        for part in bytes.chunks(PACKET - 1) {
            let mut packet = vec![b'?'];
            packet.extend_from_slice(part);
            packet.resize(PACKET, 0);
            self.socket.send_to(&packet, host)?;
        }
        Ok(())
    }
}

/// The key at a path as it is on the wire: each index with the bit that says that it is hardened.
fn at(indexes: &[u32]) -> Result<Keypair> {
    let mut path = "m".to_owned();
    for index in indexes {
        let index = index.checked_sub(1 << 31).context("not hardened")?;
        path.push_str(&format!("/{index}'"));
    }
    key(&DerivationPath::from_absolute_path_str(&path)?)
}
