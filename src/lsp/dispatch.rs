//! Dispatch of requests by method.

use super::protocol::{RequestError, decode, encode};
use super::view::View;
use super::workspace::Workspace;
use super::{
    code_actions, completion, folding, formatting, hover, inlay_hints, navigation, rename, semantic_tokens, symbols,
};
use gen_lsp_types::{TextDocumentIdentifier, TextDocumentPositionParams};
use lsp_server::{ErrorCode, Request};

/// The result of a request of a running session.
pub(super) fn dispatch(workspace: &Workspace, request: Request) -> Result<serde_json::Value, RequestError> {
    let view = |document: &TextDocumentIdentifier| {
        Ok::<_, RequestError>(View::new(workspace, workspace.document(&document.uri)?))
    };
    let at = |params: &TextDocumentPositionParams| {
        let view = view(&params.text_document)?;
        let offset = view.offset(params.position);
        Ok::<_, RequestError>((view, offset))
    };
    let params = request.params;
    match request.method.as_str() {
        "textDocument/hover" => {
            let params: gen_lsp_types::HoverParams = decode(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            encode(hover::hover(&view, offset))
        }
        "textDocument/completion" => {
            let params: gen_lsp_types::CompletionParams = decode(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            encode(completion::complete(&view, offset))
        }
        "textDocument/definition" => {
            let params: gen_lsp_types::DefinitionParams = decode(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            encode(navigation::definition(&view, offset))
        }
        "textDocument/references" => {
            let params: gen_lsp_types::ReferenceParams = decode(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            encode(navigation::references(&view, offset, params.context.include_declaration))
        }
        "textDocument/documentHighlight" => {
            let params: gen_lsp_types::DocumentHighlightParams = decode(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            encode(navigation::highlights(&view, offset))
        }
        "textDocument/prepareRename" => {
            let params: gen_lsp_types::PrepareRenameParams = decode(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            encode(rename::prepare(&view, offset)?)
        }
        "textDocument/rename" => {
            let params: gen_lsp_types::RenameParams = decode(params)?;
            let (view, offset) = at(&params.text_document_position_params)?;
            encode(rename::rename(&view, offset, &params.new_name)?)
        }
        "textDocument/documentSymbol" => {
            let params: gen_lsp_types::DocumentSymbolParams = decode(params)?;
            encode(symbols::symbols(&view(&params.text_document)?))
        }
        "textDocument/foldingRange" => {
            let params: gen_lsp_types::FoldingRangeParams = decode(params)?;
            encode(folding::foldings(&view(&params.text_document)?))
        }
        "textDocument/formatting" => {
            let params: gen_lsp_types::DocumentFormattingParams = decode(params)?;
            encode(formatting::formatting(&view(&params.text_document)?))
        }
        "textDocument/codeAction" => {
            let params: gen_lsp_types::CodeActionParams = decode(params)?;
            encode(code_actions::actions(&view(&params.text_document)?, &params))
        }
        "textDocument/inlayHint" => {
            let params: gen_lsp_types::InlayHintParams = decode(params)?;
            encode(inlay_hints::hints(&view(&params.text_document)?, params.range))
        }
        "textDocument/semanticTokens/full" => {
            let params: gen_lsp_types::SemanticTokensParams = decode(params)?;
            encode(semantic_tokens::tokens(&view(&params.text_document)?))
        }
        other => Err(RequestError::new(ErrorCode::MethodNotFound, format!("`{other}` is not known here"))),
    }
}
