"""Small real implementations of what the product talks to, for tests."""
