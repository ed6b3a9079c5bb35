"""Cursors: a page goes on where the last one ended, as of the same position; a damaged one is refused."""

import asyncio
import base64
import string

import msgspec
import pytest

from schemas.failures import InvalidRequest
from schemas.requests import ClaimQuery, PageQuery, Sort
from service.web.pages import Cursor, question_of, read_cursor, write_cursor
from tests.routes.by_hand import BY_ID, SORTED, every_item, ids
from tests.web.asking import CLAIM, MEASURE, assert_problem, own_api, raw_get, revise

ALPHABET = string.ascii_letters + string.digits + "-_"
QUESTION = question_of("/v1/claims", ClaimQuery(topic=["china"]))
CURSORS = [
    Cursor(QUESTION, 175, "175", 156),
    Cursor(QUESTION, 0, "", 0),
    Cursor(QUESTION, 2**53 - 1, "-infinity", 2**53 - 1),
    Cursor(QUESTION, 1, "é" * 80, 1),
]


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_comes_back_as_it_was_written(cursor):
    text = write_cursor(cursor)
    assert set(text) <= set(ALPHABET)
    assert read_cursor(text, QUESTION) == cursor


@pytest.mark.parametrize("cursor", CURSORS)
def test_any_other_character_anywhere_damages_it(cursor):
    text = write_cursor(cursor)
    for place, was in enumerate(text):
        for character in ALPHABET if place > len(text) - 3 else "Aa0_-/+= é":
            if character != was:
                with pytest.raises(InvalidRequest, match="`cursor` is damaged"):
                    read_cursor(text[:place] + character + text[place + 1 :], QUESTION)


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_character_more_or_less_damages_it(cursor):
    text = write_cursor(cursor)
    for other in [*(text[:end] for end in range(len(text))), f"{text}A", f"A{text}", f"{text}=", text * 2, f"{text}\n"]:
        with pytest.raises(InvalidRequest, match="`cursor` is damaged"):
            read_cursor(other, QUESTION)


def test_a_question_is_the_address_and_every_parameter_but_the_page_s_own():
    same = [PageQuery(), PageQuery(limit=7), PageQuery(cursor="A")]
    assert len({question_of("/v1/topics", query) for query in same}) == 1
    others = [
        ("/v1/topics", PageQuery()),
        ("/v1/sources", PageQuery()),
        ("/v1/topics", PageQuery(as_of="175")),
        ("/v1/topics", PageQuery(as_of="17")),
        ("/v1/claims", ClaimQuery(q="a")),
        ("/v1/claims", ClaimQuery(topic=["a"])),
        ("/v1/claims", ClaimQuery(topic=["a", "b"])),
        ("/v1/claims", ClaimQuery(measure=["a"])),
        ("/v1/claims", ClaimQuery(sort=Sort.BY_ID)),
    ]
    assert len({question_of(path, query) for path, query in others}) == len(others)


async def test_a_cursor_with_any_one_character_changed_is_refused(curated):
    path = "/v1/claims?topic=china&limit=2"
    following = (await curated.get(path)).json()["next"]
    damaged = [
        following[:place] + ("A" if was != "A" else "B") + following[place + 1 :] for place, was in enumerate(following)
    ]
    for text in damaged:
        assert_problem(await raw_get(curated, f"{path}&cursor={text}"), 400, "cursor")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/claims",
        "/v1/claims?topic=patents",
        "/v1/claims?topic=china&topic=patents",
        "/v1/claims?topic=china&sort=id",
        "/v1/claims?topic=china&q=models",
        "/v1/claims?topic=china&as_of=175",
        "/v1/claims?topic=china&lifecycle=retracted",
        f"/v1/claims/{CLAIM}/versions",
        "/v1/measures",
        "/v1/sources",
        "/v1/topics",
    ],
)
async def test_a_cursor_of_another_question_is_refused(path, curated):
    following = (await curated.get("/v1/claims?topic=china&limit=2")).json()["next"]
    problem = assert_problem(await curated.get(f"{path}{'&' if '?' in path else '?'}cursor={following}"), 400, "cursor")
    assert "another question" in problem["detail"]


async def test_a_cursor_goes_on_with_another_limit(curated):
    whole = ids(await every_item(curated, "/v1/claims?topic=china&limit=100"))
    following = (await curated.get("/v1/claims?topic=china&limit=2")).json()["next"]
    for limit in (1, 5, 100):
        page = (await curated.get(f"/v1/claims?topic=china&limit={limit}&cursor={following}")).json()
        assert ids(page["items"]) == whole[2 : 2 + limit]


async def test_the_same_page_twice_is_the_same_page(curated):
    following = (await curated.get("/v1/claims?sort=-value&limit=50")).json()["next"]
    path = f"/v1/claims?sort=-value&limit=50&cursor={following}"
    one, other = await curated.get(path), await curated.get(path)
    assert one.content == other.content
    assert (await curated.get(path, If_None_Match=one.headers["etag"])).status_code == 304


