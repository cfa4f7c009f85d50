"""The one-shot process that parses media: runs one job on one file, then ends.

It knows containers, codecs and clocks. It must not know the network, other files, models, people or
settings, and imports nothing that is not needed to decode. Everything it says is checked by the
parent.
"""
