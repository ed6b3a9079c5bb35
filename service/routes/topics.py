"""Topics: the tags claims carry."""

from litestar.response.base import ASGIResponse

from db.topics import topics_page
from schemas.requests import PageQuery
from schemas.topics import TopicPage
from service.web.endpoints import get
from service.web.headers import LINK
from service.web.listing import page_by_id
from service.web.reads import Read


@get("/v1/topics", "Topics", TopicPage, sends=(LINK,))
async def list_topics(read: Read, query: PageQuery) -> ASGIResponse:
    """The topics of published claims, by id, with how many carry each."""
    return await page_by_id(read, query, topics_page, TopicPage)


endpoints = (list_topics,)
