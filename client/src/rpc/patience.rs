//! Requests that are tried again.

use async_trait::async_trait;
use solana_rpc_client::{
    http_sender::HttpSender,
    rpc_sender::{RpcSender, RpcTransportStats},
};
use solana_rpc_client_api::{
    client_error::{Error, ErrorKind, Result},
    custom_error::{
        JSON_RPC_SERVER_ERROR_BLOCK_NOT_AVAILABLE,
        JSON_RPC_SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED, JSON_RPC_SERVER_ERROR_NODE_UNHEALTHY,
    },
    request::{RpcError, RpcRequest},
};
use std::time::Duration;

/// How often a request is sent before its failure counts.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// An endpoint that says nothing for so long is asked again.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A sender that asks again when the endpoint, or the way to it, fails. Every request may be sent twice:
/// most only read, and a transaction's signature makes it count once.
pub(super) struct Patient(HttpSender);

impl Patient {
    pub(super) fn new(url: &str) -> Self {
        Self(HttpSender::new_with_timeout(url, TIMEOUT))
    }
}

#[async_trait]
impl RpcSender for Patient {
    async fn send(
        &self,
        request: RpcRequest,
        params: serde_json::Value,
    ) -> Result<serde_json::Value> {
        let mut wait = FIRST_WAIT;
        for _ in 1..TRIES {
            match self.0.send(request, params.clone()).await {
                Err(error) if is_transient(&error) => tokio::time::sleep(jittered(wait)).await,
                answer => return answer,
            }
            wait = wait.saturating_mul(2).min(LONGEST_WAIT);
        }
        self.0.send(request, params).await
    }

    fn get_transport_stats(&self) -> RpcTransportStats {
        self.0.get_transport_stats()
    }

    fn url(&self) -> String {
        self.0.url()
    }
}

/// Half of `wait` to all of it, so that many clients do not ask again in step.
pub(super) fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// Whether the same request may get another answer soon.
fn is_transient(error: &Error) -> bool {
    match error.kind() {
        // No connection, no answer in time, an answer cut short, 429 and 5xx.
        ErrorKind::Reqwest(_) | ErrorKind::Middleware(_) | ErrorKind::Io(_) => true,
        // Not JSON: a proxy's error page, or an answer cut short.
        ErrorKind::SerdeJson(_) => true,
        ErrorKind::RpcError(RpcError::RpcResponseError { code, .. }) => [
            JSON_RPC_SERVER_ERROR_BLOCK_NOT_AVAILABLE,
            JSON_RPC_SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
            JSON_RPC_SERVER_ERROR_NODE_UNHEALTHY,
        ]
        .contains(code),
        ErrorKind::RpcError(RpcError::RpcRequestError(_)) => true,
        _ => false,
    }
}
