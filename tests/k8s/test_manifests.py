"""Every manifest is what Kubernetes takes, and the manifests agree with the service and with each other."""

import re
from ipaddress import ip_address, ip_network

import pytest
import yaml

from db.pool import SESSION
from service.metrics import HISTOGRAM, METRICS
from service.release import VERSION
from service.runtime import SETTLED_WITHIN
from service.settings import settings_from_environment, variable_names
from service.web.server import FINISHED_WITHIN
from tests.k8s.rendering import OVERLAYS, ROOT, named, needs_tools, pods, problems, rendered, resources

pytestmark = needs_tools
OURS = {"citable-api": "serve", "citable-worker": "work", f"citable-migrate-{VERSION.replace('.', '-')}": "migrate"}
OPERATORS = {
    "Cluster": "postgresql.cnpg.io/v1",
    "Pooler": "postgresql.cnpg.io/v1",
    "ScheduledBackup": "postgresql.cnpg.io/v1",
    "ObjectStore": "barmancloud.cnpg.io/v1",
    "PodMonitor": "monitoring.coreos.com/v1",
    "PrometheusRule": "monitoring.coreos.com/v1",
    "Gateway": "gateway.networking.k8s.io/v1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
}
"""What operators add to Kubernetes: their own schemas are not Kubernetes's."""
each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


@each_overlay
def test_kubernetes_takes_each_resource_and_only_operators_kinds_are_unknown_to_it(overlay, tmp_path):
    unknown = set()
    for line in problems(rendered(overlay), tmp_path):
        found = re.fullmatch(r"WARN +Couldn't find schema for kind (\w+) with api version (\S+) for .*", line)
        assert found, line
        unknown.add(found.groups())
    assert unknown == {(r["kind"], r["apiVersion"]) for r in resources(overlay) if r["kind"] in OPERATORS}
    assert unknown <= set(OPERATORS.items())


@pytest.mark.parametrize(
    ("right", "wrong"), [("readOnlyRootFilesystem", "readonlyRootFilesystem"), ("replicas: 1", "replicas: one")]
)
def test_the_schemas_see_what_is_wrong(right, wrong, tmp_path):
    text = rendered("dev")
    assert right in text
    assert any(line.startswith("ERROR") for line in problems(text.replace(right, wrong), tmp_path))


@each_overlay
def test_each_pod_of_ours_runs_its_command_in_the_image_of_this_release(overlay):
    ran = {name: spec["containers"][0] for name, spec in pods(overlay).items() if name in OURS}
    assert {name: container["args"] for name, container in ran.items()} == {n: [c] for n, c in OURS.items()}
    tag = VERSION if overlay == "production" else "dev"
    assert {container["image"] for container in ran.values()} == {f"citable:{tag}"}


@each_overlay
def test_settings_are_settings_and_secrets_are_where_they_say(overlay, tmp_path):
    given = named(overlay, "ConfigMap", "citable-settings")["data"]
    for spec in (spec for name, spec in pods(overlay).items() if name in OURS):
        (container,) = spec["containers"]
        (mount,) = [one for one in container["volumeMounts"] if one["name"] == "secrets"]
        (volume,) = [one for one in spec["volumes"] if one["name"] == "secrets"]
        files = {item["path"] for source in volume["projected"]["sources"] for item in source["secret"]["items"]}
        own = {one["name"]: one["value"] for one in container.get("env", [])}
        settings = {**given, **own} if "envFrom" in container else own
        assert set(settings) <= set(variable_names())
        asked = {value for name, value in settings.items() if name.endswith("_FILE")}
        assert asked == {f"{mount['mountPath']}/{file}" for file in files}
    for name in [name for name in given if name.endswith("_FILE")]:
        file = tmp_path / name
        file.write_text("redis://cache" if "REDIS" in name else "postgresql://database/citable")
        given[name] = str(file)
    settings = settings_from_environment(given)
    assert (settings.host, settings.port) == ("0.0.0.0", 8000)


