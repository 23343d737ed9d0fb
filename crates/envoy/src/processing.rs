//! External processing (`envoy.service.ext_proc.v3.ExternalProcessor`): one stream for each exchange.

use crate::wire::{self, Split, field, first, length, mutation, split};
use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::extensions::filters::http::ext_proc::v3::ProcessingMode;
use envoy_types::pb::envoy::extensions::filters::http::ext_proc::v3::processing_mode::{BodySendMode, HeaderSendMode};
use envoy_types::pb::envoy::service::ext_proc::v3::body_mutation::Mutation;
use envoy_types::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessor;
use envoy_types::pb::envoy::service::ext_proc::v3::processing_request::Request as Part;
use envoy_types::pb::envoy::service::ext_proc::v3::processing_response::Response as Answer;
use envoy_types::pb::envoy::service::ext_proc::v3::{
    BodyMutation, BodyResponse, CommonResponse, GrpcStatus, HeaderMutation, HeadersResponse, HttpBody, HttpHeaders,
    ImmediateResponse, ProcessingRequest, ProcessingResponse, TrailersResponse,
};
use envoy_types::pb::google::protobuf::value::Kind;
use futures_util::stream::BoxStream;
use palisade_gateway::Gateway;
use palisade_gateway::visit::{Asked, Handling, Outcome, Reply, Step, Visit};
use palisade_guard::Edit;
use std::sync::Arc;
use tokio::sync::mpsc;
use tonic::{Request, Response, Status, Streaming};

/// The name of the filter under which Envoy sends attributes.
const FILTER: &str = "envoy.filters.http.ext_proc";

/// The service.
pub struct Processing {
    gateway: Arc<Gateway>,
}

impl Processing {
    /// Judges by the gateway's APIs.
    pub fn new(gateway: Arc<Gateway>) -> Processing {
        Processing { gateway }
    }
}

#[tonic::async_trait]
impl ExternalProcessor for Processing {
    type ProcessStream = BoxStream<'static, Result<ProcessingResponse, Status>>;

    async fn process(
        &self,
        request: Request<Streaming<ProcessingRequest>>,
    ) -> Result<Response<Self::ProcessStream>, Status> {
        let (sender, receiver) = mpsc::channel(1);
        let gateway = Arc::clone(&self.gateway);
        tokio::spawn(async move {
            if let Err(status) = exchange(&gateway, request.into_inner(), &sender).await {
                // Envoy is gone when it does not take the reason.
                let _ = sender.send(Err(status)).await;
            }
        });
        let answers = futures_util::stream::unfold(receiver, |mut receiver| async {
            receiver.recv().await.map(|answer| (answer, receiver))
        });
        Ok(Response::new(Box::pin(answers)))
    }
}

type Answers = mpsc::Sender<Result<ProcessingResponse, Status>>;

/// Whether there is more to come.
enum Next {
    More,
    Over,
}

async fn exchange(
    gateway: &Gateway,
    mut messages: Streaming<ProcessingRequest>,
    answers: &Answers,
) -> Result<(), Status> {
    let Some(begin) = messages.message().await? else { return Ok(()) };
    let observed = begin.observability_mode;
    let peer = attribute(&begin, "source.address").and_then(wire::ip_of);
    let certificate = attribute(&begin, "connection.subject_peer_certificate").map(wire::subject);
    let Some(Part::RequestHeaders(HttpHeaders { headers, end_of_stream, .. })) = begin.request else {
        return Err(Status::invalid_argument("request_header_mode must be SEND: judging begins with the head"));
    };
    let asked = Asked { certificate, ..split(headers).asked(peer, end_of_stream) };
    let received = match gateway.receive(&asked) {
        Ok(received) => received,
        Err(_) if observed => return Ok(()),
        Err(reply) => {
            let _ = answers.send(Ok(immediate(reply))).await;
            return Ok(());
        }
    };
    let visit = if observed { received.watch(gateway) } else { received.visit(gateway) };
    let mut stream = Stream {
        visit,
        answers,
        request: asked.fields,
        ended: end_of_stream,
        response: Vec::new(),
        waits: None,
        response_waits: false,
    };
    let mut next = if observed { Next::More } else { stream.request_head().await };
    while let Next::More = next {
        // A stream that breaks off is an exchange that does.
        let Ok(Some(message)) = messages.message().await else { break };
        let Some(part) = message.request else { continue };
        next = if observed {
            stream.watch(part);
            Next::More
        } else {
            stream.part(part).await
        };
    }
    stream.visit.end();
    Ok(())
}

