"""Claims as schema.org describes them (https://schema.org), in JSON-LD."""

from typing import Annotated, Any

from msgspec import Meta

ClaimMarkup = Annotated[
    dict[str, Any],
    Meta(
        title="ClaimMarkup",
        description="A JSON-LD document (JSON-LD 1.1) in the words of schema.org. It is a `ClaimReview` whose "
        "`itemReviewed` is the claim, if verification found something and the claim is not withdrawn; else it is the "
        "`Claim` alone. The claim is `about` an `Observation`: its number, with `value`, `minValue` and `maxValue` as "
        "text, so that every digit survives.",
    ),
]
