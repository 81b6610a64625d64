use std::time::Duration;

use secrecy::SecretString;

use super::*;
use crate::postgres::Address;
use crate::postgres::server::PostgresServer;

/// Makes gates that remember nothing yet.
#[derive(Clone)]
struct Gates {
    /// The database and its URL; `None` for gates of one process.
    shared: Option<(Database, String)>,
}

/// Confirmations that a gate of these tests keeps.
const FEW: usize = 50;

impl Gates {
    fn make(&self) -> ConsentGate {
        let guard: Box<dyn Guard> = match &self.shared {
            None => Box::new(Local::of(FEW)),
            Some((database, url)) => {
                // Its first use makes the schema.
                database.read_blocking("ask", |_| Box::pin(async { Ok(()) })).unwrap();
                PostgresServer::shared()
                    .unwrap()
                    .asked(url, "TRUNCATE cw_orchestrator.post, cw_orchestrator.confirmation");
                Box::new(Shared::of(database.clone(), FEW))
            }
        };
        ConsentGate { guard, tokens: Tokens::default(), file: SettingsFile::default() }
    }
}

impl Gates {
    /// Waits until the end of a write is noted, for which the gate itself does not wait.
    fn until_ended(&self) {
        let Some((_, url)) = &self.shared else { return };
        let sql = "SELECT count(*) FROM cw_orchestrator.post WHERE ended IS NOT NULL";
        while PostgresServer::shared().unwrap().asked(url, sql) == "0" {
            std::thread::yield_now();
        }
    }
}

/// Runs a test over gates of one process, and over those of replicas where a server is installed.
fn over_both(test: impl AsyncFn(Gates)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(Gates { shared: None }));
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.database();
    let address = Address::parse(&SecretString::from(url.clone()));
    runtime.block_on(test(Gates { shared: Some((Database::at(address), url)) }));
}

fn wish<'a>(method: Method, confirmation: Option<&'a str>, can_ask: bool) -> Wish<'a> {
    Wish {
        write: "w",
        client: "a",
        fingerprint: "f",
        likeness: "f",
        method,
        may_create: method == Method::Post,
        path: "/service/tickets/1",
        risk: Risk::of_method(method),
        confirmation,
        requests: 1,
        can_ask,
        was_sent: false,
    }
}

async fn decide(gate: &ConsentGate, writes: Writes, method: Method, can_ask: bool) -> Decision {
    let wish = wish(method, None, can_ask);
    let decision = gate.decide(writes, &wish).await;
    gate.release(&wish).await;
    decision
}

#[test]
fn the_table_of_consent() {
    over_both(async |gates: Gates| {
        let gate = gates.make();
        let asks = |decision| matches!(decision, Decision::Ask(_));
        for method in [Method::Get, Method::Head] {
            for writes in [Writes::Ask, Writes::Deny, Writes::Allow] {
                assert_eq!(decide(&gate, writes, method, false).await, Decision::Send);
            }
        }
        let search = Wish { risk: Risk::Read, ..wish(Method::Post, None, false) };
        assert_eq!(gate.decide(Writes::Deny, &search).await, Decision::Send);
        for method in [Method::Post, Method::Put, Method::Patch] {
            assert!(asks(decide(&gate, Writes::Ask, method, true).await));
            assert_eq!(decide(&gate, Writes::Ask, method, false).await, Decision::Send);
            assert!(matches!(decide(&gate, Writes::Deny, method, true).await, Decision::Refuse(_)));
            assert_eq!(decide(&gate, Writes::Allow, method, false).await, Decision::Send);
        }
        assert!(asks(decide(&gate, Writes::Ask, Method::Delete, true).await));
        assert!(matches!(decide(&gate, Writes::Ask, Method::Delete, false).await, Decision::Preview { .. }));
        assert!(matches!(decide(&gate, Writes::Deny, Method::Delete, true).await, Decision::Refuse(_)));
        assert_eq!(decide(&gate, Writes::Allow, Method::Delete, false).await, Decision::Send);
    });
}

