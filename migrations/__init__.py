"""The database schema, step by step; `api.schema` runs these and nothing else does."""

HEAD = "0186"
