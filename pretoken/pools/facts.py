"""What a template says of the user pool, its app clients, its identity providers, and the function."""

from collections.abc import Iterator
from typing import NamedTuple

from pretoken.policy.errors import Place
from pretoken.pools.intrinsics import items, known, member, references, text
from pretoken.pools.template import Node, Template

HANDLER = "pre_token_generation.handler"
"""The handler of the function, as `pretoken init` writes it."""
SERVERLESS = "AWS::Serverless::Function"
_FUNCTIONS = (SERVERLESS, "AWS::Lambda::Function")
_ALIASES = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
_POOL = "AWS::Cognito::UserPool"


class Resource(NamedTuple):
    """A resource: its logical id, its type, its body, and the place of its logical id."""

    name: str
    type: str
    body: Node
    place: Place

    def get(self, *keys: str) -> list[Node | None]:
        """Give the possible values of a property; None is that it isn't set."""
        return member(self.body, "Properties", *keys)


class Trigger(NamedTuple):
    """A trigger of a user pool, and the event version that it asks for; None if that isn't known."""

    pool: Resource
    version: str | None
    key: str
    place: Place


class Facts(NamedTuple):
    """What a template says.

    `pools`, `clients` and `providers` are those of the user pool that calls the function; of several pools that may be
    it, all. `functions` are those that may be the trigger.
    """

    resources: dict[str, Resource]
    globals: Node | None
    pools: list[Resource]
    clients: list[Resource]
    providers: list[Resource]
    functions: list[Resource]

    def of_type(self, *types: str) -> list[Resource]:
        """Give the resources of these types."""
        return [resource for resource in self.resources.values() if resource.type in types]

    def setting(self, function: Resource, *keys: str) -> list[Node | None]:
        """Give the possible values of a property of a function, which SAM takes from `Globals` if it isn't set."""
        return _setting(function, self.globals, *keys)

    def triggers(self) -> Iterator[Trigger]:
        """Give the triggers of the pools."""
        for pool in self.pools:
            yield from self._triggers_of(pool)

    def _triggers_of(self, pool: Resource) -> Iterator[Trigger]:
        key = "PreTokenGenerationConfig"
        if configs := known(pool.get("LambdaConfig", key)):
            versions = known(pool.get("LambdaConfig", key, "LambdaVersion"))
            for version in versions or configs:
                yield Trigger(pool, text(version), f"{key}.LambdaVersion", version.place)
            return
        key = "PreTokenGeneration"
        for legacy in known(pool.get("LambdaConfig", key)):
            yield Trigger(pool, "V1_0", key, legacy.place)
        for event in self._events_of(pool):
            yield Trigger(pool, "V1_0", key, event.place)

    def _events_of(self, pool: Resource) -> Iterator[Node]:
        """Give the events by which SAM makes a function the trigger, which it can for V1_0 alone."""
        for function in self.functions:
            for events in known(function.get("Events")):
                for event in events.data.values() if isinstance(events.data, dict) else ():
                    triggers = [
                        text(one) for value in known(member(event, "Properties", "Trigger")) for one in items(value)
                    ]
                    of_pool = pool.name in {
                        name for value in known(member(event, "Properties", "UserPool")) for name in references(value)
                    }
                    if of_pool and "PreTokenGeneration" in triggers:
                        yield event


def facts_of(template: Template) -> Facts:
    """Give what a template says."""
    resources = {one.name: one for one in _resources(template.root["Resources"])}
    every = [one for one in resources.values() if one.type == _POOL]
    functions = _functions(resources, every, template.root.get("Globals"))
    pools = _callers(every, functions, resources) or every
    others = {one.name for one in every} - {one.name for one in pools}
    of_pools = [one for one in resources.values() if not _belongs(one, others)]
    return Facts(
        resources,
        template.root.get("Globals"),
        pools,
        [one for one in of_pools if one.type == "AWS::Cognito::UserPoolClient"],
        [one for one in of_pools if one.type == "AWS::Cognito::UserPoolIdentityProvider"],
        functions,
    )


def _resources(section: Node) -> Iterator[Resource]:
    """Give all resources; those that `Fn::ForEach` makes once, under the name that they are made by."""
    for name, body in section.data.items() if isinstance(section.data, dict) else ():
        if name.startswith("Fn::ForEach"):
            for part in body.data if isinstance(body.data, list) else ():
                yield from _resources(part)
        elif (kind := text(next(iter(member(body, "Type"))))) is not None:
            yield Resource(name, kind, body, body.place)


def _called_by(pool: Resource, resources: dict[str, Resource]) -> set[str]:
    """Name what a pool's trigger is, functions behind aliases and versions too."""
    waiting = [
        name
        for keys in (("PreTokenGenerationConfig", "LambdaArn"), ("PreTokenGeneration",))
        for value in known(pool.get("LambdaConfig", *keys))
        for name in references(value)
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in resources and resources[name].type in _ALIASES:
                waiting += [one for value in known(resources[name].get("FunctionName")) for one in references(value)]
    return found


def _setting(function: Resource, shared: Node | None, *keys: str) -> list[Node | None]:
    found = function.get(*keys)
    return found if known(found) or function.type != SERVERLESS else member(shared, "Function", *keys)


def _functions(resources: dict[str, Resource], pools: list[Resource], shared: Node | None) -> list[Resource]:
    """Give the functions with our handler; if there are none, those that pools call."""
    functions = [one for one in resources.values() if one.type in _FUNCTIONS]
    ours = [one for one in functions if HANDLER in map(text, _setting(one, shared, "Handler"))]
    called = {name for pool in pools for name in _called_by(pool, resources)}
    return ours or [one for one in functions if one.name in called]


def _callers(pools: list[Resource], functions: list[Resource], resources: dict[str, Resource]) -> list[Resource]:
    """Give the pools that have a trigger, but for those that call another function."""
    ours = {one.name for one in functions}
    others = {one.name for one in resources.values() if one.type in _FUNCTIONS} - ours
    callers = []
    for pool in pools:
        called = _called_by(pool, resources)
        keys = ("PreTokenGenerationConfig", "PreTokenGeneration")
        has_trigger = any(known(pool.get("LambdaConfig", key)) for key in keys)
        if has_trigger and (called & ours or not called & others):
            callers.append(pool)
    return callers


def _belongs(resource: Resource, pools: set[str]) -> bool:
    """Tell whether a resource belongs to one of these pools for certain."""
    owners = known(resource.get("UserPoolId"))
    return bool(owners) and all(pools & set(references(owner)) for owner in owners)
