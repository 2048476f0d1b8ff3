//! Which question is answered by what.

use super::analysis::Analysis;
use super::document::Document;
use super::server::{Server, read, write};
use super::{code_actions, completion, folding, formatting, hover, inlay_hints, navigation, rename, semantic_tokens, symbols};
use gen_lsp_types::{Position, TextDocumentIdentifier, TextDocumentPositionParams};
use lsp_server::{ErrorCode, Request};
use std::rc::Rc;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: i32,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code: code as i32, message: message.into() }
    }
}

/// A text and what is known of it: what questions are answered from.
pub(super) struct View<'s> {
    pub(super) server: &'s Server,
    pub(super) document: &'s Document,
    pub(super) analysis: Rc<Analysis>,
}

impl View<'_> {
    /// The byte of a place in the text.
    pub(super) fn offset(&self, position: Position) -> usize {
        self.document.lines.offset(&self.document.text, position, self.server.encoding)
    }
}

/// The answer to a question of a running session.
pub(super) fn answer(server: &Server, request: Request) -> Result<serde_json::Value, Refusal> {
    let view = |document: &TextDocumentIdentifier| {
        let document = server.document(&document.uri)?;
        Ok::<_, Refusal>(View { server, document, analysis: server.analysis(document) })
    };
    let at = |params: &TextDocumentPositionParams| {
        let view = view(&params.text_document)?;
        let offset = view.offset(params.position);
        Ok::<_, Refusal>((view, offset))
    };
    let params = request.params;
    match request.method.as_str() {
        "textDocument/hover" => {
            let params: gen_lsp_types::HoverParams = read(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            write(hover::hover(&view, offset))
        }
        "textDocument/completion" => {
            let params: gen_lsp_types::CompletionParams = read(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            write(completion::complete(&view, offset))
        }
        "textDocument/definition" => {
            let params: gen_lsp_types::DefinitionParams = read(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            write(navigation::definition(&view, offset))
        }
        "textDocument/references" => {
            let params: gen_lsp_types::ReferenceParams = read(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            write(navigation::references(&view, offset, params.context.include_declaration))
        }
        "textDocument/documentHighlight" => {
            let params: gen_lsp_types::DocumentHighlightParams = read(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            write(navigation::highlights(&view, offset))
        }
        "textDocument/prepareRename" => {
            let params: gen_lsp_types::PrepareRenameParams = read(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            write(rename::prepare(&view, offset)?)
        }
        "textDocument/rename" => {
            let params: gen_lsp_types::RenameParams = read(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            write(rename::rename(&view, offset, &params.new_name)?)
        }
        "textDocument/documentSymbol" => {
            let params: gen_lsp_types::DocumentSymbolParams = read(params)?;
            write(symbols::symbols(&view(&params.text_document)?))
        }
        "textDocument/foldingRange" => {
            let params: gen_lsp_types::FoldingRangeParams = read(params)?;
            write(folding::foldings(&view(&params.text_document)?))
        }
        "textDocument/formatting" => {
            let params: gen_lsp_types::DocumentFormattingParams = read(params)?;
            write(formatting::formatting(&view(&params.text_document)?))
        }
        "textDocument/codeAction" => {
            let params: gen_lsp_types::CodeActionParams = read(params)?;
            write(code_actions::actions(&view(&params.text_document)?, &params))
        }
        "textDocument/inlayHint" => {
            let params: gen_lsp_types::InlayHintParams = read(params)?;
            write(inlay_hints::hints(&view(&params.text_document)?, params.range))
        }
        "textDocument/semanticTokens/full" => {
            let params: gen_lsp_types::SemanticTokensParams = read(params)?;
            write(semantic_tokens::tokens(&view(&params.text_document)?))
        }
        other => Err(Refusal::new(ErrorCode::MethodNotFound, format!("`{other}` is not known here"))),
    }
}
