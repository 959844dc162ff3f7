"""Every host of the table, in its order."""

from tests.hosts.labs import HubHost, LabHost, NotebookHost, OldLabHost, StrictHost, VoilaHost
from tests.hosts.lite import LiteHost
from tests.hosts.notebooks_of_marimo import MarimoEditHost, MarimoRunHost
from tests.hosts.unattended import PapermillHost, StatefulHost, StatelessHost

HOSTS = (
    LabHost,
    OldLabHost,
    NotebookHost,
    HubHost,
    StrictHost,
    VoilaHost,
    MarimoEditHost,
    MarimoRunHost,
    StatefulHost,
    StatelessHost,
    PapermillHost,
    LiteHost,
)
