//! A control plane elsewhere: every connection goes out.

use crate::queue::{Queue, QueueError};
use crate::wire::{Beat, End, Heard, Hello, Task, Welcome};
use http::{Method, StatusCode};
use palisade_client::{Client, Error};
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Time for an answer beyond that for which it may be held.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time for a result to arrive: it may be large, and the line slow.
const DELIVERY: Duration = Duration::from_secs(120);

/// The queue of a control plane that is reached over HTTP.
#[derive(Debug)]
pub struct Remote {
    client: Client,
    /// What the control plane knows this controller by.
    known: Mutex<Known>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    controller_id: String,
    instance: String,
}

impl Remote {
    /// The queue of the control plane that the client asks.
    pub fn new(client: Client) -> Remote {
        Remote { client, known: Mutex::default() }
    }

    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn of_job(&self, task: &Task, what: &str) -> String {
        let Known { controller_id, .. } = self.known();
        format!("/api/v1/controller/{controller_id}/jobs/{}/{what}", task.id)
    }
}

fn told(error: Error) -> QueueError {
    match error.status() {
        Some(StatusCode::CONFLICT | StatusCode::NOT_FOUND) => QueueError::Lost,
        _ if error.is_temporary() => QueueError::Away(error.to_string()),
        _ => QueueError::Refused(error.to_string()),
    }
}

impl Queue for Remote {
    async fn hello(&self, hello: &Hello) -> Result<Welcome, QueueError> {
        let answer: Result<Welcome, Error> = self.client.post("/api/v1/controller/hello", hello).await;
        let welcome = answer.map_err(|error| match told(error.clone()) {
            // There is no lease yet: whoever answers is no control plane, or one without jobs.
            QueueError::Lost => QueueError::Refused(error.to_string()),
            other => other,
        })?;
        let known = Known { controller_id: welcome.controller_id.clone(), instance: hello.instance.clone() };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(welcome)
    }

    async fn lease(&self, wait: Duration) -> Result<Option<Task>, QueueError> {
        let Known { controller_id, instance } = self.known();
        let path = format!("/api/v1/controller/{controller_id}/lease");
        let body = json!({"instance": instance, "wait_seconds": wait.as_secs()});
        let call = self.client.call(Method::POST, &path).json(&body).within(wait + PATIENCE);
        let answer = call.send().await.map_err(told)?;
        if answer.status == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        answer.json().map(Some).map_err(told)
    }

    async fn document(&self, task: &Task) -> Result<Vec<u8>, QueueError> {
        let path = format!("{}?fence={}", self.of_job(task, "document"), task.fence);
        let call = self.client.call(Method::GET, &path).within(DELIVERY);
        Ok(call.send().await.map_err(told)?.body.to_vec())
    }

    async fn beat(&self, task: &Task, beat: &Beat) -> Result<Heard, QueueError> {
        self.client.post(&self.of_job(task, "heartbeat"), beat).await.map_err(told)
    }

    async fn end(&self, task: &Task, end: &End) -> Result<(), QueueError> {
        let path = self.of_job(task, "end");
        let call = self.client.call(Method::POST, &path).json(end).within(DELIVERY);
        call.send().await.map(drop).map_err(told)
    }

    async fn bye(&self) -> Result<(), QueueError> {
        let Known { controller_id, instance } = self.known();
        let path = format!("/api/v1/controller/{controller_id}/bye");
        let call = self.client.call(Method::POST, &path).json(&json!({"instance": instance}));
        call.within(Duration::from_secs(3)).send().await.map(drop).map_err(told)
    }
}
