"""What `.env` may say of proxies."""

from ipaddress import ip_address, ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured

from editor_site.environment import PRIVATE_NETWORKS, Env


def test_addresses_and_networks_are_read_with_spaces_and_without(monkeypatch):
    monkeypatch.setenv("PROXIES", " 127.0.0.1,10.1.2.3/8 ,, 2001:db8::/32,")
    assert Env().networks("PROXIES") == list(map(ip_network, ("127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32")))


@pytest.mark.parametrize("value", ["proxy", "10.0.0.0/99", "*", "127.0.0.1 10.0.0.1"])
def test_what_is_no_network_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("PROXIES", f"127.0.0.1,{value}")
    with pytest.raises(ImproperlyConfigured, match=r"PROXIES=.* is neither an address nor a network"):
        Env().networks("PROXIES")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.9.9.9", "172.31.0.1", "192.168.1.1", "fd00::1"])
def test_private_addresses_are_those_of_the_standards(address):
    assert any(ip_address(address) in ip_network(network) for network in PRIVATE_NETWORKS)


@pytest.mark.parametrize("address", ["172.32.0.1", "8.8.8.8", "2001:db8::1", "169.254.1.1"])
def test_public_addresses_are_not_private(address):
    assert not any(ip_address(address) in ip_network(network) for network in PRIVATE_NETWORKS)
