//! The server: which texts are open, what is to be said of them, when it ends.

use super::analysis::Analysis;
use super::dispatch::{Refusal, answer};
use super::capabilities::initialize_result;
use super::columns::Columns;
use super::diagnostics::diagnostics;
use super::document::Document;
use super::workspace::Held;
use super::message_queue::{Inbox, Next};
use super::bundled::Library;
use super::paths;
use super::position::Encoding;
use gen_lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, InitializeParams,
    PublishDiagnosticsParams, Uri,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long a text has to be left alone before its problems are said.
const QUIET: Duration = Duration::from_millis(60);

/// How long someone who never stops typing waits for them.
const LONGEST: Duration = Duration::from_millis(500);

/// How the server ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As it was asked to.
    Asked,
    /// The editor left without asking for an end.
    Left,
    /// What came was no message, in words.
    Broken(String),
}

/// Serves an editor over standard input and output until it leaves. `cache` is where the library is laid down so that
/// an editor can open it.
pub fn serve(cache: Option<PathBuf>) -> Ended {
    let (connection, threads) = Connection::stdio();
    let Connection { sender, receiver } = connection;
    let mut server = Server::new(Library::new(cache), Box::new(move |message| drop(sender.send(message))));
    let asked = server.run(&mut Inbox::read(receiver));
    // The threads end with the last sender.
    drop(server);
    match (threads.join(), asked) {
        (_, true) => Ended::Asked,
        (Err(error), false) => Ended::Broken(error.to_string()),
        (Ok(()), false) => Ended::Left,
    }
}

/// What is known between two messages.
pub(super) struct Server {
    pub(super) documents: BTreeMap<String, Document>,
    pub(super) encoding: Encoding,
    pub(super) library: Library,
    /// Whether the client fills in templates.
    pub(super) snippets: bool,
    /// The columns of data that has been looked at.
    pub(super) columns: RefCell<Columns>,
    send: Box<dyn Fn(Message)>,
    stage: Stage,
    /// Texts whose problems are to be said, and since when.
    unsaid: BTreeSet<String>,
    since: Option<Instant>,
}

/// How far a session has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// `initialize` has not come yet.
    New,
    Running,
    /// After `shutdown`, before `exit`.
    Shut,
}

impl Server {
    fn new(library: Library, send: Box<dyn Fn(Message)>) -> Self {
        Self {
            documents: BTreeMap::new(),
            encoding: Encoding::default(),
            library,
            snippets: false,
            columns: RefCell::default(),
            send,
            stage: Stage::New,
            unsaid: BTreeSet::new(),
            since: None,
        }
    }

    /// Handles messages until the end; whether that was asked for.
    fn run(&mut self, inbox: &mut Inbox) -> bool {
        loop {
            let patience = self.since.map(|since| QUIET.min(LONGEST.saturating_sub(since.elapsed())));
            match inbox.next(patience) {
                Next::Closed => return false,
                Next::Quiet => self.say_all(),
                Next::Message(Message::Request(request), off) => self.request(request, off),
                Next::Message(Message::Notification(notification), _) => {
                    if notification.method == "exit" {
                        return self.stage == Stage::Shut;
                    }
                    self.notification(notification);
                }
                // The server asks nothing of its client.
                Next::Message(Message::Response(_), _) => {}
            }
            if self.since.is_some_and(|since| since.elapsed() >= LONGEST) {
                self.say_all();
            }
        }
    }

