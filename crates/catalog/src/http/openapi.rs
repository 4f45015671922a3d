//! The API as an OpenAPI document, `openapi.json` beside this file. Whoever adds a route or a type adds it there, too: the
//! tests compare it with the router and with the types.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

const DOCUMENT: &str = include_str!("openapi.json");

pub(super) async fn document() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;
    use tower::ServiceExt as _;
    use valise_protocol::api::{
        Answered, ApiFailure, Append, AskedOf, AskedState, AskedText, Base64, Devices, FolderOffer, Folders, HeldPage,
        Identity, JoinRequest, Joins, NewPairing, NewWorkspace, Notice, Offered, Page, Placed, Receipts, Recover,
        RecoverySets, Rewrap, Wraps,
    };
    use valise_protocol::auth::Session;
    use valise_protocol::receipt::Receipt;

    use super::*;
    use crate::http::{router, routes};

    const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

    fn read() -> Value {
        serde_json::from_str(DOCUMENT).unwrap()
    }

    /// A path as somebody might ask for it.
    fn real(path: &str) -> String {
        let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect();
        parts.join("/")
    }

    /// Each route is in the document with the methods it has, and the document has no other.
    #[tokio::test]
    async fn the_document_has_what_the_router_has() {
        let data = tempfile::tempdir().unwrap();
        let catalog = crate::catalog::tests::catalog(data.path());
        let document = read();
        let described: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let routed: BTreeSet<&str> = routes(&catalog).into_iter().map(|(path, _)| path).collect();
        assert_eq!(described, routed);
        let router = router(catalog);
        for path in described {
            let real = real(path);
            for method in METHODS {
                let request =
                    Request::builder().method(&*method.to_uppercase()).uri(&real).body(Body::empty()).unwrap();
                let status = router.clone().oneshot(request).await.unwrap().status();
                let is_there = status != StatusCode::METHOD_NOT_ALLOWED;
                assert_eq!(is_there, document["paths"][path].get(method).is_some(), "{method} {path}: {status}");
            }
        }
    }

    /// What needs no proof says so, and what says so needs none.
    #[tokio::test]
    async fn the_document_says_what_needs_a_proof() {
        let data = tempfile::tempdir().unwrap();
        let router = router(crate::catalog::tests::catalog(data.path()));
        let document = read();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in METHODS.into_iter().filter(|method| methods.get(method).is_some()) {
                let request = Request::builder().method(&*method.to_uppercase()).uri(real(path));
                let status = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status();
                let is_open = methods[method]["security"] == serde_json::json!([]);
                assert_eq!(status != StatusCode::UNAUTHORIZED, is_open, "{method} {path}: {status}");
            }
        }
    }

    /// An example is read as its type, and written as it stands there.
    fn round<T: DeserializeOwned + Serialize>(name: &'static str) -> &'static str {
        let example = read()["components"]["schemas"][name]["example"].clone();
        let read: T = serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::to_value(read).unwrap(), example, "{name}");
        name
    }

    #[test]
    fn examples_are_of_their_types() {
        let checked = BTreeSet::from([
            round::<Identity>("Identity"),
            round::<Session>("Session"),
            round::<NewWorkspace>("NewWorkspace"),
            round::<Receipts>("Receipts"),
            round::<Receipt>("Receipt"),
            round::<JoinRequest>("JoinRequest"),
            round::<Joins>("Joins"),
            round::<Folders>("Folders"),
            round::<Append>("Append"),
            round::<Page>("Page"),
            round::<Placed>("Placed"),
            round::<Wraps>("Wraps"),
            round::<FolderOffer>("FolderOffer"),
            round::<Rewrap>("Rewrap"),
            round::<HeldPage>("HeldPage"),
            round::<Base64>("Ring"),
            round::<Base64>("Signal"),
            round::<NewPairing>("NewPairing"),
            round::<Offered>("Offered"),
            round::<Answered>("Answered"),
            round::<RecoverySets>("RecoverySets"),
            round::<Recover>("Recover"),
            round::<AskedText>("Asked"),
            round::<AskedOf>("AskedOf"),
            round::<AskedState>("AskedState"),
            round::<Devices>("Devices"),
            round::<Notice>("Notice"),
            round::<ApiFailure>("Failure"),
        ]);
        // Every type that a route takes or gives is among them.
        let document = read();
        let used =
            |value: &Value| value["schema"]["$ref"].as_str().map(|path| path.rsplit('/').next().unwrap().to_owned());
        for (path, methods) in document["paths"].as_object().unwrap() {
            for operation in METHODS.into_iter().filter_map(|method| methods.get(method)) {
                for content in [&operation["requestBody"]["content"], &operation["responses"]["200"]["content"]] {
                    for name in content.as_object().into_iter().flat_map(|kinds| kinds.values()).filter_map(used) {
                        assert!(checked.contains(name.as_str()), "{path}: {name}");
                    }
                }
            }
        }
    }
}
