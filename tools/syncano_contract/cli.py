"""The command line: one function a command; nothing else prints or exits."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """x"""
