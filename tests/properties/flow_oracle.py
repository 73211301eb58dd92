"""What the oracle knows of a policy by itself: what it releases, and what it lets people choose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pretoken.trigger.plan import link
from tests.properties.flow_nodes import in_test, key_paths, nodes, parts_of, placeholders
from tests.properties.flow_world import (
    ENDORSING,
    LOOKUPS,
    PERSONAL,
    ROWS_OF_CHOICE,
    SECRECY,
)
from tests.properties.outcome import Outcome
from tests.properties.vocabulary import GROUPS, ROLES, SECRETS, TEXTS, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.properties.flow_people import Situation

_ITEMS = sorted({*GROUPS, *ROLES, *TEXTS, "aws.cognito.signin.user.admin"})
_ROWS = tuple(f"lookup.{name}." for name in (*ROWS_OF_CHOICE, "app"))
_NEVER: dict[str, Any] = {"pool.id": "nowhere"}


class Facts:
    """Values and conditions that are asked beside a policy, each by a claim of a rule of its own."""

    def __init__(self, plan: dict[str, Any], facts: dict[str, Any]) -> None:
        self.facts = facts
        rules = {f"f{n}": {"access_token": {"claims": {f"f{n}": fact}}} for n, fact in enumerate(facts.values())}
        self._program = link({**plan, "rules": rules}, VARIABLES, SECRETS) if rules else None

    def of(self, situation: Situation, *, keyed: bool = True) -> dict[str, str]:
        """Give what holds in a situation, each fact as its text."""
        if self._program is None:
            return {}
        decision = Outcome(self._program, situation.event(), situation.answers(keyed=keyed)).decision
        failed = {rule for rule, _ in decision.left_out}
        claims = decision.access_token.claims
        return {
            name: "failed" if f"f{n}" in failed else json.dumps(claims[f"f{n}"][0]) if f"f{n}" in claims else "absent"
            for n, name in enumerate(self.facts)
        }


class Oracle:
    """What the oracle knows of a plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self._behind: dict[str, frozenset[str]] = {}

    def paths(self, part: Any, kind: str = "value") -> set[str]:
        """Name all that a value, a condition or a test rests on: inputs, derived values, fields and their keys."""
        found = in_test(part) if kind == "test" else nodes(part, kind)
        return self.behind(node.item for node in found if node.kind == "path")

    def behind(self, paths: Iterable[str]) -> set[str]:
        return {behind for path in paths for behind in self._all_behind(path)}

    def _all_behind(self, path: str) -> frozenset[str]:
        if path not in self._behind:
            found = {path}
            root, _, name = path.partition(".")
            if root == "derived":
                found |= self.paths(self.plan["derived"][name])
            elif root == "lookup":
                found |= self.behind(key_paths(name.partition(".")[0]))
            self._behind[path] = frozenset(found)
        return self._behind[path]

    def given_by(self, value: Any) -> set[str]:
        """Name the inputs that a value is made of; what its conditions ask aside."""
        if not isinstance(value, dict):
            return set()
        if "add" in value:
            return self.given_by(value["add"])
        members = [*value.get("first_of", ()), *value.get("union", ()), *value.get("object", {}).values()]
        members += [branch["value"] for branch in value.get("choose", ())]
        found = {path for member in (*members, value.get("otherwise")) for path in self.given_by(member)}
        found |= {*placeholders(value.get("template", "")), *([value["one_of"]] if "one_of" in value else ())}
        for step in value.get("then", ()):
            if isinstance(step, dict) and "keep" in step:
                found |= self.paths(step["keep"], "test")
        path = value.get("from", "")
        if path.startswith("derived."):
            return found | self.given_by(self.plan["derived"][path[8:]])
        return found | self.behind([path]) if path else found

    def secrecy(self, part: Any, kind: str = "value") -> set[str]:
        """Name the levels of what a part tells of; what it is looked up by isn't told."""
        found = in_test(part) if kind == "test" else nodes(part, kind)
        levels: set[str] = set()
        for node in found:
            if node.kind != "path":
                continue
            if node.item.startswith("derived."):
                levels |= self.secrecy(self.plan["derived"][node.item.removeprefix("derived.")])
            elif node.item in SECRECY:
                levels.add(SECRECY[node.item])
        return levels

    def everything(self) -> Iterator[tuple[str, Any]]:
        """Give all values, tests and conditions, by kind."""
        for value in self.plan["derived"].values():
            yield "value", value
        for rule in self.plan["rules"].values():
            yield from ((kind, part) for _, kind, part in parts_of(rule))

    def released(self) -> Facts:
        """Give the facts that a policy may release about personal data."""
        facts: dict[str, Any] = {}

        def release(fact: Any, part: Any, kind: str) -> None:
            if self.secrecy(part, kind) <= {PERSONAL}:
                facts[json.dumps(fact)] = fact

        for kind, part in self.everything():
            if kind == "test":
                # The test of each item, asked by an item that is kept or not.
                items = {"choose": [{"when": _NEVER, "value": []}], "otherwise": _ITEMS, "then": [{"keep": part}]}
                release(items, part, "test")
                continue
            if kind == "condition":
                release({"test": part}, part, kind)
            for node in nodes(part, kind):
                if node.kind != "value":
                    continue
                for branch in node.item.get("choose", ()):
                    release({"test": branch["when"]}, branch["when"], "condition")
                if "test" in node.item:
                    release(node.item, node.item, "value")
                for fact in self._released_by(node.item):
                    release(fact, fact, "value")
        read = {
            path.split(".")[1]
            for kind, part in self.everything()
            for path in self.paths(part, kind)
            if path.startswith("lookup.")
        }
        for name in sorted(read):
            # Which rows there are is given; what they are looked up by may be personal, but not more.
            sort = {SECRECY.get(path) for path in self.behind(key_paths(name))}
            if sort <= {None, PERSONAL}:
                fields = [f"lookup.{name}.{field}" for field in LOOKUPS[name]["fields"]]
                facts[name] = {"test": {"any": [{field: {"exists": True}} for field in fields]}}
        return Facts(self.plan, facts)

    def _released_by(self, value: dict[str, Any]) -> Iterator[Any]:
        """Give the values of which a personal value shows no more than one of few constants, or a pseudonym."""
        head = {key: value[key] for key in value if key not in ("then", "one_of", "default")}
        steps = value.get("then", ())
        for n, step in enumerate(steps):
            if isinstance(step, dict) and self._releases(step, "email_domain" in steps[:n]):
                yield {**head, "then": steps[: n + 1]}
        if self._is_open(value.get("one_of", "")):
            yield {key: item for key, item in value.items() if key != "default"}

    def _is_open(self, path: str) -> bool:
        """Tell whether a list is about the principal and public, or made of facts."""
        if not path.startswith("derived."):
            return path in ENDORSING and path not in SECRECY
        value = self.plan["derived"][path.removeprefix("derived.")]
        if not self.endorses(path):
            return False
        steps = value.get("then", ())
        return not self.secrecy(value) or any(
            isinstance(step, dict) and self._releases(step, coarse=False) for step in steps
        )

    def endorses(self, path: str) -> bool:
        """Tell whether a list is about the principal, so that who picks one of it picks one of his own."""
        if path in ENDORSING or not path.startswith("derived."):
            return path in ENDORSING
        found = nodes(self.plan["derived"][path.removeprefix("derived.")])
        return all(self.endorses(node.item) for node in found if node.kind == "path")

    def _releases(self, step: dict[str, Any], coarse: bool) -> bool:
        if "pseudonym" in step or "prefer" in step:
            return True
        if "keep" in step:
            return not any(isinstance(item, dict) for item in _alternatives(step["keep"]))
        if "table" not in step:
            return False
        entries = step["table"] if isinstance(step["table"], dict) else self.plan["tables"][step["table"]]
        texts = {key: json.dumps(constant) for key, constant in entries.items()}
        results = list(texts.values())
        merges = coarse or all(results.count(result) > 1 for result in results)
        return merges and all(text not in (json.dumps(key), key) for key, text in texts.items())

    def choices(self) -> dict[str, tuple[Any, set[str]]]:
        """Give what people may choose: by name the value, and the paths behind it."""
        found: dict[str, tuple[Any, set[str]]] = {}
        for kind, part in self.everything():
            for node in nodes(part, kind) if kind != "test" else ():
                if node.kind == "value" and self.endorses(node.item.get("one_of", "")):
                    value = {key: item for key, item in node.item.items() if key != "default"}
                    found[json.dumps(value)] = (value, set())
        for path in sorted({path for kind, part in self.everything() for path in self.paths(part, kind)}):
            if path.startswith(_ROWS):
                found[path] = ({"from": path}, {path})
        return found

    def choices_within(self, parts: Iterable[tuple[str, Any]]) -> set[str]:
        """Name the choices that values and conditions rest on, by themselves or by what they read."""
        names: set[str] = set()
        for kind, part in parts:
            paths = self.paths(part, kind)
            names |= {path for path in paths if path.startswith("lookup.")}
            derived = [self.plan["derived"][path[8:]] for path in paths if path.startswith("derived.")]
            inside = [("value", value) for value in derived]
            for kind_, part_ in ((kind, part), *inside):
                for node in nodes(part_, kind_) if kind_ != "test" else ():
                    if node.kind == "value" and "one_of" in node.item:
                        value = {key: item for key, item in node.item.items() if key != "default"}
                        names.add(json.dumps(value))
        return names


def _alternatives(test: Any) -> Iterator[Any]:
    if isinstance(test, list):
        for member in test:
            yield from _alternatives(member)
    else:
        yield test