    fn request(&mut self, request: Request, off: bool) {
        let id = request.id.clone();
        let refuse = |code: ErrorCode, message: &str| Err(Refusal::new(code, message));
        let result = match (request.method.as_str(), self.stage) {
            _ if off => refuse(ErrorCode::RequestCanceled, "called off by the client"),
            ("initialize", Stage::New) => self.initialize(request),
            ("initialize", _) => refuse(ErrorCode::InvalidRequest, "already initialized"),
            (_, Stage::New) => refuse(ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (_, Stage::Shut) => refuse(ErrorCode::InvalidRequest, "the server is shut down"),
            ("shutdown", Stage::Running) => {
                self.stage = Stage::Shut;
                Ok(serde_json::Value::Null)
            }
            // A defect while one question is answered leaves the session as it was.
            _ => catch_unwind(AssertUnwindSafe(|| answer(self, request)))
                .unwrap_or_else(|_| refuse(ErrorCode::InternalError, "a defect in mmc; standard error says more")),
        };
        self.respond(id, result);
    }

    fn respond(&self, id: RequestId, result: Result<serde_json::Value, Refusal>) {
        let response = match result {
            Ok(value) => Response::new_ok(id, value),
            Err(refusal) => Response::new_err(id, refusal.code, refusal.message),
        };
        (self.send)(response.into());
    }

    fn initialize(&mut self, request: Request) -> Result<serde_json::Value, Refusal> {
        let params: InitializeParams = read(request.params)?;
        let text = params.capabilities.text_document;
        let item = text.and_then(|text| text.completion).and_then(|completion| completion.completion_item);
        self.snippets = item.and_then(|item| item.snippet_support).unwrap_or(false);
        let offered = params.capabilities.general.and_then(|general| general.position_encodings);
        self.encoding = Encoding::choose(&offered.unwrap_or_default());
        self.stage = Stage::Running;
        write(initialize_result(self.encoding))
    }

    fn notification(&mut self, notification: Notification) {
        // What cannot be analyzed of a notification cannot be answered either.
        if self.stage == Stage::Running {
            let _ = self.notified(notification);
        }
    }

    fn notified(&mut self, notification: Notification) -> Result<(), Refusal> {
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                let DidOpenTextDocumentParams { text_document: opened } = read(notification.params)?;
                let key = opened.uri.to_string();
                self.documents.insert(key.clone(), Document::new(opened.uri, opened.version, opened.text));
                self.changed(&key);
            }
            "textDocument/didChange" => {
                let params: DidChangeTextDocumentParams = read(notification.params)?;
                let key = params.text_document.text_document_identifier.uri.to_string();
                let encoding = self.encoding;
                if let Some(document) = self.documents.get_mut(&key) {
                    document.change(params.text_document.version, params.content_changes, encoding);
                    self.changed(&key);
                }
            }
            "textDocument/didClose" => {
                let DidCloseTextDocumentParams { text_document: closed } = read(notification.params)?;
                let key = closed.uri.to_string();
                self.unsaid.remove(&key);
                if self.documents.remove(&key).is_some() {
                    self.publish(closed.uri.clone(), None, vec![]);
                    self.used(&closed.uri);
                }
            }
            // Files have changed on disk, and any text may use any of them.
            "workspace/didChangeWatchedFiles" => {
                let open: Vec<Uri> = self.documents.values().map(|document| document.uri.clone()).collect();
                open.iter().for_each(|uri| self.renew(uri.as_ref()));
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes that there is something new to say of a text, and of those that use it.
    fn changed(&mut self, key: &str) {
        self.unsaid.insert(key.to_owned());
        self.since.get_or_insert_with(Instant::now);
        self.used(&Uri(key.to_owned()));
    }

    /// Forgets what is known of the open texts that use this one.
    fn used(&mut self, uri: &Uri) {
        let Some(path) = paths::path(uri) else { return };
        let uses = |document: &Document| {
            document.uri != *uri && document.analysis.get().is_some_and(|analysis| analysis.uses(&path))
        };
        let users = self.documents.iter().filter(|(_, document)| uses(document)).map(|(key, _)| key.clone());
        users.collect::<Vec<_>>().iter().for_each(|key| self.renew(key));
    }

    fn renew(&mut self, key: &str) {
        if let Some(document) = self.documents.get_mut(key) {
            document.analysis = OnceCell::new();
            self.unsaid.insert(key.to_owned());
            self.since.get_or_insert_with(Instant::now);
        }
    }

    fn say_all(&mut self) {
        self.since = None;
        for key in std::mem::take(&mut self.unsaid) {
            let Some(document) = self.documents.get(&key) else { continue };
            let said = catch_unwind(AssertUnwindSafe(|| diagnostics(&self.analysis(document), &self.library)));
            if let Ok(said) = said {
                self.publish(document.uri.clone(), Some(document.version), said);
            }
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<gen_lsp_types::Diagnostic>) {
        let params = PublishDiagnosticsParams { uri, version, diagnostics };
        if let Ok(params) = write(params) {
            (self.send)(Notification { method: "textDocument/publishDiagnostics".into(), params }.into());
        }
    }

    /// What is known of a text as it is now.
    pub(super) fn analysis(&self, document: &Document) -> Rc<Analysis> {
        let world = Held { documents: &self.documents };
        let analyze = || Rc::new(Analysis::new(&document.uri, &document.text, self.encoding, &self.library, &world));
        document.analysis.get_or_init(analyze).clone()
    }

    /// An open text.
    pub(super) fn document(&self, uri: &Uri) -> Result<&Document, Refusal> {
        self.documents
            .get(uri.as_ref())
            .ok_or_else(|| Refusal::new(ErrorCode::InvalidParams, format!("`{uri}` is not open")))
    }
}

/// What a message carries, in the form it must have.
pub(super) fn read<T: DeserializeOwned>(params: serde_json::Value) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|error| Refusal::new(ErrorCode::InvalidParams, error.to_string()))
}

/// What a message is to carry.
pub(super) fn write(value: impl Serialize) -> Result<serde_json::Value, Refusal> {
    serde_json::to_value(value).map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))
}
