"""What stands behind a playground: its session, and the commands of its page. Imported by ``deferred.py`` alone."""

from typing import Final

from genwidget.io_thread import close_collected
from genwidget.runs import runner
from genwidget.widget.deferred import Terms
from genwidget.widget.handlers import CommandHandler
from genwidget.widget.session import Session


class BackEnd:
    """The session and the handler of one playground."""

    def __init__(self, terms: Terms) -> None:
        self.session: Final = Session(
            terms.publisher,
            terms.settings,
            runner.shared,
            base_url=terms.base_url,
            region_id=terms.region_id,
            sandbox_offered=terms.sandbox_offered,
            scope=terms.scope,
            spend_limit=terms.spend_limit,
        )
        self.handler: Final = CommandHandler(self.session, terms)

    def close_collected(self) -> None:
        """Close the session of a playground that the garbage collector found."""
        close_collected(self.session.close)
