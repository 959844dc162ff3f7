"""The playground as a Jupyter widget: its public methods."""

import inspect
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal
from weakref import WeakValueDictionary

from genwidget.api.regions import check_base_url, find_region, known_url
from genwidget.arguments import given_or, switch_of, values_of
from genwidget.errors import ConfigurationError, GenwidgetError, InvalidApiKey, InvalidRequest
from genwidget.messages import render
from genwidget.request.validation import Problem, with_defaults
from genwidget.runs.spend_limit import machine_limit, read_credits
from genwidget.settings import Settings
from genwidget.spelling import check_keywords, did_you_mean
from genwidget.widget.alerts import alert_of
from genwidget.widget.cells import running_cell
from genwidget.widget.deferred import Deferred, Terms, import_beside
from genwidget.widget.history_scope import find_scope
from genwidget.widget.kernel_log import find_key_entry
from genwidget.widget.layout import with_height
from genwidget.widget.offer import is_sandbox_offered, offer
from genwidget.widget.page_files import read_page
from genwidget.widget.publisher import TraitPublisher
from genwidget.widget.reply import id_of, reply_to
from genwidget.widget.told import told_as_trait_error
from genwidget.widget.traits import FIRST_MODELS, PlaygroundTraits
from genwidget.widget.views import Views

if TYPE_CHECKING:
    from genwidget.api.keys import KeyGiven
    from genwidget.batch.batch import Batch
    from genwidget.runs.run import Run

#: What a person may assign.
_SETTABLE: Final = ("region", "model_type", "model_id", "values", "layout", "tooltip", "tabbable", "spend_limit")
#: What a batch that is begun here may be given.
_BATCH_OPTIONS: Final = ("limit", "allow_unknown", "save_to", "stop_after_failures", "stop_if", "reuse")
#: What is listed beside our own names.
_OF_ANY_WIDGET: Final = frozenset({"close", "layout", "observe", "tooltip", "unobserve"})
#: Ours, and called by ipywidgets and by us alone.
_OF_THE_WIRE: Final = frozenset({"is_used", "open", "post", "session", "set_state", "views"})


