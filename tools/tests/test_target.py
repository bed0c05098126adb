"""Reading targets: what a file and the environment give, and what is said of each mistake, never with a key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from syncano_contract.model import Problem
from syncano_contract.target import TEMPLATE, Other, Target, check_url, from_environment, from_file

URL = "https://api.example.test/v1.1"
KEY = "f00dfacef00dfacef00dface"
START = f'url = "{URL}"\ninstance = "rivia"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "target.toml"


def problem_of(path: Path, content: str | bytes, environment: Mapping[str, str] | None = None) -> Problem:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Problem) as caught:
        from_file(path, environment or {})
    return caught.value


def test_a_file_gives_every_setting(path: Path) -> None:
    (path.parent / "zażółć.pem").touch()
    path.write_text(
        f"""{START}
        api_key = "$A_KEY"
        plain_key = "plain"
        account_key = "account"
        user_key = "user"
        ca_bundle = "zażółć.pem"
        [other]
        instance = "cintra"
        api_key = "other"
        [headers]
        X-B = "2"
        X-A = "$HEADER"
        """,
        encoding="utf-8",
    )

    target = from_file(path, {"A_KEY": KEY, "HEADER": "1"})

    assert target == Target(
        url=URL,
        instance="rivia",
        api_key=KEY,
        plain_key="plain",
        account_key="account",
        user_key="user",
        other=Other("cintra", "other"),
        headers=(("X-A", "1"), ("X-B", "2")),
        ca_bundle=path.parent / "zażółć.pem",
    )


def test_the_template_is_a_target_file_that_takes_its_key_from_the_environment(path: Path) -> None:
    path.write_text(TEMPLATE, encoding="utf-8")

    target = from_file(path, {"SYNCANO_API_KEY": KEY})

    assert target == Target("https://api.syncano.io/v1.1", "my-instance", api_key=KEY)


def test_every_line_that_the_template_comments_out_can_be_used(path: Path) -> None:
    start = TEMPLATE.index("# plain_key")
    lines = TEMPLATE[start:].replace("\n# ", "\n").removeprefix("# ").replace("Optional:", "#").splitlines()
    path.write_text(TEMPLATE[:start] + "\n".join(lines), encoding="utf-8")
    for name in ("ca.pem", "client.pem", "client.key"):
        (path.parent / name).touch()
    names = ("API", "PLAIN", "ACCOUNT", "USER", "OTHER_API")

    keys = {f"SYNCANO_{name}_KEY": name.lower() for name in names}
    target = from_file(path, {**keys, "CORPORATE_PROXY": "proxy.test:3128"})

    assert target.plain_key == "plain"
    assert target.other == Other("another-instance", "other_api")
    assert target.headers == (("X-Request-Source", "conformance"),)
    assert target.proxy == "http://proxy.test:3128"
    assert (target.client_cert, target.client_key) == (path.parent / "client.pem", path.parent / "client.key")


def test_no_key_and_no_header_shows_in_a_repr(path: Path) -> None:
    path.write_text(
        f'{START}api_key="{KEY}1"\nplain_key="{KEY}2"\naccount_key="{KEY}3"\nuser_key="{KEY}4"\n'
        f'[other]\ninstance="cintra"\napi_key="{KEY}5"\n[headers]\nX-A="{KEY}6"\n',
        encoding="utf-8",
    )

    target = from_file(path, {})

    assert target.other is not None
    assert (target.other.api_key, target.headers) == (f"{KEY}5", (("X-A", f"{KEY}6"),))
    assert KEY not in repr(target)


def test_the_instance_keys_are_all_but_those_of_users() -> None:
    target = Target(URL, "rivia", api_key="a", account_key="b", user_key="c", other=Other("cintra", "d"))

    assert target.instance_keys == ("a", "b", "d")


def test_a_file_that_is_not_there_is_named_with_how_to_write_one(path: Path) -> None:
    with pytest.raises(Problem) as caught:
        from_file(path, {})

    assert caught.value.what == f"cannot read {path}: No such file or directory"
    assert caught.value.fix == "write one: syncano-contract target > target.toml"


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        from_file(tmp_path, {})

    assert caught.value.what == f"cannot read {tmp_path}: Is a directory"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (f'{START}api_key = {KEY}"', "line 3"),
        (f'{START}api_key = "{KEY}', "Unterminated string"),
        (f'{START}api_key = "{KEY}"\napi_key = "{KEY}"\n', "line 4"),
        (b"\xff\xfe" + KEY.encode(), "'utf-8' codec can't decode byte 0xff"),
        (f"x = {'1' * 5000}", "limit"),
        ("x = " + "[" * 5000, "recursion"),
    ],
    ids=["no quotes", "open string", "twice", "no UTF-8", "endless number", "deep nesting"],
)
def test_what_is_no_toml_is_named_with_the_place(path: Path, content: str | bytes, part: str) -> None:
    problem = problem_of(path, content)

    assert problem.what.startswith(f"{path} is not TOML: ")
    assert part in problem.what
    assert problem.fix == "compare it with a fresh one: syncano-contract target > target.toml"
    assert KEY not in problem.what


@pytest.mark.parametrize(
    ("content", "what", "fix"),
    [
        (f'{START}apikey = "{KEY}"', "{path}: unknown setting apikey", "known are account_key, api_key, "),
        (
            f'{START}[others]\napi_key = "{KEY}"',
            "{path}: unknown setting others",
            "other, plain_key, proxy, url, user_key",
        ),
        (
            f'{START}[other]\ninstnace = "x"\napi_key = "{KEY}"',
            "{path} [other]: unknown setting instnace",
            "known are api_key, instance",
        ),
        ('instance = "rivia"', "{path}: url is missing", 'add a line such as url = "…"'),
        (f'url = "{URL}"', "{path}: instance is missing", "syncano-contract target > target.toml shows all"),
        (f'{START}api_key = "$NAME"', "{path}: api_key names $NAME, which is not set", "export NAME=… first"),
        (f'{START}api_key = "$EMPTY"', "{path}: api_key names $EMPTY, which is not set", "export EMPTY=… first"),
        (f'{START}api_key = "$a-{KEY}"', "{path}: api_key begins with $ but names no variable", 'api_key = "$NAME"'),
        (f'{START}api_key = "$"', "{path}: api_key begins with $ but names no variable", 'api_key = "$NAME"'),
        (f'{START}api_key = "${{NAME}}"', "{path}: api_key begins with $ but names no variable", "$NAME"),
        (f"{START}api_key = 123456", "{path}: api_key is no string", 'write it in quotes: api_key = "…"'),
        (f'{START}user_key = ["{KEY}"]', "{path}: user_key is no string", 'write it in quotes: user_key = "…"'),
        (f'{START}other = "{KEY}"', "{path}: other is no table", "write it as [other] with instance and api_key"),
        (f'{START}headers = ["{KEY}"]', "{path}: headers is no table", "write it as [headers] with lines"),
        (f"{START}[other]\n", "{path} [other]: instance is missing", "needs both instance and api_key"),
        (f'{START}[other]\ninstance="x"', "{path} [other]: api_key is missing", "needs both instance and api_key"),
        (f"{START}[other]\ninstance = 1", "{path} [other]: instance is no string", "write it in quotes"),
        (f"{START}[headers]\nX-A = 1", "{path} [headers]: X-A is no string", "write it in quotes"),
        (
            f'{START}[headers]\n"X-API-KEY: {KEY}" = ""',
            "{path} [headers]: one of the names is no header name",
            'write NAME = "value", without a colon',
        ),
        (
            f'{START}[headers]\n"X-A: {KEY}" = "1"',
            "{path} [headers]: one of the names is no header name",
            'write NAME = "value", without a colon',
        ),
        (
            f'{START}[headers]\nX-Api-Key = "{KEY}"',
            "{path} [headers]: X-Api-Key is not for this table",
            "leave it out",
        ),
        (
            f'{START}[headers]\napi_key = "{KEY}"',
            "{path} [headers]: api_key is not for this table",
            "move a setting above all tables",
        ),
        (
            f'{START}account_key = "{KEY}"\n[headers]\nX-A = "Token {KEY}"',
            "{path} [headers]: X-A holds the account_key",
            "leave it out: it never goes with a write",
        ),
        (
            f'{START}api_key = "{KEY}"\naccount_key = "{KEY}"',
            "{path}: api_key and account_key are the same key",
            "give another, or leave account_key out",
        ),
        (
            f'{START}api_key = "{KEY}"\n[other]\ninstance = "cintra"\napi_key = "{KEY}"',
            "{path}: api_key and other.api_key are the same key",
            "give another, or leave other.api_key out",
        ),
        (
            f'{START}[other]\ninstance = "rivia"\napi_key = "{KEY}"',
            "{path}: the instance of the second tenant is the first one's",
            "name another instance there",
        ),
        (f'{START}ca_bundle = "ca.pem"', "{path}: ca_bundle {folder}/ca.pem is no file", "name a PEM file"),
        (f'{START}ca_bundle = ""', "{path}: ca_bundle {folder} is no file", "name a PEM file"),
    ],
)
def test_a_mistake_is_named_with_file_setting_and_way_out(path: Path, content: str, what: str, fix: str) -> None:
    problem = problem_of(path, content, {"EMPTY": ""})

    assert problem.what.startswith(what.format(path=path, folder=path.parent))
    assert fix in problem.fix
    assert KEY not in problem.what + problem.fix


@pytest.mark.parametrize(
    "value",
    [f" {KEY}", f"{KEY} ", f"{KEY}\\n", f"{KEY}\\r\\nX-Evil: 1", f"{KEY}é", f"{KEY}\\u0000", "", "   "],
)
@pytest.mark.parametrize("setting", ["api_key", "plain_key", "account_key", "user_key", "instance", "url"])
def test_a_value_that_no_header_can_carry_is_refused_unseen(path: Path, setting: str, value: str) -> None:
    rest = START.replace(f"{setting} =", f"# {setting} =")

    problem = problem_of(path, f'{rest}{setting} = "{value}"\n')

    assert problem.what == f"{path}: {setting} is empty or holds blanks at an end, line breaks or non-ASCII"
    assert problem.fix == "set it anew"


def test_a_value_from_the_environment_is_checked_like_one_in_the_file(path: Path) -> None:
    problem = problem_of(path, f'{START}api_key = "$NAME"', {"NAME": f"{KEY}\n"})

    assert problem.what.startswith(f"{path}: api_key is empty or holds blanks")
    assert KEY not in problem.what


def test_blanks_inside_a_key_are_fine(path: Path) -> None:
    path.write_text(f'{START}api_key = "a b"', encoding="utf-8")

    target = from_file(path, {})

    assert target.api_key == "a b"


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "https://api.syncano.io/v1.1/", "http://[::1]:80/a/b//", "HTTPS://H/v1"]
)
def test_a_base_url_loses_the_slashes_at_its_end(url: str) -> None:
    assert check_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        *("api.syncano.io/v1.1", "ftp://api.syncano.io", "https://", "https:///v1.1", "localhost:8000", ""),
        *("http://h:99999", "http://h:0", "http://h:port", "http://[::1", "http://h/a b", "https://h\n.test/"),
        "https://żółć.test/",
    ],
)
def test_what_is_no_base_url_is_shown_with_an_example(url: str) -> None:
    with pytest.raises(Problem) as caught:
        check_url(url)

    assert caught.value.what == f"{ascii(url)[1:-1]} is no base URL"
    assert caught.value.fix == "give one such as https://api.syncano.io/v1.1"


@pytest.mark.parametrize(
    "url",
    [
        *(f"https://me:{KEY}@h/v1.1", f"https://{KEY}@h/v1.1", f"https://h/v1.1?api_key={KEY}", f"https://h/#{KEY}"),
        *("https://h/v1.1?", "https://h/v1.1#", "https://@h/"),
    ],
)
def test_a_base_url_with_user_password_query_or_fragment_is_refused_unseen(url: str) -> None:
    with pytest.raises(Problem) as caught:
        check_url(url)

    assert caught.value.what == "the base URL carries a user name, a password, a query or a fragment"
    assert "keys belong into the target file or the environment" in caught.value.fix


@pytest.mark.parametrize("url", [f"h/v1.1?api_key={KEY}", f"https://me:{KEY}@h:99999/", f"//{KEY}@h", f"h#{KEY}"])
def test_what_is_no_base_url_and_may_hold_a_key_is_not_shown(url: str) -> None:
    with pytest.raises(Problem) as caught:
        check_url(url)

    assert caught.value.what == "what was given is no base URL"


def test_a_key_in_the_url_is_not_shown_where_the_instance_is_missing_too() -> None:
    with pytest.raises(Problem) as caught:
        from_environment(f"{URL}?api_key={KEY}", None, {})

    assert KEY not in caught.value.what


def test_a_bad_url_in_a_file_is_refused(path: Path) -> None:
    problem = problem_of(path, 'url = "api.syncano.io"\ninstance = "rivia"')

    assert problem.what == "api.syncano.io is no base URL"


def test_the_environment_gives_every_key_and_the_second_tenant() -> None:
    environment = {
        "SYNCANO_INSTANCE": "not used",
        "SYNCANO_API_KEY": "a",
        "SYNCANO_PLAIN_KEY": "b",
        "SYNCANO_ACCOUNT_KEY": "c",
        "SYNCANO_USER_KEY": "d",
        "SYNCANO_OTHER_INSTANCE": "cintra",
        "SYNCANO_OTHER_API_KEY": "e",
        "API_KEY": "not used",
    }

    target = from_environment(f"{URL}/", "rivia", environment)

    assert target == Target(URL, "rivia", "a", "b", "c", "d", Other("cintra", "e"))


def test_the_environment_may_name_the_instance_and_empty_variables_count_for_nothing() -> None:
    target = from_environment(URL, None, {"SYNCANO_INSTANCE": "rivia", "SYNCANO_API_KEY": ""})

    assert target == Target(URL, "rivia")


def test_without_an_instance_the_way_out_names_both_ways() -> None:
    with pytest.raises(Problem) as caught:
        from_environment(URL, None, {})

    assert caught.value.what == f"no instance is named for {URL}"
    assert caught.value.fix == "add --instance NAME, or use --target FILE"


@pytest.mark.parametrize(
    ("environment", "what"),
    [
        (
            {"SYNCANO_OTHER_API_KEY": KEY},
            "the environment (SYNCANO_OTHER_INSTANCE, SYNCANO_OTHER_API_KEY): instance is missing",
        ),
        (
            {"SYNCANO_OTHER_INSTANCE": "cintra"},
            "the environment (SYNCANO_OTHER_INSTANCE, SYNCANO_OTHER_API_KEY): api_key is missing",
        ),
        (
            {"SYNCANO_API_KEY": f"{KEY}\n"},
            "SYNCANO_API_KEY is empty or holds blanks at an end, line breaks or non-ASCII",
        ),
        (
            {"SYNCANO_API_KEY": KEY, "SYNCANO_PLAIN_KEY": KEY},
            "the environment: api_key and plain_key are the same key",
        ),
    ],
)
def test_a_mistake_in_the_environment_is_named_by_its_variable(environment: dict[str, str], what: str) -> None:
    with pytest.raises(Problem) as caught:
        from_environment(URL, "rivia", environment)

    assert caught.value.what == what
    assert KEY not in caught.value.fix
