"""HTML from templates: whatever is put into one is text, unless it was made as markup. Pure."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

MEDIA_TYPE = "text/html; charset=utf-8"

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
"""The templates. A name that was not given is an error, and never nothing."""


def html(template: str, **values: object) -> bytes:
    """A template filled in."""
    return ENVIRONMENT.get_template(template).render(**values).encode()
