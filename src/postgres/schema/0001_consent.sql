-- Consent across replicas: questions and previews that are answered once, and the POSTs that were made a short time ago.
-- Times are the database's, whatever the clocks of replicas say.
CREATE TABLE cw_orchestrator.confirmation (
    -- The BLAKE3 of the token that its client has.
    token text PRIMARY KEY,
    client text NOT NULL,
    -- The client without its session.
    owner text NOT NULL,
    -- The hash of the request, or of what was asked about.
    subject text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX confirmation_owner ON cw_orchestrator.confirmation (owner, at);
CREATE INDEX confirmation_at ON cw_orchestrator.confirmation (at);

CREATE TABLE cw_orchestrator.post (
    -- The name of this sending alone.
    write text PRIMARY KEY,
    -- The client without its session.
    owner text NOT NULL,
    -- The hash that is equal for requests which an API may read as the same write.
    likeness text NOT NULL,
    -- When its replica said last that it is under way.
    alive timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Empty while it is decided on or sent, and where its replica died meanwhile.
    ended timestamptz
);
CREATE INDEX post_likeness ON cw_orchestrator.post (owner, likeness);
CREATE INDEX post_alive ON cw_orchestrator.post (alive);
