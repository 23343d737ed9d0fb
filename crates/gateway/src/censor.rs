//! The guard's word on an answer, before any of it goes to the client.

use crate::judge::Judge;
use crate::state::{Gateway, Held};
use crate::wire::Head;
use palisade_exchange::{HeadersView, RequestView, ResponseView};
use palisade_guard::{Inquiry, InquiryState, ResponseNeed, ResponseVerdict};
use std::net::IpAddr;

/// Asked about an answer before any of it goes to the client.
pub(crate) trait Censor {
    /// What an answer's head leads to.
    fn head(&mut self, head: &Head) -> ResponseNeed;
    /// What becomes of an answer whose body was held; `None`: it was too long to hold.
    fn body(&mut self, head: &Head, body: Option<&[u8]>) -> ResponseVerdict;
    /// Asks for room to hold so many bytes more.
    fn grow(&mut self, bytes: usize) -> bool;
}

/// The guard, asked about one answer.
pub(crate) struct Answers<'a> {
    gateway: &'a Gateway,
    inquiry: Inquiry<'a>,
    request: &'a Head,
    host: &'a str,
    client: IpAddr,
    held: Held<'a>,
    judged: bool,
}

impl<'a> Answers<'a> {
    pub(crate) fn new(
        gateway: &'a Gateway,
        inquiry: Inquiry<'a>,
        request: &'a Head,
        host: &'a str,
        client: IpAddr,
    ) -> Answers<'a> {
        Answers { gateway, inquiry, request, host, client, held: Held::new(gateway), judged: false }
    }

    /// What was found, and whether the answer was judged.
    pub(crate) fn end(self) -> (InquiryState, bool) {
        (self.inquiry.into_state(), self.judged)
    }

    fn ask<T>(
        &mut self,
        answer: &Head,
        ask: impl FnOnce(&Judge, &mut Inquiry<'_>, &RequestView<'_>, &ResponseView<'_>) -> T,
    ) -> T {
        let (path, query, _) = self.request.split_target();
        let headers = self.request.onward_fields();
        let request = RequestView {
            method: self.request.method(),
            host: self.host,
            path,
            query,
            headers: HeadersView(&headers),
            client: Some(self.client),
        };
        let fields: Vec<(&str, &[u8])> = answer.fields().collect();
        let response = ResponseView { status: answer.status, headers: HeadersView(&fields) };
        ask(&self.gateway.judge, &mut self.inquiry, &request, &response)
    }
}

impl Censor for Answers<'_> {
    fn head(&mut self, answer: &Head) -> ResponseNeed {
        let need = self.ask(answer, |judge, inquiry, request, response| judge.response(inquiry, request, response));
        self.judged |= need.refuse;
        need
    }

    fn body(&mut self, answer: &Head, body: Option<&[u8]>) -> ResponseVerdict {
        self.judged = true;
        self.ask(answer, |judge, inquiry, request, response| judge.response_body(inquiry, request, response, body))
    }

    fn grow(&mut self, bytes: usize) -> bool {
        self.held.grow(bytes)
    }
}
