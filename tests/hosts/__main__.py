"""Write the table of hosts into the documentation, as the hosts declare it: ``python -m tests.hosts``."""

from tests.hosts.all import HOSTS
from tests.hosts.table import write

if __name__ == "__main__":
    write(HOSTS)
