"""Accounts and keys of the sandbox: fixed, public, and checked in the order that the API documents."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

KeyState = Literal["Active", "Rotated", "Expired", "Revoked"]

SCOPES: Final = (
    "generation:write",
    "generation:read",
    "generation:delete",
    "account:read",
    "health:read",
    "library:read",
)
PRESETS: Final[dict[str, frozenset[str]]] = {
    "full_access": frozenset(SCOPES),
    "generate_only": frozenset({"generation:write", "generation:read", "library:read"}),
    "read_only": frozenset({"generation:read", "account:read", "health:read", "library:read"}),
    "monitor_only": frozenset({"health:read", "library:read"}),
}
PREFIX_LENGTH: Final = 9  # characters of a key that may be shown and stored


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays; ``exists`` is False for the one account that is gone."""

    name: str
    email: str
    exists: bool = True

    @property
    def account_id(self) -> str:
        """Its own id, a UUID. Computed when it is asked for: the page's first message waits for these keys."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://genwidget.invalid/{self.email}"))


MAIN_ACCOUNT: Final = Account("Sandbox", "sandbox@example.com")
OTHER_ACCOUNT: Final = Account("Another sandbox", "other@example.com")
POOR_ACCOUNT: Final = Account("Empty sandbox", "empty@example.com")
GONE_ACCOUNT: Final = Account("Closed sandbox", "closed@example.com", exists=False)
ACCOUNTS: Final = (MAIN_ACCOUNT, OTHER_ACCOUNT, POOR_ACCOUNT)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What the sandbox knows of one key."""

    name: str
    text: str
    account: Account
    region: str
    scopes: frozenset[str]
    state: KeyState = "Active"
    allowed_ips: tuple[str, ...] | None = None

    @property
    def key_id(self) -> str:
        """The key's own id, a UUID."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://genwidget.invalid/keys/{self.region}/{self.name}"))

    @property
    def prefix(self) -> str:
        """The first nine characters, which may be shown."""
        return self.text[:PREFIX_LENGTH]

    @property
    def is_usable(self) -> bool:
        """Whether its state lets it in; a rotated key still works in its grace time, which never ends here."""
        return self.state in {"Active", "Rotated"}


#: name -> (tag, account, preset, state, allowed addresses)
_ROWS: Final[dict[str, tuple[str, Account, str, KeyState, tuple[str, ...] | None]]] = {
    "full_access": ("Ful", MAIN_ACCOUNT, "full_access", "Active", None),
    "generate_only": ("Gen", MAIN_ACCOUNT, "generate_only", "Active", None),
    "read_only": ("Rea", MAIN_ACCOUNT, "read_only", "Active", None),
    "monitor_only": ("Mon", MAIN_ACCOUNT, "monitor_only", "Active", None),
    "rotated": ("Rot", MAIN_ACCOUNT, "full_access", "Rotated", None),
    "expired": ("Exp", MAIN_ACCOUNT, "full_access", "Expired", None),
    "revoked": ("Rev", MAIN_ACCOUNT, "full_access", "Revoked", None),
    "other_address": ("Ipa", MAIN_ACCOUNT, "full_access", "Active", ("203.0.113.7",)),
    "other_account": ("Oth", OTHER_ACCOUNT, "full_access", "Active", None),
    "no_credits": ("Poo", POOR_ACCOUNT, "full_access", "Active", None),
    "account_gone": ("Gon", GONE_ACCOUNT, "full_access", "Active", None),
}
REGIONS: Final = ("us", "eu", "jp")


def _records() -> dict[str, KeyRecord]:
    records = {}
    for region in REGIONS:
        for number, (name, (tag, account, preset, state, ips)) in enumerate(_ROWS.items(), start=1):
            text = f"bye_{region}{tag}SandboxKeyThatAnyoneMayKnow{number:06d}"
            record = KeyRecord(name, text, account, region, PRESETS[preset], state, ips)
            records[record.prefix] = record
    return records


_BY_PREFIX: Final = _records()


def key_text(region: str, name: str = "full_access") -> str:
    """Return the fixed key of a region, by the name of its preset or state."""
    return next(one.text for one in _BY_PREFIX.values() if one.region == region and one.name == name)


#: The key that opens everything, on a sandbox that plays the region ``us`` (the default).
API_KEY: Final = key_text("us")
#: One key per scope preset of the API's dashboard.
API_KEYS: Final[Mapping[str, str]] = MappingProxyType({name: key_text("us", name) for name in PRESETS})
#: Keys in other states: ``rotated expired revoked other_address other_account no_credits account_gone wrong_region``.
STATE_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {name: key_text("us", name) for name in _ROWS if name not in PRESETS} | {"wrong_region": key_text("eu")}
)


def find_key(text: str, region: str) -> KeyRecord | None:
    """Return the record of a key that may be used on a region, else None: unknown, of another region, or ended."""
    import hmac  # noqa: PLC0415 - the page's first message waits for the keys, and not for this

    record = _BY_PREFIX.get(text[:PREFIX_LENGTH])
    if record is None or not hmac.compare_digest(record.text.encode(), text.encode()):
        return None
    return record if record.region == region and record.is_usable else None
