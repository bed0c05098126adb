"""The one table of portals: by which tool each is reached, what it takes, and how the tool says what came of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from syncano_contract import npm
from syncano_contract.model import Problem

NAME = r"\w[\w.-]*"  # cannot be taken for an option
# Git over HTTP and Node.js, where the address is wrong, nothing listens there, or the way there is closed.
UNREACHED = (
    r"ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|fetch failed|Failed to fetch\.|[Cc]onnection refused|"
    r"Could not resolve host"
)
NO_REPOSITORY = r"does not exist|not a git repository|does not appear to be a git repository"


@dataclass(frozen=True)
class Command:
    """A call of a portal's tool, and what it prints (as patterns) when the portal has the document, anew or already.

    A word whose place is not given is left out. After what `goes_on` finds, the next command is tried. A command that
    `shows` prints the document that the portal has. `when` says after what it is called; the first one always is.
    """

    words: tuple[str, ...]
    published: str = ""
    unchanged: str = ""
    goes_on: str = ""
    shows: bool = False
    when: str = ""


@dataclass(frozen=True)
class Portal:
    """Where the document is published: `form` is the version of OpenAPI that goes there.

    `tool` is a package of npm's in the group `group`, started by `script`. `token` names the environment variable that
    the tool reads the token from, `address` the one with another address of the portal. `to` says what --to takes, and
    `place` is its pattern, which names the places in `commands`; `secret` is the pattern of one that holds a password.
    `reason` is the pattern of why a call failed, and `hints` tell by patterns of that what to see to. `quiet` keeps the
    tool from reporting home. `again` says what sending the same twice does. To one that `is_local` nothing is sent: its
    files are written, and go on by other ways.
    """

    name: str
    title: str
    form: str
    to: str
    place: str
    example: str
    again: str
    tool: str = ""
    group: str = ""
    script: str = ""
    token: str = ""
    address: str = ""
    commands: tuple[Command, ...] = ()
    secret: str = ""
    reason: str = r"(?s)Error: (.+)"
    hints: Mapping[str, str] = field(default_factory=dict)
    quiet: Mapping[str, str] = field(default_factory=dict)
    options: frozenset[str] = frozenset()
    is_local: bool = False

    @property
    def version(self) -> str:
        """The version that the tool is pinned at; empty where it is not one of npm's."""
        if not self.group:
            return ""
        package = json.loads((npm.GROUPS / self.group / "package.json").read_text(encoding="utf-8"))
        return str(package["dependencies"][self.tool])

    def fix(self, why: str) -> str:
        """Return what to see to after a call that failed for that reason."""
        hints = {**self.hints, UNREACHED: f"{self.address or 'the proxy'} and the network: nothing was reached"}
        found = next((hint for pattern, hint in hints.items() if re.search(pattern, why)), f"{self.token} and --to")
        return f"see to {found}, then try again"

    def places(self, to: str | None) -> dict[str, str]:
        """Return what --to gives by name; raises Problem where it does not fit, holds a secret, or is not given."""
        if self.secret and re.match(self.secret, to or ""):
            what = "the URL of --to must hold no user name and no password: everybody on this machine could see them"
            raise Problem(
                what, f"give it as --to {self.example}, and the token in the environment variable {self.token}"
            )
        found = re.fullmatch(self.place, to or "", re.ASCII)
        if found is None:  # what was given is not repeated: it may hold a password
            secret = f", and the token in the environment variable {self.token}" if self.token else ""
            raise Problem(f"{self.title} needs --to {self.to}", f"give it as --to {self.example}{secret}")
        return {name: value for name, value in found.groupdict().items() if value is not None}


README = Portal(
    name="readme",
    title="ReadMe",
    form="3.1",
    to="BRANCH/SLUG",
    place=rf"(?P<branch>{NAME})/(?P<slug>{NAME})",
    example="stable/syncano-user-api",
    again="replaced by the same, as rdme cannot tell what ReadMe has",
    tool="rdme",
    group="readme",
    script="rdme/bin/run.js",
    token="RDME_API_KEY",  # noqa: S106 - the name of a variable
    commands=(
        Command(
            ("openapi", "upload", "{file}", "--branch={branch}", "--slug={slug}", "--confirm-overwrite"),
            published=r"was successfully (created|updated) in ReadMe!",
        ),
    ),
    reason=r"(?s)(?:error: |reason:\s)(.+)",
    quiet={"RDME_SKIP_NEW_VERSION_CHECK": "true"},
)

