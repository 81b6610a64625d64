//! How does what the API sends back become an answer?

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Invoker;
use crate::invoke::answer::{Answer, Data, MoreExist, NOTICE, Room, SavedFile};
use crate::invoke::caller::Caller;
use crate::invoke::client::{ApiAccess, CallError, Reply};
use crate::invoke::confirmed::{confirmed, written};
use crate::invoke::draft::{
    Accept, Body, Compared, answered_for_another, compared, expected_after_patch, expected_after_put,
};
use crate::invoke::order::Order;
use crate::invoke::paging::{self, Extent, Seen};
use crate::invoke::reading::{Found, is_json_lines};
use crate::invoke::rows;
use crate::invoke::seen::At;
use crate::invoke::sums::Fetched;
use crate::openapi::Method;
use crate::private;
use crate::surface::{Argument, Given, Said, Surface};

/// Rows of a list that are noted.
const SEEN: usize = 50;

/// What of a file is in the answer beside its path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    /// What it says, where it is one of text.
    Text,
}

/// A call that may be sent, and its answer as far as that is known.
pub(super) struct Sending<'a> {
    pub(super) invoker: &'a Invoker,
    pub(super) order: &'a Order,
    /// With the base URL that its site named.
    pub(super) access: &'a ApiAccess,
    pub(super) caller: &'a dyn Caller,
    pub(super) answer: Answer,
    /// The record that the answer to a write holds.
    pub(super) record: Option<Value>,
    /// `api-current-version` of the answer.
    pub(super) api_version: Option<String>,
    /// What was fetched to make something of it.
    pub(super) fetched: Option<Fetched>,
}

impl<'a> Sending<'a> {
    /// Sends the request and fills in the answer. Returns the status.
    pub(super) async fn send(&mut self) -> Result<u16, CallError> {
        let draft = &self.order.draft;
        if let Some(to) = &self.order.output {
            return self.download(to, Shown::Nothing).await;
        }
        if draft.accept == Accept::Binary {
            return self.download(&self.invoker.options.downloads, Shown::Text).await;
        }
        if self.order.all_pages {
            return self.fetch_pages().await;
        }
        let reply = self.invoker.client.send(self.access, draft).await?;
        if reply.is_of_bytes {
            self.keep_file(&reply).await?;
            return Ok(reply.status);
        }
        self.show(&reply);
        self.compare(&reply);
        Ok(reply.status)
    }

    /// Writes the answer to a file, or into a folder under the API's own name for it.
    async fn download(&mut self, to: &Path, shown: Shown) -> Result<u16, CallError> {
        let folder = &self.invoker.options.downloads;
        if to == folder {
            // Where it is missing, its path would be taken for the file's.
            private::make_folder(folder).map_err(|source| CallError::Save { path: folder.clone(), source })?;
        }
        let file = self.invoker.client.download(self.access, &self.order.draft, to).await?;
        // Text is for reading, and whoever reads may be on another machine than the file.
        if shown == Shown::Text
            && let Some(text) = self.invoker.client.text_of(self.access, &file).await
        {
            self.show(&text);
        }
        self.answer.status = Some(file.status);
        self.answer.file = Some(SavedFile {
            path: file.path.display().to_string(),
            bytes: file.bytes,
            content_type: file.headers.content_type,
        });
        Ok(file.status)
    }

    /// Keeps the bytes that an API answers where its manifest declares something to read.
    async fn keep_file(&mut self, reply: &Reply) -> Result<(), CallError> {
        let folder = &self.invoker.options.downloads;
        let made = tokio::fs::create_dir_all(folder).await;
        made.map_err(|source| CallError::Save { path: folder.clone(), source })?;
        let path = self.invoker.client.save(self.access, &self.order.draft, reply, folder).await?;
        self.api_version.clone_from(&reply.headers.api_current_version);
        let answer = &mut self.answer;
        answer.notes.extend(reply.notes.iter().cloned());
        answer.notes.push("the answer is no text, though none but text is declared: it is kept as a file".to_owned());
        answer.status = Some(reply.status);
        answer.attempts = Some(reply.attempts).filter(|attempts| *attempts > 1);
        answer.file = Some(SavedFile {
            path: path.display().to_string(),
            bytes: reply.body.len() as u64,
            content_type: reply.headers.content_type.clone(),
        });
        Ok(())
    }

