"""Where each word of a declaration was said: what is not replaced is exactly what is inherited."""

from hypothesis import given
from hypothesis import strategies as st

from registry.inheriting import ADDED, KEYED, SHARES, inherited, told_by

USE = st.fixed_dictionaries(
    {"performer_id": st.sampled_from(["prf_a", "prf_b"]), "kind": st.sampled_from(["dub", "edit"])},
    optional={"engagement_ref": st.text(max_size=2)},
)
PART = st.fixed_dictionaries(
    {},
    optional={
        "medium": st.sampled_from(["film", "series"]),
        "territories": st.lists(st.sampled_from(["DE", "AT"]), min_size=1, max_size=2),
        "uses": st.lists(USE, max_size=3, unique_by=lambda use: (use["performer_id"], use["kind"])),
        "descriptors": st.lists(st.sampled_from(["alcohol", "violence"]), max_size=2),
        "ai_use": st.dictionaries(st.sampled_from(["voice", "script"]), st.just("none")),
    },
)


@given(st.lists(PART, max_size=4))
def test_what_nobody_replaces_is_what_is_inherited(parts: list[dict[str, object]]) -> None:
    told = told_by(parts)
    assert all(0 <= each.place < len(parts) for each in told)
    whole: dict[str, object] = {}
    for each in told:
        if each.is_replaced:
            continue
        name, _, share = each.name.partition(".")
        if name in KEYED:
            assert isinstance(each.value, dict)
            whole.setdefault(name, []).append({**each.value, "inherited": True})  # type: ignore[attr-defined]
        elif name in ADDED:
            whole.setdefault(name, []).append(each.value)  # type: ignore[attr-defined]
        elif name == SHARES:
            whole.setdefault(name, {})[share] = each.value  # type: ignore[index]
        else:
            whole[name] = each.value
    found = {name: value for name, value in inherited(parts).items() if value not in ([], {})}
    assert found == whole
