-- One generation's catalogue. Written once, then only read; `format` in meta.json tells editions apart.
CREATE TABLE api (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  title    TEXT NOT NULL,
  version  TEXT NOT NULL,
  dialect  TEXT NOT NULL,
  embedded INTEGER NOT NULL, -- 1 for the manifest inside the program
  servers  TEXT NOT NULL,   -- JSON array of {url, description}
  security TEXT NOT NULL    -- JSON object: security schemes by name
);
CREATE TABLE operation (
  id           INTEGER PRIMARY KEY,  -- DocId: dense, from 0
  api          INTEGER NOT NULL REFERENCES api,
  method       TEXT NOT NULL,
  path         TEXT NOT NULL,
  template     TEXT NOT NULL,        -- the path by which it is looked up: `store::template_key`
  operation_id TEXT,
  summary      TEXT NOT NULL,
  domain       TEXT NOT NULL,
  resource     TEXT NOT NULL,
  kind         TEXT NOT NULL,
  node         INTEGER NOT NULL,     -- NodeId of its text
  text         TEXT NOT NULL,        -- what was embedded
  call         TEXT NOT NULL,        -- JSON: a ready argument object
  body         TEXT NOT NULL,        -- JSON: the whole Operation
  UNIQUE (api, method, path)
);
CREATE INDEX operation_by_template ON operation (template);
CREATE INDEX operation_by_place ON operation (domain, resource);
CREATE TABLE schema (
  api  INTEGER NOT NULL REFERENCES api,
  name TEXT NOT NULL,
  body TEXT NOT NULL,                -- JSON Schema 2020-12
  PRIMARY KEY (api, name)
) WITHOUT ROWID;
CREATE TABLE warning (
  api     INTEGER NOT NULL REFERENCES api,
  code    TEXT NOT NULL,
  pointer TEXT NOT NULL,
  message TEXT NOT NULL,
  skipped INTEGER NOT NULL,          -- 1 where something was left out
  occurrences INTEGER NOT NULL       -- places with this same code and message; pointer is the first
);
-- Contentless: the words are searched, never shown. rowid is operation.id.
CREATE VIRTUAL TABLE operation_words USING fts5 (
  path, summary, tags, names, fields, description, gloss,
  content = '', detail = 'full', tokenize = 'porter unicode61'
);
