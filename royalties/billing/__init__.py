"""What an invoice says: whose it is, value added tax by dated data, its lines, its XML.

Knows no table, no clock and no key; whoever issues hands in what it needs.
"""
