//! `/metrics`, `/healthz` and `/readyz` over HTTP.

use crate::Keeper;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::encoding::prometheus_text;
use std::{convert::Infallible, io, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// A client that says nothing for so long is hung up on.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves until it is dropped.
///
/// # Errors
///
/// If the listener fails.
pub async fn serve(listener: TcpListener, keeper: Arc<Keeper>) -> io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        let keeper = keeper.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let response = answer(&keeper, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .serve_connection(TokioIo::new(stream), answer)
                .await;
            if let Err(error) = served {
                tracing::debug!(%error, "a client of the metrics went away");
            }
        });
    }
}

fn answer(keeper: &Keeper, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let said = |outcome: Result<(), String>| match outcome {
        Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    };
    let (status, text) = match request.uri().path() {
        "/metrics" => (StatusCode::OK, keeper.metrics().encode()),
        "/healthz" => said(keeper.health()),
        "/readyz" => said(keeper.ready()),
        _ => (
            StatusCode::NOT_FOUND,
            "there are /metrics, /healthz and /readyz\n".to_owned(),
        ),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let kind = if request.uri().path() == "/metrics" {
        prometheus_text::CONTENT_TYPE
    } else {
        "text/plain; charset=utf-8"
    };
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
