"""What the pages of whoever keeps a book show, put together from services; it decides nothing."""
