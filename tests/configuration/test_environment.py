"""Settings from the environment: old names still work, and unknown words are refused."""

import os
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from editor_site.configuration.environment import PRIVATE_NETWORKS, Env
from editor_site.run import BASE_DIR

env = Env()


def setting_in_a_new_process(name: str, folder: Path, **environment: str) -> str:
    command = [sys.executable, "-c", f"from editor_site import settings; print(settings.{name})"]
    variables = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "SECRET_KEY": "only-for-tests"} | environment
    return subprocess.run(command, cwd=BASE_DIR, env=variables, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("old_name", "name", "value"), [("WORKER_LANES", "WORKER_CONCURRENCY", "3"), ("ENGINE_PACE", "ENGINE_TIME_SCALE", "0.5")]
)
def test_a_setting_can_still_be_set_by_its_old_name(tmp_path: Path, old_name: str, name: str, value: str) -> None:
    assert setting_in_a_new_process(name, tmp_path, **{old_name: value}) == value


def test_the_new_name_of_a_setting_wins_over_the_old_one(tmp_path: Path) -> None:
    both = {"WORKER_LANES": "3", "WORKER_CONCURRENCY": "5"}
    assert setting_in_a_new_process("WORKER_CONCURRENCY", tmp_path, **both) == "5"


@pytest.mark.parametrize(("text", "value"), [("on", True), (" Yes ", True), ("OFF", False), ("0", False)])
def test_switches_are_read_in_any_case(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("A_SWITCH", text)
    assert env.bool("A_SWITCH", not value) is value


@pytest.mark.parametrize(("text", "value"), [("2", 2.0), (" 0.5 ", 0.5), ("", 3.0)])
def test_numbers_are_read(monkeypatch: pytest.MonkeyPatch, text: str, value: float) -> None:
    monkeypatch.setenv("NUMBER", text)
    assert Env().float("NUMBER", 3.0) == value


def test_a_number_with_a_unit_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBER", "2s")
    with pytest.raises(ImproperlyConfigured, match="NUMBER=2s is not a valid value"):
        Env().float("NUMBER", 3.0)


def test_words_are_read_with_spaces_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORDS", "a.example.org, b.example.org,,")
    assert Env().words("WORDS") == ["a.example.org", "b.example.org"]
    monkeypatch.setenv("WORDS", " ,")
    assert Env().words("WORDS", ("default",)) == ["default"]


def test_an_empty_switch_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SWITCH", "")
    assert env.bool("A_SWITCH", True) is True


def test_a_switch_that_is_neither_on_nor_off_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SWITCH", "ja")
    with pytest.raises(ImproperlyConfigured, match="A_SWITCH=ja"):
        env.bool("A_SWITCH", False)


def test_addresses_and_networks_are_read_with_spaces_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXIES", " 127.0.0.1,10.1.2.3/8 ,, 2001:db8::/32,")
    assert Env().networks("PROXIES") == list(map(ip_network, ("127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32")))


@pytest.mark.parametrize("value", ["proxy", "10.0.0.0/99", "*", "127.0.0.1 10.0.0.1"])
def test_what_is_no_network_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PROXIES", f"127.0.0.1,{value}")
    with pytest.raises(ImproperlyConfigured, match=r"PROXIES=.* is neither an address nor a network"):
        Env().networks("PROXIES")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.9.9.9", "172.31.0.1", "192.168.1.1", "fd00::1"])
def test_private_addresses_are_those_of_the_standards(address: str) -> None:
    assert any(ip_address(address) in ip_network(network) for network in PRIVATE_NETWORKS)


@pytest.mark.parametrize("address", ["172.32.0.1", "8.8.8.8", "2001:db8::1", "169.254.1.1"])
def test_public_addresses_are_not_private(address: str) -> None:
    assert not any(ip_address(address) in ip_network(network) for network in PRIVATE_NETWORKS)
