"""Networks as they are: proxies, certificates, IPv6, base paths; and what is said where they stand in the way."""

from __future__ import annotations

import datetime
import json
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

import broken
from altered import target_of, with_verdict
from broken import Broken
from proxying import Proxy
from syncano_contract import document
from syncano_contract.cli import main
from syncano_contract.client import Client, Log
from syncano_contract.model import Exchange, Problem, Verdict
from syncano_contract.proxies import checked, credentials, proxy_for
from syncano_contract.redact import Redactor
from syncano_contract.reference.server import Embedded
from syncano_contract.run import run
from syncano_contract.settings import Depth, Settings
from syncano_contract.target import Target, from_file

KEY = "0123456789abcdef0123456789abcdef01234567"
PROXIED = {"HTTPS_PROXY": "http://proxy.test:3128", "HTTP_PROXY": "http://plain.test:3128"}


def sent(target: Target) -> Exchange:
    client = Client(target, Log(), timeout=5)
    try:
        return client.send("GET", "/x/", {"X-API-KEY": KEY}, None, "getUserDetails")
    finally:
        client.close()


def status(exchange: Exchange) -> int | str | None:
    return exchange.response.status if exchange.response else exchange.error


# --- which proxy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("https://h.test/v1", PROXIED, "http://proxy.test:3128"),
        ("http://h.test/v1", PROXIED, "http://plain.test:3128"),
        ("https://h.test", {"HTTP_PROXY": "http://p:1"}, None),
        ("https://h.test", {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ("https://h.test", {"ALL_PROXY": "http://a:1", "HTTPS_PROXY": "http://b:1"}, "http://b:1"),
        ("https://h.test", {"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:1"}, "http://a:1"),
        ("https://h.test", {"HTTPS_PROXY": "p.test:3128"}, "http://p.test:3128"),
        ("https://h.test", {"HTTPS_PROXY": ""}, None),
        ("http://localhost:8000", PROXIED, None),
        ("http://api.localhost:8000", PROXIED, None),
        ("http://127.0.0.1:8000", PROXIED, None),
        ("http://127.9.9.9:8000", PROXIED, None),
        ("http://[::1]:8000", PROXIED, None),
    ],
)
def test_the_environment_tells_the_proxy(url: str, environment: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(url, environment) == proxy


@pytest.mark.parametrize(
    ("exempt", "url", "is_exempt"),
    [
        *(("*", "https://h.test", True), ("h.test", "https://h.test", True), (".h.test", "https://h.test", True)),
        *(("h.test", "https://a.h.test", True), (".h.test", "https://a.h.test", True)),
        *(("*.h.test", "https://a.h.test", True), ("H.TEST", "https://h.test", True)),
        *(("h.test", "https://oh.test", False), ("a.h.test", "https://h.test", False), ("", "https://h.test", False)),
        *((" a.test , h.test ", "https://h.test", True), ("a.test h.test", "https://h.test", True)),
        *(("h.test:443", "https://h.test", True), ("h.test:8443", "https://h.test", False)),
        *(("h.test:8443", "https://h.test:8443", True), ("10.0.0.0/8", "https://10.1.2.3", True)),
        *(("10.0.0.0/8", "https://11.1.2.3", False), ("10.1.2.3", "https://10.1.2.3", True)),
        *(("10.1.2.3:443", "https://10.1.2.3", True), ("10.1.2.3:80", "https://10.1.2.3", False)),
        *(("2001:db8::/32", "https://[2001:db8::1]", True), ("2001:db8::1", "https://[2001:db8::1]:8443", True)),
        *(("[2001:db8::1]:8443", "https://[2001:db8::1]:8443", True), ("2001:db8::2", "https://[2001:db8::1]", False)),
        *((",,", "https://h.test", False), ("10.0.0.0/8", "https://h.test", False), (".", "https://h.test", False)),
    ],
)
def test_no_proxy_lists_hosts_networks_and_ports(exempt: str, url: str, is_exempt: bool) -> None:
    assert (proxy_for(url, {**PROXIED, "NO_PROXY": exempt}) is None) is is_exempt
    assert (proxy_for(url, {**PROXIED, "no_proxy": exempt}) is None) is is_exempt


@given(st.text(), st.sampled_from(["https://h.test", "http://10.1.2.3:80", "https://[2001:db8::1]:8443"]))
def test_no_list_of_exempt_hosts_breaks_the_reader(exempt: str, url: str) -> None:
    assert proxy_for(url, {**PROXIED, "NO_PROXY": exempt}) in (None, *PROXIED.values())


@given(st.text() | st.from_regex(r"[a-z0-9]*:?/?/?[^/]*@?[a-z0-9.:\[\]%]*"))
@example("http://:@proxy.example:3128")
def test_no_proxy_that_is_given_breaks_the_reader(proxy: str) -> None:
    with suppress(Problem):
        assert "" not in credentials(checked(proxy, "proxy"))


@pytest.mark.parametrize(
    "proxy", [f"socks5://me:{KEY}@p:1", f"http://me:{KEY}@p:99999", f"http://{KEY}@", "http://a b"]
)
def test_what_is_no_http_proxy_is_refused_unseen(proxy: str) -> None:
    with pytest.raises(Problem) as caught:
        proxy_for("https://h.test", {"HTTPS_PROXY": proxy})

    assert caught.value.what == "HTTPS_PROXY is no HTTP proxy"
    assert KEY not in caught.value.fix


# --- through a proxy --------------------------------------------------------------------------------------------------


def test_a_plain_target_is_asked_for_in_absolute_form() -> None:
    with Broken(broken.answer(b"200", b"{}")) as server, Proxy() as proxy:
        exchange = sent(Target(server.url, "rivia", proxy=proxy.url))

    assert status(exchange) == 200
    assert proxy.heads[0].startswith(b"GET %b/x/ HTTP/1.1" % server.url.encode())


def test_the_password_of_a_proxy_goes_to_the_proxy_alone_and_into_no_report(authority: trustme.CA) -> None:
    with Broken(broken.answer(b"200", b"{}"), tls=serving(authority, "127.0.0.1")) as server, Proxy() as proxy:
        address = proxy.url.replace("http://", "http://me:pass-word%2Fof%20the%20proxy@")
        target = Target(server.url, "rivia", proxy=address, ca_bundle=bundle(authority))
        exchange = sent(target)

    redactor = Redactor(target)
    assert status(exchange) == 200
    assert proxy.heads[0].startswith(b"CONNECT 127.0.0.1:%d HTTP/1." % server.port)
    assert b"roxy-authorization: basic" in proxy.heads[0].lower()
    assert b"roxy-" not in server.requests[0].lower()
    assert KEY.encode() not in proxy.heads[0]
    for secret in credentials(address):
        assert secret not in redactor.text(f"seen: {secret}, {address}")
        assert secret not in repr(target)


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "the proxy"),
        (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "the proxy"),
    ],
)
def test_what_a_proxy_says_itself_is_no_reply_of_the_target(refusal: bytes, error: str, authority: trustme.CA) -> None:
    with Proxy(refusal) as proxy:
        plain = sent(Target("http://h.test/v1.1", "rivia", proxy=proxy.url))
        tunnelled = sent(Target("https://h.test/v1.1", "rivia", proxy=proxy.url))

    assert "the proxy answered " in str(status(plain))
    assert str(status(tunnelled)).startswith("cannot connect: the proxy: ")


