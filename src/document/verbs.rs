//! Which words name an action, in paths and in requests? English, for REST APIs at large; nothing of any one API.

/// Words that name an action where the same segment says of what: `addFollowers`, `removeTag`, `setParent`. Alone they are other names for
/// creating, changing and deleting.
pub const WITH_OBJECT: [&str; 6] = ["add", "append", "insert", "remove", "save", "set"];

/// Words that name an action route when they stand last in a path and no collection of that name exists.
pub const ACTION_WORDS: &str = "approve reject submit reverse merge convert copy test validate link unlink attach detach \
    deactivate activate authorize execute import export download upload clear reset recalculate rebatch unbatch generate \
    apply mark request register resolve search bulk change get send cancel close reopen calculate verify notify assign \
    allocate optimize analyze process evaluate schedule enable disable start stop restart run trigger sync refresh retry \
    login logout archive unarchive restore undelete recover suspend resume pause unpause lock unlock block unblock publish \
    unpublish duplicate clone move transfer split unmerge void refund capture finalize finalise confirm accept decline deny \
    complete finish undo redo revert rollback rename reassign unassign reallocate escalate invite revoke rotate renew \
    reactivate inactivate unsubmit unapprove resubmit recall withdraw resend preview deploy undeploy replay rerun reprocess \
    abort terminate acknowledge ack snooze mute unmute subscribe unsubscribe unfollow join \
    ping install uninstall connect disconnect impersonate print unpost reconcile reserve pay ship \
    fulfill checkout checkin signin signout signup authenticate reorder scan purge flush \
    promote demote enqueue requeue invalidate revalidate \
    rebuild reindex regenerate synchronize dispatch analyse authorise";

/// Verbs of requests by what they ask for.
pub const VERBS: [(Intent, &str); 7] = [
    (
        Intent::Create,
        "create add new insert post register log open submit make enter raise write generate attach upload book setup \
         establish provision enroll enrol file import append publish send notify request issue link associate relate email \
         subscribe record start launch draft compose exempt upsert store save put onboard introduce initiate schedule sched \
         input invite build craft prepare define spawn instantiate construct formulate enlist reserve comment reply respond \
         inform announce broadcast grant bind connect tie tack stick delegate declare lodge jot ingest reattach",
    ),
    (
        Intent::Update,
        "update change modify edit set patch assign reassign rename close reopen reschedule move mark correct adjust alter \
         amend fix flip switch transfer enable disable complete finish resolve extend revise flag repoint configure increase \
         decrease bump escalate postpone tweak customize upd chg resched relocate rework relabel retitle recategorize \
         recategorise reclassify recode renumber reword rephrase rewrite reformat restructure rearrange reorder resequence \
         reprioritize reprioritise prioritize prioritise deprioritize deprioritise categorize categorise classify normalize \
         normalise standardize standardise customise designate appoint reallocate redirect reroute rectify refine revamp \
         overhaul mend populate backfill backdate redate reprice renew prolong lengthen shorten reduce lower boost upgrade \
         downgrade defer delay toggle tick untick uncheck unmark unflag unset hide unhide shift override reconfigure \
         readjust",
    ),
    (Intent::Replace, "replace overwrite supersede substitute"),
    (Intent::End, "cancel cxl void terminate"),
    (
        Intent::Delete,
        "delete remove destroy erase drop purge clear unassign detach unlink dissociate wipe kill scrap discard \
         trash unsubscribe del rm nuke axe ditch nix bin zap toss yank shred expunge eliminate eradicate obliterate \
         prune truncate strip dispose deregister unregister uninstall unenroll unenrol disenroll delist revoke unlist \
         unshare untag unbind unhook delink disassociate disconnect decouple evict expel",
    ),
    (Intent::Count, "count tally quantify"),
    (
        Intent::Read,
        "get list show find search fetch retrieve read view display look lookup query check return see browse pull tell \
         verify review identify examine monitor access obtain analyze track enumerate locate discover inspect evaluate \
         download determine assess compare calculate summarize filter export know gimme grab snag dump print output extract \
         preview load gather collect compile provide surface highlight reveal unearth dig hunt scour comb peek glance skim \
         peruse eyeball explore investigate research diagnose troubleshoot trace observe detect pinpoint confirm ascertain \
         recheck crosscheck inquire enquire learn understand explain describe outline recap analyse summarise itemize \
         itemise tabulate visualize visualise aggregate sum total average compute rank sort predict",
    ),
];

