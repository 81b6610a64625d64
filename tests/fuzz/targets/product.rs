//! The product over the embedded manifest, without a model and without settings of an API: nothing can be sent anywhere.

use std::path::PathBuf;
use std::sync::OnceLock;

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::service::CallOptions;
use cw_orchestrator::{Service, ServiceOptions};
use tokio::runtime::Runtime;

/// The service, with an index in a folder of its own.
pub fn service() -> &'static Service {
    static SERVICE: OnceLock<(Service, tempfile::TempDir)> = OnceLock::new();
    let (service, _) = SERVICE.get_or_init(|| {
        let home = tempfile::tempdir().expect("a folder for temporary files");
        let service = Service::new(ServiceOptions {
            home: home.path().to_owned(),
            models: PathBuf::from("no-models"),
            build_if_missing: false,
            calls: CallOptions::default(),
        });
        let inputs = vec![Input::embedded().expect("the embedded manifest")];
        service.build(inputs, None, Reuse::Nothing, &Silent, || ()).expect("an index");
        (service, home)
    });
    service
}

/// The runtime that all inputs share.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
    })
}
