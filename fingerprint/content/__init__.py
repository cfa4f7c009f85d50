"""Content fingerprints: which recording is this? Knows sound and pictures, never whose they are."""