class Playground(PlaygroundTraits):
    """A playground: choose a model, lock a key, fill in a request, send it, watch it end in files.

    ``region``, ``model_type``, ``model_id`` and ``values`` are traits: set them and the page follows. ``response`` and
    ``outputs`` follow the shown run; observers of these two may read outputs.

    An attribute that is none, such as ``pg.prompt``, cannot be set; a subclass declares its own.

    Args:
        region: ``us`` (the default), ``eu``, ``jp`` (in the page ``APAC``, which is taken too) or ``sandbox``.
        model: a model's identifier; its type follows.
        values: fields by wire name, laid over the model's defaults.
        key: where :meth:`lock_key` takes the key from, if it is called without one.
        base_url: an API host of one's own: https, or http on this machine. It beats the region.
        settings: limits and switches; by default from ``GENWIDGET_*`` variables.
        allow_debug: lock keys from the page even where the kernel logs its messages.
        offer_sandbox: whether the page offers the sandbox; by default everywhere but in a Voila dashboard.
        history: whose runs are seen, by the page and by Python: ``user`` (all of the user's ledger, the default),
            ``key`` (those of the locked key at its host) or ``session`` (its own); by default of ``settings``. In a
            Voila dashboard it is always ``session``.
        height: of the widget, in pixels; by default each panel has its own.
        spend_limit: how many credits may be spent from this playground; by default any number. What would pass it is
            refused before it is sent; ``GENWIDGET_SPEND_LIMIT`` limits all that the user's ledger has.
        traits: ``layout`` and the like, as for any widget.

    Raises:
        InvalidApiKey: ``key`` is not callable.
        TypeError: a keyword that is none of these; the nearest one is named.
        InvalidRequest: the values are no mapping, or a switch is neither true nor false.
        ConfigurationError: an unusable base URL, history, setting, height or spend limit, or the page was not built.
        traitlets.TraitError: an unknown region or model.
    """

    def __init__(  # noqa: PLR0913 - all but three by keyword
        self,
        region: str | None = None,
        model: str | None = None,
        values: Mapping[str, Any] | None = None,
        *,
        key: Callable[[], str] | None = None,
        base_url: str | None = None,
        settings: Settings | None = None,
        allow_debug: bool = False,
        offer_sandbox: bool | None = None,
        history: Literal["user", "key", "session"] | None = None,
        height: int | None = None,
        spend_limit: float | Decimal | None = None,
        **traits: Any,
    ) -> None:
        if not self._is_key_source(key):
            key = None  # what raises shows its arguments in some tracebacks
            raise InvalidApiKey(render("key_not_callable"))
        try:
            self._check_traits(dict.fromkeys(traits))
        except TypeError:
            traits = {}  # a key may stand under a misspelt name
            raise
        self._key_source = key
        model = given_or(model, FIRST_MODELS["image"])
        with told_as_trait_error():
            region = find_region(given_or(region, "us")).region_id
        values = values_of({} if values is None else values)
        settings = Settings.of(settings)
        machine_limit()  # what cannot be read is told here, and not where something is sent
        files = read_page()
        trait_lock = threading.RLock()
        allow_debug = switch_of(allow_debug, "allow_debug=") or settings.allow_debug
        wish = None if offer_sandbox is None else switch_of(offer_sandbox, "offer_sandbox=")
        terms = Terms(
            publisher=TraitPublisher(self.set_trait, self.post, trait_lock),
            views=Views(self.fold),
            modules=files.modules,
            settings=settings,
            allow_debug=allow_debug,
            key_entry=find_key_entry(allow_debug=allow_debug),
            base_url=None if base_url is None else check_base_url(base_url),
            region_id=region,
            sandbox_offered=is_sandbox_offered(region, wish),
            scope=find_scope(settings.history if history is None else history),
            spend_limit=None if spend_limit is None else read_credits(spend_limit),
        )
        deferred = Deferred(terms)
        if height is not None:
            traits["layout"] = with_height(traits.get("layout", {}), height)
        deferred.look_for(model)
        spec = deferred.catalogue.find(model)
        super().__init__(
            deferred,
            trait_lock,
            region=region,
            model_type=spec.model_type if spec else "image",
            model_id=model,
            values=with_defaults(spec, values) if spec else {},
            catalogue=offer(deferred.catalogue, sandbox_offered=terms.sandbox_offered),
            host=known_url(region, terms.base_url),
            host_fixed=base_url is not None,
            key_entry=terms.key_entry,
            _esm=files.script,
            _css=files.style,
            **traits,
        )
        self.on_msg(lambda _widget, content, buffers: self._take(content, buffers))
        _made[id(self)] = self
        import_beside()

    def _take(self, message: object, buffers: "Sequence[bytes | memoryview]") -> None:
        """Take one message of the page: raises nothing, since its caller holds the message."""
        try:
            handler = self._deferred.get().handler
        except ConfigurationError as error:
            self.post(reply_to(id_of(message) or "", alert_of(error)), ())
        else:
            handler.take(message, buffers)

    def lock_key(self, key: "KeyGiven" = None) -> None:
        """Lock an API key for the region; it is then sent to the host of that region alone.

        It is locked when this returns, so that the same cell can send, and checked beside by a free call: a call that
        waited for the network would keep the kernel from all else. A key that the API refuses is unlocked again: the
        page says so at the key field, ``alert`` has the sentence, and :meth:`send` raises ``KeyNotLocked`` with it as
        a note. Where the host is not reached the key stays locked, and a note says that it is not checked.

        White space, quotes and the like around it are taken off, and ``Bearer`` or ``BABYSEA_API_KEY=`` before it.

        Args:
            key: the key; by default of ``key=``, else, for the sandbox, its own, else of ``BABYSEA_API_KEY``, else
                asked for.

        Raises:
            InvalidApiKey: it is no key; what was locked stays.
            ConfigurationError: the sandbox is not installed.
            KeyNotLocked: there is none, and nobody can be asked.
        """
        try:
            session = self.session  # with it, what follows is imported
        except BaseException:
            key = None  # what raises shows its arguments in some tracebacks
            raise
        from genwidget.api.keys import resolve_key, sealed  # noqa: PLC0415 - after the first paint
        from genwidget.widget.key_store import ask_for_key, warn_of_literal  # noqa: PLC0415 - the same

        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        base_url = session.hosts.base_url
        found = resolve_key(self.region, base_url, key, source=self._key_source, ask=ask_for_key)
        assert found is not None, "a person was asked"
        session.lock_key(found, self.region)
        if key is not None:
            warn_of_literal()

    def unlock_key(self) -> None:
        """Forget the key."""
        self.session.unlock_key()

    @property
    def history(self) -> str:
        """Whose runs are seen: ``user``, ``key`` or ``session``; the last in every dashboard."""
        return self._deferred.terms.scope.value

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the values, in schema order; only an ``error`` keeps :meth:`send` from sending them.

        A field that no model has is misspelt: an ``error``. One that other models have alone, as a change of the model
        may leave behind, is a ``note``: it is left out.
        """
        return self.session.problems_of(self.model_id, self.values)

    @property
    def spend_limit(self) -> Decimal | None:
        """How many credits may be spent from this playground, or None; it can be set, and holds for what is sent next.

        Raises:
            ConfigurationError: it is set to what is no number of credits; what was set stays.
        """
        return self.session.budget.limit

    @spend_limit.setter
    def spend_limit(self, value: float | Decimal | None) -> None:
        self.session.budget.limit = None if value is None else read_credits(value)

    @property
    def spent(self) -> Decimal:
        """How many credits the runs have cost that were sent from this playground; at the sandbox, its credits.

        Raises:
            LedgerError: the ledger cannot be read.
            TimeoutError: nor in time.
        """
        return self.session.budget.read().spent

    @property
    def used(self) -> Decimal:
        """How many credits count against the limit: what is spent, and what is reserved for runs that may yet cost it.

        Raises:
            LedgerError, TimeoutError: as of :attr:`spent`.
        """
        return self.session.budget.read().used

    @property
    def kernel_spent(self) -> Decimal:
        """How many credits all has cost that this kernel has sent: from every playground, panel and batch.

        Raises:
            LedgerError, TimeoutError: as of :attr:`spent`.
        """
        return self.session.budget.read(of_kernel=True).spent

    def send(self, *, allow_unknown: bool = False) -> "Run":  # messages to the page have `post`
        """Send the request and return its run at once. The page shows it, as if Send had been clicked.

        A run that would pass a spend limit ends as ``refused``: ``run.wait()`` then raises ``RunRefused``, and
        ``run.error`` is a ``SpendLimitReached``.

        Args:
            allow_unknown: send what has no known price, and no estimate, although a spend limit holds.

        Raises:
            KeyNotLocked: no key is locked for the region.
            InvalidRequest: the model or the values are refused, or a field is misspelt; it carries the problems.
            ConfigurationError: the sandbox is not installed.
            LedgerError: the intent could not be written down, so nothing was sent.
        """
        allows_unknown = switch_of(allow_unknown, "allow_unknown=")
        return self.session.send_now(
            self.region, self.model_type, self.model_id, self.values, allow_unknown=allows_unknown
        )

    def compare(self, models: "str | Iterable[str]", *, repeat: int = 1, **options: Any) -> "Batch":
        """Send the form's request to other models too, and return the batch at once; its sheet shows them side by side.

        Each model gets what it has a field for and takes, as a form does whose model is changed. It goes where
        :meth:`send` sends, with the same key, within the same limit.

        Args:
            models: identifiers; the form's own comes first, unless it is among them.
            repeat: how often each model makes it.
            **options: ``limit``, ``allow_unknown``, ``save_to``, ``stop_after_failures``, ``stop_if`` and ``reuse``, as
                of :meth:`genwidget.batch.plan.Plan.run`.

        Raises:
            KeyNotLocked: no key is locked for the region.
            UnknownModel: there is no such model.
            InvalidRequest: a model's request is refused; it carries the problems.
            ConfigurationError, LedgerError: as of :meth:`genwidget.batch.plan.Plan.run`.
        """
        session = self.session
        from genwidget.api.keys import seal_keys  # noqa: PLC0415 - after the first paint
        from genwidget.batch.compare import plan_comparison  # noqa: PLC0415 - the same
        from genwidget.batch.sweep import read_axis  # noqa: PLC0415 - the same

        seal_keys(options)
        named = read_axis("models=", models)
        is_named = any(isinstance(one, str) and one == self.model_id for one in named)
        chosen = named if is_named else (self.model_id, *named)
        plan = plan_comparison(chosen, self._form(), repeat=repeat, catalogue=session.catalogue)
        self._check_options("compare", options)
        return session.begin(plan, **options)

    def sweep(  # noqa: PLR0913 - keywords, as of `genwidget.sweep`
        self,
        model: "str | Iterable[str] | None" = None,
        /,
        *,
        pairs: "Iterable[Mapping[str, Any]]" = (),
        repeat: int = 1,
        where: "Callable[[dict[str, Any]], object] | None" = None,
        template: str | None = None,
        seed: int | None = None,
        options: "Mapping[str, Any] | None" = None,
        **fields: Any,
    ) -> "Batch":
        """Send the form's request with every combination of some values, and return the batch at once.

        ``pg.sweep(generation_seed=[1, 2, 3], ratio=["1:1", "16:9"])`` is six items. What is not varied is the form's.
        It goes where :meth:`send` sends, with the same key, within the same limit.

        Args:
            model: identifiers, the outermost axis; None takes the form's.
            pairs: as of :func:`genwidget.sweep`.
            repeat: as of :func:`genwidget.sweep`.
            where: as of :func:`genwidget.sweep`.
            template: as of :func:`genwidget.sweep`.
            seed: of what the template draws; ``generation_seed`` is the field.
            options: as the keywords of :meth:`compare`.
            **fields: one value or a list of values each.

        Raises:
            InvalidRequest: as of :func:`genwidget.sweep`, or an item is refused; it carries the problems.
            KeyNotLocked, UnknownModel, ConfigurationError, LedgerError: as of :meth:`compare`.
        """
        session = self.session
        from genwidget.api.keys import seal_keys  # noqa: PLC0415 - after the first paint
        from genwidget.batch.sweep import given_pairs, sweep  # noqa: PLC0415 - the same

        seal_keys(fields)
        if not isinstance(options, Mapping | None):
            raise InvalidRequest(render("bad_batch_options"))
        given = dict(options or {})
        pairs = given_pairs(pairs)
        self._check_options("sweep", given)
        is_elsewhere = "model" in fields or any("model" in one for one in pairs if isinstance(one, Mapping))
        plan = sweep(
            model if model is not None or is_elsewhere else self.model_id,
            base=self._form(),
            pairs=pairs,
            repeat=repeat,
            where=where,
            template=template,
            seed=seed,
            catalogue=session.catalogue,
            **fields,
        )
        return session.begin(plan, **given)

    def _form(self) -> dict[str, Any]:
        from genwidget.request.drafts import whole  # noqa: PLC0415 - after the first paint

        return whole(self.session.catalogue.find(self.model_id), self.values)

    @staticmethod
    def _check_options(name: str, given: Mapping[str, Any]) -> None:
        check_keywords(name, given, _BATCH_OPTIONS)

    def export(self, language: Literal["python", "curl", "typescript"]) -> str:
        """Return code that sends exactly the request that :meth:`send` would; the key is read from the environment.

        Raises:
            InvalidRequest: the model or the values are refused.
            ConfigurationError: no such language, or the sandbox is not installed.
        """
        return self.session.export(language, self.region, self.model_type, self.model_id, self.values)

    def paste(self, what: str | bytes | os.PathLike[str]) -> tuple[str, ...]:
        """Fill the form with a request: a JSON body, a cURL command, a recipe, or a file of one of these.

        What it has no value for is emptied, so that :meth:`send` would send that request. The region stays, and no key
        is taken from it.

        Args:
            what: a text, or a file's path or bytes; a picture or film has the recipe inside, or a path's beside it.

        Returns:
            Sentences on what was filled in and what was left out.

        Raises:
            PasteRefused: there is no request in it, or none that can be read; the form stays as it is.
            NoRecipe: its recipe cannot be read.
            ConfigurationError: Pillow, which the recipes of JPEG and WebP files need, is not installed.
        """
        from genwidget.widget.paste import read_pasted  # noqa: PLC0415 - after the first paint

        refusal: GenwidgetError | None = None
        try:
            pasted = read_pasted(what)
        except GenwidgetError as error:
            refusal = error.with_traceback(None)
        what = ""  # what raises shows its frames in some tracebacks, and a key may be in it
        if refusal is not None:
            raise refusal
        filled = self.session.fill(pasted, self.region, self.model_id, self.values)
        self.model_id = filled.model_id
        self.values = filled.values
        return filled.notes

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute that there is.

        Raises:
            AttributeError: there is none of that name; the nearest one, or the field of that name, is named.
        """
        if not name.startswith("_") and not _is_declared(type(self), name):
            value = None  # it may be a key
            raise AttributeError(self._no_attribute(name), name=name, obj=self)
        super().__setattr__(name, value)

    def _no_attribute(self, name: str) -> str:
        spec = self._deferred.catalogue.find(self.model_id)
        fields = [field.name for field in spec.fields] if spec else []
        field = next((one for one in fields if one in {name, f"generation_{name}"}), None)
        if field is not None:
            return render("attribute_is_field", name=name, field=field)
        return render("no_attribute", name=name, hint=did_you_mean(name, _SETTABLE))

    @staticmethod
    def _is_key_source(key: object) -> bool:
        return key is None or callable(key)

    @classmethod
    def _check_traits(cls, given: Mapping[str, Any]) -> None:
        own = [name for name in inspect.signature(cls).parameters if name != "traits"]
        known = [*own, "layout", *(set(cls.class_trait_names()) - set(PlaygroundTraits.class_own_traits()))]
        check_keywords("Playground", given, known)

    def close(self) -> None:
        """Forget the key and take leave of the page. Runs under way go on."""
        deferred = self.__dict__.get("_deferred")  # absent where __init__ raised
        if deferred is not None:
            deferred.close()
        super().close()

    def __del__(self) -> None:
        """Close what was collected, where no lock is held that this takes; ipywidgets would at once, on any thread."""
        deferred = self.__dict__.get("_deferred")  # absent where __init__ raised
        if deferred is not None:
            deferred.close_collected()
            if self.comm is not None:
                super().close()

    def __dir__(self) -> list[str]:
        """List what is ours, and what any widget has that people use."""
        own = {name for kind in (Playground, PlaygroundTraits) for name in vars(kind) if not name.startswith("_")}
        return sorted(own - _OF_THE_WIRE | _OF_ANY_WIDGET)

    def __repr__(self) -> str:
        return f"Playground(region={self.region!r}, model={self.model_id!r}, locked={self.locked})"

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """Show the view; a sentence where no widget can be shown."""
        if self.is_closed:
            return None
        self.views.show(running_cell())
        self.unfold()
        bundle = super()._repr_mimebundle_()
        if bundle is None:
            return None
        data, metadata = bundle
        import html  # noqa: PLC0415 - after the first message

        sentence = html.escape(render("no_view", model_id=self.model_id))
        return {**data, "text/html": f"<p>{sentence}</p>"}, metadata


#: Those of the process, in the order in which they were made.
_made: Final[WeakValueDictionary[int, Playground]] = WeakValueDictionary()


def newest_playground() -> Playground | None:
    """Return the playground of the process that was made last, of those that are not closed."""
    return next((one for one in reversed(list(_made.values())) if not one.is_closed), None)


def _is_declared(kind: type, name: str) -> bool:
    return hasattr(kind, name) or any(name in inspect.get_annotations(base) for base in kind.__mro__)
