"""What people may know and have done about the data on them, as rules without any storage."""
