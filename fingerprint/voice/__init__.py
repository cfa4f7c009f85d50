"""From sound to voices: speech detection, mel windows, embeddings and speaker turns.

Knows samples at 16 kHz and unit vectors; must not know prints, files or people.
"""
