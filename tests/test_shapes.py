"""The shapes really look: each constraint is met by a text that passes, and broken by a change of it that fails."""

from __future__ import annotations

from functools import cache

import pyshacl
import pytest
import rdflib
from rdflib import RDF, SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Node
from shape_fixtures import (
    TARGETS,
    Mutation,
    common,
    findings,
    findings_about,
    graph_of,
    label,
    labels,
    mutations,
    passing,
    shapes,
)

from cami_kg import terms
from cami_kg.bridge import oxigraph_term
from cami_kg.check.rules import Result
from cami_kg.check.shapes import Shapes
from cami_kg.home import home

SHAPE = rdflib.Namespace(terms.BASE + "shape/")
CONSTRAINTS = {
    SH[name]
    for name in (
        *("minCount", "maxCount", "qualifiedMinCount", "class", "datatype", "nodeKind", "in", "hasValue", "closed"),
        *("pattern", "languageIn", "uniqueLang", "minLength", "minInclusive", "minExclusive"),
        *("lessThanOrEquals", "disjoint", "or", "xone", "node"),
    )
}
AROUND = {RDF.type, RDF.first, RDF.rest, *TARGETS} | {
    SH[name]
    for name in (
        *("path", "inversePath", "property", "qualifiedValueShape", "ignoredProperties"),
        *("severity", "message", "prefixes", "select"),
    )
}
LISTS = (SH["or"], SH.xone)
Triple = tuple[Node, Node, Node]


@cache
def found(mutation: Mutation) -> tuple[Result, ...]:
    """What is found in a changed text."""
    return tuple(findings(graph_of(mutation.text)))


@cache
def found_labels() -> dict[str, set[str]]:
    """The labels of all that is found, by the shape whose text was changed."""
    return {shape: {name for m in mutations() if m.shape == shape for name in labels(found(m))} for shape in passing()}


def constraints() -> list[Triple]:
    """Every constraint of every shape, rules across nodes aside."""
    return sorted(triple for triple in shapes().core if triple[1] in CONSTRAINTS and triple[2] != RDF.nil)


def names(constraint: Triple) -> str:
    """The label of what a constraint finds."""
    return f"{constraint[0].removeprefix(SHAPE)} {constraint[1].removeprefix(str(SH))}"


@pytest.mark.parametrize("shape", passing())
def test_what_keeps_a_shape_passes(shape):
    """Nothing is found in the text that passes."""
    assert findings(graph_of(passing()[shape])) == []


def test_what_the_fixtures_speak_about_passes():
    """Nothing is found in the invented things that all fixtures share."""
    invented = {quad.subject for quad in common()}

    assert findings_about(invented, graph_of(), shapes()) == []


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: f"{mutation.shape}: {mutation.name}")
def test_what_breaks_a_shape_is_found(mutation):
    """A changed text gives what its `expect` lists, and nothing else."""
    assert labels(found(mutation)) == mutation.expected


def test_each_kind_of_constraint_is_known_here():
    """A kind of constraint that the tests below do not know would go untested."""
    assert set(shapes().core.predicates()) - CONSTRAINTS - AROUND == set(), "Add it to CONSTRAINTS."


def test_each_constraint_is_broken_by_a_fixture():
    """Dropping any single constraint is noticed: something is found by it, or some result changes without it."""
    seen = {name for labels_ in found_labels().values() for name in labels_}
    several = {names(one) for one in constraints() if [names(other) for other in constraints()].count(names(one)) > 1}
    unseen = [one for one in constraints() if names(one) not in seen or names(one) in several]

    silent = [f"{names(one)} {one[2]}" for one in unseen if not is_noticed_without(one)]
    assert silent == [], "Add a change to tests/shape/<Shape>/fail.yaml that breaks these."


def is_noticed_without(constraint: Triple) -> bool:
    """Drop a constraint, and tell whether a fixture of the shapes that use it gives another result."""
    core = rdflib.Graph()
    core += shapes().core
    core.remove(constraint)
    less = Shapes(core, shapes().rules)
    users = {user.removeprefix(SHAPE) for user in users_of(constraint[0])}
    near = [m for m in mutations() if any(name.split()[0] in users for name in m.expected)]
    texts = [(m.text, m.expected) for m in near] + [(passing()[m.shape], ()) for m in near]
    return any(labels(findings(graph_of(text), less)) != expected for text, expected in dict(texts).items())


def users_of(shape: Node) -> set[Node]:
    """Return a shape and those that refer to it, directly or through other shapes."""
    core, users, waiting = shapes().core, set(), [shape]
    while waiting:
        user = waiting.pop()
        users.add(user)
        heads = [*core.subjects(RDF.first, user)]
        while heads and any((head, RDF.rest, None) in core for head in heads):
            before = [outer for head in heads for outer in core.subjects(RDF.rest, head)]
            waiting += [s for head in heads for link in LISTS for s in core.subjects(link, head)]
            heads = before
        waiting += [s for link in (SH.node, SH.qualifiedValueShape) for s in core.subjects(link, user)]
        waiting = [node for node in waiting if node not in users]
    return users


def test_each_rule_across_nodes_is_broken_by_a_fixture():
    """Every `sh:sparql` rule finds something in some changed text."""
    seen = {name for labels_ in found_labels().values() for name in labels_}
    rules = {rule.name.value.removeprefix(SHAPE) for rule in shapes().rules}

    assert rules - seen == set(), "Add a change to tests/shape/<Shape>/fail.yaml that breaks these rules."


