"""Every named statement is prepared, and its columns are its Struct's fields: a typo cannot reach a reader."""

import msgspec
import pytest

import service.serving  # noqa: F401 - loads every module that asks
from db.migrations import HERE
from db.questions import Questions, asked, statements


@pytest.mark.parametrize("question", asked, ids=lambda question: question.name)
async def test_a_question_s_columns_are_its_answer_s_fields(question, curated_pool):
    async with curated_pool.acquire() as connection:
        prepared = await connection.prepare(question.text)
        columns = [attribute.name for attribute in prepared.get_attributes()]
    if isinstance(question.answer, type) and issubclass(question.answer, msgspec.Struct):
        assert sorted(columns) == sorted(question.answer.__struct_fields__)
    else:
        assert len(columns) <= 1


def test_every_statement_is_asked_by_someone():
    files = sorted(HERE.parent.glob("*.sql"))
    written = {f"{file.name}:{name}" for file in files for name in Questions(file.name).names()}
    assert written == {question.name for question in asked}


def test_no_statement_selects_a_star():
    for question in asked:
        assert "*" not in question.text.replace("count(*)", "").replace("[*]", ""), question.name


def test_a_part_stands_where_it_is_named():
    text = "-- part: shared\nx = 1\n-- name: asked\nselect 1 where {shared}\n"
    assert statements(text) == {"asked": "select 1 where x = 1"}
