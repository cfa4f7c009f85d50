"""Measures that tell a living person's answer from something made of recordings.

Knows sound, pictures and vectors; knows no enrolment, no person and no verdict.
"""
