//! The least a streaming reverse proxy on hyper can be: no judging, no record, no limits.

use bytes::Bytes;
use http_body_util::{Either, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;

type Answer = Response<Either<Incoming, Empty<Bytes>>>;

pub async fn serve(upstream: &str) -> Result<(), String> {
    let listener = crate::listen().await?;
    crate::announce(&listener)?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Client<HttpConnector, Incoming> = Client::builder(TokioExecutor::new()).build(connector);
    loop {
        let (stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
        let _ = stream.set_nodelay(true);
        let (client, upstream) = (client.clone(), upstream.to_owned());
        tokio::spawn(async move {
            let service = service_fn(move |request| forward(client.clone(), upstream.clone(), request));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn forward(
    client: Client<HttpConnector, Incoming>,
    upstream: String,
    mut request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let uri = Uri::builder().scheme("http").authority(upstream).path_and_query(path).build();
    if let Ok(uri) = uri {
        *request.uri_mut() = uri;
        if let Ok(response) = client.request(request).await {
            return Ok(response.map(Either::Left));
        }
    }
    let mut failed = Response::new(Either::Right(Empty::new()));
    *failed.status_mut() = StatusCode::BAD_GATEWAY;
    Ok(failed)
}
