"""The page of corrections: each claim as it was before and is since, why and when. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.addresses import claim_page, corrections_page
from schemas.claims import ClaimVersion
from schemas.verification import Lifecycle
from service.rendering.history import Difference, Step, history
from service.rendering.numbers import display
from service.rendering.pages import page

_TOLD = ("Statement", "Number", "Status", "Currency")
"""What is shown as it was and as it is; of anything else that differs, only what it is."""
_SAID = ("Publication",)
"""What says the same as the kind of the change."""


@dataclass(frozen=True)
class Correction:
    """A correction as it is told: `told` are the differences shown in full, `others` the names of the rest."""

    step: Step
    before: str
    now: str
    number: str
    is_retracted: bool
    told: Sequence[Difference]
    others: Sequence[str]


def correction(before: ClaimVersion, after: ClaimVersion) -> Correction:
    """What a version corrected in the one before it."""
    step = history([after, before])[0]
    return Correction(
        step=step,
        before=claim_page(after.id, before.version),
        now=claim_page(after.id, after.version),
        number=display(after.quantity),
        is_retracted=after.lifecycle is Lifecycle.RETRACTED,
        told=[each for each in step.differences if each.what in _TOLD],
        others=list(dict.fromkeys(_name(each.what) for each in step.differences if each.what not in (*_TOLD, *_SAID))),
    )


def correction_page_of(
    found: Sequence[Correction], asked: Mapping[str, object], following: str | None, origin: str
) -> bytes:
    """The page of what was `asked`, as far as `following`; `origin` is where we are."""
    plain = {name: value for name, value in asked.items() if name != "cursor"}
    return page(
        "corrections.html",
        nav="corrections",
        corrections=found,
        asked=plain,
        is_continued="cursor" in asked,
        first=corrections_page(plain),
        following=corrections_page({**plain, "cursor": following}) if following else None,
        canonical=origin + corrections_page(plain),
    )


def _name(what: str) -> str:
    """The name of a difference, without which source or field it is in."""
    return "sources" if what.startswith("Source") else "reasons" if what == "Why" else what.lower()