def test_a_dead_proxy_is_named() -> None:
    for scheme in ("http", "https"):
        exchange = sent(Target(f"{scheme}://h.test/v1.1", "rivia", proxy="http://127.0.0.1:1"))

        assert status(exchange) == "cannot connect: the proxy: Connection refused"


def test_a_whole_run_goes_through_the_proxy_and_its_relay_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")  # where nobody listens
    with Embedded() as embedded, Proxy() as proxy:
        target = replace(target_of(embedded), proxy=proxy.url)
        settings = Settings(depth=Depth.STANDARD, only=("GENERATED-*", "USERS-ADD-1", "HTTP-2", "SHAPE-*"))
        report = run(target, document.load(), settings, lambda *_: None)

    assert with_verdict(report, Verdict.FAILED) == with_verdict(report, Verdict.CANNOT_TELL) == set()
    assert any(exchange.sender.startswith("GENERATED") for exchange in report.exchanges)
    assert len(proxy.heads) >= report.requests


# --- certificates -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return iter([tmp_path])


def bundle(authority: trustme.CA) -> Path:
    authority.cert_pem.write_to_path("ca.pem")
    return Path("ca.pem")


def serving(authority: trustme.CA, name: str, *, until: datetime.datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=until).configure_cert(context)
    return context


def test_an_authority_that_the_bundle_holds_is_trusted(authority: trustme.CA) -> None:
    with Broken(broken.answer(b"200", b"{}"), tls=serving(authority, "127.0.0.1")) as server:
        exchange = sent(Target(server.url, "rivia", ca_bundle=bundle(authority)))

    assert status(exchange) == 200


YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


UNTRUSTED = {
    "unknown authority": ("127.0.0.1", None, "unable to get local issuer certificate", "as ca_bundle in the target"),
    "another name": ("127.0.0.2", None, "IP address mismatch", "use the name that the certificate is for"),
    "expired": ("127.0.0.1", YESTERDAY, "certificate has expired", "the deployment needs a new certificate"),
}


