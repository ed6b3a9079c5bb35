"""Header fields as the contract names them: what endpoints read and send, and what failures send besides."""

from dataclasses import dataclass

from schemas import failures
from schemas.failures import Failure


@dataclass(frozen=True)
class Header:
    """A header field an endpoint reads, or sends: its name, a sentence, and an example."""

    name: str
    sentence: str
    example: str
    required: bool = False
    pattern: str | None = None


_TAG = '"p175-5f2b8c3d9e017a46"'
IF_MATCH = Header("If-Match", "The entity tag of the claim as you read it (RFC 9110).", _TAG, required=True)
IF_NONE_MATCH_ANY = Header("If-None-Match", "`*`: only if there is no claim of that id yet (RFC 9110).", "*")
IDEMPOTENCY_KEY = Header(
    "Idempotency-Key", "A string in quotes, new for each request: its repetition within 24 hours is answered the same.",
    '"8e03978e-40d5-43e8-bc93-6894a57f9324"', pattern=r'^"([ -!#-\[\]-~]|\\["\\]){1,255}"$',
)  # fmt: skip
LOCATION = Header("Location", "Where what was made is.", "/v1/claims/harbour-cranes-4100")
IF_NONE_MATCH = Header("If-None-Match", "Answer 304 if the entity tag is still one of these (RFC 9110).", _TAG)
ETAG = Header("ETag", "The strong entity tag of this representation (RFC 9110).", _TAG)
CACHE_CONTROL = Header("Cache-Control", "How long it may be kept (RFC 9111).", "public, max-age=30")
DIGEST = Header("Repr-Digest", "The SHA-256 of the representation (RFC 9530).", "sha-256=:…:")
REQUEST_ID = Header("X-Request-Id", "Names the request in our logs.", "0f8fad5bd9cb469fa16570867728950e")
OF_A_READ = (
    ETAG,
    CACHE_CONTROL,
    Header("Link", "Related addresses (RFC 8288).", '</v1/claims>; rel="first"'),
    DIGEST,
    Header("Vary", "What else of a request decides the answer (RFC 9110).", "Accept, Accept-Encoding"),
    Header("Cache-Status", "Where the answer came from (RFC 9211).", "citable-memory; hit"),
    Header("Age", "Seconds since it was known to be current: only while the store cannot be asked (RFC 9111).", "12"),
    REQUEST_ID,
)
OF_ANY = (CACHE_CONTROL, REQUEST_ID)
OF_A_CLAIM_WRITTEN = (
    ETAG,
    DIGEST,
    Header("Content-Location", "The version this is.", "/v1/claims/harbour-cranes/versions/2"),
)
LIMITS = (
    Header("RateLimit", "What is left of a limit (draft-ietf-httpapi-ratelimit-headers-11).", '"writes";r=299;t=1'),
    Header("RateLimit-Policy", "The limit: requests in seconds.", '"writes";q=300;w=60'),
)
REPLAYED = Header("Idempotent-Replayed", "`true`: this was answered before, to the same `Idempotency-Key`.", "true")
SENT_WITH: dict[type[Failure], tuple[Header, ...]] = {
    failures.VersionMismatch: (ETAG,),
    failures.Unauthenticated: (
        Header("WWW-Authenticate", "How to say who you are (RFC 6750).", 'Bearer realm="citable"'),
    ),
    failures.RateLimited: (Header("Retry-After", "Seconds to wait.", "2"), *LIMITS),
    failures.StoreUnavailable: (Header("Retry-After", "Seconds to wait.", "2"),),
    failures.KeyInUse: (Header("Retry-After", "Seconds to wait.", "2"),),
    failures.UnsupportedMediaType: (
        Header("Accept", "The media type wanted (RFC 9110).", "application/json"),
        Header("Accept-Patch", "The media type wanted of a patch (RFC 5789).", "application/merge-patch+json"),
    ),
}
SENT_WITH[failures.Forbidden] = SENT_WITH[failures.Unauthenticated]
