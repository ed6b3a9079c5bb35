"""Alerts and the dashboard: each expression is PromQL about metrics and labels there are; no metric is unwatched."""

import json
import re
from collections.abc import Iterator

import promql_parser
import pytest
import yaml

from service.metrics import HISTOGRAM, METRICS, OF_PROCESS
from service.settings import variable_names
from tests.cli.programs import ROOT

RULES = [
    rule
    for group in yaml.safe_load((ROOT / "k8s/alerts/alerts.yaml").read_text())["spec"]["groups"]
    for rule in group["rules"]
]
RUNBOOK = (ROOT / "k8s/RUNBOOK.md").read_text()
BOARD = json.loads((ROOT / "k8s/dashboard.json").read_text())
PANELS = [
    pytest.param(target["expr"], target["legendFormat"], id=f"{panel['title']}, {target['refId']}")
    for panel in BOARD["panels"]
    for target in panel["targets"]
]
OF_PROMETHEUS = {"instance", "job", "namespace", "pod"}
"""Labels Prometheus gives to everything it reads."""


def labels_of(name: str) -> set[str]:
    """The labels a series has; fails if there is none of that name."""
    if name in OF_PROCESS:
        return set()
    for metric in METRICS:
        if metric.kind == HISTOGRAM:
            if name.removeprefix(metric.name) in ("_bucket", "_count", "_sum"):
                return {*metric.labels, *(["le"] if name.endswith("_bucket") else [])}
        elif name == metric.name:
            return set(metric.labels)
    raise AssertionError(f"there is no series {name}")


def parts(expression) -> Iterator[object]:
    """An expression and everything in it."""
    yield expression
    for name in ("lhs", "rhs", "expr", "param", "vector_selector", "args"):
        found = getattr(expression, name, None)
        for part in found if isinstance(found, list) else [found]:
            if part is not None and part is not expression:
                yield from parts(part)


def series_of(text: str) -> set[str]:
    """The names of the series a PromQL expression reads, after asserting that it names no label which they lack."""
    read: set[str] = set()
    known: set[str] = set()
    grouped: set[str] = set()
    for part in parts(promql_parser.parse(text.replace("$__rate_interval", "5m"))):
        if isinstance(part, promql_parser.VectorSelector):
            has = labels_of(part.name) | OF_PROMETHEUS
            for matcher in part.matchers.matchers:
                assert matcher.name in has, f"{part.name} has no label {matcher.name}"
            read.add(part.name)
            known |= has
        elif isinstance(part, promql_parser.AggregateExpr) and part.modifier is not None:
            grouped |= set(part.modifier.labels)
    assert grouped <= known, grouped - known
    return read


def test_the_expressions_of_this_test_are_taken_apart_whole():
    waits = 'sum by (le) (rate(citable_pool_wait_seconds_bucket{use="x"}[5m])) > 1'
    text = f"{waits} and on () (citable_followers or vector(0)) == 0"
    assert series_of(text) == {"citable_pool_wait_seconds_bucket", "citable_followers"}
    for wrong in ("sum by (level) (citable_followers)", 'citable_writes_total{limit="x"}', "citable_no_such"):
        with pytest.raises(AssertionError):
            series_of(f"1 + max({wrong})")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do_and_asks_for_what_there_is(rule):
    assert series_of(rule["expr"])
    assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"})
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    assert rule["annotations"]["runbook"] == f"k8s/RUNBOOK.md#{rule['alert'].lower()}"
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    series = {label for name in series_of(rule["expr"]) for label in labels_of(name)} | OF_PROMETHEUS
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["description"])) <= series


def test_the_runbook_has_a_paragraph_for_each_alert_and_for_nothing_else():
    paragraphs = RUNBOOK.split("\n## ")[1:]
    assert [paragraph.partition("\n")[0] for paragraph in paragraphs] == [rule["alert"] for rule in RULES]
    for rule, paragraph in zip(RULES, paragraphs, strict=True):
        _, text = paragraph.split("\n\n", 1)
        assert text.startswith(f"{rule['labels']['severity'].capitalize()}. "), rule["alert"]
        assert "\n\n" not in text.strip(), f"{rule['alert']}: nobody reads a second paragraph at night"


def test_the_runbook_names_only_what_there_is():
    metrics, settings = re.findall(r"`(citable_\w+)`", RUNBOOK), re.findall(r"CITABLE_[A-Z_]+", RUNBOOK)
    assert set(metrics) <= {metric.name for metric in METRICS}
    assert set(settings) <= set(variable_names())
    assert set(re.findall(r"\bCitable[A-Z]\w+", RUNBOOK)) == {rule["alert"] for rule in RULES}
    names = {panel["title"] for panel in BOARD["panels"]}
    (line,) = re.findall(r"The dashboard, (.*)\.", RUNBOOK)
    assert set(re.findall(r'"(.*?)"', line)) <= names


def test_alerts_have_names_of_their_own():
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_an_alert_names_only_settings_there_are():
    for rule in RULES:
        named = set(re.findall(r"CITABLE_[A-Z_]+", json.dumps(rule)))
        assert named <= set(variable_names()), rule["alert"]


@pytest.mark.parametrize(("expression", "legend"), PANELS)
def test_a_panel_asks_for_what_there_is(expression, legend):
    series = {label for name in series_of(expression) for label in labels_of(name)} | OF_PROMETHEUS
    assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= series


def test_every_metric_is_on_the_dashboard_or_has_an_alert():
    texts = [rule["expr"] for rule in RULES] + [panel.values[0] for panel in PANELS]
    read = {name for text in texts for name in series_of(text)}
    watched = {metric for metric in METRICS if any(name.startswith(metric.name) for name in read)}
    assert watched == set(METRICS)


def test_the_dashboard_is_one_grafana_takes():
    assert BOARD["schemaVersion"] >= 39
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    cells = [
        (x, y)
        for panel in BOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells)), "panels lie over each other"
    assert max(x for x, _ in cells) < 24
