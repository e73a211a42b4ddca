//! The proxy's server.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use fastrand::Rng;
use futures::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Frame, Incoming},
    header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use solana_transaction::versioned::VersionedTransaction;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::{JoinHandle, JoinSet},
};

use super::{Fault, Rates, memory::Memory};

/// How late answers come, and how long a node stays behind, in milliseconds.
const LATE: (u64, u64) = (200, 2_000);
const BEHIND: (u64, u64) = (1_000, 8_000);
/// Less than a block takes, in milliseconds.
const BLOCK: u64 = 200;

const PAGE: &str =
    "<html><head><title>Error</title></head><body><h1>Try again later</h1></body></html>";

type Body = UnsyncBoxBody<Bytes, anyhow::Error>;

/// Says of a request whether it is kept back, or of it only the answer.
#[derive(Clone)]
struct Gate {
    which: Arc<dyn Fn(&Value) -> bool + Send + Sync>,
    answers: bool,
}

/// A running proxy.
pub struct Proxy {
    /// Where it serves JSON-RPC.
    pub url: String,
    state: Arc<State>,
    server: JoinHandle<()>,
}

struct State {
    upstream: String,
    client: reqwest::Client,
    inner: Mutex<Inner>,
    deaths: mpsc::UnboundedSender<Duration>,
    /// What is kept back, and whether anything was.
    gate: watch::Sender<Option<Gate>>,
    held: watch::Sender<bool>,
}

struct Inner {
    rates: Rates,
    random: Rng,
    memory: Memory,
    counts: BTreeMap<Fault, u64>,
    requests: u64,
}

