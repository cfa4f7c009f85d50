"""Tables of accounts and every query over them; nothing else of accounts speaks SQL."""
