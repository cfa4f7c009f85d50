"""A QR code as the path of an SVG, which a page may hold without any style of its own.

ISO/IEC 18004, drawn by the encoder that draws the papers' codes.
"""

from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel


def path(text: str) -> tuple[int, str]:
    """(modules a side, path): one unit per module, without the quiet zone."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(QR8bitByte(text))
    code.make()
    side: int = code.getModuleCount()
    dark = [f"M{x} {y}h1v1h-1z" for y in range(side) for x in range(side) if code.isDark(y, x)]
    return side, "".join(dark)