impl Proxy {
    /// Starts a proxy in front of `upstream` on a free port.
    pub async fn start(upstream: &str, seed: u64, rates: Rates) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (died, deaths) = mpsc::unbounded_channel();
        let state = Arc::new(State {
            upstream: upstream.to_owned(),
            client: reqwest::Client::new(),
            inner: Mutex::new(Inner {
                rates,
                random: Rng::with_seed(seed),
                memory: Memory::default(),
                counts: BTreeMap::new(),
                requests: 0,
            }),
            deaths: died,
            gate: watch::Sender::default(),
            held: watch::Sender::default(),
        });
        let server = tokio::spawn(serve(listener, address, state.clone(), deaths));
        Ok(Self {
            url: format!("http://{address}"),
            state,
            server,
        })
    }

    /// Changes how often it fails from now on.
    pub fn set_rates(&self, rates: Rates) {
        self.state.lock().rates = rates;
    }

    /// Keeps requests back that `which` is true of, before the endpoint hears of them, until they are
    /// released.
    pub fn hold(&self, which: impl Fn(&Value) -> bool + Send + Sync + 'static) {
        self.keep(which, false);
    }

    /// Passes requests on that `which` is true of, and keeps the answers back until they are released.
    pub fn hold_answers(&self, which: impl Fn(&Value) -> bool + Send + Sync + 'static) {
        self.keep(which, true);
    }

    fn keep(&self, which: impl Fn(&Value) -> bool + Send + Sync + 'static, answers: bool) {
        let which = Arc::new(which);
        self.state.held.send_replace(false);
        self.state.gate.send_replace(Some(Gate { which, answers }));
    }

    /// Waits until a request or an answer is kept back.
    pub async fn holds(&self) {
        let mut held = self.state.held.subscribe();
        // The sender lives as long as the proxy.
        let _ = held.wait_for(|held| *held).await;
    }

    /// Passes on what is kept back, and whatever comes.
    pub fn release(&self) {
        self.state.gate.send_replace(None);
    }

    /// How often each fault happened so far.
    pub fn counts(&self) -> BTreeMap<Fault, u64> {
        self.state.lock().counts.clone()
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.state.lock().requests
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Accepts connections, and now and then dies: refuses new ones and breaks those that are open.
async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    state: Arc<State>,
    mut deaths: mpsc::UnboundedReceiver<Duration>,
) {
    let mut listener = Some(listener);
    loop {
        let open = match listener.take() {
            Some(open) => open,
            // The port may be taken for a moment by a connection that is going away.
            None => match TcpListener::bind(address).await {
                Ok(open) => open,
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        let mut connections = JoinSet::new();
        let death = loop {
            tokio::select! {
                accepted = open.accept() => if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, state.clone()));
                },
                Some(death) = deaths.recv() => break death,
                // Connections that are closed are forgotten.
                Some(_) = connections.join_next() => (),
            }
        };
        drop(open);
        connections.shutdown().await;
        tokio::time::sleep(death).await;
        // Who died meanwhile died with this one.
        while deaths.try_recv().is_ok() {}
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    let service = service_fn(|request| {
        let state = state.clone();
        async move { state.handle(request).await }
    });
    // An error is how a connection breaks.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request, or breaks the connection with an error.
    async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>> {
        let bytes = request.into_body().collect().await?.to_bytes();
        let request: Value = serde_json::from_slice(&bytes)?;
        match self.kept(&request) {
            None => self.respond(request).await,
            Some(Gate { answers: false, .. }) => {
                self.until_released().await?;
                self.respond(request).await
            }
            Some(Gate { answers: true, .. }) => {
                let response = self.clone().respond(request).await;
                self.until_released().await?;
                response
            }
        }
    }

    async fn respond(self: Arc<Self>, request: Value) -> Result<Response<Body>> {
        let method = request["method"].as_str().context("no request")?;
        let Some(fault) = self.lock().draw(method) else {
            return Ok(whole(&self.answer(&request).await?));
        };
        let stale = matches!(fault, Fault::StaleBlockhash | Fault::StaleAccount);
        if !stale {
            self.lock().count(fault);
        }
        match fault {
            Fault::Lost => bail!("the connection breaks"),
            Fault::Unanswered => {
                self.answer(&request).await?;
                bail!("the connection breaks");
            }
            Fault::Late => {
                let answer = self.answer(&request).await?;
                self.wait(LATE).await;
                Ok(whole(&answer))
            }
            Fault::Limited => Ok(page(StatusCode::TOO_MANY_REQUESTS)),
            Fault::LimitedFor => {
                let mut response = page(StatusCode::TOO_MANY_REQUESTS);
                let second = HeaderValue::from_static("1");
                response.headers_mut().insert(RETRY_AFTER, second);
                Ok(response)
            }
            Fault::BadGateway => Ok(page(StatusCode::BAD_GATEWAY)),
            Fault::Unavailable => Ok(page(StatusCode::SERVICE_UNAVAILABLE)),
            Fault::Cut => Ok(whole_text(half(&self.answer(&request).await?))),
            Fault::Broken => Ok(broken(half(&self.answer(&request).await?))),
            Fault::Dead => {
                self.answer(&request).await?;
                let time = {
                    let mut inner = self.lock();
                    let between = inner.rates.dead;
                    inner.time(between)
                };
                self.deaths.send(time)?;
                bail!("the connection breaks");
            }
            Fault::StaleBlockhash | Fault::StaleAccount => {
                let answer = self.forward(&request).await?;
                let mut inner = self.lock();
                let chance = inner.random.usize(..);
                let stale = inner.memory.stale(&request, &answer, chance);
                inner.memory.note(&request, &answer);
                if stale.is_some() {
                    inner.count(fault);
                }
                Ok(whole(&stale.unwrap_or(answer)))
            }
            Fault::StaleStatus => {
                let answer = self.forward(&request).await?;
                let mut inner = self.lock();
                let time = inner.time(BEHIND);
                inner.memory.hide(&request, &answer, time);
                Ok(whole(&inner.memory.censored(&request, answer)))
            }
            Fault::Swallowed => Ok(whole(&accepted(&request)?)),
            Fault::Doubled => {
                let (first, second) = tokio::join!(self.forward(&request), self.forward(&request));
                second?;
                Ok(whole(&first?))
            }
            Fault::Overtaken => {
                let state = self.clone();
                let accepted = accepted(&request)?;
                let blocks = {
                    let mut inner = self.lock();
                    let (least, most) = inner.rates.overtaken;
                    inner.random.u64(least..=most)
                };
                let arrives = self.height().await?.saturating_add(blocks);
                tokio::spawn(async move {
                    while let Some(left) = arrives.checked_sub(state.height().await?)
                        && left > 0
                    {
                        let time = Duration::from_millis(BLOCK.saturating_mul(left));
                        tokio::time::sleep(time).await;
                    }
                    // Nobody waits for the answer.
                    state.forward(&request).await
                });
                Ok(whole(&accepted))
            }
            Fault::Misread => {
                self.forward(&request).await?;
                let error = json!({ "code": -32602, "message": "failed to deserialize" });
                let id = &request["id"];
                Ok(whole(
                    &json!({ "jsonrpc": "2.0", "id": id, "error": error }),
                ))
            }
        }
    }

    /// The gate, if it keeps the request or its answer back.
    fn kept(&self, request: &Value) -> Option<Gate> {
        let gate = self.gate.borrow().clone();
        gate.filter(|gate| (gate.which)(request))
    }

    /// Returns when nothing is kept back any more.
    async fn until_released(&self) -> Result<()> {
        let mut gate = self.gate.subscribe();
        self.held.send_replace(true);
        gate.wait_for(Option::is_none).await?;
        Ok(())
    }

    async fn wait(&self, between: (u64, u64)) {
        let time = self.lock().time(between);
        tokio::time::sleep(time).await;
    }

    /// What the endpoint answers, as far as it is not hidden.
    async fn answer(&self, request: &Value) -> Result<Value> {
        let answer = self.forward(request).await?;
        let mut inner = self.lock();
        inner.memory.note(request, &answer);
        Ok(inner.memory.censored(request, answer))
    }

    /// Blocks of the chain so far.
    async fn height(&self) -> Result<u64> {
        let parameters = json!([{ "commitment": "processed" }]);
        let ask =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "getBlockHeight", "params": parameters });
        let answer = self.forward(&ask).await?;
        answer["result"].as_u64().context("no block height")
    }

    async fn forward(&self, request: &Value) -> Result<Value> {
        let request = self
            .client
            .post(&self.upstream)
            .header(CONTENT_TYPE, "application/json")
            .body(request.to_string());
        let answer = request.send().await?.bytes().await?;
        Ok(serde_json::from_slice(&answer)?)
    }
}

