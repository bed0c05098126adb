"""`syncano-contract publish`: the document onto portals."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from syncano_contract import publishing
from syncano_contract.cli.contract import judged
from syncano_contract.cli.overlays import OVERLAY_OPTION, amended
from syncano_contract.cli.signals import Signals
from syncano_contract.cli.words import inert, progress, worded
from syncano_contract.model import Problem
from syncano_contract.portal_files.backstage import NOBODY
from syncano_contract.published import in_30, published
from syncano_contract.publishing import Options, checks
from syncano_contract.publishing.git_branch import BRANCH
from syncano_contract.publishing.portals import PORTALS, Portal
from syncano_contract.publishing.publication import Outcome, Publication, token_for
from syncano_contract.resources import DOCUMENT, PAGES
from syncano_contract.text import counted, visible


def _table() -> Iterator[str]:
    """Yield the lines of the table of portals."""
    head = ("PORTAL", "TOOL", "OPENAPI", "TOKEN IN", "--to")
    portals = PORTALS.values()
    rows = [(each.name, f"{each.tool} {each.version}".strip(), each.form, _token(each), each.to) for each in portals]
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _token(portal: Portal) -> str:
    """Return where the token of a portal is, in brackets where it works without one."""
    return portal.token if portal.commands or not portal.token else f"[{portal.token}]"


class _WithTable(click.Command):
    """A command whose help ends with the table of portals."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as click calls it
        """Write the table behind the options."""
        formatter.write("\n" + "".join(f"  {line}\n" for line in _table()))


class _Name(click.Choice[str]):
    """The name of a portal."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return what is wrong with a name, and one that is like it."""
        alike = get_close_matches(str(value), PORTALS, n=1)
        hint = f" Did you mean {alike[0]}?" if alike else ""
        return super().get_invalid_choice_message(value, ctx) + hint


@click.command(
    "publish", cls=_WithTable, short_help="Publish the document on a portal: ReadMe, Bump.sh, SwaggerHub, ..."
)
@click.argument("portal", type=_Name([*PORTALS]), required=False, metavar="[PORTAL]")
@click.option("--to", metavar="PLACE", help="Where on the portal; the table says what it takes.")
@click.option("--yes/--dry-run", "is_sent", default=False, help="Send it, or only check and say what would be sent.")
@OVERLAY_OPTION
@click.option(
    "--since", metavar="REV", help="Compare with this file or revision.  [default: the last tag before this commit]"
)
@click.option("--allow-breaking", is_flag=True, help="Send what breaks clients or servers as well.")
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="git: push this site, built by `portal`.  [default: the files of `bundle`]",
)
@click.option(
    "--branch", metavar="NAME", help=f"git: the branch, which holds these files and nothing else.  [default: {BRANCH}]"
)
@click.option("--force", is_flag=True, help="git: replace what somebody else put on the branch.")
@click.option("--owner", metavar="ENTITY", help="backstage: who answers for the API, such as group:default/api-team.")
def publish_command(
    portal: str | None, to: str | None, is_sent: bool, overlays: tuple[Path, ...], **given: Any
) -> None:
    """Publish the document in the form of `bundle`, through the portal's own command line at its pinned version.

    Without --yes nothing is sent. Before anything is, the document has to pass `validate`, and a change that breaks
    somebody since the last version (`diff`) has to be allowed; where there is no earlier tag, nothing is compared.
    Files for postman and backstage stay on this machine and are compared only with --since. A branch for git holds the
    files and nothing else, and one that somebody else wrote to is left alone without --force.

    The token is read from the environment variable of the portal and is on no command line. BUMP_HOST, SWAGGERHUB_URL
    and REDOCLY_DOMAIN name another address of the portal.

    Sending the same twice changes nothing. Exits with 0 only if the portal has the document, and with 2 otherwise.

    \b
    Examples:
      syncano-contract publish swaggerhub --to my-organization/users
      syncano-contract publish swaggerhub --to my-organization/users --yes
      syncano-contract publish readme --to stable/users --yes
      syncano-contract publish bump --to users --overlay overlays/syncano-platform.yaml --yes
      syncano-contract publish redocly --to ORGANIZATION/PROJECT/apis/users --yes
      syncano-contract publish git --to https://github.com/me/docs.git --yes
      syncano-contract publish postman --to build/postman --yes
      syncano-contract publish backstage --to . --owner group:default/api-team --yes
    """
    if portal is None:
        click.echo("\n".join(_table()))
        return
    with worded(), Signals():  # so that a tool ends with this process
        chosen = PORTALS[portal]
        options = Options(given["site"], given["branch"], given["owner"], given["force"])
        options.check(chosen)
        places = chosen.places(to)
        token = token_for(chosen, os.environ) if is_sent else ""
        _check_document(overlays)
        if not given["allow_breaking"]:
            _check_changes(chosen, overlays, given["since"])
        newest = published(amended(overlays).tree)
        publication = Publication(chosen, places, in_30(newest) if chosen.form == "3.0" else newest)
        if chosen.name == "backstage" and publishing.owner(publication, options) == NOBODY:
            progress(f"the owner is `{NOBODY}`: --owner names who answers for the API")
        lines = [_sent(publication, options, token, to)] if is_sent else [*_planned(publication, options, to)]
        click.echo("\n".join(inert([visible(line) for line in lines])))


