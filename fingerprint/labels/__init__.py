"""Labels as made with AI that a file carries: C2PA, IPTC and the AIGC key of GB 45438.

Knows files and the words of the three schemes; must not know laws, licences or declarations.
"""
