"""Where everything is: addresses of ours, as paths. Pure.

What `version` adds to a claim's page and card pins them to it: `/claims/{id}@{version}` shows the same for ever.
"""

from collections.abc import Mapping
from urllib.parse import urlencode


def claim_path(id: str) -> str:
    """Where a claim's newest version is, as JSON."""
    return f"/v1/claims/{id}"


def version_path(id: str, version: int) -> str:
    """Where one version of a claim is, as JSON, for ever."""
    return f"/v1/claims/{id}/versions/{version}"


def claim_page(id: str, version: int | None = None) -> str:
    """The page about a claim, or about one version of it."""
    return f"/claims/{id}{_pinned(version)}"


def claim_card(id: str, version: int | None = None) -> str:
    """The card of a claim that others embed, or of one version of it."""
    return f"/embed/claims/{id}{_pinned(version)}"


def card_picture(id: str, version: int | None, extension: str) -> str:
    """The card of a claim, or of one version of it, as a picture: `svg` or `png`."""
    return f"{claim_card(id, version)}.{extension}"


def oembed_path(address: str) -> str:
    """How oEmbed describes what is at an absolute address of ours."""
    return f"/oembed?{urlencode({'url': address, 'format': 'json'})}"


def measure_page(id: str) -> str:
    """The page about a measure."""
    return f"/measures/{id}"


def measure_chart(id: str) -> str:
    """The chart of a measure's claims."""
    return f"/v1/measures/{id}/chart.svg"


def citation_path(id: str) -> str:
    """How to cite a claim."""
    return f"/v1/claims/{id}/citation"


def review_path(id: str) -> str:
    """A claim as schema.org describes it."""
    return f"/v1/claims/{id}/claim-review"


def search_page(asked: Mapping[str, object]) -> str:
    """The page that lists claims, by its parameters; those that are None or empty are not asked."""
    return _asked("/", asked)


def corrections_page(asked: Mapping[str, object]) -> str:
    """The page of corrections, by its parameters."""
    return _asked("/corrections", asked)


def _asked(path: str, asked: Mapping[str, object]) -> str:
    given = {name: value for name, value in asked.items() if value not in (None, [], "")}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def _pinned(version: int | None) -> str:
    return "" if version is None else f"@{version}"
