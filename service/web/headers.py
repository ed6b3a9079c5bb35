"""Header fields as the contract names them: what endpoints read and send, and what failures send besides."""

from dataclasses import dataclass

from schemas import failures
from schemas.failures import Failure


@dataclass(frozen=True)
class Header:
    """A header field an endpoint reads, or sends: its name, a sentence, an example, and what a value looks like.

    One that is read and `required` must be sent to us; one that we send and is `required` is on every such answer.
    """

    name: str
    sentence: str
    example: str | int
    required: bool = True
    pattern: str | None = None
    format: str | None = None
    most: int | None = None
    """Of a number, the largest."""


_TAG = '"p175-5f2b8c3d9e017a46"'
_STRONG = r'^"[!#-~]+"$'
_DATE = r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$"
"""An HTTP date as we write it (RFC 9110, section 5.6.7)."""
_MEDIA_TYPE = r"^[a-z]+/[a-z0-9.+-]+$"
_LINKS = r'^<[^<>]*>; rel="[a-z -]+"'

# What we read

IF_MATCH = Header("If-Match", "The entity tag of the claim as you read it: its `ETag` (RFC 9110).", _TAG)
IF_NONE_MATCH = Header(
    "If-None-Match", "Answer 304 if the entity tag is still one of these (RFC 9110).", _TAG, required=False
)
IF_NONE_MATCH_ANY = Header(
    "If-None-Match", "`*`: only if there is no claim of that id yet (RFC 9110).", "*", required=False
)
IDEMPOTENCY_KEY = Header(
    "Idempotency-Key", "A string in quotes, new for each request: its repetition within 24 hours is answered the same.",
    '"8e03978e-40d5-43e8-bc93-6894a57f9324"', required=False, pattern=r'^"([ -!#-\[\]-~]|\\["\\]){1,255}"$',
)  # fmt: skip
ACCEPT_DATETIME = Header(
    "Accept-Datetime", "Answer with the version in force then: an HTTP date (RFC 7089).",
    "Sat, 01 Aug 2026 00:00:00 GMT", required=False,
)  # fmt: skip
ACCEPT_LANGUAGE = Header(
    "Accept-Language", "The language to write numbers in, for people: `en`, `de`, `fr`, `es`, `zh` or `hi` (RFC 9110).",
    "de-CH, fr;q=0.8", required=False,
)  # fmt: skip
LAST_EVENT_ID = Header(
    "Last-Event-ID", "The position of the last change you were told of: what follows it comes next (WHATWG HTML). "
    "Browsers send it when they connect again. Empty is as good as none.", "175", required=False,
    pattern="^[0-9]{0,16}$",
)  # fmt: skip

# What every answer carries

REQUEST_ID = Header(
    "X-Request-Id", "Names the request in our logs.", "0f8fad5bd9cb469fa16570867728950e", pattern="^[0-9a-f]{32}$"
)
CACHE_CONTROL = Header(
    "Cache-Control", "How long it may be kept (RFC 9111).", "public, max-age=30", pattern="^(public|private|no-store)"
)
OF_ANY = (
    CACHE_CONTROL,
    REQUEST_ID,
    Header(
        "Content-Language",
        "The languages of what is written for people: that of the numbers, and English.",
        "en",
        pattern="^((de|fr|es|zh|hi), )?en$",
    ),
    Header("Access-Control-Allow-Origin", "Any page may read it (Fetch).", "*", pattern=r"^\*$"),
    Header(
        "Access-Control-Expose-Headers", "The fields a page may read (Fetch).", "ETag, Link", pattern="^[A-Za-z, -]+$"
    ),
    Header("X-Content-Type-Options", "Its media type is as said (Fetch).", "nosniff", pattern="^nosniff$"),
    Header("Referrer-Policy", "Whoever follows a link in it does not say from where.", "no-referrer"),
    Header("Content-Security-Policy", "What a browser may do with it: nothing.", "default-src 'none'"),
)

# What some answers carry

