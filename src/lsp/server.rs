//! The server: the message loop, the state of the session, and when diagnostics are published.

use super::bundled::BundledFiles;
use super::capabilities::initialize_result;
use super::diagnostics::diagnostics;
use super::dispatch::dispatch;
use super::document::OpenDocument;
use super::message_queue::{Incoming, MessageQueue};
use super::paths;
use super::position::Encoding;
use super::protocol::{RequestError, decode, encode};
use super::transport::IncomingMessages;
use super::workspace::Workspace;
use gen_lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, InitializeParams,
    PublishDiagnosticsParams, Uri,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::io::{BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Time without messages after which diagnostics are published.
const QUIET: Duration = Duration::from_millis(60);

/// Longest delay of diagnostics while messages keep coming.
const LONGEST: Duration = Duration::from_millis(500);

/// The end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// `exit` after `shutdown`.
    Shutdown,
    /// The client closed the connection, or sent `exit` without `shutdown`.
    Disconnected,
    /// The input was not the protocol; the error as text.
    Protocol(String),
}

/// Serves a client, which sends `input` and reads `output`, until it exits. `cache` is the folder into which bundled files
/// are written, so that an editor can open them.
pub fn serve(cache: Option<PathBuf>, input: impl Read + Send + 'static, output: Box<dyn Write>) -> Exit {
    let (messages, failure) = IncomingMessages::new(BufReader::new(input));
    let output = RefCell::new(BufWriter::new(output));
    // A client that does not read any more is told nothing; the end of its messages ends the session.
    let send = move |message: Message| drop(message.write(&mut *output.borrow_mut()));
    let mut server = Server::new(BundledFiles::new(cache), Box::new(send));
    match (server.run(&mut MessageQueue::read(messages)), failure.get()) {
        (true, _) => Exit::Shutdown,
        (false, Some(error)) => Exit::Protocol(error),
        (false, None) => Exit::Disconnected,
    }
}

/// The session: workspace, state and pending diagnostics.
struct Server {
    workspace: Workspace,
    send: Box<dyn Fn(Message)>,
    state: SessionState,
    /// URIs of documents whose diagnostics are to be published, and since when.
    pending: BTreeSet<String>,
    since: Option<Instant>,
}

/// State of the session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SessionState {
    /// Before `initialize`.
    Uninitialized,
    Running,
    /// After `shutdown`, before `exit`.
    ShutDown,
}

impl Server {
    fn new(bundled: BundledFiles, send: Box<dyn Fn(Message)>) -> Self {
        Self {
            workspace: Workspace::new(bundled),
            send,
            state: SessionState::Uninitialized,
            pending: BTreeSet::new(),
            since: None,
        }
    }

    /// Handles messages until the end. True after `shutdown` and `exit`.
    fn run(&mut self, queue: &mut MessageQueue) -> bool {
        loop {
            let timeout = self.since.map(|since| QUIET.min(LONGEST.saturating_sub(since.elapsed())));
            match queue.next(timeout) {
                Incoming::Closed => return false,
                Incoming::Idle => self.publish_all(),
                Incoming::Message(Message::Request(request), cancelled) => self.request(request, cancelled),
                Incoming::Message(Message::Notification(notification), _) => {
                    if notification.method == "exit" {
                        return self.state == SessionState::ShutDown;
                    }
                    self.notification(notification);
                }
                // The server sends no requests.
                Incoming::Message(Message::Response(_), _) => {}
            }
            if self.since.is_some_and(|since| since.elapsed() >= LONGEST) {
                self.publish_all();
            }
        }
    }