impl Inner {
    /// What happens to the next request, which is of `method`.
    fn draw(&mut self, method: &str) -> Option<Fault> {
        self.requests = self.requests.saturating_add(1);
        let chance = self.random.u32(..1_000);
        self.rates.pick(method, chance)
    }

    fn time(&mut self, (least, most): (u64, u64)) -> Duration {
        Duration::from_millis(self.random.u64(least..=most))
    }

    fn count(&mut self, fault: Fault) {
        let count = self.counts.entry(fault).or_default();
        *count = count.saturating_add(1);
    }
}

/// What an endpoint says that has taken a transaction.
fn accepted(request: &Value) -> Result<Value> {
    let encoded = request.pointer("/params/0").and_then(Value::as_str);
    let bytes = STANDARD.decode(encoded.context("no transaction")?)?;
    let transaction: VersionedTransaction = wincode::deserialize(&bytes)?;
    let signature = transaction.signatures.first().context("not signed")?;
    Ok(json!({ "jsonrpc": "2.0", "id": request["id"], "result": signature.to_string() }))
}

fn whole(answer: &Value) -> Response<Body> {
    whole_text(answer.to_string())
}

fn whole_text(text: String) -> Response<Body> {
    response(StatusCode::OK, "application/json", full(text))
}

fn page(status: StatusCode) -> Response<Body> {
    response(status, "text/html", full(PAGE.to_owned()))
}

/// An answer whose connection breaks behind `start`.
fn broken(start: String) -> Response<Body> {
    let parts = [
        Ok(Frame::data(Bytes::from(start))),
        Err(anyhow!("the connection breaks")),
    ];
    let body = StreamBody::new(stream::iter(parts));
    response(StatusCode::OK, "application/json", body.boxed_unsync())
}

fn response(status: StatusCode, kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn full(text: String) -> Body {
    Full::new(Bytes::from(text))
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// The first half of an answer.
fn half(answer: &Value) -> String {
    let text = answer.to_string();
    text.chars().take(text.len() / 2).collect()
}
