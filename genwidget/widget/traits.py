"""The traits of a playground and their guards: what is synced, who may write it, and what follows from a change."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import anywidget
import traitlets

from genwidget import platform
from genwidget.api.regions import find_region
from genwidget.arguments import values_of
from genwidget.errors import GenwidgetError, InvalidRequest
from genwidget.platform import to_page
from genwidget.request.body import has_files
from genwidget.request.decimals import as_json
from genwidget.request.drafts import Drafts
from genwidget.request.validation import check_model_type, find_model
from genwidget.widget.alerts import alert_of
from genwidget.widget.deferred import Deferred
from genwidget.widget.layout import OwnLayout, close_layout
from genwidget.widget.model_id import ModelId
from genwidget.widget.told import Fields, Word, told_as_trait_error
from genwidget.widget.views import Views

if TYPE_CHECKING:
    import threading

    from genwidget.runs.run import Run
    from genwidget.widget.session import Session

#: The model of each type that is shown first.
FIRST_MODELS: Final = {"image": "bfl/flux-schnell", "video": "google/veo-2"}
_BROWSER_OWNED: Final = frozenset({"region", "model_type", "model_id", "values"})
_KERNEL_OWNED: Final = frozenset(
    {
        "catalogue",
        "host",
        "host_fixed",
        "locked",
        "key_entry",
        "key_hint",
        "run",
        "posting",
        "history_state",
        "estimate",
        "menu_prices",
        "balance",
        "batch_id",
        "spending",
        "alert",
        "_esm",
        "_css",
    }
)


class _OfShownRun(traitlets.Any):
    """A trait that is read from the shown run itself, so that it is never older than ``run.wait()``."""

    def __init__(self, read: Callable[["Run | None"], Any]) -> None:
        super().__init__()
        self._read = read

    def get(self, obj: Any, cls: Any = None) -> Any:  # noqa: ARG002 - the signature is of traitlets
        return self._read(obj.session.run_list.shown if obj.is_used else None)


class _Runs(traitlets.Any):
    """The runs as they are; what earlier kernels sent is read when it is first asked for."""

    def get(self, obj: Any, cls: Any = None) -> Any:  # noqa: ARG002 - the signature is of traitlets
        return obj.session.runs()


class PlaygroundTraits(anywidget.AnyWidget):
    """What the page and Python share. The browser writes the first four traits, the kernel the other synced ones.

    Args:
        deferred: what stands behind the playground, made when it is first needed.
        trait_lock: held while traits are set from a thread that is not the caller's.
        model_id: the first model.
        traits: first values.
    """

    #: ``us``, ``eu``, ``jp`` or ``sandbox``; a change unlocks the key.
    region = Word("us", find_region)
    #: ``image`` or ``video``; a change chooses the model of that type that was chosen last.
    model_type = Word("image", check_model_type)
    #: The identifier of the model; its type follows, and the values that it had last.
    model_id = ModelId(FIRST_MODELS["image"])
    #: The fields of the form, by wire name; assign a whole mapping, or the page is not told.
    values = Fields(values_of).tag(sync=True, to_json=lambda values, _widget: as_json(values))

    catalogue = traitlets.Dict().tag(sync=True)
    host = traitlets.Unicode("").tag(sync=True)
    host_fixed = traitlets.Bool(default_value=False).tag(sync=True)
    locked = traitlets.Bool(default_value=False).tag(sync=True)
    #: ``debug_log`` where the kernel logs the page's messages: the page then takes no key.
    key_entry = traitlets.Unicode("open").tag(sync=True)
    key_hint = traitlets.Unicode("").tag(sync=True)
    run = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    #: The runs that the page sent and whose POST is not answered: at most one for each view.
    posting = traitlets.List(traitlets.Unicode()).tag(sync=True)
    #: How many runs there are, how often something of them has changed, how many a process left under way, and whether
    #: this kernel follows any. The page asks for the list when it shows it.
    history_state = traitlets.Dict({"count": 0, "version": 0, "waiting": 0, "unsent": "", "is_under_way": False}).tag(
        sync=True
    )
    estimate = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    #: In words, by model: what the API's estimate said of models that no list has a price of.
    menu_prices = traitlets.Dict().tag(sync=True)
    #: In credits: that of the locked key's account, whichever playground of the process learned it; None if not known.
    balance = traitlets.Float(allow_none=True, default_value=None).tag(sync=True)
    #: The spend limit of which the least is left, and what is used of it, in credits; None without a limit.
    spending = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    alert = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    #: The batch that was begun here last; its sheet is asked for. Empty where there is none.
    batch_id = traitlets.Unicode("").tag(sync=True)

    #: The JSON that answered the shown run's POST, or None. Not synced.
    response = _OfShownRun(lambda run: None if run is None else run.response)
    #: The runs, newest first, of earlier kernels too. Not synced.
    runs = _Runs()
    #: What the shown run made. Not synced.
    outputs = _OfShownRun(lambda run: () if run is None else run.outputs)

    layout = OwnLayout()
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    _is_folded = False

    def __init__(self, deferred: Deferred, trait_lock: "threading.RLock", model_id: str, **traits: Any) -> None:
        self._deferred = deferred
        self._trait_lock = trait_lock
        self._drafts = Drafts()
        self._patched: frozenset[str] = frozenset()
        self.model_id = model_id  # before ipywidgets takes an argument of this name for its own
        super().__init__(**traits)
        self._follow_values({"new": self.values})
        # Observed from here on: what __init__ sets starts nothing.
        self.observe(self._follow_region, "region")
        self.observe(self._follow_type, "model_type")
        self.observe(self._follow_model, "model_id")
        self.observe(self._follow_values, "values")

    @property
    def session(self) -> "Session":
        """What does what is asked of the playground."""
        return self._deferred.get().session

    @property
    def is_used(self) -> bool:
        """Whether anything was asked of it so far, by its page or by Python."""
        return self._deferred.is_made

    @property
    def views(self) -> Views:
        """Which of its views are open."""
        return self._deferred.terms.views

    # A trait never takes what cannot be.

    @traitlets.validate("region")
    def _check_region(self, proposal: Any) -> str:
        with told_as_trait_error():
            return find_region(proposal["value"]).region_id

    @traitlets.validate("model_type")
    def _check_type(self, proposal: Any) -> str:
        with told_as_trait_error():
            check_model_type(proposal["value"])
        return str(proposal["value"])

    @traitlets.validate("model_id")
    def _check_model(self, proposal: Any) -> str:
        model_id: str = proposal["value"]
        # The page has the live list once it is fetched, and never waits for it.
        note = "" if self._patched else self._deferred.look_for(model_id)
        catalogue = self._deferred.catalogue
        known = catalogue.find(model_id)
        with told_as_trait_error():
            return find_model(catalogue, known.model_type if known else "image", model_id, note).model_id

    @traitlets.validate("values")
    def _check_values(self, proposal: Any) -> dict[str, Any]:
        values: dict[str, Any] = proposal["value"]
        if not has_files(values):
            return values
        from genwidget.widget.inputs import link_files  # noqa: PLC0415 - after the first paint

        with told_as_trait_error():
            return link_files(self.session, self.region, values)

    # What follows from a change.

    def _follow_region(self, change: Any) -> None:
        self.session.change_region(change["new"])

    def _follow_type(self, change: Any) -> None:
        known = self._deferred.catalogue.find(self.model_id)
        if known is None or known.model_type != change["new"]:
            self.model_id = self._drafts.last_of(change["new"]) or FIRST_MODELS[change["new"]]

    def _follow_model(self, change: Any) -> None:
        spec = self._deferred.catalogue.find(change["new"])
        if spec is None:
            return
        self.model_type = spec.model_type
        if "values" not in self._patched:
            self.values = self._drafts.values_for(spec)

    def _follow_values(self, change: Any) -> None:
        spec = self._deferred.catalogue.find(self.model_id)
        if spec is not None:
            self._drafts.keep(spec, change["new"])

    # The wire to the page.

    def open(self) -> None:
        """Open the comm, and let each message be handled where the page sent it: on the subshell that is never busy.

        ipykernel (from 7.4) would handle it on the shell that wrote to the comm last, which may be running a cell.
        """
        super().open()
        if self.comm is not None:
            self.comm._reply_subshell_for = None  # noqa: SLF001 - ipykernel asks for it by this name

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what the browser wrote, none of what the kernel owns; a value that cannot be is refused and undone."""
        taken = {name: platform.from_page(value) for name, value in sync_data.items() if name not in _KERNEL_OWNED}
        with self._trait_lock:
            self._patched = frozenset(taken)
            try:
                super().set_state(taken)
            except traitlets.TraitError as error:
                cause = error.__cause__
                told = cause.message if isinstance(cause, GenwidgetError) else str(error)
                self.session.refuse(alert_of(InvalidRequest(told)))
                self.send_state(set(_BROWSER_OWNED))
            finally:
                self._patched = frozenset()

    # The life of the comm.

    @property
    def is_closed(self) -> bool:
        """Whether it has taken leave of the page for good."""
        return self.comm is None and not self._is_folded

    def fold(self) -> None:
        """Close the comm, and with it what browsers keep of this playground, until it is shown again."""
        if self.comm is not None:
            close_layout(self)
            super().close()
            self.__dict__.pop("_repr_mimebundle_", None)  # ipywidgets takes it from what is closed for good
            self._is_folded = True

    def unfold(self) -> None:
        """Open the comm again."""
        if self._is_folded:
            self._is_folded = False
            self.open()

    def close(self) -> None:
        """Close the comm for good."""
        self._is_folded = False
        super().close()

    def get_state(self, *names: Any, **drop: Any) -> Any:
        """Return the state as a comm opens with it, and as it is sent."""
        return to_page(super().get_state(*names, **drop))

    def _send(self, msg: Any, buffers: Any = None) -> None:
        """Send to the comm, if there is one: another thread may close it between a look and a use."""
        comm = self.comm
        if comm is not None and getattr(comm, "kernel", True) is not None:
            comm.send(data=to_page(msg), buffers=buffers)

    def post(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Send one message to every view. ``send`` of ipywidgets has another meaning here."""
        anywidget.AnyWidget.send(self, message, list(buffers))
