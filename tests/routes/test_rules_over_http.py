"""Every rule that the database holds, tried from outside: the API refuses it too, says where, and changes nothing."""

import pytest

from schemas.rules import OF_THE_LOG
from tests.schemas import test_rules
from tests.web.writing import BLANK_REASON, VERDICT, claim, relation

AS_SENT = {  # a rule: how it is tried, with what
    "id_is_slug": ("create", {"id": "Not-a-slug"}),
    "id_is_no_address": ("create", {"id": "bulk"}),
    "measure_is_slug": ("create", {"measure": "two  words"}),
    "statement_says_something": ("create", {"statement": " "}),
    "text_is_readable": ("create", {"statement": "Two\nlines."}),
    "attribution_says_something": ("create", {"attributed_to": " "}),
    "geography_is_known": ("create", {"geography": "china"}),
    "topics_are_slugs": ("create", {"topics": ["ports", "Not a slug"]}),
    "topics_differ": ("create", {"topics": ["ports", "rail", "ports"]}),
    "lifecycle_is_known": ("revise", {"lifecycle": "hidden"}),
    "currency_is_known": ("create", {"currency": "stale"}),
    "quantity_is_decimal": ("create", {"quantity__value": "1e9"}),
    "quantity_has_unit": ("create", {"quantity__unit": " "}),
    "comparator_is_known": ("create", {"quantity__comparator": "above"}),
    "between_has_bounds": ("create", {"quantity": {"unit": "x", "comparator": "between", "lower": "2"}}),
    "bounds_in_order": ("create", {"quantity": {"unit": "x", "comparator": "between", "lower": "10", "upper": "2"}}),
    "dates_are_dates": ("create", {"stated_on": "2026-02-30"}),
    "period_in_order": ("create", {"period": {"start": "2026-05", "end": "2026-04-30"}}),
    "status_is_known": ("verify", {**VERDICT, "status": "true"}),
    "rationale_says_something": ("verify", {**VERDICT, "rationale": " \n"}),
    "verified_needs_supporting_source": ("verify an unsupported one", VERDICT),
    "caveats_are_stated": ("verify", {**VERDICT, "status": "verified_with_caveats"}),
    "sources_are_known_kinds": ("create", {"sources": [{**claim()["sources"][0], "kind": "rumour"}]}),
    "relations_are_known_types": ("create", {"relations": [relation("likes", "cn-ai-firms-6200")]}),
    "relation_is_to_another": ("create", {"id": "to-itself", "relations": [relation("competes_with", "to-itself")]}),
    "relations_differ": ("create", {"relations": [relation("competes_with", "cn-ai-firms-6200")] * 2}),
    "relation_points_at_a_claim": ("create", {"relations": [relation("competes_with", "nowhere")]}),
    "lists_are_bounded": ("create", {"topics": [f"topic-{n}" for n in range(21)]}),
    "change_is_known": ("revise", {"change": {"severity": "huge"}}),
    "change_names_its_author": ("revise", {"change": {"by": ""}}),
    "only_the_first_is_created": ("revise", {"change": {"kind": "created"}}),
    "retraction_withdraws": ("revise", {"lifecycle": "retracted"}),
    "retraction_gives_its_reason": ("retract", BLANK_REASON),
    "decided_already": ("verify", {**VERDICT, "decided_on": "2999"}),
    "four_eyes": ("verify by its author", VERDICT),
    "retracted_is_final": ("revise a retracted one", {"topics": []}),
    "superseded_is_told": ("revise a superseded one", {"relations": []}),
}
UNREADABLE = {  # what can be sent cannot break these: a body that would is none
    "id_is_slug": "#/id",
    "measure_is_slug": "#/measure",
    "text_is_readable": "#/statement",
    "geography_is_known": "#/geography",
    "topics_are_slugs": "#/topics/1",
    "lifecycle_is_known": "#/lifecycle",
    "currency_is_known": "#/currency",
    "quantity_is_decimal": "#/quantity/value",
    "comparator_is_known": "#/quantity/comparator",
    "status_is_known": "#/status",
    "sources_are_known_kinds": "#/sources/0/kind",
    "relations_are_known_types": "#/relations/0/type",
    "lists_are_bounded": "#/topics",
    "change_is_known": "#/change/severity",
    "change_names_its_author": "#/change/by",
    "only_the_first_is_created": "#/change/kind",
    "retraction_withdraws": "#/lifecycle",
}
ELSEWHERE = {
    "version_follows_previous": "412, and tests/stories/test_no_update_is_lost.py",
    "refutation_is_major": "no caller says how severe a verdict is: tests/routes/test_verify_claim.py",
    "write_within_deadline": "no caller says how long a write takes",
    "mirror_is_read_only": "an API on a mirror: tests/service/test_mirror.py",
}


def test_every_rule_of_the_database_that_a_caller_can_break_is_tried():
    known = {*test_rules.ALONE, *test_rules.PLACED, *test_rules.BETWEEN_VERSIONS, *test_rules.ELSEWHERE}
    elsewhere = ("tests/db/test_keys.py", "tests/db/test_webhooks.py")
    of_others = {rule for rule, where in test_rules.ELSEWHERE.items() if where in elsewhere}
    of_views = {"in_force_from_to", "label_is_for_a_slug", "only_an_empty_log_is_restored", "one_log_head"}
    of_views |= {"body_is_the_version"}
    of_the_head = {"head_is_not_negative"}
    assert known - OF_THE_LOG - of_others - of_views - of_the_head == set(AS_SENT) | set(ELSEWHERE)


@pytest.mark.parametrize("rule", AS_SENT)
async def test_the_api_refuses_what_the_database_would(rule, desk):
    how, sent = AS_SENT[rule]
    way, _, which = how.partition(" ")
    about = None if way == "create" else (await desk.published())["id"]
    if which == "an unsupported one":
        about = (await desk.published(sources=[]))["id"]
    elif which == "a retracted one":
        await desk.editor.retract(about)
    elif which == "a superseded one":
        await desk.published(relations=[relation("supersedes", about)])
    elif which == "by its author":
        await desk.verifier.revise(about, {"topics": []})
    async with desk.unchanged():
        if way == "create":
            answer = await desk.editor.create(claim(**sent))
        else:
            writer = desk.verifier if way == "verify" else desk.editor
            answer = await getattr(writer, way)(about, sent)
    problem = answer.json()
    if rule in UNREADABLE:
        assert answer.status_code == 400
        assert [error["pointer"] for error in problem["errors"]] == [UNREADABLE[rule]]
    elif rule == "retracted_is_final":
        assert answer.status_code == 409
        assert problem["type"] == "/problems/retracted"
    else:
        assert answer.status_code == 422, problem
        assert {(error["rule"], error["pointer"][:2]) for error in problem["errors"]} == {(rule, "#/")}