    async fn fetch_pages(&mut self) -> Result<u16, CallError> {
        let (order, caller) = (self.order, self.caller);
        let extent = Extent { max_items: order.max_items, by: order.by(), reading: order.reading };
        let progress = |rows: usize, total: Option<usize>| caller.progress(rows, total);
        let (client, count) = (&self.invoker.client, order.count.as_ref());
        let pages = paging::all(client, self.access, &order.draft, count, extent, &progress).await?;
        let Some(first) = pages.first else { return Ok(0) };
        if first.is_of_bytes {
            self.keep_file(&first).await?;
            return Ok(first.status);
        }
        if pages.pages == 0 && order.sums.is_some() {
            self.api_version.clone_from(&first.headers.api_current_version);
            self.answer.status = Some(first.status);
            self.answer.notes.extend(first.notes.iter().cloned());
            self.fetched = Some(Fetched::One(first.body.clone()));
            return Ok(first.status);
        }
        if pages.pages == 0 {
            let said = Said::new().argument(Argument::ALL_PAGES).text(" has no effect: the answer is no list");
            self.answer.notes.push(said.on(caller.surface()));
            self.show(&first);
            return Ok(first.status);
        }
        self.api_version.clone_from(&first.headers.api_current_version);
        let answer = &mut self.answer;
        answer.status = Some(first.status);
        answer.pages = Some(pages.pages);
        answer.total = pages.total;
        answer.complete = Some(pages.stopped.is_none());
        answer.more_exist = Some(pages.stopped.as_ref().map_or(MoreExist::No, |stopped| stopped.more_exist.into()));
        if let Some(stopped) = pages.stopped.as_ref().filter(|_| order.sums.is_some()) {
            let rows = pages.rows.len();
            let said = format!("this is of the first {rows} rows alone, and not of all: ");
            answer.notes.push(Said::from(said).said(stopped.reason.clone()).on(caller.surface()));
        } else if let Some(stopped) = pages.stopped {
            let said = Said::from("not everything was fetched: ").said(stopped.reason);
            answer.notes.push(said.on(caller.surface()));
            if !stopped.next.is_empty() {
                let said = Said::from("to go on, ").said(going_on(order, &stopped.next));
                answer.notes.push(said.on(caller.surface()));
                answer.next = stopped.next;
            }
        }
        answer.notes.extend(pages.notes);
        if order.sums.is_some() {
            self.fetched = Some(Fetched::Rows(Arc::new(pages.rows)));
            return Ok(first.status);
        }
        self.show_found(Found { rows: pages.rows, member: pages.member, beside: pages.beside, lacks: false });
        Ok(first.status)
    }

    /// Puts a reply into the answer: rows where it is a list of them, else its value, or its text where it is no JSON.
    fn show(&mut self, reply: &Reply) {
        self.api_version.clone_from(&reply.headers.api_current_version);
        let answer = &mut self.answer;
        answer.notes.extend(reply.notes.iter().cloned());
        answer.status = Some(reply.status);
        answer.attempts = Some(reply.attempts).filter(|attempts| *attempts > 1);
        answer.location = reply.headers.location.as_ref().map(|location| self.access.scrub(location));
        let media_type = reply.media_type();
        let is_lines = is_json_lines(media_type);
        if reply.body.trim_ascii().is_empty() && !is_lines {
            answer.result = Some(Data::Value(Value::Null));
            return;
        }
        let is_read = self.order.draft.risk.is_read();
        // What a write answers is its result, whatever its form; lines are a list by their type.
        if (is_read || is_lines)
            && let Some(found) = self.order.reading.rows(&reply.body, media_type, &self.order.draft.path)
        {
            if is_read {
                self.announce_more(reply, &found);
                self.see_rows(&found);
            }
            self.show_found(found);
            return;
        }
        let room = self.room();
        let answer = &mut self.answer;
        answer.notice = Some(NOTICE);
        let text = String::from_utf8_lossy(&reply.body);
        if is_lines || !rows::is_json(text.as_bytes()) {
            if is_lines {
                answer.notes.push("a line of the answer is no JSON, so it is given as text".to_owned());
            }
            room.show_text(answer, &text);
            return;
        }
        if rows::is_deep(&text) {
            answer.notes.push(format!(
                "the answer is nested more than {} levels deep; what is deeper is given as its JSON text",
                rows::MOST_LEVELS
            ));
        }
        let value = rows::value(&text);
        if is_read {
            self.see(&self.order.draft.path, &value, self.is_whole());
            room.show_value(&mut self.answer, value);
        } else {
            self.confirm(room, value);
        }
    }

