"""A file of thousands of payments is taken in by as many statements as one of ten."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from core import audit, log
from core.audit import Sought
from royalties.billing import twins
from royalties.billing.twins import Known, Likeness, sort_out
from royalties.models_income import Imported
from royalties.service import receipts
from tests.store.royalties_books import Office
from tests.store.test_bank_statements_taken_in import office, table, take, waiting
from tests.store.test_payments_told_twice import held
from tests.store.test_received import earn, issue
from tests.unit.royalties.test_twins import PAID

__all__ = ["office"]


def lines(name: str, count: int, *, text: str = "") -> list[str]:
    return [
        f"{name}{at},2026-11-{1 + at % 20:02d},{10 + at}.50,EUR,Payer {at},,{text or at}"
        for at in range(count)
    ]


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """What is put to the database meanwhile."""
    found: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    with office.shared.write() as session:
        engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", keep)
    yield found
    event.remove(engine, "before_cursor_execute", keep)


def asked_for(office: Office, data: bytes) -> tuple[int, Imported]:
    with statements(office) as found:
        done = take(office, data)
    return len(found), done


def test_new_payments_take_as_many_statements_however_many_they_are(office: Office) -> None:
    take(office, table(*lines("a", 3)))
    few, ten = asked_for(office, table(*lines("b", 10)))
    many, hundreds = asked_for(office, table(*lines("c", 300)))
    assert (ten.waiting, hundreds.waiting) == (10, 300)
    # Of the log's tree only what is beside the first leaf is read again.
    assert many <= few + 10


def test_payments_that_are_known_or_held_take_as_many_too(office: Office) -> None:
    take(office, table(*lines("a", 120)))
    unnamed = [one.partition(",")[2] for one in lines("", 120)]
    doubtful = [one.replace("Payer", "Somebody") for one in unnamed]
    few, ten = asked_for(office, table(*(f",{one}" for one in unnamed[:10])))
    many, hundred = asked_for(office, table(*(f",{one}" for one in unnamed[10:])))
    assert (ten.known, hundred.known) == (10, 110)
    assert many <= few
    several, later = asked_for(office, table(*(f",{one}" for one in doubtful)))
    assert (later.known + later.held, later.entered) == (120, 0)
    assert several <= few


def test_each_that_pays_an_invoice_adds_a_few(office: Office) -> None:
    earn(office, 100)
    (invoice,) = issue(office)
    paid = [f"p{at},2026-11-20,0.01,EUR,,,{invoice.number}" for at in range(60)]
    few, ten = asked_for(office, table(*paid[:10]))
    many, fifty = asked_for(office, table(*paid[10:]))
    assert (ten.matched, fifty.matched) == (10, 50)
    assert (many - few) / 40 <= 14
    assert asked_for(office, table("q1,2026-11-20,0.41,EUR,,,", *paid))[1].known == 60
    assert take(office, table(f"q2,2026-11-20,0.50,EUR,,,{invoice.number}")).waiting == 1
    assert waiting(office)["q2"] == 100_000


def test_the_keys_of_a_file_are_kept_in_one_step(office: Office) -> None:
    vault = office.stage.world.vault
    found: list[str] = []
    vault.keystore._connection.set_trace_callback(found.append)
    take(office, table(*lines("a", 50)))
    assert sum(one.startswith("BEGIN") for one in found) <= 2
    assert sum(one.startswith("INSERT INTO data_key") for one in found) >= 50


def test_every_payment_is_in_the_trail_in_its_order_and_in_a_sound_log(office: Office) -> None:
    data = lines("a", 40)
    take(office, table(*data))
    with office.shared.read() as session:
        found = audit.entries(session, office.clerk, Sought(action="receipt.entered"))
        assert [one.subject_id for one in reversed(found)] == [
            receipts.id_of(office.book, f"a{at}") for at in range(40)
        ]
        assert log.faults(session) == ()
        assert audit.faults(session) == ()
        entered = receipts.list_receipts(session, office.stage.world.vault, office.clerk)
    assert [one.payment.payer for one in reversed(entered)] == [f"Payer {at}" for at in range(40)]


def test_the_order_of_a_file_is_that_of_what_is_entered_held_and_known(office: Office) -> None:
    take(office, table("x,2026-11-20,7.50,EUR,A,,one", "y,2026-11-20,8.50,EUR,A,,two"))
    done = take(
        office,
        table(
            "1,2026-11-19,5.50,EUR,A,,three",
            ",2026-11-20,7.50,EUR,B,,one",
            "3,2026-11-19,6.50,EUR,A,,four",
            ",2026-11-20,8.50,EUR,A,,two",
        ),
    )
    assert (done.entered, done.held, done.known) == (2, 1, 1)
    (doubtful,) = held(office)
    with office.shared.read() as session:
        newest = receipts.list_receipts(session, office.stage.world.vault, office.clerk)[:2]
    assert newest[1].seq < doubtful.seq < newest[0].seq


def test_payments_of_one_sum_are_compared_with_those_of_their_own_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = [replace(PAID, payer_account=f"DE{at:020d}", text=f"member {at}") for at in range(200)]
    known = [Known(f"r{at}", (one,), is_named=True) for at, one in enumerate(told)]
    compared: list[object] = []
    plain = twins._compared

    def counted(one: Any, other: Any) -> Likeness:
        compared.append(one)
        return plain(one, other)

    monkeypatch.setattr(twins, "_compared", counted)
    found: Sequence[tuple[Likeness, str]] = sort_out(
        [replace(one, reference="sha256:x") for one in told], known
    )
    assert found == tuple((Likeness.SAME, f"r{at}") for at in range(200))
    assert len(compared) == 200
