"""The tables of the keystore file, and how those of its first version become the present ones.

In the first version the key-encryption key wrapped every data key itself.
"""

VERSION = 1
COLUMNS = "key_id, subject_id, wrapped, parent_id, root_id, retired_at"
ROOTS = """
CREATE TABLE root_key (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    root_id BLOB NOT NULL UNIQUE,
    wrapped BLOB NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
INDEXES = """
CREATE INDEX data_key_parent ON data_key (parent_id) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX data_key_live ON data_key (subject_id)
    WHERE wrapped IS NOT NULL AND retired_at IS NULL;
"""
SCHEMA = f"""
CREATE TABLE data_key (
    key_id BLOB PRIMARY KEY,
    subject_id TEXT NOT NULL,
    wrapped BLOB,
    created_at TEXT NOT NULL,
    erased_at TEXT,
    parent_id BLOB,
    root_id BLOB,
    retired_at TEXT
);
CREATE INDEX data_key_subject ON data_key (subject_id);
{INDEXES}{ROOTS}
PRAGMA user_version = {VERSION};
"""
FROM_FIRST = f"""
ALTER TABLE data_key ADD COLUMN parent_id BLOB;
ALTER TABLE data_key ADD COLUMN root_id BLOB;
ALTER TABLE data_key ADD COLUMN retired_at TEXT;
DROP INDEX data_key_live;
{INDEXES}{ROOTS}
PRAGMA user_version = {VERSION};
"""


def statements(script: str) -> list[str]:
    """The single statements of a script, to be run inside one transaction."""
    return [part.strip() for part in script.split(";") if part.strip()]