def test_only_advice_is_a_warning():
    """A missing Russian label, claims that say the same, and a search for what is there do not break the build."""
    warned = {label(result) for mutation in mutations() for result in found(mutation) if result.severity == "warning"}
    claims = ("Coverage", "ListingChange", "NameUse", "Participation", "RangeStatement", "ThreatStatement")
    advice = {f"{claim}-once" for claim in claims}

    assert warned == advice | {"NoneFound-contradicted", "russianLabel qualifiedMinCount"}


def test_each_property_of_a_closed_shape_is_missed_if_it_is_dropped():
    """A closed shape without one of its property shapes refuses the text that passes, or overlooks a change of it."""
    core = shapes().core
    dropped = []
    for shape, part in core.subject_objects(SH.property):
        name = shape.removeprefix(SHAPE).removesuffix("-terms")
        siblings = [core.value(other, SH.path) for other in core.objects(shape, SH.property)]
        path = core.value(part, SH.path)
        refused = (shape, SH.closed, None) in core and siblings.count(path) == 1 and uses(name, path)
        parts = {each.removeprefix(SHAPE) for each in (part, *core.objects(part, SH.property))}
        overlooked = any(text.split()[0] in parts for text in found_labels()[name])
        if not refused and not overlooked:
            dropped.append((name, part.removeprefix(SHAPE)))

    assert dropped == [], "Use the property in pass.ttl."


def uses(shape: str, path: Node) -> bool:
    """Tell whether the text that passes has a property on a node that the shape is about."""
    data = graph_of(passing()[shape]).rdflib()
    classes = set(shapes().core.objects(SHAPE[shape], SH.targetClass))
    return any(classes & set(data.objects(node, RDF.type)) for node in data.subjects(path))


def test_each_target_of_a_shape_is_hit():
    """Every class or property by which a shape finds its nodes leads it to a node with a fault, and no other does."""
    core = shapes().core
    hit = set()
    for mutation in mutations():
        data = graph_of(mutation.text).rdflib()
        for result in found(mutation):
            for shape in targeting(result):
                leads = [link for link in targets_of(shape) if leads_to(data, link, result)]
                hit |= {(shape, *leads[0])} if len(leads) == 1 else set()
    wanted = {(shape, link, target) for link in TARGETS for shape, target in core.subject_objects(link)}

    assert sorted(f"{shape} {target}" for shape, _, target in wanted - hit) == []


def targets_of(shape: Node) -> list[tuple[Node, Node]]:
    """Return by which classes and properties a shape finds its nodes."""
    return [(link, target) for link in TARGETS for target in shapes().core.objects(shape, link)]


def targeting(result: Result) -> set[Node]:
    """Return the shapes with targets through which a result was found."""
    source = rdflib.URIRef(result.shape.value)
    outer = {source, *shapes().core.subjects(SH.property, source), *carriers().get(source, ())}
    outer |= {shape for part in outer for shape in shapes().core.subjects(SH.property, part)}
    return {shape for shape in outer if targets_of(shape)}


def leads_to(data: rdflib.Graph, target: tuple[Node, Node], result: Result) -> bool:
    """Tell whether a target of a shape is why the node of a result was looked at."""
    node = rdflib.URIRef(result.node.value) if hasattr(result.node, "value") else None
    if target[0] == SH.targetClass:
        return any(
            target[1] in data.transitive_objects(kind, rdflib.RDFS.subClassOf) for kind in data.objects(node, RDF.type)
        )
    return (node, target[1], None) in data


@cache
def written() -> rdflib.Graph:
    """The shapes as they are written, with the prefix table."""
    graph = rdflib.Graph()
    for path in [*sorted((home().ontology / "shape").glob("*.ttl")), home().ontology / "prefixes.ttl"]:
        graph.parse(path)
    return graph


@cache
def carriers() -> dict[Node, set[Node]]:
    """The shapes that carry each rule across nodes."""
    rules = set(written().objects(None, SH.sparql))
    return {rule: set(written().subjects(SH.sparql, rule)) for rule in rules}


class Prepared(rdflib.Graph):
    """A graph that reads each query once, since pySHACL hands it the same text for every focus node."""

    def query(self, text, *args, **settings):  # noqa: D102 - as in rdflib
        return super().query(_prepared(text), *args, **settings)


_prepared = cache(prepareQuery)


@pytest.mark.parametrize("rule", shapes().rules, ids=lambda rule: rule.name.value.removeprefix(SHAPE))
def test_a_rule_finds_once_for_all_what_pyshacl_finds_node_by_node(rule):
    """pySHACL, which puts in one focus node after the other, finds the same in the texts that break the rule."""
    only = rdflib.Graph()
    node = rdflib.URIRef(rule.name.value)
    for shape in carriers()[node]:
        only += ((shape, link, target) for link, target in targets_of(shape))
        only += ((shape, RDF.type, SH.NodeShape), (shape, SH.sparql, node))
    only += written().triples((node, None, None))
    only += rdflib.Graph().parse(home().ontology / "prefixes.ttl")
    name = rule.name.value.removeprefix(SHAPE)

    for mutation in [mutation for mutation in mutations() if name in mutation.expected][:3]:
        graph = graph_of(mutation.text)
        data = Prepared()
        data += graph.rdflib()
        _, report, _ = pyshacl.validate(data, shacl_graph=only, inplace=True)
        by_node = {
            tuple(report.value(result, part) for part in (SH.focusNode, SH.resultPath, SH.value))
            for result in report.objects(None, SH.result)
        }
        at_once = {(result.node, result.path, result.value or result.node) for result in rule.run(graph)}

        assert {tuple(term and oxigraph_term(term) for term in row) for row in by_node} == at_once
