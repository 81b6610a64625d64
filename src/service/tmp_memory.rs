use super::Service;
use super::describe::resolve_path;
use super::reuse::expanded;
use crate::error::Error;
use crate::memory::*;
use crate::openapi::Method;
use serde_json::{Map, Value};
use std::sync::Arc;
pub struct ToKeep { pub description: String, pub method: Method, pub path: String, pub params: Map<String, Value>, pub data: Option<Value> }
impl ToKeep { pub fn new(method: Method, path: &str) -> Self { Self { description: String::new(), method, path: path.to_owned(), params: Map::new(), data: None } } }
pub struct Kept { pub saved: Saved }
impl Service {
    pub fn memory(&self) -> &Memory { &self.inner.memory }
    pub fn secrets_in(&self, _p: &Pattern) -> Vec<String> { Vec::new() }
    pub fn memory_snapshot(&self) -> Result<Arc<Snapshot>, Error> {
        let model = self.embedder().unwrap();
        let key = "m";
        let snap = self.memory().snapshot(key)?;
        if snap.missing.is_empty() { return Ok(snap); }
        for at in &snap.missing {
            let e = &snap.entries[*at];
            let v = model.embed_query(&e.pattern.description).unwrap();
            self.memory().put_vector(e.id, key, &e.pattern.description, &v)?;
        }
        Ok(self.memory().snapshot(key)?)
    }
    pub fn remember(&self, k: ToKeep) -> Result<Kept, Error> {
        let s = self.searcher()?;
        let (e, v) = resolve_path(&s, k.method, &k.path, None)?;
        let p = Pattern { description: k.description, api: e.api.clone(), method: k.method, template: e.path.clone(), path: expanded(&e.path, &v, &k.params), params: k.params, data: k.data, slots: Vec::new() };
        Ok(Kept { saved: self.memory().save(&p)? })
    }
}
