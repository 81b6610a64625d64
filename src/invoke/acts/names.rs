//! Which verbs does a name hold: a segment of a path, the value of a parameter, the id of an operation?
//!
//! A name falls into pieces (`flickr.photos.delete`, `5:cancel`), a piece into clauses (`getAndDelete`), a clause into words. Of a
//! clause one verb counts: the word it begins with, or else the one it ends with (`soft-delete`).

use crate::document::words;

/// Verbs of acting. None of them is a noun or an adjective as well, such as `update`, `run` or `open`, which name records in many
/// APIs; or hardly ever where it stands alone, as `ban` and `reset` do.
const ACTS: [&str; 78] = [
    "activate",
    "approve",
    "assign",
    "attach",
    "ban",
    "cancel",
    "clear",
    "create",
    "deactivate",
    "del",
    "delete",
    "deregister",
    "destroy",
    "detach",
    "disable",
    "disconnect",
    "dismiss",
    "enable",
    "erase",
    "execute",
    "flush",
    "insert",
    "invalidate",
    "kill",
    "logout",
    "modify",
    "powercycle",
    "powerdown",
    "poweroff",
    "poweron",
    "powerup",
    "publish",
    "purge",
    "reactivate",
    "reboot",
    "recalculate",
    "regenerate",
    "reindex",
    "reject",
    "remove",
    "rename",
    "reopen",
    "resend",
    "reset",
    "restart",
    "restore",
    "revert",
    "revoke",
    "rm",
    "send",
    "sendmail",
    "shutoff",
    "signout",
    "submit",
    "subscribe",
    "suspend",
    "switchoff",
    "switchon",
    "terminate",
    "truncate",
    "turnoff",
    "turnon",
    "unassign",
    "unban",
    "unblock",
    "undelete",
    "undo",
    "unfollow",
    "uninstall",
    "unlike",
    "unlink",
    "unlock",
    "unmute",
    "unpublish",
    "unsubscribe",
    "upsert",
    "wipe",
    "withdraw",
];

/// Verbs of acting that are nouns or adjectives as well.
const MAY_ACT: [&str; 61] = [
    "accept",
    "ack",
    "add",
    "append",
    "apply",
    "archive",
    "block",
    "charge",
    "checkout",
    "close",
    "complete",
    "confirm",
    "convert",
    "decline",
    "deploy",
    "drop",
    "edit",
    "empty",
    "finish",
    "import",
    "install",
    "invite",
    "invoke",
    "launch",
    "like",
    "lock",
    "mark",
    "merge",
    "move",
    "mute",
    "pause",
    "pay",
    "protect",
    "provision",
    "rebuild",
    "refresh",
    "refund",
    "register",
    "release",
    "reload",
    "replace",
    "resume",
    "retry",
    "rollback",
    "rotate",
    "run",
    "save",
    "set",
    "shutdown",
    "start",
    "stop",
    "sync",
    "toggle",
    "transfer",
    "trigger",
    "undeploy",
    "update",
    "upgrade",
    "upload",
    "void",
    "write",
];

/// Verbs of acting with which another word may be run together (`deleteuser`): no word but their own forms begins as they do.
const RUN_TOGETHER: [&str; 14] = [
    "deactivate",
    "delete",
    "destroy",
    "disable",
    "enable",
    "purge",
    "reboot",
    "remove",
    "restart",
    "revoke",
    "suspend",
    "terminate",
    "uninstall",
    "unsubscribe",
];

/// How the forms of these go on: `deleted`, `restarting`, `enablement`. Of `deletedevice` and `deletedkeys` nothing tells which is meant.
const OF_VERBS: [&str; 6] = ["d", "ed", "er", "ing", "able", "ment"];

/// Fewest letters of a word that is run together with a verb.
const SHORTEST_THING: usize = 3;

/// Of those that may act, nouns that stand before others in the plural: `start-times`.
const BEFORE_PLURALS: [&str; 16] = [
    "archive", "block", "charge", "lock", "merge", "pay", "refund", "release", "resume", "run", "start", "stop",
    "sync", "transfer", "trigger", "upgrade",
];

/// Of those that may act, the ones that hardly name what a collection has: it has archives, charges and runs.
const HARDLY_NOUNS: [&str; 26] = [
    "accept", "add", "append", "apply", "confirm", "convert", "decline", "deploy", "edit", "finish", "invoke", "mark",
    "protect", "rebuild", "refresh", "reload", "replace", "retry", "rotate", "save", "sync", "toggle", "undeploy",
    "update", "upload", "write",
];

/// Verbs that plainly read.
const READS: [&str; 18] = [
    "check", "count", "describe", "download", "fetch", "find", "get", "has", "head", "is", "list", "lookup", "query",
    "read", "retrieve", "search", "show", "view",
];

/// Words before a verb that say how it is done.
const ADVERBS: [&str; 8] = ["batch", "bulk", "force", "hard", "mass", "multi", "permanently", "soft"];

/// Words between two things that one name does.
const JOINING: [&str; 3] = ["and", "or", "then"];

/// Verbs before a reading one that say no more: to execute a search is to search.
const DOING: [&str; 3] = ["execute", "perform", "run"];