/// A verb and its particle, which may stand some words later: `get the invoice rid of`.
pub const PHRASAL: [(&str, &str, Intent); 158] = [
    ("take", "hold", Intent::Update),
    ("fill", "me", Intent::Read),
    ("give", "access", Intent::Create),
    ("give", "permission", Intent::Create),
    ("get", "rid", Intent::Delete),
    ("take", "off", Intent::Delete),
    ("take", "out", Intent::Delete),
    ("throw", "away", Intent::Delete),
    ("clear", "out", Intent::Delete),
    ("call", "off", Intent::End),
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
    ("do", "away", Intent::Delete),
    ("take", "down", Intent::Delete),
    ("take", "away", Intent::Delete),
    ("throw", "out", Intent::Delete),
    ("toss", "out", Intent::Delete),
    ("chuck", "out", Intent::Delete),
    ("chuck", "away", Intent::Delete),
    ("clean", "out", Intent::Delete),
    ("kick", "out", Intent::Delete),
    ("weed", "out", Intent::Delete),
    ("rip", "out", Intent::Delete),
    ("rub", "out", Intent::Delete),
    ("cross", "out", Intent::Delete),
    ("strike", "out", Intent::Delete),
    ("strike", "off", Intent::Delete),
    ("strip", "off", Intent::Delete),
    ("blow", "away", Intent::Delete),
    ("tear", "down", Intent::Delete),
    ("put", "down", Intent::Create),
    ("put", "through", Intent::Create),
    ("put", "together", Intent::Create),
    ("throw", "together", Intent::Create),
    ("write", "down", Intent::Create),
    ("note", "down", Intent::Create),
    ("scribble", "down", Intent::Create),
    ("draw", "up", Intent::Create),
    ("mock", "up", Intent::Create),
    ("whip", "up", Intent::Create),
    ("stand", "up", Intent::Create),
    ("tee", "up", Intent::Create),
    ("hook", "up", Intent::Create),
    ("wire", "up", Intent::Create),
    ("fill", "out", Intent::Create),
    ("send", "out", Intent::Create),
    ("fire", "off", Intent::Create),
    ("shoot", "email", Intent::Create),
    ("pencil", "in", Intent::Create),
    ("punch", "in", Intent::Create),
    ("squeeze", "in", Intent::Create),
    ("place", "order", Intent::Create),
    ("cross", "off", Intent::Update),
    ("close", "out", Intent::Update),
    ("close", "down", Intent::Update),
    ("wrap", "up", Intent::Update),
    ("finish", "off", Intent::Update),
    ("wind", "down", Intent::Update),
    ("wind", "up", Intent::Update),
    ("hand", "over", Intent::Update),
    ("hand", "off", Intent::Update),
    ("pass", "along", Intent::Update),
    ("take", "over", Intent::Update),
    ("carry", "over", Intent::Update),
    ("carry", "forward", Intent::Update),
    ("roll", "over", Intent::Update),
    ("bring", "forward", Intent::Update),
    ("push", "out", Intent::Update),
    ("push", "forward", Intent::Update),
    ("scale", "up", Intent::Update),
    ("scale", "down", Intent::Update),
    ("cut", "back", Intent::Update),
    ("cut", "down", Intent::Update),
    ("swap", "out", Intent::Update),
    ("sort", "out", Intent::Update),
    ("tidy", "up", Intent::Update),
    ("touch", "up", Intent::Update),
    ("flesh", "out", Intent::Update),
    ("blank", "out", Intent::Update),
    ("put", "back", Intent::Update),
    ("put", "hold", Intent::Update),
    ("place", "hold", Intent::Update),
    ("make", "changes", Intent::Update),
    ("make", "active", Intent::Update),
    ("make", "inactive", Intent::Update),
    ("make", "default", Intent::Update),
    ("make", "copy", Intent::Act),
    ("sign", "off", Intent::Act),
    ("roll", "back", Intent::Act),
    ("send", "back", Intent::Act),
    ("kick", "back", Intent::Act),
    ("knock", "back", Intent::Act),
    ("turn", "down", Intent::Act),
    ("turn", "on", Intent::Act),
    ("shut", "down", Intent::Act),
    ("lock", "down", Intent::Act),
    ("power", "off", Intent::Act),
    ("power", "down", Intent::Act),
    ("spin", "down", Intent::Act),
    ("boot", "up", Intent::Act),
    ("split", "up", Intent::Act),
    ("tot", "up", Intent::Count),
    ("give", "me", Intent::Read),
    ("give", "us", Intent::Read),
    ("send", "me", Intent::Read),
    ("send", "us", Intent::Read),
    ("bring", "me", Intent::Read),
    ("hand", "me", Intent::Read),
    ("shoot", "me", Intent::Read),
    ("take", "look", Intent::Read),
    ("have", "look", Intent::Read),
    ("let", "know", Intent::Read),
    ("run", "report", Intent::Read),
    ("call", "up", Intent::Read),
    ("dig", "up", Intent::Read),
    ("dig", "out", Intent::Read),
    ("fish", "out", Intent::Read),
    ("hunt", "down", Intent::Read),
    ("track", "down", Intent::Read),
    ("chase", "down", Intent::Read),
    ("narrow", "down", Intent::Read),
    ("break", "down", Intent::Read),
    ("drill", "down", Intent::Read),
    ("drill", "into", Intent::Read),
    ("pull", "together", Intent::Read),
    ("print", "out", Intent::Read),
    ("spit", "out", Intent::Read),
    ("spell", "out", Intent::Read),
    ("lay", "out", Intent::Read),
    ("list", "out", Intent::Read),
    ("pick", "out", Intent::Read),
    ("figure", "out", Intent::Read),
    ("suss", "out", Intent::Read),
    ("seek", "out", Intent::Read),
    ("sum", "up", Intent::Read),
    ("total", "up", Intent::Read),
    ("catch", "up", Intent::Read),
    ("come", "up", Intent::Read),
    ("go", "over", Intent::Read),
    ("go", "through", Intent::Read),
    ("walk", "through", Intent::Read),
    ("talk", "through", Intent::Read),
];

