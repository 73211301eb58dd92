"""Values of variables where nobody deployed the policy."""

from __future__ import annotations

import pytest

from pretoken.policy.variables import complete_variables
from pretoken.trigger.errors import PlanError


def test_a_variable_is_the_given_value_else_the_first_allowed_one_else_its_own_name() -> None:
    declared = {"STAGE": ["test", "live"], "ID": "any", "NAME": "any"}
    assert complete_variables(declared, {"NAME": "x"}) == {"STAGE": "test", "ID": "ID", "NAME": "x"}


def test_a_given_value_that_is_not_allowed_is_refused() -> None:
    with pytest.raises(PlanError, match="STAGE"):
        complete_variables({"STAGE": ["test"]}, {"STAGE": "other"})
