"""Names: whatever a policy mentions is declared, and a typo gets a suggestion."""

from pretoken.policy.errors import named, quoted, typed
from pretoken.policy.policy import Policy
from pretoken.policy.report import At, Report
from pretoken.policy.rules import Rule, Token
from pretoken.policy.steps import Pseudonym, Table
from pretoken.policy.suggestions import closest, suggested
from pretoken.policy.walk import Part, effects_of
from pretoken.trigger.inputs import FIXED_INPUTS, ROOTS, STANDARD_ATTRIBUTES, split_path

_TRIGGER_SOURCE = "the trigger source isn't an input: a refresh can arrive as a sign-in; use `principal` or `client`"
_HINTS = {
    **dict.fromkeys(("trigger_source", "triggerSource", "trigger", "source"), _TRIGGER_SOURCE),
    "token": "tokens aren't inputs, since rules read the event and never each other; use `derived.NAME`",
    "claims": "claims aren't inputs, since rules read the event and never each other; use `derived.NAME`",
    "rules": "rules never read each other; use `derived.NAME`",
    "region": "the region isn't an input; use a variable: `variable.NAME`",
    "email": "attributes begin with `attribute.`; write `attribute.email`",
}


class Names:
    """The names that a policy declares.

    Args:
        policy: what is declared.
        report: what could not be read, so that it is neither known nor unknown.

    """

    def __init__(self, policy: Policy, report: Report) -> None:
        self.policy = policy
        self.pool = policy.pool
        self._report = report
        attributes = {*STANDARD_ATTRIBUTES, *self.pool.attributes}
        fields = {f"lookup.{name}.{field}" for name, lookup in self.pool.lookups.items() for field in lookup.fields}
        self.paths = (
            set(FIXED_INPUTS)
            | {f"attribute.{name}" for name in attributes}
            | {f"metadata.{name}" for name in self.pool.metadata}
            | fields
            | {f"derived.{name}" for name in policy.derived}
            | {f"variable.{name}" for name in self.pool.variables}
        )

    def knows(self, sort: str, name: str) -> bool:
        """Tell whether a name is declared, or may be in what couldn't be read."""
        holder = self.policy if sort in ("derived", "tables", "rules") else self.pool
        if name in getattr(holder, sort):
            return True
        if holder is self.policy and not self._report.complete:
            return True
        return bool({(sort, name), (sort, "*")} & self._report.unsure)

    def check_input(self, path: str, at: At, report: Report, *, key: bool = False) -> None:
        """Report a path that names no input."""
        if path not in self.paths:
            message = self._unknown(path)
            if message is not None:
                report.add("unknown-input", at, message, key=key)

    def _unknown(self, path: str) -> str | None:
        root, name = split_path(path)
        if root in _HINTS and path not in FIXED_INPUTS:
            return _HINTS[root]
        if root == "lookup":
            return self._unknown_field(*split_path(name))
        sort = {"attribute": "attributes", "variable": "variables"}.get(root, root)
        if root not in ROOTS or not name:
            return self._no_input(path)
        if self.knows(sort, name):
            return None
        if root == "attribute":
            return self._unknown_attribute(name)
        known = [known.partition(".")[2] for known in self.paths if known.startswith(f"{root}.")]
        declaration = {"derived": "{from: …}", "metadata": "string"}.get(root, "any")
        cure = suggested(
            name, known, f"add `{typed(name)}: {declaration}` under `{sort}`", lambda near: f"{root}.{near}"
        )
        if root == "derived":
            return f"no rules file defines {quoted(path, 'this derived value')}; {cure}"
        what = "metadata" if root == "metadata" else "variable"
        return f"pool.yaml declares no {what} {named(name)}; {cure}"

    def _unknown_attribute(self, name: str) -> str:
        declared = {*STANDARD_ATTRIBUTES, *self.pool.attributes}
        if not name.startswith(("custom:", "dev:")):
            custom = f"custom:{name}"
            cure = suggested(
                custom if custom in declared else name,
                declared,
                f"write `attribute.custom:{typed(name)}` and declare it",
                lambda near: f"attribute.{near}",
            )
            return f"Cognito has no standard attribute {named(name)}; {cure}"
        add = f"add `{typed(name)}: {{}}` under `attributes`"
        meant = suggested(name, declared, "")
        cure = f"{meant} to use it as it is, {add}" if meant else add
        return f"pool.yaml doesn't declare {quoted(name, 'this attribute')}; {cure}"

    def _unknown_field(self, lookup: str, field: str) -> str | None:
        if not self.knows("lookups", lookup):
            cure = suggested(
                lookup,
                self.pool.lookups,
                f"add `{typed(lookup)}: …` under `lookups`",
                lambda near: f"lookup.{near}.{typed(field or 'FIELD')}",
            )
            return f"pool.yaml declares no lookup {named(lookup)}; {cure}"
        if ("lookups", lookup) in self._report.unsure or lookup not in self.pool.lookups:
            return None
        fields = sorted(self.pool.lookups[lookup].fields)
        has = ", ".join(quoted(name, "one more") for name in fields)
        example = f"`lookup.{typed(lookup)}.{typed(fields[0])}`"
        if not field:
            return f"an input is a field of a lookup: {quoted(lookup, 'this one')} has {has}; write {example}"
        cure = suggested(field, fields, f"write {example}, for example", lambda near: f"lookup.{typed(lookup)}.{near}")
        return f"lookup {named(lookup)} has no field {named(field)}; it has {has}; {cure}"

    def _no_input(self, path: str) -> str:
        roots = ", ".join(f"`{root}.…`" for root in ROOTS)
        fixed = ", ".join(f"`{name}`" for name in FIXED_INPUTS if not name.startswith("attribute"))
        meant = path if closest(path, self.paths) else f"attribute.{path}"
        return f"there is no input {named(path)}; {suggested(meant, self.paths, f'there are {fixed}, {roots}')}"

    def check_step(self, part: Part, report: Report) -> None:
        """Report a step that names no table or no pseudonym."""
        step = part.item
        if isinstance(step, Table) and isinstance(step.table, str) and not self.knows("tables", step.table):
            cure = suggested(step.table, self.policy.tables, f"add `{typed(step.table)}: {{…}}` under `tables`")
            report.add(
                "unknown-table", (*part.at, "table"), f"no rules file defines the table {named(step.table)}; {cure}"
            )
        if isinstance(step, Pseudonym) and not self.knows("pseudonyms", step.pseudonym):
            cure = suggested(
                step.pseudonym,
                self.pool.pseudonyms,
                f"add `{typed(step.pseudonym)}: {{secret: …}}` under `pseudonyms`",
            )
            report.add(
                "unknown-pseudonym",
                (*part.at, "pseudonym"),
                f"pool.yaml declares no pseudonym {named(step.pseudonym)}; {cure}",
            )

    def check_rule(self, rule: Rule, at: At, report: Report) -> None:
        """Report overridden rules and recipients that don't exist."""
        for number, other in enumerate(rule.overrides):
            if not self.knows("rules", other):
                cure = suggested(other, self.policy.rules, "leave it out of `overrides`")
                report.add(
                    "unknown-rule",
                    (*at, "overrides", number),
                    f"no rules file defines the rule {named(other)}; {cure}",
                )
        for place, part in effects_of(rule):
            for recipient in part.encrypted_for if isinstance(part, Token) else ():
                if not self.knows("recipients", recipient):
                    cure = suggested(
                        recipient, self.pool.recipients, f"add `{typed(recipient)}: {{key: …}}` under `recipients`"
                    )
                    here = (*at, *place, "encrypted_for", recipient)
                    report.add(
                        "unknown-recipient",
                        here,
                        f"pool.yaml declares no recipient {named(recipient)}; {cure}",
                        key=True,
                    )

    def check_pool(self, report: Report) -> None:
        """Report attributes that don't exist or aren't declared so, and fields that must match but don't exist."""
        for name, attribute in self.pool.attributes.items():
            self._check_attribute(name, attribute.type, "type" in attribute.model_fields_set, report)
        for name, lookup in self.pool.lookups.items():
            for field in lookup.must_match if ("lookups", name) not in self._report.unsure else ():
                if field not in lookup.fields:
                    cure = suggested(field, lookup.fields, f"add `{typed(field)}: string` under `fields`")
                    at = ("pool", "lookups", name, "must_match", field)
                    report.add(
                        "unknown-field", at, f"lookup {named(name)} has no field {named(field)}; {cure}", key=True
                    )

    def _check_attribute(self, name: str, declared: str, is_declared: bool, report: Report) -> None:
        at = ("pool", "attributes", name)
        standard = STANDARD_ATTRIBUTES.get(name)
        if f"attribute.{name}" in FIXED_INPUTS:
            report.add(
                "unknown-attribute",
                at,
                f"{quoted(name)} is Cognito's own and known already; leave `{name}` out",
                key=True,
            )
        elif name == "identities":
            message = "`identities` is read as the input `identity_providers`; leave `identities` out"
            report.add("unknown-attribute", at, message, key=True)
        elif standard is None and not name.startswith(("custom:", "dev:")):
            cure = suggested(name, STANDARD_ATTRIBUTES, f"write `custom:{typed(name)}`")
            report.add("unknown-attribute", at, f"Cognito has no standard attribute {named(name)}; {cure}", key=True)
        elif standard is not None and is_declared and declared != standard.type:
            message = (
                f"Cognito's {quoted(name)} is a {standard.type}; write `type: {standard.type}`, or leave `type` out"
            )
            report.add("wrong-type", (*at, "type"), message)
