"""What an editor's or a verifier's request makes of a claim: the draft of its next version. Pure."""

import re
from collections.abc import Sequence
from typing import Any

import json_merge_patch
import msgspec

from schemas.claims import ChangeKind, ClaimVersion, Draft, Severity
from schemas.editing import ClaimContent, ClaimPatch, NewClaim, NewRetraction, NewVerdict, sources_of
from schemas.rules import is_same_person
from schemas.sources import Source
from schemas.verification import Lifecycle, Status
from service.revision import changed_fields, inferred_kind, least_severity

NOT_CHECKED = "Not checked yet."
CHANGED_SINCE = "The claim was changed after it was checked, and is not checked again yet."
_CONTENT = ClaimContent.__struct_fields__
_NO_WORDING = re.compile(r"""['"\u2018-\u201d]|(?<!\d)[.,;:!?]|[.,;:!?](?!\d)""")
_CHECKED = {"statement", "scope", "quantity", "measure", "geography", "period"}
"""What a verdict is about, besides the sources: the number as worded."""


def created(claim: NewClaim, by: str) -> Draft:
    """The first version of a claim. InvalidRequest when a source's `id` is not its own."""
    said = claim.change
    decided = {
        "id": claim.id,
        "lifecycle": Lifecycle.PUBLISHED,
        "verification": _unverified(NOT_CHECKED),
        "change": _change(ChangeKind.CREATED, said.severity, said.note, by),
    }
    return msgspec.convert({**_content(claim, []), **decided}, Draft)


def revised(current: ClaimVersion, patch: ClaimPatch, by: str) -> Draft:
    """A claim with a merge patch applied (RFC 7396). InvalidRequest when a new source's `id` is not its own."""
    draft = _followed(current, **_content(_merged(current, patch), current.sources))
    said, changed = patch.change, changed_fields(draft, current)
    kind = ChangeKind(said.kind) if said.kind else inferred_kind(draft, current)
    least = least_severity(draft, current)
    if _overtakes(draft, current, by):
        draft, least = _followed(draft, verification=_unverified(CHANGED_SINCE)), Severity.MAJOR
    severity = max(said.severity or Severity.MINOR, least, key=list(reversed(Severity)).index)
    return _followed(draft, change=_change(kind, severity, said.note, by)) if changed else draft


def _overtakes(draft: Draft, current: ClaimVersion, by: str) -> bool:
    """Whether a change leaves a verdict behind: the claim is not what was checked, or the checker has changed it.

    What was checked is the number as worded, and the sources it was checked with: more may be added. Capitals, spaces,
    quotation marks and points that stand beside no digit are not wording.
    """
    changed = changed_fields(draft, current)
    if current.verification.status is Status.UNVERIFIED or not changed:
        return False
    swapped = any(source not in draft.sources for source in current.sources)
    if swapped or is_same_person(by, current.verification.decided_by):
        return True
    texts = ((name, getattr(draft, name), getattr(current, name)) for name in ("statement", "scope"))
    same = {name for name, now, before in texts if _wording(now) == _wording(before)}
    return bool(changed & (_CHECKED - same))


def _wording(text: str | None) -> str:
    return " ".join(_NO_WORDING.sub("", (text or "").casefold()).split())


def judged(current: ClaimVersion, verdict: NewVerdict, by: str, today: str) -> Draft:
    """A claim with a verdict on it, decided `today` unless it says otherwise."""
    decided = {**msgspec.to_builtins(verdict), "decided_on": verdict.decided_on or today, "decided_by": by}
    draft = _followed(current, verification=decided)
    return _followed(draft, change=_change(ChangeKind.VERIFICATION, least_severity(draft, current), None, by))


def withdrawn(current: ClaimVersion, retraction: NewRetraction, by: str) -> Draft:
    """A claim we no longer publish, with the reason."""
    change = _change(ChangeKind.RETRACTION, Severity.MAJOR, retraction.reason, by)
    return _followed(current, lifecycle=Lifecycle.RETRACTED, change=change)


def _merged(current: ClaimVersion, patch: ClaimPatch) -> ClaimContent:
    before, changes = (
        {name: value for name, value in msgspec.to_builtins(one).items() if name in _CONTENT}
        for one in (current, patch)
    )
    return msgspec.convert(json_merge_patch.merge(before, changes), ClaimContent)


def _content(content: ClaimContent, known: Sequence[Source]) -> dict[str, Any]:
    fields = {name: value for name, value in msgspec.to_builtins(content).items() if name in _CONTENT}
    return {**fields, "sources": msgspec.to_builtins(sources_of(content.sources, known))}


def _followed(before: ClaimVersion | Draft, **changed: Any) -> Draft:
    fields = {name: getattr(before, name) for name in Draft.__struct_fields__}
    return msgspec.convert(msgspec.to_builtins({**fields, **changed}), Draft)


def _change(kind: str, severity: Severity, note: str | None, by: str) -> dict[str, str | None]:
    return {"kind": kind, "severity": severity, "note": note, "by": by}


def _unverified(rationale: str) -> dict[str, Any]:
    return {"status": Status.UNVERIFIED, "rationale": rationale, "caveats": [], "decided_on": None, "decided_by": None}
