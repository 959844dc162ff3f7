"""Which IP addresses are of the open internet: a table of our own, the same on every version of Python.

Sources, as of 2025-10: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates), the IANA
IPv4 Multicast and IPv6 Global Unicast registries; for metadata services, the cloud providers' own documents.
"""

import ipaddress
import re
from typing import Final

#: The host of a link as a browser writes it, where it is not of the open internet: the same to Python and JavaScript.
PRIVATE_HOST: Final = (
    r"[^.:\[\]]+\.?|.*\.(?:localhost|local|internal|localdomain|intranet|home|lan|corp|home\.arpa)\.?"
    r"|(?:0|10|127)\.[\d.]+|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.[\d.]+|168\.63\.129\.16|169\.254\.[\d.]+"
    r"|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|192\.(?:168|0\.0|0\.2|88\.99)\.[\d.]+|198\.(?:1[89]|51\.100)\.[\d.]+"
    r"|203\.0\.113\.\d+|(?:22[4-9]|2[3-5]\d)\.[\d.]+"
    r"|\[(?![23][0-9a-f]{3}:).*|\[(?:2001:(?:db8|1?[0-9a-f]{0,2}):|2001::|2002:|3fff:0?[0-9a-f]{0,3}:).*"
)

#: The end of a host that a browser takes for an IPv4 address, in whatever notation.
_NUMBER: Final = re.compile(r"(?:.*\.)?(?:\d+|0x[\da-f]*)", re.ASCII)

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _networks(*texts: str) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


#: IPv4 networks that are not reachable from everywhere, or that reach into a machine, a network or a cloud.
NOT_PUBLIC_V4: Final = _networks(
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private use
    "100.64.0.0/10",  # carriers' NAT; 100.100.100.200 is Alibaba Cloud's metadata service
    "127.0.0.0/8",  # loopback
    "168.63.129.16/32",  # Azure's WireServer; of a public network, but the same in every virtual machine
    "169.254.0.0/16",  # link local; 169.254.169.254 is most clouds' metadata service, 169.254.170.2 Amazon ECS's
    "172.16.0.0/12",  # private use
    "192.0.0.0/24",  # IETF protocol assignments; 192.0.0.192 is Oracle Cloud's metadata service
    "192.0.2.0/24",  # documentation
    "192.88.99.0/24",  # relays from 6to4, deprecated
    "192.168.0.0/16",  # private use
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, with the broadcast address
)
#: All that IANA has given out as global unicast IPv6. Loopback, fc00::/7 with fd00:ec2::254 (Amazon's metadata service)
#: and fd20:ce::254 (Google's), fe80::/10, fec0::/10, ff00::/8, 100::/64, 64:ff9b:1::/48 and 5f00::/16 are outside.
GLOBAL_V6: Final = _networks("2000::/3")
NOT_PUBLIC_V6: Final = _networks(
    "2001::/23",  # IETF protocol assignments, with Teredo at 2001::/32
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4
    "3fff::/20",  # documentation
)
#: IPv6 networks whose last 32 bits are the IPv4 address that is reached: IPv4-mapped addresses, and NAT64.
EMBEDDING_V4: Final = _networks("::ffff:0:0/96", "64:ff9b::/96")
_LOOPBACK: Final = _networks("127.0.0.0/8", "::1/128")
_LAST_32_BITS: Final = 0xFFFF_FFFF


def is_public_host(host: str) -> bool:
    """Tell whether the host of a link, in lower case and without brackets, is of the open internet by its name.

    No name server is asked.
    """
    bare = host.removesuffix(".")
    if ":" in bare or _NUMBER.fullmatch(bare):
        return is_public(bare)
    return bool(bare) and re.fullmatch(PRIVATE_HOST, bare, re.ASCII) is None


def is_public(address: str) -> bool:
    """Tell whether an IP address is of the open internet; what is no address, or has a zone, is not."""
    one = _parse(address)
    if one is None:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        return _is_in(one, GLOBAL_V6) and not _is_in(one, NOT_PUBLIC_V6)
    return not _is_in(one, NOT_PUBLIC_V4)


def is_loopback_address(address: str) -> bool:
    """Tell whether an IP address is this machine's own loopback; what is no address, or has a zone, is not."""
    one = _parse(address)
    return one is not None and _is_in(one, _LOOPBACK)


def _parse(address: str) -> _Address | None:
    """Return an address, as IPv4 where it embeds one."""
    if "%" in address:
        return None
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return None
    if _is_in(one, EMBEDDING_V4):
        return ipaddress.IPv4Address(int(one) & _LAST_32_BITS)
    return one


def _is_in(address: _Address, networks: tuple[_Network, ...]) -> bool:
    return any(address in network for network in networks)
