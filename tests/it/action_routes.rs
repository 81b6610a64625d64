//! Routes of an API that add to a record, remove from it or set a part of it: what a request for such a change finds.

use serde_json::{Value, json};

use crate::util::Home;

fn operation(summary: &str) -> Value {
    json!({ "summary": summary, "responses": { "200": { "description": "done" } } })
}

/// Orders with labels, watchers and a leading order.
fn orders() -> Value {
    json!({ "openapi": "3.0.3", "info": { "title": "Orders", "version": "1" }, "paths": {
        "/orders": { "get": operation("Get orders"), "post": operation("Create an order") },
        "/orders/{order_id}": { "get": operation("Get an order"), "put": operation("Update an order"), "delete": operation("Delete an order") },
        "/orders/{order_id}/labels": { "get": operation("Get labels of an order") },
        "/orders/{order_id}/addLabel": { "post": operation("Add a label to an order") },
        "/orders/{order_id}/removeLabel": { "post": operation("Remove a label from an order") },
        "/orders/{order_id}/setLeader": { "post": operation("Set the leading order of an order") },
        "/orders/{order_id}/addWatchers": { "post": operation("Add watchers to an order") },
        "/labels": { "get": operation("Get labels"), "post": operation("Create a label") },
        "/labels/{label_id}": { "get": operation("Get a label"), "put": operation("Update a label"), "delete": operation("Delete a label") },
        "/notes/add": { "post": operation("Add a note") },
    } })
}

#[test]
fn what_adds_to_a_record_or_removes_from_it_is_an_action_on_the_record() {
    let home = Home::empty();
    let manifest = home.write("orders.json", &orders().to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap()]).ok();
    for (request, found) in [
        ("remove the label 5 from order 12", "POST /orders/{order_id}/removeLabel"),
        ("take the urgent label off: remove label 7 from the order", "POST /orders/{order_id}/removeLabel"),
        ("add the label 5 to order 12", "POST /orders/{order_id}/addLabel"),
        ("set order 7 as the leader of order 12", "POST /orders/{order_id}/setLeader"),
        ("add Kim and Lee as watchers to order 12", "POST /orders/{order_id}/addWatchers"),
        // What ends a record, makes one or changes one goes where it went.
        ("delete label 5", "DELETE /labels/{label_id}"),
        ("delete order 12", "DELETE /orders/{order_id}"),
        ("create a label named urgent", "POST /labels"),
        ("add a note", "POST /notes/add"),
        ("labels of order 12", "GET /orders/{order_id}/labels"),
    ] {
        let hits = home.run(&["search", request, "--json"]).json();
        let first = &hits["hits"][0];
        let named = format!("{} {}", first["method"].as_str().unwrap(), first["path"].as_str().unwrap());
        assert_eq!(named, found, "{request}");
    }
}