def _check_document(overlays: tuple[Path, ...]) -> None:
    findings = judged(DOCUMENT, PAGES, overlays)
    if findings:
        what = f"the document has {counted(len(findings), 'finding')}, the first at {findings[0]}"
        given = "".join(f" --overlay {path}" for path in overlays)
        raise Problem(f"nothing was sent: {what}", f"`syncano-contract validate{given}` lists them")


def _check_changes(portal: Portal, overlays: tuple[Path, ...], given: str | None) -> None:
    """Compare with what was published before; files that stay here are compared only if that is asked for."""
    since = given or ("" if portal.is_local else checks.last_tag())
    if not since:
        if not portal.is_local:
            progress(checks.uncompared())
        return
    found = checks.breaks(since, overlays, progress)
    for each in found:
        progress(f"breaks {each.whom}: {each.version}:{each.line}: {each.what}")
    if found:
        what = f"{counted(len(found), 'change')} since {since} would break somebody"
        raise Problem(f"nothing was sent: {what}", "--allow-breaking sends it all the same")


def _sent(publication: Publication, options: Options, token: str, to: str | None) -> str:
    outcome = publishing.publish(publication, options, token, progress)
    if publication.portal.is_local:
        return f"{outcome}: {_files(publication, options)}"
    return f"{outcome}: {publication.message}, {_target(publication, options, to)}"


def _target(publication: Publication, options: Options, to: str | None) -> str:
    """Return where a publication goes, in words."""
    if publication.portal.name == "git":
        return f"{publishing.branch_of(publication, options).name} of {to}"
    return f"{publication.portal.title}, {to}"


def _files(publication: Publication, options: Options) -> str:
    """Return what is sent to git, or which files are written here."""
    folder = Path(publication.places.get("folder", ""))
    return str(options.site or ", ".join(str(folder / name) for name in publishing.names(publication.portal)))


def _planned(publication: Publication, options: Options, to: str | None) -> Iterator[str]:
    portal = publication.portal
    sent, sends = ("written", "writes") if portal.is_local else ("sent", "sends")
    yield f"dry run, nothing was {sent}: {publication.message} can go to {_target(publication, options, to)}"
    for command, words in zip(portal.commands, publication.calls(), strict=True):
        yield f"  {command.when}{', ' if command.when else ''}{portal.tool} {portal.version}: {shlex.join(words)}"
    if portal.name == "git":
        yield from _planned_push(publication, options)
    if not portal.commands:
        yield f"  files: {_files(publication, options)}"
    elif not os.environ.get(portal.token):
        yield f"  --yes needs {portal.token}, which is not set"
    yield f"  {sent} twice: {portal.again}"
    yield f"--yes {sends} it"


def _planned_push(publication: Publication, options: Options) -> Iterator[str]:
    """Yield what a push would do, found out where the repository is on this machine; raises Problem as a push does."""
    branch = publishing.branch_of(publication, options)
    if branch.is_here:
        outcome = publishing.push(publication, options, "", is_sent=False)
        does = "has these files already" if outcome is Outcome.UNCHANGED else "would hold these files and nothing else"
        yield f"  {branch.name} {does}"
    else:
        yield f"  {branch.name} would hold these files and nothing else, {_else(options)}"


def _else(options: Options) -> str:
    return "whoever put there what it holds" if options.force else "unless somebody else put there what it holds"