/// Verbs that are as often nouns: verbs only in first place or after a word that leads to one.
pub const AMBIGUOUS: &str = "new log open close record file book request issue set post put mark count use change list show \
    move setup report export import check view query look track review display access search notify transfer switch fix drop \
    return clear complete adjust enter extend make send raise write register edit lookup monitor detach attach start store \
    save flag email draft void link know schedule sched input invite build reserve comment reply respond broadcast grant \
    connect tie stick delegate lodge onboard prepare bind renew lower boost upgrade downgrade delay toggle tick shift \
    override overhaul rework rewrite substitute chg upd del bin axe strip zap dump print output extract preview load collect \
    provide surface highlight research trace confirm learn understand outline recap aggregate sum total average rank sort \
    hunt dig comb glance peek skim lock block call note place hand figure scale power pass boot archive restore recall \
    sunset retire fold halt pause refund split veto resume snag touch share scan star pin batch dispatch capture pay leave \
    follow ping checkout checkin mute install withdraw";

/// A request's word and the word that APIs name the same action with.
pub const ACTION_SYNONYMS: [(&str, &str); 95] = [
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
    ("replicate", "copy"),
    ("morph", "convert"),
    ("greenlight", "approve"),
    ("endorse", "approve"),
    ("ratify", "approve"),
    ("authorise", "authorize"),
    ("deny", "reject"),
    ("disapprove", "reject"),
    ("veto", "reject"),
    ("unsubmit", "reverse"),
    ("unapprove", "reverse"),
    ("unpost", "reverse"),
    ("revert", "reverse"),
    ("rollback", "reverse"),
    ("roll", "reverse"),
    ("retract", "reverse"),
    ("recall", "reverse"),
    ("unwind", "reverse"),
    ("withdraw", "cancel"),
    ("abort", "cancel"),
    ("rescind", "cancel"),
    ("annul", "cancel"),
    ("amalgamate", "merge"),
    ("unify", "merge"),
    ("coalesce", "merge"),
    ("fold", "merge"),
    ("dedupe", "merge"),
    ("deduplicate", "merge"),
    ("unbundle", "detach"),
    ("inactivate", "deactivate"),
    ("retire", "deactivate"),
    ("sunset", "deactivate"),
    ("decommission", "deactivate"),
    ("deprovision", "deactivate"),
    ("mothball", "deactivate"),
    ("reactivate", "activate"),
    ("unsuspend", "activate"),
    ("reinstate", "activate"),
    ("undelete", "restore"),
    ("unarchive", "restore"),
    ("recover", "restore"),
    ("revive", "restore"),
    ("resurrect", "restore"),
    ("unpause", "resume"),
    ("freeze", "lock"),
    ("unfreeze", "unlock"),
    ("ban", "block"),
    ("unban", "unblock"),
    ("unmerge", "split"),
    ("divide", "split"),
    ("recalc", "recalculate"),
    ("rerun", "run"),
    ("invoke", "execute"),
    ("relaunch", "restart"),
    ("reboot", "restart"),
    ("halt", "stop"),
    ("resync", "sync"),
    ("synchronise", "sync"),
    ("reload", "refresh"),
    ("regenerate", "generate"),
    ("resubmit", "submit"),
    ("resend", "send"),
    ("transmit", "send"),
    ("reprocess", "process"),
    ("revalidate", "validate"),
    ("retest", "test"),
    ("reimport", "import"),
    ("optimise", "optimize"),
    ("finalise", "finalize"),
    ("allot", "allocate"),
    ("apportion", "allocate"),
    ("earmark", "allocate"),
    ("reimburse", "refund"),
    ("authenticate", "login"),
];

/// The action that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Intent {
    /// See records.
    Read,
    /// Know how many there are.
    Count,
    /// Know where a record is used.
    Usages,
    /// Create a record.
    Create,
    /// Change a part of a record.
    Update,
    /// Put a record in the place of another.
    Replace,
    /// Delete a record.
    Delete,
    /// End what a record stands for, as one cancels an order: the record stays and says so, or it goes.
    End,
    /// Do something that has a name of its own, such as merging.
    Act,
}
