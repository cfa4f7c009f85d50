"""Knows how to find the nearest of many unit vectors; must not know what the vectors describe."""
