"""The languages that clients are generated in: by which generator, and how one is built and driven to prove it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from syncano_contract.clients.toolchains import Chain, go, node, php, python, ruby

FILES = Path(__file__).parent  # each language that is proven has a folder here

Words = tuple[str, ...]  # of a command: `{name}` in one stands for what the tool chain has under that name


@dataclass(frozen=True)
class Proof:
    """How a client is proven: what its language needs, and the commands that build it, drive it and run its example.

    `short` is the source of that example, and `usage` the file that its README is cut from besides.
    """

    chain: Chain
    short: str
    usage: str
    build: tuple[Words, ...]
    drive: Words
    example: Words
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Language:
    """A language by the name that it is asked for with; one without a proof is generated all the same.

    `generator` is the tool, `target` what that tool calls the language, `options` what it is told besides. `unwanted`
    are files that openapi-generator would make and no user of the client needs.
    """

    name: str
    title: str
    generator: str
    target: str = ""
    options: Words = ()
    unwanted: Words = ()
    proof: Proof | None = None


OPENAPI_GENERATOR, OPENAPI_PYTHON, OPENAPI_TYPESCRIPT = (
    "openapi-generator-cli",
    "openapi-python-client",
    "openapi-typescript",
)
# Clutter of a repository's own.
CLUTTER = ("git_push.sh", ".travis.yml", ".gitlab-ci.yml", ".gitignore")
# In the place of the README there is ours, the rest tells of no more than the code, and no test asserts anything.
OF_PROVEN = ("README.md", "docs/**", "test/**", "spec/**")
# In the place of a name that is made of the first operation that has this body.
REFUSAL = "addUser_400_response=Refusal"

PYTHON = Language(
    name="python",
    title="Python",
    generator=OPENAPI_PYTHON,
    proof=Proof(
        chain=python,
        short="examples/example.py",
        usage="examples/usage.py",
        build=(("{python}", "-m", "mypy", "--strict", "--explicit-package-bases", "."),),
        drive=("{python}", "verify/drive.py"),
        example=("{python}", "examples/example.py"),
        environment=(("PYTHONPATH", ".:examples"), ("MYPYPATH", ".:examples"), ("PYTHONDONTWRITEBYTECODE", "1")),
    ),
)
TYPESCRIPT = Language(
    name="typescript",
    title="TypeScript",
    generator=OPENAPI_TYPESCRIPT,
    proof=Proof(
        chain=node,
        short="examples/example.ts",
        usage="examples/usage.ts",
        build=(
            ("{node}", "node_modules/typescript/bin/tsc", "--project", "."),
            ("{node}", "node_modules/typescript/bin/tsc", "--project", "verify"),
        ),
        drive=("{node}", "built/verify/drive.js"),
        example=("{node}", "built/examples/example.js"),
    ),
)
GO = Language(
    name="go",
    title="Go",
    generator=OPENAPI_GENERATOR,
    target="go",
    options=(
        *("--additional-properties", "packageName=syncano,withGoMod=false"),
        # Without this a reply with a member that is not listed cannot be read.
        *("--additional-properties", "disallowAdditionalPropertiesIfNotPresent=false"),
        *("--type-mappings", "integer=int64"),  # ids have no upper limit
    ),
    unwanted=(*OF_PROVEN, "api/**"),
    proof=Proof(
        chain=go,
        short="examples/example/main.go",
        usage="examples/usage/usage.go",
        build=(("{go}", "vet", "./..."), ("{go}", "build", "-o", "built/", "./verify/drive", "./examples/example")),
        drive=("built/drive",),
        example=("built/example",),
        environment=(("GOFLAGS", "-mod=mod"), ("GOPROXY", "off"), ("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0")),
    ),
)
PHP = Language(
    name="php",
    title="PHP",
    generator=OPENAPI_GENERATOR,
    target="php",
    options=(
        *("--additional-properties", r"invokerPackage=Syncano\Users,composerPackageName=syncano/users"),
        *("--additional-properties", "licenseName=MIT,artifactVersion={version}"),
    ),
    unwanted=(*OF_PROVEN, "phpunit.xml.dist", ".php-cs-fixer.dist.php"),
    proof=Proof(
        chain=php,
        short="examples/example.php",
        usage="examples/usage.php",
        build=(("{php}", "verify/load.php"),),
        drive=("{php}", "verify/drive.php"),
        example=("{php}", "examples/example.php"),
    ),
)
RUBY = Language(
    name="ruby",
    title="Ruby",
    generator=OPENAPI_GENERATOR,
    target="ruby",
    options=(
        *("--additional-properties", "gemName=syncano_users,moduleName=SyncanoUsers"),
        *("--additional-properties", "gemLicense=MIT,gemVersion={version}"),
        *("--library", "faraday"),  # the other ones follow redirects, and take the keys along
    ),
    unwanted=(*OF_PROVEN, ".rspec", ".rubocop.yml", "Rakefile", "Gemfile"),
    proof=Proof(
        chain=ruby,
        short="examples/example.rb",
        usage="examples/usage.rb",
        build=(("{ruby}", "-I", "lib", "verify/load.rb"),),
        drive=("{ruby}", "-I", "lib", "verify/drive.rb"),
        example=("{ruby}", "-I", "lib", "examples/example.rb"),
    ),
)

PROVEN = {language.name: language for language in (PYTHON, TYPESCRIPT, GO, PHP, RUBY)}


def other(name: str) -> Language:
    """Return a language that openapi-generator knows, as that calls it, and nobody has proven."""
    return Language(name=name, title=name, generator=OPENAPI_GENERATOR, target=name)
