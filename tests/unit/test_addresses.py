"""Which addresses may be fetched from: the table, the special addresses that clouds name, and no word of Python's."""

import inspect
import ipaddress
import socket

import pytest

from genwidget.api import addresses
from genwidget.api.addresses import is_loopback_address, is_public

PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "168.63.129.15", "168.63.129.17"),
    *("172.15.255.255", "172.32.0.0", "192.0.1.0", "192.31.196.1", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
    *("2606:4700::1111", "2001:200::1", "2001:4860:4860::8888", "2a00:1450::1", "2003::1", "3ffe:ffff::1"),
    *("::ffff:8.8.8.8", "::ffff:808:808", "64:ff9b::8.8.8.8"),
]
INSIDE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.9.9.9"),  # noqa: S104
    *("169.254.0.1", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.8", "192.0.0.9", "192.0.0.170"),
    *("192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::8.8.8.8", "100::1", "100:0:0:1::1", "64:ff9b:1::8.8.8.8", "1fff::1", "4000::1"),
    *("2001::1", "2001:0:1:2::3", "2001:2::1", "2001:1ff:ffff::1", "2001:db8::1", "2002:808:808::1", "3fff::1"),
    *("5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "2606:4700::1111%eth0", "fec0::1", "ff02::1"),
    *("::ffff:10.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe"),
    *("", "nonsense", "8.8.8", "8.8.8.8.8", "08.8.8.8", "0x7f000001", "2130706433", "localhost", "[::1]", " 8.8.8.8"),
]
#: Source: each provider's own documents of its metadata service, and of what answers beside it.
METADATA = {
    "Amazon EC2": ["169.254.169.254", "fd00:ec2::254"],
    "Amazon ECS": ["169.254.170.2", "fd00:ec2::23"],
    "Google Cloud": ["169.254.169.254", "fd20:ce::254"],
    "Azure": ["169.254.169.254", "168.63.129.16"],
    "Oracle Cloud": ["169.254.169.254", "192.0.0.192"],
    "Alibaba Cloud": ["100.100.100.200"],
    "Scaleway": ["169.254.42.42", "fd00:42::42"],
}


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(address) is True


@pytest.mark.parametrize("address", INSIDE)
def test_no_other_address_is(address):
    assert is_public(address) is False


@pytest.mark.parametrize("cloud", METADATA)
def test_no_metadata_service_of_a_cloud_is_public_in_any_form(cloud):
    for address in METADATA[cloud]:
        forms = [address] if ":" in address else [address, f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}"]
        assert [form for form in forms if is_public(form)] == []


@pytest.mark.parametrize("network", [*addresses.NOT_PUBLIC_V4, *addresses.NOT_PUBLIC_V6])
def test_the_first_and_the_last_address_of_each_network_are_inside(network):
    assert [is_public(str(network[0])), is_public(str(network[-1]))] == [False, False]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0x7f000001", "017700000001"])
def test_another_spelling_of_a_loopback_address_is_judged_as_what_it_resolves_to(host):
    found = {one[4][0] for one in socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)}
    assert found == {"127.0.0.1"}
    assert not any(is_public(address) for address in found)


def test_loopback_is_told_by_the_same_table():
    own = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"]
    assert [one for one in own if not is_loopback_address(one)] == []
    assert [one for one in ["128.0.0.1", "::2", "::1%lo", "localhost", ""] if is_loopback_address(one)] == []


def test_what_the_running_python_says_of_an_address_is_not_asked(monkeypatch):
    def refuse(self):
        raise AssertionError("asked")

    for kind in (ipaddress.IPv4Address, ipaddress.IPv6Address):
        for name in dir(kind):
            if name.startswith("is_") or name in {"ipv4_mapped", "sixtofour", "teredo"}:
                monkeypatch.setattr(kind, name, property(refuse))
    assert ".is_global" not in inspect.getsource(addresses)
    assert all(map(is_public, PUBLIC))
    assert not any(map(is_public, INSIDE))
