"""A batch in a notebook: its items as a sheet of pictures, while they are made and after."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

from genwidget.batch.batch import Batch
from genwidget.errors import ConfigurationError, GenwidgetError
from genwidget.io_thread import close_collected
from genwidget.messages import MESSAGES, render
from genwidget.platform import to_page
from genwidget.widget import commands
from genwidget.widget.alerts import alert_of
from genwidget.widget.answer import Answer, refusal, unforeseen
from genwidget.widget.layout import OwnLayout
from genwidget.widget.page_files import read_sheet
from genwidget.widget.playground import newest_playground
from genwidget.widget.publisher import TraitPublisher
from genwidget.widget.reply import id_of, reply_to
from genwidget.widget.sheet import Sheet

#: What is said before the sheet is there; the sheet brings its own sentences.
_FIRST_SENTENCES: Final = {
    code: MESSAGES[code] for code in ("module_blocked", "module_loading", "sheet_connecting", "sheet_off")
}
#: The view of each batch that was shown, by the batch's id and where its ledger is.
_shown: Final[dict[tuple[str, Path], "BatchView"]] = {}
_lock: Final = threading.Lock()


class BatchView(anywidget.AnyWidget):
    """A sheet of one batch. Everything but its name is asked for by the page, so a saved notebook has no picture of it.

    Args:
        batch: the batch.

    Raises:
        ConfigurationError: the page was not built.
    """

    batch_id = traitlets.Unicode("").tag(sync=True)
    #: Sentences by their code.
    messages = traitlets.Dict().tag(sync=True)
    layout = OwnLayout()
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    def __init__(self, batch: Batch) -> None:
        files = read_sheet()
        self._modules: Final = files.modules
        self._lock = threading.RLock()
        self._publisher = TraitPublisher(self.set_trait, self._post, self._lock)
        self._sheet = Sheet(batch, self._publisher.answer, load_into_newest)
        super().__init__(batch_id=batch.batch_id, messages=_FIRST_SENTENCES, _esm=files.script, _css=files.style)
        self.on_msg(lambda _widget, content, _buffers: self._take(content))

    @property
    def batch(self) -> Batch:
        """The batch that is shown."""
        return self._sheet.batch

    def open(self) -> None:
        """Open the comm, and let each message be handled on the subshell that is never busy, as of the playground."""
        super().open()
        if self.comm is not None:
            self.comm._reply_subshell_for = None  # noqa: SLF001 - ipykernel asks for it by this name

    def get_state(self, *names: Any, **drop: Any) -> Any:
        """Return the state as a comm opens with it, and as it is sent."""
        return to_page(super().get_state(*names, **drop))

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(to_page(msg), buffers)

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take nothing: the page writes no trait of ours."""
        super().set_state({name: value for name, value in sync_data.items() if name in {"layout", "tabbable"}})

    def close(self) -> None:
        """Take leave of the page. The batch goes on."""
        self._sheet.close()
        self._publisher.close()
        super().close()

    def __del__(self) -> None:
        """Close what was collected, as of the playground."""
        sheet = self.__dict__.get("_sheet")  # absent where __init__ raised
        if sheet is not None:
            close_collected(sheet.close)
            if self.comm is not None:
                super().close()

    def _take(self, message: object) -> None:
        """Take one message of the page; returns at once."""
        command = commands.parse(message)
        if isinstance(command, commands.Bye):
            self._sheet.leave(command.view)
            self._answer(command.id, Answer())
        elif isinstance(command, commands.Hello | commands.Beat):
            self._answer(command.id, Answer())
        elif isinstance(command, commands.FetchModule):
            module = self._modules.get(command.name)
            self._answer(command.id, refusal("no_such_module", "send") if module is None else Answer(buffers=[module]))
        elif isinstance(command, commands.BatchCommand) and command.batch_id == self.batch_id:
            self.batch.parts.carrier.submit(self._do(command))
        else:
            self._answer(id_of(message) or "", refusal("bad_command", "send"))

    async def _do(self, command: Any) -> None:
        try:
            answer = await self._sheet.answer(command)
        except GenwidgetError as error:
            answer = Answer(alert=alert_of(error))
        except Exception as error:  # noqa: BLE001 - every command is answered
            answer = unforeseen(command.kind, error)
        self._answer(command.id, answer)

    def _answer(self, command_id: str, answer: Answer[Any]) -> None:
        self._publisher.answer(reply_to(command_id, answer.alert, answer.data), answer.buffers)

    def _post(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        comm = self.comm
        if comm is not None and getattr(comm, "kernel", True) is not None:
            self.send(message, list(buffers))


def load_into_newest(model_id: str, values: Mapping[str, Any]) -> None:
    """Put values into the form of the playground of this kernel that was made last.

    Raises:
        GenwidgetError: there is none, or it does not know the model.
    """
    playground = newest_playground()
    if playground is None:
        raise GenwidgetError(render("sheet_no_form"))
    playground.session.load_form(model_id, values)


def show(batch: Batch) -> Any:
    """Return how a batch looks in a notebook: its sheet, and a table where no widget can be shown; None where none can.

    Each batch has one view, however often it is shown.
    """
    place = batch.batch_id, batch.parts.carrier.ledger.path
    with _lock:
        view = _shown.get(place)
        if view is None or view.comm is None or view.batch is not batch:
            try:
                view = BatchView(batch)
            except ConfigurationError:
                return None
            _shown[place] = view
    return view._repr_mimebundle_()
