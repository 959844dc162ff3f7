"""Every row, in the order of the page; the cheap ones first."""

from tests.benchmarks.row import Row
from tests.benchmarks.rows.account import Account
from tests.benchmarks.rows.change import Change
from tests.benchmarks.rows.click import Click
from tests.benchmarks.rows.history import History
from tests.benchmarks.rows.idle import Idle
from tests.benchmarks.rows.json_page import JsonPage
from tests.benchmarks.rows.keystroke import Keystroke
from tests.benchmarks.rows.large_json import LargeJson
from tests.benchmarks.rows.memory import Memory
from tests.benchmarks.rows.mixed import Mixed
from tests.benchmarks.rows.paint import Paint, PaintCold
from tests.benchmarks.rows.plans import Plans
from tests.benchmarks.rows.sandbox import SandboxRow
from tests.benchmarks.rows.sends import Sends
from tests.benchmarks.rows.sheet import SheetRow
from tests.benchmarks.rows.size import Size, SizePeers, Wheel
from tests.benchmarks.rows.start import Start, StartCpu, StartPeers
from tests.benchmarks.rows.throughput import ClientCpu, Clients, Runs

ROWS: tuple[Row, ...] = (
    Start(),
    StartCpu(),
    StartPeers(),
    Size(),
    SizePeers(),
    Wheel(),
    Clients(),
    ClientCpu(),
    Runs(),
    Sends(),
    Account(),
    Mixed(),
    Plans(),
    Memory(),
    Paint(),
    PaintCold(),
    Click(),
    Keystroke(),
    Idle(),
    Change(),
    LargeJson(),
    JsonPage(),
    History(),
    SheetRow(),
    SandboxRow(),
)