@pytest.mark.parametrize("why", UNTRUSTED)
def test_a_certificate_that_is_not_trusted_is_told_in_one_line(authority: trustme.CA, why: str) -> None:
    name, until, said, way_out = UNTRUSTED[why]
    bundle(authority)
    trusted = "" if why == "unknown authority" else 'ca_bundle = "ca.pem"'
    with Broken(broken.answer(b"200", b"{}"), tls=serving(authority, name, until=until)) as server:
        lines = (f'url = "{server.url}"', 'instance = "i"', f'api_key = "{KEY}"', trusted)
        Path("target.toml").write_text("\n".join(lines), encoding="utf-8")
        result = CliRunner().invoke(main, ["run", "--target", "target.toml"])

    first, second = result.stderr.splitlines()
    assert result.exit_code == 2
    assert f"cannot connect: TLS: the certificate is not trusted: {said}" in first
    assert way_out in second


def test_a_target_that_asks_for_a_certificate_gets_one(authority: trustme.CA) -> None:
    context = serving(authority, "127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    shown = authority.issue_cert("client.test")
    shown.private_key_and_cert_chain_pem.write_to_path("client.pem")
    with Broken(broken.answer(b"200", b"{}"), tls=context) as server:
        target = Target(server.url, "rivia", ca_bundle=bundle(authority))
        without, exchange = sent(target), sent(replace(target, client_cert=Path("client.pem")))

    assert status(exchange) == 200
    assert str(status(without)).startswith("cannot connect: TLS: ")


def test_a_certificate_and_its_key_may_be_two_files(authority: trustme.CA) -> None:
    shown = authority.issue_cert("client.test")
    shown.private_key_pem.write_to_path("client.key")
    shown.cert_chain_pems[0].write_to_path("client.pem")

    client = Client(
        Target("https://h.test", "i", client_cert=Path("client.pem"), client_key=Path("client.key")), Log(), timeout=1
    )

    client.close()


LOCKED = """-----BEGIN ENCRYPTED PRIVATE KEY-----
MIIBvTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQI
-----END ENCRYPTED PRIVATE KEY-----
"""


@pytest.mark.parametrize("setting", ["ca_bundle", "client_cert", "client_key"])
@pytest.mark.parametrize("content", ["", "nonsense", LOCKED], ids=["empty", "nonsense", "locked"])
def test_a_file_that_holds_no_certificate_or_key_is_named(setting: str, content: str, authority: trustme.CA) -> None:
    authority.issue_cert("client.test").cert_chain_pems[0].write_to_path("client.pem")
    lines = [f'{name} = "{name}.pem"' for name in (setting, *(["client_cert"] if setting == "client_key" else []))]
    authority.issue_cert("client.test").cert_chain_pems[0].write_to_path("client_cert.pem")
    Path(f"{setting}.pem").write_text(content, encoding="utf-8")
    start = f'url = "https://h.test"\ninstance = "i"\napi_key = "{KEY}"\n'
    Path("target.toml").write_text(start + "\n".join(lines), encoding="utf-8")

    result = CliRunner().invoke(main, ["run", "--target", "target.toml"])

    assert result.exit_code == 2
    assert f"{setting}.pem cannot be used: " in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_a_key_without_a_certificate_is_refused() -> None:
    Path("client.key").touch()
    Path("target.toml").write_text(
        'url = "https://h.test"\ninstance = "i"\nclient_key = "client.key"', encoding="utf-8"
    )

    with pytest.raises(Problem, match="client_key is the key of no client_cert"):
        from_file(Path("target.toml"), {})


def test_a_plain_target_at_a_tls_address_is_told() -> None:
    with Embedded() as server:
        words = ["run", server.url.replace("http:", "https:"), "--instance", "i"]
        result = CliRunner().invoke(main, words, env={"SYNCANO_API_KEY": KEY})

    assert result.exit_code == 2
    assert "cannot connect: TLS: " in result.stderr
    assert "http or https?" in result.stderr


# --- addresses --------------------------------------------------------------------------------------------------------


def test_an_ipv6_address_is_a_target_and_names_the_report() -> None:
    with Broken(broken.answer(b"200", b"[]"), host="::1") as server:
        words = ["run", server.url, "--instance", "i", "--depth", "quick", "--only", "USERS-ADD-1"]
        result = CliRunner().invoke(main, words, env={"SYNCANO_API_KEY": KEY})

    results = json.loads(Path("reports/latest/results.json").read_text(encoding="utf-8"))
    assert result.exit_code == 0
    assert results["target"] == server.url
