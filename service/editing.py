"""What an editor's or a verifier's request makes of a claim: the draft of its next version. Pure."""

from collections.abc import Sequence
from typing import Any

import json_merge_patch
import msgspec

from schemas.claims import ChangeKind, ClaimVersion, Draft, Severity
from schemas.editing import ClaimContent, ClaimPatch, NewClaim, NewRetraction, NewVerdict, sources_of
from schemas.sources import Source
from schemas.verification import Lifecycle, Status
from service.revision import changed_fields, inferred_kind, least_severity

NOT_CHECKED = "Not checked yet."
CHANGED_SINCE = "The claim was changed after it was checked, and is not checked again yet."
_CONTENT = ClaimContent.__struct_fields__
_WORDING = {"statement", "quantity", "geography", "scope", "period"}
"""What a verdict is about: whether the number, as worded, is what the sources say (DESIGN, `verification.status`)."""


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
    """A claim with a merge patch applied (RFC 7396). InvalidRequest when a new source's `id` is not its own.

    A verdict stands as long as what it is about does: when the wording or the number changes, the claim is unverified
    again, unless the change is a `typo` and its author is not the one who decided.
    """
    draft = _followed(current, **_content(_merged(current, patch), current.sources))
    said, verdict, changed = patch.change, current.verification, changed_fields(draft, current)
    mended = said.severity is Severity.TYPO and by != verdict.decided_by
    overtaken = verdict.status is not Status.UNVERIFIED and bool(changed & _WORDING) and not mended
    must = least_severity(draft, current)
    severity = must if must is Severity.MAJOR else said.severity or must
    return _followed(
        draft,
        verification=_unverified(CHANGED_SINCE) if overtaken else verdict,
        change=_change(said.kind or inferred_kind(draft, current), severity, said.note, by),
    )


def judged(current: ClaimVersion, verdict: NewVerdict, by: str, today: str) -> Draft:
    """A claim with a verdict on it, decided `today` unless it says otherwise.

    It is `major` when someone who quoted the claim must hear of it: it was verified and is no longer, or is refuted.
    """
    was, status = current.verification.status, verdict.status
    fell = (was.is_verified and not status.is_verified) or (status is Status.REFUTED and was is not Status.REFUTED)
    decided_on = verdict.decided_on or today
    return _followed(
        current,
        verification={**msgspec.to_builtins(verdict), "decided_on": decided_on, "decided_by": by},
        change=_change(ChangeKind.VERIFICATION, Severity.MAJOR if fell else Severity.MINOR, None, by),
    )


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