ETAG = Header("ETag", "The strong entity tag of this representation (RFC 9110).", _TAG, pattern=_STRONG)
LOCATION = Header("Location", "Where it is.", "/v1/claims/harbour-cranes-4100", format="uri-reference")
LINK = Header("Link", "Related addresses (RFC 8288).", '</v1/claims>; rel="first"', pattern=_LINKS)
CONTENT_LOCATION = Header(
    "Content-Location", "The address of the version this is.", "/v1/claims/harbour-cranes-4100/versions/2",
    format="uri-reference",
)  # fmt: skip
SAYS_DATETIME = Header(
    "Memento-Datetime", "When this version was recorded (RFC 7089).", "Mon, 23 Nov 2026 12:00:00 GMT", pattern=_DATE
)
DIGEST = Header(
    "Repr-Digest", "The SHA-256 of the bytes of the representation, as sent (RFC 9530).",
    "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", pattern="^sha-256=:[A-Za-z0-9+/]{43}=:$",
)  # fmt: skip
VARY = Header(
    "Vary", "What else of a request decides the answer (RFC 9110).", "Accept, Accept-Encoding", pattern="^[A-Za-z, -]+$"
)
AGE = Header(
    "Age", "Seconds since it was known to be current: only while the store cannot be asked (RFC 9111).", 12,
    required=False,
)  # fmt: skip
CACHE_STATUS = Header(
    "Cache-Status", "Where the answer came from (RFC 9211).", "citable-memory; hit", pattern="^citable-(memory|redis);"
)
REPLAYED = Header(
    "Idempotent-Replayed", "`true`: this was answered before, to the same `Idempotency-Key`.", "true", required=False,
    pattern="^true$",
)  # fmt: skip
LIMITS = (
    Header(
        "RateLimit", "Of a limit that was counted, how many requests are left (`r`) and the seconds until there are "
        "more (`t`; draft-ietf-httpapi-ratelimit-headers-11).", '"writes";r=299;t=1', required=False,
        pattern=r'^"[a-z-]+";r=[0-9]+;t=[0-9]+$',
    ),
    Header(
        "RateLimit-Policy", "The limit: so many requests (`q`) in so many seconds (`w`).", '"writes";q=300;w=60',
        required=False, pattern=r'^"[a-z-]+";q=[0-9]+;w=[0-9]+$',
    ),
)  # fmt: skip
RETRY_AFTER = Header("Retry-After", "Seconds to wait before it is worth asking again.", 2, most=86_400)

UNBUFFERED = Header(
    "X-Accel-Buffering", "`no`: a proxy passes on what comes as it comes (nginx).", "no", pattern="^no$"
)

OF_A_DOCUMENT = (ETAG, DIGEST, VARY, *OF_ANY)
OF_A_READ = (*OF_A_DOCUMENT, CACHE_STATUS, AGE)
OF_A_REDIRECT = (LOCATION, LINK, VARY, *OF_ANY)
OF_A_CLAIM_WRITTEN = (ETAG, DIGEST, CONTENT_LOCATION)

_WHO = Header(
    "WWW-Authenticate",
    "How to say who you are (RFC 6750).",
    'Bearer realm="citable"',
    pattern='^Bearer realm="citable"',
)
SENT_WITH: dict[type[Failure], tuple[Header, ...]] = {
    failures.VersionMismatch: (ETAG,),
    failures.Unauthenticated: (_WHO,),
    failures.Forbidden: (_WHO,),
    failures.RateLimited: (RETRY_AFTER,),
    failures.StoreUnavailable: (RETRY_AFTER,),
    failures.StoreFull: (RETRY_AFTER,),
    failures.Overloaded: (RETRY_AFTER,),
    failures.KeyInUse: (RETRY_AFTER,),
    failures.UnsupportedMediaType: (
        Header("Accept", "The media type wanted (RFC 9110).", "application/json", pattern=_MEDIA_TYPE),
        Header(
            "Accept-Patch", "The media type wanted of a patch (RFC 5789).", "application/merge-patch+json",
            required=False, pattern=_MEDIA_TYPE,
        ),
    ),
}  # fmt: skip