FORGED = [
    *({"key": key} for key in ("x", "", "\x00", "NaN", "9" * 500, "2026-02-30", "infinity")),
    *({"row": row} for row in (-1, 2**40, 2**63 - 1, 2**64 - 1)),
    *({"position": position} for position in (176, -1, 2**64 - 1)),
]
"""What someone who reads our code could put into a cursor: its checksum is no secret."""


@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: ascii(forged)[:40])
async def test_a_forged_cursor_gives_a_problem_or_a_page_and_breaks_nothing(forged, curated):
    for sort in (*SORTED, "relevance"):
        asked = f"/v1/claims?sort={sort}&q=ai&limit=1"
        real = (await curated.get(asked)).json()["next"]
        cursor = msgspec.msgpack.decode(base64.urlsafe_b64decode(real + "=" * (-len(real) % 4))[6:], type=Cursor)
        await _breaks_nothing(curated, asked, msgspec.structs.replace(cursor, **forged))


@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: ascii(forged)[:40])
@pytest.mark.parametrize("path", [f"/v1/claims/{CLAIM}/versions", "/v1/measures", "/v1/sources", "/v1/topics"])
async def test_a_forged_cursor_of_another_list_breaks_nothing(path, forged, curated):
    cursor = Cursor(question_of(path, PageQuery()), 175, "a", 1)
    await _breaks_nothing(curated, f"{path}?limit=20", msgspec.structs.replace(cursor, **forged))


async def test_pages_stay_as_they_were_while_a_writer_appends(cluster):
    async with own_api(cluster) as api:
        for sort in ("id", "-recorded_at", "value", "-stated_on"):
            await _read_while_writing(api, sort)


async def test_small_lists_stay_as_they_were_while_a_writer_appends(cluster):
    async with own_api(cluster) as api:
        for path in ("/v1/measures", "/v1/sources", "/v1/topics"):
            first = (await api.get(f"{path}?limit=5")).json()
            expected = await every_item(api, f"{path}?limit=100&as_of={first['position']}")
            await revise(api, sorted(BY_ID)[-40:], _moved)
            items, following = first["items"], first["next"]
            while following:
                page = (await api.get(f"{path}?limit=100&cursor={following}")).json()
                assert page["position"] == first["position"]
                items, following = items + page["items"], page["next"]
            assert items == expected


async def test_a_pinned_list_and_its_pages_are_as_of_the_same_position(curated):
    first = (await curated.get("/v1/claims?as_of=60&limit=10")).json()
    second = (await curated.get(f"/v1/claims?as_of=60&limit=10&cursor={first['next']}")).json()
    assert first["position"] == second["position"] == 60
    assert [item["position"] for item in second["items"]] == list(range(50, 40, -1))


async def test_a_measure_has_no_pages(curated):
    assert_problem(await curated.get(f"/v1/measures/{MEASURE}?cursor=A"), 400, "cursor")


async def _breaks_nothing(api, asked: str, forged: Cursor) -> None:
    response = await raw_get(api, f"{asked}&cursor={write_cursor(forged)}")
    if response.status_code != 200:
        assert_problem(response, 400, "cursor")


async def _read_while_writing(api, sort: str) -> None:
    path = f"/v1/claims?sort={sort}&limit=12"
    first = (await api.get(path)).json()
    position, items, following = first["position"], first["items"], first["next"]
    expected = await every_item(api, f"/v1/claims?sort={sort}&limit=100&as_of={position}")
    stop = asyncio.Event()
    writer = asyncio.create_task(_write_until(api, stop))
    try:
        while following:
            page = (await api.get(f"{path}&cursor={following}")).json()
            assert page["position"] == position
            items, following = items + page["items"], page["next"]
    finally:
        stop.set()
        written = await writer
    assert items == expected
    assert written
    now = {item["id"]: item["version"] for item in await every_item(api, f"/v1/claims?sort={sort}&limit=100")}
    assert all(now[version.id] >= version.version for version in written)


async def _write_until(api, stop: asyncio.Event) -> list:
    written = []
    while not stop.is_set() or not written:
        written += await revise(api, sorted(BY_ID)[len(written) % 150 :][:5], _moved)
    return written


def _moved(draft):
    """The claim in another place of every order: another value, another date, other topics and sources."""
    quantity = draft.quantity
    if quantity.lower is None and quantity.value is not None:
        quantity = msgspec.structs.replace(quantity, value=f"{len(draft.id)}.{draft.change.by.count('a')}")
    return msgspec.structs.replace(
        draft,
        quantity=quantity,
        stated_on="2020-02",
        topics=["moved", *[topic for topic in draft.topics[:1] if topic != "moved"]],
    )
