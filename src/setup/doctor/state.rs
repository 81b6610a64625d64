//! Can the database be used that replicas share?

use super::{Area, Finding, Grade};
use crate::postgres::{Database, DatabaseError};
use crate::service::Service;

fn database(service: &Service) -> Option<&Database> {
    service.options().calls.state.as_ref()
}

/// Checks the setting, and opens no connection. Nothing is said where there is none.
pub(super) fn check(service: &Service) -> Option<Finding> {
    let database = database(service)?;
    let address = match database.check().and_then(|()| database.address().map_err(Clone::clone)) {
        Ok(address) => address,
        Err(error) => return Some(wrong(&error.to_string())),
    };
    let at = address.shown();
    Some(if address.is_open() {
        let detail = format!("what is sent to PostgreSQL at {at} can be read on the way: its URL lets TLS be off");
        let cure = "take `sslmode` out of the URL; TLS is then required";
        Finding::bad(Area::Configuration, Grade::Warning, "state", detail, cure)
    } else {
        Finding::ok(Area::Configuration, "state", format!("replicas share PostgreSQL at {at}"))
    })
}

fn wrong(text: &str) -> Finding {
    let otherwise = "correct `url` in the section [state]";
    Finding::of_text(Area::Configuration, Grade::Fault, "state", text, otherwise)
}

/// Connects, and changes nothing.
pub(super) async fn ask(service: &Service) -> Option<Finding> {
    let database = database(service)?;
    database.address().ok()?;
    Some(match database.inspect().await {
        Ok(found) if found.version > found.known => {
            let newer =
                DatabaseError::Newer { at: database.shown().to_owned(), version: found.version, known: found.known };
            failed(&newer)
        }
        Ok(found) if found.version == 0 => Finding::ok(
            Area::Online,
            "state",
            "PostgreSQL answered; it has no tables of this program yet, and the first use makes them",
        ),
        Ok(found) if found.version < found.known => {
            let detail = format!(
                "PostgreSQL answered; its tables are of version {}, and the first use brings them forward",
                found.version
            );
            Finding::ok(Area::Online, "state", detail)
        }
        Ok(found) => Finding::ok(
            Area::Online,
            "state",
            format!("PostgreSQL answered; its tables are of version {}", found.version),
        ),
        Err(error) => failed(&error),
    })
}

fn failed(error: &DatabaseError) -> Finding {
    let cure = match error {
        DatabaseError::Newer { .. } => "use the program that made its tables, or a newer one",
        DatabaseError::Refused { .. } => "give its user the rights that docs/http.md names",
        _ => "see whether the server runs, and whether this machine reaches it with that user and password",
    };
    Finding::bad(Area::Online, Grade::Fault, "state", error.to_string(), cure)
}
