"""Sizes of pictures that take no time to paint."""

from genwidget.sandbox.media.sizes import PICTURE_PIXELS

#: A sixteenth of each side, and even.
SMALL = {ratio: (width // 32 * 2, height // 32 * 2) for ratio, (width, height) in PICTURE_PIXELS.items()}
