"""What performers' pages show; it reads services and makes no sentences of its own.

It knows for whom somebody acts and may not know how a page looks.
"""
