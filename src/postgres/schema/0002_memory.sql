-- Fast memory across replicas: the columns of the table in a file, as text as far as programs write text there.
CREATE TABLE cw_orchestrator.saved_query (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    description text,
    path text NOT NULL,
    method text NOT NULL,
    params text,
    data text,
    api text,
    -- Empty in a row of an older program for which no operation was found yet.
    template text,
    slots text,
    -- The BLAKE3 by which patterns are told apart; empty where the row has no operation or cannot be read whole.
    key bytea UNIQUE,
    created_s bigint,
    usage_count bigint NOT NULL DEFAULT 1,
    last_used_s bigint,
    stale_since_s bigint,
    stale_reason text
);
CREATE INDEX saved_query_operation ON cw_orchestrator.saved_query (coalesce(template, path), upper(method));

CREATE TABLE cw_orchestrator.saved_query_vector (
    entry bigint PRIMARY KEY REFERENCES cw_orchestrator.saved_query ON DELETE CASCADE,
    model text NOT NULL,
    description text NOT NULL,
    -- Little-endian f32 of unit length.
    vector bytea NOT NULL
);

-- Which patterns each client was lately asked to keep.
CREATE TABLE cw_orchestrator.saved_query_offer (
    client text NOT NULL,
    key bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client, key)
);
CREATE INDEX saved_query_offer_at ON cw_orchestrator.saved_query_offer (at);

-- One row: how often entries or vectors changed. By it a replica knows whether what it has read is current.
CREATE TABLE cw_orchestrator.saved_query_version (version bigint NOT NULL);
INSERT INTO cw_orchestrator.saved_query_version VALUES (0);