    /// Puts what a write did into the answer: the record in short, where the answer is one.
    fn confirm(&mut self, room: Room<'_>, value: Value) {
        let draft = &self.order.draft;
        let is_short =
            self.caller.surface() != Surface::CommandLine && !self.order.view.is_full && !self.caller.is_plan();
        let (client, api) = (self.caller.name(), self.order.api.as_str());
        let seen = &self.invoker.seen;
        let changes = matches!(draft.method, Method::Patch | Method::Put);
        let former = if changes { seen.former(At { client, api, path: &draft.path }) } else { None };
        let path =
            match value["id"].as_str().map(str::to_owned).or_else(|| value["id"].as_u64().map(|id| id.to_string())) {
                Some(id) if !changes => format!("{}/{id}", draft.path.trim_end_matches('/')),
                _ => draft.path.clone(),
            };
        self.see(&path, &value, true);
        self.record = value.is_object().then(|| value.clone());
        let written = written(draft);
        let confirmed = if is_short && !written.is_empty() {
            confirmed(&written, &value, former.as_ref(), room.view)
        } else {
            None
        };
        let answer = &mut self.answer;
        let Some(confirmed) = confirmed else { return room.show_value(answer, value) };
        if confirmed.is_part {
            answer.stored_result = Some(room.keep_whole(&value));
        }
        answer.result = Some(Data::Value(confirmed.result));
        answer.also_changed = confirmed.also_changed;
        answer.as_sent = confirmed.as_sent;
        // Of a PATCH a sentence says so.
        answer.not_shown = if draft.method == Method::Patch { Vec::new() } else { confirmed.not_shown };
    }

    /// Whether a read asks for records with all of their fields.
    fn is_whole(&self) -> bool {
        !self.order.draft.query.iter().any(|(name, _)| name.eq_ignore_ascii_case("fields"))
    }

    /// Notes a record that the client is shown.
    fn see(&self, path: &str, record: &Value, is_whole: bool) {
        if self.caller.surface() != Surface::CommandLine {
            let at = At { client: self.caller.name(), api: &self.order.api, path };
            self.invoker.seen.record(at, &record.to_string(), is_whole);
        }
    }

    /// Notes the rows that the client is shown.
    fn see_rows(&self, found: &Found) {
        if self.caller.surface() != Surface::CommandLine && self.order.draft.method == Method::Get {
            let at = At { client: self.caller.name(), api: &self.order.api, path: &self.order.draft.path };
            self.invoker.seen.rows(at, found.rows.texts(0).take(SEEN));
        }
    }

    /// Says of a single page whether further ones exist, and how to get at them.
    fn announce_more(&mut self, reply: &Reply, found: &Found) {
        let seen = Seen { rows: found.rows.len(), beside: &found.beside };
        let count = seen.rows;
        let more = paging::more(self.access, &self.order.draft, reply, seen, self.order.by());
        self.answer.more_exist = Some(more.exist.into());
        let how: Said = match (more.exist, &more.useless) {
            (Some(false), _) => return,
            (Some(true), _) if more.other_path.is_some() => {
                let all = Said::from("more rows exist; to see them, call with ").name(Argument::ALL_PAGES);
                more.other_path.iter().fold(all, |said, page| said.said(page.going_on()))
            }
            (Some(true), _) if more.next.is_empty() => {
                "more rows exist, and the API names no parameters that lead to them".into()
            }
            (Some(true), _) => Said::from("more rows exist: ")
                .said(going_on(self.order, &more.next))
                .text(", or call with ")
                .name(Argument::ALL_PAGES),
            (None, Some(useless)) => useless.to_string().into(),
            (None, None) if more.next.is_empty() && self.order.by().can_be_counted() && count > 0 => {
                Said::from("more rows may exist: the API does not say; to see, call with ").name(Argument::ALL_PAGES)
            }
            (None, None) => "more rows may exist: the API does not say".into(),
        };
        self.answer.more = Some(how.on(self.caller.surface()));
        self.answer.next = more.next;
    }

