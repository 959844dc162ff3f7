"""How long a test waits for what has to come.

A wait ends with what it waits for, so a generous limit costs nothing where a test passes; a tight one fails where a
machine is slow, which is no fault of what is tested. What has to be quick has its own test, in another suite.
"""

LIMIT_S = 90
LIMIT_MS = LIMIT_S * 1000