/// One exchange.
struct Stream<'a> {
    visit: Visit<'a>,
    answers: &'a Answers,
    request: wire::Fields,
    ended: bool,
    response: wire::Fields,
    /// The request's body is waited for: most bytes of it.
    waits: Option<u64>,
    /// The answer's body is waited for.
    response_waits: bool,
}

impl Stream<'_> {
    async fn send(&mut self, answer: ProcessingResponse) -> Next {
        if self.answers.send(Ok(answer)).await.is_ok() { Next::More } else { Next::Over }
    }

    async fn refuse(&mut self, reply: Reply) -> Next {
        let _ = self.send(immediate(reply)).await;
        Next::Over
    }

    async fn request_head(&mut self) -> Next {
        let mut step = self.visit.head().await;
        if self.ended && matches!(step, Step::Body(_)) {
            step = self.visit.body(&[], false).await;
        }
        let mode = match step {
            Step::Refuse(reply) => return self.refuse(reply).await,
            Step::Body(limit) => {
                self.waits = Some(limit);
                held(&self.request)
            }
            Step::Pass if self.ended => BodySendMode::None,
            Step::Pass => captured(&self.request, self.visit.captured_bytes()),
        };
        let answer = Answer::RequestHeaders(HeadersResponse { response: Some(CommonResponse::default()) });
        let mut answer = response(answer);
        answer.mode_override = Some(modes(mode, BodySendMode::None));
        self.send(answer).await
    }

    async fn part(&mut self, part: Part) -> Next {
        match part {
            Part::RequestBody(body) => self.request_body(body).await,
            Part::ResponseHeaders(HttpHeaders { headers, end_of_stream, .. }) => {
                self.response_head(split(headers), end_of_stream).await
            }
            Part::ResponseBody(body) => self.response_body(body).await,
            Part::RequestTrailers(_) => self.send(response(Answer::RequestTrailers(TrailersResponse::default()))).await,
            Part::ResponseTrailers(_) => {
                self.send(response(Answer::ResponseTrailers(TrailersResponse::default()))).await
            }
            Part::RequestHeaders(_) => Next::Over,
        }
    }

    async fn request_body(&mut self, HttpBody { body, end_of_stream, .. }: HttpBody) -> Next {
        match self.waits.take() {
            None => self.visit.see(&body),
            Some(_) => {
                let whole = end_of_stream || complete(&self.request, &body);
                if let Step::Refuse(reply) = self.visit.body(&body, !whole).await {
                    return self.refuse(reply).await;
                }
            }
        }
        let answer = Answer::RequestBody(BodyResponse { response: Some(CommonResponse::default()) });
        self.send(response(answer)).await
    }

    async fn response_head(&mut self, head: Split, ended: bool) -> Next {
        // Envoy's own word on a body that it does not hold.
        if self.waits.take().is_some() && head.status != 413 {
            tracing::error!(
                api = self.visit.api(),
                "Envoy sent a request on whose body was not judged: set `allow_mode_override: true`, or \
                 `request_body_mode: BUFFERED_PARTIAL`"
            );
            if let Step::Refuse(reply) = self.visit.missing() {
                return self.refuse(reply).await;
            }
        }
        self.response = head.fields;
        let (edits, held_back) = match self.visit.response(head.status, &self.response) {
            Handling::Refuse(reply) => return self.refuse(reply).await,
            Handling::Pass(edits) => (edits, false),
            Handling::Body(edits, _) => (edits, true),
        };
        let mut common = self.edited(&edits);
        if held_back && ended {
            match self.visit.response_body(Some(&[])) {
                Outcome::Refuse(reply) => return self.refuse(reply).await,
                Outcome::Pass => {}
                Outcome::Replace(body) => {
                    common.status = 1;
                    common.body_mutation = Some(replaced(body));
                }
            }
        }
        self.response_waits = held_back && !ended;
        let mode = match (self.response_waits, ended) {
            (true, _) => held(&self.response),
            (false, true) => BodySendMode::None,
            (false, false) => captured(&self.response, self.visit.captured_bytes()),
        };
        let mut answer = response(Answer::ResponseHeaders(HeadersResponse { response: Some(common) }));
        answer.mode_override = Some(modes(BodySendMode::None, mode));
        self.send(answer).await
    }

    async fn response_body(&mut self, HttpBody { body, end_of_stream, .. }: HttpBody) -> Next {
        let mut common = CommonResponse::default();
        if std::mem::take(&mut self.response_waits) {
            let whole = end_of_stream || complete(&self.response, &body);
            match self.visit.response_body(whole.then_some(&body[..])) {
                Outcome::Refuse(reply) => return self.refuse(reply).await,
                Outcome::Pass => {}
                Outcome::Replace(body) => {
                    let length = body.len().to_string();
                    let set = field("content-length", length.as_bytes(), HeaderAppendAction::OverwriteIfExistsOrAdd);
                    common.header_mutation = Some(HeaderMutation {
                        set_headers: vec![set],
                        remove_headers: vec!["content-encoding".to_owned(), "etag".to_owned()],
                    });
                    common.body_mutation = Some(replaced(body));
                }
            }
        } else {
            self.visit.see_response(&body);
        }
        self.send(response(Answer::ResponseBody(BodyResponse { response: Some(common) }))).await
    }

    fn edited(&self, edits: &[Edit]) -> CommonResponse {
        if edits.is_empty() {
            return CommonResponse::default();
        }
        let (remove_headers, set_headers) = mutation(&self.response, edits);
        let header_mutation = Some(HeaderMutation { set_headers, remove_headers });
        CommonResponse { header_mutation, ..CommonResponse::default() }
    }

    /// Takes note of what has passed already.
    fn watch(&mut self, part: Part) {
        match part {
            Part::RequestBody(body) => self.visit.see(&body.body),
            Part::ResponseHeaders(HttpHeaders { headers, .. }) => {
                let Split { status, fields, .. } = split(headers);
                self.visit.response(status, &fields);
            }
            Part::ResponseBody(body) => self.visit.see_response(&body.body),
            Part::RequestHeaders(_) | Part::RequestTrailers(_) | Part::ResponseTrailers(_) => {}
        }
    }
}