#[test]
fn several_changes_at_once_are_shown_first_where_nobody_can_be_asked() {
    over_both(async |gates: Gates| {
        let gate = gates.make();
        let plan = Wish { requests: 2, ..wish(Method::Patch, None, false) };
        assert!(matches!(gate.decide(Writes::Ask, &plan).await, Decision::Preview { .. }));
        assert_eq!(gate.decide(Writes::Allow, &plan).await, Decision::Send);
        assert!(matches!(gate.decide(Writes::Ask, &Wish { can_ask: true, ..plan }).await, Decision::Ask(_)));
    });
}

async fn confirmation(gate: &ConsentGate) -> String {
    match decide(gate, Writes::Ask, Method::Delete, false).await {
        Decision::Preview { confirmation, .. } => confirmation,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_confirmation_sends_exactly_its_request_once() {
    over_both(async |gates: Gates| {
        let gate = gates.make();
        let token = confirmation(&gate).await;
        assert_eq!(gate.decide(Writes::Ask, &wish(Method::Delete, Some(&token), false)).await, Decision::Send);
        let again = gate.decide(Writes::Ask, &wish(Method::Delete, Some(&token), false)).await;
        assert!(matches!(again, Decision::Refuse(reason) if reason.to_string().contains("not known")));
        let token = confirmation(&gate).await;
        let other = Wish { fingerprint: "g", ..wish(Method::Delete, Some(&token), false) };
        assert!(
            matches!(gate.decide(Writes::Ask, &other).await, Decision::Refuse(reason) if reason.to_string().contains("another request"))
        );
        let token = confirmation(&gate).await;
        let other = Wish { client: "b", ..wish(Method::Delete, Some(&token), false) };
        assert!(matches!(gate.decide(Writes::Ask, &other).await, Decision::Refuse(_)));
        let token = confirmation(&gate).await;
        gate.guard.put_forward(CONFIRMATION_KEPT + Duration::from_secs(1));
        let late = gate.decide(Writes::Ask, &wish(Method::Delete, Some(&token), false)).await;
        assert!(matches!(late, Decision::Refuse(_)));
    });
}

#[test]
fn whoever_asks_for_very_many_confirmations_loses_its_own() {
    over_both(async |gates: Gates| {
        let gate = gates.make();
        let of_alice = gate.question("alice #1", "delete 1").await.unwrap();
        let first = gate.question("bob #2", "delete 0").await.unwrap();
        for number in 0..2 * FEW {
            gate.question(&format!("bob #{number}"), "delete 1").await.unwrap();
        }
        let last = gate.question("bob #2", "delete 2").await.unwrap();
        assert!(
            gate.is_answer(&of_alice, "alice #1", "delete 1").await.unwrap()
                && gate.is_answer(&last, "bob #2", "delete 2").await.unwrap()
        );
        assert!(!gate.is_answer(&first, "bob #2", "delete 0").await.unwrap());
    });
}

#[test]
fn an_answer_is_to_its_own_question_once() {
    over_both(async |gates: Gates| {
        let gate = gates.make();
        let token = gate.question("a", "delete 1").await.unwrap();
        assert!(gate.is_answer(&token, "a", "delete 1").await.unwrap());
        assert!(!gate.is_answer(&token, "a", "delete 1").await.unwrap());
        for (client, subject) in [("b", "delete 1"), ("a", "delete 2")] {
            let token = gate.question("a", "delete 1").await.unwrap();
            assert!(!gate.is_answer(&token, client, subject).await.unwrap());
        }
        // A question is no confirmation of a request, and a confirmation answers no question.
        assert!(!gate.is_answer(&confirmation(&gate).await, "a", "delete 1").await.unwrap());
        let asked = gate.question("a", "delete 1").await.unwrap();
        assert!(matches!(
            gate.decide(Writes::Ask, &wish(Method::Delete, Some(&asked), false)).await,
            Decision::Refuse(_)
        ));
    });
}

#[test]
fn a_repeated_post_is_held_back_whatever_the_policy_until_it_is_old_or_was_not_processed() {
    over_both(async |gates: Gates| {
        let gate = gates.make();
        let post = wish(Method::Post, None, false);
        assert_eq!(gate.decide(Writes::Ask, &post).await, Decision::Send);
        gate.sent(&post);
        let again = Wish { write: "x", ..post.clone() };
        assert!(matches!(gate.decide(Writes::Ask, &again).await, Decision::Preview { .. }));
        assert!(matches!(gate.decide(Writes::Allow, &again).await, Decision::Preview { .. }));
        let asked = Wish { can_ask: true, ..again.clone() };
        assert!(
            matches!(gate.decide(Writes::Ask, &asked).await, Decision::AskAgain(reason) if reason.contains("second record"))
        );
        // That the second was not sent says nothing of the first.
        gate.release(&asked).await;
        assert!(matches!(gate.decide(Writes::Ask, &again).await, Decision::Preview { .. }));
        assert_eq!(gate.decide(Writes::Ask, &Wish { likeness: "g", ..again.clone() }).await, Decision::Send);
        // Written otherwise it is still the same write, and its confirmation is for it as it is written.
        let otherwise = Wish { fingerprint: "g", write: "v", ..again.clone() };
        let Decision::Preview { confirmation, .. } = gate.decide(Writes::Ask, &otherwise).await else {
            panic!("it was sent")
        };
        let confirmed = Wish { confirmation: Some(&confirmation), ..otherwise.clone() };
        assert_eq!(gate.decide(Writes::Ask, &confirmed).await, Decision::Send);
        gate.release(&otherwise).await;
        gates.until_ended();
        gate.guard.put_forward(REPEATED_WITHIN + Duration::from_secs(1));
        assert_eq!(gate.decide(Writes::Ask, &again).await, Decision::Send);
        gate.release(&again).await;
        assert_eq!(gate.decide(Writes::Ask, &post).await, Decision::Send);
        gate.release(&post).await;
        assert_eq!(gate.decide(Writes::Ask, &post).await, Decision::Send);
        let elsewhere = Wish { can_ask: true, was_sent: true, likeness: "h", ..post };
        assert!(matches!(gate.decide(Writes::Allow, &elsewhere).await, Decision::AskAgain(_)));
    });
}

#[test]
fn of_equal_posts_at_once_one_is_sent_however_long_it_takes() {
    over_both(async |gates: Gates| {
        for (writes, can_ask) in [(Writes::Ask, false), (Writes::Allow, false), (Writes::Ask, true)] {
            let gate = gates.make();
            let first = wish(Method::Post, None, can_ask);
            let decided = gate.decide(writes, &first).await;
            assert!(matches!(decided, Decision::Send | Decision::Ask(_)), "{decided:?}");
            for (write, hours) in [("x", 0), ("y", 0), ("z", 3)] {
                // Whether it is still under way replicas say to each other meanwhile.
                if gates.shared.is_none() {
                    gate.guard.put_forward(Duration::from_secs(hours * 3600));
                }
                let held = gate.decide(writes, &Wish { write, ..first.clone() }).await;
                assert!(matches!(held, Decision::Preview { .. } | Decision::AskAgain(_)), "{held:?}");
            }
        }
        // Another session of the same client is no other, and another client is.
        let gate = gates.make();
        let of = |client, write| Wish { client, write, ..wish(Method::Post, None, false) };
        assert_eq!(gate.decide(Writes::Ask, &of("bob #1", "x")).await, Decision::Send);
        assert!(matches!(gate.decide(Writes::Ask, &of("bob #2", "y")).await, Decision::Preview { .. }));
        assert!(matches!(gate.decide(Writes::Ask, &of("bob", "y")).await, Decision::Preview { .. }));
        assert_eq!(gate.decide(Writes::Ask, &of("alice #2", "z")).await, Decision::Send);
        gate.sent(&of("bob #1", "x"));
        assert!(matches!(gate.decide(Writes::Ask, &of("bob #3", "y")).await, Decision::Preview { .. }));
        // What may be done twice is not held.
        let gate = gates.make();
        let put = wish(Method::Put, None, false);
        assert_eq!(
            (gate.decide(Writes::Ask, &put).await, gate.decide(Writes::Ask, &put).await),
            (Decision::Send, Decision::Send)
        );
    });
}

/// A gate of another replica, over the same database.
fn replica(gates: &Gates) -> Option<ConsentGate> {
    let (_, url) = gates.shared.as_ref()?;
    let database = Database::at(Address::parse(&SecretString::from(url.clone())));
    let guard = Box::new(Shared::of(database, FEW));
    Some(ConsentGate { guard, tokens: Tokens::default(), file: SettingsFile::default() })
}

#[test]
fn of_equal_posts_and_confirmations_at_several_replicas_one_is_taken() {
    over_both(async |gates: Gates| {
        let one = gates.make();
        let Some((two, three)) = replica(&gates).zip(replica(&gates)) else { return };
        let writes: Vec<String> = (0..12).map(|number| format!("w{number}")).collect();
        let decided = futures_util::future::join_all(writes.iter().zip([&one, &two, &three].into_iter().cycle()).map(
            |(write, gate)| async move {
                gate.decide(Writes::Ask, &Wish { write, ..wish(Method::Post, None, false) }).await
            },
        ));
        let sent = decided.await.into_iter().filter(|decision| *decision == Decision::Send).count();
        assert_eq!(sent, 1);
        let token = &confirmation(&one).await;
        let decided =
            futures_util::future::join_all(
                [&three, &two, &one].into_iter().cycle().take(12).map(|gate| async move {
                    gate.decide(Writes::Ask, &wish(Method::Delete, Some(token), false)).await
                }),
            );
        let sent = decided.await.into_iter().filter(|decision| *decision == Decision::Send).count();
        assert_eq!(sent, 1);
    });
}

#[test]
fn a_replica_that_died_holds_a_post_for_as_long_as_one_that_ended() {
    over_both(async |gates: Gates| {
        let one = gates.make();
        let Some(two) = replica(&gates) else { return };
        let post = wish(Method::Post, None, false);
        assert_eq!(one.decide(Writes::Ask, &post).await, Decision::Send);
        drop(one);
        let again = Wish { write: "x", ..post };
        assert!(matches!(two.decide(Writes::Ask, &again).await, Decision::Preview { .. }));
        two.guard.put_forward(REPEATED_WITHIN + Duration::from_secs(1));
        assert_eq!(two.decide(Writes::Ask, &again).await, Decision::Send);
    });
}

#[tokio::test]
async fn what_needs_the_database_is_refused_while_it_is_away_and_all_else_goes_on() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://u:word-of-passage@127.0.0.1:{port}/d");
    let database = Database::at(Address::parse(&SecretString::from(url)));
    let gate = ConsentGate::of(SettingsFile::default(), Some(&database));
    assert_eq!(gate.decide(Writes::Ask, &wish(Method::Get, None, false)).await, Decision::Send);
    assert_eq!(gate.decide(Writes::Ask, &wish(Method::Patch, None, false)).await, Decision::Send);
    assert!(matches!(gate.decide(Writes::Ask, &wish(Method::Delete, None, true)).await, Decision::Ask(_)));
    for wish in [
        wish(Method::Post, None, false),
        wish(Method::Post, None, true),
        wish(Method::Delete, None, false),
        wish(Method::Patch, Some("0123"), false),
    ] {
        let Decision::Refuse(said) = gate.decide(Writes::Ask, &wish).await else { panic!("it was not refused") };
        let said = said.to_string();
        assert!(said.contains("was not sent") && said.contains("cannot be reached"), "{said}");
        assert!(!said.contains("word-of-passage"), "{said}");
    }
    assert!(gate.question("a", "b").await.is_err());
    gate.release(&wish(Method::Post, None, false)).await;
}