/// Endings of a path that name the form of its answer, or what runs behind it, and no action.
const FORMS: [&str; 16] = [
    "action", "ashx", "asp", "aspx", "cfm", "cgi", "csv", "do", "html", "json", "jsp", "php", "svc", "txt", "xml",
    "yaml",
];

/// What a verb says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Reads,
    /// It acts, and is nothing but a verb.
    Acts,
    /// It acts, or is a noun or an adjective.
    MayAct,
}

impl Verb {
    pub(super) fn of(word: &str) -> Option<Self> {
        let lists = [(&ACTS[..], Self::Acts), (&MAY_ACT, Self::MayAct), (&READS, Self::Reads)];
        lists.into_iter().find(|(list, _)| list.contains(&word)).map(|(_, verb)| verb)
    }
}

/// Where a verb stands among the words of its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Alone,
    First,
    /// Behind what it is done to. Only verbs that are nothing else are looked for there.
    Last,
}

/// A verb in a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) word: String,
    pub(super) verb: Verb,
    pub(super) place: Place,
    /// Whether the last word behind it is in the plural.
    pub(super) is_before_plural: bool,
}

impl Deed {
    fn of(clause: &[String]) -> Option<Self> {
        let (first, others) = clause.split_first()?;
        // `turn_off_lights`
        if let Some((verb, others)) =
            others.split_first().and_then(|(second, others)| Some((of_two(first, second)?, others)))
        {
            let mut whole = vec![verb];
            whole.extend_from_slice(others);
            return Self::of(&whole);
        }
        if let Some(verb) = Verb::of(first) {
            let is_before_plural = others.last().is_some_and(|last| words::singular(last) != *last);
            let place = if others.is_empty() { Place::Alone } else { Place::First };
            return Some(Self { word: first.clone(), verb, place, is_before_plural });
        }
        let last = others.last()?;
        let is_verb = Verb::of(last) == Some(Verb::Acts);
        is_verb.then(|| Self { word: last.clone(), verb: Verb::Acts, place: Place::Last, is_before_plural: false })
    }

    pub(super) fn reads(&self) -> bool {
        self.verb == Verb::Reads
    }

    /// Whether it may be a noun and is one: `start-times`.
    pub(super) fn is_noun(&self) -> bool {
        self.verb == Verb::MayAct && self.is_before_plural && BEFORE_PLURALS.contains(&self.word.as_str())
    }

    /// Whether it stands where the verb of a function does.
    pub(super) fn leads(&self) -> bool {
        self.place != Place::Last
    }

    /// Whether it is nothing but a verb of acting, where the verb of a function stands.
    pub(super) fn surely_acts(&self) -> bool {
        self.verb == Verb::Acts && self.leads()
    }

    /// Whether a verb that may be a noun is none by what follows it.
    pub(super) fn may_lead(&self) -> bool {
        self.verb == Verb::MayAct && !self.is_noun()
    }
}

/// What follows the first word of a verb that is written as two.
const PARTICLES: [&str; 6] = ["cycle", "down", "off", "on", "out", "up"];

/// The verb that two words are, and none of them alone: `power off`.
pub(super) fn of_two(first: &str, second: &str) -> Option<String> {
    let second = second.to_lowercase();
    let whole = format!("{}{second}", first.to_lowercase());
    (PARTICLES.contains(&second.as_str()) && Verb::of(&whole).is_some()).then_some(whole)
}

/// The verbs of a name's last piece: those before it say where it belongs.
pub(super) fn deeds(name: &str) -> Vec<Deed> {
    // A noun stands before a custom method (`5:cancel`, Google's AIP-136).
    let method = without_values(name).rsplit(':').next().unwrap_or_default();
    let mut pieces: Vec<&str> = method.split('.').collect();
    let is_form = |piece: &str| {
        piece.starts_with('{') || is_version(piece) || FORMS.iter().any(|form| form.eq_ignore_ascii_case(piece))
    };
    while pieces.len() > 1 && pieces.last().is_some_and(|piece| is_form(piece)) {
        pieces.pop();
    }
    pieces.last().map(|piece| of_piece(piece)).unwrap_or_default()
}

/// The verbs of every piece of a name.
pub(super) fn all_deeds(name: &str) -> Vec<Deed> {
    without_values(name).split([':', '.']).flat_map(of_piece).collect()
}

/// Whether a verb that may act hardly names what a collection has.
pub(super) fn is_hardly_noun(word: &str) -> bool {
    HARDLY_NOUNS.contains(&word)
}

/// Whether a word plainly reads.
pub(super) fn reads(word: &str) -> bool {
    READS.contains(&word)
}

/// The words of a piece without numbers, as they stand; two of one that is run together.
pub(super) fn words_of(piece: &str) -> Vec<String> {
    let is_number = |word: &String| word.chars().all(char::is_numeric);
    let words = words::split(piece).into_iter().filter(|word| !is_number(word) && word != "v");
    words.flat_map(|word| parted(&word).unwrap_or_else(|| vec![word])).collect()
}

