"""Where untrusted and confidential data comes from: how messages speak of it, and what cures it."""

from typing import NamedTuple

from pretoken.checks.finding import Hop, listed, shown, written
from pretoken.checks.flow import Trace, Traces
from pretoken.checks.flow.inputs import VERIFIED
from pretoken.checks.flow.values import MERGING
from pretoken.policy.errors import quoted, typed
from pretoken.policy.report import At
from pretoken.trigger.inputs import split_path


class Source(NamedTuple):
    """An input that somebody writes, and the way from it to a sink."""

    writer: str
    path: str
    trace: Trace

    @property
    def what(self) -> str:
        """Say who does what with the input, behind `rests on`."""
        name = quoted(self.path, "an input")
        if self.path == "scopes":
            return f"{name}, which the caller can ask for or leave out"
        if self.writer == "caller":
            return f"{name}, which the caller can send or leave out"
        if self.writer == "provider":
            return f"{name}, which users can write unless a provider is required and no token has the admin scope"
        if self.path in VERIFIED.values():
            return f"{name}, which users lose by changing or deleting the address"
        return f"{name}, which users can write"

    def gain(self, to: str) -> str:
        """Say what the writer has of it; `to` says what for."""
        if self.path == "scopes":
            return f"anyone can ask for fewer scopes, and {to}"
        if self.writer == "caller":
            return f"whoever calls can send any client metadata, or none, and {to}"
        if self.path in VERIFIED.values():
            return f"anyone can change their address, which then isn't verified, and {to}"
        if self.path in VERIFIED:
            return f"anyone can enter an address that isn't theirs, and {to}"
        return f"anyone can write another value at sign-up or through an app client, and {to}"

    @property
    def cure_of_removal(self) -> str:
        """Say what makes the input one that nobody can evade; nothing does that of what callers send or ask for."""
        if self.path in VERIFIED.values():
            return f"name who may pass instead: `not: {{{self.path}: true}}`"
        if self.path in VERIFIED:
            return f"name who may pass instead: `not: {{{self.path}: TEST, {VERIFIED[self.path]}: true}}`"
        if self.path == "scopes":
            return "leave it out of the condition, and take scopes away instead: `scopes: {remove: orders/write}`"
        if self.is_chosen:
            return "let a row decide that administrators write: `lookup.user.plan`"
        return "" if self.is_sent else self.cure

    @property
    def cure_of_message(self) -> str:
        """Say what lets nobody choose who reads data; nothing does that of what callers send."""
        return "" if self.is_sent else self.cure

    @property
    def is_sent(self) -> bool:
        """Tell whether it is what the caller sends, and no key of a lookup."""
        return self.path.startswith("metadata.") and not self._is_key

    @property
    def is_chosen(self) -> bool:
        """Tell whether it chooses from a list of the user's own."""
        return any(hop.kind == "endorsed" for hop in self.trace)

    @property
    def _is_key(self) -> bool:
        return any(hop.kind == "row" for hop in self.trace)

    @property
    def cure(self) -> str:
        """Say what makes the input believable."""
        name = typed(split_path(self.path)[1])
        if self.path == "scopes":
            return (
                "let the rule ask for a scope that is there, not for one that is missing: `when: {scopes: orders/read}`"
            )
        if self.is_chosen:
            return "leave out what stands in for it, or let that be about the user too: `{from: lookup.user.default}`"
        if any(hop.kind == "listed" for hop in self.trace):
            return "choose from a list about the user that only administrators write: `one_of: lookup.user.tenants`"
        if self.path in VERIFIED.values():
            return f"ask for those who have a verified one: `{self.path}: true`"
        if self.path in VERIFIED:
            merging = [hop.text for hop in self.trace if hop.text in MERGING]
            stored = f", and read it as it is stored, without {listed(merging)}" if merging else ""
            return f"require with it, and not under `not`, `{VERIFIED[self.path]}: true`{stored}"
        if self._is_key:
            return (
                "put `{attribute.sub}` into the key of the lookup, or let the row name the user: "
                "`must_match: {owner: attribute.sub}`"
            )
        if self.writer == "caller":
            value = f"{{from: {typed(self.path)}, one_of: lookup.user.tenants}}"
            return f"believe it only as a value from a list about the user: `{value}`"
        if self.writer == "provider":
            return (
                "require the provider, `identity_providers: NAME`, and let a rule without `when` remove the scope "
                "`aws.cognito.signin.user.admin`"
            )
        if self.path.startswith("lookup."):
            return "let administrators alone write that table, and declare `writable_by: admin`"
        return f"take it out of every client's WriteAttributes, and declare `{name}: {{writable_by: admin}}`"


def sources_of(traces: Traces) -> list[Source]:
    """Give who writes something, the one with the widest reach first."""
    found = [Source(writer, path_of(trace), trace) for writer, trace in traces.items()]
    return sorted(found, key=lambda source: ("caller", "user", "provider").index(source.writer))


def path_of(trace: Trace) -> str:
    """Give the input with which a way begins."""
    return trace[0].path


def flow_to(trace: Trace, at: At) -> tuple[Hop, ...]:
    """Give a way to its end, a sink."""
    return (*trace, Hop(written(at) if shown(at) != "this" else "this", at))
