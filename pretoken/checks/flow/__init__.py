"""The flow of data: the label of every value and condition of a policy, and of what each rule does with them."""

from pretoken.checks.flow.label import Label, Trace, Traces
from pretoken.checks.flow.sinks import Sink, authorizes, sinks_of

__all__ = ["Label", "Sink", "Trace", "Traces", "authorizes", "sinks_of"]
