"""A claim as readers get it: the version that is kept, with its number in words besides. Pure."""

from functools import lru_cache

import msgspec

from schemas.claims import ClaimVersion, DisplayedQuantity, Quantity
from schemas.languages import Language
from service.rendering.numbers import display

_Parts = msgspec.defstruct(
    "_Parts", [(field.encode_name, msgspec.Raw) for field in msgspec.structs.fields(ClaimVersion)]
)
"""A version whose values are JSON still, in their order."""
_parts = msgspec.json.Decoder(_Parts).decode
_whole = msgspec.json.Encoder().encode


def for_readers(version: msgspec.Raw, language: Language) -> msgspec.Raw:
    """A `ClaimVersion` in JSON as a `Claim` in JSON: every byte as it stands, but for `quantity.display` at its end."""
    parts = _parts(version)
    parts.quantity = _displayed(bytes(parts.quantity), language)  # type: ignore[attr-defined] # made above
    return msgspec.Raw(_whole(parts))


def _said(quantity: Quantity, language: Language) -> DisplayedQuantity:
    """A number with how it is said."""
    fields = {name: getattr(quantity, name) for name in Quantity.__struct_fields__}
    return DisplayedQuantity(**fields, display=display(quantity, language) or None)


@lru_cache(16_384)
def _displayed(quantity: bytes, language: Language) -> msgspec.Raw:
    return msgspec.Raw(_whole(_said(msgspec.json.decode(quantity, type=Quantity), language)))