@each_overlay
def test_every_secret_a_pod_asks_for_is_made_here_or_by_readme(overlay):
    asked = set(re.findall(r"secretName: (\S+)", rendered(overlay)))
    for spec in pods(overlay).values():
        sources = [
            source for volume in spec.get("volumes", []) for source in volume.get("projected", {}).get("sources", [])
        ]
        asked |= {source["secret"]["name"] for source in sources}
    readme = re.findall(r"create secret (?:generic|tls) (\S+)", (ROOT / "README.md").read_text())
    made = {r["metadata"]["name"] for r in resources(overlay) if r["kind"] == "Secret"}
    assert asked
    assert asked <= (made if overlay == "dev" else set(readme))


@pytest.mark.parametrize("phase", ["api,worker,migrate", "api,worker"])
def test_the_labels_readme_rolls_out_by_are_those_there_are(phase):
    assert f"app.kubernetes.io/component notin ({phase})" in (ROOT / "README.md").read_text()
    labels = [(r["kind"], r["metadata"].get("labels", {})) for r in resources("production")]
    components = {
        (kind, of["app.kubernetes.io/component"]) for kind, of in labels if "app.kubernetes.io/component" in of
    }
    workloads = {("Deployment", "api"), ("Deployment", "worker"), ("Job", "migrate")}
    assert components >= workloads
    assert components - workloads <= {
        ("Service", "api"),
        ("PodDisruptionBudget", "api"),
        ("PodDisruptionBudget", "worker"),
    }


@each_overlay
def test_a_pod_that_leaves_has_time_for_all_it_has_under_way(overlay):
    settings = named(overlay, "ConfigMap", "citable-settings")["data"]
    needed = {
        "citable-api": int(settings["CITABLE_DRAIN_SECONDS"]) + FINISHED_WITHIN + SETTLED_WITHIN,
        "citable-worker": 5 + SETTLED_WITHIN,
    }
    for name, seconds in needed.items():
        assert pods(overlay)[name]["terminationGracePeriodSeconds"] >= seconds + 2


@each_overlay
def test_nothing_may_be_sent_or_taken_unless_a_policy_says_so(overlay):
    policy = named(overlay, "NetworkPolicy", "nothing")["spec"]
    assert policy == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@each_overlay
