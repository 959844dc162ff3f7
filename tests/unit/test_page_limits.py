"""What the page repeats of a limit of the kernel's is the same number."""

import re
from pathlib import Path

from genwidget.widget.form_sweep import MOST_ITEMS

AXIS_VALUES = Path(__file__).parents[2] / "js/src/view/sheet/axis-values.tsx"


def test_repeat_takes_as_many_times_as_the_kernel_takes_items():
    written = re.findall(r"^const MOST_TIMES = ([\d_]+);$", AXIS_VALUES.read_text("utf-8"), re.MULTILINE)
    assert [int(one) for one in written] == [MOST_ITEMS]
