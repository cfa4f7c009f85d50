"""Where faces are in a frame, which of them are one person on screen, and their descriptors.

Knows pixels, boxes, landmarks and vectors. Must not know people, prints, thresholds of matching,
files or databases; frames arrive decoded and nothing here parses foreign media.
"""