    /// Puts rows into the answer, with what stood beside them in the body.
    fn show_found(&mut self, found: Found) {
        let room = self.room();
        self.answer.notice = Some(NOTICE);
        if found.member.is_some() {
            self.answer.beside_rows = Some(room.beside_rows(found.beside));
        }
        self.answer.rows_of = found.member;
        room.show_rows(&mut self.answer, found.rows);
    }

    fn room(&self) -> Room<'a> {
        self.invoker.room(self.caller, &self.order.view)
    }

    /// Compares what a PATCH or PUT asked for with the record in its answer: ConnectWise can answer 200 and change nothing
    /// (Developer Guide). What the answer does not show may have changed or not.
    fn compare(&mut self, reply: &Reply) {
        let draft = &self.order.draft;
        let Some(Body::Json(body)) = &draft.body else { return };
        let expected = match draft.method {
            Method::Patch => expected_after_patch(body),
            Method::Put => expected_after_put(body),
            _ => return,
        };
        let record = rows::value(&String::from_utf8_lossy(&reply.body));
        if let Some((asked, answered)) = answered_for_another(&draft.path, body, &record) {
            let (asked, answered) = (self.access.scrub(&asked), self.access.scrub(&answered));
            self.answer.notes.push(format!(
                "the write was to record {asked}, and the answer shows record {answered}: look whether the right one was changed{}",
                self.to_see()
            ));
        }
        if expected.is_empty() {
            return;
        }
        let Compared { not_taken, unseen, in_other_case } = compared(&expected, &record);
        // What other APIs answer to a PUT may be about the record, and not be it.
        let not_taken = if draft.method == Method::Patch { not_taken } else { Vec::new() };
        if unseen.len() == expected.len() {
            self.answer.notes.push(format!(
                "the API answered {} without the record, so there is nothing to compare with what was sent{}",
                reply.status,
                self.to_see()
            ));
        } else if !unseen.is_empty() && draft.method == Method::Patch {
            self.answer.notes.push(format!(
                "the answer does not show {}, so there is nothing to compare with what was sent for it{}",
                unseen.join(", "),
                self.to_see()
            ));
        }
        if !in_other_case.is_empty() && draft.method == Method::Patch {
            let names = in_other_case.join(", ");
            self.answer.notes.push(format!(
                "the answer shows {names} in other letter case than was sent: the API may keep it so, or may have kept what was there"
            ));
        }
        if !not_taken.is_empty() {
            let names: Vec<&str> = not_taken.iter().map(|field| field.field.as_str()).collect();
            self.answer.notes.push(format!(
                "the API answered {} and did not change {}: see `not_taken`. The field may be computed, depend on \
                 another, or want a whole reference ({{\"id\": ...}})",
                reply.status,
                names.join(", ")
            ));
            self.answer.not_taken = not_taken;
        }
    }

    /// How to see what became of a write; empty where reading at its path would do more than read.
    fn to_see(&self) -> String {
        let read = self.order.draft.reading_back(self.access.dialect());
        read.map_or_else(String::new, |read| {
            format!("; to see what the record holds now, read it: {} {}", read.method, self.access.scrub(&read.path))
        })
    }
}

/// How to go on at the next page, as the program itself takes it: what an API names need not be declared.
fn going_on(order: &Order, next: &Map<String, Value>) -> Said {
    let said = Said::new().given(Given::Next(next.clone()));
    if order.by().takes(next) { said } else { said.text(" with ").argument(Argument::UNCHECKED) }
}