/// The text of an attribute; an empty one is none.
fn attribute<'m>(message: &'m ProcessingRequest, name: &str) -> Option<&'m str> {
    match message.attributes.get(FILTER)?.fields.get(name)?.kind.as_ref()? {
        Kind::StringValue(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// How Envoy holds a body until it is judged. One that is longer than Envoy's buffer comes in part, and is judged as such;
/// but before trailers every body looks like a part.
fn held(fields: &[(String, Vec<u8>)]) -> BodySendMode {
    if first(fields, "trailer").is_some() { BodySendMode::Buffered } else { BodySendMode::BufferedPartial }
}

/// How a body is taken for the record without holding it for long: a short one at once, one without a length by and by.
fn captured(fields: &[(String, Vec<u8>)], most: usize) -> BodySendMode {
    let upgrade = first(fields, "upgrade").is_some();
    let grpc = first(fields, "content-type").is_some_and(|kind| kind.starts_with(b"application/grpc"));
    match length(fields) {
        _ if most == 0 || upgrade || grpc => BodySendMode::None,
        Some(0) => BodySendMode::None,
        Some(length) if length <= most as u64 => BodySendMode::BufferedPartial,
        Some(_) => BodySendMode::None,
        None => BodySendMode::Streamed,
    }
}

/// Whether a body has the length that was announced.
fn complete(fields: &[(String, Vec<u8>)], body: &[u8]) -> bool {
    length(fields) == Some(body.len() as u64) || first(fields, "trailer").is_some()
}

fn modes(request: BodySendMode, response: BodySendMode) -> ProcessingMode {
    ProcessingMode {
        request_header_mode: HeaderSendMode::Send.into(),
        response_header_mode: HeaderSendMode::Send.into(),
        request_body_mode: request.into(),
        response_body_mode: response.into(),
        request_trailer_mode: HeaderSendMode::Skip.into(),
        response_trailer_mode: HeaderSendMode::Skip.into(),
    }
}

fn response(answer: Answer) -> ProcessingResponse {
    ProcessingResponse { response: Some(answer), ..ProcessingResponse::default() }
}

fn replaced(body: Vec<u8>) -> BodyMutation {
    BodyMutation { mutation: Some(Mutation::Body(body)) }
}

fn immediate(reply: Reply) -> ProcessingResponse {
    let set_headers = wire::told(&reply)
        .map(|(name, value)| field(name, value.as_bytes(), HeaderAppendAction::OverwriteIfExistsOrAdd))
        .collect();
    let (body, grpc_status) = match &reply.grpc {
        // Envoy writes both in the answer's head.
        Some(grpc) => (grpc.message.clone().into_bytes(), Some(GrpcStatus { status: grpc.code.into() })),
        None => (reply.body.to_vec(), None),
    };
    response(Answer::ImmediateResponse(ImmediateResponse {
        status: Some(wire::status(reply.status)),
        headers: Some(HeaderMutation { set_headers, remove_headers: Vec::new() }),
        body,
        grpc_status,
        details: "palisade".to_owned(),
    }))
}
