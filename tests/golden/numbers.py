"""Numbers as people type them where doubles run out: about 2**31, 2**53 and 2**64, subnormals, long decimals."""

from decimal import Decimal

from hypothesis import strategies as st

_EDGES = [0, 2**31, 2**53, 2**63, 2**64, 10**20, 10**21, 10**22, 10**23, 12345678901234567000]


def _shaped(number, shape):
    """Write a decimal in another of the ways in which it can be typed."""
    sign, digits, power = number.as_tuple()
    text = "".join(map(str, digits))
    return {
        "plain": str(number),
        "spaced": f" {number} ",
        "padded": f"{'-' * sign}000{text}.000e{power}",
        "point": f"{'-' * sign}.{text}E{power + len(text)}",
        "plus": str(number) if sign else f"+{number}",
    }[shape]


def integers():
    """Draw integers: any, and those about the ends of what a type or a notation holds."""
    near = st.tuples(st.sampled_from(_EDGES), st.integers(-3, 3), st.sampled_from([1, -1]))
    return near.map(lambda drawn: drawn[2] * (drawn[0] + drawn[1])) | st.integers() | st.integers(-(2**70), 2**70)


def decimals():
    """Draw decimals: of any digits and power, what doubles are exactly, what is written for them, and just beside."""
    doubles = st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 2.3e-308) | st.floats(1e15, 1e23)
    beside = doubles.map(lambda number: Decimal(f"{number:.20e}"))
    free = st.builds(
        lambda sign, digits, power: Decimal((sign, digits, power)),
        st.integers(0, 1),
        st.lists(st.integers(0, 9), min_size=1, max_size=25).map(tuple),
        st.integers(-360, 330) | st.integers(-20, 20),
    )
    return free | doubles.map(Decimal) | doubles.map(lambda number: Decimal(repr(number))) | beside


def texts():
    """Draw numbers as text."""
    shape = st.sampled_from(["plain", "spaced", "padded", "point", "plus"])
    return st.builds(_shaped, integers().map(Decimal) | decimals(), shape)