    fn request(&mut self, request: Request, cancelled: bool) {
        let id = request.id.clone();
        let refuse = |code: ErrorCode, message: &str| Err(RequestError::new(code, message));
        let result = match (request.method.as_str(), self.state) {
            _ if cancelled => refuse(ErrorCode::RequestCanceled, "cancelled by the client"),
            ("initialize", SessionState::Uninitialized) => self.initialize(request),
            ("initialize", _) => refuse(ErrorCode::InvalidRequest, "already initialized"),
            (_, SessionState::Uninitialized) => refuse(ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (_, SessionState::ShutDown) => refuse(ErrorCode::InvalidRequest, "the server is shut down"),
            ("shutdown", SessionState::Running) => {
                self.state = SessionState::ShutDown;
                Ok(serde_json::Value::Null)
            }
            // A panic in one handler leaves the session as it was.
            _ => catch_unwind(AssertUnwindSafe(|| dispatch(&self.workspace, request)))
                .unwrap_or_else(|_| refuse(ErrorCode::InternalError, "a defect in mmc; standard error says more")),
        };
        self.respond(id, result);
    }

    fn respond(&self, id: RequestId, result: Result<serde_json::Value, RequestError>) {
        let response = match result {
            Ok(value) => Response::new_ok(id, value),
            Err(refusal) => Response::new_err(id, refusal.code, refusal.message),
        };
        (self.send)(response.into());
    }

    fn initialize(&mut self, request: Request) -> Result<serde_json::Value, RequestError> {
        let params: InitializeParams = decode(request.params)?;
        let text = params.capabilities.text_document;
        let item = text.and_then(|text| text.completion).and_then(|completion| completion.completion_item);
        self.workspace.snippets = item.and_then(|item| item.snippet_support).unwrap_or(false);
        let offered = params.capabilities.general.and_then(|general| general.position_encodings);
        self.workspace.encoding = Encoding::choose(&offered.unwrap_or_default());
        self.state = SessionState::Running;
        encode(initialize_result(self.workspace.encoding))
    }

    fn notification(&mut self, notification: Notification) {
        // A notification has no response, so an invalid one is dropped.
        if self.state == SessionState::Running {
            let _ = self.notified(notification);
        }
    }

    fn notified(&mut self, notification: Notification) -> Result<(), RequestError> {
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                let DidOpenTextDocumentParams { text_document: opened } = decode(notification.params)?;
                let key = opened.uri.to_string();
                self.workspace
                    .documents
                    .insert(key.clone(), OpenDocument::new(opened.uri, opened.version, opened.text));
                self.changed(&key);
            }
            "textDocument/didChange" => {
                let params: DidChangeTextDocumentParams = decode(notification.params)?;
                let key = params.text_document.text_document_identifier.uri.to_string();
                let encoding = self.workspace.encoding;
                if let Some(document) = self.workspace.documents.get_mut(&key) {
                    document.change(params.text_document.version, params.content_changes, encoding);
                    self.changed(&key);
                }
            }
            "textDocument/didClose" => {
                let DidCloseTextDocumentParams { text_document: closed } = decode(notification.params)?;
                let key = closed.uri.to_string();
                self.pending.remove(&key);
                if self.workspace.documents.remove(&key).is_some() {
                    self.publish(closed.uri.clone(), None, vec![]);
                    self.invalidate_users(&closed.uri);
                }
            }
            // Any document may use any of the files changed on disk.
            "workspace/didChangeWatchedFiles" => {
                let open: Vec<Uri> = self.workspace.documents.values().map(|document| document.uri.clone()).collect();
                open.iter().for_each(|uri| self.invalidate(uri.as_ref()));
            }
            _ => {}
        }
        Ok(())
    }

    /// Schedules diagnostics of a changed document and of those that use it.
    fn changed(&mut self, key: &str) {
        self.pending.insert(key.to_owned());
        self.since.get_or_insert_with(Instant::now);
        self.invalidate_users(&Uri(key.to_owned()));
    }

    /// Drops the analyses of open documents that use this one.
    fn invalidate_users(&mut self, uri: &Uri) {
        let Some(path) = paths::path(uri) else { return };
        let uses = |document: &OpenDocument| {
            document.uri != *uri && document.analysis.get().is_some_and(|analysis| analysis.uses(&path))
        };
        let users = self.workspace.documents.iter().filter(|(_, document)| uses(document)).map(|(key, _)| key.clone());
        users.collect::<Vec<_>>().iter().for_each(|key| self.invalidate(key));
    }

    fn invalidate(&mut self, key: &str) {
        if let Some(document) = self.workspace.documents.get_mut(key) {
            document.analysis = OnceCell::new();
            self.pending.insert(key.to_owned());
            self.since.get_or_insert_with(Instant::now);
        }
    }

    fn publish_all(&mut self) {
        self.since = None;
        for key in std::mem::take(&mut self.pending) {
            let Some(document) = self.workspace.documents.get(&key) else { continue };
            let found = catch_unwind(AssertUnwindSafe(|| {
                diagnostics(&self.workspace.analysis(document), &document.uri, &self.workspace.bundled)
            }));
            if let Ok(found) = found {
                self.publish(document.uri.clone(), Some(document.version), found);
            }
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<gen_lsp_types::Diagnostic>) {
        let params = PublishDiagnosticsParams { uri, version, diagnostics };
        if let Ok(params) = encode(params) {
            (self.send)(Notification { method: "textDocument/publishDiagnostics".into(), params }.into());
        }
    }
}