def test_webhooks_may_leave_for_the_public_internet_only(overlay):
    (rule,) = named(overlay, "NetworkPolicy", "webhooks")["spec"]["egress"]
    assert rule["ports"] == [{"port": 443, "protocol": "TCP"}]
    blocks = [to["ipBlock"] for to in rule["to"]]

    def is_let_through(address: str) -> bool:
        ip = ip_address(address)
        return any(
            ip in ip_network(block["cidr"]) and not any(ip in ip_network(closed) for closed in block["except"])
            for block in blocks
        )

    closed = [
        *("10.1.2.3", "127.0.0.1", "169.254.169.254", "172.20.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "2002:a00:1::"),
    ]
    assert [address for address in closed if is_let_through(address)] == []
    assert all(map(is_let_through, ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"]))


POOLERS = ("citable-pooler", "citable-pooler-ro")


@pytest.mark.parametrize("name", POOLERS)
def test_what_a_pooler_drops_of_a_connection_the_role_has(name):
    cluster, pooler = named("production", "Cluster", "citable-db"), named("production", "Pooler", name)
    said = dict(
        re.fullmatch(r"alter role citable set (\w+) = '([0-9.]+)(?:ms)?'", statement).groups()
        for statement in cluster["spec"]["bootstrap"]["initdb"]["postInitApplicationSQL"]
    )
    dropped = pooler["spec"]["pgbouncer"]["parameters"]["ignore_startup_parameters"].split(",")
    kept = {"application_name", "timezone"}  # PgBouncer itself sees that they go with their client
    assert said == {name: value for name, value in SESSION.items() if name not in kept}
    assert set(said) == set(dropped) - {"extra_float_digits"}
    assert pooler["spec"]["pgbouncer"]["poolMode"] == "transaction"


@pytest.mark.parametrize("name", POOLERS)
def test_there_are_connections_for_all_the_pods_there_may_be(name):
    most = named("production", "HorizontalPodAutoscaler", "citable-api")["spec"]["maxReplicas"] + 1 + 3
    a_pod = int(named("production", "ConfigMap", "citable-settings")["data"]["CITABLE_DATABASE_CONNECTIONS"])
    pooler = named("production", "Pooler", name)["spec"]
    to_postgres = pooler["instances"] * int(pooler["pgbouncer"]["parameters"]["default_pool_size"]) + most * 2
    assert most * a_pod <= int(pooler["pgbouncer"]["parameters"]["max_client_conn"])
    cluster = named("production", "Cluster", "citable-db")["spec"]
    assert to_postgres <= int(cluster["postgresql"]["parameters"]["max_connections"]) * 0.75


def test_reads_go_to_replicas_and_everything_else_to_the_primary():
    types = {name: named("production", "Pooler", name)["spec"]["type"] for name in POOLERS}
    assert types == dict(zip(POOLERS, ("rw", "ro"), strict=True))
    readme = (ROOT / "README.md").read_text()
    addresses = dict(re.findall(r'--from-literal=(\S*url)="postgresql://citable:\$word@([a-z-]+)/', readme))
    assert addresses == {"url": POOLERS[0], "replica-url": POOLERS[1], "direct-url": "citable-db-rw"}
    containers = {name: spec["containers"][0] for name, spec in pods("production").items() if name in OURS}
    read = {name for name, one in containers.items() if "REPLICA_URL" in str(one.get("env"))}
    assert read == {"citable-api"}


def test_the_number_of_pods_is_the_autoscalers_to_say():
    assert "replicas" not in named("production", "Deployment", "citable-api")["spec"]
    target = named("production", "HorizontalPodAutoscaler", "citable-api")["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", "citable-api")


def test_the_second_number_it_looks_at_is_one_the_service_has():
    rules = yaml.safe_load((ROOT / "k8s" / "prometheus-adapter.yaml").read_text())["rules"]["custom"]
    wanted = {
        metric["pods"]["metric"]["name"]
        for metric in named("production", "HorizontalPodAutoscaler", "citable-api")["spec"]["metrics"]
        if metric["type"] == "Pods"
    }
    assert {rule["name"]["as"] for rule in rules} == wanted
    for rule in rules:
        series = rule["seriesQuery"].split("{")[0]
        assert series.removesuffix("_bucket") in {metric.name for metric in METRICS if metric.kind == HISTOGRAM}
        assert re.fullmatch(rule["name"]["matches"], series)


@each_overlay
def test_no_pod_is_killed_since_a_server_it_needs_is_away(overlay):
    for name in ("citable-api", "citable-worker"):
        (container,) = pods(overlay)[name]["containers"]
        for probe in ("livenessProbe", "readinessProbe"):
            assert container[probe]["httpGet"]["path"] in ("/livez", "/metrics")


@each_overlay
def test_the_namespace_takes_confined_pods_only(overlay):
    labels = named(overlay, "Namespace", "citable")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_a_change_of_settings_leaves_the_job_as_it_is():
    """Kubernetes refuses to change a Job, and the name of what holds the settings changes with them."""
    job = named("production", "Job", f"citable-migrate-{VERSION.replace('.', '-')}")
    assert "citable-settings" not in str(job)


def test_the_database_of_a_bucket_is_productions_but_for_where_it_comes_from():
    recovered, usual = [named(overlay, "Cluster", "citable-db")["spec"] for overlay in ("recovery", "production")]
    changed = {name for name in recovered.keys() | usual.keys() if recovered.get(name) != usual.get(name)}
    assert changed == {"bootstrap", "externalClusters", "plugins"}
    assert set(recovered["bootstrap"]) == {"recovery"}
    (lost,) = recovered["externalClusters"]
    assert recovered["bootstrap"]["recovery"]["source"] == lost["name"]
    read, (written,) = lost["plugin"], recovered["plugins"]
    (store,) = [r for r in resources("recovery") if r["kind"] == "ObjectStore"]
    assert {one["parameters"]["barmanObjectName"] for one in (read, written)} == {store["metadata"]["name"]}
    assert read["parameters"]["serverName"] == "citable-db" != written["parameters"]["serverName"]


def test_the_pods_of_a_deployment_are_not_all_in_one_place():
    for name in ("citable-api", "citable-worker"):
        constraints = pods("production")[name]["topologySpreadConstraints"]
        assert {c["topologyKey"] for c in constraints} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
