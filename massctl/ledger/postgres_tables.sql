-- The tables of massctl's ledger in PostgreSQL, version 1. Their owner runs this once, and sends nothing:
-- who owns a table may do everything with it. `massctl state init --sql` prints it.
BEGIN;

-- Where functions look for tables: here, and nowhere else before.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE TABLE massctl_version (version integer PRIMARY KEY);
INSERT INTO massctl_version VALUES (1);

-- One row for each ledger that was in force, in order. The newest row says which one is.
CREATE TABLE massctl_ledgers (
    number integer PRIMARY KEY CHECK (number > 0),
    lineage text UNIQUE,   -- whose lines massctl_ledger has; NULL: none is in force
    aside text,            -- what people call the one before it since then
    nonce bytea NOT NULL
);

-- One row for each line. An empty line ends a ledger that was put aside.
CREATE TABLE massctl_ledger (
    lineage text NOT NULL,
    serial bigint NOT NULL CHECK (serial > 0),
    line bytea NOT NULL,
    nonce bytea NOT NULL,  -- of the append: whose answer was lost finds its own row by it
    PRIMARY KEY (lineage, serial)
);

-- The newest signed line that each lineage ever had.
CREATE TABLE massctl_floor (lineage text PRIMARY KEY, serial bigint NOT NULL, line bytea NOT NULL);

CREATE TABLE massctl_contents (name text PRIMARY KEY, data bytea NOT NULL);
CREATE TABLE massctl_statistics (
    appid text NOT NULL,
    file text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    line text NOT NULL,
    PRIMARY KEY (appid, file, number)
);

-- Snapshots of audiences, encrypted, in pieces. They alone are deleted: whoever is erased leaves nothing here.
CREATE TABLE massctl_snapshots (
    name text NOT NULL,
    piece integer NOT NULL CHECK (piece >= 0),
    data bytea NOT NULL,
    PRIMARY KEY (name, piece)
);

-- A signed line raises the floor, which nobody but this function writes, and leaves no serial out.
CREATE FUNCTION massctl_raise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.serial > 1 + coalesce((SELECT max(serial) FROM massctl_ledger WHERE lineage = NEW.lineage), 0) THEN
        RAISE EXCEPTION 'serial % does not follow', NEW.serial USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO massctl_floor AS known VALUES (split_part(NEW.lineage, '-', 1), NEW.serial, NEW.line)
        ON CONFLICT (lineage) DO UPDATE SET serial = excluded.serial, line = excluded.line
        WHERE known.serial <= excluded.serial;
    RETURN NEW;
END $$;
CREATE TRIGGER signed BEFORE INSERT ON massctl_ledger FOR EACH ROW
    WHEN (position('"signature":"'::bytea IN NEW.line) > 0) EXECUTE FUNCTION massctl_raise();

-- Nobody changes or deletes what is written, and the floor only rises: this also holds for the owner's own mistakes.
CREATE FUNCTION massctl_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION massctl_rise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.lineage <> OLD.lineage OR NEW.serial < OLD.serial THEN
        RAISE EXCEPTION 'the floor only rises' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON massctl_ledgers EXECUTE FUNCTION massctl_refuse();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON massctl_ledger EXECUTE FUNCTION massctl_refuse();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON massctl_contents EXECUTE FUNCTION massctl_refuse();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON massctl_statistics EXECUTE FUNCTION massctl_refuse();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON massctl_floor EXECUTE FUNCTION massctl_refuse();
CREATE TRIGGER rise BEFORE UPDATE ON massctl_floor FOR EACH ROW EXECUTE FUNCTION massctl_rise();

-- What the listener may write: the end of a job, and that an event showed a send in doubt to be accepted.
CREATE FUNCTION massctl_is_end(line bytea) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT
AS $$
    SELECT coalesce(entry ->> 'type' = 'job_status' AND entry ->> 'source' = 'event', false)
        OR coalesce(entry ->> 'type' = 'send_accepted' AND entry ->> 'content' = 'unknown', false)
    FROM (SELECT convert_from(nullif(line, ''), 'UTF8')::jsonb AS entry) AS parsed
$$;

ALTER TABLE massctl_ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything_is_read ON massctl_ledger FOR SELECT USING (true);

DO $$
BEGIN
    IF to_regrole('massctl_reader') IS NULL THEN CREATE ROLE massctl_reader NOLOGIN; END IF;
    IF to_regrole('massctl_sender') IS NULL THEN CREATE ROLE massctl_sender NOLOGIN; END IF;
    IF to_regrole('massctl_listener') IS NULL THEN CREATE ROLE massctl_listener NOLOGIN; END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'this role may not create roles: without them only the owner can use the ledger';
END $$;
DO $$
BEGIN
    IF to_regrole('massctl_reader') IS NULL OR to_regrole('massctl_sender') IS NULL
        OR to_regrole('massctl_listener') IS NULL THEN RETURN; END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO massctl_reader, massctl_sender, massctl_listener', current_schema());
    GRANT SELECT ON massctl_version, massctl_ledgers, massctl_ledger, massctl_floor, massctl_contents,
        massctl_statistics TO massctl_reader, massctl_sender, massctl_listener;
    GRANT SELECT ON massctl_snapshots TO massctl_reader, massctl_sender;
    GRANT INSERT, DELETE ON massctl_snapshots TO massctl_sender;
    GRANT INSERT ON massctl_ledgers, massctl_ledger, massctl_contents, massctl_statistics TO massctl_sender;
    GRANT INSERT ON massctl_ledger TO massctl_listener;
    CREATE POLICY sender_writes ON massctl_ledger FOR INSERT TO massctl_sender WITH CHECK (true);
    CREATE POLICY listener_writes ON massctl_ledger FOR INSERT TO massctl_listener WITH CHECK (massctl_is_end(line));
END $$;

COMMIT;
