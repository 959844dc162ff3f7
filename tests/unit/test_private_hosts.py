"""The pattern by which the page tells hosts that are not public agrees with the table of addresses."""

import ipaddress
import random
import re

import pytest

from genwidget.api.addresses import GLOBAL_V6, NOT_PUBLIC_V4, NOT_PUBLIC_V6, PRIVATE_HOST, is_public


def is_private(host):
    return re.fullmatch(PRIVATE_HOST, host, re.ASCII) is not None


def as_host(address):
    return f"[{address.compressed}]" if address.version == 6 else str(address)


@pytest.mark.parametrize("network", [*NOT_PUBLIC_V4, *NOT_PUBLIC_V6], ids=str)
def test_the_ends_of_each_network_are_told_as_the_table_has_them(network):
    first, last = int(network[0]), int(network[-1])
    for number in (max(first - 1, 0), first, last, min(last + 1, 2**network.max_prefixlen - 1)):
        address = type(network[0])(number)
        assert is_private(as_host(address)) is not is_public(str(address)), address


def test_addresses_at_random_are_told_as_the_table_has_them():
    rng = random.Random(7)  # noqa: S311 - addresses
    addresses = [ipaddress.IPv4Address(rng.getrandbits(32)) for _ in range(5_000)]
    addresses += [ipaddress.IPv6Address(rng.getrandbits(128)) for _ in range(2_000)]
    (unicast,) = GLOBAL_V6
    addresses += [unicast[rng.getrandbits(125)] for _ in range(2_000)]
    wrong = [one for one in addresses if is_private(as_host(one)) is is_public(str(one))]
    assert wrong == []


@pytest.mark.parametrize(
    "host", ["localhost", "printer", "a.local", "a.b.internal", "nas.lan", "x.home.arpa", "[::1]", "[::ffff:7f00:1]"]
)
def test_names_of_the_inside_are_private(host):
    assert is_private(host)


@pytest.mark.parametrize("host", ["example.com", "cdn.babysea.ai", "local.example.com", "10.example.com", "1.1.1.1"])
def test_names_and_addresses_of_the_outside_are_not(host):
    assert not is_private(host)
