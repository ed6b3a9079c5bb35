"""Arguments of commands, held to the kinds of value the record has."""

from typing import Any

import click
import msgspec


def typed(kind: Any, _: click.Context, __: click.Parameter, value: str) -> str:
    """A value of one of our kinds of text."""
    try:
        return str(msgspec.convert(value, kind))
    except msgspec.ValidationError as error:
        most = msgspec.json.schema(kind)["maxLength"]
        raise click.BadParameter(f"it is one line of at most {most} characters.") from error
