"""The command `ebenbild`: one file per noun; every command speaks HTTP to `/v1`, here or afar."""
