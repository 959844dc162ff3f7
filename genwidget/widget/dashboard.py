"""Whether this process serves a dashboard, whose visitors are strangers to its owner and to one another."""

import os
from collections.abc import Mapping
from typing import Final

#: Voila names itself in a kernel that it starts for a request. In one that it starts ahead of any request it does not,
#: but there, too, it sets variables of its own. Source: voila/handler.py and voila/voila_kernel_manager.py, 0.5.13.
_VOILA_SOFTWARE: Final = "voila/"
_VOILA_PREFIX: Final = "VOILA_"


def is_dashboard(environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether Voila started this kernel, for a visitor or ahead of one."""
    environment = os.environ if environment is None else environment
    is_named = environment.get("SERVER_SOFTWARE", "").lower().startswith(_VOILA_SOFTWARE)
    return is_named or any(name.startswith(_VOILA_PREFIX) for name in environment)
