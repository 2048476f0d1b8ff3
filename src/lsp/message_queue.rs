//! Messages in the order they came, read ahead so that what was called off is known before it is done.

use lsp_server::{Message, RequestId};
use std::collections::{BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// What comes next.
pub(super) enum Next {
    /// A message, and whether it was called off.
    Message(Message, bool),
    /// Nothing came for as long as was asked.
    Quiet,
    /// The other side is gone.
    Closed,
}

/// The messages of one connection.
pub(super) struct Inbox {
    incoming: Receiver<Message>,
    waiting: VecDeque<Message>,
    called_off: BTreeSet<RequestId>,
}

impl Inbox {
    /// Reads all messages of `source` as they come, on a thread of its own.
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
        Self { incoming, waiting: VecDeque::new(), called_off: BTreeSet::new() }
    }

    /// The next message; `patience` is how long to wait for one.
    pub(super) fn next(&mut self, patience: Option<Duration>) -> Next {
        if self.waiting.is_empty() {
            let first = match patience {
                None => self.incoming.recv().map_err(|_| Next::Closed),
                Some(patience) => self.incoming.recv_timeout(patience).map_err(|error| match error {
                    RecvTimeoutError::Timeout => Next::Quiet,
                    RecvTimeoutError::Disconnected => Next::Closed,
                }),
            };
            match first {
                Ok(message) => self.keep(message),
                Err(next) => return next,
            }
        }
        while let Ok(message) = self.incoming.try_recv() {
            self.keep(message);
        }
        match self.waiting.pop_front() {
            Some(message) => {
                let off = matches!(&message, Message::Request(request) if self.called_off.remove(&request.id));
                Next::Message(message, off)
            }
            // All that came were messages that call something off.
            None => Next::Quiet,
        }
    }

    fn keep(&mut self, message: Message) {
        if let Message::Notification(notification) = &message
            && notification.method == "$/cancelRequest"
        {
            let id = notification.params.get("id");
            let id = id.and_then(|id| serde_json::from_value::<RequestId>(id.clone()).ok());
            let waits = |id: &RequestId| {
                self.waiting.iter().any(|waiting| matches!(waiting, Message::Request(request) if request.id == *id))
            };
            // What has been answered cannot be called off any more.
            self.called_off.extend(id.filter(waits));
            return;
        }
        self.waiting.push_back(message);
    }
}