/// A verb and the word that is run together with it.
fn parted(word: &str) -> Option<Vec<String>> {
    let (verb, thing) = RUN_TOGETHER.iter().find_map(|verb| Some((*verb, word.strip_prefix(verb)?)))?;
    let is_form = OF_VERBS.iter().any(|form| thing.starts_with(form));
    (thing.chars().count() >= SHORTEST_THING && !is_form).then(|| vec![verb.to_owned(), thing.to_owned()])
}

/// A segment without its parameters (RFC 3986 section 3.3) and arguments: `delete;force=1`, and `delete(5)` as OData writes it.
fn without_values(segment: &str) -> &str {
    segment.split([';', '(']).next().unwrap_or_default()
}

/// Whether a segment stands before every path of an API: `/api/v1`.
pub(super) fn is_prefix(segment: &str) -> bool {
    segment.eq_ignore_ascii_case("api") || is_version(segment)
}

/// `v1`, `2`
fn is_version(piece: &str) -> bool {
    let digits = piece.strip_prefix(['v', 'V']).unwrap_or(piece);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn of_piece(piece: &str) -> Vec<Deed> {
    // A placeholder is no verb.
    if piece.contains('{') {
        return Vec::new();
    }
    piece.split([',', '|', '+', ' ']).flat_map(clauses).filter_map(|clause| Deed::of(&clause)).collect()
}

/// The words of each thing that a name does.
fn clauses(text: &str) -> Vec<Vec<String>> {
    // Whatever the case of its letters: `dElEtE`, `log-out`.
    let whole: String = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    // `shutdownnow`
    let verb = [whole.as_str()].into_iter().chain(whole.strip_suffix("now")).find(|verb| Verb::of(verb).is_some());
    if let Some(verb) = verb {
        return vec![vec![verb.to_owned()]];
    }
    let words = words_of(text);
    let clauses = words.split(|word| JOINING.contains(&word.as_str())).map(|clause| {
        let is_adverb = |word: &&String| ADVERBS.contains(&word.as_str());
        let words: Vec<String> = clause.iter().skip_while(is_adverb).cloned().collect();
        match words.as_slice() {
            [first, second, ..] if DOING.contains(&first.as_str()) && Verb::of(second) == Some(Verb::Reads) => {
                words[1..].to_vec()
            }
            _ => words,
        }
    });
    clauses.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verb_of_a_name_is_found_however_it_is_written() {
        for (name, word, place) in [
            ("delete", "delete", Place::Alone),
            ("dElEtE", "delete", Place::Alone),
            ("log-out", "logout", Place::Alone),
            ("restart-now", "restart", Place::Alone),
            ("delete(5)", "delete", Place::Alone),
            ("Default.Delete(force=true)", "delete", Place::Alone),
            ("delete.v1", "delete", Place::Alone),
            ("delete;v=1", "delete", Place::Alone),
            ("5:cancel", "cancel", Place::Alone),
            ("bulkDelete", "delete", Place::Alone),
            ("soft-delete", "delete", Place::Alone),
            ("deleteUser", "delete", Place::First),
            ("deleteuser", "delete", Place::First),
            ("REMOVEALL", "remove", Place::First),
            ("unsubscribeuser", "unsubscribe", Place::First),
            ("delete_item", "delete", Place::First),
            ("item_delete", "delete", Place::Last),
            ("turn_off", "turnoff", Place::Alone),
            ("turnOffLights", "turnoff", Place::First),
            ("power-cycle", "powercycle", Place::Alone),
            ("logOutUser", "logout", Place::First),
            ("executeSearchByName", "search", Place::First),
        ] {
            let found = deeds(name);
            assert!(
                matches!(&found[..], [deed] if (deed.word.as_str(), deed.place) == (word, place)),
                "{name}: {found:?}"
            );
        }
        for name in [
            "deleted",
            "items",
            "{delete}",
            "5",
            "",
            "update-notes-x",
            "restarts",
            "deletedkeys",
            "restartable",
            "enablement",
            "removers",
            "delta",
            "likes",
            "rms",
        ] {
            assert!(deeds(name).iter().all(|deed| deed.verb == Verb::MayAct), "{name}: {:?}", deeds(name));
        }
    }

    #[test]
    fn a_name_may_do_several_things() {
        let words = |name: &str| deeds(name).into_iter().map(|deed| deed.word).collect::<Vec<_>>();
        assert_eq!(words("GetAndDelete"), ["get", "delete"]);
        assert_eq!(words("get,delete"), ["get", "delete"]);
        assert_eq!(all_deeds("delete.pdf").len(), 1);
        assert_eq!(deeds("flickr.photos.getInfo")[0].word, "get");
    }

    #[test]
    fn every_verb_stands_in_one_list() {
        let mut all: Vec<&str> = ACTS.into_iter().chain(MAY_ACT).chain(READS).collect();
        all.sort_unstable();
        let length = all.len();
        all.dedup();
        assert_eq!(all.len(), length);
        assert!(BEFORE_PLURALS.iter().chain(&HARDLY_NOUNS).all(|noun| MAY_ACT.contains(noun)));
        assert!(RUN_TOGETHER.iter().all(|verb| ACTS.contains(verb)));
    }
}
