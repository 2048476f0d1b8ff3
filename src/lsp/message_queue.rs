//! Messages in the order of arrival, read ahead so that a cancelled request is known before it is handled.

use lsp_server::{Message, RequestId};
use std::collections::{BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Next event of a connection.
pub(super) enum Incoming {
    /// A message, and whether it was cancelled.
    Message(Message, bool),
    /// No message within the timeout.
    Idle,
    /// The connection is closed.
    Closed,
}

/// Messages of one connection.
pub(super) struct MessageQueue {
    incoming: Receiver<Message>,
    waiting: VecDeque<Message>,
    cancelled: BTreeSet<RequestId>,
}

impl MessageQueue {
    /// Reads the messages of `source` on a separate thread.
    pub(super) fn read(source: impl IntoIterator<Item = Message, IntoIter: Send + 'static>) -> Self {
        let (sender, incoming) = channel();
        let source = source.into_iter();
        std::thread::spawn(move || {
            for message in source {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { incoming, waiting: VecDeque::new(), cancelled: BTreeSet::new() }
    }

    /// The next message; without `timeout`, waits for one.
    pub(super) fn next(&mut self, timeout: Option<Duration>) -> Incoming {
        if self.waiting.is_empty() {
            let first = match timeout {
                None => self.incoming.recv().map_err(|_| Incoming::Closed),
                Some(timeout) => self.incoming.recv_timeout(timeout).map_err(|error| match error {
                    RecvTimeoutError::Timeout => Incoming::Idle,
                    RecvTimeoutError::Disconnected => Incoming::Closed,
                }),
            };
            match first {
                Ok(message) => self.enqueue(message),
                Err(next) => return next,
            }
        }
        while let Ok(message) = self.incoming.try_recv() {
            self.enqueue(message);
        }
        match self.waiting.pop_front() {
            Some(message) => {
                let cancelled = matches!(&message, Message::Request(request) if self.cancelled.remove(&request.id));
                Incoming::Message(message, cancelled)
            }
            // Only cancellations arrived.
            None => Incoming::Idle,
        }
    }

    fn enqueue(&mut self, message: Message) {
        if let Message::Notification(notification) = &message
            && notification.method == "$/cancelRequest"
        {
            let id = notification.params.get("id");
            let id = id.and_then(|id| serde_json::from_value::<RequestId>(id.clone()).ok());
            let waits = |id: &RequestId| {
                self.waiting.iter().any(|waiting| matches!(waiting, Message::Request(request) if request.id == *id))
            };
            // An answered request can no longer be cancelled.
            self.cancelled.extend(id.filter(waits));
            return;
        }
        self.waiting.push_back(message);
    }
}
