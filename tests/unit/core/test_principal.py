import pytest

from core.errors import NotAllowed
from core.principal import Principal, require, system


def test_a_scope_is_needed_and_implies_no_other() -> None:
    principal = Principal("ten_a", "key_a", frozenset({"admin"}), "studio")
    require(principal, "admin")
    with pytest.raises(NotAllowed):
        require(principal, "usage")


def test_a_worker_may_do_everything_for_its_tenant() -> None:
    principal = system("ten_a")
    require(principal, "anything")
    assert principal.tenant_id == "ten_a"