BUMP = Portal(
    name="bump",
    title="Bump.sh",
    form="3.1",
    to="[HUB/]DOC",
    place=rf"(?:(?P<hub>{NAME})/)?(?P<doc>{NAME})",
    example="syncano-user-api",
    again="unchanged, as Bump.sh makes no new version",
    tool="bump-cli",
    group="bump",
    script="bump-cli/bin/run.js",
    # bump-cli's own manifest holds somebody's token as the default: it is never started without one.
    token="BUMP_TOKEN",  # noqa: S106 - as above
    address="BUMP_HOST",
    commands=(
        Command(
            ("deploy", "{file}", "--doc={doc}", "--hub={hub}"),
            published=r"has received a new deployment",
            unchanged=r"documentation has not changed",
        ),
    ),
    quiet={"BUMP_SKIP_NEW_VERSION_CHECK": "true"},
)

SWAGGERHUB = Portal(
    name="swaggerhub",
    title="SwaggerHub",
    form="3.0",
    to="OWNER/API",
    place=rf"(?P<owner>{NAME})/(?P<api>{NAME})",
    example="my-organization/syncano-user-api",
    again="unchanged, as what is there is read and compared first",
    tool="swaggerhub-cli",
    group="swaggerhub",
    script="swaggerhub-cli/bin/run",
    token="SWAGGERHUB_API_KEY",  # noqa: S106 - as above
    address="SWAGGERHUB_URL",
    commands=(
        Command(
            ("api:create", "{owner}/{api}/{version}", "--file={file}"),
            published=r"Created (API|version)",
            goes_on=r"already exists in SwaggerHub",
        ),
        Command(("api:get", "{owner}/{api}/{version}", "--json"), shows=True, when="if that version exists"),
        Command(
            ("api:update", "{owner}/{api}/{version}", "--file={file}"),
            published=r"Updated API",
            when="if it is another document",
        ),
    ),
)

REDOCLY = Portal(
    name="redocly",
    title="Redocly",
    form="3.1",
    to="ORGANIZATION/PROJECT/MOUNT-PATH",
    place=rf"(?P<organization>{NAME})/(?P<project>{NAME})/(?P<mount>{NAME}(?:/{NAME})*)",
    example="org_01h/prj_01h/apis/users",
    again="unchanged, as Redocly makes no new build",
    tool="@redocly/cli",
    group="redocly",
    script="@redocly/cli/bin/cli.js",
    token="REDOCLY_AUTHORIZATION",  # noqa: S106 - as above
    address="REDOCLY_DOMAIN",
    commands=(
        Command(
            (
                *("push", "{file}", "--organization={organization}", "--project={project}", "--mount-path=/{mount}"),
                *("--branch=main", "--default-branch=main", "--message={message}"),
                *("--author=syncano-contract <syncano-contract@localhost>", "--wait-for-deployment"),
            ),
            published=r"Production deploy success",
            unchanged=r"Reason: no changes",
        ),
    ),
    reason=r"(?:Reason: |❌ )(.+)",
    quiet={"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
)

GIT = Portal(
    name="git",
    title="the git branch",
    form="both",
    to="REPOSITORY",
    place=r"(?P<repository>[^-].*)",
    secret=r"(?i)https?://[^/]*@|\w+://[^/@]*:[^/@]*@",  # noqa: S106 - a pattern
    example="https://github.com/me/docs.git",
    again="unchanged, as the same files make no commit",
    tool="git",
    token="GIT_TOKEN",  # noqa: S106 - as above
    reason=r"(?m)^(?:fatal|error|remote|ssh): (.+)|(?=.*\[(?:remote )?rejected\])(.+)",
    hints={
        f"{UNREACHED}|Failed to connect": "--to and the network: nothing was reached",
        r"invalid refspec|not a valid (?:ref|branch)": "--branch",
        NO_REPOSITORY: "--to: no repository was found there",
    },
    options=frozenset({"site", "branch", "force"}),
)

POSTMAN = Portal(
    name="postman",
    title="Postman",
    form="3.0",
    to="DIR",
    place=r"(?P<folder>.+)",
    example="build/postman",
    again="unchanged, as the same document makes the same file",
    tool="openapi-to-postmanv2",
    group="postman",
    is_local=True,
)

BACKSTAGE = Portal(
    name="backstage",
    title="Backstage",
    form="3.1",
    to="DIR",
    place=r"(?P<folder>.+)",
    example="build/backstage",
    again="unchanged, as the same document makes the same files",
    options=frozenset({"owner"}),
    is_local=True,
)

PORTALS = {each.name: each for each in (README, BUMP, SWAGGERHUB, REDOCLY, GIT, POSTMAN, BACKSTAGE)}
