"""Pydantic's errors in the words of the rule language: names, places, messages."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from pydantic import ValidationError

from pretoken.policy.conditions import Condition
from pretoken.policy.errors import is_personal, named, quoted, typed
from pretoken.policy.hints import UNKNOWN_STEPS, hint_for
from pretoken.policy.lookups import Lookup
from pretoken.policy.model import Model, Recorder
from pretoken.policy.report import Problem
from pretoken.policy.spots import Spot, flow, locate
from pretoken.policy.stand_ins import stand_in_for
from pretoken.policy.steps import PLAIN_STEPS, STEPS_WITH_ARGUMENT
from pretoken.policy.suggestions import closest, suggested
from pretoken.policy.tests import Operators
from pretoken.policy.values import FORMS, TAIL, Form
from pretoken.trigger.durations import DURATION

_Context: TypeAlias = dict[str, Any]

_TYPES = {
    **dict.fromkeys(("int", "integer", "float", "decimal"), "number"),
    **dict.fromkeys(("str", "text"), "string"),
    **dict.fromkeys(("list", "array", "set"), "strings"),
    **dict.fromkeys(("datetime", "timestamp", "instant"), "time"),
    **dict.fromkeys(("map", "mapping", "json", "dict"), "object"),
}
"""What other languages call the types."""

_LONGEST_CURE = 60
_MILLISECONDS = 100  # a wait of so many seconds is out of the question


def translate(error: ValidationError, data: object, root: type[Model], recorder: Recorder) -> list[Problem]:
    """Translate the errors of one file.

    Args:
        error: what Pydantic says.
        data: what was validated.
        root: the model of the whole file.
        recorder: which mapping was read as which model.

    """
    problems = []
    for details in error.errors(include_url=False):
        spot = locate(details["loc"], data, root, recorder)
        context = details.get("ctx", {})
        if details["type"] == "too_short" and len(details["input"]) >= context["min_length"]:
            continue  # some of its items are wrong, and they have their own errors
        if "message" in context:
            key = context["key"]
            at = spot.at if key is None else (*spot.at, key)
            problem = Problem(details["type"], at, context["message"], key=spot.key or key is not None)
        else:
            translate_one: _Translate = _TRANSLATIONS.get(details["type"], _not_right)
            problem = translate_one(spot, details["input"], context)
        problems.append(problem._replace(stand_in=stand_in_for(problem, spot, details["type"], context, recorder)))
    return problems


_Translate: TypeAlias = Callable[[Spot, object, _Context], Problem]


def _unknown_key(spot: Spot, found: object, _context: _Context) -> Problem:
    model, key = spot.owner or Model, str(spot.at[-1])
    hint = hint_for(model, key)
    if hint is not None:
        if model is Operators and key == "contains" and isinstance(found, str) and isinstance(spot.at[-2], str):
            return Problem(
                hint[0],
                spot.at,
                hint[1].replace("the constant itself", _flat({spot.at[-2]: found}) or "the constant itself"),
                key=True,
            )
        return Problem(hint[0], spot.at, hint[1], key=True)
    known = _keys(model)
    if issubclass(model, Form) and key in FORMS:
        return Problem(
            "two-values", spot.at, f"{quoted(known[-1])} and `{key}` are two values; use one, or `first_of`", key=True
        )
    if model.noun == "a step":
        if key in STEPS_WITH_ARGUMENT or key in PLAIN_STEPS:
            message = f"`{known[0]}` and `{key}` are two steps; write a list: `[{{{known[0]}: …}}, {_step(key)}]`"
            return Problem("two-steps", spot.at, message, key=True)
        message = f"a step is one key, and {quoted(key)} is another; write `{{{known[0]}: …}}` alone"
        return Problem("unknown-key", spot.at, message, key=True)
    return Problem("unknown-key", spot.at, f"{model.noun} has no key {named(key)}; {_instead(key, known)}", key=True)


def _instead(key: str, known: Iterable[str]) -> str:
    return suggested(key, known, f"it has {', '.join(f'`{name}`' for name in known)}")


def _keys(model: type[Model]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _missing(spot: Spot, _found: object, _context: _Context) -> Problem:
    noun = spot.owner.noun if spot.owner else "this"
    cure = f"write {spot.example}"
    if spot.owner is Lookup and spot.field == "data":
        cure += " if nothing in it is personal, else for example `data: user.contact`"
    return Problem("missing-key", spot.at[:-1], f"{noun} needs `{spot.at[-1]}`; {cure}")


def _flat(data: dict[str, object]) -> str | None:
    """Give a mapping of one key as a cure can spell it, if it is short and not about a person."""
    text = flow(data)
    return None if is_personal(text) or len(text) > _LONGEST_CURE else f"`{text[1:-1]}`"


def _no_value(spot: Spot, found: object, _context: _Context) -> Problem:
    """Say what is wrong with a mapping that has none of the head keys of values."""
    keys = [str(key) for key in found] if isinstance(found, dict) else []
    for key in sorted(keys, key=lambda key: closest(key, FORMS) is None):
        if closest(key, FORMS) is None:
            hint = hint_for(Form, key)
            if hint is not None:
                return Problem(hint[0], (*spot.at, key), hint[1], key=True)
        if key not in TAIL:
            cure = _instead(key, (*FORMS, *TAIL))
            if isinstance(found, dict) and closest(key, (*FORMS, *TAIL)) is None:
                is_flat = not any(isinstance(value, (dict, list)) for value in found.values())
                nested = _flat({"object": found}) if is_flat else None
                cure = f"for a nested claim write {nested or '`object: {…}` around it'}"
            message = f"a value has no key {named(key)}; {cure}"
            return Problem("unknown-key", (*spot.at, key), message, key=True)
    heads = ", ".join(f"`{form}`" for form in FORMS)
    return Problem("no-value", spot.at, f"a value needs one of {heads}; write `{{from: …}}`")


def _unknown_step(spot: Spot, found: object, _context: _Context) -> Problem:
    if isinstance(found, dict):
        name = next(iter(found), None)
        if name is None:
            return Problem("unknown-step", spot.at, "a step isn't empty; write its name, for example `lower`")
        if name in PLAIN_STEPS:
            return Problem("unknown-step", (*spot.at, name), f"`{name}` takes nothing; write `{name}` alone", key=True)
    elif isinstance(found, str):
        name = found
        if name in STEPS_WITH_ARGUMENT:
            return Problem("unknown-step", spot.at, f"`{name}` needs an argument; write `{_step(name)}`")
    else:
        message = f"a step is a name or a mapping of one key, not {_described(found)}; write `lower` or `{{keep: …}}`"
        return Problem("unknown-step", spot.at, message)
    if name in UNKNOWN_STEPS:
        message = UNKNOWN_STEPS[name].format(key=name)
    else:
        message = f"there is no step {named(name)}; {_instead(name, (*PLAIN_STEPS, *STEPS_WITH_ARGUMENT))}"
        message = message.replace("; it has ", "; there are ")
    return Problem("unknown-step", spot.at, message)


def _step(name: str) -> str:
    return name if name in PLAIN_STEPS else f"{{{name}: …}}"


def _not_a_choice(spot: Spot, found: object, context: _Context) -> Problem:
    expected = re.sub(
        r"'([^']*)'|\b(True)\b|\b([0-9]+)\b", lambda word: f"`{word[1] or word[0].lower()}`", context["expected"]
    )
    words, name = re.findall(r"`([^`]*)`", expected), spot.at[-1]
    cure = suggested(str(found), words, f"write {spot.example}")
    if isinstance(found, str) and found in words:
        cure = f"write `{name}: {found}`, without quotes"
    elif spot.tag == "<word>" and closest(str(found), words) is None:
        expected += " or a list"
        cure = f"write {_listed(str(name), found) or spot.example}"
    elif "strings" in words:
        meant = _TYPES.get(str(found).lower(), closest(str(found), words)) or "string"
        cure = f"write {_flat({str(name): meant}) or spot.example}"
    return Problem("wrong-choice", spot.at, f"{spot.subject} must be {expected}; {cure}")


def _of_type(wanted: str) -> _Translate:
    def translate_type(spot: Spot, found: object, context: _Context) -> Problem:
        cure, example = f"write {spot.example}", spot.examples[0] if spot.examples else None
        if context.get("class_name") == Condition.__name__:
            message = f"{spot.subject} must be a mapping of paths and tests, not {_described(found)}"
            return Problem("wrong-type", spot.at, f"{message}; write {_condition_of(spot, found)}")
        if wanted == "text" and isinstance(found, (bool, int, float)):
            if type(found) is int and found > 0 and DURATION.fullmatch(str(example)):
                unit = "ms" if found >= _MILLISECONDS and spot.field in ("timeout", "lookups_total") else "s"
                meant = quoted(f"{spot.field}: {found}{unit}", spot.example)
                return Problem("wrong-duration", spot.at, f"{spot.subject} needs a unit; write {meant}")
            cure = f'put it in quotes: `"{typed(json.dumps(found))}"`'
        takes_texts = isinstance(example, list) and all(isinstance(item, str) for item in example)
        if wanted == "a list" and takes_texts and found:
            cure = f"write {_listed(str(spot.field), found) or spot.example}"
        return Problem("wrong-type", spot.at, f"{spot.subject} must be {wanted}, not {_described(found)}; {cure}")

    return translate_type


def _listed(key: str, found: object) -> str | None:
    """Spell a list of the texts that stand where one is expected."""
    text = json.dumps(found) if isinstance(found, (bool, int, float)) else found
    return _flat({key: [item.strip() for item in text.split(",")]}) if isinstance(text, str) else None


def _condition_of(spot: Spot, found: object) -> str:
    """Spell the condition that was probably meant, and none that holds more often."""
    text = found if isinstance(found, str) and not is_personal(found) else ""
    path, separator, test = text.partition(": ")
    inner = text if separator and re.fullmatch(r"[\w.:-]+", path) and test.isprintable() else None
    if isinstance(found, (list, tuple)):
        return "`all: […]` or `any: […]` inside a mapping"
    if inner is None or len(inner) > _LONGEST_CURE:
        word = re.match(r"attribute\.(custom|dev):[\w-]+|[\w.-]+", text)
        inner = f"{word[0] if word else 'PATH'}: …"
    name = spot.at[-1]
    return f"`{name}: {{{inner}}}`" if isinstance(name, str) else f"`{{{inner}}}`"


def _described(found: object) -> str:
    if isinstance(found, Model):
        return found.noun
    if isinstance(found, dict):
        return "a mapping"
    if isinstance(found, (list, tuple)):
        return "a list"
    if isinstance(found, bool):
        return f"`{str(found).lower()}`"
    return "a number" if isinstance(found, (int, float)) else "text" if isinstance(found, str) else "nothing"


def _too_short(spot: Spot, found: object, context: _Context) -> Problem:
    if found:
        return Problem(
            "too-short", spot.at, f"{spot.subject} needs {context['min_length']} or more; write {spot.example}"
        )
    if spot.owner in (Condition, Operators):  # what leaves it out asks less
        path = typed(str(spot.field))
        cure = (
            spot.example if spot.examples else f"`{path}: [a]`, or `{path}: {{exists: false}}` if nothing may be there"
        )
        return Problem("empty", spot.at, f"{spot.subject} is empty; write {cure}")
    return Problem("empty", spot.at, f"{spot.subject} is empty; leave it out, or write {spot.example}")


def _too_long(spot: Spot, _found: object, context: _Context) -> Problem:
    message = f"{spot.subject} may have {context['max_length']} at most; shorten it, for example {spot.example}"
    return Problem("too-long", spot.at, message)


def _out_of_range(spot: Spot, _found: object, context: _Context) -> Problem:
    bound = f"{context['ge']} or more" if "ge" in context else f"{context['le']} or less"
    return Problem("out-of-range", spot.at, f"{spot.subject} must be {bound}; write {spot.example}")


def _not_right(spot: Spot, found: object, _context: _Context) -> Problem:
    """Translate what has no translation of its own, so that Pydantic's words never reach anybody."""
    return Problem(
        "wrong-value", spot.at, f"{spot.subject} can't be {_described(found)} like this; write {spot.example}"
    )


_TRANSLATIONS: dict[str, _Translate] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "value": _no_value,
    "step": _unknown_step,
    "literal_error": _not_a_choice,
    "string_type": _of_type("text"),
    "bool_type": _of_type("`true` or `false`"),
    "int_type": _of_type("a whole number"),
    "tuple_type": _of_type("a list"),
    "dict_type": _of_type("a mapping"),
    "model_type": _of_type("a mapping"),
    "string_too_short": _too_short,
    "too_short": _too_short,
    "string_too_long": _too_long,
    "too_long": _too_long,
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
}
