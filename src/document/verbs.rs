//! Which words name an action, in paths and in requests? English, for REST APIs at large; nothing of any one API.

/// Words that name an action route when they stand last in a path and no collection of that name exists.
pub const ACTION_WORDS: &str = "approve reject submit reverse merge convert copy test validate link unlink attach detach \
    deactivate activate authorize execute import export download upload clear reset recalculate rebatch unbatch generate apply \
    mark request register resolve search bulk change get send cancel close reopen calculate verify notify assign allocate \
    optimize analyze process evaluate schedule enable disable start stop restart run trigger sync refresh retry login logout";

/// Verbs of requests by what they ask for.
pub const VERBS: [(Intent, &str); 6] = [
    (
        Intent::Create,
        "create add new insert post register log open submit make enter raise write generate attach upload book setup \
         establish provision enroll enrol file import append publish send notify request issue link associate relate email \
         subscribe record start launch draft compose exempt upsert store save put",
    ),
    (
        Intent::Update,
        "update change modify edit set patch assign reassign rename close reopen reschedule move mark correct adjust alter \
         amend fix flip switch transfer enable disable complete finish resolve extend revise flag repoint configure increase \
         decrease bump escalate postpone tweak customize",
    ),
    (Intent::Replace, "replace overwrite"),
    (
        Intent::Delete,
        "delete remove destroy erase drop purge clear cancel unassign detach unlink dissociate void wipe kill scrap discard \
         trash unsubscribe",
    ),
    (Intent::Count, "count tally"),
    (
        Intent::Read,
        "get list show find search fetch retrieve read view display look lookup query check return see browse pull tell \
         verify review identify examine monitor access obtain analyze track enumerate locate discover inspect evaluate \
         download determine assess compare calculate summarize filter export know",
    ),
];

/// A verb and its particle, which may stand some words later: `get the invoice rid of`.
pub const PHRASAL: [(&str, &str, Intent); 24] = [
    ("get", "rid", Intent::Delete),
    ("take", "off", Intent::Delete),
    ("take", "out", Intent::Delete),
    ("throw", "away", Intent::Delete),
    ("clear", "out", Intent::Delete),
    ("call", "off", Intent::Delete),
    ("set", "up", Intent::Create),
    ("kick", "off", Intent::Create),
    ("spin", "up", Intent::Create),
    ("sign", "up", Intent::Create),
    ("write", "up", Intent::Create),
    ("tick", "off", Intent::Update),
    ("check", "off", Intent::Update),
    ("push", "back", Intent::Update),
    ("fill", "in", Intent::Update),
    ("shut", "off", Intent::Act),
    ("turn", "off", Intent::Act),
    ("switch", "off", Intent::Act),
    ("turn", "into", Intent::Act),
    ("make", "out", Intent::Act),
    ("look", "up", Intent::Read),
    ("pull", "up", Intent::Read),
    ("bring", "up", Intent::Read),
    ("find", "out", Intent::Read),
];

/// Verbs that are as often nouns: verbs only in first place or after a word that leads to one.
pub const AMBIGUOUS: &str = "new log open close record file book request issue set post put mark count use change list show \
    move setup report export import check view query look track review display access search notify file transfer switch fix \
    drop return clear complete adjust enter extend make send raise write register edit lookup monitor detach log attach start \
    store save flag email draft void link know";

/// A request's word and the word that APIs name the same action with.
pub const ACTION_SYNONYMS: [(&str, &str); 21] = [
    ("clone", "copy"),
    ("duplicate", "copy"),
    ("turn", "convert"),
    ("promote", "convert"),
    ("transform", "convert"),
    ("accept", "approve"),
    ("decline", "reject"),
    ("refuse", "reject"),
    ("undo", "reverse"),
    ("combine", "merge"),
    ("consolidate", "merge"),
    ("join", "merge"),
    ("bundle", "attach"),
    ("offboard", "deactivate"),
    ("terminate", "deactivate"),
    ("shut", "deactivate"),
    ("suspend", "deactivate"),
    ("swap", "change"),
    ("sign", "approve"),
    ("recompute", "recalculate"),
    ("synchronize", "sync"),
];

/// What a request asks to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Intent {
    /// To see something.
    Read,
    /// To know how many.
    Count,
    /// To know where something is used.
    Usages,
    /// Something new.
    Create,
    /// A change to something.
    Update,
    /// Something put in the place of what is there.
    Replace,
    /// Something gone.
    Delete,
    /// An action with a name of its own.
    Act,
}
