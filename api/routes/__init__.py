"""HTTP under `/v1`: one file per noun, each endpoint parses, calls one service and returns."""
