//! Addresses.

use super::answer::RefusedRequest;
use super::infer::shown;
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;

/// What an address means. Models are numbers in the order in which they are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Page,
    Server,
    Live,
    Ready,
    Ping,
    Metrics,
    OpenApi,
    Model(usize),
    ModelReady(usize),
    Infer(usize),
    Invocations,
    Explain,
}

impl Route {
    /// Its name in metrics and in the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Route::Page => "page",
            Route::Server => "server",
            Route::Live => "live",
            Route::Ready => "ready",
            Route::Ping => "ping",
            Route::Metrics => "metrics",
            Route::OpenApi => "openapi",
            Route::Model(_) => "model",
            Route::ModelReady(_) => "model_ready",
            Route::Infer(_) => "infer",
            Route::Invocations => "invocations",
            Route::Explain => "explain",
        }
    }

    /// Whether it is posted to.
    pub(super) fn takes_body(self) -> bool {
        matches!(self, Route::Infer(_) | Route::Invocations | Route::Explain)
    }
}

/// The longest path.
const LONGEST: usize = 2048;

/// The route of a method and a path, for models of these names.
pub(super) fn route<'a>(
    method: &Method,
    path: &str,
    names: impl Iterator<Item = &'a str>,
) -> Result<Route, RefusedRequest> {
    if path.len() > LONGEST {
        return Err(RefusedRequest::new(StatusCode::URI_TOO_LONG, format!("the path is longer than {LONGEST} bytes")));
    }
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let found = match segments.as_slice() {
        [""] => Route::Page,
        ["ping"] => Route::Ping,
        ["metrics"] => Route::Metrics,
        ["openapi.json"] => Route::OpenApi,
        ["invocations"] => Route::Invocations,
        ["explain"] => Route::Explain,
        ["v2"] | ["v2", ""] => Route::Server,
        ["v2", "health", "live"] => Route::Live,
        ["v2", "health", "ready"] => Route::Ready,
        ["v2", "models", name, rest @ ..] => {
            let name = percent_decode_str(name).decode_utf8_lossy();
            let place = names.into_iter().position(|known| known == name);
            let place =
                place.ok_or_else(|| RefusedRequest::not_found(format!("no model `{}` is served", shown(&name))))?;
            let rest = match rest {
                ["versions", "1", rest @ ..] => rest,
                ["versions", version, ..] => {
                    let version = shown(version);
                    return Err(RefusedRequest::not_found(format!(
                        "`{}` has no version `{version}` but `1`",
                        shown(&name)
                    )));
                }
                rest => rest,
            };
            match rest {
                [] | [""] => Route::Model(place),
                ["ready"] => Route::ModelReady(place),
                ["infer"] => Route::Infer(place),
                _ => return Err(nothing(path)),
            }
        }
        _ => return Err(nothing(path)),
    };
    let (fits, allow) = match found.takes_body() {
        true => (method == Method::POST, "POST"),
        false => (method == Method::GET || method == Method::HEAD, "GET, HEAD"),
    };
    if fits {
        return Ok(found);
    }
    let reason = format!("`{}` takes {allow}", shown(path));
    Err(RefusedRequest { allow: Some(allow), ..RefusedRequest::new(StatusCode::METHOD_NOT_ALLOWED, reason) })
}

fn nothing(path: &str) -> RefusedRequest {
    RefusedRequest::not_found(format!("there is nothing at `{}`", shown(path)))
}

/// The model that a query names.
pub(super) fn queried(query: Option<&str>) -> Option<String> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| *name == "model");
    let (_, value) = named.next()?;
    Some(percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &Method, path: &str) -> Result<Route, u16> {
        route(method, path, ["a", "b c"].into_iter()).map_err(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn addresses_are_those_of_the_protocol() {
        assert_eq!(found(&Method::GET, "/v2/models/a"), Ok(Route::Model(0)));
        assert_eq!(found(&Method::GET, "/v2/models/b%20c/ready"), Ok(Route::ModelReady(1)));
        assert_eq!(found(&Method::POST, "/v2/models/a/versions/1/infer"), Ok(Route::Infer(0)));
        assert_eq!(found(&Method::HEAD, "/"), Ok(Route::Page));
        assert_eq!(found(&Method::GET, "/v2/models/a/infer"), Err(405));
        assert_eq!(found(&Method::DELETE, "/ping"), Err(405));
        for path in
            ["/v2/models/c", "/v2/models/../a", "/v2/models/%2e%2e%2fa", "/v2/models/a/versions/2", "/x", "//", "*"]
        {
            assert_eq!(found(&Method::GET, path), Err(404), "{path}");
        }
        assert_eq!(found(&Method::GET, &format!("/{}", "x".repeat(3000))), Err(414));
    }

    #[test]
    fn a_query_names_a_model() {
        assert_eq!(queried(Some("x=1&model=b+c%21")).as_deref(), Some("b c!"));
        assert_eq!(queried(Some("x")), None);
    }
}
