//! Who answers at the catalog's address: the one that the invitation names, or nobody is spoken to.

use valise_tests::{
    args,
    catalog::Catalog,
    cli::{Person, alice},
    http,
};

/// Another catalog in its place, over TLS of its own: refused by name, told as an alarm, and gone when the right one is back.
#[tokio::test]
async fn another_catalog_at_the_address_is_not_spoken_to() {
    let (mut catalog, alice) = (Catalog::start().await, alice());
    assert!(catalog.url.starts_with("https://"));
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    catalog.process.stop().await;
    let mut other = Catalog::start_at(&catalog.url).await;

    let refused = alice.refused(args!["sync"]).await;
    assert_eq!(refused.answer["error"]["code"], "distrusted", "{}", refused.text);
    other.process.stop().await;
    catalog.start_again().await;
    let file = alice.home.write("after.txt", "the right one is back");
    alice.valise(args!["add", &file, "--to", "Contracts"]).await;
    assert_eq!(alice.valise(args!["status"]).await["waiting"], 0);
}

/// An address of plain HTTP beyond this computer is not asked at all.
#[tokio::test]
async fn plain_http_is_refused() {
    let alice = Person::new("Alice");
    let refused =
        alice.refused(args!["init", "--name", "A", "--workspace", "W", "--catalog", "http://192.0.2.1:8443"]).await;
    assert_eq!(refused.answer["error"]["code"], "badInput", "{}", refused.text);
}

/// The catalog itself speaks nothing but TLS.
#[tokio::test]
async fn the_catalog_answers_no_plain_request() {
    let catalog = Catalog::start().await;
    let plain = catalog.url.replace("https://", "http://");
    assert!(http().get(format!("{plain}/healthz")).send().await.is_err());
    assert_eq!(http().get(format!("{}/healthz", catalog.url)).send().await.unwrap().status(), 200);
}
