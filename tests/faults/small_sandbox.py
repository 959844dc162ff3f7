"""The sandbox with pictures of few pixels: what is counted is files, and painting them would take most of the time."""

import sys

from genwidget.sandbox.__main__ import main
from genwidget.sandbox.media import sizes
from tests.faults.small_pictures import SMALL

sizes.PICTURE_PIXELS.update(SMALL)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
